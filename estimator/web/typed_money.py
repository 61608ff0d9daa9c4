"""Amounts of money as patients type them: those readings of a figure that their currency and language leave.

A comma and a point can both stand for cents or for thousands; where both would be possible, both are returned, unless
the reader's language writes thousands just so.
"""

from __future__ import annotations

import re
from decimal import Decimal

from estimator import currency_words, figures
from estimator.i18n import Reader, bare_number, folded_digits
from estimator.i18n import gettext as _
from estimator.requests import chat
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, plain

LONGEST = 40
"""Maximum number of characters of an amount."""


def readings(typed: str, currency: str, reader: Reader) -> list[str]:
    """Return the amounts that somebody may mean, as plain decimal text, the larger one first; none if there is none."""
    if len(typed) > LONGEST:
        return []
    found = list(figures.unsigned(figures.without_currency(bare_number(typed), currency)))
    if not found and (named := currency_words.apart(typed)) and _is_own(named[1], currency):
        found = list(figures.unsigned(bare_number(named[0])))
    if not found:
        bare, times = chat.prices.without_times(folded_digits(typed), currency)
        return [] if times == 1 else [plain(Decimal(one) * times) for one in readings(bare, currency, reader)]
    if len(found) == 2:
        grouped, decimal = found
        places, part = decimals(MINOR_UNIT[currency]), decimal.text.partition(".")[2]
        fits = places > 0 and len(part.rstrip("0")) <= places
        as_written_here = grouped.mark == reader.thousands and places < len(part)
        if as_written_here or not fits:
            found = [grouped]
    return sorted({plain(one.number) for one in found}, key=Decimal, reverse=True)


def other_currencies(typed: str, currency: str) -> frozenset[str]:
    """Return the currencies by whose name or sign an amount is written where that is not the list's; else none."""
    if len(typed) > LONGEST:
        return frozenset()
    named = currency_words.apart(chat.prices.without_times(folded_digits(typed), currency)[0])
    return frozenset() if named is None or currency in named[1] else named[1]


def is_of_another(typed: str, currency: str) -> bool:
    """Whether an amount is written with the name or the sign of another currency than the list's."""
    return bool(other_currencies(typed, currency))


def another_said(typed: str, currency: str) -> str:
    """Say that an amount looks like one in another currency; with no example, which would be taken for its worth."""
    return _(
        "The amount is asked for in %(currency)s, and “%(typed)s” looks like another currency. Enter the amount in "
        "%(currency)s.",
        currency=currency,
        typed=typed,
    )


def example(typed: str, first: str, other: str) -> str:
    """Return the first example of an amount, or the other one where the first would repeat what was typed."""
    return other if first in re.sub("[^0-9]", "", folded_digits(typed)) else first


def _is_own(named: frozenset[str], currency: str) -> bool:
    """Whether a list's own currency is meant: named alone, or as the dollar that most people mean."""
    return named == {currency} or (currency == "USD" and currency in named)
