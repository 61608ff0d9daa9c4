"""Prices given for one quote, for what its price list has on request; the list itself stays what it is.

A given price takes the place of what is missing and of nothing else: it is what a unit of a charge on request costs,
or what the units cost for which the tiers of a charge have no price. Bounds, blocks, packages and taxes are those of
the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, plain
from pricing.notation import sha256
from pricing.table import Amount, Charge, OnRequest, PriceTable, Tier, Tiers, UnitPrice

LARGEST = Decimal(10) ** 15
"""No price that is given is as large as this, in units of the currency."""


class WrongPrice(ValueError):
    """A price cannot be given: for nothing on request, or of an amount that is no price; `place` names it."""

    def __init__(self, code: str) -> None:
        self.code, self.place = code, f"priced.{code}"
        super().__init__(self.place)


def is_price(amount: Decimal, currency: str) -> bool:
    """Whether a sum can be a price: above 0, not absurd, and a whole number of minor units of the currency."""
    return amount.is_finite() and 0 < amount < LARGEST and decimals(amount) <= decimals(MINOR_UNIT[currency])


def manner(table: PriceTable, code: str) -> str | None:
    """Return how a price for a charge would be understood, as a code: its currency, and what it is the price of.

    None if nothing of the charge is on request, or there is no such charge. A price that was given in one manner is
    none in another.
    """
    charge = next((charge for charge in table.charges if charge.code == code), None)
    if charge is None:
        return None
    units = " ".join([plain(charge.block or Decimal(1)), *charge.per])
    match charge.price:
        case OnRequest():
            return f"{table.currency} unit {units}"
        case Tiers(mode, tiers) if tiers[-1].up_to is not None:
            return f"{table.currency} {mode} {plain(tiers[-1].up_to)} {units}"
    return None


def with_prices(table: PriceTable, prices: Mapping[str, Decimal]) -> PriceTable:
    """Return a table with prices for charges that it has on request; without any it is the same table.

    It is still that version of the list, and is known by its hash. Raises WrongPrice for a charge of which nothing is
    on request, and for an amount that is no price.
    """
    if not prices:
        return table
    for code, price in prices.items():
        if manner(table, code) is None or not is_price(price, table.currency):
            raise WrongPrice(code)
    charges = (
        _with(charge, prices[charge.code]) if charge.code in prices else charge for charge in table.charges
    )
    found = replace(table, charges=tuple(charges))
    found.once("sha256", lambda: sha256(table))
    return found


def _with(charge: Charge, price: Decimal) -> Charge:
    amount = Amount(price, price, price)
    if isinstance(charge.price, Tiers):
        return replace(charge, price=replace(charge.price, tiers=(*charge.price.tiers, Tier(None, amount))))
    return replace(charge, price=UnitPrice(amount))
