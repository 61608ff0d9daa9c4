"""What a clinic sets for itself, besides its price lists: business days, letters, retention, logo, limits.

Each setting has a default; only what differs from it is stored. What a price list says (time zone, how long a
quote is valid, who the provider is) is not repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

__all__ = ["Clinic", "current"]


@dataclass(frozen=True)
class Clinic:
    """The settings of a clinic as they are at this moment."""

    #: days of the week without business, Monday 0
    weekend: tuple[int, ...] = (5, 6)
    holidays: tuple[date, ...] = ()
    #: business days within which a request is answered
    reply_days: int = 3
    #: days in which an acceptance can be taken back; nothing is to be paid before they are over
    reflection_days: int = 7
    #: adjustments of more than so many per cent of the price need a second person
    adjustment_limit: Decimal = Decimal(5)
    #: days after which a request without a quote, and all that was written to it, is removed
    requests_kept_days: int = 365
    #: years after which a quote, with whoever it was for, is removed; the figures stay
    quotes_kept_years: int = 10
    #: the language of a reader who chose none; None: the first of LANGUAGES
    default_language: str | None = None
    #: what stands in a letter before and after what it tells: by letter, place ("before", "after"), language
    letters: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    #: PNG
    logo: bytes | None = None


def current() -> Clinic:
    """Return the settings as they are at this moment."""
    return Clinic()
