"""How a total grows with the number of sessions and of nights: the same plan with one more, and one more."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from pricing.answers import Answers, check
from pricing.breakdown import Three
from pricing.estimate import Near
from pricing.explore import Outcome, tried
from pricing.left_open import Lack
from pricing.money import exactly, plain
from pricing.plans import highest
from pricing.problems import Problem
from pricing.table import NumberDriver, PriceTable

ROLES = ("sessions", "hospital_stay")

MOST_POINTS = 9
"""Maximum number of numbers that are tried of one question."""

_BEYOND = 6
"""So many steps beyond the plan's own number are looked at, or as many as there are below it."""


class Point(NamedTuple):
    """A plan with another number: its total in the three cases, None if the plan would be refused, for `problems`.

    `number` is in normal form; `is_now` of the plan's own. `lack` tells that something is on request, or not counted.
    `assumed` are answers that were filled in for questions which only this number asks.
    """

    number: str
    total: Three | None
    problems: tuple[Problem, ...]
    assumed: Mapping[str, str | bool]
    lack: Lack
    is_now: bool


class Growth(NamedTuple):
    """How the total goes with one number, from the least to the most that was looked at."""

    driver: str
    points: tuple[Point, ...]


def growth(table: PriceTable, answers: Answers) -> list[Growth]:
    """Return how the total goes with each number of sessions and of the hospital stay, in the order of the file.

    A number that cannot be another one has no growth. Raises BadAnswers if the plan itself is refused.
    """
    near = Near(table, check(table, answers))
    plan = near.answers
    found = []
    for driver in table.drivers:
        if isinstance(driver, NumberDriver) and driver.role in ROLES and driver.code in plan:
            numbers = _numbers(driver, Decimal(plan[driver.code]))
            if len(numbers) > 1:
                found.append(Growth(driver.code, tuple(_point(table, near, driver.code, n) for n in numbers)))
    return found


def _point(table: PriceTable, near: Near, driver: str, number: str) -> Point:
    assumed, outcome = tried(table, near.answers, {driver: number}, near)
    return Point(
        number,
        outcome.total,
        outcome.problems,
        assumed,
        _lack(outcome),
        number == near.answers[driver],
    )


def _lack(outcome: Outcome) -> Lack:
    if outcome.on_request:
        return "request"
    return "open" if outcome.not_counted else None


def _numbers(driver: NumberDriver, now: Decimal) -> list[str]:
    """Numbers that are evenly apart, the plan's own among them, in normal form."""
    with exactly():
        before = int((now - driver.least) / driver.step)
        last = int((highest(driver) - driver.least) / driver.step)
        end = min(last, before + max(before, _BEYOND))
        stride = max(1, -(-end // (MOST_POINTS - 1)))
        positions = range(before % stride, end + 1, stride)
        return [plain(driver.least + position * driver.step) for position in positions]
