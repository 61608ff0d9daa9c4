"""Requests for a firm quote: ask, find, answer, hand on, write down what happened, and erase.

Whatever tells who somebody is, is sealed, and bound to its row. A change locks the request first, so that two
people who change it at once come one after the other, and adds an event; nothing happens without one.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from estimator import audit, demonstration_marks, keys, links, price_lists
from estimator.act import Act
from estimator.clinic import business_days
from estimator.db import db, insert_if_absent
from estimator.estimates import LETTERS, MOST_ATTEMPTS
from estimator.mail import outbox
from estimator.models import (
    Estimate,
    PatientRequest,
    Quote,
    QuoteRevision,
    RequestConsent,
    RequestEvent,
    StaffUser,
)
from estimator.models.requests import AnswerBy, Origin, RequestKind, RequestState
from estimator.requests import mailed_codes, person_index
from estimator.requests.consents import Consent
from estimator.requests.events import STAFF, STATE, ChangedMeanwhile, add_event, lock
from estimator.requests.person import Person, email_lookup, sealed
from pricing.stored import StoredBreakdown, is_at_least, read_answers, read_breakdown

KIND = "request"
"""What the links of this module open; part of their tokens."""

LANGUAGES_A_DAY = 20
"""Maximum number of changes of the language of one request in 24 hours."""

NEXT: Mapping[RequestState, tuple[RequestState, ...]] = {
    "new": ("in_work", "waiting", "quoted", "closed"),
    "in_work": ("waiting", "quoted", "accepted", "declined", "closed"),
    "waiting": ("in_work", "quoted", "accepted", "declined", "closed"),
    "quoted": ("quoted", "accepted", "declined", "expired", "in_work"),
    "accepted": ("quoted", "closed"),
    "declined": ("in_work", "quoted", "closed"),
    "expired": ("in_work", "quoted", "closed"),
    "closed": ("in_work", "quoted", "accepted", "declined"),
}
"""What may follow each state. A revised quote leaves a request quoted, or makes it so again. What a patient says to a
quote counts whatever the desk has made of the request meanwhile, so it follows each state in which one can be open:
also a closed one, where an acceptance is taken back."""


class NotPossible(Exception):
    """A request in one state cannot go to another one."""

    def __init__(self, before: RequestState, after: RequestState) -> None:
        self.before, self.after = before, after
        super().__init__(before, after)


class QuoteIsOpen(NotPossible):
    """A request is not closed as long as the patient can accept its quote: that is withdrawn first."""


@dataclass(frozen=True)
class Asked:
    """What the person who asks for a firm quote filled in; `country` is empty if whoever entered it does not know."""

    person: Person
    country: str
    language: str
    for_whom: str
    planned_month: str | None
    consents: Sequence[Consent]
    answer_by: AnswerBy | None = None
    kind: RequestKind = "quote"


def ask(
    act: Act,
    estimate: Estimate,
    asked: Asked,
    *,
    origin: Origin,
    submission: str,
    demonstration: bool = False,
) -> PatientRequest:
    """Store a request for a firm quote, and put a confirmation into the outbox if there is an address.

    `submission` is the random name of the form and makes this idempotent: the same form with the same words is one
    request. It is stored also if no mail is sent because the address has reached its limit of the day. One of a
    `demonstration` has the mark of what is invented in its reference, and so has its quote.
    """
    person = asked.person
    named = _named(submission, estimate.reference, asked, act.settings.lookup_key)
    name = secrets.token_hex(16)
    breakdown = read_breakdown(estimate.breakdown)
    row = {
        "name": name,
        "origin": origin,
        "submission": named,
        "link_serial": 1,
        "estimate_reference": estimate.reference,
        "table_version_id": estimate.table_version_id,
        "slug": estimate.table_version.slug,
        "given": estimate.given,
        "breakdown": estimate.breakdown,
        "total": breakdown["totals"]["total"]["likely"],
        "at_least": is_at_least(breakdown),
        "currency": breakdown["currency"],
        **sealed(person, name, act.settings.data_keys),
        "email_lookup": email_lookup(person.email, act.settings.lookup_key),
        "country": asked.country,
        "language": asked.language,
        "for_whom": asked.for_whom,
        "planned_month": asked.planned_month,
        "answer_by": asked.answer_by,
        "kind": asked.kind,
        "state": "new",
        "changes": 0,
        "created_at": act.now,
        "due_at": business_days.due(act.now, estimate.table_version.time_zone, act.clinic),
        "active_at": act.now,
        "untold_since": act.now if _is_to_be_told(act, asked.kind, origin) else None,
    }
    for _attempt in range(MOST_ATTEMPTS):
        reference = _reference(demonstration)
        token = links.compose(act.settings.link_key, KIND, reference, 1)
        added = insert_if_absent(
            PatientRequest, {**row, "reference": reference, "link_hash": links.stored(token)}
        )
        found = db.session.scalar(select(PatientRequest).filter_by(submission=named))
        if found is not None:
            break
    else:
        raise RuntimeError("no reference is free")
    if added:
        person_index.keep(found, person, act.settings.lookup_key)
        _with_consents(found, asked.consents, how=origin, now=act.now)
        # What the desk enters is no mail that anybody may cause.
        limits = outbox.UNLIMITED if origin == "staff" else None
        mail = notify(act, found, person.email, "request_received", submission=found.reference, limits=limits)
        about: dict[str, Any] = {} if asked.kind == "quote" else {"about": asked.kind}
        add_event(act, found, "asked", origin=origin, mail=mail, **about)
        if origin == "staff":
            take_if_nobodys(act, found, begins=False)
    return found


def _is_to_be_told(act: Act, kind: RequestKind, origin: Origin) -> bool:
    """Whether a worker is to tell the desk of a new request; a question has a mail of its own where that is at once."""
    wanted = act.clinic.desk_mail
    return origin == "page" and (wanted == "hourly" or (wanted == "at_once" and kind == "quote"))


def find(token: str, now: datetime) -> PatientRequest | None:
    """Return the request that a token opens; None if it is unknown, or was erased."""
    return db.session.scalar(
        select(PatientRequest).where(
            PatientRequest.link_hash == links.stored(token), PatientRequest.full_name.is_not(None)
        )
    )


def get(reference: str) -> PatientRequest | None:
    """Return a request by its reference, as it is written or in small letters."""
    return db.session.scalar(select(PatientRequest).filter_by(reference=reference.strip().upper()))


def token_of(request: PatientRequest, link_key: str) -> str:
    """Compose the token of a request's link again."""
    return links.compose(link_key, KIND, request.reference, request.link_serial)


def new_link(act: Act, request: PatientRequest) -> str:
    """Give a request that has no quote a new link, and return its token; the previous link stops working.

    `quotes.new_link` is for one that has: its page leads on to the quote, so the two links end together.
    """
    token = end_link(act, request)
    add_event(act, request, "new_link")
    audit.add(act, "request.new_link", subject=request.reference)
    return token


def end_link(act: Act, request: PatientRequest) -> str:
    """Put a new link in the place of a request's, and return its token; the caller says in an event why."""
    lock(request)
    request.link_serial += 1
    token = token_of(request, act.settings.link_key)
    request.link_hash = links.stored(token)
    mailed_codes.end(request)  # or else whoever had the old link could have used up those of the new one
    db.session.flush()
    return token


def breakdown_of(request: PatientRequest) -> StoredBreakdown:
    """Return the breakdown that was asked about, in the form of `pricing.Breakdown.as_dict`."""
    return read_breakdown(request.breakdown)


def answers_of(request: PatientRequest) -> Mapping[str, str | bool]:
    """Return what was answered, in normal form; what was left open is not in it."""
    return read_answers(request.given)


def move(
    act: Act,
    request: PatientRequest,
    state: RequestState,
    *,
    words: str | None = None,
    erased_too: bool = False,
    **detail: object,
) -> RequestEvent:
    """Set the state of a request; raises NotPossible if it cannot follow the present one, and Erased as `add_event`.

    Raises QuoteIsOpen where it would close a request whose quote can be accepted at this moment.
    """
    lock(request, erased_too=erased_too)
    before = request.state
    if state not in NEXT[before]:
        raise NotPossible(before, state)
    if state == "closed" and _has_open_quote(request, act.now):
        raise QuoteIsOpen(before, state)
    request.state = state
    if before == "waiting" and state == "in_work":
        # What was waited for has come, so that whoever asks waits for the clinic again.
        again = business_days.due(act.now, request.table_version.time_zone, act.clinic)
        request.due_at = max(request.due_at, again)
    request.acceptance_waits_since = act.now if state == "accepted" else None
    if state == "closed":
        request.question_due_at = None
    changed = {"from": before, "to": state, **detail}
    return add_event(act, request, STATE, words=words, erased_too=erased_too, **changed)


def _has_open_quote(request: PatientRequest, now: datetime) -> bool:
    """Whether the patient can accept a quote at a moment: until its last day is over in its time zone."""
    current = db.session.execute(
        select(QuoteRevision.time_zone, QuoteRevision.valid_until)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.request_id == request.id, QuoteRevision.state == "current")
    )
    return any(price_lists.day_of(now, time_zone) <= valid_until for time_zone, valid_until in current)


def assign(act: Act, request: PatientRequest, user_id: int | None, *, changes: int) -> RequestEvent:
    """Give a request to somebody, or to nobody; whoever takes a new one has begun the work.

    Raises ChangedMeanwhile if the page showed an older one, or Erased.
    """
    lock(request)
    if request.changes != changes:
        raise ChangedMeanwhile
    detail: dict[str, Any] = {"from": request.assignee_id, "to": user_id}
    request.assignee_id = user_id
    assigned = add_event(act, request, "assigned", **detail)
    if request.state == "new" and act.actor == f"user:{user_id}":
        move(act, request, "in_work")
    return assigned


def take_if_nobodys(act: Act, request: PatientRequest, *, begins: bool = True) -> None:
    """Give a request that is nobody's to whoever of the staff does its work; nobody who has it is replaced.

    It is told as if they had taken it, and the work on a new one has begun, unless `begins` is False. Raises Erased.
    """
    lock(request)
    number = act.actor.removeprefix(STAFF)
    if not (act.actor.startswith(STAFF) and number.isdecimal()):
        return
    if db.session.get(StaffUser, int(number)) is None:
        return
    if request.assignee_id is None:
        detail: dict[str, Any] = {"from": None, "to": int(number)}
        request.assignee_id = int(number)
        add_event(act, request, "assigned", **detail)
    if begins and request.state == "new" and request.assignee_id == int(number):
        move(act, request, "in_work")


def speak(act: Act, request: PatientRequest, language: str) -> RequestEvent | None:
    """Send everything from now on in another language; what was issued or sent stays as it is. None: it is the same.

    Raises outbox.TooMany after LANGUAGES_A_DAY, so that nobody lengthens a history without end.
    """
    lock(request)
    before = request.language
    if language == before:
        return None
    changed = select(func.count()).where(
        RequestEvent.request_id == request.id,
        RequestEvent.kind == "language",
        RequestEvent.at > act.now - timedelta(days=1),
    )
    if (db.session.scalar(changed) or 0) >= LANGUAGES_A_DAY:
        raise outbox.TooMany("record")
    request.language = language
    detail: dict[str, Any] = {"from": before, "to": language}
    return add_event(act, request, "language", **detail)


def note(act: Act, request: PatientRequest, words: str) -> RequestEvent:
    """Write down what staff have to say about a request; only they read it, and the person who asks for their data."""
    return add_event(act, request, "note", words=words)


def notify(
    act: Act,
    request: PatientRequest,
    address: str | None,
    template: str,
    *,
    submission: str,
    limits: outbox.Limits | None = None,
) -> str:
    """Put a mail to whoever asked into the outbox; return what became of that, as a code."""
    if address is None:
        return "no_address"
    if not act.settings.sends_mail:
        return "no_server"
    try:
        with db.session.begin_nested():
            outbox.put(
                act,
                outbox.Message(
                    template,
                    about=request.reference,
                    address=address,
                    language=request.language,
                    submission=submission,
                    limits=limits,
                ),
            )
    except outbox.TooMany as too_many:
        return "too_many_now" if too_many.what == "installation" else "too_many"
    return "put"


def consents_of(request: PatientRequest) -> Sequence[RequestConsent]:
    """Return what was agreed to, in the order of the page."""
    return db.session.scalars(
        select(RequestConsent).filter_by(request_id=request.id).order_by(RequestConsent.id)
    ).all()


def _named(submission: str, estimate: str, asked: Asked, lookup_key: str) -> str:
    """Return what a form with these words is known by; nothing can be read from it."""
    said = json.dumps(
        [submission or secrets.token_hex(), estimate, *vars(asked.person).values(), asked.country],
        ensure_ascii=False,
    )
    rest = [asked.language, asked.for_whom, asked.planned_month or "", asked.answer_by or ""]
    return keys.lookup(lookup_key, "submission", "\x00".join([said, *rest]))


def _with_consents(
    request: PatientRequest, consents: Sequence[Consent], *, how: Origin, now: datetime
) -> None:
    for consent in consents:
        said = {name: str(text) for name, text in vars(consent).items()}  # a sentence without its marks
        row = RequestConsent(request_id=request.id, how=how, given_at=now, **said)
        db.session.add(row)
        db.session.flush()


def _reference(demonstration: bool) -> str:
    first, second = ("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(2))
    if demonstration:
        return f"{demonstration_marks.REQUESTS}{second}"
    return f"REQ-{first}-{second}"
