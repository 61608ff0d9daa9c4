"""The days by which instalments are due: said where somebody answered the day that they are counted from."""

from __future__ import annotations

from datetime import date

import pytest

import pricing
from pricing import payments
from tests.support.example_quotes import list_text

ARRIVAL = """
[driver.arrival]
kind = "date"
role = "extras"
open = true
label.en = "Day of arrival"

[driver.leaving]
kind = "date"
role = "extras"
default = 2027-01-31
label.en = "Day of leaving"
"""
WHEN = 'percent = 100\nday_of = "arrival"\ndays_before = 14\n'
FIRST = date(2026, 3, 18)


def table(rest: str = WHEN, more: str = ARRIVAL) -> pricing.PriceTable:
    """Return a list of which the rest is due when its keys say."""
    return pricing.read(list_text(more=more).replace("percent = 100\n", rest))


@pytest.mark.parametrize(
    ("answers", "days"),
    [
        ({"arrival": "2026-06-30"}, {"rest": date(2026, 6, 16)}),
        ({"arrival": date(2026, 6, 30)}, {"rest": date(2026, 6, 16)}),
        ({"arrival": "2026-04-01"}, {"rest": FIRST}),
        # The day before the first on which anything can be paid: the words of the list stand alone.
        ({"arrival": "2026-03-31"}, {}),
        ({"arrival": "0001-01-01"}, {}),
        ({"arrival": None}, {}),
        ({"arrival": "soon"}, {}),
        ({}, {}),
    ],
)
def test_a_day_is_said_where_it_is_known_and_not_too_early(
    answers: dict[str, object], days: dict[str, date]
) -> None:
    assert payments.due_days(table().payments, answers, FIRST) == days


def test_without_days_before_it_is_the_day_itself_and_a_default_is_no_answer() -> None:
    due = table('percent = 100\nday_of = "leaving"\n').payments
    assert payments.due_days(due, {"leaving": "2026-07-01"}, FIRST) == {"rest": date(2026, 7, 1)}
    assert payments.due_days(due, {}, FIRST) == {}


@pytest.mark.parametrize(
    ("rest", "place", "kind"),
    [
        ('percent = 100\nday_of = "sessions"\n', "payment.rest.day_of", "unknown_name"),
        ("percent = 100\ndays_before = 14\n", "payment.rest.day_of", "missing"),
        (
            'percent = 100\nday_of = "arrival"\ndays_before = 400\n',
            "payment.rest.days_before",
            "whole_number",
        ),
        ('percent = 100\nday_of = "arrival"\ndays_before = 0\n', "payment.rest.days_before", "whole_number"),
    ],
)
def test_a_day_that_nothing_can_be_counted_from_is_a_problem_at_its_place(
    rest: str, place: str, kind: str
) -> None:
    with pytest.raises(pricing.BadTable) as wrong:
        table(rest)
    assert [(problem.place, problem.kind) for problem in wrong.value.problems] == [(place, kind)]


def test_it_is_written_as_it_was_read_gives_its_question_a_use_and_changes_no_amount() -> None:
    read = table()
    assert 'day_of = "arrival"\ndays_before = 14\n' in pricing.write(read)
    assert pricing.read(pricing.write(read)) == read
    warned = [warning.place for warning in pricing.lint(read) if warning.kind == "driver_without_effect"]
    assert ("driver.arrival" in warned, "driver.leaving" in warned) == (False, True)
    plan = {"cells": "own", "sessions": "2", "airport": True}
    without = pricing.estimate(table("percent = 100\n"), plan).as_dict()
    assert (
        pricing.estimate(read, {**plan, "arrival": "2026-06-30"}).as_dict()["payments"] == without["payments"]
    )
