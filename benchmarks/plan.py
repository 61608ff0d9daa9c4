"""What is measured: a plan of 20 lines on the Delhi list, others like it, and a list of 25 charges."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

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


def answers(number: int = 0) -> dict[str, str | bool]:
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


def typed(number: int = 0) -> dict[str, str]:
    """Return the same answers as a person types them into the form."""
    words = {True: "yes", False: "no"}
    return {
        code: words[answer] if isinstance(answer, bool) else answer
        for code, answer in answers(number).items()
    }


def small_table() -> PriceTable:
    """Return the list of 25 charges, few words and no choice of notices."""
    return pricing.read((Path(__file__).parent / "clinic.toml").read_text(encoding="utf-8"))


def taxed_table() -> PriceTable:
    """Return the same list with 3 packages, of which two may be used, and 2 taxes, of which prices contain one."""
    folder = Path(__file__).parent
    return pricing.read(
        "".join((folder / name).read_text("utf-8") for name in ("clinic.toml", "packages.toml"))
    )


def small_answers(number: int = 0) -> dict[str, str | bool]:
    """Return answers to it with which every charge applies; each number is another plan."""
    return {
        "cells": "umbilical",
        "sessions": str(1 + (number + 2) % 6),
        "nights": str(7 + (number + 7) % 31),
        "days": str(12 + (number + 12) % 61),
        "companions": "1",
        "visa": True,
    }
