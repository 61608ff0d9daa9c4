"""By how much the prices of an entry differ from those of another version, in per cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from estimator.price_lists.editing.raising import Amount, amounts


class Delta(NamedTuple):
    """How the prices of an entry differ: an entry that is new, that had no price, in per cent, or in another way.

    `low` and `high` are the smallest and the largest change in per cent; both are None unless it is "percent".
    """

    kind: Literal["new", "priced", "percent", "other"]
    low: Decimal | None = None
    high: Decimal | None = None


def delta(before: Any, now: Any) -> Delta | None:
    """Return how the prices of an entry differ from what they were; None if they are the same, or there are none."""
    new = {path: _likely(amount) for path, amount in amounts(now)}
    if not new:
        return None
    if before is None:
        return Delta("new")
    old = {path: _likely(amount) for path, amount in amounts(before)}
    if not old:
        return Delta("priced")
    if list(amounts(before)) == list(amounts(now)):
        return None
    if set(old) != set(new) or any(old[path] == 0 or old[path] * new[path] < 0 for path in old):
        return Delta("other")
    percents = [(Fraction(new[path]) / Fraction(old[path]) - 1) * 100 for path in old]
    low, high = _rounded(min(percents)), _rounded(max(percents))
    return Delta("percent", low, high) if low or high else Delta("other")


def _likely(amount: Amount) -> Decimal:
    if isinstance(amount, Decimal):
        return amount
    return amount["likely"] if "likely" in amount else next(iter(amount.values()))


def _rounded(percent: Fraction) -> Decimal:
    """One decimal, two where one would be 0."""
    exact = Decimal(percent.numerator) / Decimal(percent.denominator)
    found = exact.quantize(Decimal("0.1"), ROUND_HALF_UP) if abs(exact) < Decimal(10) ** 20 else exact
    return found or exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
