"""How and when a sum is paid: the fixed instalments first, as far as it reaches; the percents share what they leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from pricing.answers import Answers
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


def due_days(payments: Sequence[Payment], answers: Answers, first: date) -> dict[str, date]:
    """Return by which day each instalment is due, by its code; without those whose day is not known.

    A day is known where somebody answered the question that it is counted from. One before `first`, the first day on
    which anything can be asked for, is none: the words of the list then stand alone.
    """
    found = {}
    for payment in payments:
        answered = None if payment.day_of is None else _day(answers.get(payment.day_of))
        if answered is not None and answered - first >= timedelta(days=payment.days_before):
            found[payment.code] = answered - timedelta(days=payment.days_before)
    return found


def _day(answer: object) -> date | None:
    """Return an answer as a day; an answer in normal form is one as ISO has it."""
    try:
        return answer if isinstance(answer, date) else date.fromisoformat(str(answer))
    except ValueError:
        return None
