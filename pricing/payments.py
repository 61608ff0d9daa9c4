"""How a sum is paid: the fixed instalments first, as far as it reaches; the percents share what they leave."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pricing.money import ZERO, Rounder, exactly
from pricing.table import Payment


def split(payments: Sequence[Payment], total: Decimal, money: Rounder) -> list[Decimal]:
    """Return what each instalment of a price list comes to; together they are the total, 0 if it is below.

    Shares are rounded by `money`; a fixed amount is as it stands in the list, or what is left of the total.
    """
    if not payments:
        return []
    with exactly():
        left = max(total, ZERO)
        fixed: list[Decimal | None] = []
        for payment in payments:
            amount = None if payment.amount is None else min(payment.amount, left)
            left -= amount or ZERO
            fixed.append(amount)
    percents = [payment.percent for payment in payments if payment.percent is not None]
    shares = iter(money.shares(left, percents))
    return [next(shares) if amount is None else amount for amount in fixed]
