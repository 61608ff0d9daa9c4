"""How near estimates and quotes came to the final bills of a year, by what those cases have in common.

A month is that of the bill's day. Only bills that stand are counted. Whether a bill was inside the range, and how far
it was from the likely total, is told where the estimate was the whole; ratios have no currency, so lists of several
meet.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from sqlalchemy import func, null, or_, select
from sqlalchemy.orm import undefer

from estimator import demonstration_marks, price_lists, quotes
from estimator.db import db
from estimator.models import FinalBill, PatientRequest, QuoteRevision, TableVersion
from estimator.reports.answer_times import FEW
from pricing import PriceTable, quote_plans
from pricing.stored import read_breakdown, read_quote
from pricing.table import ChoiceDriver, YesNoDriver

By = Literal["month", "list", "cells", "rehabilitation", "adjustments"]

Part = tuple[str, str, str]
"""A list, one of its questions, and an answer: a choice, "yes" or "no"; "" for the last two where none is known."""


@dataclass
class Group:
    """Final bills of a year whose cases have something in common, beside what had been said."""

    #: "2026-11", the list, whether there were adjustments ("with", "without", "none" without a quote), or parts
    key: str | tuple[Part, ...]
    bills: int = 0
    #: bills whose estimate was the whole, and how many of those were inside its range, above it, and below
    compared: int = 0
    inside: int = 0
    above: int = 0
    #: bill to likely total, and bill to what was quoted
    of_likely: list[Fraction] = field(default_factory=list)
    of_quoted: list[Fraction] = field(default_factory=list)
    #: bills that were far above estimate or quote, by the rules of their day
    overruns: int = 0
    #: not told, because otherwise a group of few could be worked out from the total; the second, only of those compared
    withheld: bool = False
    comparison_withheld: bool = False

    @property
    def hidden(self) -> bool:
        """Whether nothing is told of it: it has so few, or is withheld for another one that has."""
        return self.bills < FEW or self.withheld

    def median(self, of: Literal["likely", "quoted"]) -> Fraction | None:
        """Return the ratio in the middle, of two the larger one; None of fewer than FEW."""
        ratios = sorted(self.of_likely if of == "likely" else self.of_quoted)
        return ratios[len(ratios) // 2] if len(ratios) >= FEW and not self.withheld else None

    def share(self, count: int) -> Fraction | None:
        """Return which part of the compared bills a count is; None of fewer than FEW, or of what is withheld."""
        told = self.compared >= FEW and not self.withheld and not self.comparison_withheld
        return Fraction(count, self.compared) if told else None


def groups(year: int, by: By, *, invented: bool) -> Sequence[Group]:
    """Return the bills of a year in groups: months the newest first, others the largest first.

    Those of a demonstration are counted only where they are `invented` ones that are looked at.
    """
    found: dict[str | tuple[Part, ...], Group] = {}
    for bill in _bills(year, by, invented=invented):
        key = _key(by, bill)
        _add(found.setdefault(key, Group(key)), bill)
    _withhold(list(found.values()))
    if by == "month":
        return sorted(found.values(), key=lambda group: str(group.key), reverse=True)
    return sorted(found.values(), key=lambda group: (-group.bills, group.key))


def _withhold(parts: Sequence[Group]) -> None:
    """Hide further groups, the smallest first, until none that is hidden can be worked out from the total."""
    hidden = [group for group in parts if group.hidden]
    for group in _to_hide(parts, hidden, "bills"):
        group.withheld = True
    hidden = [group for group in parts if group.share(0) is None]
    for group in _to_hide(parts, hidden, "compared"):
        group.comparison_withheld = True


def _to_hide(
    parts: Sequence[Group], hidden: Sequence[Group], size: Literal["bills", "compared"]
) -> list[Group]:
    """Return what is to be hidden beside `hidden`, so that these are two at least, with FEW together."""
    with_some = [group for group in hidden if getattr(group, size)]
    more: list[Group] = []
    others = sorted(
        (group for group in parts if group not in hidden),
        key=lambda group: (getattr(group, size), str(group.key)),
    )
    while with_some and others:
        together = [*with_some, *more]
        if len(together) > 1 and sum(getattr(group, size) for group in together) >= FEW:
            break
        more.append(others.pop(0))
    return more


def total(parts: Sequence[Group]) -> Group:
    """Return groups that have nothing in common as one."""
    return Group(
        "",
        bills=sum(part.bills for part in parts),
        compared=sum(part.compared for part in parts),
        inside=sum(part.inside for part in parts),
        above=sum(part.above for part in parts),
        of_likely=[ratio for part in parts for ratio in part.of_likely],
        of_quoted=[ratio for part in parts for ratio in part.of_quoted],
        overruns=sum(part.overruns for part in parts),
    )


def years() -> tuple[int, int] | None:
    """Return the first and the last year of a bill; None if there is none."""
    first, last = (
        db.session.scalar(select(edge(FinalBill.billed_on)).where(FinalBill.ended_at.is_(None)))
        for edge in (func.min, func.max)
    )
    return None if first is None or last is None else (first.year, last.year)


def _add(group: Group, bill: Any) -> None:
    total_ = Decimal(bill.total)
    group.bills += 1
    group.overruns += bool(json.loads(bill.overruns))
    if bill.likely is not None:
        group.compared += 1
        group.inside += Decimal(bill.low) <= total_ <= Decimal(bill.high)
        group.above += total_ > Decimal(bill.high)
        group.of_likely.append(Fraction(total_) / Fraction(Decimal(bill.likely)))
    if bill.quoted is not None and Decimal(bill.quoted) > 0:
        group.of_quoted.append(Fraction(total_) / Fraction(Decimal(bill.quoted)))


def _key(by: By, bill: Any) -> str | tuple[Part, ...]:
    match by:
        case "month":
            return f"{bill.billed_on:%Y-%m}"
        case "list":
            return str(bill.slug)
        case "cells":
            parts = (part.partition("=") for part in bill.cells.split())
            return tuple((bill.slug, code, choice) for code, _equals, choice in parts) or (
                (bill.slug, "", ""),
            )
        case "rehabilitation":
            return _rehabilitation(bill)
        case "adjustments":
            return _adjustments(bill)


def _rehabilitation(bill: Any) -> tuple[Part, ...]:
    """Return what was answered about rehabilitation, but for how much of it."""
    if bill.breakdown is None:
        return ((bill.slug, "", ""),)
    answers = read_breakdown(bill.breakdown)["answers"]
    parts: list[Part] = []
    for driver in _table(bill.table_version_id).drivers:
        if driver.role != "rehabilitation" or driver.code not in answers:
            continue
        answer = answers[driver.code]
        if isinstance(driver, YesNoDriver):
            parts.append((bill.slug, driver.code, "yes" if answer is True else "no"))
        elif isinstance(driver, ChoiceDriver):
            parts.append((bill.slug, driver.code, str(answer)))
    return tuple(parts) or ((bill.slug, "", ""),)


def _adjustments(bill: Any) -> str:
    """Return whether the coordinator had adjusted the quote: of several plans the one that was accepted."""
    if bill.revision_id is None:
        return "none"
    revision = db.session.get_one(QuoteRevision, bill.revision_id, options=[undefer(QuoteRevision.content)])
    agreed = quotes.agreed(revision)
    adjusted = revision.adjusted
    if agreed is not None and agreed.plan:
        adjusted = quote_plans.by_plan(read_quote(revision.content))[agreed.plan]["adjusted"]
    return "with" if Decimal(adjusted) else "without"


def _table(version_id: int) -> PriceTable:
    return price_lists.parsed(db.session.get_one(TableVersion, version_id))


def _bills(year: int, by: By, *, invented: bool) -> Sequence[Any]:
    """Return the bills of a year that stand, with what was asked about as long as the request is there."""
    wanted = (
        select(
            FinalBill.id,
            FinalBill.billed_on,
            FinalBill.slug,
            FinalBill.cells,
            FinalBill.low,
            FinalBill.likely,
            FinalBill.high,
            FinalBill.quoted,
            FinalBill.total,
            FinalBill.overruns,
            FinalBill.revision_id,
            FinalBill.table_version_id,
            # It is long, and read only for what has to be looked up in it.
            (PatientRequest.breakdown if by == "rehabilitation" else null()).label("breakdown"),
        )
        .outerjoin(PatientRequest, PatientRequest.id == FinalBill.request_id)
        .where(
            FinalBill.ended_at.is_(None),
            FinalBill.billed_on >= date(year, 1, 1),
            FinalBill.billed_on <= date(year, 12, 31),
        )
        .order_by(FinalBill.id)
    )
    if not invented:
        reference = FinalBill.estimate_reference
        wanted = wanted.where(or_(reference.is_(None), ~demonstration_marks.marked(reference)))
    return db.session.execute(wanted).all()
