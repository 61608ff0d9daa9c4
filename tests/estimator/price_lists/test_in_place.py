"""A list that is changed in thousands of places at once is copied once, and what it was made of stays as it is."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

from estimator.price_lists import editing
from estimator.price_lists.editing.in_place import Edited

DATA: editing.Data = {
    "currency": "EUR",
    "title": {"en": "Treatment"},
    "driver": {
        "cells": {"kind": "choice", "choice": {"cord": {"label": {"en": "Cord"}}, "marrow": {}}},
        "label": {"choice": {"one": {}}},
    },
    "charge": {"ward": {"label": {"en": "Ward"}, "price": 45}, "label": {"price": 3}, "odd": "a text"},
    "tax": "a text where a section belongs",
}
PLACES: list[editing.Path] = [
    ("currency",),
    ("title", "en"),
    ("charge", "ward"),
    ("charge", "ward", "label", "en"),
    ("charge", "ward", "price"),
    ("charge", "label", "price"),
    ("charge", "odd", "price"),
    ("driver", "cells", "choice", "cord"),
    ("driver", "cells", "choice", "cord", "label", "en"),
    ("driver", "cells", "varies", "label", "en"),
    ("driver", "label", "choice", "one"),
    ("tax", "gst", "percent"),
]
VALUES: list[Any] = [None, 5, "words", {}, {"en": "Words"}, {"label": {"en": "Words"}}]


def test_each_change_is_the_one_that_the_forms_would_make() -> None:
    chance = random.Random(11)
    for _time in range(300):
        edited, expected = Edited(DATA), DATA
        before = deepcopy(DATA)
        for _change in range(8):
            place = chance.choice(PLACES)
            if chance.random() < 0.3 and len(place) % 2 == 0:
                edited.remove(place[:-1], place[-1])
                expected = editing.remove(expected, place[:-1], place[-1])
            else:
                value = chance.choice(VALUES)
                edited.put(place, value)
                expected = editing.put(expected, place, value)
            assert repr(edited.data) == repr(expected)
        assert before == DATA


def test_a_section_is_copied_once_however_many_of_its_entries_change() -> None:
    edited = Edited(DATA)
    edited.put(("charge", "ward", "price"), 50)
    charges = edited.data["charge"]
    edited.put(("charge", "ward", "price"), 51)
    edited.put(("charge", "new"), {"price": 1})
    edited.remove(("charge",), "odd")
    assert edited.data["charge"] is charges
    assert charges["ward"]["price"] == 51
    assert list(charges) == ["ward", "label", "new"]
