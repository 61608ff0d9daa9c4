"""Amounts of money as patients type them: those readings of a figure that their currency and language leave.

A comma and a point can both stand for cents or for thousands; where both would be possible, both are returned, unless
the reader's language writes thousands just so.
"""

from __future__ import annotations

from decimal import Decimal

from estimator import figures
from estimator.i18n import Reader, bare_number
from estimator.i18n import gettext as _
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, plain

LONGEST = 40
"""Maximum number of characters of an amount."""


def readings(typed: str, currency: str, reader: Reader) -> list[str]:
    """Return the amounts that somebody may mean, as plain decimal text, the larger one first; none if there is none."""
    if len(typed) > LONGEST:
        return []
    found = list(figures.unsigned(figures.without_currency(bare_number(typed), currency)))
    if len(found) == 2:
        grouped, decimal = found
        places, part = decimals(MINOR_UNIT[currency]), decimal.text.partition(".")[2]
        fits = places > 0 and len(part.rstrip("0")) <= places
        as_written_here = grouped.mark == reader.thousands and places < len(part)
        if as_written_here or not fits:
            found = [grouped]
    return sorted({plain(one.number) for one in found}, key=Decimal, reverse=True)


def is_too_fine(amount: str, currency: str) -> bool:
    """Whether an amount in plain decimal text has more decimals than its currency."""
    return len(amount.partition(".")[2].rstrip("0")) > decimals(MINOR_UNIT[currency])


def too_fine(currency: str, example: str, reader: Reader) -> str:
    """Say what amounts a currency has, to somebody who typed a finer one."""
    step = plain(Decimal(1).scaleb(-decimals(MINOR_UNIT[currency])))
    return _(
        "Amounts in %(currency)s go in steps of %(step)s. Enter one without finer decimals, for example %(example)s.",
        currency=currency,
        step=reader.number(step),
        example=example,
    )
