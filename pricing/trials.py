"""The answers to one question that are tried in search of the lowest total: few that stand for all.

Of a choice, yes or no, and a day, one for each difference that it makes to any condition. Of a number, the least of
each stretch in which no condition begins or ends to hold and no price falls; where prices fall otherwise, all numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from pricing.answers import Answers, Refused, value_of
from pricing.charges import billed_units
from pricing.conditions import Value, holds
from pricing.money import ZERO
from pricing.plans import Plans, highest, stepped
from pricing.table import Driver, NumberDriver, NumberIs, Test, Tiers
from pricing.terms import Term, Terms, Unbounded

MOST_NUMBERS = 400
"""Maximum number of answers to one question that are tried."""

MOST_KEPT = 10_000
"""Maximum number of results that are kept with a table, so that the same need not be worked out again."""

Tried = tuple[Value | None, ...]
"""The answers to try; None is to leave the question open."""


class Trials:
    """What is tried of the questions of one table, with one set of answers."""

    def __init__(self, terms: Terms, answers: Answers) -> None:
        self.terms = terms
        kept: _Kept | None = terms.table.kept.get("trials")
        if kept is None:
            kept = terms.table.kept["trials"] = _Kept(terms)
        self.kept = kept
        self.given = {
            driver.code: value
            for driver in terms.table.drivers
            if (value := _given(driver, answers.get(driver.code))) is not None
        }

    def of(self, driver: Driver) -> Tried:
        """Return the answers to try, the given one alone if there is one; raises Unbounded if they are too many."""
        given = self.given.get(driver.code)
        if given is not None:
            return (given,)
        if not isinstance(driver, NumberDriver):
            return self.kept.few[driver.code]
        falling = [
            (term, self._factor(term, driver.code))
            for term in self.kept.falling.get(driver.code, ())
            if self._may_stand(term)
        ]
        key = (driver.code, *((term.line.position, factor) for term, factor in falling))
        found = self.kept.numbers.get(key)
        if found is None:
            if len(self.kept.numbers) >= MOST_KEPT:
                self.kept.numbers.clear()
            found = self.kept.numbers[key] = self.kept.of_number(driver, falling)
        if len(found) > MOST_NUMBERS:
            raise Unbounded
        return found

    def any_of(self, driver: Driver) -> Value | None:
        """Return an answer to a question that does not matter."""
        given = self.given.get(driver.code)
        return given if given is not None or driver.open else self.kept.plans.values[driver.code][0]

    def _may_stand(self, term: Term) -> bool:
        """Whether the answers that were given leave room for a charge."""
        return all(
            code not in self.given or holds(((code, test),), self.given)
            for code, test in term.line.charge.when or ()
        )

    def _factor(self, term: Term, driver: str) -> Decimal | None:
        """How many units of a charge each one of a driver's makes; None if that is not decided yet."""
        factor = term.line.charge.times
        for code in term.line.charge.per:
            if code != driver:
                number = self.given.get(code)
                if not isinstance(number, Decimal):
                    return None
                factor *= number
        return factor


class _Kept:
    """What is tried as far as it depends on the table alone; kept with it."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.tests = terms.tests()
        self.plans = Plans(terms.table, {})
        self.few = {
            driver.code: self._different(driver)
            for driver in terms.table.drivers
            if not isinstance(driver, NumberDriver)
        }
        self.falling: dict[str, list[Term]] = {}
        for term in terms.terms:
            if term.shape != "rising":
                for code in term.line.charge.per:
                    self.falling.setdefault(code, []).append(term)
        self.numbers: dict[tuple[object, ...], Tried] = {}

    def of_number(self, driver: NumberDriver, falling: list[tuple[Term, Decimal | None]]) -> Tried:
        """Return the numbers to try; more than MOST_NUMBERS if there is no end to them."""
        numbers = {driver.least}
        for test in self.tests.get(driver.code, ()):
            assert isinstance(test, NumberIs)
            if test.least is not None:
                numbers.add(_from(driver, test.least))
            if test.most is not None:
                numbers.add(_above(driver, test.most))
        for term, factor in falling:
            cuts = None if term.shape == "wild" or factor is None else self._cuts(term)
            if cuts is None or factor is None:
                numbers = set(_all_numbers(driver))
                break
            numbers.update(_falls(driver, term, factor, cuts))
        found = sorted(number for number in numbers if number <= driver.most)
        return (*found, None) if driver.open else tuple(found)

    def _different(self, driver: Driver) -> Tried:
        values: dict[tuple[bool, ...], Value | None] = {}
        tests: list[Test] = self.tests.get(driver.code, [])
        if driver.open:
            values[(False,) * len(tests)] = None
        for value in self.plans.values[driver.code]:
            said = tuple(holds(((driver.code, test),), {driver.code: value}) for test in tests)
            values.setdefault(said, value)
        return tuple(values.values())

    def _cuts(self, term: Term) -> list[tuple[Decimal, Decimal]] | None:
        """Where a charge's price may fall: so many units paid for, with so many by a package; None of too many."""
        charge, position = term.line.charge, term.line.position
        assert isinstance(charge.price, Tiers)
        allowances = {
            ZERO if offer is None else offer.allowance.get(position, ZERO) for offer in self.terms.offers
        }
        ends = [ZERO, *(tier.up_to for tier in charge.price.tiers if tier.up_to is not None)]
        if len(ends) * len(allowances) > MOST_NUMBERS:
            return None
        return [(end, allowance) for end in ends for allowance in allowances]


def _falls(
    driver: NumberDriver, term: Term, factor: Decimal, cuts: list[tuple[Decimal, Decimal]]
) -> Iterator[Decimal]:
    """The first possible number above each of a charge's cuts."""
    most = int((highest(driver) - driver.least) / driver.step)

    def billed(steps: int, allowance: Decimal) -> Decimal:
        return billed_units(term.line.charge, (driver.least + steps * driver.step) * factor, allowance)

    for end, allowance in cuts:
        low, high = -1, most
        if billed(high, allowance) <= end:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if billed(middle, allowance) <= end else (low, middle)
        yield driver.least + high * driver.step


def _given(driver: Driver, answer: object) -> Value | None:
    """The value of an answer; None if there is none that can be used."""
    try:
        return None if answer is None else value_of(driver, answer)
    except Refused:
        return None


def _from(driver: NumberDriver, number: Decimal) -> Decimal:
    """The lowest possible answer that is not below a number; it may be above the most."""
    found = stepped(driver, Fraction(number))
    return found if found >= number else found + driver.step


def _above(driver: NumberDriver, number: Decimal) -> Decimal:
    """The lowest possible answer above a number; it may be above the most."""
    found = stepped(driver, Fraction(number))
    return found if found > number else found + driver.step


def _all_numbers(driver: NumberDriver) -> Iterator[Decimal]:
    """All possible answers, or a few more of them than are tried."""
    for steps in range(MOST_NUMBERS + 2):
        number = driver.least + steps * driver.step
        if number > driver.most:
            return
        yield number
