"""What past bills say of the range of an estimate: how often they were inside it, and which range would hold them.

The range is that of split conformal prediction, with the ratio of a bill to the likely total as the score:

    V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World, Springer 2005, chapter 2
    J. Lei, M. G'Sell, A. Rinaldo, R. Tibshirani, L. Wasserman, Distribution-Free Predictive Inference for Regression,
    Journal of the American Statistical Association 113 (2018), 1094-1111

Of n bills that are comparable with the next one, in any order, the next ratio is equally likely to be in each of the
n + 1 gaps between and beside the sorted ratios, whatever they are distributed like. So a range from one of them to
another holds the next bill as often as it holds gaps, and more often where some are equal. It promises nothing where
bills come to be higher or lower than they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import comb
from typing import Literal, NotRequired, TypedDict

from pricing.money import Rounder

FEW = 11
"""Of fewer bills nothing is told. Source: Hospital Price Transparency, the rules of its files in version 3."""

LEAST = 19
"""The least number of bills of which a range can hold 90 of 100: 18 of the 20 gaps between and beside them."""

SHARE = Fraction(9, 10)

CHANCE = Fraction(1, 100)
"""As seldom as this, bills that are neither rising nor falling are said to be."""


@dataclass(frozen=True)
class Case:
    """One estimate and the bill that came of it, in one currency; all above 0, low <= likely <= high."""

    low: Decimal
    likely: Decimal
    high: Decimal
    bill: Decimal

    @property
    def is_inside(self) -> bool:
        """Whether the bill is inside the range of the estimate."""
        return self.low <= self.bill <= self.high

    @property
    def ratio(self) -> Fraction:
        """The bill as a part of the likely total."""
        return Fraction(self.bill) / Fraction(self.likely)


@dataclass(frozen=True)
class Record:
    """How estimates came true: how many bills there were, and how many of them were inside the range."""

    count: int
    inside: int
    #: the ratio in the middle of bill to likely total; of two in the middle, the larger one
    median: Fraction


@dataclass(frozen=True)
class Held:
    """The ratios to a likely total between which a range holds the next bill in at least 90 of 100 cases."""

    count: int
    low: Fraction
    high: Fraction

    def around(self, likely: Decimal, unit: Decimal) -> tuple[Decimal, Decimal]:
        """Return the range of an estimate in steps of `unit`, its low end rounded down and its high end up."""
        exact = Fraction(likely)
        return Rounder(unit, "down").ratio(self.low * exact), Rounder(unit, "up").ratio(self.high * exact)


class SaidRange(TypedDict):
    """The range of past bills beside the range of the price list, as amounts in plain digits."""

    low: str
    high: str
    list_low: str
    list_high: str


class Said(TypedDict):
    """What an estimate says of past bills, as it is stored; `few` are fewer than FEW, of which nothing is told."""

    few: bool
    #: first and last day, as ISO text, on which those bills were made
    since: str
    until: str
    count: NotRequired[int]
    inside: NotRequired[int]
    #: whole per cent by which the bill in the middle was above the likely total, below it if negative
    median: NotRequired[int]
    range: NotRequired[SaidRange]


def record(cases: Sequence[Case]) -> Record | None:
    """Return how the estimates of these cases came true; None if they are fewer than FEW."""
    if len(cases) < FEW:
        return None
    ratios = sorted(case.ratio for case in cases)
    return Record(len(cases), sum(case.is_inside for case in cases), ratios[len(ratios) // 2])


def held(cases: Sequence[Case]) -> Held | None:
    """Return the range that holds the next comparable bill in at least 90 of 100 cases; None of fewer than LEAST.

    It leaves out as many gaps at either end, and of an odd number one more at the lower end: a bill above the range
    is worse than one below.
    """
    count = len(cases)
    if count < LEAST:
        return None
    ratios = sorted(case.ratio for case in cases)
    gaps = -(-SHARE.numerator * (count + 1) // SHARE.denominator)
    below = -(-(count + 1 - gaps) // 2)
    return Held(count, ratios[below - 1], ratios[below + gaps - 1])


def trend(cases: Sequence[Case]) -> Literal["rising", "falling"] | None:
    """Return whether bills come to be higher, or lower, in proportion to their estimates; `cases` are in their order.

    It counts how many of the newer half are above the ratio in the middle of all, and how many below. In any order each
    choice of them is equally likely, so that either count has the hypergeometric distribution; beyond what it has in
    one of 100 cases, both ends together, it is no chance. Source: the median test of A. M. Mood, 1950, with its exact
    distribution.
    """
    if not cases:
        return None
    ratios = [case.ratio for case in cases]
    ordered = sorted(ratios)
    least, middle = ordered[0], ordered[len(ratios) // 2]
    if _is_no_chance([ratio >= middle and ratio > least for ratio in ratios]):
        return "rising"
    if _is_no_chance([ratio < middle for ratio in ratios]):
        return "falling"
    return None


def _is_no_chance(marked: Sequence[bool]) -> bool:
    """Whether so many of the newer half are marked that the order of all is no chance."""
    count, part = len(marked), sum(marked)
    newer = count // 2
    among = sum(marked[count - newer :])
    ways = sum(
        comb(part, each) * comb(count - part, newer - each) for each in range(among, min(part, newer) + 1)
    )
    return 2 * Fraction(ways, comb(count, newer)) <= CHANCE
