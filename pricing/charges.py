"""What one charge comes to before it is rounded, and the steps that explain it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pricing.breakdown import LIKELY, LOW, Step
from pricing.money import ZERO, Rounder, plain
from pricing.prepared import ALL
from pricing.table import Amount, Charge, OnRequest, Percent, Tiers, UnitPrice

HUNDREDTH = Decimal("0.01")


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
    return billed if charge.block is None else _blocks(billed, charge.block)


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
    parts: list[TierPart] = []
    above = ZERO
    for tier in price.tiers:
        last = tier.up_to is None or billed <= tier.up_to
        each = in_case(tier.price, case)
        flat = None if tier.flat is None else in_case(tier.flat, case)
        if price.mode == "graduated":
            units = (billed if last else tier.up_to or ZERO) - above
            parts.append(TierPart(above, tier.up_to, units, each, flat, units * each + (flat or ZERO)))
        elif last:
            amount = each if price.mode == "stairstep" else billed * each + (flat or ZERO)
            return [TierPart(above, tier.up_to, billed, each, flat, amount)]
        if last:
            return parts
        above = tier.up_to or ZERO
    return []


def charge_steps(
    charge: Charge, quantity: Decimal, allowance: Decimal, package: str | None, money: Rounder
) -> list[Step]:
    """Explain the likely amount of a charge that is not a percent, in the order of the arithmetic."""
    steps: list[Step] = []
    left = quantity
    if charge.included:
        free = min(charge.included, quantity)
        left -= free
        steps.append((("kind", "included"), ("quantity", plain(free))))
    if package is not None and left:
        paid = left if allowance == ALL else min(allowance, left)
        left -= paid
        steps.append((("kind", "covered"), ("quantity", plain(paid)), ("by", package)))
    if not left:
        return steps
    if charge.block is not None:
        left = _blocks(left, charge.block)
        steps.append((("kind", "blocks"), ("size", plain(charge.block)), ("quantity", plain(left))))
    price = charge.price
    if isinstance(price, UnitPrice):
        amount = left * price.price.likely
        steps.append(_unit_step(left, price.price.likely, amount, money))
    else:
        parts = tier_parts(price, left, LIKELY) if isinstance(price, Tiers) else []
        if not parts:
            return [*steps, (("kind", "on_request"),)]
        assert isinstance(price, Tiers)
        amount = sum((part.amount for part in parts), ZERO)
        steps += [_tier_step(price.mode, part, money) for part in parts]
    return steps + _closing_steps(charge, amount, money)


def percent_steps(charge: Charge, base: Decimal, money: Rounder) -> list[Step]:
    """Explain the likely amount of a percent charge."""
    assert isinstance(charge.price, Percent)
    percent = charge.price.percent.likely
    amount = base * percent * HUNDREDTH
    step: Step = (
        ("kind", "percent"),
        ("percent", plain(percent)),
        ("of", list(charge.price.of)),
        ("base", money.longer_text(base)),
        ("amount", money.longer_text(amount)),
    )
    return [step, *_closing_steps(charge, amount, money)]


def package_steps(price: Decimal, money: Rounder) -> list[Step]:
    """Explain the likely amount of a package: once its price."""
    return [_unit_step(Decimal(1), price, price, money)]


def _unit_step(quantity: Decimal, price: Decimal, amount: Decimal, money: Rounder) -> Step:
    return (
        ("kind", "unit"),
        ("quantity", plain(quantity)),
        ("price", money.longer_text(price)),
        ("amount", money.longer_text(amount)),
    )


def _tier_step(mode: str, part: TierPart, money: Rounder) -> Step:
    return (
        ("kind", "tier"),
        ("mode", mode),
        ("from", plain(part.above)),
        ("up_to", None if part.up_to is None else plain(part.up_to)),
        ("quantity", plain(part.quantity)),
        ("price", money.longer_text(part.price)),
        ("flat", None if part.flat is None else money.longer_text(part.flat)),
        ("amount", money.longer_text(part.amount)),
    )


def _closing_steps(charge: Charge, amount: Decimal, money: Rounder) -> list[Step]:
    """The bounds that changed the amount, and the rounding if it did."""
    steps: list[Step] = []
    if charge.at_least is not None and amount < charge.at_least.likely:
        amount = charge.at_least.likely
        steps.append((("kind", "at_least"), ("bound", money.longer_text(amount))))
    if charge.at_most is not None and amount > charge.at_most.likely:
        amount = charge.at_most.likely
        steps.append((("kind", "at_most"), ("bound", money.longer_text(amount))))
    rounded = money.amount(amount)
    if rounded != amount:
        steps.append((("kind", "rounded"), ("from", money.longer_text(amount)), ("to", money.text(rounded))))
    return steps


def _blocks(units: Decimal, size: Decimal) -> Decimal:
    return Decimal(-(-Fraction(units) // Fraction(size)))
