"""The outbox for coordinators: all mail, to whom and about what it is, what became of it; repeat it, or leave it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, or_, select

from estimator import keys, quote_numbers, quotes, requests, staff
from estimator.db import db
from estimator.i18n import folded_digits, lazy_gettext
from estimator.i18n import gettext as _
from estimator.mail import addresses, outbox
from estimator.models import Mail, PatientRequest, Quote
from estimator.requests import search
from estimator.web import clinics_clock, errors, whole_numbers
from estimator.web.forms import printable
from estimator.web.mail_status import Outcome, outcome
from estimator.web.request_context import settings
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

SENT: Mapping[quotes.Sent, Any] = {
    "again": lazy_gettext("It is sent again."),
    "anew": lazy_gettext("It is sent again, to the address that the request has now."),
    "waits": lazy_gettext(
        "It was not sent again: its address has been deleted, or somebody else has already sent it."
    ),
    "replaced": lazy_gettext(
        "It was not sent again: a later mail of this kind stands in its place. Look at what became of that one."
    ),
    "over": lazy_gettext(
        "It was not sent again: what it tells of the quote is not so any more. It was replaced, withdrawn or answered "
        "since then."
    ),
    "no_address": lazy_gettext("It was not sent again: the request has no email address that can be read."),
    "no_server": lazy_gettext("It was not sent again: this installation sends no mail."),
}
"""What became of a mail that was to be sent again."""

MOST_TYPED = 100
"""Maximum number of characters of a search."""

_REFERENCE = re.compile(r"REQ-[0-9A-Z]{4}-[0-9A-Z]{4}")


@pages.get("")
def page() -> ResponseReturnValue:
    """Show a page of the outbox, from a mail on back."""
    chosen = request.args.get("state", "")
    if chosen not in FILTERS:
        raise errors.Missing
    before = whole_numbers.read(request.args.get("before"))
    typed = printable(request.args.get("q", ""))[:MOST_TYPED].strip()
    among = _among(typed) if typed else None
    found = outbox.page(FILTERS[chosen][1], before, PAGE + 1, again=chosen == "again", among=among)
    shown = found[:PAGE]
    return render_template(
        "desk/outbox.html",
        rows=_rows(shown),
        filters=[(name, label, name == chosen) for name, (label, _states) in FILTERS.items()],
        chosen=chosen,
        typed=typed,
        more=shown[-1].id if len(found) > PAGE else None,
        first=before is None,
        before=before,
        full=outbox.reached(act()),
    )


@pages.post("/<whole:number>/again")
def again(number: int) -> ResponseReturnValue:
    """Send a mail once more: what was given up, and to a patient also what their mail server took."""
    mail = db.session.get(Mail, number)
    try:
        with committing():
            sent: quotes.Sent = "waits" if mail is None else quotes.repeat(act(), mail)
    except requests.Erased:
        sent = "waits"
    except keys.Unreadable:
        sent = "no_address"
    flash(str(SENT[sent]))
    return redirect(_back(), code=303)


@pages.post("/<whole:number>/leave")
def leave(number: int) -> ResponseReturnValue:
    """Set aside a mail that was given up, so that it is not counted any more."""
    mail = db.session.get(Mail, number)
    try:
        with committing():
            left = mail is not None and quotes.leave_mail(act(), mail)
    except requests.Erased:
        left = False
    flash(
        _("It is left as it is, and not counted any more.")
        if left
        else _("Nothing was changed: this mail waits for nobody any more.")
    )
    return redirect(_back(), code=303)


class Buttons(TypedDict):
    """Whether a mail can be sent again, and be left as it is; `standing` says why it waits for nobody, if it failed."""

    again: bool
    leave: bool
    standing: str | None


def buttons(mails: Sequence[Mail]) -> Mapping[int, Buttons]:
    """Return which buttons each of some mails has, by its number."""
    failed = [mail.id for mail in mails if mail.state == "failed"]
    replaced = outbox.replaced(failed) if failed else ()
    return {
        mail.id: {
            "again": mail.id not in replaced and _can_be_sent_again(mail),
            "leave": mail.state == "failed"
            and mail.id not in replaced
            and mail.address is not None
            and mail.set_aside_at is None,
            "standing": _standing(mail, mail.id in replaced),
        }
        for mail in mails
    }


def _standing(mail: Mail, replaced: bool) -> str | None:
    if replaced:
        return _("A later mail stands in its place.")
    if outbox.was_overtaken(mail):
        return _("Nothing is to be done about it.")
    if mail.state == "failed" and mail.set_aside_at is not None:
        return _("Somebody decided to leave it.")
    return None


def _can_be_sent_again(mail: Mail) -> bool:
    if mail.template in quotes.TO_PATIENT:
        return mail.state in ("sent", "failed")
    return mail.state == "failed" and mail.address is not None


def _back() -> str:
    """Return the page on which the button was pressed: of the outbox, or of a quote."""
    reference = request.form.get("reference", "")
    if _REFERENCE.fullmatch(reference):
        return url_for("quotes_desk.prepare", reference=reference)
    chosen = request.form.get("state", "")
    return url_for(
        "outbox.page",
        state=chosen if chosen in FILTERS and chosen else None,
        q=printable(request.form.get("q", ""))[:MOST_TYPED] or None,
        before=whole_numbers.read(request.form.get("before")),
    )


def _among(typed: str) -> ColumnElement[bool]:
    """Return which mail a search means: by reference or number, whole address, or the request that it finds."""
    quote = quote_numbers.typed(folded_digits(typed).upper())
    if quote is not None:
        number = quote.number if quote.revision is None else f"{quote.number}/{quote.revision}"
        return or_(Mail.about == number, Mail.about.startswith(f"{number}/"))
    beginning = re.sub(r"\s", "", typed).upper()
    found = search.page(
        search.Filter(typed=typed), keyring=settings().data_keys, lookup_key=settings().lookup_key
    )
    references = [row.reference for row in found.rows]
    numbers = db.session.scalars(
        select(Quote.number).where(Quote.request_id.in_([row.id for row in found.rows]))
    )
    wanted = [Mail.about.in_(references), *(Mail.about.startswith(f"{number}/") for number in numbers)]
    if re.fullmatch(r"(REQ|EST|Q)-[0-9A-Z/-]+", beginning):
        wanted.append(Mail.about.startswith(beginning))
    if "@" in typed:
        wanted.append(Mail.address_lookup == outbox.lookup_of(act(), addresses.spelling(typed)))
    return or_(*wanted)


class OutboxRow(TypedDict):
    """One mail of the outbox; `about` leads to `address` where the desk has a page of it, `name` is whose it is."""

    number: int
    letter: str
    name: str | None
    about: str
    address: str | None
    outcome: Outcome
    buttons: Buttons


def _rows(mails: Sequence[Mail]) -> list[OutboxRow]:
    numbers = {_number(mail.about) for mail in mails if quote_numbers.is_one(mail.about)}
    requests_by_number = _requests_of(numbers)
    whose = {mail.id: requests_by_number.get(_number(mail.about), mail.about) for mail in mails}
    shown, people = buttons(mails), _people(mails)
    known, zone = _names_of(set(whose.values())), clinics_clock.zone()
    return [
        {
            "number": mail.id,
            "letter": states_at_desk.mail_at_desk(mail.template, mail.options),
            "name": known[whose[mail.id]].full_name if whose[mail.id] in known else None,
            "about": _about(mail.about, people),
            "address": _address(mail.about, requests_by_number),
            # A coordinator sees the address of a request at the request itself; other people's stay masked.
            "outcome": outcome(
                mail,
                zone,
                domain=True,
                whole=_address(mail.about, requests_by_number) is not None,
            ),
            "buttons": shown[mail.id],
        }
        for mail in mails
    ]


ABOUT: Mapping[str, Any] = {
    "account": lazy_gettext("Account to pay into %(number)s"),
    "account-changed": lazy_gettext("Account to pay into %(number)s"),
    "draft": lazy_gettext("Draft %(number)s of a price list"),
    "staff": lazy_gettext("Somebody of the staff who is not there any more"),
    "desk": lazy_gettext("The desk"),
}
"""What mail is about that is about no patient, by how it is written down."""


def _about(about: str, people: Mapping[int, str]) -> str:
    """Return in words what a mail is about."""
    kind, _colon, number = about.partition(":")
    whose = whole_numbers.read(number) if kind == "staff" else None
    if whose is not None and whose in people:
        return people[whose]
    return str(ABOUT[kind]) % {"number": number} if kind in ABOUT else about


def _people(mails: Sequence[Mail]) -> Mapping[int, str]:
    """Return what the staff that mails are about are called, by their numbers."""
    found = {
        whole_numbers.read(mail.about.removeprefix("staff:"))
        for mail in mails
        if mail.about.startswith("staff:")
    }
    numbers = {number for number in found if number is not None}
    return staff.names(numbers) if numbers else {}


def _names_of(references: set[str]) -> Mapping[str, search.Row]:
    """Return the requests with these references, with the names of whoever asks."""
    ids = db.session.scalars(select(PatientRequest.id).where(PatientRequest.reference.in_(references))).all()
    return {row.reference: row for row in search.rows(ids, settings().data_keys)}


def _requests_of(numbers: set[str]) -> Mapping[str, str]:
    """Return the request of each quote, by the numbers of the quotes."""
    if not numbers:
        return {}
    found = db.session.scalars(db.select(Quote).where(Quote.number.in_(numbers)))
    return {quote.number: quote.request.reference for quote in found}


def _address(about: str, by_number: Mapping[str, str]) -> str | None:
    """Return the page of what a mail is about; None where the desk has none."""
    if about.startswith("REQ-"):
        return url_for("desk.request", reference=about)
    reference = by_number.get(_number(about))
    return None if reference is None else url_for("quotes_desk.prepare", reference=reference)


def _number(about: str) -> str:
    """Return the number of a quote from what a mail about one of its revisions is about: Q-2026-00017/1."""
    return about.partition("/")[0]
