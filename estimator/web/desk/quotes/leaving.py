"""Leave a quote with the older account that it names, or without any, and say why."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import quotes
from estimator.clinic import accounts
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.web import errors, whole_numbers
from estimator.web.desk.quotes.blueprint import head_of, pages, the_quote, the_request
from estimator.web.fields import CarriedField, WordsField
from estimator.web.forms import Form, summary
from estimator.web.request_context import now
from estimator.web.staff.settings.account_words import in_short
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.web.validators import Filled, NotTooLong, Printable

LONGEST = 500
"""Maximum number of characters of a reason."""


class LeaveForm(Form):
    """Why a quote stays as it is; with the revision and the account in force that the page showed."""

    revision = CarriedField()
    account = CarriedField()
    reason = WordsField(
        lazy_gettext("It stays as it is, because"),
        [
            Filled(lazy_gettext("Say why, for your colleagues: for example that it is paid already.")),
            NotTooLong(LONGEST),
            Printable(),
        ],
    )


@pages.route("/leave-account", methods=["GET", "POST"])
def leave_account(reference: str) -> ResponseReturnValue:
    """Ask why, and leave the quote as it is."""
    of = the_request(reference)
    revision = quotes.newest(the_quote(of))
    if not quotes.older_accounts.names_older(revision, now()):
        return _nothing_to_leave()
    form = LeaveForm()
    if request.method == "POST" and form.revision.data != str(revision.number):
        return _nothing_to_leave()
    if request.method == "POST" and form.validate():
        try:
            with committing():
                quotes.older_accounts.leave(
                    act(),
                    revision,
                    reason=form.reason.data,
                    account=whole_numbers.read(form.account.data or "") or 0,
                )
        except quotes.older_accounts.NotOpen:
            return _nothing_to_leave()
        except quotes.older_accounts.NoReason:
            form.refuse(_("Say why, for your colleagues: for example that it is paid already."), form.reason)
        except quotes.older_accounts.CardNumber:
            form.refuse(
                _(
                    "This may hold the number of a payment card, which is kept nowhere. Say it without the number."
                ),
                form.reason,
            )
        else:
            flash(_("The quote stays as it is. Why stands in the history of its request."))
            return redirect(url_for("older_accounts.page"), code=303)
    in_force, named = accounts.in_force(), quotes.older_accounts.named_by(revision)
    errors_here = summary(form)
    page = render_template(
        "desk/leave_account.html",
        request_=head_of(of),
        form=form,
        errors=errors_here,
        number=revision.quote.number,
        revision=revision.number,
        account=None if in_force is None else in_force.id,
        named=None if named is None else in_short(named),
        in_force=in_short(in_force),
    )
    return page, 422 if errors_here else 200


def _nothing_to_leave() -> ResponseReturnValue:
    return errors.page(
        409,
        _("There is nothing to decide about this quote"),
        _(
            "It was revised, left or ended meanwhile, or another account is in force. Nothing was changed; the list "
            "shows what is open."
        ),
        way_out=(url_for("older_accounts.page"), _("Quotes with an older account or none")),
        kept=errors.typed(),
    )
