"""All quotes as a list, what was accepted and declined in each month, and why; amounts of two currencies never meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from estimator.act import Act
from estimator.db import db
from estimator.models import PatientRequest, Quote, QuoteDecision, QuoteRevision, TableVersion
from estimator.models.quotes import RevisionState
from estimator.quotes import patient_of, state_at
from estimator.reports import decisions
from estimator.reports.years import DAY, PIECE, about, months_of, newest_first, there, without_invented, zones
from pricing import quote_plans
from pricing.money import exactly
from pricing.stored import read_quote


@dataclass(frozen=True)
class Listed:
    """One revision with its present state; `patient` is None once the person is erased, or if no name was asked for.

    `total` and `adjusted` are those of the first plan, and once a plan was accepted those of that; `plan` is its letter
    and `taken` the numbers of the optional lines that were taken with it, None where there was nothing to choose.
    """

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
    plan: str | None
    taken: str | None
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


def listed(act: Act, year: int | None, most: int, *, named: bool, invented: bool = True) -> Iterator[Listed]:
    """Return the revisions that were issued in a year, or ever, the newest first; `most` of them at most.

    A year is that of the quote's own time zone. Names are opened if they are to be `named`; raises
    keys.Unreadable. What is `invented` can be left out, here and below.
    """
    wanted = without_invented(_wanted(), Quote.number, invented=invented)
    for row in newest_first(wanted, QuoteRevision.issued_at, QuoteRevision.id, year, most):
        # Of a whole revision only what these two look at is read: a list is long.
        revision = cast(QuoteRevision, row)
        yield Listed(
            number=row.quote_number,
            revision=row.number,
            reference=row.reference,
            state=state_at(revision, act.now),
            issued_at=row.issued_at,
            valid_until=row.valid_until,
            time_zone=row.time_zone,
            total=Decimal(row.total),
            adjusted=_adjusted(row),
            currency=row.currency,
            country=row.country,
            language=row.language,
            table=row.slug,
            version=row.version,
            decided_at=row.decided_at,
            reason=row.reason,
            plan=row.plan,
            taken=row.taken,
            patient=patient_of(revision, act.settings.data_keys) if named else None,
        )


def _adjusted(row: Any) -> Decimal:
    """Return the sum of the adjustments of a revision, or of that of its plans which was accepted."""
    if not row.plan:
        return Decimal(row.adjusted)
    content = db.session.scalars(select(QuoteRevision.content).filter_by(id=row.id)).one()
    return Decimal(quote_plans.by_plan(read_quote(content))[row.plan]["adjusted"])


def count(year: int, *, invented: bool = True) -> int:
    """Return how many revisions were issued in a year of their own time zone."""
    first, last = about(year)
    at, same_everywhere = QuoteRevision.issued_at, (first + 2 * DAY, last - 2 * DAY)
    within = select(func.count(QuoteRevision.id)).where(at >= same_everywhere[0], at < same_everywhere[1])
    ends = select(at, QuoteRevision.time_zone).where(
        or_(and_(at >= first, at < same_everywhere[0]), and_(at >= same_everywhere[1], at < last))
    )
    within, ends = (_of_quotes(each, invented=invented) for each in (within, ends))
    by_zone = sum(there(moment, zone).year == year for moment, zone in db.session.execute(ends))
    return (db.session.scalar(within) or 0) + by_zone


def _of_quotes(wanted: Select[*tuple[Any, ...]], *, invented: bool) -> Select[*tuple[Any, ...]]:
    """Return a query about revisions without those of invented quotes; the same if these count too."""
    if invented:
        return wanted
    joined = wanted.join(Quote, Quote.id == QuoteRevision.quote_id)
    return without_invented(joined, Quote.number, invented=invented)


def are_more_than(most: int) -> bool:
    """Whether more revisions than these were ever issued; no more are looked at."""
    some = select(QuoteRevision.id).limit(most + 1).subquery()
    return (db.session.scalar(select(func.count()).select_from(some)) or 0) > most


def months(year: int, *, invented: bool = True) -> Sequence[Month]:
    """Return the months of a year in which something happened, each currency by itself, the newest first.

    Of the decisions about a quote and its revisions only the last one counts: none that was taken back, and no
    acceptance that ended because another revision was issued.
    """
    found: dict[tuple[date, str], Month] = {}

    def of(month: date, currency: str) -> Month:
        return found.setdefault((month, currency), Month(month, currency))

    for first_day, currency, issued in _issued_by_month(year, invented=invented):
        of(first_day, currency).issued += issued
    with exactly():
        for kind, at, zone, currency, total, _reason in _decided_about(year, invented=invented):
            local = there(at, zone)
            if local.year != year:
                continue
            month = of(date(local.year, local.month, 1), currency)
            if kind == "accepted":
                month.accepted += 1
                month.accepted_total += Decimal(total)
            else:
                month.declined += 1
                month.declined_total += Decimal(total)
    return sorted(found.values(), key=lambda one: (one.currency, -one.month.toordinal()))


def reasons(year: int, *, invented: bool = True) -> Mapping[str, int]:
    """Return how often each reason was given for declining a quote in a year, the most frequent first."""
    counted = Counter(
        reason
        for kind, at, zone, _currency, _total, reason in _decided_about(year, invented=invented)
        if kind == "declined" and there(at, zone).year == year
    )
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


def years() -> tuple[int, int] | None:
    """Return the first and the last year in which a quote was issued; None if none was."""
    # Each by itself is one step in an index; both in one query would be all of it.
    first, last = (db.session.scalar(select(edge(QuoteRevision.issued_at))) for edge in (func.min, func.max))
    return None if first is None or last is None else (first.year, last.year)


def _issued_by_month(year: int, *, invented: bool) -> Iterator[tuple[date, str, int]]:
    """Yield how many quotes were issued for the first time in a month of their own time zone, by currency.

    The database counts each month of each zone along an index, and looks at no revision.
    """
    for zone in zones(QuoteRevision.time_zone):
        for day, first, following in months_of(year, zone):
            counted = (
                select(QuoteRevision.currency, func.count())
                .where(
                    QuoteRevision.time_zone == zone,
                    QuoteRevision.issued_at >= first,
                    QuoteRevision.issued_at < following,
                    QuoteRevision.number == 1,
                )
                .group_by(QuoteRevision.currency)
            )
            for currency, issued in db.session.execute(_of_quotes(counted, invented=invented)).all():
                yield day, currency, issued


def _decided_about(year: int, *, invented: bool) -> Iterator[Any]:
    """Yield the last decision of each quote that stands, if it is of a year or a day more at either end.

    PIECE of them are in memory at once.
    """
    first, last = about(year)
    later, its_decision = aliased(QuoteRevision), aliased(QuoteDecision)
    decided_later = (
        select(later.id)
        .join(its_decision, its_decision.revision_id == later.id)
        .where(
            later.quote_id == QuoteRevision.quote_id,
            later.number > QuoteRevision.number,
            decisions.stands(its_decision, later),
        )
        .exists()
    )
    decided = (
        select(
            QuoteDecision.kind,
            QuoteDecision.at,
            QuoteRevision.time_zone,
            QuoteRevision.currency,
            func.coalesce(QuoteDecision.total, QuoteRevision.total),
            QuoteDecision.reason,
        )
        .join(QuoteRevision, QuoteRevision.id == QuoteDecision.revision_id)
        .where(
            decisions.stands(),
            QuoteDecision.at >= first,
            QuoteDecision.at < last,
            ~decided_later,
        )
    )
    decided = _of_quotes(decided, invented=invented)
    return iter(db.session.execute(decided.execution_options(yield_per=PIECE)))


def _wanted() -> Select[*tuple[Any, ...]]:
    revision = QuoteRevision
    return (
        select(
            revision.id,
            revision.number,
            revision.name,
            revision.state,
            revision.patient,
            revision.issued_at,
            revision.valid_until,
            revision.time_zone,
            func.coalesce(QuoteDecision.total, revision.total).label("total"),
            revision.adjusted,
            QuoteDecision.plan,
            QuoteDecision.taken,
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
    )
