"""What a plan costs: one pure function of a price table and the answers.

The steps are those of docs/notation.md, in its order: check the answers, find the charges that apply, try
the plan without a package and with each one that may be used, then work out the low, the likely and the
high case with the cheapest, and from them the totals, stages and payments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from pricing.answers import Answers, check, normal_form
from pricing.breakdown import Breakdown, CommissionLine, Item, TaxLine, Three
from pricing.charges import HIGH, HUNDREDTH, LIKELY, LOW, billed_units, bounded, exact_amount, in_case
from pricing.conditions import Value, applies, may_apply
from pricing.left_open import not_counted
from pricing.money import ZERO, exactly
from pricing.payments import split
from pricing.prepared import TOTALS, Line, Named, Offer, TaxOn, prepared
from pricing.steps import Trace
from pricing.table import Charge, Commission, Group, Notice, Package, Percent, PriceTable, Tax
from pricing.unfinished import check_unfinished

ONE = Decimal(1)
_NOTHING: Three = (ZERO, ZERO, ZERO)
_RESERVE = TOTALS.index("reserve")

Part = tuple[Literal["item", "tax"], str]
"""What counts in a total: a charge or the package, or a tax that is added, by its code."""


class Mix(NamedTuple):
    """A case that is put together: LOW, LIKELY or HIGH for each number that varies, and for the prices.

    A number that is not named is likely, and so is the price of a charge or package in `settled`.
    """

    numbers: Mapping[str, int]
    prices: int
    settled: frozenset[str] = frozenset()


def estimate(table: PriceTable, answers: Answers, *, unfinished: bool = False) -> Breakdown:
    """Price a plan exactly: the same table and answers give the same breakdown, everywhere and for ever.

    An `unfinished` plan may lack any answer; what depends on it is not counted, as if the question were left open.
    Raises BadAnswers with every problem at once.
    """
    values, unknown = check_unfinished(table, answers) if unfinished else (check(table, answers), frozenset())
    with exactly():
        return _Plan(table, values, unknown).breakdown()


Total = tuple[Three, tuple[str, ...], str | None]
"""Only the `total` that `estimate` would give, the codes of the items on request, and of the package."""


class Near:
    """A plan in hand, of which many others are looked at that differ from it in little: only that is worked out anew.

    All `values` are answers that `check` has looked at; `answers` are those of the plan in hand in normal form, and
    `known` the same with their values, as `look` can use them.
    """

    def __init__(self, table: PriceTable, values: Mapping[str, Value]) -> None:
        self.table = table
        self.answers = normal_form(values)
        self.known = {code: (self.answers[code], value) for code, value in values.items()}
        with exactly():
            self._plan = _Plan(table, values)
            self.total = self._plan.total()

    def total_of(self, values: Mapping[str, Value]) -> Total:
        """Return what `total` returns for other values."""
        with exactly():
            return _Plan(self.table, values, near=self._plan).total()

    def mixed(self, mixes: Iterable[Mix]) -> list[dict[Part, Decimal]]:
        """Return what every part of the total of the plan in hand comes to in each mix, with the package that it has.

        What is on request counts 0, as in every sum, and so does the reserve, which is left out.
        """
        with exactly():
            return list(self._plan.mixed(mixes))


def total(table: PriceTable, values: Mapping[str, Value]) -> Total:
    """Return only the `total` that `estimate` would give, the codes of the items on request, and of the package.

    `values` are answers that `check` has looked at.
    """
    return Near(table, values).total


_Worked = tuple[Decimal, Decimal, Decimal | None]
"""A charge in one case: its units, how many of them are paid for, and the rounded amount; None is on request.

A plain tuple: one is made for every charge in every case, and a named one would cost as much as the arithmetic.
"""


class _Case(NamedTuple):
    """A plan in one case. `worked` has an entry for every charge of the table, None where it is absent.

    `package` is its price, and `sums` are the items of each stage and total.
    """

    package: Decimal
    worked: list[_Worked | None]
    sums: list[list[Decimal]]


class _Taxed(NamedTuple):
    """The taxes of a plan in one case: what each is taken of up to each stage, and what it comes to there.

    The last of each is the whole, and of a tax that prices contain already, which adds to no stage, the only one.
    """

    bases: list[list[Decimal]]
    taxes: list[list[Decimal]]


class _Plan:
    """One table with one set of checked answers; what it has in common with a plan `near` it is taken from there."""

    def __init__(
        self,
        table: PriceTable,
        values: Mapping[str, Value],
        unknown: frozenset[str] = frozenset(),
        near: _Plan | None = None,
    ) -> None:
        self.table = table
        self.values = values
        self.unknown = unknown
        self.near = near
        self.changed: list[tuple[Line, Three]] = []
        self.cases: dict[tuple[int, str | None], _Case] = {}
        self._lines: list[tuple[Line, Three]] | None = None
        self.prepared = prepared(table)
        self.money = self.prepared.rounder
        self.zero = self.money.amount(ZERO)
        self.ranks = max(len(table.stages), 1)
        self.taxes = [on for on in self.prepared.taxes if self._applies(on.tax)]
        self.numbers = self._numbers(near)
        if near is None:
            self.quantities = [
                line.units if line.always and line.units is not None else self._quantities(line)
                for line in self.prepared.lines
            ]
        else:
            self.quantities = near.quantities.copy()
            self._change(near)

    def _change(self, near: _Plan) -> None:
        """Find what the answers change of a plan near this one: charges, their units, and every percentage."""
        positions = set(self.prepared.percentages)
        for code, _value in self.values.items() ^ near.values.items():
            positions.update(self.prepared.depending.get(code, ()))
        for position in sorted(positions):
            line, before = self.prepared.lines[position], near.quantities[position]
            found = self.quantities[position] = self._quantities(line)
            if found != before or line.of is not None:
                self.changed.append((line, found or _NOTHING))

    @property
    def lines(self) -> list[tuple[Line, Three]]:
        """The charges that apply, and how many units each has in the three cases; a plan near another asks for few."""
        if self._lines is None:
            self._lines = [
                (line, quantities)
                for line, quantities in zip(self.prepared.lines, self.quantities, strict=True)
                if quantities is not None
            ]
        return self._lines

    def _varying(self) -> list[tuple[Line, Three]]:
        """The charges that are perhaps not the same in the three cases."""
        return [
            (line, quantities)
            for line, quantities in self.lines
            if line.of is not None
            or not line.same
            or not quantities[LOW] is quantities[LIKELY] is quantities[HIGH]
        ]

    def total(self) -> Total:
        offer, _saves, cases = self._cases()
        low, likely, high = (self._whole(case, offer) for case in cases)
        lows, likelies, highs = (case.worked for case in cases)
        requested = [
            line.charge.code
            for line in self.prepared.lacking
            if any(
                entry is not None and entry[2] is None
                for entry in (lows[line.position], likelies[line.position], highs[line.position])
            )
        ]
        package = None if offer is None else offer.package.code
        return (low, likely, high), tuple(requested), package

    def mixed(self, mixes: Iterable[Mix]) -> Iterator[dict[Part, Decimal]]:
        offer, _saves, _likely = self._cheapest()
        for numbers_of, prices, settled in mixes:
            held = {
                code: (three[numbers_of.get(code, LIKELY)],) * 3
                for code, three in self.numbers.items()
                if three[numbers_of.get(code, LIKELY)] != three[prices]
            }
            numbers = {**self.numbers, **held}
            changing = [
                (line, self._units(line, numbers))
                for line, _quantities in self.lines
                if line.of is not None
                or line.charge.code in settled
                or not held.keys().isdisjoint(line.charge.per)
            ]
            case = self._case(prices, offer, self._worked(prices, offer), changing, settled)
            yield dict(self._counting(case, offer))

    def _counting(self, case: _Case, offer: Offer | None) -> Iterator[tuple[Part, Decimal]]:
        """The parts of the total in one case."""
        if offer is not None and offer.total != _RESERVE:
            yield ("item", offer.package.code), case.package
        for line, _quantities in self.lines:
            entry = case.worked[line.position]
            if entry is not None and line.total != _RESERVE:
                yield ("item", line.charge.code), entry[2] or self.zero
        for on in self.taxes:
            if not (on.tax.included or on.is_reserve):
                yield ("tax", on.tax.code), self._tax(on, self._whole_base(on, case, offer))

    def _applies(self, entry: Charge | Package | Tax | Commission | Notice) -> bool:
        return applies(entry.when, entry.unless, self.values) and may_apply(entry.unless, self.unknown)

    def breakdown(self) -> Breakdown:
        offer, saves, cases = self._cases()
        taxed = self._taxed(cases, offer)
        items = tuple(self._items(cases, offer))
        totals = self._totals(cases, [[taxes[-1] for taxes in case.taxes] for case in taxed])
        return Breakdown(
            table=self.table,
            table_sha256=self.prepared.sha256,
            rounder=self.money,
            answers=normal_form(self.values),
            package=None if offer is None else offer.package.code,
            package_saves=saves,
            groups=tuple(self._groups(items)),
            items=items,
            taxes=tuple(self._tax_lines(taxed)),
            totals=totals,
            cost_by_then=tuple(self._cost_by_stage(cases, taxed)),
            payments=tuple(self._payments(totals["provider"][LIKELY])),
            notices=tuple(notice.code for notice in self.table.notices if self._applies(notice)),
            not_counted=not_counted(self.table, self.values),
            commissions=tuple(self._commissions(cases, offer, items, totals["provider"])),
        )

    def _cases(self) -> tuple[Offer | None, Decimal | None, list[_Case]]:
        """The package that is used, what it saves, and the three cases with it."""
        offer, saves, likely = self._cheapest()
        return offer, saves, [self._worked(LOW, offer), likely, self._worked(HIGH, offer)]

    def _numbers(self, near: _Plan | None) -> dict[str, Three]:
        """The numbers that were answered, in the three cases."""
        numbers: dict[str, Three] = {}
        for driver, whole in self.prepared.numbers:
            value = self.values.get(driver.code)
            if value is None:
                continue
            if near is not None and value is near.values.get(driver.code):
                numbers[driver.code] = near.numbers[driver.code]
                continue
            assert isinstance(value, Decimal)
            if whole:
                value = value.quantize(ONE)
            low = value if not driver.less else max(driver.least, value - driver.less)
            high = value if not driver.more else min(driver.most, value + driver.more)
            numbers[driver.code] = (low, value, high)
        return numbers

    def _quantities(self, line: Line) -> Three | None:
        """How many units a charge has in the three cases; None if it does not apply."""
        if not (line.always or self._applies(line.charge)):
            return None
        return self._units(line, self.numbers)

    def _units(self, line: Line, numbers: Mapping[str, Three]) -> Three:
        """How many units a charge has in the three cases, where it applies: one object where that is the same."""
        if line.units is not None:
            return line.units
        low = likely = high = line.charge.times
        for driver_code in line.charge.per:
            first, second, third = numbers.get(driver_code, _NOTHING)
            if low is likely is high and first is second is third:
                low = likely = high = likely * second
            else:
                low, likely, high = low * first, likely * second, high * third
        return low, likely, high

    def _cheapest(self) -> tuple[Offer | None, Decimal | None, _Case]:
        """The package with the lowest likely sum, if one is below no package, what it saves, and the likely case."""
        alone = best = self._worked(LIKELY, None)
        offer = saves = None
        usable = [candidate for candidate in self.prepared.offers if self._may_use(candidate)]
        dearest = self._sum(alone, None) if usable else ZERO
        for candidate in usable:
            case = self._worked(LIKELY, candidate)
            saving = dearest - self._sum(case, candidate)
            if saving > (saves or ZERO):
                offer, saves, best = candidate, saving, case
        return offer, saves, best

    def _worked(self, case: int, offer: Offer | None) -> _Case:
        """The plan in one case with one package or none, worked out once, and from the most that is the same."""
        place = case, None if offer is None else offer.package.code
        if place not in self.cases:
            self.cases[place] = self._case(case, offer, *self._known(case, offer))
        return self.cases[place]

    def _known(self, case: int, offer: Offer | None) -> tuple[_Case, list[tuple[Line, Three]]]:
        """A case that is known, and all that has to change in it: of the plan near this one, or another of this one."""
        if self.near is not None:
            found = self.near.cases.get((case, None if offer is None else offer.package.code))
            if found is not None:
                return found, self.changed
        if case != LIKELY:
            return self._worked(LIKELY, offer), self._varying()
        if offer is not None:
            return self._worked(LIKELY, None), [
                each for each in self.lines if each[0].position in offer.allowance or each[0].of is not None
            ]
        return self._nothing(), self.lines

    def _nothing(self) -> _Case:
        """A case without any charge."""
        sums = [[self.zero] * 3 for _ in range(self.ranks)]
        return _Case(self.zero, [None] * len(self.prepared.lines), sums)

    def _may_use(self, offer: Offer) -> bool:
        return self._applies(offer.package) and any(
            (self.quantities[position] or _NOTHING)[LIKELY] for position in offer.allowance
        )

    def _sum(self, case: _Case, offer: Offer | None) -> Decimal:
        """The sum of all three totals, taxes included; what is on request counts 0."""
        total = sum((amount for stage in case.sums for amount in stage), ZERO)
        for on in self.taxes:
            if not on.tax.included:
                total += self._tax(on, self._whole_base(on, case, offer))
        return total

    def _whole_base(self, on: TaxOn, case: _Case, offer: Offer | None) -> Decimal:
        """What a tax is taken of in the end."""
        if on.tax.above is None:
            return self._base(on.of, case.worked, offer, case.package)
        return self._tax_bases(on, case, offer)[-1]

    def _taxed(self, cases: list[_Case], offer: Offer | None) -> list[_Taxed]:
        """What each tax comes to up to each stage; one of the same sum is not worked out again."""
        bases = [
            [
                [self._whole_base(on, case, offer)] if on.tax.included else self._tax_bases(on, case, offer)
                for on in self.taxes
            ]
            for case in cases
        ]
        known: list[dict[Decimal, Decimal]] = [{} for _ in self.taxes]
        for case in bases:
            for on, sums, found in zip(self.taxes, case, known, strict=True):
                for base in sums:
                    if base not in found:
                        found[base] = self._tax(on, base)
        return [
            _Taxed(case, [[found[base] for base in sums] for sums, found in zip(case, known, strict=True)])
            for case in bases
        ]

    def _case(
        self,
        case: int,
        offer: Offer | None,
        known: _Case,
        changing: list[tuple[Line, Three]],
        settled: frozenset[str] = frozenset(),
    ) -> _Case:
        """Work the plan out in one case with one package or none, from another of which all but `changing` stays.

        `known` has the same package or none. What is `settled` has its likely price.
        """
        package = self.zero
        if offer is not None:
            price_case = LIKELY if offer.package.code in settled else case
            package = self.money.amount(in_case(offer.package.price, price_case))
        allowance = {} if offer is None else offer.allowance
        worked = known.worked.copy()
        sums = [stage.copy() for stage in known.sums]
        if offer is not None:
            sums[offer.rank][offer.total] += package - known.package
        for line, quantities in changing:
            position = line.position
            if settled and line.charge.code in settled:
                entry = self._settled(line, quantities[case], allowance, worked, offer, package)
            elif line.of is not None and quantities[case]:
                entry = self._percent(line, self._base(line.of, worked, offer, package), case)
            elif line.unrounded is not None and position not in allowance and quantities[case]:
                # What _charge does with most charges of most lists: calling it would cost as much.
                quantity = quantities[case]
                entry = quantity, quantity, quantity * line.unrounded[case]
            else:
                entry = self._charge(line, quantities[case], allowance.get(position, ZERO), case)
            before = worked[position]
            worked[position] = entry
            stage = sums[line.rank]
            if before is not None and before[2] is not None:
                stage[line.total] -= before[2]
            if entry is not None and entry[2] is not None:
                stage[line.total] += entry[2]
        return _Case(package, worked, sums)

    def _settled(
        self,
        line: Line,
        quantity: Decimal,
        allowance: Mapping[int, Decimal],
        worked: list[_Worked | None],
        offer: Offer | None,
        package: Decimal,
    ) -> _Worked | None:
        """A charge with its likely price, whatever the case."""
        if line.of is not None:
            return self._percent(line, self._base(line.of, worked, offer, package), LIKELY)
        return self._charge(line, quantity, allowance.get(line.position, ZERO), LIKELY)

    def _charge(self, line: Line, quantity: Decimal, allowance: Decimal, case: int) -> _Worked | None:
        if not quantity:
            return None
        charge = line.charge
        billed = quantity if line.plain and not allowance else billed_units(charge, quantity, allowance)
        if line.prices is not None:
            return quantity, billed, self.money.amount(billed * line.prices[case])
        exact = exact_amount(charge, billed, case)
        return quantity, billed, None if exact is None else self.money.amount(exact)

    def _percent(self, line: Line, base: Decimal, case: int) -> _Worked | None:
        if not base:
            return None
        if line.prices is not None:
            return ONE, ONE, self.money.amount(base * line.prices[case])
        assert isinstance(line.charge.price, Percent)
        exact = base * in_case(line.charge.price.percent, case) * HUNDREDTH
        return ONE, ONE, self.money.amount(bounded(line.charge, exact, case))

    def _base(
        self, of: Named, worked: list[_Worked | None], offer: Offer | None, package: Decimal
    ) -> Decimal:
        """The sum of the named amounts, each once; what is on request counts 0."""
        base = package if offer is not None and offer.package.code in of.packages else self.zero
        for position in of.charges:
            entry = worked[position]
            if entry is not None:
                base += entry[2] or ZERO
        return base

    def _tax_bases(self, on: TaxOn, case: _Case, offer: Offer | None) -> list[Decimal]:
        """Return a tax's base up to and with each stage: named amounts of which a unit costs more than `above`."""
        above, package, worked = on.tax.above, case.package, case.worked
        bases = [self.zero] * self.ranks
        if offer is not None and offer.package.code in on.of.packages and (above is None or package > above):
            bases[offer.rank] += package
        for position in on.of.charges:
            entry = worked[position]
            if entry is not None:
                _quantity, billed, amount = entry
                if amount and (above is None or amount > above * billed):
                    bases[self.prepared.lines[position].rank] += amount
        for rank in range(1, self.ranks):
            bases[rank] += bases[rank - 1]
        return bases

    def _tax(self, on: TaxOn, base: Decimal) -> Decimal:
        if not base:
            return self.zero
        if on.tax.included:
            whole, part = base.as_integer_ratio()
            over, under = on.contained
            return self.money.quotient(whole * over, part * under)
        return self.money.amount(base * on.rate)

    def _items(self, cases: list[_Case], offer: Offer | None) -> Iterator[Item]:
        code = None
        allowance: Mapping[int, Decimal] = {}
        likely_package = cases[LIKELY].package
        if offer is not None:
            package, code, allowance = offer.package, offer.package.code, offer.allowance
            prices = (cases[LOW].package, likely_package, cases[HIGH].package)
            trace: Trace = (package, ONE, ZERO, None, None, likely_package)
            yield Item(
                code, "package", package.group, package.label, (ONE, ONE, ONE), None, prices, None, trace
            )
        absent = (ZERO, ZERO, self.zero)
        lows, likelies, highs = (case.worked for case in cases)
        for line, _quantities in self.lines:
            position = line.position
            low, likely, high = lows[position], likelies[position], highs[position]
            if low is likely is high is None:
                continue
            low, likely, high = low or absent, likely or absent, high or absent
            covered = code if position in allowance else None
            base = None
            if line.of is not None:
                base = self._base(line.of, likelies, offer, likely_package)
            trace = (line, likely[0], allowance.get(position, ZERO), covered, base, likely[2])
            yield Item(
                line.charge.code, "charge", line.charge.group, line.charge.label,
                (low[0], likely[0], high[0]), line.unit, (low[2], likely[2], high[2]), covered, trace,
            )  # fmt: skip

    def _groups(self, items: tuple[Item, ...]) -> Iterator[tuple[Group, Three]]:
        """The groups that have an item, in the order of the file, with the sums of their items."""
        sums: dict[str, list[Decimal]] = {}
        for item in items:
            amounts = sums.get(item.group)
            if amounts is None:
                amounts = sums[item.group] = [self.zero] * 3
            low, likely, high = item.amount
            amounts[LOW] += low or ZERO
            amounts[LIKELY] += likely or ZERO
            amounts[HIGH] += high or ZERO
        for group in self.table.groups:
            if group.code in sums:
                first, second, third = sums[group.code]
                yield group, (first, second, third)

    def _tax_lines(self, cases: list[_Taxed]) -> Iterator[TaxLine]:
        for number, on in enumerate(self.taxes):
            tax = on.tax
            low, likely, high = (case.bases[number][-1] for case in cases)
            if low or likely or high:
                taxes = tuple(case.taxes[number][-1] for case in cases)
                yield TaxLine(tax.code, tax.label, tax.percent, tax.included, (low, likely, high), taxes)  # type: ignore[arg-type]

    def _commissions(
        self, cases: list[_Case], offer: Offer | None, items: tuple[Item, ...], price: Three
    ) -> Iterator[CommissionLine]:
        """What others get for having led the patient here: charges on top of the price, and parts inside of it."""
        for commission, of in self.prepared.commissions:
            code, payee, charge, percent = (
                commission.code, commission.payee, commission.charge, commission.percent
            )  # fmt: skip
            if charge is not None:
                for item in items:
                    if item.code == charge:
                        yield CommissionLine(code, payee, charge, None, (), None, item.amount)
                continue
            if not self._applies(commission):
                continue
            if percent is None:
                assert commission.amount is not None
                fixed = self.money.amount(commission.amount)
                low, likely, high = (min(fixed, max(total, self.zero)) for total in price)
                base = None
            else:
                base = low, likely, high = (
                    self._base(of, cases[LOW].worked, offer, cases[LOW].package),
                    self._base(of, cases[LIKELY].worked, offer, cases[LIKELY].package),
                    self._base(of, cases[HIGH].worked, offer, cases[HIGH].package),
                )
                rate = percent * HUNDREDTH
                low, likely, high = (self.money.amount(part * rate) for part in base)
            if low or likely or high:
                yield CommissionLine(code, payee, None, percent, commission.of, base, (low, likely, high))

    def _totals(self, cases: list[_Case], taxes: list[list[Decimal]]) -> dict[str, Three]:
        """The sums of the three totals' items and added taxes, and `total`, what provider and others take."""
        low, likely, high = (self._four(case, added) for case, added in zip(cases, taxes, strict=True))
        names = ("provider", "others", "reserve", "total")
        return {name: (low[i], likely[i], high[i]) for i, name in enumerate(names)}

    def _four(self, case: _Case, added: list[Decimal]) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        totals = [sum(column, self.zero) for column in zip(*case.sums, strict=True)]
        for on, tax in zip(self.taxes, added, strict=True):
            if not on.tax.included:
                totals[on.total] += tax
        provider, others, reserve = totals
        return provider, others, reserve, provider + others

    def _whole(self, case: _Case, offer: Offer | None) -> Decimal:
        """What provider and others take in one case."""
        taxes = [self._tax(on, self._whole_base(on, case, offer)) for on in self.taxes]
        return self._four(case, taxes)[-1]

    def _cost_by_stage(self, cases: list[_Case], taxed: list[_Taxed]) -> Iterator[Three]:
        """What provider and others have taken if the treatment stops after each stage."""
        so_far = [self.zero] * 3
        for rank in range(len(self.table.stages)):
            costs = []
            for number, (case, added) in enumerate(zip(cases, taxed, strict=True)):
                provider, others, _ = case.sums[rank]
                so_far[number] += provider + others
                cost = so_far[number]
                for on, taxes in zip(self.taxes, added.taxes, strict=True):
                    if not on.tax.included and not on.is_reserve:
                        cost += taxes[rank]
                costs.append(cost)
            low, likely, high = costs
            yield low, likely, high

    def _payments(self, total: Decimal) -> list[Decimal]:
        """Split the likely provider total, each instalment with the decimals of the table."""
        return [self.money.amount(part) for part in split(self.table.payments, total, self.money)]
