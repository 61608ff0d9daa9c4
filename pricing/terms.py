"""What a table's total is made of, as far as the lowest one is searched for: the terms of a sum, and what joins them.

The likely total of a plan with one package, or none, is the sum of its plain charges, of percentages and of taxes on
sums of them. `Terms` keeps only what counts for it: the reserve is left out unless something is taken of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

from pricing.charges import HUNDREDTH, LIKELY, billed_units, bounded, exact_amount
from pricing.conditions import Value, applies
from pricing.money import ZERO
from pricing.plans import named
from pricing.prepared import TOTALS, Line, Offer, TaxOn, prepared
from pricing.table import OnRequest, Percent, PriceTable, Test, Tiers, UnitPrice

Sums = tuple[Decimal, ...]
"""The sum of the plain charges of a plan, then what each percentage and tax is taken of among them."""

MOST_KEPT = 50_000
"""Maximum number of amounts that are kept with a table, so that the same need not be worked out again."""

_RESERVE = TOTALS.index("reserve")
_ONE = Decimal(1)


class Unbounded(Exception):
    """The lowest total cannot be told."""


class Term(NamedTuple):
    """A plain charge: where in the sums its amount counts, and above which unit price (None: any)."""

    line: Line
    counts: tuple[tuple[int, Decimal | None], ...]
    named: frozenset[str]
    shape: str
    """How its amount goes with the number of units: "rising", "stepped" by its tiers, or "wild"."""


class Join(NamedTuple):
    """A percentage or a tax, and which percentages above it are taken of as well (by their index)."""

    on: Line | TaxOn
    joins: tuple[int, ...]
    packages: frozenset[str]
    named: frozenset[str]


class Terms:
    """The terms of one table."""

    def __init__(self, table: PriceTable) -> None:
        self.table = table
        ready = prepared(table)
        self.money = ready.rounder
        self.offers: tuple[Offer | None, ...] = (None, *ready.offers)
        taxes = [on for on in ready.taxes if not on.tax.included and not on.is_reserve]
        percents = _percents(ready.lines, taxes)
        at = {line.position: index for index, line in enumerate(percents)}
        self.joins: tuple[Join, ...] = (
            *(_join(line, at) for line in percents),
            *(_join(on, at) for on in taxes),
        )
        self.width = 1 + len(self.joins)
        self._taken: dict[int, list[tuple[int, Decimal | None]]] = {}
        for index, join in enumerate(self.joins, start=1):
            assert join.on.of is not None
            above = join.on.tax.above if isinstance(join.on, TaxOn) else None
            for position in join.on.of.charges:
                self._taken.setdefault(position, []).append((index, above))
        terms = (self._term(line) for line in ready.lines if line.of is None)
        self.terms = tuple(term for term in terms if term.counts)
        less = any(_may_be_negative(term) for term in self.terms)
        self.negative = less or any(package.price.likely < 0 for package in table.packages)
        self._amounts: dict[tuple[int, Decimal, Decimal], list[tuple[int, Decimal]]] = {}

    @staticmethod
    def of(table: PriceTable) -> Terms:
        """Return the terms of a table; cached with it."""
        found: Terms | None = table.kept.get("terms")
        if found is None:
            found = table.kept["terms"] = Terms(table)
        return found

    def add(self, sums: list[Decimal], term: Term, values: Mapping[str, Value], offer: Offer | None) -> None:
        """Add to sums what a charge adds, if it stands in a plan with these values."""
        charge, position = term.line.charge, term.line.position
        if not term.line.always and not applies(charge.when, charge.unless, values):
            return
        quantity = charge.times
        for code in charge.per:
            number = values.get(code)
            quantity *= number if isinstance(number, Decimal) else ZERO
        if not quantity:
            return
        allowance = ZERO if offer is None else offer.allowance.get(position, ZERO)
        key = (position, quantity, allowance)
        amounts = self._amounts.get(key)
        if amounts is None:
            if len(self._amounts) >= MOST_KEPT:
                self._amounts.clear()
            amounts = self._amounts[key] = self._worth(term, quantity, allowance)
        for index, amount in amounts:
            sums[index] += amount

    def total(self, sums: Sums, active: Iterable[bool], offer: Offer | None) -> Decimal:
        """Return the total of a plan; raises Unbounded if it might fall while one of its sums rises."""
        price = ZERO if offer is None else self.money.amount(offer.package.price.likely)
        code = None if offer is None else offer.package.code
        found = sums[0] + (price if offer is not None and offer.total != _RESERVE else ZERO)
        percents: list[Decimal] = []
        for among_plain, join, is_active in zip(sums[1:], self.joins, active, strict=True):
            amount = ZERO
            if is_active:
                above = join.on.tax.above if isinstance(join.on, TaxOn) else None
                parts = [percents[index] for index in join.joins]
                if code in join.packages:
                    parts.append(price)
                base = among_plain + sum((part for part in parts if above is None or part > above), ZERO)
                amount = self._join_amount(join.on, base)
                if isinstance(join.on, TaxOn) or join.on.total != _RESERVE:
                    found += amount
            percents.append(amount)
        return found

    def tests(self) -> dict[str, list[Test]]:
        """What is asked of each driver by anything that counts, or by a rule."""
        table = self.table
        entries: list[Any] = [*table.drivers, *table.rules, *table.packages]
        entries += [term.line.charge for term in self.terms]
        entries += [join.on.tax if isinstance(join.on, TaxOn) else join.on.charge for join in self.joins]
        found: dict[str, list[Test]] = {}
        for entry in entries:
            for code, test in chain(entry.when or (), entry.unless or ()):
                found.setdefault(code, []).append(test)
        return found

    def _join_amount(self, on: Line | TaxOn, base: Decimal) -> Decimal:
        if isinstance(on, TaxOn):
            if on.tax.above is not None and on.tax.above < 0:
                raise Unbounded
            return self.money.amount(base * on.tax.percent * HUNDREDTH)
        charge = on.charge
        assert isinstance(charge.price, Percent)
        percent = charge.price.percent.likely
        least, most = charge.at_least, charge.at_most
        if percent < 0 or (most is not None and most.likely < 0):
            raise Unbounded
        if least is not None and least.likely > 0 and self.negative:
            raise Unbounded
        return self.money.amount(bounded(charge, base * percent * HUNDREDTH, LIKELY)) if base else ZERO

    def _term(self, line: Line) -> Term:
        counts: list[tuple[int, Decimal | None]] = []
        if not isinstance(line.charge.price, OnRequest):
            if line.total != _RESERVE:
                counts.append((0, None))
            counts += self._taken.get(line.position, ())
        charge = line.charge
        names = frozenset(named(charge.when, charge.unless)).union(charge.per)
        return Term(
            line, tuple(counts), names, self._shape(line, any(above is not None for _, above in counts))
        )

    def _worth(self, term: Term, quantity: Decimal, allowance: Decimal) -> list[tuple[int, Decimal]]:
        """What so many units of a charge add, and to which sums."""
        charge = term.line.charge
        billed = billed_units(charge, quantity, allowance)
        exact = exact_amount(charge, billed, LIKELY)
        if exact is None:
            return []
        amount = self.money.amount(exact)
        return [(index, amount) for index, above in term.counts if above is None or amount > above * billed]

    def _shape(self, line: Line, has_limit: bool) -> str:
        charge = line.charge
        most_negative = charge.at_most is not None and charge.at_most.likely < 0
        if isinstance(charge.price, UnitPrice):
            price = charge.price.price.likely
            if price < 0 or most_negative or (has_limit and not self._is_even(line, price)):
                return "wild"
            return "rising"
        if not isinstance(charge.price, Tiers):
            return "rising"
        slopes = [tier.price.likely for tier in charge.price.tiers if charge.price.mode != "stairstep"]
        return "wild" if has_limit or any(slope < 0 for slope in slopes) else "stepped"

    def _is_even(self, line: Line, price: Decimal) -> bool:
        """Whether every number of units costs exactly so many prices, so that a unit always costs the same."""
        charge, table = line.charge, self.table
        if charge.at_least is not None or charge.at_most is not None or price % self.money.unit:
            return False
        numbers = [charge.times, charge.included]
        for driver in table.drivers:
            if driver.code in charge.per:
                numbers += [driver.least, driver.step]  # type: ignore[attr-defined]
        for offer in self.offers[1:]:
            assert offer is not None
            allowance = offer.allowance.get(line.position, ZERO)
            numbers += [allowance] if allowance.is_finite() else []
        return charge.block is not None or all(number == number.to_integral_value() for number in numbers)


def _percents(lines: Iterable[Line], taxes: Iterable[TaxOn]) -> list[Line]:
    """The percentages that count: in a total, or in what one that counts is taken of."""
    wanted = {position for on in taxes for position in on.of.charges}
    found: list[Line] = []
    for line in reversed(tuple(lines)):
        if line.of is not None and (line.total != _RESERVE or line.position in wanted):
            wanted.update(line.of.charges)
            found.insert(0, line)
    return found


def _join(on: Line | TaxOn, percents: Mapping[int, int]) -> Join:
    entry: Any = on.tax if isinstance(on, TaxOn) else on.charge
    assert on.of is not None
    joins = tuple(percents[position] for position in on.of.charges if position in percents)
    return Join(on, joins, on.of.packages, frozenset(named(entry.when, entry.unless)))


def _may_be_negative(term: Term) -> bool:
    charge = term.line.charge
    amounts = [charge.at_most] if charge.at_most is not None else []
    if isinstance(charge.price, UnitPrice):
        amounts.append(charge.price.price)
    if isinstance(charge.price, Tiers):
        for tier in charge.price.tiers:
            amounts += [tier.price] if tier.flat is None else [tier.price, tier.flat]
    return any(amount.likely < 0 for amount in amounts)
