"""How often the range of past bills holds the next ones, of simulated clinics; no time is measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from benchmarks.measure import Row
from pricing.past_bills import Case, held, trend
from tests.support.simulated_clinics import HELD_OUT, KINDS, Clinic, clinics

CENT = Decimal("0.01")

CALM = ("steady", "skewed", "two-humped", "outliers")
"""Clinics with enough bills that neither rise nor fall."""


def rows() -> list[Row]:
    """Return, for each kind of clinic, how many of its later bills were inside the range that its known ones give."""
    found: Mapping[str, list[Clinic]] = defaultdict(list)
    for clinic in clinics(HELD_OUT):
        found[clinic.kind].append(clinic)
    calm = [clinic for kind in CALM for clinic in found[kind]]
    return [
        _row("All but drift and few", calm),
        *(_row(kind.capitalize(), found[kind]) for kind in dict.fromkeys(KINDS)),
    ]


def _row(name: str, some: list[Clinic]) -> Row:
    shares = [share for clinic in some if (share := _inside(clinic)) is not None]
    moving = sum(trend([Case(*each) for each in clinic.known]) is not None for clinic in some)
    if not shares:
        return Row(f"{name}: {len(some)} clinics", "no range is told", f"{moving} said to rise or fall")
    mean = sum(shares, Fraction(0)) / len(shares)
    below = sum(share < Fraction(80, 100) for share in shares)
    return Row(
        f"{name}: {len(some)} clinics",
        f"{float(mean):.1%} of later bills inside",
        f"under 80 % in {below}; {moving} said to rise or fall",
    )


def _inside(clinic: Clinic) -> Fraction | None:
    found = held([Case(*each) for each in clinic.known])
    if found is None:
        return None
    ranges = [found.around(each.likely, CENT) for each in clinic.later]
    inside = sum(low <= each.bill <= high for each, (low, high) in zip(clinic.later, ranges, strict=True))
    return Fraction(inside, len(clinic.later))
