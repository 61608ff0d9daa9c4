"""A table prepared for pricing: everything that depends on the table alone, computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, get_args

from pricing import notation
from pricing.money import Rounder
from pricing.table import (
    Amount,
    Charge,
    NumberDriver,
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


class Named(NamedTuple):
    """What a percentage is taken of: packages by code, charges by their position in the table."""

    packages: frozenset[str]
    charges: tuple[int, ...]


class Line(NamedTuple):
    """A charge with what its table says about it elsewhere.

    `always` tells that it has no condition, `same` that its prices are equal in the three cases, `plain` that
    every unit is paid for; `prices` are those of the three cases if every paid unit simply costs as much,
    `rank` is the position of its stage and `total` that of its total.
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
    of: Named | None


class Offer(NamedTuple):
    """A package; `allowance` is how many units of which charge, by its position, it pays for."""

    package: Package
    total: int
    rank: int
    allowance: Mapping[int, Decimal]


class TaxOn(NamedTuple):
    """A tax and what it is taken of; `total` is where it is added."""

    tax: Tax
    of: Named
    total: int
    is_reserve: bool


class Prepared(NamedTuple):
    """A table as `estimate` uses it."""

    sha256: str
    rounder: Rounder
    lines: tuple[Line, ...]
    offers: tuple[Offer, ...]
    taxes: tuple[TaxOn, ...]


def prepared(table: PriceTable) -> Prepared:
    """Return a table as `estimate` uses it; cached with the table."""
    return table.once("prepared", lambda: _prepare(table))


def _prepare(table: PriceTable) -> Prepared:
    totals = {group.code: TOTALS.index(group.total) for group in table.groups}
    ranks = {stage.code: rank for rank, stage in enumerate(table.stages)}
    last = max(len(ranks) - 1, 0)
    positions = {charge.code: position for position, charge in enumerate(table.charges)}
    units = {driver.code: driver.unit for driver in table.drivers if isinstance(driver, NumberDriver)}
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
    return Prepared(
        sha256=notation.sha256(table),
        rounder=Rounder(table.round_to, table.rounding),
        lines=tuple(
            Line(
                position=position,
                charge=charge,
                total=totals[charge.group],
                rank=rank(charge.stage),
                unit=units[charge.per[0]] if len(charge.per) == 1 else None,
                always=charge.when is None and charge.unless is None,
                prices=_prices(charge),
                plain=not charge.included and charge.block is None,
                same=all(amount.low == amount.likely == amount.high for amount in _amounts(charge)),
                of=of(charge.price.of, position) if isinstance(charge.price, Percent) else None,
            )
            for position, charge in enumerate(table.charges)
        ),
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
            TaxOn(tax, of(tax.of, everything), total, total == TOTALS.index("reserve"))
            for tax in table.taxes
            for total in (totals[group_of.get(tax.of[0], tax.of[0])],)
        ),
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
    if not isinstance(charge.price, UnitPrice) or charge.at_least is not None or charge.at_most is not None:
        return None
    price = charge.price.price
    return price.low, price.likely, price.high


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
