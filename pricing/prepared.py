"""A table prepared for pricing: everything that depends on the table alone, computed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

from pricing import notation
from pricing.charges import HUNDREDTH
from pricing.money import ZERO, Rounder, decimals
from pricing.plans import named
from pricing.table import (
    Amount,
    Charge,
    Commission,
    NumberDriver,
    OnRequest,
    Package,
    Percent,
    PriceTable,
    Tax,
    Tiers,
    Total,
    UnitPrice,
    UnitText,
)

TOTALS: tuple[Total, ...] = get_args(Total)
"""The totals in the order in which they are summed."""

ALL = Decimal("Infinity")
"""The allowance of a package that pays for every unit."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a percentage is taken of: packages by code, charges by their position in the table."""

    packages: frozenset[str]
    charges: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A charge with what its table says about it elsewhere.

    `always` tells that it has no condition, `same` that its prices are equal in the three cases, `plain` that
    every unit is paid for. `prices` are those of the three cases if every paid unit simply costs as much, or
    hundredths of the percentages if there is no bound; `unrounded` are the same if every unit is paid for, all
    units are whole and the prices have the decimals of an amount, so that a product of them is one; `price` is
    the likely one as text where a unit is all there is to say. `units` are its quantities if no question decides
    them, `rank` is the position of its stage and `total` that of its total.
    """

    position: int
    charge: Charge
    total: int
    rank: int
    unit: UnitText | None
    always: bool
    same: bool
    plain: bool
    prices: tuple[Decimal, Decimal, Decimal] | None
    unrounded: tuple[Decimal, Decimal, Decimal] | None
    price: str | None
    units: tuple[Decimal, Decimal, Decimal] | None
    of: Named | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A package; `allowance` is how many units of which charge, by its position, it pays for."""

    package: Package
    total: int
    rank: int
    allowance: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class TaxOn:
    """A tax and what it is taken of; `total` is where it is added.

    `rate` is what is added for one unit of money; `contained` is the part of a price that holds the tax
    already, as a quotient of whole numbers.
    """

    tax: Tax
    of: Named
    total: int
    is_reserve: bool
    rate: Decimal
    contained: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A table as `estimate` uses it; of each number it asks for, whether all that it can be is whole.

    `depending` are, by question, the positions of the charges of which it decides whether they apply and how many
    units they have, `percentages` those of all percentages, and `lacking` the charges that can be on request.
    `commissions` stand beside what they are a percentage of: nothing, if they are none.
    """

    sha256: str
    rounder: Rounder
    numbers: tuple[tuple[NumberDriver, bool], ...]
    lines: tuple[Line, ...]
    depending: Mapping[str, Sequence[int]]
    percentages: tuple[int, ...]
    lacking: tuple[Line, ...]
    offers: tuple[Offer, ...]
    taxes: tuple[TaxOn, ...]
    commissions: tuple[tuple[Commission, Named], ...]


def prepared(table: PriceTable) -> Prepared:
    """Return a table as `estimate` uses it; cached with the table."""
    return table.once("prepared", lambda: _prepare(table))


def _prepare(table: PriceTable) -> Prepared:
    totals = {group.code: TOTALS.index(group.total) for group in table.groups}
    ranks = {stage.code: rank for rank, stage in enumerate(table.stages)}
    last = max(len(ranks) - 1, 0)
    positions = {charge.code: position for position, charge in enumerate(table.charges)}
    numbers = [driver for driver in table.drivers if isinstance(driver, NumberDriver)]
    units = {driver.code: driver.unit for driver in numbers}
    whole = {driver.code for driver in numbers if _is_whole(driver)}
    groups = _Groups(table)

    def rank(stage: str | None) -> int:
        return last if stage is None else ranks[stage]

    def of(codes: Iterable[str], above: int) -> Named:
        """Each named package and charge once; of a group, the charges that stand above a position."""
        packages: set[str] = set()
        charges: dict[int, None] = {}
        for code in codes:
            if code in positions:
                charges[positions[code]] = None
            elif code in totals:
                packages |= groups.packages[code]
                charges |= {position: None for position in groups.charges[code] if position < above}
            else:
                packages.add(code)
        return Named(frozenset(packages), tuple(charges))

    everything = len(table.charges)
    group_of = {charge.code: charge.group for charge in table.charges}
    group_of |= {package.code: package.group for package in table.packages}
    rounder = Rounder(table.round_to, table.rounding)
    lines = tuple(
        Line(
            position=position,
            charge=charge,
            total=totals[charge.group],
            rank=rank(charge.stage),
            unit=units[charge.per[0]] if len(charge.per) == 1 else None,
            always=charge.when is None and charge.unless is None,
            prices=_prices(charge),
            unrounded=_unrounded(charge, rounder, whole),
            price=_price(charge, rounder),
            units=None if charge.per else (charge.times, charge.times, charge.times),
            plain=_is_plain(charge),
            same=all(amount.low == amount.likely == amount.high for amount in _amounts(charge)),
            of=of(charge.price.of, position) if isinstance(charge.price, Percent) else None,
        )
        for position, charge in enumerate(table.charges)
    )
    depending: dict[str, list[int]] = {}
    for position, charge in enumerate(table.charges):
        for code in named(charge.when, charge.unless).union(charge.per):
            depending.setdefault(code, []).append(position)
    return Prepared(
        sha256=notation.sha256(table),
        rounder=rounder,
        numbers=tuple((driver, driver.code in whole) for driver in numbers),
        lines=lines,
        depending=depending,
        percentages=tuple(line.position for line in lines if line.of is not None),
        lacking=tuple(line for line in lines if _can_lack(line.charge)),
        offers=tuple(
            Offer(
                package=package,
                total=totals[package.group],
                rank=rank(package.stage),
                allowance={
                    positions[code]: ALL if units is None else units for code, units in package.covers
                },
            )
            for package in table.packages
        ),
        taxes=tuple(
            TaxOn(
                tax=tax,
                of=of(tax.of, everything),
                total=total,
                is_reserve=total == TOTALS.index("reserve"),
                rate=tax.percent * HUNDREDTH,
                contained=_contained(tax.percent),
            )
            for tax in table.taxes
            for total in (totals[group_of.get(tax.of[0], tax.of[0])],)
        ),
        commissions=tuple((each, of(each.of, everything)) for each in table.commissions),
    )


class _Groups:
    def __init__(self, table: PriceTable) -> None:
        self.packages: dict[str, set[str]] = {group.code: set() for group in table.groups}
        self.charges: dict[str, list[int]] = {group.code: [] for group in table.groups}
        for package in table.packages:
            self.packages[package.group].add(package.code)
        for position, charge in enumerate(table.charges):
            self.charges[charge.group].append(position)


def _prices(charge: Charge) -> tuple[Decimal, Decimal, Decimal] | None:
    """The prices of a unit in the three cases; None if anything but the unit decides what it costs."""
    if charge.at_least is not None or charge.at_most is not None:
        return None
    match charge.price:
        case UnitPrice(price):
            return price.low, price.likely, price.high
        case Percent(percent):
            return percent.low * HUNDREDTH, percent.likely * HUNDREDTH, percent.high * HUNDREDTH
    return None


def _is_whole(driver: NumberDriver) -> bool:
    """Whether every answer is a whole number, and in every case."""
    given = (driver.least, driver.most, driver.step, driver.less or ZERO, driver.more or ZERO)
    return all(not decimals(number) for number in given)


def _is_plain(charge: Charge) -> bool:
    return not charge.included and charge.block is None


def _unrounded(
    charge: Charge, money: Rounder, whole: Collection[str]
) -> tuple[Decimal, Decimal, Decimal] | None:
    """The prices of a unit with the decimals of an amount, if whole units of it are all that is multiplied."""
    prices = _prices(charge)
    if prices is None or not _is_plain(charge) or isinstance(charge.price, Percent):
        return None
    units_are_whole = not decimals(charge.times) and all(code in whole for code in charge.per)
    return money.written(prices) if units_are_whole else None


def _price(charge: Charge, money: Rounder) -> str | None:
    """The likely price of a unit as text, if it alone decides and every unit is paid for."""
    if not isinstance(charge.price, UnitPrice) or not _is_plain(charge) or _prices(charge) is None:
        return None
    return money.longer_text(charge.price.price.likely)


def _can_lack(charge: Charge) -> bool:
    """Whether some quantity of a charge is on request."""
    price = charge.price
    return isinstance(price, OnRequest) or (isinstance(price, Tiers) and price.tiers[-1].up_to is not None)


def _contained(percent: Decimal) -> tuple[int, int]:
    """How much of a price is a tax of so many percent that it contains: percent / (100 + percent)."""
    whole, part = percent.as_integer_ratio()
    return whole, 100 * part + whole


def _amounts(charge: Charge) -> list[Amount]:
    amounts = [bound for bound in (charge.at_least, charge.at_most) if bound is not None]
    match charge.price:
        case UnitPrice(price):
            amounts.append(price)
        case Percent(percent):
            amounts.append(percent)
        case Tiers(tiers=tiers):
            amounts += [tier.price for tier in tiers]
            amounts += [tier.flat for tier in tiers if tier.flat is not None]
    return amounts
