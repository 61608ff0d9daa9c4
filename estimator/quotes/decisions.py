"""What patients say to a firm quote: accept, decline, take back, ask. Each is recorded, and both sides are told.

The mail to the desk has no personal word in it; what was said stands with the request. The mail to the patient is a
receipt, and tells them of what somebody else did in their name.
"""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from estimator import price_lists, requests
from estimator.clinic import Clinic
from estimator.config import Settings
from estimator.db import db
from estimator.models import PatientRequest, QuoteDecision, QuoteRevision
from estimator.models.quotes import RevisionState
from estimator.quotes import notifications
from estimator.quotes.issued_revisions import decision_of, for_request, locked, newest, set_state, state_at

DECISIONS = QuoteDecision.__tablename__

DECLINED = ("price", "plan", "elsewhere", "time", "health", "other")
"""Why a quote is declined, as codes."""


class NotCurrent(Exception):
    """Only the current revision can be answered; `state` says what became of this one."""

    def __init__(self, state: RevisionState) -> None:
        self.state = state
        super().__init__(state)


class AlreadyDecided(Exception):
    """This revision has been answered already: `kind` is what was said."""

    def __init__(self, kind: Literal["accepted", "declined"]) -> None:
        self.kind = kind
        super().__init__(kind)


class TooLate(Exception):
    """The days in which an acceptance can be taken back are over."""


def accept(
    revision: QuoteRevision,
    *,
    typed_name: str,
    agreed_to: str,
    language: str,
    network: str,
    pdf_sha256: str | None,
    clinic: Clinic,
    settings: Settings,
    now: datetime,
) -> QuoteDecision:
    """Accept the current revision; raises NotCurrent, or AlreadyDecided.

    It can be taken back until the end of the last day of reflection, in the time zone of the quote.
    """
    request = _to_be_decided(revision, now)
    last = price_lists.day_of(now, revision.time_zone) + timedelta(days=clinic.reflection_days)
    until = _end_of(last, revision.time_zone) if clinic.reflection_days else None
    said = _decide(
        revision,
        "accepted",
        agreed_to=agreed_to,
        language=language,
        network=network,
        pdf_sha256=pdf_sha256,
        now=now,
        reversible_until=until,
        settings=settings,
        typed_name=typed_name,
    )
    _tell(revision, request, "accepted", settings, now)
    return said


def decline(
    revision: QuoteRevision,
    *,
    reason: str,
    words: str | None,
    agreed_to: str,
    language: str,
    network: str,
    pdf_sha256: str | None,
    settings: Settings,
    now: datetime,
) -> QuoteDecision:
    """Decline the current revision for one of the reasons in DECLINED; raises NotCurrent, or AlreadyDecided."""
    if reason not in DECLINED:
        raise ValueError(f"no reason to decline: {reason}")
    request = _to_be_decided(revision, now)
    said = _decide(
        revision,
        "declined",
        agreed_to=agreed_to,
        language=language,
        network=network,
        pdf_sha256=pdf_sha256,
        now=now,
        reason=reason,
        settings=settings,
        words=words or None,
    )
    _tell(revision, request, "declined", settings, now, reason=reason)
    return said


def take_back(revision: QuoteRevision, *, settings: Settings, now: datetime) -> QuoteDecision:
    """Take an acceptance back; the revision is then as current as it was. Raises NotCurrent, or TooLate."""
    request = locked(revision)
    said = decision_of(revision)
    if revision.state != "accepted" or said is None or said.taken_back_at is not None:
        raise NotCurrent(state_at(revision, now))
    if said.reversible_until is None or now >= said.reversible_until:
        raise TooLate
    said.taken_back_at = now
    set_state(revision, "current", now)
    db.session.flush()
    _tell(revision, request, "taken_back", settings, now)
    return said


def ask_question(request: PatientRequest, words: str, *, settings: Settings, now: datetime) -> None:
    """Keep a patient's question, from whichever page it comes, and tell the desk that there is one.

    The mail is about the quote, where there is one. The same words again are one question and one mail; raises
    outbox.TooMany after requests.QUESTIONS_A_DAY.
    """
    event = requests.keep_question(request, words, now=now, settings=settings)
    if event is None:
        return
    quote = for_request(request)
    if quote is None:
        requests.tell_desk(request, event, settings=settings, now=now)
    else:
        notifications.tell_desk(
            "quote_question", newest(quote), submission=event.name, settings=settings, now=now
        )


def _to_be_decided(revision: QuoteRevision, now: datetime) -> PatientRequest:
    request = locked(revision)
    found = state_at(revision, now)
    if found in ("accepted", "declined"):
        raise AlreadyDecided("accepted" if found == "accepted" else "declined")
    if found != "current":
        raise NotCurrent(found)
    return request


def _decide(
    revision: QuoteRevision,
    kind: Literal["accepted", "declined"],
    *,
    agreed_to: str,
    language: str,
    network: str,
    pdf_sha256: str | None,
    now: datetime,
    settings: Settings,
    reversible_until: datetime | None = None,
    reason: str | None = None,
    **personal: str | None,
) -> QuoteDecision:
    name = secrets.token_hex(16)
    said = QuoteDecision(
        name=name,
        revision_id=revision.id,
        kind=kind,
        reason=reason,
        agreed_to=agreed_to,
        language=language,
        pdf_sha256=pdf_sha256,
        network=network,
        at=now,
        reversible_until=reversible_until,
        **{
            column: None if text is None else settings.data_keys.seal(text, DECISIONS, column, name)
            for column, text in personal.items()
        },
    )
    db.session.add(said)
    set_state(revision, kind, now)
    db.session.flush()
    return said


def _tell(
    revision: QuoteRevision,
    request: PatientRequest,
    what: notifications.Answer,
    settings: Settings,
    now: datetime,
    **detail: str,
) -> None:
    """Write down with the request what the patient said, and tell the desk, without a personal word."""
    event = requests.add_event(
        request,
        what,
        actor="patient",
        now=now,
        settings=settings,
        quote=revision.quote.number,
        revision=revision.number,
        **detail,
    )
    after = "quoted" if what == "taken_back" else what
    if after in requests.NEXT[request.state]:
        requests.move(request, cast(Any, after), actor="patient", now=now, settings=settings)
    told: dict[str, Any] = {"submission": event.name, "settings": settings, "now": now}
    notifications.tell_desk("quote_decided", revision, options={"what": what}, **told)
    notifications.tell_patient(revision, what, **told)


def _end_of(day: date, time_zone: str) -> datetime:
    """Return the moment at which a day is over in a time zone."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone)).astimezone(UTC)
