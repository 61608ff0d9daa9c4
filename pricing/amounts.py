"""Where a price list has amounts of money."""

from __future__ import annotations

from collections.abc import Iterator

from pricing.table import Amount, Charge, NumberDriver, PriceTable, Tiers, UnitPrice


def amounts_of_money(table: PriceTable) -> Iterator[tuple[str, Amount]]:
    """Yield every amount of money in a table, with its place; percentages and quantities are none."""
    for charge in table.charges:
        for key, amount in _of_charge(charge):
            yield f"charge.{charge.code}.{key}", amount
    for package in table.packages:
        yield f"package.{package.code}.price", package.price
    for driver in table.drivers:
        if isinstance(driver, NumberDriver) and driver.money and driver.usual is not None:
            yield f"driver.{driver.code}.usual", driver.usual
    alone = [(f"tax.{tax.code}.above", tax.above) for tax in table.taxes]
    alone += [(f"commission.{each.code}.amount", each.amount) for each in table.commissions]
    alone += [(f"payment.{payment.code}.amount", payment.amount) for payment in table.payments]
    yield from ((place, Amount(number, number, number)) for place, number in alone if number is not None)


def prices_of(charge: Charge) -> Iterator[tuple[str, Amount]]:
    """Yield the amounts of money that make the price of a charge, by key; none of a percent or on request."""
    match charge.price:
        case UnitPrice(price):
            yield "price", price
        case Tiers(mode, tiers):
            for number, tier in enumerate(tiers):
                yield f"{mode}[{number}].price", tier.price
                if tier.flat is not None:
                    yield f"{mode}[{number}].flat", tier.flat


def _of_charge(charge: Charge) -> Iterator[tuple[str, Amount]]:
    yield from prices_of(charge)
    for key, bound in (("at_least", charge.at_least), ("at_most", charge.at_most)):
        if bound is not None:
            yield key, bound
