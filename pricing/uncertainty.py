"""Where the range of a total comes from: part by part and cause by cause, and what would make it narrower.

The lowest and the highest of the three totals differ part by part: each charge, the package and each added tax by some
amount, and these add up to the width of the range. What a part differs by has up to three causes: a number that is not
known exactly, its own price that is a range, and, for a percentage or a tax, what it is taken of. Two causes at once
make more than either alone; so the causes are changed one after the other, once forwards and once backwards, and each
gets the mean of both, rounded so that a part is exactly the sum of its causes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from pricing.answers import Answers, check
from pricing.breakdown import Three
from pricing.charges import HIGH, LIKELY, LOW
from pricing.estimate import Mix, Near, Part
from pricing.explore import Outcome, nearest, tried
from pricing.left_open import not_counted
from pricing.money import ZERO, exactly, plain
from pricing.prepared import prepared
from pricing.stored import StoredBreakdown
from pricing.table import ChoiceDriver, Driver, NumberDriver, PriceTable, YesNoDriver
from pricing.unfinished import check_unfinished

MOST_PRICES = 5
"""Of so many prices that are ranges, the widest, it is told what it would take off to know them."""


class Cause(NamedTuple):
    """Why something is a range, and how much of the width that is.

    A `number` is not known exactly: `code` is its driver. A `price` is a range itself: `code` is the charge or package.
    What `follows` is a percentage or a tax of prices that are ranges: `code` is its own.
    """

    kind: Literal["number", "price", "follows"]
    code: str
    amount: Decimal


class Spread(NamedTuple):
    """How much one part of the total adds to the width of the range, and its causes, which add up to it.

    Less than 0 if it makes the range narrower, as a discount does.
    """

    kind: Literal["item", "tax"]
    code: str
    amount: Decimal
    causes: tuple[Cause, ...]


class Narrowing(NamedTuple):
    """What one thing that is not known takes off the width once it is known to be as it is likely.

    A `number` is then `known` to be that, in normal form; of a `price`, `known` is None.
    """

    kind: Literal["number", "price"]
    code: str
    known: str | None
    amount: Decimal


class Open(NamedTuple):
    """A question whose answer is not in the range: by how much other answers change the likely total.

    Of a question that was left open, answers are compared with none; of one that was supposed, with the supposed one.
    `on_request` if some answer brings something that has no price. Both amounts are None if nothing can be told.
    """

    driver: str
    supposed: bool
    least: Decimal | None
    most: Decimal | None
    on_request: bool


class Uncertainty(NamedTuple):
    """A range explained: `spreads` and `causes` each add up to its `width`, the largest first.

    `at_least` if the total lacks something, on request or not counted, that is in no range.
    """

    low: Decimal
    high: Decimal
    width: Decimal
    spreads: tuple[Spread, ...]
    causes: tuple[Cause, ...]
    narrowings: tuple[Narrowing, ...]
    open: tuple[Open, ...]
    at_least: bool


def explain(table: PriceTable, answers: Answers, supposed: Iterable[str] = ()) -> Uncertainty:
    """Explain the range of a plan's total; `supposed` are questions that nobody answered, so that they took a default.

    Raises BadAnswers.
    """
    values = check(table, answers)
    near = Near(table, values)
    totals, requested, _package = near.total
    open_ = not_counted(table, values)
    with exactly():
        low, high = _ends(totals)
        width = totals[high] - totals[low]
        spreads = tuple(_spreads(table, near, low, high)) if width else ()
        return Uncertainty(
            totals[low],
            totals[high],
            width,
            spreads,
            _causes(spreads),
            tuple(_narrowings(table, near, spreads, width)) if width else (),
            tuple(_open(table, near, Outcome(totals, requested, None, open_, ()), supposed)),
            bool(requested or open_),
        )


def of_breakdown(
    table: PriceTable, breakdown: StoredBreakdown, answered: Collection[str]
) -> Uncertainty | None:
    """Explain the range of a stored breakdown; None if its total is no range, or lacks answers.

    `answered` are the questions that somebody answered; the others were supposed.
    """
    if check_unfinished(table, breakdown["answers"])[1]:
        return None
    supposed = [code for code in breakdown["answers"] if code not in answered]
    found = explain(table, breakdown["answers"], supposed)
    return found if found.width else None


def _ends(totals: Three) -> tuple[int, int]:
    """The cases with the lowest and the highest total: the low and the high one, unless prices turn them round."""
    low = min((LOW, LIKELY, HIGH), key=lambda case: totals[case])
    high = max((HIGH, LIKELY, LOW), key=lambda case: totals[case])
    return low, high


def _spreads(table: PriceTable, near: Near, low: int, high: int) -> Iterator[Spread]:
    """What each part adds to the width, the largest first."""
    numbers = _varying(table, near.answers)
    unit = prepared(table).rounder.unit
    steps: list[str | None] = [*numbers, None]  # None: the prices
    doubled: dict[Part, dict[Cause, Decimal]] = {}
    for order in (steps, steps[::-1]):
        mixes = list(_path(numbers, order, low, high))
        amounts = near.mixed(mixes)
        for step, before, after in zip(order, amounts, amounts[1:], strict=False):
            for part in dict.fromkeys((*before, *after)):
                moved = after.get(part, ZERO) - before.get(part, ZERO)
                if moved:
                    found = doubled.setdefault(part, {})
                    cause = _cause(table, part, step)
                    found[cause] = found.get(cause, ZERO) + moved
    spreads = []
    for part, found in doubled.items():
        halves = _halved(list(found.values()), unit)
        causes = [cause._replace(amount=half) for cause, half in zip(found, halves, strict=True) if half]
        causes.sort(key=lambda cause: -abs(cause.amount))
        if causes:
            amount = sum((cause.amount for cause in causes), ZERO)
            spreads.append(Spread(*part, amount, tuple(causes)))
    yield from sorted(spreads, key=lambda spread: -abs(spread.amount))


def _path(numbers: Sequence[str], order: Iterable[str | None], low: int, high: int) -> Iterator[Mix]:
    """The mixes from all that is low to all that is high, with one more of `order` high in each."""
    state, prices = dict.fromkeys(numbers, low), low
    yield Mix(dict(state), prices)
    for step in order:
        if step is None:
            prices = high
        else:
            state[step] = high
        yield Mix(dict(state), prices)


def _cause(table: PriceTable, part: Part, step: str | None) -> Cause:
    kind, code = part
    if step is not None:
        return Cause("number", step, ZERO)
    ranged = kind == "item" and code in table.once("ranged", lambda: _ranged(table))
    return Cause("price" if ranged else "follows", code, ZERO)


def _ranged(table: PriceTable) -> frozenset[str]:
    """The charges and packages whose own price is a range."""
    return frozenset(
        [line.charge.code for line in prepared(table).lines if not line.same]
        + [package.code for package in table.packages if package.price.is_range]
    )


def _halved(amounts: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Halve amounts in whole units, so that the halves add up to half of the sum, which is even."""
    units = [int(amount / unit) for amount in amounts]
    odd = [position for position, each in enumerate(units) if each % 2]
    up = set(odd[: len(odd) // 2])
    return [(each // 2 + (position in up)) * unit for position, each in enumerate(units)]


def _causes(spreads: Iterable[Spread]) -> tuple[Cause, ...]:
    """The causes over all parts, the largest first."""
    sums: dict[Cause, Decimal] = {}
    for spread in spreads:
        for cause in spread.causes:
            whose = cause._replace(amount=ZERO)
            sums[whose] = sums.get(whose, ZERO) + cause.amount
    found = [cause._replace(amount=amount) for cause, amount in sums.items() if amount]
    return tuple(sorted(found, key=lambda cause: -abs(cause.amount)))


def _narrowings(
    table: PriceTable, near: Near, spreads: Sequence[Spread], width: Decimal
) -> Iterator[Narrowing]:
    """What the range loses when one number, or one price, is known to be as it is likely; the most first."""
    numbers = _varying(table, near.answers)
    prices = [cause.code for spread in spreads for cause in spread.causes if cause.kind == "price"]
    known = [Narrowing("number", code, str(near.answers[code]), ZERO) for code in numbers]
    known += [Narrowing("price", code, None, ZERO) for code in prices[:MOST_PRICES]]
    mixes = []
    for each in known:
        settled = frozenset([each.code] if each.kind == "price" else ())
        for case in (LOW, HIGH):
            others = {number: case for number in numbers if each.kind == "price" or number != each.code}
            mixes.append(Mix(others, case, settled))
    sums = [sum(amounts.values(), ZERO) for amounts in near.mixed(mixes)]
    (_low, likely, _high), _requested, _package = near.total
    found = []
    for position, each in enumerate(known):
        three = (
            likely,
            *sums[2 * position : 2 * position + 2],
        )  # whatever is known, it is known to be likely
        less = width - (max(three) - min(three))
        if less > 0:
            found.append(each._replace(amount=less))
    yield from sorted(found, key=lambda each: -each.amount)


def _varying(table: PriceTable, plan: Mapping[str, object]) -> list[str]:
    """The numbers of a plan that may turn out otherwise."""
    return [
        driver.code
        for driver in table.drivers
        if isinstance(driver, NumberDriver) and driver.code in plan and (driver.less or driver.more)
    ]


def _open(table: PriceTable, near: Near, now: Outcome, supposed: Iterable[str]) -> Iterator[Open]:
    """The questions that are not in the range, in the order of the file."""
    assert now.total is not None
    plan = near.answers
    wanted = set(supposed)
    for driver in table.drivers:
        is_supposed = driver.code in wanted and driver.code in plan
        if driver.code not in now.not_counted and not is_supposed:
            continue
        answers = nearest(driver, plan[driver.code]) if is_supposed else _possible(driver)
        changes, on_request = [], False
        for answer in answers:
            _assumed, outcome = tried(table, plan, {driver.code: answer}, near)
            if outcome.total is not None:
                changes.append(outcome.total[LIKELY] - now.total[LIKELY])
                on_request = on_request or not set(now.on_request).issuperset(outcome.on_request)
        if is_supposed and not (any(changes) or on_request):
            continue
        least, most = (min(changes), max(changes)) if changes else (None, None)
        yield Open(driver.code, is_supposed, least, most, on_request)


def _possible(driver: Driver) -> list[str | bool]:
    """Answers to a question that was left open; of a number, what most people answer, if the list knows."""
    if isinstance(driver, ChoiceDriver):
        return [choice.code for choice in driver.choices if choice.offered]
    if isinstance(driver, YesNoDriver):
        return [False, True]
    if isinstance(driver, NumberDriver) and driver.usual is not None:
        return list(dict.fromkeys(map(plain, (driver.usual.low, driver.usual.likely, driver.usual.high))))
    return []
