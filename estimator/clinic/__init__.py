"""What a clinic sets for itself: settings, exchange rates, business days."""

from __future__ import annotations

from estimator.clinic import business_days, exchange_rates
from estimator.clinic.settings import (
    DEFAULTS,
    KINDS,
    LETTERS,
    LONGEST_TEXT,
    PLACES,
    Clinic,
    Logo,
    SomebodyElse,
    WrongValue,
    bases,
    change,
    change_logo,
    current,
    default_language,
    logo_content,
    problem_of_text,
)

__all__ = [
    "DEFAULTS",
    "KINDS",
    "LETTERS",
    "LONGEST_TEXT",
    "PLACES",
    "Clinic",
    "Logo",
    "SomebodyElse",
    "WrongValue",
    "bases",
    "business_days",
    "change",
    "change_logo",
    "current",
    "default_language",
    "exchange_rates",
    "logo_content",
    "problem_of_text",
]
