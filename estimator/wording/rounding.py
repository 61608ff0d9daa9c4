"""A total as people say it: to three digits, with its range, and nothing taken off it that was promised."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.wording import at_least
from pricing.stored import Cases

DIGITS = 3
"""Number of digits that a rounded total keeps, in units of its currency or more."""


LONGEST = Decimal(10) ** 20
"""The amount from which on none is rounded."""


@dataclass(frozen=True, slots=True)
class About:
    """A rounded total and its rounded range, in words; `span` is None where there is no range."""

    amount: str
    span: str | None


def precision(likely: Decimal) -> Decimal:
    """Return what a total is rounded to: its third digit, and never less than one unit of its currency."""
    whole = abs(likely)
    return Decimal(10) ** max(whole.adjusted() - DIGITS + 1, 0) if whole else Decimal(1)


def rounded(amount: Decimal, to: Decimal, *, down: bool = False) -> Decimal:
    """Return an amount rounded to the nearest multiple of `to`, or to the one below it."""
    way = ROUND_FLOOR if down else ROUND_HALF_UP
    return (amount / to).quantize(Decimal(1), way) * to


def to_three_digits(amount: Decimal) -> Decimal:
    """Return an amount rounded as a total is said; one that is too long a number to be read at all as it is."""
    return amount if abs(amount) >= LONGEST else rounded(amount, precision(amount))


def about(amounts: Cases, currency: str, reader: Reader, *, incomplete: bool = False) -> About | None:
    """Say a total to three digits; None where that is the total itself, or too long a number to be read at all.

    Of an `incomplete` total “at least” must stay true, so it stands before the lowest that is counted, and that is
    never rounded up; and a range is rounded outwards, so that what it says holds the exact one.
    """
    low, likely, high = (Decimal(amounts[case]) for case in ("low", "likely", "high"))
    if max(abs(low), abs(likely), abs(high)) >= LONGEST:
        return None
    to = precision(likely)
    outwards = rounded(low, to, down=True), (high / to).quantize(Decimal(1), ROUND_CEILING) * to
    short = [outwards[0], rounded(likely, to, down=incomplete and low == high), outwards[1]]
    if short == [low, likely, high] and low == high:
        return None
    amount = reader.money(short[1], currency)
    said = _("about %(amount)s", amount=amount)
    if incomplete:
        said = (
            _("about %(amount)s so far", amount=amount) if low != high else at_least.said(amount, incomplete)
        )
    ordered = sorted(short)
    if ordered[0] == ordered[-1] or low == high:
        return About(said, None)
    high_said = reader.number(ordered[-1])
    if incomplete:
        low_said = reader.money(ordered[0], currency)
        return About(
            said,
            _("at least %(low)s; what is counted: probably up to %(high)s", low=low_said, high=high_said),
        )
    return About(said, _("probably %(low)s to %(high)s", low=reader.number(ordered[0]), high=high_said))


def for_orientation(amounts: Cases, currency: str, reader: Reader, *, incomplete: bool = False) -> About:
    """Say an amount that only orients, to three digits, and as “so far” or “at least” where it leaves something out."""
    found = about(amounts, currency, reader, incomplete=incomplete)
    if found is not None:
        return found
    amount = reader.money(amounts["likely"], currency)
    if incomplete:
        return About(at_least.likely(amount, incomplete, has_range=amounts["low"] != amounts["high"]), None)
    return About(_("about %(amount)s", amount=amount), None)
