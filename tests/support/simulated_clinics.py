"""Clinics that never were, with estimates and bills drawn from a seed, to see how often a range holds what is billed.

They and the seeds that are held out are older than the method that is tested on them; the method was made looking at
the seeds in TRIED alone. How the bills of a clinic lie about its estimates is drawn for each clinic: its own bias, its
own spread and its own kind, none of which a method is told.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log
from typing import Literal, NamedTuple

Kind = Literal["steady", "skewed", "two-humped", "outliers", "drift", "few"]

TRIED = range(1, 301)
HELD_OUT = range(700_001, 701_501)
"""Seeds, one of a clinic each."""

KINDS: tuple[Kind, ...] = ("steady", "skewed", "two-humped", "steady", "skewed", "outliers", "drift", "few")
"""What clinics are, in turn; of the first three kinds are most."""

LATER = 60
"""Number of bills of each clinic that come after those that are known."""

FEWEST, MOST = 19, 300
"""Numbers of bills that a clinic has, those with few left out."""


class Drawn(NamedTuple):
    """One estimate with its range and the bill that came of it, in whole cents of one currency."""

    low: Decimal
    likely: Decimal
    high: Decimal
    bill: Decimal


@dataclass(frozen=True)
class Clinic:
    """One clinic: the cases that it knows, in the order in which they came, and those that come later."""

    seed: int
    kind: Kind
    known: tuple[Drawn, ...]
    later: tuple[Drawn, ...]


def clinic(seed: int) -> Clinic:
    """Return the clinic of a seed, always the same one."""
    chance = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    many = kind != "few"
    count = round(exp(chance.uniform(log(FEWEST), log(MOST)))) if many else chance.randint(1, FEWEST - 1)
    ratio = _RATIOS[kind](chance)
    drawn = [_case(chance, ratio(number)) for number in range(count + LATER)]
    return Clinic(seed, kind, tuple(drawn[:count]), tuple(drawn[count:]))


def clinics(seeds: range) -> Iterator[Clinic]:
    """Yield the clinics of these seeds."""
    yield from map(clinic, seeds)


def _case(chance: random.Random, ratio: float) -> Drawn:
    """Draw a plan: USD 2,000 to 60,000, with a range that the price list wrote down without having seen a bill."""
    likely = round(exp(chance.uniform(log(2_000), log(60_000))) * 100)
    low = round(likely * chance.uniform(0.85, 1.0))
    high = round(likely * chance.uniform(1.0, 1.25))
    bill = max(round(likely * ratio), 1)
    return Drawn(*(Decimal(cents).scaleb(-2) for cents in (low, likely, high, bill)))


def _steady(chance: random.Random) -> Callable[[int], float]:
    bias, spread = chance.uniform(-0.1, 0.2), chance.uniform(0.03, 0.3)
    return lambda _number: exp(chance.gauss(bias, spread))


def _skewed(chance: random.Random) -> Callable[[int], float]:
    least, shape, size = chance.uniform(0.7, 1.0), chance.uniform(0.8, 3), chance.uniform(0.03, 0.2)
    return lambda _number: least + chance.gammavariate(shape, size)


def _two_humped(chance: random.Random) -> Callable[[int], float]:
    """Draw a clinic where one patient in ten or so has a complication."""
    usual, spread = _steady(chance), chance.uniform(1.3, 2.5)
    share = chance.uniform(0.05, 0.2)
    return lambda number: usual(number) * (spread if chance.random() < share else 1)


def _outliers(chance: random.Random) -> Callable[[int], float]:
    """Draw a clinic where a few bills are typed with one digit too many, or one too few."""
    usual, share = _steady(chance), chance.uniform(0.01, 0.05)
    return lambda number: usual(number) * (chance.choice((0.1, 10)) if chance.random() < share else 1)


def _drift(chance: random.Random) -> Callable[[int], float]:
    """Draw a clinic that becomes dearer, or cheaper, with each case."""
    usual, step = _steady(chance), chance.choice((-1, 1)) * chance.uniform(0.001, 0.01)
    return lambda number: usual(number) * exp(step * number)


_RATIOS: Mapping[Kind, Callable[[random.Random], Callable[[int], float]]] = {
    "steady": _steady,
    "skewed": _skewed,
    "two-humped": _two_humped,
    "outliers": _outliers,
    "drift": _drift,
    "few": _steady,
}
