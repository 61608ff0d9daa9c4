"""What patients say to a firm quote: accept, decline, take back, ask. Each is recorded, and both sides are told.

The mail to the desk has no personal word in it; what was said stands with the request. The mail to the patient is a
receipt, and tells them of what somebody else did in their name.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from estimator import audit, price_lists, requests
from estimator.act import Act
from estimator.db import db
from estimator.models import PatientRequest, QuoteDecision, QuoteRevision
from estimator.models.quotes import RevisionState
from estimator.models.requests import RequestState
from estimator.quotes import notifications, observed_terms
from estimator.quotes.issued_revisions import (
    about,
    content_of,
    decision_of,
    for_request,
    locked,
    newest,
    set_state,
    state_at,
)
from pricing import quote_options, quote_plans

DECISIONS = QuoteDecision.__tablename__

DECLINED = ("price", "plan", "elsewhere", "time", "health", "other")
"""Why a quote is declined, as codes."""

ACCEPTANCES_A_DAY = 5
"""Maximum number of acceptances of one revision within 24 hours, so that nobody lengthens a history without end.
Taking one back is never limited."""


class NotCurrent(Exception):
    """Only the current revision can be answered; `state` says what became of this one."""

    def __init__(self, state: RevisionState) -> None:
        self.state = state
        super().__init__(state)


class AlreadyDecided(Exception):
    """This revision has been answered already: `kind` is what was said, `plan` of which of several plans."""

    def __init__(self, kind: Literal["accepted", "declined"], plan: str | None = None) -> None:
        self.kind, self.plan = kind, plan
        super().__init__(kind)


class NoSuchPlan(Exception):
    """Of a quote with several plans one is accepted: none was named, or one that is not in this revision."""


class NoSuchOption(Exception):
    """Something was taken that this revision does not offer."""


class TooEarly(Exception):
    """Nothing may be accepted yet: `day` is the first on which it may be."""

    def __init__(self, day: date) -> None:
        self.day = day
        super().__init__(day.isoformat())


class TooOften(Exception):
    """A quote was accepted ACCEPTANCES_A_DAY times within a day, and taken back as often."""


class TooLate(Exception):
    """The days in which an acceptance can be taken back are over."""


def accept(
    act: Act,
    revision: QuoteRevision,
    *,
    typed_name: str,
    agreed_to: str,
    language: str,
    network: str,
    pdf_sha256: str | None,
    plan: str | None = None,
    taken: Collection[int] = (),
) -> QuoteDecision:
    """Accept the current revision; raises NotCurrent, AlreadyDecided, NoSuchPlan, NoSuchOption, TooEarly, or TooOften.

    `taken` are the numbers of the lines that are taken with it, from 1 on; what was taken is kept with the acceptance.

    Of several plans one is accepted, by its letter; the others are closed as long as that stands. It can be taken back
    until the end of the last day of reflection, in the time zone of the quote.
    """
    request = _to_be_decided(revision, act.now)
    content = quote_plans.by_plan(content_of(revision)).get(plan or "")
    if content is None:
        raise NoSuchPlan
    try:
        total = quote_options.total_with(content, sorted(set(taken)))
    except IndexError:
        raise NoSuchOption from None
    first = observed_terms.waits_until(revision, act.now)
    if first is not None:
        raise TooEarly(first)
    before = select(func.count()).where(
        QuoteDecision.revision_id == revision.id, QuoteDecision.at > act.now - timedelta(days=1)
    )
    if (db.session.scalar(before) or 0) >= ACCEPTANCES_A_DAY:
        raise TooOften
    days = observed_terms.days_to_take_back(act, revision)
    last = price_lists.day_of(act.now, revision.time_zone) + timedelta(days=days)
    until = _end_of(last, revision.time_zone) if days else None
    said = _decide(
        act,
        revision,
        "accepted",
        agreed_to=agreed_to,
        language=language,
        network=network,
        pdf_sha256=pdf_sha256,
        reversible_until=until,
        plan=plan or None,
        taken=" ".join(map(str, sorted(set(taken)))) if "options" in content else None,
        total=quote_options.written(total, content) if plan or taken else None,
        typed_name=typed_name,
    )
    _tell(act, revision, request, "accepted", plan=plan)
    _record(act, revision, "quote.accepted", **({"plan": plan} if plan else {}))
    return said


def decline(
    act: Act,
    revision: QuoteRevision,
    *,
    reason: str,
    words: str | None,
    agreed_to: str,
    language: str,
    network: str,
    pdf_sha256: str | None,
) -> QuoteDecision:
    """Decline the current revision for one of the reasons in DECLINED; raises NotCurrent, or AlreadyDecided."""
    if reason not in DECLINED:
        raise ValueError(f"no reason to decline: {reason}")
    request = _to_be_decided(revision, act.now)
    said = _decide(
        act,
        revision,
        "declined",
        agreed_to=agreed_to,
        language=language,
        network=network,
        pdf_sha256=pdf_sha256,
        reason=reason,
        words=words or None,
    )
    _tell(act, revision, request, "declined", reason=reason)
    _record(act, revision, "quote.declined", reason=reason)
    return said


def take_back(act: Act, revision: QuoteRevision) -> QuoteDecision:
    """Take an acceptance back; the revision is then as current as it was. Raises NotCurrent, or TooLate."""
    request = locked(revision)
    said = decision_of(revision)
    if revision.state != "accepted" or said is None or said.taken_back_at is not None:
        raise NotCurrent(state_at(revision, act.now))
    if said.reversible_until is None or act.now >= said.reversible_until:
        raise TooLate
    said.taken_back_at = act.now
    set_state(revision, "current", act.now)
    db.session.flush()
    _tell(act, revision, request, "taken_back", plan=said.plan)
    _record(act, revision, "quote.taken_back")
    return said


def ask_question(
    act: Act,
    request: PatientRequest,
    words: str,
    *,
    answered: requests.Answered | None = None,
    submission: str = "",
) -> None:
    """Store a patient's question or answers, whichever page they come from, and notify the desk by mail.

    The mail is about the quote, where there is one; none follows within ten minutes of another, unless the desk has
    answered. The same words again are one question. Raises outbox.TooMany after requests.QUESTIONS_A_DAY, and
    requests.Erased.
    """
    event = requests.keep_question(act, request, words, answered=answered, submission=submission)
    if event is None:
        return
    quote = for_request(request)
    if quote is None:
        requests.tell_desk(act, request, event)
        return
    revision = newest(quote)
    if requests.is_to_be_told(act, request, "quote_question", about(revision)):
        notifications.tell_desk(act, "quote_question", revision, submission=event.name)


def _to_be_decided(revision: QuoteRevision, now: datetime) -> PatientRequest:
    request = locked(revision)
    found = state_at(revision, now)
    if found in ("accepted", "declined"):
        said = decision_of(revision)
        raise AlreadyDecided(
            "accepted" if found == "accepted" else "declined", None if said is None else said.plan
        )
    if found != "current":
        raise NotCurrent(found)
    return request


def _decide(
    act: Act,
    revision: QuoteRevision,
    kind: Literal["accepted", "declined"],
    *,
    agreed_to: str,
    language: str,
    network: str,
    pdf_sha256: str | None,
    reversible_until: datetime | None = None,
    reason: str | None = None,
    plan: str | None = None,
    taken: str | None = None,
    total: str | None = None,
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
        at=act.now,
        reversible_until=reversible_until,
        plan=plan,
        taken=taken,
        total=total,
        **{
            column: None if text is None else act.settings.data_keys.seal(text, DECISIONS, column, name)
            for column, text in personal.items()
        },
    )
    db.session.add(said)
    set_state(revision, kind, act.now)
    db.session.flush()
    return said


def _record(act: Act, revision: QuoteRevision, action: str, **detail: str) -> None:
    """Add what was decided to the trail, which outlives the history of a person."""
    audit.add(
        act,
        action,
        subject=f"quote_revision:{revision.id}",
        number=revision.quote.number,
        revision=revision.number,
        **detail,
    )


def _tell(
    act: Act,
    revision: QuoteRevision,
    request: PatientRequest,
    what: notifications.Answer,
    plan: str | None = None,
    **detail: str,
) -> None:
    """Add an event to the request, and notify the desk by a mail without personal data."""
    which = {"plan": plan} if plan else {}
    erased_too = what == "taken_back"  # what was accepted is kept of somebody erased, and can be taken back
    event = requests.add_event(
        act,
        request,
        what,
        erased_too=erased_too,
        quote=revision.quote.number,
        revision=revision.number,
        **which,
        **detail,
    )
    # Whatever the desk made of the request meanwhile: what was said to a quote counts, and nobody may miss it.
    after: RequestState = "quoted" if what == "taken_back" else what
    requests.move(act, request, after, erased_too=erased_too)
    if notifications.has_room(act, notifications.DECIDED, revision):
        notifications.tell_desk(
            act, notifications.DECIDED, revision, submission=event.name, options={"what": what, **which}
        )
    notifications.tell_patient(act, revision, what, submission=event.name)


def _end_of(day: date, time_zone: str) -> datetime:
    """Return the moment at which a day ends in a time zone."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone)).astimezone(UTC)
