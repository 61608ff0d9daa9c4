"""Rates of exchange for orientation, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import audit
from estimator.clinic import exchange_rates
from estimator.db import db
from estimator.models import AuditEntry, Rate
from tests.support.acts import acting
from tests.support.at_once import one_behind_another

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)


def enter(actor: str = "user:1", **given: Any) -> Rate:
    known = {
        "base": "USD",
        "quoted": "INR",
        "rate": Decimal("83.25"),
        "source": "Reserve Bank",
        "day": TODAY,
    }
    found = exchange_rates.enter(acting(actor=actor, now=NOW), **{**known, **given})
    db.session.commit()
    return found


def test_the_newest_rate_that_is_not_of_a_later_day_counts(app: Flask) -> None:
    for day, rate in ((1, "80"), (9, "82.5"), (10, "83")):
        enter(day=date(2026, 3, day), rate=Decimal(rate))
    found = {day: exchange_rates.newest("USD", "INR", date(2026, 3, day)) for day in (5, 9, 31)}
    assert {day: row and row.rate for day, row in found.items()} == {5: "80", 9: "82.5", 31: "83"}
    assert exchange_rates.newest("USD", "INR", date(2026, 2, 28)) is None
    assert exchange_rates.newest("INR", "USD", TODAY) is None, "the other direction is another rate"


def test_a_currency_can_be_chosen_once_it_has_a_rate(app: Flask) -> None:
    enter(quoted="THB")
    enter(day=date(2026, 3, 9))
    enter()
    enter(base="EUR", quoted="GBP")
    assert exchange_rates.quoted_for("USD", TODAY) == ["INR", "THB"]
    assert exchange_rates.quoted_for("USD", date(2026, 3, 9)) == ["INR"]
    assert exchange_rates.quoted_for("JPY", TODAY) == []


def test_a_day_has_one_rate_and_the_later_entry_counts(app: Flask) -> None:
    enter()
    enter(rate=Decimal("84.10"), source="  Bank \n of Delhi ", actor="user:2")
    row = db.session.scalars(select(Rate)).one()
    assert (row.rate, row.source, row.entered_by) == ("84.1", "Bank of Delhi", "user:2")


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"base": "XYZ"}, "base"),
        ({"quoted": "inr"}, "quoted"),
        ({"quoted": "USD"}, "quoted"),
        ({"rate": Decimal(0)}, "rate"),
        ({"rate": Decimal("-83.25")}, "rate"),
        ({"rate": Decimal("NaN")}, "rate"),
        ({"rate": Decimal("Infinity")}, "rate"),
        ({"rate": Decimal("0.0000009")}, "rate"),
        ({"rate": Decimal(10_000_001)}, "rate"),
        ({"rate": Decimal("1.00000000001")}, "rate"),
        ({"rate": Decimal("1234567.12345678")}, "rate"),
        ({"source": " "}, "source"),
        ({"source": "x" * 201}, "source"),
        ({"source": "a\N{RIGHT-TO-LEFT OVERRIDE}b"}, "source"),
        ({"day": date(2026, 3, 12)}, "day"),
        ({"day": date(1999, 12, 31)}, "day"),
    ],
)
def test_what_is_no_rate_is_refused_at_its_place(app: Flask, given: dict[str, Any], part: str) -> None:
    with pytest.raises(exchange_rates.WrongRate) as refused:
        enter(**given)
    assert list(refused.value.problems) == [part]
    assert db.session.scalars(select(Rate)).all() == []


def test_today_is_taken_wherever_it_has_begun(app: Flask) -> None:
    enter(day=date(2026, 3, 11))


def test_removing_and_entering_stand_in_the_trail_without_words(app: Flask) -> None:
    row = enter(source="Reserve Bank of somewhere")
    exchange_rates.remove(acting(actor="user:2", now=NOW), row.id)
    db.session.commit()
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("rate.entered", "user:1"),
        ("rate.removed", "user:2"),
    ]
    assert all("somewhere" not in entry.detail for entry in entries)
    assert audit.verify().broken is None
    assert exchange_rates.everything() == []


@pytest.mark.parametrize(
    ("amount", "rate", "quoted", "expected"),
    [
        ("1000.00", "83.25", "INR", "83250.00"),
        ("0.01", "0.5", "EUR", "0.01"),  # half a cent goes up
        ("-0.01", "0.5", "EUR", "-0.01"),  # and away from zero
        ("0.01", "0.4999", "EUR", "0.00"),
        ("2950.00", "149.305", "JPY", "440450"),  # 440449.75
        ("2950.00", "0.3071", "KWD", "905.945"),
        ("99999999999.99", "9999999.1234567", "IRR", "999999912345570000.01"),
    ],
)
def test_an_amount_is_rounded_once_to_the_smallest_unit(
    amount: str, rate: str, quoted: str, expected: str
) -> None:
    assert exchange_rates.converted(amount, Decimal(rate), quoted) == expected


def test_a_rate_is_entered_while_another_person_removes_it(app: Flask) -> None:
    number = enter().id

    def both(which: int) -> Iterator[None]:
        yield
        if which == 0:
            exchange_rates.remove(acting(actor="user:2", now=NOW), number)
        else:
            enter(rate=Decimal(84))

    assert one_behind_another(app, both) == [None, None]
    assert [row.rate for row in exchange_rates.everything()] == ["84"]


def test_a_rate_that_two_remove_at_once_is_removed_once(app: Flask) -> None:
    number = enter().id

    def remove(_which: int) -> Iterator[None]:
        yield
        exchange_rates.remove(acting(actor="user:2", now=NOW), number)

    assert one_behind_another(app, remove) == [None, None]
    assert exchange_rates.everything() == []
    assert [entry.action for entry in audit.entries(9)] == ["rate.removed", "rate.entered"]
