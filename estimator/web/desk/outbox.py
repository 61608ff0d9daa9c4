"""The outbox for coordinators: all mail, what it is about, what became of it; send again what was given up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import audit, quotes
from estimator.db import db
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.mail import outbox
from estimator.models import Mail, Quote
from estimator.web import errors, whole_numbers
from estimator.web.mail_status import Outcome, outcome
from estimator.web.request_context import now
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.wording import states_at_desk

pages = Blueprint("outbox", __name__, url_prefix="/desk/outbox")

PAGE = 50
"""Maximum number of mails on one page."""

FILTERS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "": (lazy_gettext("All"), ()),
    "waiting": (lazy_gettext("Not sent yet"), ("waiting", "working")),
    "sent": (lazy_gettext("Sent"), ("sent",)),
    "failed": (lazy_gettext("Given up"), ("failed",)),
    "again": (lazy_gettext("To be sent again"), ("failed",)),
}
"""The filters of the page: the label and the states of each."""

_REFERENCE = re.compile(r"REQ-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pages.get("")
def page() -> ResponseReturnValue:
    """Show a page of the outbox, from a mail on back."""
    chosen = request.args.get("state", "")
    if chosen not in FILTERS:
        raise errors.Missing
    before = whole_numbers.read(request.args.get("before"))
    found = outbox.page(FILTERS[chosen][1], before, PAGE + 1, again=chosen == "again")
    shown = found[:PAGE]
    return render_template(
        "desk/outbox.html",
        rows=_rows(shown),
        filters=[(name, label, name == chosen) for name, (label, _states) in FILTERS.items()],
        chosen=chosen,
        more=shown[-1].id if len(found) > PAGE else None,
        first=before is None,
        before=before,
        full=outbox.reached(act()),
    )


@pages.post("/<whole:number>/again")
def again(number: int) -> ResponseReturnValue:
    """Put a mail that was given up back into the outbox."""
    with committing():
        put = outbox.again(number, now())
        if put:
            audit.add(act(), "mail.again", subject=f"mail:{number}")
    if put:
        flash(_("It is sent again."))
    else:
        flash(_("It was not sent again: its address has been deleted, or somebody else has already sent it."))
    return redirect(_back(), code=303)


def _back() -> str:
    """Return the page on which the button was pressed: of the outbox, or of a quote."""
    reference = request.form.get("reference", "")
    if _REFERENCE.fullmatch(reference):
        return url_for("quotes_desk.prepare", reference=reference)
    chosen = request.form.get("state", "")
    return url_for(
        "outbox.page",
        state=chosen if chosen in FILTERS and chosen else None,
        before=whole_numbers.read(request.form.get("before")),
    )


class OutboxRow(TypedDict):
    """One mail of the outbox; `about` leads to `address` where the desk has a page of it."""

    number: int
    letter: str
    about: str
    address: str | None
    outcome: Outcome
    again: bool


def _rows(mails: Sequence[Mail]) -> list[OutboxRow]:
    numbers = {_number(mail.about) for mail in mails if quotes.numbers.is_one(mail.about)}
    requests = _requests_of(numbers)
    return [
        {
            "number": mail.id,
            "letter": str(states_at_desk.MAILS.get(mail.template, mail.template)),
            "about": mail.about,
            "address": _address(mail.about, requests),
            "outcome": outcome(mail, "UTC", domain=True),
            "again": mail.state == "failed" and mail.address is not None,
        }
        for mail in mails
    ]


def _requests_of(numbers: set[str]) -> Mapping[str, str]:
    """Return the request of each quote, by the numbers of the quotes."""
    if not numbers:
        return {}
    found = db.session.scalars(db.select(Quote).where(Quote.number.in_(numbers)))
    return {quote.number: quote.request.reference for quote in found}


def _address(about: str, requests: Mapping[str, str]) -> str | None:
    """Return the page of what a mail is about; None where the desk has none."""
    if about.startswith("REQ-"):
        return url_for("desk.request", reference=about)
    reference = requests.get(_number(about))
    return None if reference is None else url_for("quotes_desk.prepare", reference=reference)


def _number(about: str) -> str:
    """Return the number of a quote from what a mail about one of its revisions is about: Q-2026-00017/1."""
    return about.partition("/")[0]
