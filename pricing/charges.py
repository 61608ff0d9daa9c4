"""What one charge comes to before it is rounded."""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal
from typing import NamedTuple

from pricing.money import ZERO
from pricing.table import Amount, Charge, OnRequest, Tier, Tiers, UnitPrice

LOW, LIKELY, HIGH = range(3)
"""The three cases, as indexes of sequences that have an entry for each."""

HUNDREDTH = Decimal("0.01")
_ENDLESS = Decimal("Infinity")


class TierPart(NamedTuple):
    """The units that fall in one tier and what they come to; `above` is where the tier begins."""

    above: Decimal
    up_to: Decimal | None
    quantity: Decimal
    price: Decimal
    flat: Decimal | None
    amount: Decimal


def in_case(amount: Amount, case: int) -> Decimal:
    """Return the amount of the low, likely or high case."""
    if case == LIKELY:
        return amount.likely
    return amount.low if case == LOW else amount.high


def billed_units(charge: Charge, quantity: Decimal, allowance: Decimal) -> Decimal:
    """Return how many units or blocks are paid for, after what is included and what a package pays for."""
    billed = quantity - charge.included if quantity > charge.included else ZERO
    billed = billed - allowance if billed > allowance else ZERO
    return billed if charge.block is None else blocks(billed, charge.block)


def exact_amount(charge: Charge, billed: Decimal, case: int) -> Decimal | None:
    """Return what `billed` units cost, within bounds, not rounded; None is on request. Not for a percent."""
    if not billed:
        return ZERO
    price = charge.price
    if isinstance(price, UnitPrice):
        return bounded(charge, billed * in_case(price.price, case), case)
    if isinstance(price, Tiers):
        parts = tier_parts(price, billed, case)
        return bounded(charge, sum((part.amount for part in parts), ZERO), case) if parts else None
    assert isinstance(price, OnRequest)
    return None


def bounded(charge: Charge, amount: Decimal, case: int) -> Decimal:
    """Return `amount`, but not below `at_least` and not above `at_most`."""
    if charge.at_least is not None:
        amount = max(amount, in_case(charge.at_least, case))
    if charge.at_most is not None:
        amount = min(amount, in_case(charge.at_most, case))
    return amount


def tier_parts(price: Tiers, billed: Decimal, case: int) -> list[TierPart]:
    """Return each tier that is used; empty if `billed` is beyond the last one, and so on request."""
    tiers = price.tiers
    last = bisect_left(tiers, billed, key=_end)
    if last == len(tiers):
        return []
    first = 0 if price.mode == "graduated" else last
    above = tiers[first - 1].up_to or ZERO if first else ZERO
    parts = []
    for position in range(first, last + 1):
        tier = tiers[position]
        each = in_case(tier.price, case)
        flat = None if tier.flat is None else in_case(tier.flat, case)
        units = billed
        if price.mode == "graduated":
            units = (billed if position == last else tier.up_to or ZERO) - above
        amount = each if price.mode == "stairstep" else units * each + (flat or ZERO)
        parts.append(TierPart(above, tier.up_to, units, each, flat, amount))
        above = tier.up_to or ZERO
    return parts


def _end(tier: Tier) -> Decimal:
    return _ENDLESS if tier.up_to is None else tier.up_to


def blocks(units: Decimal, size: Decimal) -> Decimal:
    """Return how many blocks are started."""
    whole, part = units.as_integer_ratio()
    over, under = size.as_integer_ratio()
    return Decimal(-(-whole * under // (part * over)))
