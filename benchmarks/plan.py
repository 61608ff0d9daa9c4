"""The plan that pages and documents are measured with: the Delhi list, 20 lines, and others like it."""

from __future__ import annotations

from importlib import resources

import pricing
from pricing import PriceTable

SLUG = "delhi"

ANSWERS = {
    "cells": "umbilical",
    "sessions": "2",
    "room": "single",
    "nights": "14",
    "icu_nights": "0",
    "rehab": "intensive",
    "rehab_days": "24",
    "companions": "1",
    "attendant": "no",
    "hotel_nights": "6",
    "transfer": "none",
    "interpreter": "none",
    "visa": "yes",
    "flights": "900",
    "own_mri": "no",
    "breathing": "no",
    "blood_thinners": "no",
    "infection": "no",
}
"""What a person types into the form."""

_YES_NO = ("attendant", "visa", "own_mri", "breathing", "infection")
_CELLS = ("umbilical", "marrow", "adipose")
_ROOMS = ("ward", "semi_private", "single", "deluxe")


def table() -> PriceTable:
    """Return the price list."""
    return pricing.read((resources.files("pricing.tables") / f"{SLUG}.toml").read_text(encoding="utf-8"))


def given(number: int = 0) -> dict[str, str | bool]:
    """Return answers for `pricing`; each number is another plan, 0 the one above."""
    answers: dict[str, str | bool] = {
        code: typed == "yes" if code in _YES_NO else typed for code, typed in ANSWERS.items()
    }
    if number:
        answers["cells"] = _CELLS[number % 3]
        answers["room"] = _ROOMS[number // 3 % 4]
        answers["sessions"] = str(1 + number % 6)
        answers["nights"] = str(7 + number % 31)
    return answers
