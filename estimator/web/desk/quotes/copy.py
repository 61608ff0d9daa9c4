"""The plans of another quote, taken over for this request by its number."""

from __future__ import annotations

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue

from estimator import keys, quote_numbers, quotes
from estimator.i18n import folded_digits, lazy_gettext
from estimator.i18n import gettext as _
from estimator.models import PatientRequest, QuoteRevision
from estimator.quotes import copying, drafts
from estimator.web.desk.quotes.blueprint import head_of, pages, save_in, save_of, the_request, to
from estimator.web.fields import CompactField
from estimator.web.forms import Form, summary
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.web.validators import Filled


class CopyForm(Form):
    """The number of a quote, perhaps with a revision."""

    number = CompactField(
        lazy_gettext("Number of the quote"),
        [Filled(lazy_gettext("Enter the number of a quote, for example Q-2026-00017."))],
        most_shown=60,
    )


@pages.route("/copy", methods=["GET", "POST"])
def copy(reference: str) -> ResponseReturnValue:
    """Ask for the number of a quote, and take its plans over."""
    of = the_request(reference)
    form = CopyForm()
    if not form.is_submitted():
        return _page(of, form)
    if not form.validate():
        return _page(of, form, 422)
    revision = _revision(form.number.data)
    if revision is None:
        form.refuse(_("There is no quote or revision of this number."), form.number)
        return _page(of, form, 422)
    draft = drafts.for_request(of)
    try:
        with committing():
            copying.copy(act(), of, revision, save=None if draft is None else save_in(draft))
    except copying.OtherList:
        form.refuse(
            _("That quote is of another price list, which asks other questions. Choose one of this list."),
            form.number,
        )
        return _page(the_request(reference), form, 422)
    except (copying.NoWords, keys.Unreadable):
        form.refuse(_("What that quote said has been deleted, or cannot be read."), form.number)
        return _page(the_request(reference), form, 422)
    except drafts.ChangedMeanwhile:
        form.refuse(
            _(
                "The quote of this request was changed meanwhile. Nothing was copied; look at it, and try again."
            )
        )
        return _page(the_request(reference), form, 409)
    flash(
        _(
            "The plans of %(number)s are copied. What the patient said of themselves is as it was; read the labels of "
            "adjustments before you issue it.",
            number=quotes.about(revision),
        )
    )
    return to("prepare", reference=of.reference)


def _revision(typed: str) -> QuoteRevision | None:
    """Return the revision of a number, the newest of its quote if none is named; None if there is none."""
    found = quote_numbers.typed(folded_digits(typed[:60]).strip().upper())
    quote = None if found is None else quotes.by_number(found.number)
    if found is None or quote is None:
        return None
    revisions = quotes.revisions(quote)
    return next((one for one in revisions if found.revision in (None, one.number)), None)


def _page(of: PatientRequest, form: CopyForm, status: int = 200) -> ResponseReturnValue:
    draft = drafts.for_request(of)
    return render_template(
        "desk/quote_copy.html",
        request_=head_of(of),
        errors=summary(form),
        form=form,
        save=None if draft is None else save_of(draft),
        back=url_for("quotes_desk.prepare", reference=of.reference),
    ), status
