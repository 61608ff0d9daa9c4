"""What another price list does to plans, counted: a sum of many plans, which may be counted in parts and merged.

Every plan is in exactly one of KINDS. Only those that can be priced, whole, under both tables have a change, by
the likely total.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple, TypedDict

from pricing import PriceTable
from pricing.breakdown import Three
from pricing.distinct_plans import asked
from pricing.explore import Outcome, outcome
from pricing.money import Rounder, exactly, plain

KINDS = (
    "up",
    "down",
    "unchanged",
    "refused",
    "accepted",
    "refused_before",
    "on_request",
    "priced",
    "left_open",
    "counted",
    "other_currency",
    "unfinished",
)
"""up, down, unchanged: by the likely total.

refused: now, not before; accepted: the other way round; refused_before: under both.
on_request: something has no price any more; priced: something that had none has one now.
left_open: a question that was answered, or played no part, is open now, so that something is not counted; counted: the
other way round. other_currency: totals that cannot be compared. unfinished: it lacks answers, so that it has no total.
"""

EDGES = ("-50", "-20", "-10", "-5", "-2", "0", "2", "5", "10", "20", "50")
"""Where the bars of the histogram meet, in percent; a bar has its edge that is further from 0. 0 has its own."""

MOVERS = 10
REASONS = 20
"""Maximum number of the largest movers, and of the reasons for refusals and requests, in a result."""

_ZERO = EDGES.index("0")
_BINS: tuple[tuple[str | None, str | None], ...] = (
    *zip((None, *EDGES[:_ZERO]), EDGES[: _ZERO + 1], strict=True),
    ("0", "0"),
    *zip(EDGES[_ZERO:], (*EDGES[_ZERO + 1 :], None), strict=True),
)


class Mover(NamedTuple):
    """One plan whose likely total moves; `percent` is None of what was nothing before, or less."""

    answers: Mapping[str, str | bool]
    plans: int
    old: Decimal
    new: Decimal
    change: Decimal
    percent: str | None


class StoredMover(TypedDict):
    """A mover in its stored form."""

    answers: dict[str, str | bool]
    plans: int
    old: str
    new: str
    change: str
    percent: str | None


Bar = TypedDict("Bar", {"from": str | None, "to": str | None, "plans": int})
"""How many plans moved by a percentage between two edges; None where a bar has no end."""


class Refusal(TypedDict):
    """Why plans are refused now."""

    driver: str
    problem: str
    plans: int


class Request(TypedDict):
    """What would be on request now."""

    item: str
    plans: int


class StoredTally(TypedDict):
    """A tally in its stored form: how many plans are of each of KINDS, and which move most."""

    plans: int
    up: int
    down: int
    unchanged: int
    refused: int
    accepted: int
    refused_before: int
    on_request: int
    priced: int
    left_open: int
    counted: int
    other_currency: int
    unfinished: int
    median: str | None
    median_percent: str | None
    histogram: list[Bar]
    movers: list[StoredMover]
    refused_because: list[Refusal]
    on_request_because: list[Request]


class Tally:
    """A count of plans under two tables, of one provider's list; parts of one count have the same tables."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.changes: Counter[Decimal] = Counter()
        self.percents: Counter[Decimal] = Counter()
        self.bins: Counter[int] = Counter()
        self.problems: Counter[tuple[str, str]] = Counter()
        self.requests: Counter[str] = Counter()
        self.movers: list[Mover] = []
        self.plans = 0

    def add(self, old: PriceTable, new: PriceTable, answers: Mapping[str, str | bool], plans: int) -> None:
        """Price a plan under both tables, and count the result `many` times."""
        before, after = outcome(old, asked(old, answers)), outcome(new, asked(new, answers))
        self.plans += plans
        kind = _kind(before, after, old, new)
        if kind == "refused":
            for reason in {(problem.driver, problem.kind) for problem in after.problems}:
                self.problems[reason] += plans
        if kind == "on_request":
            for code in set(after.on_request) - set(before.on_request):
                self.requests[code] += plans
        if kind is None:
            assert before.total is not None
            assert after.total is not None
            kind = self._moved(before.total, after.total, answers, plans)
        self.kinds[kind] += plans

    def merge(self, other: Tally) -> None:
        """Add another tally of the same tables."""
        for name in ("kinds", "changes", "percents", "bins", "problems", "requests"):
            getattr(self, name).update(getattr(other, name))
        self.plans += other.plans
        self.movers = _largest([*self.movers, *other.movers])

    def result(self, rounder: Rounder) -> StoredTally:
        """Return the tally in its stored form, of text, numbers and lists."""
        return {
            "plans": self.plans,
            "up": self.kinds["up"],
            "down": self.kinds["down"],
            "unchanged": self.kinds["unchanged"],
            "refused": self.kinds["refused"],
            "accepted": self.kinds["accepted"],
            "refused_before": self.kinds["refused_before"],
            "on_request": self.kinds["on_request"],
            "priced": self.kinds["priced"],
            "left_open": self.kinds["left_open"],
            "counted": self.kinds["counted"],
            "other_currency": self.kinds["other_currency"],
            "unfinished": self.kinds["unfinished"],
            "median": _median(self.changes),
            "median_percent": _median(self.percents),
            "histogram": [
                {"from": start, "to": end, "plans": self.bins[number]}
                for number, (start, end) in enumerate(_BINS)
            ],
            "movers": [
                {
                    "answers": dict(mover.answers),
                    "plans": mover.plans,
                    "old": rounder.text(mover.old),
                    "new": rounder.text(mover.new),
                    "change": rounder.text(mover.change),
                    "percent": mover.percent,
                }
                for mover in self.movers
            ],
            "refused_because": [
                {"driver": driver, "problem": kind, "plans": plans}
                for (driver, kind), plans in _most(self.problems)
            ],
            "on_request_because": [{"item": code, "plans": plans} for code, plans in _most(self.requests)],
        }

    def _moved(self, before: Three, after: Three, answers: Mapping[str, str | bool], plans: int) -> str:
        with exactly():
            change = after[1] - before[1]
        self.changes[change] += plans
        percent = _percent(change, before[1])
        if percent is not None:
            self.percents[percent] += plans
            self.bins[_bin(change, before[1])] += plans
        if not change:
            return "unchanged"
        said = None if percent is None else plain(percent)
        mover = Mover(dict(answers), plans, before[1], after[1], change, said)
        if len(self.movers) < MOVERS or abs(change) >= abs(self.movers[-1].change):
            self.movers = _largest([*self.movers, mover])
        return "up" if change > 0 else "down"


def _kind(before: Outcome, after: Outcome, old: PriceTable, new: PriceTable) -> str | None:
    """What became of a plan; None if its totals can be compared."""
    if before.problems and all(problem.kind == "answer_missing" for problem in before.problems):
        return "unfinished"
    if after.total is None:
        return "refused_before" if before.total is None else "refused"
    if before.total is None:
        return "accepted"
    if set(after.on_request) - set(before.on_request):
        return "on_request"
    if set(before.on_request) - set(after.on_request):
        return "priced"
    if set(after.not_counted) - set(before.not_counted):
        return "left_open"
    if set(before.not_counted) - set(after.not_counted):
        return "counted"
    return None if old.currency == new.currency else "other_currency"


def _percent(change: Decimal, before: Decimal) -> Decimal | None:
    """How many percent a change is, to the hundredth; None of what was nothing, or less."""
    if before <= 0:
        return None
    hundredths = floor(abs(Fraction(change)) / Fraction(before) * 10_000 + Fraction(1, 2))
    return Decimal(hundredths if change > 0 else -hundredths).scaleb(-2)


def _bin(change: Decimal, before: Decimal) -> int:
    """Return the bar of the histogram for a change, by its exact value before rounding."""
    middle = _ZERO + 1
    if not change:
        return middle
    edges = EDGES[_ZERO + 1 :] if change > 0 else EDGES[:_ZERO]
    with exactly():
        further = sum(abs(change) * 100 > abs(int(edge)) * before for edge in edges)
    return middle + 1 + further if change > 0 else middle - 1 - further


def _median(counted: Counter[Decimal]) -> str | None:
    """Return the median: the middle value, or the mean of the middle two; None of an empty sequence."""
    total = counted.total()
    if not total:
        return None
    wanted, found, passed = [(total - 1) // 2, total // 2], [], 0
    for value in sorted(counted):
        passed += counted[value]
        while wanted and passed > wanted[0]:
            wanted.pop(0)
            found.append(value)
    with exactly():
        return plain((found[0] + found[1]) / 2)


def _largest(movers: list[Mover]) -> list[Mover]:
    def order(mover: Mover) -> tuple[Decimal, int, str]:
        return (-abs(mover.change), -mover.plans, json.dumps(mover.answers, sort_keys=True))

    return sorted(movers, key=order)[:MOVERS]


def _most(counted: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:REASONS]
