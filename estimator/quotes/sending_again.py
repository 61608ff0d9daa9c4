"""Mail to a patient that goes out once more: to the address that their request has now, about what still stands."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Literal

from estimator import audit, requests
from estimator.act import Act
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, QuoteRevision
from estimator.quotes import notifications
from estimator.quotes.issued_revisions import (
    about,
    by_number,
    decision_of,
    for_request,
    newest,
    of_about,
    state_at,
)

Letter = Literal["request_received", "request_answer", "quote_issued", "quote_receipt"]

TO_PATIENT = frozenset({"request_received", "request_answer", "quote_issued", notifications.RECEIPT})
"""Templates of mail to a patient which can be sent once more when a server took it."""

OF_A_STATE: Mapping[str, Letter] = {
    "current": "quote_issued",
    "accepted": "quote_receipt",
    "declined": "quote_receipt",
}
"""The letter about a revision that is true in each of its states.

The mail of a quote says that it can be accepted: once it was answered, the receipt of the answer leads to its PDF.
"""

Sent = Literal["again", "anew", "waits", "replaced", "over", "no_address", "no_server"]
"""What became of mail that is to be sent once more: the same row, a new one, or none, and why not."""


def letters(request: PatientRequest, act: Act) -> list[Letter]:
    """Return what can be sent to a patient once more; the mail of an answer or of a quote only if there is one."""
    found: list[Letter] = ["request_received"]
    if requests.was_answered_by_mail(request):
        found.append("request_answer")
    revision = _newest(request)
    letter = None if revision is None else OF_A_STATE.get(state_at(revision, act.now))
    return found if letter is None else [*found, letter]


def send(act: Act, request: PatientRequest, letter: Letter) -> Sent:
    """Put a letter to the patient into the outbox once more, to the address that the request has now.

    None is sent that is not so any more. Raises requests.Erased, and keys.Unreadable.
    """
    requests.lock(request)
    if letter in ("request_received", "request_answer"):
        return _put(act, request, letter, request.reference, request.language, {})
    revision = _newest(request)
    if revision is None:
        return "over"
    db.session.refresh(revision)
    state = state_at(revision, act.now)
    if OF_A_STATE.get(state) != letter:
        return "over"
    options = notifications.receipt_of(revision, state) if letter == "quote_receipt" else {}  # type: ignore[arg-type]
    return _put(act, request, letter, about(revision), revision.language, options)


def repeat(act: Act, mail: Mail) -> Sent:
    """Send a mail once more: one to a patient to the address that their request has now, any other if it was given up.

    What the server took gets another Message-ID, or else a mailbox that had it would drop it. In the place of what was
    given up a later mail may stand already, and of a quote that was replaced, withdrawn or answered otherwise since
    nothing is sent. Raises requests.Erased, and keys.Unreadable.
    """
    request = request_of(mail)
    if request is not None:
        requests.lock(request)
    if mail.state == "failed" and outbox.replaced([mail.id]):
        return "replaced"
    if request is not None and _is_over(mail, act):
        return "over"
    if mail.template not in TO_PATIENT or request is None:
        return _same(act, mail)
    address = address_of(act, request)
    if mail.state not in ("sent", "failed"):
        return "waits"
    if mail.state == "failed" and address == outbox.address_of(mail, act.settings.data_keys):
        return _same(act, mail)
    return _put(act, request, mail.template, mail.about, mail.language, json.loads(mail.options))


def leave(act: Act, mail: Mail) -> bool:
    """Leave a mail that was given up as it is, and tell so in the history; False if it does not wait for anybody.

    Raises requests.Erased.
    """
    request = request_of(mail)
    if request is not None:
        requests.lock(request, erased_too=True)
    if not outbox.set_aside(mail.id, act.now):
        return False
    if request is not None:
        requests.add_event(act, request, "mail_left", erased_too=True, mail=mail.template)
    audit.add(act, "mail.left", subject=f"mail:{mail.id}")
    return True


def request_of(mail: Mail) -> PatientRequest | None:
    """Return the request that a mail is about, or whose quote it is about; None for other mail."""
    if mail.about.startswith("REQ-"):
        return requests.get(mail.about)
    number = mail.about.partition("/")[0]
    quote = by_number(number) if number else None
    return None if quote is None else quote.request


def address_of(act: Act, request: PatientRequest) -> str | None:
    """Return the mail address that a request has now; None without one. Raises keys.Unreadable."""
    person = requests.person_of(request, act.settings.data_keys)
    return None if person is None else person.email


def _is_over(mail: Mail, act: Act) -> bool:
    """Whether what a mail about a revision tells the patient is not so any more; the request is locked."""
    if mail.template not in ("quote_issued", "quote_reminder", notifications.RECEIPT):
        return False
    revision = of_about(mail.about)
    if revision is None or newest(revision.quote).id != revision.id:
        return True
    db.session.refresh(revision)
    state = state_at(revision, act.now)
    if mail.template == "quote_issued":
        return OF_A_STATE.get(state) != mail.template
    if mail.template == "quote_reminder":
        return state != "current" or revision.quote.request.no_reminders_at is not None
    what, last = json.loads(mail.options)["what"], decision_of(revision)
    told = notifications.told_at(revision, what, mail.created_at)
    if what == "taken_back":
        return state not in ("current", "expired") or last is None or last.taken_back_at != told
    return state != what or (what != "withdrawn" and (last is None or last.at != told))


def _same(act: Act, mail: Mail) -> Sent:
    if not outbox.again(mail.id, act.now):
        return "waits"
    audit.add(act, "mail.again", subject=f"mail:{mail.id}")
    return "again"


def _put(
    act: Act,
    request: PatientRequest,
    template: str,
    where: str,
    language: str,
    options: Mapping[str, str | bool],
) -> Sent:
    requests.lock(request)
    address = address_of(act, request)
    if address is None:
        return "no_address"
    if not act.settings.sends_mail:
        return "no_server"
    if outbox.is_on_its_way(act, template, where, address):
        return "waits"
    mail = outbox.put(
        act,
        outbox.Message(
            template,
            about=where,
            address=address,
            language=language,
            options=options,
            submission=secrets.token_hex(16),
            # Somebody of the staff asked for it.
            limits=outbox.UNLIMITED,
        ),
    )
    requests.add_event(act, request, "sent_again", mail=template)
    audit.add(act, "mail.again", subject=f"mail:{mail.id}")
    return "anew"


def _newest(request: PatientRequest) -> QuoteRevision | None:
    quote = for_request(request)
    return None if quote is None else newest(quote)
