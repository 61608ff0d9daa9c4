"""A small list whose numbers vary and which leaves questions open, to which tests add charges."""

from __future__ import annotations

import pricing
from pricing.table import PriceTable

LIST = """
format = 1
table = "list"
version = "1"
valid_from = 2026-01-01
currency = "USD"
languages = ["en"]
title.en = "A list"
time_zone = "UTC"

[provider]
name = "Example clinic"
country = "IN"

[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Cells"
choice.own.label.en = "Own"
choice.cord.label.en = "Cord"

[driver.sessions]
kind = "number"
role = "sessions"
label.en = "Sessions"
least = 1
most = 6
varies = { less = 1, more = 1 }

[driver.nights]
kind = "number"
role = "hospital_stay"
label.en = "Nights"
least = 0
most = 30
varies = { more = 3 }

[driver.room]
kind = "choice"
role = "hospital_stay"
label.en = "Room"
default = "ward"
choice.ward.label.en = "Ward"
choice.single.label.en = "Single room"

[driver.rehab]
kind = "yes_no"
role = "rehabilitation"
label.en = "Rehab"

[driver.attendant]
kind = "yes_no"
role = "extras"
label.en = "Attendant"
open = true

[driver.companions]
kind = "number"
role = "extras"
label.en = "Companions"
least = 0
most = 4
open = true

[driver.hotel]
kind = "number"
role = "extras"
label.en = "Hotel"
least = 0
most = 40
open = true
usual = { low = 2, likely = 5, high = 9 }
source = "Made for the tests."

[driver.arrival]
kind = "date"
role = "extras"
label.en = "Arrival"
open = true

[driver.diet]
kind = "choice"
role = "extras"
label.en = "Diet"
open = true
choice.usual.label.en = "Usual"
choice.own.label.en = "Own cook"

[group.care]
label.en = "Care"

[group.reserve]
label.en = "Reserve"
total = "reserve"

[notice.left_out]
kind = "not_included"
text.en = "Flights."

[notice.about]
kind = "about_this_estimate"
text.en = "An estimate."
"""

PLAN = {"cells": "own", "sessions": 2, "nights": 4, "rehab": False}


def listed(charges: str) -> PriceTable:
    return pricing.read(LIST + charges)


def charge(code: str, keys: str) -> str:
    return f'\n[charge.{code}]\nlabel.en = "{code}"\ngroup = "care"\n{keys}\n'


SESSION = charge("session", 'per = "sessions"\nprice = 1000')
NIGHT = charge("night", 'per = "nights"\nprice = 100')
MEDICINES = charge("medicines", "price = { low = 50, likely = 80, high = 200 }")
