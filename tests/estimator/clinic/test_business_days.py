from __future__ import annotations

from datetime import date, datetime

import pytest

from estimator.clinic import Clinic, business_days


def day(text: str, clinic: Clinic, zone: str = "UTC") -> str:
    """Return the day on whose end an answer is due, asked at a moment in UTC."""
    found = business_days.due(datetime.fromisoformat(f"{text}+00:00"), zone, clinic)
    assert found.strftime("%H:%M:%S") == "23:59:59"
    return found.date().isoformat()


@pytest.mark.parametrize(
    ("asked", "days", "due"),
    [
        ("2026-03-09T10:00", 3, "2026-03-12"),  # Monday to Thursday
        ("2026-03-12T10:00", 3, "2026-03-17"),  # Thursday: Friday, Monday, Tuesday
        ("2026-03-13T23:59", 1, "2026-03-16"),
        ("2026-03-14T10:00", 1, "2026-03-16"),  # a Saturday counts as little as the Friday before
        ("2026-03-13T10:00", 0, "2026-03-13"),
        ("2026-03-14T10:00", 0, "2026-03-16"),
    ],
)
def test_an_answer_is_due_at_the_end_of_a_business_day(asked: str, days: int, due: str) -> None:
    assert day(asked, Clinic(reply_days=days)) == due


def test_a_weekend_is_where_the_clinic_says_it_is() -> None:
    assert day("2026-03-12T10:00", Clinic(weekend=(4, 5), reply_days=1)) == "2026-03-15"


def test_nobody_works_on_a_holiday() -> None:
    clinic = Clinic(reply_days=1, holidays=(date(2026, 3, 13), date(2026, 3, 16)))
    assert day("2026-03-12T10:00", clinic) == "2026-03-17"


def test_the_day_is_the_one_at_the_clinic() -> None:
    late = "2026-03-12T20:00"  # the 13th in Tokyo already, a Friday
    assert day(late, Clinic(reply_days=1)) == "2026-03-13"
    assert day(late, Clinic(reply_days=1), "Asia/Tokyo") == "2026-03-16"


def test_a_day_of_23_hours_ends_at_its_end() -> None:
    due = business_days.due(
        datetime.fromisoformat("2026-03-26T12:00+00:00"), "Europe/Berlin", Clinic(weekend=(), reply_days=3)
    )
    assert due.isoformat() == "2026-03-29T23:59:59+02:00"


def test_a_clinic_that_never_opens_is_taken_to_open_every_day() -> None:
    assert day("2026-03-14T10:00", Clinic(weekend=tuple(range(7)), reply_days=1)) == "2026-03-15"
