"""Representative plans of a table: answers that make a difference to its conditions, and a search among them.

There are far too many answers to try all of them, but few that make a difference: for each driver the
choices that are offered, yes and no, the days on which a date condition begins or ends to hold, and the
numbers at which a condition does, with the least and the most. What holds for none of their combinations
holds for no answers at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import gcd, prod

from pricing.conditions import Value, applies
from pricing.money import plain
from pricing.table import (
    ChoiceDriver,
    Condition,
    DateDriver,
    DateIs,
    Driver,
    NumberDriver,
    NumberIs,
    PriceTable,
    Rule,
    Test,
    YesNoDriver,
)

Plan = dict[str, Value]

_A_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)
_MOST_DRIVERS = 200  # that decide over one another; a longer chain is not searched


class Plans:
    """The plans of one table; `marks` are further numbers of a driver that make a difference."""

    def __init__(self, table: PriceTable, marks: Mapping[str, Iterable[Fraction]]) -> None:
        self.table = table
        self.drivers = {driver.code: driver for driver in table.drivers}
        tests: dict[str, list[Test]] = {}
        for condition in _conditions(table):
            for code, test in condition:
                tests.setdefault(code, []).append(test)
        self.values = {
            driver.code: _values(
                driver, tests.get(driver.code, []), marks.get(driver.code, ()), table.valid_from
            )
            for driver in table.drivers
        }
        self.likeliest = {
            code: values[0] for code, values in self.values.items() if not self.drivers[code].open
        }
        self._rules = [(rule, named(rule.when, rule.unless)) for rule in table.rules]

    def around(self, drivers: Iterable[str]) -> list[Driver]:
        """Return the drivers that decide whether `drivers` are asked and allowed, with them, in order."""
        found: set[str] = set()
        waiting = set(drivers)
        while waiting:
            code = waiting.pop()
            found.add(code)
            waiting |= named(self.drivers[code].when, self.drivers[code].unless) - found
            for _, mentioned in self._rules:
                if code in mentioned:
                    waiting |= mentioned - found
        return [driver for driver in self.table.drivers if driver.code in found]

    def search(
        self, drivers: Iterable[str], possible: Callable[[str, Value | None], bool], steps: int
    ) -> Iterator[Plan | None]:
        """Yield the plans of `drivers` that no rule refuses and whose every answer is `possible`.

        A driver that is not asked, or left open, has no answer in a plan, and is `possible` as None. After `steps`
        steps the search gives up and yields None.
        """
        order = self.around(drivers)
        rules = self._rules_on(order)
        left = [steps if len(order) <= _MOST_DRIVERS else 0]

        def extend(plan: Plan, position: int) -> Iterator[Plan | None]:
            if position == len(order):
                if not _refused(rules, plan):
                    yield dict(plan)
                return
            driver = order[position]
            asked = applies(driver.when, driver.unless, plan)
            for value in self._possible(driver) if asked else (None,):
                left[0] -= 1
                if left[0] < 0:
                    yield None
                    return
                if not possible(driver.code, value):
                    continue
                if value is not None:
                    plan[driver.code] = value
                yield from extend(plan, position + 1)
                plan.pop(driver.code, None)

        yield from extend({}, 0)

    def spread(self, drivers: Iterable[str], most: int) -> Iterator[Plan]:
        """Yield plans of `drivers` that no rule refuses, from up to `most` combinations far apart."""
        order = self.around(drivers)
        rules = self._rules_on(order)
        combinations = prod(len(self._possible(driver)) for driver in order)
        # A stride near the golden section that shares no factor visits everything, far apart.
        stride = max(1, combinations * 618 // 1000)
        while gcd(stride, combinations) != 1:
            stride += 1
        for number in range(min(most, combinations)):
            rest = number * stride % combinations
            plan: Plan = {}
            for driver in order:
                values = self._possible(driver)
                rest, position = divmod(rest, len(values))
                value = values[position]
                if value is not None and applies(driver.when, driver.unless, plan):
                    plan[driver.code] = value
            if not _refused(rules, plan):
                yield plan

    def answers(self, plan: Mapping[str, Value]) -> dict[str, object]:
        """Return answers to the drivers: those of a plan, the likeliest for others that may not be left open."""
        return {**self.likeliest, **plan}

    def _possible(self, driver: Driver) -> tuple[Value | None, ...]:
        """The answers that make a difference; None is to leave the question open."""
        values: tuple[Value | None, ...] = self.values[driver.code]
        return (*values, None) if driver.open else values

    def _rules_on(self, order: Iterable[Driver]) -> list[Rule]:
        """The rules that speak of these drivers; `around` has all drivers of a rule or none."""
        codes = {driver.code for driver in order}
        return [rule for rule, mentioned in self._rules if mentioned & codes]


def named(*conditions: Condition | None) -> set[str]:
    """Return the drivers that conditions name."""
    return {driver for condition in conditions for driver, _ in condition or ()}


def highest(driver: NumberDriver) -> Decimal:
    """Return the highest number that can be answered."""
    return stepped(driver, Fraction(driver.most))


def _refused(rules: Iterable[Rule], plan: Plan) -> bool:
    return any(applies(rule.when, rule.unless, plan) for rule in rules)


def _conditions(table: PriceTable) -> Iterator[Condition]:
    for part in (table.drivers, table.rules, table.charges, table.packages, table.taxes):
        for entry in part:
            for condition in (entry.when, entry.unless):
                if condition is not None:
                    yield condition


def _values(driver: Driver, tests: list[Test], marks: Iterable[Fraction], start: date) -> tuple[Value, ...]:
    """The answers to one driver that make a difference, the likeliest first."""
    found: list[Value] = []
    if isinstance(driver, ChoiceDriver):
        found += [choice.code for choice in driver.choices if choice.offered]
    elif isinstance(driver, YesNoDriver):
        found += [False, True]
    elif isinstance(driver, NumberDriver):
        found += _numbers(driver, [test for test in tests if isinstance(test, NumberIs)], marks)
    else:
        assert isinstance(driver, DateDriver)
        found += _days([test for test in tests if isinstance(test, DateIs)], driver.default or start)
    default: Value | None = getattr(driver, "default", None)
    return tuple(dict.fromkeys(found if default is None else [default, *found]))


def _numbers(driver: NumberDriver, tests: Iterable[NumberIs], marks: Iterable[Fraction]) -> list[Decimal]:
    bounds = [bound for test in tests for bound in (test.least, test.most) if bound is not None]
    found = [driver.least, highest(driver)]
    for mark in (*map(Fraction, bounds), *marks):
        below = stepped(driver, mark)
        found += [below - driver.step, below, below + driver.step]
    return [_as_written(number) for number in found if driver.least <= number <= driver.most]


def stepped(driver: NumberDriver, number: Fraction) -> Decimal:
    """Return the highest possible number that is not above `number`, or the least one."""
    steps = (number - Fraction(driver.least)) // Fraction(driver.step)
    return driver.least + max(steps, 0) * driver.step


def _as_written(number: Decimal) -> Decimal:
    return Decimal(plain(number))


def _days(tests: list[DateIs], usual: date) -> list[date]:
    """A day for every stretch between the ends of the windows, and for every month of it if they matter."""
    cuts = {test.start for test in tests if test.start is not None}
    cuts |= {test.end + _A_DAY for test in tests if test.end is not None and test.end < date.max}
    starts = sorted(cuts)
    first = starts[0] if starts else usual
    starts.insert(0, first - _YEAR if first > date.min + _YEAR else date.min)
    found = [usual]
    for start, after in zip(starts, [*starts[1:], None], strict=True):
        found.append(start)
        if any(test.months for test in tests):
            found += _months(start, after)
    return found


def _months(start: date, after: date | None) -> Iterator[date]:
    """The first day of each month that begins after `start` and before `after`, one of each name."""
    for ahead in range(1, 13):
        years, month = divmod(start.month - 1 + ahead, 12)
        if start.year + years > date.max.year:
            return
        day = date(start.year + years, month + 1, 1)
        if after is not None and day >= after:
            return
        yield day
