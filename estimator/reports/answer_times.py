"""What the desk did with the requests that came in a year, by what they have in common.

A year and a month are those of the price list's clinic. Requests whose time of keeping is over are not there any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select

from estimator.db import db
from estimator.models import (
    Estimate,
    PatientRequest,
    Quote,
    QuoteDecision,
    QuoteRevision,
    RequestEvent,
    TableVersion,
)
from estimator.reports import decisions
from estimator.reports.years import PIECE, in_year, months_of, there, without_invented, zones

By = Literal["month", "list", "country", "coordinator"]

FEW = 11
"""Of fewer people no percentile is told, and where they are from is not counted: somebody might be recognised.

Source: Hospital Price Transparency, the rules of its files in version 3: a count of 1 to 10 is shown as such.
"""

ANSWERS = ("answer", "issued")
"""The kinds of events with which the desk answers a patient: with words, or with a quote."""


@dataclass
class Group:
    """Requests that came in a year and have something in common, and what became of them until now."""

    #: "2026-11", the list, the country's ISO 3166 code, or the number of a member of staff; "" for none
    key: str | int
    requests: int = 0
    #: from each request to its first answer
    times: list[timedelta] = field(default_factory=list)
    #: how many were answered before they were overdue
    in_time: int = 0
    quoted: int = 0
    accepted: int = 0
    declined: int = 0
    #: estimates that were made; None where they have nothing of that kind
    estimates: int | None = None

    @property
    def answered(self) -> int:
        """How many were answered."""
        return len(self.times)

    def within(self, percent: int) -> timedelta | None:
        """Return within which time so many percent of the answered ones were; None of fewer than FEW.

        It is a time that was observed: between two of them, the longer one.
        """
        if len(self.times) < FEW:
            return None
        return sorted(self.times)[-(-len(self.times) * percent // 100) - 1]


def groups(year: int, by: By, *, invented: bool = True) -> Sequence[Group]:
    """Return the requests of a year in groups: months the newest first, others the largest first.

    What is `invented` can be left out.
    """
    found: dict[str | int, Group] = {}

    def of(key: str | int) -> Group:
        return found.setdefault(key, Group(key, estimates=0 if by in ("month", "list") else None))

    for row in _requests(year, invented=invented):
        received = there(row.created_at, row.time_zone)
        if received.year != year:
            continue
        group = of(_key(by, row, received))
        group.requests += 1
        if row.answered_at is not None:
            group.times.append(max(row.answered_at - row.created_at, timedelta()))
            group.in_time += row.answered_at <= row.due_at
        group.quoted += row.quote is not None
        group.accepted += row.decided == "accepted"
        group.declined += row.decided == "declined"
    if by in ("month", "list"):
        for key, made in _estimates(year, by, invented=invented).items():
            of(key).estimates = made
    if by == "month":
        return sorted(found.values(), key=lambda group: str(group.key), reverse=True)
    return sorted(
        found.values(), key=lambda group: (-group.requests, -(group.estimates or 0), str(group.key))
    )


def total(parts: Sequence[Group]) -> Group:
    """Return groups that have nothing in common as one."""
    estimates = [part.estimates for part in parts if part.estimates is not None]
    return Group(
        "",
        requests=sum(part.requests for part in parts),
        times=[time for part in parts for time in part.times],
        in_time=sum(part.in_time for part in parts),
        quoted=sum(part.quoted for part in parts),
        accepted=sum(part.accepted for part in parts),
        declined=sum(part.declined for part in parts),
        estimates=sum(estimates) if estimates else None,
    )


def recognisable(parts: Sequence[Group]) -> tuple[Sequence[Group], Sequence[Group]]:
    """Return the groups that may be told by themselves, and those that are too few for that.

    Where only one is too few, the smallest of the others is with it: or else the difference to the whole would tell it.
    """
    enough = [part for part in parts if part.requests >= FEW]
    few = [part for part in parts if part.requests < FEW]
    if len(few) == 1 and enough:
        smallest = min(enough, key=lambda part: part.requests)
        enough.remove(smallest)
        few.append(smallest)
    return enough, few


def years() -> tuple[int, int] | None:
    """Return the first and the last year in which a request came or an estimate was made; None if none was."""
    edges = [
        db.session.scalar(select(edge(column)))
        for column in (PatientRequest.created_at, Estimate.created_at)
        for edge in (func.min, func.max)
    ]
    known = [moment.year for moment in edges if moment is not None]
    return (min(known), max(known)) if known else None


def _key(by: By, row: Any, received: datetime) -> str | int:
    match by:
        case "month":
            return f"{received:%Y-%m}"
        case "list":
            return str(row.slug)
        case "country":
            return str(row.country)
        case "coordinator":
            return "" if row.assignee_id is None else int(row.assignee_id)


def first_answer() -> Any:
    """Return when a request was first answered, as a part of a query about requests."""
    return (
        select(func.min(RequestEvent.at))
        .where(
            RequestEvent.request_id == PatientRequest.id,
            RequestEvent.kind.in_(ANSWERS),
            RequestEvent.actor.startswith("user:"),
        )
        .correlate(PatientRequest)
        .scalar_subquery()
    )


def _requests(year: int, *, invented: bool) -> Iterator[Any]:
    quote = (
        select(func.max(Quote.id))
        .where(Quote.request_id == PatientRequest.id)
        .correlate(PatientRequest)
        .scalar_subquery()
    )
    decided = (
        select(QuoteDecision.kind)
        .join(QuoteRevision, QuoteRevision.id == QuoteDecision.revision_id)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.request_id == PatientRequest.id, decisions.stands())
        .order_by(QuoteRevision.number.desc())
        .limit(1)
        .correlate(PatientRequest)
        .scalar_subquery()
    )
    wanted = select(
        PatientRequest.created_at,
        PatientRequest.due_at,
        PatientRequest.slug,
        PatientRequest.country,
        PatientRequest.assignee_id,
        TableVersion.time_zone,
        first_answer().label("answered_at"),
        quote.label("quote"),
        decided.label("decided"),
    ).join(TableVersion, TableVersion.id == PatientRequest.table_version_id)
    wanted = without_invented(wanted, PatientRequest.reference, invented=invented)
    wanted = in_year(wanted, PatientRequest.created_at, year)
    return iter(db.session.execute(wanted.execution_options(yield_per=PIECE)))


def _estimates(year: int, by: By, *, invented: bool) -> Mapping[str, int]:
    """Count the estimates of a year by month or by list; the database counts each month of each zone along an index."""
    found: dict[str, int] = {}
    for zone in zones(TableVersion.time_zone):
        for day, first, following in months_of(year, zone):
            counted = (
                select(TableVersion.slug, func.count())
                .join(Estimate, Estimate.table_version_id == TableVersion.id)
                .where(
                    TableVersion.time_zone == zone,
                    Estimate.created_at >= first,
                    Estimate.created_at < following,
                )
                .group_by(TableVersion.slug)
            )
            counted = without_invented(counted, Estimate.reference, invented=invented)
            for slug, made in db.session.execute(counted).all():
                key = f"{day:%Y-%m}" if by == "month" else slug
                found[key] = found.get(key, 0) + made
    return found
