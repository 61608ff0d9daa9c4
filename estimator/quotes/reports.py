"""All quotes as a list, and what was accepted and declined in each month; amounts of two currencies never meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from estimator.act import Act
from estimator.db import db
from estimator.models import PatientRequest, Quote, QuoteDecision, QuoteRevision, TableVersion
from estimator.models.quotes import RevisionState
from estimator.quotes import issued_revisions
from pricing.money import exactly

PIECE = 500
"""Number of revisions that are read from the database at once."""

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Listed:
    """One revision with its present state; `patient` is None once the person is erased, or if no name was asked for."""

    number: str
    revision: int
    reference: str
    state: RevisionState
    issued_at: datetime
    valid_until: date
    time_zone: str
    total: Decimal
    adjusted: Decimal
    currency: str
    country: str
    language: str
    table: str
    version: str
    decided_at: datetime | None
    reason: str | None
    patient: str | None


@dataclass
class Month:
    """What happened in one month, in one currency: quotes issued for the first time, accepted, declined."""

    #: the first day of it
    month: date
    currency: str
    issued: int = 0
    accepted: int = 0
    declined: int = 0
    accepted_total: Decimal = Decimal(0)
    declined_total: Decimal = Decimal(0)


def listed(act: Act, year: int | None, most: int, *, named: bool) -> Iterator[Listed]:
    """Return the revisions that were issued in a year, or ever, the newest first; `most` of them at most.

    A year is that of the quote's own time zone. Names are opened if they are to be `named`; raises
    keys.Unreadable.
    """
    before, count = None, 0
    while True:
        rows = db.session.execute(_piece(year, before)).all()
        for row in rows:
            before = row.id
            if year is not None and _there(row.issued_at, row.time_zone).year != year:
                continue
            if count == most:
                return
            count += 1
            # Of a whole revision only what these two look at is read: a list is long.
            revision = cast(QuoteRevision, row)
            yield Listed(
                number=row.quote_number,
                revision=row.number,
                reference=row.reference,
                state=issued_revisions.state_at(revision, act.now),
                issued_at=row.issued_at,
                valid_until=row.valid_until,
                time_zone=row.time_zone,
                total=Decimal(row.total),
                adjusted=Decimal(row.adjusted),
                currency=row.currency,
                country=row.country,
                language=row.language,
                table=row.slug,
                version=row.version,
                decided_at=row.decided_at,
                reason=row.reason,
                patient=issued_revisions.patient_of(revision, act.settings.data_keys) if named else None,
            )
        if len(rows) < PIECE:
            return


def count(year: int | None) -> int:
    """Return about how many revisions were issued in a year, or ever: at its ends a zone may count a day more."""
    return db.session.scalar(_issued_in(select(func.count(QuoteRevision.id)), year)) or 0


def months(year: int) -> Sequence[Month]:
    """Return the months of a year in which something happened, each currency by itself, the newest first.

    An acceptance that was taken back does not count.
    """
    found: dict[tuple[date, str], Month] = {}

    def of(at: datetime, zone: str, currency: str) -> Month | None:
        there = _there(at, zone)
        if there.year != year:
            return None
        month = date(there.year, there.month, 1)
        return found.setdefault((month, currency), Month(month, currency))

    issued = _issued_in(
        select(QuoteRevision.issued_at, QuoteRevision.time_zone, QuoteRevision.currency), year
    ).where(QuoteRevision.number == 1)
    for at, zone, currency in db.session.execute(issued):
        month = of(at, zone, currency)
        if month is not None:
            month.issued += 1
    first, last = _about(year)
    decided = (
        select(
            QuoteDecision.kind,
            QuoteDecision.at,
            QuoteRevision.time_zone,
            QuoteRevision.currency,
            QuoteRevision.total,
        )
        .join(QuoteRevision, QuoteRevision.id == QuoteDecision.revision_id)
        .where(QuoteDecision.taken_back_at.is_(None), QuoteDecision.at >= first, QuoteDecision.at < last)
    )
    with exactly():
        for kind, at, zone, currency, total in db.session.execute(decided):
            month = of(at, zone, currency)
            if month is None:
                continue
            if kind == "accepted":
                month.accepted += 1
                month.accepted_total += Decimal(total)
            else:
                month.declined += 1
                month.declined_total += Decimal(total)
    return sorted(found.values(), key=lambda one: (one.currency, -one.month.toordinal()))


def years() -> tuple[int, int] | None:
    """Return the first and the last year in which a quote was issued; None if none was."""
    first, last = db.session.execute(
        select(func.min(QuoteRevision.issued_at), func.max(QuoteRevision.issued_at))
    ).one()
    return None if first is None else (first.year, last.year)


def _piece(year: int | None, before: int | None) -> Any:
    revision = QuoteRevision
    wanted = (
        select(
            revision.id,
            revision.number,
            revision.name,
            revision.state,
            revision.patient,
            revision.issued_at,
            revision.valid_until,
            revision.time_zone,
            revision.total,
            revision.adjusted,
            revision.currency,
            revision.language,
            Quote.number.label("quote_number"),
            PatientRequest.reference,
            PatientRequest.country,
            TableVersion.slug,
            TableVersion.version,
            QuoteDecision.at.label("decided_at"),
            QuoteDecision.reason,
        )
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .join(PatientRequest, PatientRequest.id == Quote.request_id)
        .join(TableVersion, TableVersion.id == QuoteRevision.table_version_id)
        .outerjoin(
            QuoteDecision,
            (QuoteDecision.revision_id == QuoteRevision.id) & QuoteDecision.taken_back_at.is_(None),
        )
        .order_by(QuoteRevision.id.desc())
        .limit(PIECE)
    )
    if before is not None:
        wanted = wanted.where(QuoteRevision.id < before)
    return _issued_in(wanted, year)


def _issued_in(wanted: Any, year: int | None) -> Any:
    if year is None:
        return wanted
    first, last = _about(year)
    return wanted.where(QuoteRevision.issued_at >= first, QuoteRevision.issued_at < last)


def _about(year: int) -> tuple[datetime, datetime]:
    """Return a year with one more day at either end, so that it covers the year of every time zone."""
    return datetime(year, 1, 1, tzinfo=UTC) - DAY, datetime(year + 1, 1, 1, tzinfo=UTC) + DAY


def _there(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))
