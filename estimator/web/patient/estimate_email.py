"""An estimate by mail: the form beside it, and what became of each mail that was asked for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from estimator import estimates, price_lists, wording
from estimator.db import unavailable
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.mail import outbox
from estimator.models import Estimate
from estimator.web import errors, network_limits, request_context, typed_answers
from estimator.web.fields import AddressField, CarriedField, RadiosField, SubmissionField, TickField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader, is_switching
from estimator.web.mail_status import outcome
from estimator.web.patient import cookies
from estimator.web.patient.breakdown import frozen_in, second_of
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.web.validators import Address, Filled

pages = Blueprint("mailing", __name__)

MOST_SHOWN = 10


class EmailForm(Form):
    """An address, and whether the PDF goes with the mail or only the link.

    `submission` is random for each form that is handed out, so that the same form sent twice is one mail.
    `asked` is the address that was asked about already, and is meant as it stands.
    """

    address = AddressField(
        lazy_gettext("Email address"),
        [
            Filled(lazy_gettext("Enter the address to send the estimate to.")),
            Address(lazy_gettext("This is not an email address. Enter it like this: name@example.org.")),
        ],
    )
    attached = RadiosField(
        lazy_gettext("What is sent"),
        choices=[("yes", lazy_gettext("The PDF and the link")), ("no", lazy_gettext("Only the link"))],
        default="yes",
        id="attached-yes",
        refusal=lazy_gettext("Choose whether the PDF goes with the link."),
    )
    beside = TickField()
    details = TickField(lazy_gettext("Write the treatment and the total in the email too"))
    asked = CarriedField(most=1_000)
    submission = SubmissionField()


def form_of(token: str, form: EmailForm | None = None) -> dict[str, Any]:
    """Return what a template needs to draw the form."""
    return {
        "fields": form or EmailForm(),
        "action": url_for("mailing.email", token=token),
        "forgotten_days": request_context.settings().addresses_kept_days,
    }


@pages.route("/e/<token>/email", methods=["GET", "POST"])
@typed_answers.keeping(EmailForm)
def email(token: str) -> tuple[str, int] | Response:
    """Take an address and put a mail into the outbox; show what became of the mails of an estimate."""
    if not request_context.settings().sends_mail:
        raise errors.Missing
    found = request_context.estimate_of(token)
    form = EmailForm()
    if request.method != "POST" or is_switching():
        return _page(found, token, form, 200)
    if not form.is_of_this_visit():
        sentence = cookies.ended(
            _("This page was open for too long. What you typed is still here; continue."),
            price_lists.parsed(found.table_version).provider,
        )
        return _page(found, token, form.refuse(sentence, form.address), 400)
    if not form.validate():
        return _page(found, token, form, 422)
    address = form.address.address
    assert address is not None
    meant = form.address.perhaps(form.asked)
    second = second_of(found)
    if meant is not None:
        return _page(found, token, form, 422, meant)
    try:
        with committing():
            wait = network_limits.take("mail")
            if wait is None:
                estimates.email(
                    act(),
                    found,
                    address,
                    attached=form.attached.data == "yes",
                    details=form.details.data,
                    second=second.tag if second is not None and form.beside.data else None,
                    submission=form.submission.name_or_new(),
                )
    except outbox.TooMany as too_many:
        form.refuse(_enough(too_many.what), form.address)
        return _page(request_context.estimate_of(token), token, form, 429)
    except DBAPIError as error:
        known = unavailable(error)
        if known is None:
            raise
        sentence = _("%(why)s What you typed is still here. Try again in a minute.", why=known.sentence)
        return _page(None, token, form.refuse(sentence, form.address), 503)
    if wait is not None:
        form.refuse(_from_this_network(), form.address)
        return _page(request_context.estimate_of(token), token, form, 429)
    return redirect(url_for("mailing.email", token=token), code=303)


def _from_this_network() -> str:
    return _(
        "Many emails were asked for from your network just now. What you typed is still here: send it again in a "
        "quarter of an hour, or send the link yourself."
    )


def _enough(what: str) -> str:
    if what == "installation":
        return _(
            "We have sent as many emails as we may in this hour. What you typed is still here: send it again in an "
            "hour, or send the link yourself."
        )
    if what == "record":
        return _(
            "We have reached today’s limit of emails for this estimate. Try again tomorrow, or send its link yourself."
        )
    return _("We have reached today’s limit of emails to this address. Try again tomorrow.")


def _page(
    found: Estimate | None,
    token: str,
    form: EmailForm,
    status: int,
    meant: str | None = None,
) -> tuple[str, int]:
    """Show the form with what is wrong, if anything, and the mails so far; none where they cannot be read."""
    mails = [] if found is None else outbox.mails_about(found.reference)[:MOST_SHOWN]
    page = render_template(
        "patient/email.html",
        errors=summary(form),
        reference=None if found is None else found.reference,
        provider=""
        if found is None
        else wording.provider(price_lists.parsed(found.table_version), current_reader()),
        back=url_for("patient.breakdown", token=token),
        form=form_of(token, form),
        sent_in=None if found is None else frozen_in(found),
        second=None if found is None else second_of(found),
        meant=meant,
        outcomes=[] if found is None else [outcome(mail, found.table_version.time_zone) for mail in mails],
    )
    return page, status
