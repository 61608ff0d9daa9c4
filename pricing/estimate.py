"""What a plan costs: one pure function of a price table and the answers.

The steps are those of docs/notation.md, in its order: check the answers, find the charges that apply, try
the plan without a package and with each one that may be used, then work out the low, the likely and the
high case with the cheapest, and from them the totals, stages and payments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pricing.answers import Answers, check, normal_form
from pricing.breakdown import HIGH, LIKELY, LOW, TOTALS, Breakdown, Item, TaxLine, Three
from pricing.charges import (
    HUNDREDTH,
    billed_units,
    bounded,
    charge_steps,
    exact_amount,
    in_case,
    package_steps,
    percent_steps,
)
from pricing.conditions import Value, applies
from pricing.money import ZERO, exactly
from pricing.prepared import Line, Named, Offer, TaxOn, prepared
from pricing.table import Group, NumberDriver, Percent, PriceTable, Total

ONE = Decimal(1)


def estimate(table: PriceTable, answers: Answers) -> Breakdown:
    """Price a plan exactly: the same table and answers give the same breakdown, everywhere and for ever.

    Raises BadAnswers with every problem at once.
    """
    with exactly():
        return _Plan(table, check(table, answers)).breakdown()


class _Worked(NamedTuple):
    """A charge in one case: how many units are paid for, and the rounded amount; None is on request."""

    quantity: Decimal
    billed: Decimal
    amount: Decimal | None


class _Case(NamedTuple):
    """A plan in one case. `worked` has an entry for every charge of the table, None where it is absent."""

    package: Decimal
    worked: list[_Worked | None]
    bases: list[Decimal]
    taxes: list[Decimal]


class _Plan:
    """One table with one set of checked answers."""

    def __init__(self, table: PriceTable, values: Mapping[str, Value]) -> None:
        self.table = table
        self.values = values
        self.prepared = prepared(table)
        self.money = self.prepared.rounder
        self.lines = [
            line for line in self.prepared.lines if applies(line.charge.when, line.charge.unless, values)
        ]
        self.taxes = [on for on in self.prepared.taxes if applies(on.tax.when, on.tax.unless, values)]
        numbers = self._numbers()
        self.quantities = [
            [_quantity(line, numbers[case]) for line in self.lines] for case in (LOW, LIKELY, HIGH)
        ]
        self.once: dict[tuple[int, Decimal, Decimal, int], _Worked] = {}

    def breakdown(self) -> Breakdown:
        table, money = self.table, self.money
        offer, saves = self._cheapest()
        cases = [self._case(case, offer) for case in (LOW, LIKELY, HIGH)]
        items = tuple(self._items(cases, offer))
        totals = self._totals(cases, offer)
        return Breakdown(
            table=table,
            table_sha256=self.prepared.sha256,
            rounder=money,
            answers=normal_form(self.values),
            package=None if offer is None else offer.package.code,
            package_saves=saves,
            groups=tuple(self._groups(items)),
            items=items,
            taxes=tuple(self._tax_lines(cases)),
            totals=totals,
            cost_by_then=tuple(self._cost_by_stage(cases, offer)),
            payments=tuple(self._payments(totals["provider"][LIKELY])),
            notices=tuple(
                notice.code for notice in table.notices if applies(notice.when, notice.unless, self.values)
            ),
        )

    def _numbers(self) -> list[dict[str, Decimal]]:
        """What each number driver that was asked is in the three cases."""
        numbers: list[dict[str, Decimal]] = [{}, {}, {}]
        low, likely, high = numbers
        for driver in self.table.drivers:
            if isinstance(driver, NumberDriver) and driver.code in self.values:
                value = self.values[driver.code]
                assert isinstance(value, Decimal)
                likely[driver.code] = value
                low[driver.code] = value if not driver.less else max(driver.least, value - driver.less)
                high[driver.code] = value if not driver.more else min(driver.most, value + driver.more)
        return numbers

    def _cheapest(self) -> tuple[Offer | None, Decimal | None]:
        """The package with the lowest likely sum, if one is below no package, and what it saves."""
        offers = [offer for offer in self.prepared.offers if self._may_use(offer)]
        if not offers:
            return None, None
        alone = cheapest = self._sum(None)
        best = None
        for offer in offers:
            cost = self._sum(offer)
            if cost < cheapest:
                best, cheapest = offer, cost
        return best, None if best is None else alone - cheapest

    def _may_use(self, offer: Offer) -> bool:
        return applies(offer.package.when, offer.package.unless, self.values) and any(
            quantity and line.position in offer.allowance
            for line, quantity in zip(self.lines, self.quantities[LIKELY], strict=True)
        )

    def _sum(self, offer: Offer | None) -> Decimal:
        """The likely sum of all three totals, taxes included; what is on request counts 0."""
        case = self._case(LIKELY, offer)
        amounts = sum((worked.amount for worked in case.worked if worked and worked.amount), case.package)
        return sum(
            (tax for on, tax in zip(self.taxes, case.taxes, strict=True) if not on.tax.included), amounts
        )

    def _case(self, case: int, offer: Offer | None) -> _Case:
        """Work the plan out in one case with one package or none."""
        package = ZERO if offer is None else self.money.amount(in_case(offer.package.price, case))
        code = None if offer is None else offer.package.code
        allowance = {} if offer is None else offer.allowance
        worked: list[_Worked | None] = [None] * len(self.prepared.lines)
        for line, quantity in zip(self.lines, self.quantities[case], strict=True):
            if line.of is not None:
                base = _base(line.of, worked, code, package)
                if base:
                    worked[line.position] = self._percent(line, base, case)
            elif quantity:
                worked[line.position] = self._charge(line, quantity, allowance.get(line.position, ZERO), case)
        bases = [_tax_base(on, worked, code, package) for on in self.taxes]
        return _Case(
            package, worked, bases, [self._tax(on, base) for on, base in zip(self.taxes, bases, strict=True)]
        )

    def _charge(self, line: Line, quantity: Decimal, allowance: Decimal, case: int) -> _Worked:
        """A charge's amount; one that is the same in several cases or packages is worked out once."""
        key = (line.position, quantity, allowance, LIKELY if line.same else case)
        found = self.once.get(key)
        if found is None:
            billed = billed_units(line.charge, quantity, allowance)
            exact = exact_amount(line.charge, billed, case)
            found = _Worked(quantity, billed, None if exact is None else self.money.amount(exact))
            self.once[key] = found
        return found

    def _percent(self, line: Line, base: Decimal, case: int) -> _Worked:
        assert isinstance(line.charge.price, Percent)
        exact = base * in_case(line.charge.price.percent, case) * HUNDREDTH
        return _Worked(ONE, ONE, self.money.amount(bounded(line.charge, exact, case)))

    def _tax(self, on: TaxOn, base: Decimal) -> Decimal:
        if on.tax.included:
            return self.money.ratio(
                Fraction(base) * Fraction(on.tax.percent) / (100 + Fraction(on.tax.percent))
            )
        return self.money.amount(base * on.tax.percent * HUNDREDTH)

    def _items(self, cases: list[_Case], offer: Offer | None) -> Iterator[Item]:
        if offer is not None:
            package = offer.package
            prices = [case.package for case in cases]
            steps = package_steps(package.price.likely, self.money)
            yield Item(
                package.code, "package", package.group, package.label, (ONE, ONE, ONE), None,
                (prices[LOW], prices[LIKELY], prices[HIGH]), None, steps,
            )  # fmt: skip
        zero = self.money.amount(ZERO)
        absent = _Worked(ZERO, ZERO, zero)
        for line in self.lines:
            position = line.position
            entries = [case.worked[position] for case in cases]
            if not any(entries):
                continue
            low, likely, high = (entry or absent for entry in entries)
            charge = line.charge
            covered = offer.package.code if offer is not None and position in offer.allowance else None
            if likely is absent:
                steps = []
            elif line.of is not None:
                code = None if offer is None else offer.package.code
                base = _base(line.of, cases[LIKELY].worked, code, cases[LIKELY].package)
                steps = percent_steps(charge, base, self.money)
            else:
                allowance = ZERO if offer is None else offer.allowance.get(position, ZERO)
                steps = charge_steps(charge, likely.quantity, allowance, covered, self.money)
            yield Item(
                charge.code, "charge", charge.group, charge.label,
                (low.quantity, likely.quantity, high.quantity), line.unit,
                (low.amount, likely.amount, high.amount), covered, steps,
            )  # fmt: skip

    def _groups(self, items: tuple[Item, ...]) -> Iterator[tuple[Group, Three]]:
        """The groups that have an item, in the order of the file, with the sums of their items."""
        for group in self.table.groups:
            inside = [item.amount for item in items if item.group == group.code]
            if inside:
                yield (
                    group,
                    self._three(sum((amounts[case] or ZERO for amounts in inside), ZERO) for case in _CASES),
                )

    def _tax_lines(self, cases: list[_Case]) -> Iterator[TaxLine]:
        for number, on in enumerate(self.taxes):
            tax = on.tax
            if any(case.bases[number] for case in cases):
                yield TaxLine(
                    tax.code, tax.label, tax.percent, tax.included,
                    self._three(case.bases[number] for case in cases),
                    self._three(case.taxes[number] for case in cases),
                )  # fmt: skip

    def _totals(self, cases: list[_Case], offer: Offer | None) -> dict[str, Three]:
        """The sums of the three totals' items and added taxes, and `total`, what provider and others take."""
        sums = [self._sums(case, offer, last_rank=None) for case in cases]
        totals: dict[str, Three] = {name: self._three(case[name] for case in sums) for name in TOTALS}
        totals["total"] = self._three(case["provider"] + case["others"] for case in sums)
        return totals

    def _cost_by_stage(self, cases: list[_Case], offer: Offer | None) -> Iterator[Three]:
        """What provider and others have taken if the treatment stops after each stage."""
        for rank in range(len(self.table.stages)):
            sums = [self._sums(case, offer, last_rank=rank) for case in cases]
            yield self._three(case["provider"] + case["others"] for case in sums)

    def _sums(self, case: _Case, offer: Offer | None, last_rank: int | None) -> dict[Total, Decimal]:
        """The three totals of one case, up to and with one stage, or all of it."""
        sums: dict[Total, Decimal] = dict.fromkeys(TOTALS, ZERO)
        worked = case.worked
        package, code = ZERO, None
        if offer is not None and (last_rank is None or offer.rank <= last_rank):
            package, code = case.package, offer.package.code
            sums[offer.total] += package
        if last_rank is not None:
            worked = [None] * len(worked)
        for line in self.lines:
            entry = case.worked[line.position]
            if entry is not None and (last_rank is None or line.rank <= last_rank):
                worked[line.position] = entry
                if entry.amount:
                    sums[line.total] += entry.amount
        for on, tax in zip(self.taxes, case.taxes, strict=True):
            if not on.tax.included:
                whole = last_rank is None
                sums[on.total] += tax if whole else self._tax(on, _tax_base(on, worked, code, package))
        return sums

    def _payments(self, total: Decimal) -> list[Decimal]:
        """Split the likely provider total: fixed amounts first, the percents share what is left."""
        left = max(total, ZERO)
        amounts: list[Decimal | None] = []
        for payment in self.table.payments:
            fixed = None if payment.amount is None else min(payment.amount, left)
            left -= fixed or ZERO
            amounts.append(fixed)
        percents = [payment.percent for payment in self.table.payments if payment.percent is not None]
        shares = iter(self.money.shares(left, percents)) if percents else iter(())
        return [self.money.amount(next(shares) if amount is None else amount) for amount in amounts]

    def _three(self, amounts: Iterable[Decimal]) -> Three:
        low, likely, high = map(self.money.amount, amounts)
        return low, likely, high


_CASES = (LOW, LIKELY, HIGH)


def _quantity(line: Line, numbers: Mapping[str, Decimal]) -> Decimal:
    quantity = line.charge.times
    for driver in line.charge.per:
        quantity *= numbers.get(driver, ZERO)
    return quantity


def _base(of: Named, worked: list[_Worked | None], package: str | None, price: Decimal) -> Decimal:
    """The sum of the named amounts, each once; what is on request counts 0."""
    base = price if package in of.packages else ZERO
    for position in of.charges:
        entry = worked[position]
        if entry is not None and entry.amount:
            base += entry.amount
    return base


def _tax_base(on: TaxOn, worked: list[_Worked | None], package: str | None, price: Decimal) -> Decimal:
    """The sum a tax is taken of: the named amounts whose unit price is strictly above its `above`."""
    above = on.tax.above
    if above is None:
        return _base(on.of, worked, package, price)
    base = price if package in on.of.packages and price > above else ZERO
    for position in on.of.charges:
        entry = worked[position]
        if entry is not None and entry.amount and entry.amount > above * entry.billed:
            base += entry.amount
    return base
