"""The list of Delhi with questions that may be left open, money that is typed, and a sore that must heal first."""

from __future__ import annotations

from tests.support.delhi_list import DELHI

ANSWERS = {
    "q_cells": "umbilical",
    "q_sessions": "2",
    "q_room": "single",
    "q_nights": "7",
    "q_rehab": "day",
}
"""What has to be answered, as the form sends it; the rest is left open or has a default."""

PLAN: dict[str, object] = {"cells": "umbilical", "sessions": 2, "room": "single", "nights": 7, "rehab": "day"}

ABOUT_YOU: dict[str, object] = {
    "own_mri": True,
    "breathing": False,
    "blood_thinners": "no",
    "infection": False,
}

PROVIDER: dict[str, object] = {
    "attendant": False,
    "transfer": "none",
    "interpreter": "none",
    "visa": False,
}
"""What else the provider charges for, or includes: the letter for a visa."""

USUAL = 'usual = { low = 600, likely = 1100, high = 1900 }\nsource = "Made for the tests"\n'


def _open_list() -> str:
    text = DELHI.replace("valid_from = 2026-09-01", "valid_from = 2026-01-01")
    for old, new in (
        ("most = 2\ndefault = 0\n", "most = 2\nopen = true\n"),
        ('comes with you."\ndefault = false\n', 'comes with you."\nopen = true\n'),
        ('label.en = "Nights in a hotel"', 'label.en = "Hotel"'),
        ("most = 90\ndefault = 0\n", "most = 90\nopen = true\n"),
        ('both ways"\ndefault = "none"\n', 'both ways"\nopen = true\n'),
        ('"Interpreter"\ndefault = "none"\n', '"Interpreter"\nopen = true\n'),
        (
            'depending on your country."\n\n[driver.flights]',
            'depending on your country."\nopen = true\n\n[driver.flights]',
        ),
        ('label.en = "Price of your flights"', 'label.en = "Flights"'),
        ('unit.en = { one = "US dollar", other = "US dollars" }\n', "money = true\n"),
        ("step = 50\ndefault = 0\n", "open = true\n" + USUAL),
        ('have to make a new one."\n', 'have to make a new one."\nopen = true\n'),
        ('care for you safely."\ndefault = false\n', 'care for you safely."\nopen = true\n'),
        ('by yourself."\ndefault = "no"\n', 'by yourself."\nopen = true\n'),
        ('anything is injected."\ndefault = false\n', 'anything is injected."\nopen = true\n'),
        ("[rule.infection]\n", '[notice.heals_first]\nkind = "suitability"\n'),
        ('why.en = "An infection', 'text.en = "First this must heal. An infection'),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


OPEN = _open_list()
