"""What waits at the desk: requests by what is to be done with them, counted, and listed a page at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, select, union, union_all

from estimator.db import db
from estimator.models import PatientRequest, Quote, QuoteDecision, QuoteRevision
from estimator.models.requests import RequestState
from estimator.requests.search import PAGE

COUNTED = 1_000
"""Counting stops here; a larger number is shown as "more than"."""

SOON = timedelta(days=7)
"""Time before its last day in which a quote that can be accepted counts as expiring."""

EARLIEST = timedelta(hours=12)
"""How far behind UTC the day begins somewhere: there, a quote whose last day was yesterday can still be accepted."""

BUSY: tuple[RequestState, ...] = ("new", "in_work")
"""The states in which the clinic has to do something; what waits for the patient is not late."""

THEIRS: tuple[RequestState, ...] = ("waiting", "quoted")
"""The states in which it is for the patient to say something."""

Arm = Select[int]
"""A query of numbers of requests, answered by one index."""


def _where(*conditions: ColumnElement[bool]) -> Arm:
    return select(PatientRequest.id.label("id")).where(*conditions)


Arms = Callable[[datetime, int], list[Arm]]
"""The queries that find the requests of a list at a moment, after how many days of silence one is to be followed up."""


def _in_state(state: RequestState) -> Arms:
    return lambda _now, _silent_days: [_where(PatientRequest.state == state)]


def _asking(_now: datetime, _silent_days: int) -> list[Arm]:
    return [_where(PatientRequest.question_due_at.is_not(None))]


def _overdue(now: datetime, _silent_days: int) -> list[Arm]:
    # Nobody waits any more for an answer who asked for nothing but that, and has it.
    is_answered = and_(PatientRequest.kind == "question", PatientRequest.question_due_at.is_(None))
    is_late = PatientRequest.due_at < now
    return [
        _where(PatientRequest.state == "new", is_late),
        _where(PatientRequest.state == "in_work", is_late, ~is_answered),
        _where(PatientRequest.question_due_at < now),
    ]


def _accepted(_now: datetime, _silent_days: int) -> list[Arm]:
    return [_where(PatientRequest.acceptance_waits_since.is_not(None))]


def _expiring(now: datetime, _silent_days: int) -> list[Arm]:
    return [
        select(Quote.request_id.label("id"))
        .join(QuoteRevision, QuoteRevision.quote_id == Quote.id)
        .where(
            QuoteRevision.state == "current",
            QuoteRevision.valid_until >= (now - EARLIEST).date(),
            QuoteRevision.valid_until <= (now + SOON).date(),
        )
    ]


def _silent(now: datetime, silent_days: int) -> list[Arm]:
    if not silent_days:
        return [_where(false())]
    has_been = PatientRequest.active_at < now - timedelta(days=silent_days)
    return [_where(PatientRequest.state == state, has_been) for state in THEIRS]


LISTS: Mapping[str, Arms] = {
    "new": _in_state("new"),
    "questions": _asking,
    "accepted": _accepted,
    "expiring": _expiring,
    "follow_up": _silent,
    "overdue": _overdue,
}
"""The lists of what waits, by name: the queries that find the requests of each at a moment."""

TOGETHER = "together"
"""The name under which the requests on any of the lists are counted, each once."""

STATES: tuple[RequestState, ...] = ("in_work", "waiting", "quoted")
"""States that are counted beside them, in which nothing is to be done at once."""


def counts(now: datetime, *, silent_days: int = 0, also: Sequence[Arm] = ()) -> Mapping[str, int]:
    """Return the length of each of LISTS, and how many requests are in each of STATES; COUNTED + 1 stands for more.

    After `silent_days` of silence a request is to be followed up, never if that is 0. TOGETHER are those on any of the
    lists or in `also`.
    """
    asked = {name: arms(now, silent_days) for name, arms in LISTS.items()}
    # What is more than that by itself is so together, so that no list is read further.
    together = [arm.limit(COUNTED + 1) for arms in (*asked.values(), also) for arm in arms]
    asked[TOGETHER] = [select(arm.subquery().c.id) for arm in together]
    asked |= {state: _in_state(state)(now, silent_days) for state in STATES}
    found = union_all(
        *(
            select(literal(name).label("name"), func.count().label("count")).select_from(
                _all(arms).limit(COUNTED + 1).subquery()
            )
            for name, arms in asked.items()
        )
    )
    return {str(row.name): int(row[1]) for row in db.session.execute(found)}


def page(
    name: str, now: datetime, *, after: int | None, silent_days: int = 0
) -> tuple[list[int], int | None]:
    """Return the numbers of a page of one of LISTS, the oldest request first, and after which the next page begins."""
    waiting = _all(LISTS[name](now, silent_days)).subquery()
    found = select(waiting.c.id).order_by(waiting.c.id).limit(PAGE + 1)
    if after is not None:
        found = found.where(waiting.c.id > after)
    ids = list(db.session.scalars(found))
    return ids[:PAGE], ids[PAGE - 1] if len(ids) > PAGE else None


def _all(arms: Sequence[Arm]) -> Select[int]:
    """Return a query of the numbers that any of some queries finds, each once."""
    if len(arms) == 1:
        return arms[0]
    return select(union(*arms).subquery().c.id)


def numbered(ids: Collection[int]) -> Arm:
    """Return the query of the requests with these numbers."""
    return _where(PatientRequest.id.in_(ids))


def due_of(request: PatientRequest) -> datetime | None:
    """Return by when the clinic has to do something about a request; None if nobody waits for it."""
    return _due(request.state, request.kind, request.due_at, request.question_due_at)


def dues_of(ids: Collection[int]) -> Mapping[int, datetime | None]:
    """Return `due_of` for the requests with these numbers."""
    columns = (
        PatientRequest.id,
        PatientRequest.state,
        PatientRequest.kind,
        PatientRequest.due_at,
        PatientRequest.question_due_at,
    )
    rows = db.session.execute(select(*columns).where(PatientRequest.id.in_(ids)))
    return {row.id: _due(row.state, row.kind, row.due_at, row.question_due_at) for row in rows}


@dataclass(frozen=True)
class Quoted:
    """What the newest revision of a quote comes to: one total, or one of each plan until one is accepted."""

    totals: tuple[str, ...]
    currency: str


def totals_of(ids: Sequence[int]) -> Mapping[int, Quoted]:
    """Return what the quotes of requests come to, by the numbers of those that have one."""
    newest = (
        select(func.max(QuoteRevision.number)).where(QuoteRevision.quote_id == Quote.id).correlate(Quote)
    ).scalar_subquery()
    accepted = (
        select(QuoteDecision.total)
        .where(QuoteDecision.revision_id == QuoteRevision.id, QuoteDecision.taken_back_at.is_(None))
        .correlate(QuoteRevision)
    ).scalar_subquery()
    # A text is searched, so that only the contents of open quotes with several plans are read.
    plans = case(
        (and_(accepted.is_(None), QuoteRevision.content.like('%"alternatives"%')), QuoteRevision.content)
    )
    rows = db.session.execute(
        select(
            Quote.request_id,
            func.coalesce(accepted, QuoteRevision.total).label("total"),
            QuoteRevision.currency,
            plans.label("plans"),
        )
        .join(QuoteRevision, and_(QuoteRevision.quote_id == Quote.id, QuoteRevision.number == newest))
        .where(Quote.request_id.in_(ids))
    )
    return {row.request_id: Quoted((row.total, *_further_totals(row.plans)), row.currency) for row in rows}


def _further_totals(content: str | None) -> list[str]:
    return [] if content is None else [each["total"] for each in json.loads(content).get("alternatives", ())]


def _due(state: RequestState, kind: str, due_at: datetime, question: datetime | None) -> datetime | None:
    is_answered = kind == "question" and state == "in_work" and question is None
    asked = due_at if state in BUSY and not is_answered else None
    return min((moment for moment in (asked, question) if moment is not None), default=None)
