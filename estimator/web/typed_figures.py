"""What is said of a figure that can be read in two ways, wherever staff type one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from estimator import figures
from estimator.i18n import gettext as _
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, plain


def two_readings(typed: str, both: tuple[str, str]) -> str:
    """Ask which of two numbers was meant, each written so that it has one reading."""
    return _(
        "“%(typed)s” can be read in two ways. Write %(first)s or %(second)s.",
        typed=typed,
        first=both[0],
        second=both[1],
    )


def which_amount(typed: str, currency: str, is_possible: Callable[[Decimal, str], bool]) -> str | None:
    """Ask which of two amounts was meant, and offer none that would be refused then; None if there is one reading."""
    both = figures.both(typed, currency)
    if both is None:
        return None
    possible = [one.number for one in figures.readings(typed, currency) if is_possible(one.number, currency)]
    if len(possible) != 1:
        return two_readings(typed, both)
    return _(
        "“%(typed)s” can be read in two ways. Write %(amount)s if you mean that; an amount in %(currency)s "
        "has at most %(places)s decimals.",
        typed=typed,
        amount=figures.unambiguous(plain(possible[0])),
        currency=currency,
        places=decimals(MINOR_UNIT[currency]),
    )
