"""What is said of a price that is none, with what to type instead."""

from __future__ import annotations

import re
import unicodedata

from estimator import figures
from estimator.i18n import gettext as _
from estimator.web.typed_figures import two_readings
from pricing.currencies import MINOR_UNIT


def not_an_amount(typed: str, currency: str) -> str:
    """Say why a price is none, one number or three, or two that it can be read as; and what to type."""
    parts = [part.strip() for part in typed.split("|")]
    for part in parts:
        both = figures.both(part, currency)
        if both is not None:
            return two_readings(part, both)
    if len(parts) not in (1, 3) or not all(parts):
        return _(
            "“%(typed)s” is neither one number nor three. Write one, such as 500, or the lowest, the likely one and "
            "the highest, such as 500 | 550 | 600.",
            typed=typed[:60],
        )
    wrong = next((part for part in parts if not figures.readings(part, currency)), typed)[:60]
    if _names_a_currency(wrong):
        return _(
            "“%(typed)s” is not in %(currency)s, the currency of the list. Write the amount in it, in digits alone, "
            "such as 1800.",
            typed=wrong,
            currency=currency,
        )
    return _("“%(typed)s” is not a number. Enter digits with a point, for example 480.50.", typed=wrong)


def _names_a_currency(typed: str) -> bool:
    words = re.findall(r"[A-Z]{3}", typed.upper())
    return any(unicodedata.category(letter) == "Sc" for letter in typed) or any(
        word in MINOR_UNIT for word in words
    )
