"""What invented people want of the shipped price lists: answers that a list takes, and that a quote can be made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

Given = dict[str, str | bool]
"""Answers by driver, in normal form."""

_ABOUT: Given = {"own_mri": True, "breathing": False, "infection": False}


def _about(random: Random) -> Given:
    return {**_ABOUT, "blood_thinners": "paused" if random.random() < 0.1 else "no"}


def _delhi(random: Random) -> Given:
    sessions = random.choices([1, 2, 3, 4], [50, 28, 16, 6])[0]
    rehab = random.choices(["none", "physio", "day", "intensive"], [18, 30, 34, 18])[0]
    nights = random.choice([7, 7, 10, 10, 14, 14, 21]) + 3 * (sessions - 1)
    return {
        "cells": random.choices(["umbilical", "marrow", "adipose"], [45, 38, 17])[0],
        "sessions": str(sessions),
        "room": random.choices(["ward", "semi_private", "single", "deluxe"], [20, 42, 30, 8])[0],
        "nights": str(nights),
        "icu_nights": "1" if random.random() < 0.08 else "0",
        "rehab": rehab,
        **({} if rehab == "none" else {"rehab_days": str(random.choice([6, 12, 12, 18, 24]))}),
        "companions": str(random.choices([0, 1, 2], [12, 72, 16])[0]),
        "attendant": random.random() < 0.25,
        "hotel_nights": str(random.choice([0, 0, 0, 3, 5])),
        "transfer": random.choices(["none", "car", "van"], [15, 40, 45])[0],
        "interpreter": random.choices(["none", "talks"], [45, 55])[0],
        "visa": random.random() < 0.85,
        "flights": str(random.randrange(5, 16) * 100),
        **_about(random),
    }


def _mexico(random: Random) -> Given:
    # No drip: the list names no legal basis for its doses, so no quote can be made of one.
    local = random.random() < 0.6
    return {
        "cells": "donor",
        "iv": False,
        "intrathecal": not local or random.random() < 0.5,
        "local": local,
        **({"local_doses": str(random.choice([1, 2, 4]))} if local else {}),
        "sessions": str(random.choices([1, 2], [75, 25])[0]),
        "nights": "0",
        "rehab": False,
        "caregiver": False,
        "hotel": str(random.randrange(4, 14) * 100),
        "flights": str(random.randrange(3, 12) * 100),
        "transport": str(random.randrange(1, 5) * 50),
        **_about(random),
        "own_mri": random.random() < 0.6,
    }


def _japan(random: Random) -> Given:
    return {
        "cells": "marrow",
        "sessions": str(random.choices([1, 2, 3], [70, 20, 10])[0]),
        "nights": "0",
        "rehab": False,
        "interpreter": False,
        "hotel": str(random.randrange(8, 30) * 10_000),
        "flights": str(random.randrange(10, 30) * 10_000),
        "transport": str(random.randrange(2, 8) * 10_000),
        "recent": False,
        **_about(random),
    }


WANTED: Mapping[str, tuple[int, Callable[[Random], Given]]] = {
    "delhi": (56, _delhi),
    "mexico": (29, _mexico),
    "japan": (15, _japan),
}
"""How many want a plan of each shipped list, and how such a plan is invented."""


def other(random: Random, slug: str, given: Mapping[str, str | bool]) -> Given:
    """Return answers that somebody could choose between beside these: another session, or another room."""
    changed = dict(given)
    sessions = int(str(given["sessions"]))
    changed["sessions"] = str(sessions - 1 if sessions > 1 else sessions + 1)
    if slug == "delhi" and random.random() < 0.5:
        changed["sessions"] = given["sessions"]
        changed["room"] = "single" if given["room"] != "single" else "semi_private"
    return changed


def longer(slug: str, given: Mapping[str, str | bool]) -> Given:
    """Return the same answers with what a patient often asks for after a first quote: to stay longer."""
    changed = dict(given)
    if slug == "delhi":
        changed["nights"] = str(int(str(given["nights"])) + 3)
    else:
        changed["hotel"] = str(int(str(given["hotel"])) * 3 // 2)
    return changed
