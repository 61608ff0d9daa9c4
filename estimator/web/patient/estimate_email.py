"""An estimate by mail: the form beside it, and what became of each mail that was asked for."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response
from wtforms import StringField

from estimator import estimates, price_lists
from estimator.db import unavailable
from estimator.i18n import gettext as _
from estimator.mail import addresses, outbox
from estimator.models import Estimate
from estimator.web import errors, request_context
from estimator.web.forms import Form
from estimator.web.mail_status import outcome
from estimator.web.request_context import act
from estimator.web.transaction import committing

pages = Blueprint("mailing", __name__)

MOST_SHOWN = 10


class EmailForm(Form):
    """An address, and whether the PDF goes with the mail or only the link.

    `submission` is random for each form that is handed out, so that the same form sent twice is one mail.
    `asked` is the address that was asked about already, and is meant as it stands.
    """

    address = StringField()
    attached = StringField()
    asked = StringField()
    submission = StringField()


def fields(form: EmailForm, token: str) -> dict[str, Any]:
    """Return what a template needs to draw the form."""
    return {
        "csrf_token": form.csrf_token,
        "action": url_for("mailing.email", token=token),
        "address": form.address.data or "",
        "only_link": form.attached.data == "no",
        "submission": form.submission.data or secrets.token_urlsafe(16),
        "forgotten_days": request_context.settings().addresses_kept_days,
    }


@pages.route("/e/<token>/email", methods=["GET", "POST"])
def email(token: str) -> tuple[str, int] | Response:
    """Take an address and put a mail into the outbox; show what became of the mails of an estimate."""
    found = request_context.estimate_of(token)
    if found is None or not request_context.settings().sends_mail:
        return errors.missing()
    form = EmailForm()
    if request.method != "POST":
        return _page(found, token, form, 200)
    if not form.validate():
        return _page(found, token, form, 400, _("Your visit had ended. What you typed is still here; go on."))
    typed = (form.address.data or "").strip()
    address = addresses.checked(typed)
    if not typed:
        return _page(found, token, form, 422, _("Write the address that the estimate is to be sent to."))
    if address is None:
        return _page(
            found, token, form, 422, _("This is no mail address. Write it like this: name@example.org.")
        )
    meant = addresses.suggestion(address)
    if meant is not None and (form.asked.data or "").strip() != typed:
        return _page(found, token, form, 422, meant=meant)
    try:
        with committing():
            estimates.email(
                act(),
                found,
                address,
                attached=form.attached.data != "no",
                submission=form.submission.data or secrets.token_urlsafe(16),
            )
    except outbox.TooMany as too_many:
        return _page(request_context.estimate_of(token), token, form, 429, _enough(too_many.what))
    except DBAPIError as error:
        known = unavailable(error)
        if known is None:
            raise
        sentence = _("%(why)s What you typed is still here. Try again in a minute.", why=known.sentence)
        return _page(None, token, form, 503, sentence)
    return redirect(url_for("mailing.email", token=token), code=303)


def _enough(what: str) -> str:
    if what == "record":
        return _(
            "This estimate has been mailed often enough today. Try again tomorrow, or send its link yourself."
        )
    return _("This address has had enough mail from here today. Try again tomorrow.")


def _page(
    found: Estimate | None,
    token: str,
    form: EmailForm,
    status: int,
    sentence: str | None = None,
    meant: str | None = None,
) -> tuple[str, int]:
    """Show the form with what is wrong, if anything, and the mails so far; none where they cannot be read."""
    mails = [] if found is None else outbox.of(found.reference)[:MOST_SHOWN]
    page = render_template(
        "patient/email.html",
        errors=[{"target": "address", "sentence": sentence}] if sentence else [],
        reference=None if found is None else found.reference,
        provider="" if found is None else price_lists.parsed(found.table_version).provider.name,
        back=url_for("patient.breakdown", token=token),
        form=fields(form, token),
        meant=meant,
        outcomes=[] if found is None else [outcome(mail, found.table_version.time_zone) for mail in mails],
    )
    return page, status
