"""What is said at the desk of an amount that can be read in two ways, of which perhaps one alone would be taken."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from estimator import figures
from estimator.i18n import gettext as _
from estimator.web.typed_figures import two_readings
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, plain


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
