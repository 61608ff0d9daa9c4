"""What the final bills of comparable cases say of a new estimate, and of all estimates of a group.

Comparable are bills that stand, of the same price list, the same type of cells and the same currency, from the last
MONTHS months, whose estimate was the whole of what the provider bills: nothing of it on request, and no question left
open that a price of the provider depends on. The range is that of what is paid to the provider, because the bill is the
provider's. No case is left out because of how it ended. docs/ranges.md says what the figures promise, and what not.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, cast

from sqlalchemy import ColumnElement, or_, select

from estimator import demonstration_marks
from estimator.db import db
from estimator.models import FinalBill, PatientRequest
from pricing import PriceTable
from pricing.left_open import not_firm
from pricing.money import Rounder
from pricing.past_bills import FEW, Case, Said, held, record, trend
from pricing.stored import Cases, StoredBreakdown
from pricing.table import ChoiceDriver

MONTHS = 15
"""For so long back, from the day of an estimate, bills count. Source: Hospital Price Transparency asks for 12 to 15."""

MOST = 1000
"""Maximum number of bills of a group that are looked at, the newest of them."""

LONGEST_CELLS = 1000


@dataclass(frozen=True)
class Group:
    """Which cases are comparable: those of one price list, one type of cells, and one currency."""

    slug: str
    cells: str
    currency: str


class PastCase(NamedTuple):
    """One case that came to its end: the day of its bill, and what its estimate and its bill said."""

    billed_on: date
    case: Case
    #: the number of its bill
    bill: int = 0


def cells_of(table: PriceTable, answers: Mapping[str, str | bool]) -> str:
    """Return the type of cells that was answered, as it is compared: "cells=own"; of several questions all of them."""
    said = " ".join(
        f"{driver.code}={answers[driver.code]}"
        for driver in table.drivers
        if isinstance(driver, ChoiceDriver) and driver.role == "cell_type" and driver.code in answers
    )
    return said if len(said) <= LONGEST_CELLS else hashlib.sha256(said.encode()).hexdigest()


def group_of(table: PriceTable, breakdown: StoredBreakdown) -> Group:
    """Return the group that an estimate belongs to."""
    return Group(table.table, cells_of(table, breakdown["answers"]), breakdown["currency"])


def range_of(table: PriceTable, breakdown: StoredBreakdown) -> Cases | None:
    """Return what an estimate says is paid to the provider; None if that is not the whole of it, or nothing.

    What others are paid may be on request, or depend on a question that was left open: that is on no bill of theirs.
    """
    of_provider = {group["code"] for group in breakdown["groups"] if group["total"] == "provider"}
    on_request = set(breakdown["on_request"])
    if any(item["code"] in on_request and item["group"] in of_provider for item in breakdown["items"]):
        return None
    provider = breakdown["totals"]["provider"]
    whole = not not_firm(table, breakdown.get("not_counted", ()))
    return provider if whole and Decimal(provider["likely"]) > 0 else None


def first_day(until: date) -> date:
    """Return the first day of the period that ends with a day."""
    year, month = divmod(until.year * 12 + until.month - 1 - MONTHS, 12)
    return date(year, month + 1, min(until.day, 28)) + timedelta(days=1)


def comparable_cases(group: Group, until: date, *, invented: bool = False) -> list[PastCase]:
    """Return the cases of a group in the period that ends with a day, the oldest first.

    Those of a demonstration count only where they are `invented` ones that are looked at.
    """
    found = db.session.execute(
        select(
            FinalBill.billed_on,
            FinalBill.low,
            FinalBill.likely,
            FinalBill.high,
            FinalBill.total,
            FinalBill.id,
        )
        .where(
            FinalBill.slug == group.slug,
            FinalBill.cells == group.cells,
            FinalBill.currency == group.currency,
            FinalBill.billed_on >= first_day(until),
            FinalBill.billed_on <= until,
            FinalBill.ended_at.is_(None),
            FinalBill.likely.is_not(None),
            *_among(invented=invented),
        )
        .order_by(FinalBill.billed_on.desc(), FinalBill.id.desc())
        .limit(MOST)
    )
    cases = [
        PastCase(day, Case(Decimal(low), Decimal(likely), Decimal(high), Decimal(total)), number)
        for day, low, likely, high, total, number in found
        if low is not None and likely is not None and high is not None
    ]
    return cases[::-1]


def all_groups(until: date, *, invented: bool = False) -> dict[Group, list[PastCase]]:
    """Return the cases of every group in the period that ends with a day, each group's oldest first."""
    found = db.session.execute(
        select(FinalBill.slug, FinalBill.cells, FinalBill.currency)
        .where(
            FinalBill.billed_on >= first_day(until),
            FinalBill.billed_on <= until,
            FinalBill.ended_at.is_(None),
            FinalBill.likely.is_not(None),
            *_among(invented=invented),
        )
        .distinct()
    )
    groups = sorted((Group(*row) for row in found), key=lambda each: (each.slug, each.cells, each.currency))
    return {group: comparable_cases(group, until, invented=invented) for group in groups}


def _among(*, invented: bool) -> list[ColumnElement[bool]]:
    """Return what holds of the bills that count: those of a demonstration among real ones never do."""
    reference = FinalBill.estimate_reference
    return [] if invented else [or_(reference.is_(None), ~demonstration_marks.marked(reference))]


def requests_of(cases: Sequence[PastCase], ratio: Fraction) -> list[str]:
    """Return the references of the requests whose bill is this ratio to its likely total, as long as they are kept."""
    numbers = [each.bill for each in cases if each.case.ratio == ratio]
    found = (
        select(PatientRequest.reference)
        .join(FinalBill, FinalBill.request_id == PatientRequest.id)
        .where(FinalBill.id.in_(numbers))
        .order_by(FinalBill.id)
    )
    return list(db.session.scalars(found))


class Months(NamedTuple):
    """How often ranges came true in the bills of one month, or of some that follow each other."""

    first: date
    last: date
    bills: int
    inside: int


def by_month(cases: Sequence[PastCase]) -> list[Months]:
    """Return how many bills of each month were inside their range, the oldest month first.

    Months with fewer than FEW bills are put together with the next ones, the last ones with those before them; of
    fewer bills in all nothing is told.
    """
    months: dict[date, list[bool]] = defaultdict(list)
    for each in cases:
        months[each.billed_on.replace(day=1)].append(each.case.is_inside)
    found: list[Months] = []
    for month, inside in sorted(months.items()):
        one = Months(month, month, len(inside), sum(inside))
        if found and found[-1].bills < FEW:
            one = _together(found.pop(), one)
        found.append(one)
    if len(found) > 1 and found[-1].bills < FEW:
        last = found.pop()
        found.append(_together(found.pop(), last))
    return [each for each in found if each.bills >= FEW]


def _together(first: Months, second: Months) -> Months:
    return Months(first.first, second.last, first.bills + second.bills, first.inside + second.inside)


def in_percent(ratio: Fraction) -> int:
    """Return a ratio in whole per cent, half away from zero."""
    whole = int(abs(ratio) * 100 + Fraction(1, 2))
    return whole if ratio >= 0 else -whole


def whole_percent(median: Fraction) -> int:
    """Return by how many whole per cent a ratio is above 1, below it if negative."""
    return in_percent(median - 1)


def said_of(
    table: PriceTable,
    breakdown: StoredBreakdown,
    until: date,
    *,
    record_too: bool,
    few_too: bool,
    range_too: bool,
) -> Said | None:
    """Return what an estimate that is made on a day is to say of past bills; None if that is nothing.

    `record_too` is how often ranges were true, `few_too` that there are fewer than 11 bills, and `range_too` the range
    of past bills beside the list's own, which it never says where bills come to be higher or lower.
    """
    provider = range_of(table, breakdown)
    if provider is None:
        return None
    comparable = comparable_cases(group_of(table, breakdown), until, invented=table.demo)
    cases = [each.case for each in comparable]
    found = record(cases)
    since, last = first_day(until).isoformat(), until.isoformat()
    if found is None:
        return Said(few=True, since=since, until=last) if few_too else None
    said = Said(few=False, since=since, until=last, count=found.count)
    if record_too:
        said["inside"], said["median"] = found.inside, whole_percent(found.median)
    around = held(cases) if range_too and trend(cases) is None else None
    if around is not None:
        text = Rounder(table.round_to, "down").text
        low, high = around.around(Decimal(provider["likely"]), table.round_to)
        said["range"] = {
            "low": text(low),
            "high": text(high),
            "list_low": provider["low"],
            "list_high": provider["high"],
        }
    return said if record_too or "range" in said else None


def written(said: Said | None) -> str | None:
    """Return what an estimate says of past bills as it is stored."""
    return None if said is None else json.dumps(said, sort_keys=True)


def read(stored: str | None) -> Said | None:
    """Return what an estimate says of past bills; no validation."""
    return None if stored is None else cast(Said, json.loads(stored))
