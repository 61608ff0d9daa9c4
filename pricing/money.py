"""Exact amounts and the only place that rounds them.

Everything between the rounding steps is exact: sums and products of decimals are done under `exactly()`,
which raises rather than lose a digit, and divisions are left to fractions. The caller's decimal context
never matters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Clamped,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction
from functools import lru_cache
from math import lcm

from pricing.table import Rounding

DIGITS = 2_000
"""Precision of exact arithmetic: more digits than any product of a table's numbers has; needing more is an error."""

_EXACT = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    traps=[Inexact, InvalidOperation, DivisionByZero, Overflow, Clamped],
)
_ROUNDING = Context(prec=DIGITS, Emin=-999_999, Emax=999_999, traps=[InvalidOperation, Overflow])
_MODES = {
    "half-up": ROUND_HALF_UP,
    "half-even": ROUND_HALF_EVEN,
    "up": ROUND_UP,
    "down": ROUND_DOWN,
}
ZERO = Decimal(0)


def exactly() -> AbstractContextManager[Context]:
    """Make every sum and product of decimals inside the `with` exact, or an error."""
    return localcontext(_EXACT)


@lru_cache(maxsize=1024)
def decimals(unit: Decimal) -> int:
    """How many decimals amounts in steps of `unit` have; trailing zeros of `unit` do not count."""
    _, digits, exponent = unit.as_tuple()
    assert isinstance(exponent, int)
    while exponent < 0 and digits and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    return max(0, -exponent) if digits else 0


@lru_cache(maxsize=4096)
def plain(number: Decimal) -> str:
    """Write a number in plain digits without exponent, trailing zeros or a minus before zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def as_written(number: Decimal) -> str:
    """Write a number with the zeros at the end that it came with: "1.480", of which somebody may mean 1,480."""
    return format(number, "f") if number else plain(number)


class Rounder:
    """Rounds to whole multiples of `unit` and writes amounts with the decimals of `unit`."""

    __slots__ = ("_decimal_step", "_mode", "_quantum", "_ratio", "_steps", "decimals", "text", "unit")

    text: Callable[[Decimal], str]
    """Writes a rounded amount, for example "2950.00"."""

    def __init__(self, unit: Decimal, rounding: Rounding) -> None:
        self.unit = unit
        self.decimals = decimals(unit)
        self._quantum = Decimal((0, (1,), -self.decimals))
        self._decimal_step = unit == self._quantum
        self._mode = _MODES[rounding]
        self._ratio = unit.as_integer_ratio()
        self._steps = int(unit.scaleb(self.decimals, _ROUNDING))
        # str writes a number with at most six decimals without an exponent, and faster than format does.
        self.text = str if self.decimals <= 6 else "{:f}".format

    def amount(self, exact: Decimal) -> Decimal:
        """Round `exact` once; the result has exactly `decimals` decimals and is never minus zero."""
        if self._decimal_step:
            rounded = exact.quantize(self._quantum, self._mode, _ROUNDING)
            return rounded if rounded else rounded.copy_abs()
        return self.quotient(*exact.as_integer_ratio())

    def ratio(self, exact: Fraction) -> Decimal:
        """Round a fraction of the currency once, as `amount` does."""
        return self.quotient(exact.numerator, exact.denominator)

    def quotient(self, numerator: int, denominator: int) -> Decimal:
        """Round a quotient of whole numbers once, as `amount` does; the denominator is above 0."""
        over, under = self._ratio
        steps = _whole(numerator * under, denominator * over, self._mode)
        return _EXACT.multiply(Decimal(steps * self._steps), self._quantum)

    def written(self, prices: tuple[Decimal, Decimal, Decimal]) -> tuple[Decimal, Decimal, Decimal] | None:
        """Return prices with exactly `decimals` decimals; None if one is finer, or amounts have coarser steps."""
        if not self._decimal_step or max(map(decimals, prices)) > self.decimals:
            return None
        low, likely, high = (price.quantize(self._quantum, context=_EXACT) for price in prices)
        return low, likely, high

    def longer_text(self, amount: Decimal) -> str:
        """Write an amount that may be finer than `unit`: all of its digits, at least `decimals` of them."""
        text = str(amount)
        if amount and text[-self.decimals - 1 : -self.decimals] == "." and "E" not in text:
            return text  # most amounts are written so already
        text = plain(amount)
        _, _, fraction = text.partition(".")
        if len(fraction) >= self.decimals:
            return text
        return (text if fraction else text + ".") + "0" * (self.decimals - len(fraction))

    def shares(self, total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
        """Split `total` by `weights` in multiples of `unit` so that the parts add up to `total` exactly.

        Largest remainder: each part is first rounded down, then one unit more goes to the parts that lost
        most, the earlier first. `total` is a multiple of `unit`, weights are not negative and not all 0.
        """
        money, share = total.as_integer_ratio()
        size, under = self._ratio
        units = money * under // (share * size)
        ratios = [weight.as_integer_ratio() for weight in weights]
        finest = lcm(*(under for _, under in ratios))
        wholes = [over * (finest // under) for over, under in ratios]
        together = sum(wholes)
        parts, remainders = zip(*(divmod(units * whole, together) for whole in wholes), strict=True)
        left = units - sum(parts)
        most_lost = set(sorted(range(len(parts)), key=lambda i: (-remainders[i], i))[:left])
        return [
            _EXACT.multiply(Decimal((part + (i in most_lost)) * self._steps), self._quantum)
            for i, part in enumerate(parts)
        ]


def _whole(numerator: int, denominator: int, mode: str) -> int:
    down, rest = divmod(abs(numerator), denominator)
    twice = 2 * rest - denominator
    up = (
        (mode == ROUND_UP and rest > 0)
        or (mode == ROUND_HALF_UP and twice >= 0)
        or (mode == ROUND_HALF_EVEN and (twice > 0 or (twice == 0 and down % 2 == 1)))
    )
    rounded = down + up
    return -rounded if numerator < 0 else rounded
