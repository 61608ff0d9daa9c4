"""What waits at the desk: requests by what is to be done with them, counted, and listed a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all

from estimator.db import db
from estimator.models import PatientRequest, Quote, QuoteRevision
from estimator.models.requests import RequestState
from estimator.requests.search import COUNTED, PAGE

SOON = timedelta(days=7)
"""Time before its last day in which a quote that can be accepted counts as expiring."""

EARLIEST = timedelta(hours=12)
"""How far behind UTC the day begins somewhere: there, a quote whose last day was yesterday can still be accepted."""

BUSY: tuple[RequestState, ...] = ("new", "in_work")
"""The states in which the clinic has to do something; what waits for the patient is not late."""


def _in_state(state: RequestState) -> Callable[[datetime], ColumnElement[bool]]:
    return lambda _now: PatientRequest.state == state


def _overdue(now: datetime) -> ColumnElement[bool]:
    late = and_(PatientRequest.state.in_(BUSY), PatientRequest.due_at < now, ~_is_answered())
    return or_(late, PatientRequest.question_due_at < now)


def _expiring(now: datetime) -> ColumnElement[bool]:
    ending = (
        select(Quote.request_id)
        .join(QuoteRevision, QuoteRevision.quote_id == Quote.id)
        .where(
            QuoteRevision.state == "current",
            QuoteRevision.valid_until >= (now - EARLIEST).date(),
            QuoteRevision.valid_until <= (now + SOON).date(),
        )
    )
    return PatientRequest.id.in_(ending)


def _is_answered() -> ColumnElement[bool]:
    """Whether nobody waits for an answer who asked for nothing but that."""
    return and_(
        PatientRequest.kind == "question",
        PatientRequest.state == "in_work",
        PatientRequest.question_due_at.is_(None),
    )


LISTS: Mapping[str, Callable[[datetime], ColumnElement[bool]]] = {
    "new": _in_state("new"),
    "questions": lambda _now: PatientRequest.question_due_at.is_not(None),
    "accepted": _in_state("accepted"),
    "expiring": _expiring,
    "overdue": _overdue,
}
"""The lists of what waits, by name: the condition that a request of each meets at a moment."""

STATES: tuple[RequestState, ...] = ("in_work", "waiting", "quoted")
"""States that are counted beside them, in which nothing is to be done at once."""


def counts(now: datetime) -> Mapping[str, int]:
    """Return the length of each of LISTS, and how many requests are in each of STATES; COUNTED + 1 stands for more."""
    asked = {name: condition(now) for name, condition in LISTS.items()}
    asked |= {state: PatientRequest.state == state for state in STATES}
    found = union_all(
        *(
            select(literal(name).label("name"), func.count().label("count")).select_from(
                select(PatientRequest.id).where(condition).limit(COUNTED + 1).subquery()
            )
            for name, condition in asked.items()
        )
    )
    return {str(row.name): int(row[1]) for row in db.session.execute(found)}


def page(name: str, now: datetime, *, after: int | None) -> tuple[list[int], int | None]:
    """Return the numbers of a page of one of LISTS, the oldest request first, and after which the next page begins."""
    found = select(PatientRequest.id).where(LISTS[name](now)).order_by(PatientRequest.id).limit(PAGE + 1)
    if after is not None:
        found = found.where(PatientRequest.id > after)
    ids = list(db.session.scalars(found))
    return ids[:PAGE], ids[PAGE - 1] if len(ids) > PAGE else None


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


def totals_of(ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    """Return total and currency of the newest revision, by the numbers of the requests that have a quote."""
    newest = (
        select(func.max(QuoteRevision.number)).where(QuoteRevision.quote_id == Quote.id).correlate(Quote)
    ).scalar_subquery()
    rows = db.session.execute(
        select(Quote.request_id, QuoteRevision.total, QuoteRevision.currency)
        .join(QuoteRevision, and_(QuoteRevision.quote_id == Quote.id, QuoteRevision.number == newest))
        .where(Quote.request_id.in_(ids))
    )
    return {row.request_id: (row.total, row.currency) for row in rows}


def _due(state: RequestState, kind: str, due_at: datetime, question: datetime | None) -> datetime | None:
    is_answered = kind == "question" and state == "in_work" and question is None
    asked = due_at if state in BUSY and not is_answered else None
    return min((moment for moment in (asked, question) if moment is not None), default=None)
