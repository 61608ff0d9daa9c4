"""A small price list with every kind of question, and the moment at which the tests take place."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)

TABLE = """
format = 1
table = "clinic"
version = "{version}"
valid_from = {valid_from}
currency = "USD"
languages = ["en"]
title.en = "Treatment with cells"
quote_valid_days = 30
time_zone = "UTC"
source = "Made for the tests."

[provider]
name = "Example clinic"
country = "IN"
email = "estimates@example.org"

[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Type of cells"

[driver.cells.choice.own]
label.en = "Own bone marrow cells"
no_charge = true
evidence = "unproven"

[driver.cells.choice.donor]
label.en = "Donor cells"
note.en = "Nothing is taken from you."
no_charge = true

[driver.cells.choice.ipsc]
label.en = "Reprogrammed cells"
offered = false
why.en = "Only in trials."

[driver.sessions]
kind = "number"
role = "sessions"
label.en = "Sessions"
unit.en = {{ one = "session", other = "sessions" }}
least = 1
most = 6
varies = {{ more = 1 }}

[driver.nights]
kind = "number"
role = "hospital_stay"
label.en = "Nights"
help.en = "Most stay two nights."
least = 0
most = 30
default = 2

[driver.meals]
kind = "choice"
role = "hospital_stay"
label.en = "Meals"
[driver.meals.choice.all]
label.en = "All meals"

[driver.training]
kind = "yes_no"
role = "rehabilitation"
label.en = "Training"

[driver.training_hours]
kind = "number"
role = "rehabilitation"
label.en = "Hours of training"
when = {{ training = true }}
least = 0.5
most = 20
step = 0.5

[driver.arrival]
kind = "date"
role = "extras"
label.en = "Day of arrival"

[driver.robot]
kind = "yes_no"
role = "extras"
label.en = "Walking robot"
default = false

[rule.short]
when = {{ sessions = {{ least = 4 }}, nights = {{ most = 3 }} }}
why.en = "Four sessions need four nights."

[group.treatment]
label.en = "Treatment"

[group.flights]
label.en = "Flights"
total = "others"
payee.en = "The airline"

[group.reserve]
label.en = "Reserve"
total = "reserve"

[stage.first]
label.en = "Treatment"

[charge.session]
label.en = "Session"
group = "treatment"
stage = "first"
per = "sessions"
price = {price}
source = "Made for the tests."

[charge.night]
label.en = "Night"
group = "treatment"
stage = "first"
per = "nights"
price = 100.50
source = "Made for the tests."

[charge.meals]
label.en = "Welcome meal"
group = "treatment"
stage = "first"
price = 0.00
source = "Made for the tests."

[charge.hour]
label.en = "Hour of training"
group = "treatment"
stage = "first"
when = {{ training = true }}
per = "training_hours"
price = 30.00
source = "Made for the tests."

[charge.summer]
label.en = "Summer season"
group = "treatment"
stage = "first"
when = {{ arrival = {{ months = [6, 7] }} }}
price = 250.00
source = "Made for the tests."

[charge.robot]
label.en = "Training with a robot"
group = "treatment"
stage = "first"
when = {{ robot = true }}
on_request = true
source = "Made for the tests."

[charge.flight]
label.en = "Flight"
group = "flights"
stage = "first"
price = {{ low = 500.00, likely = 600.00, high = 900.00 }}
source = "Made for the tests."

[charge.longer]
label.en = "Longer stay"
group = "reserve"
stage = "first"
percent = 10
of = ["session"]
source = "Made for the tests."

[tax.gst]
label.en = "Tax"
percent = 5
of = ["night"]

[payment.all]
label.en = "At once"
due.en = "on arrival"
percent = 100

[notice.left_out]
kind = "not_included"
text.en = "Visas are not included."

[notice.about]
kind = "about_this_estimate"
text.en = "This is an estimate."

[notice.evidence]
kind = "evidence"
text.en = "The benefit is unproven."
link = "https://example.org/evidence"
"""

ANSWERS = {
    "q_cells": "own",
    "q_sessions": "2",
    "q_training": "no",
    "q_arrival-day": "31",
    "q_arrival-month": "3",
    "q_arrival-year": "2026",
}
"""What must be answered. By hand: 2 × 2,000 + 2 × 100.50 + 5 % of 201 + 600 for the flight = 4,811.05."""

TOTAL = "USD\N{NO-BREAK SPACE}4,811.05"


def table_text(version: str = "2026-1", valid_from: str = "2026-01-01", price: str = "2000.00") -> str:
    """Return the price list in the notation; a session costs `price`."""
    return TABLE.format(version=version, valid_from=valid_from, price=price)
