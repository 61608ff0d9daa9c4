"""What an estimate says of the final bills before it: only what enough of them say, and the same for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from estimator import bills, estimates, past_bills, price_lists
from estimator.clinic import Clinic
from estimator.db import db
from estimator.models import FinalBill, TableVersion
from estimator.past_bills import Group, PastCase
from pricing.past_bills import FEW, LEAST, Case
from tests.support import example_quotes as example
from tests.support.acts import acting
from tests.support.example_bills import enter, entered, history
from tests.support.example_list import NOW

LIKELY = "4400.00"
SHOWN = Clinic(past_bills="enough")
GROUP = Group("example", "cells=own", "USD")


def said(version: TableVersion, clinic: Clinic = SHOWN, **plan: Any) -> Any:
    """Return what an estimate says that is made now."""
    act = acting(now=NOW, settings=example.settings(), clinic=clinic)
    token = estimates.make(act, version, {**example.PLAN, **plan}, language="en", submission="")
    found = estimates.find(act, token)
    assert found is not None
    return estimates.past_bills_of(found)


def some(count: int, *others: str) -> Sequence[str]:
    """Return that many bills: as likely, but for the others, which stand between them."""
    return [*[LIKELY] * (count - len(others)), *others]


def test_a_clinic_that_shows_nothing_says_nothing(app: Flask) -> None:
    version = example.publish()
    history(version, some(FEW))
    assert said(version, Clinic()) is None


def test_of_fewer_than_11_bills_an_estimate_gives_no_figures(app: Flask) -> None:
    version = example.publish()
    history(version, some(FEW - 1))
    assert said(version) is None
    told = said(version, Clinic(past_bills="always"))
    assert told == {"few": True, "since": "2024-12-11", "until": "2026-03-10"}


def test_an_estimate_says_how_often_the_range_was_true_and_says_so_for_ever(app: Flask) -> None:
    version = example.publish()
    history(version, [*some(5), "4500.00", *["4620.00"] * 5])
    told = said(version)
    assert told == {
        "few": False,
        "since": "2024-12-11",
        "until": "2026-03-10",
        "count": 11,
        "inside": 5,
        "median": 2,
    }
    act = acting(now=NOW, settings=example.settings(), clinic=SHOWN)
    found = estimates.find(act, estimates.make(act, version, example.PLAN, language="en", submission="one"))
    assert found is not None
    enter(example.ask(version, submission="later"), total="9000.00")
    db.session.refresh(found)
    assert estimates.past_bills_of(found) == told


@pytest.mark.long
def test_the_range_of_past_bills_needs_19_of_them_and_stands_beside_the_lists_own(app: Flask) -> None:
    version = example.publish()
    both = Clinic(past_bills="enough", past_bills_range=True)
    spread = [f"{4400 + 20 * ((number * 7) % LEAST - 9)}.00" for number in range(LEAST)]
    history(version, spread[:-1])
    assert "range" not in said(version, both)
    enter(example.ask(version, submission="last"), total=spread[-1])
    assert said(version, both)["range"] == {
        "low": "4220.00",
        "high": "4580.00",
        "list_low": "4400.00",
        "list_high": "4400.00",
    }
    assert "range" not in said(version), "it is given only where the clinic has switched it on"
    alone = said(version, Clinic(past_bills_range=True))
    assert "range" in alone
    assert "inside" not in alone


@pytest.mark.long
def test_where_bills_come_to_be_higher_no_range_of_them_is_given(app: Flask) -> None:
    version = example.publish()
    history(version, [f"{4000 + 50 * number}.00" for number in range(30)])
    told = said(version, Clinic(past_bills="enough", past_bills_range=True))
    assert told["count"] == 30
    assert "range" not in told


def test_an_estimate_that_is_not_the_whole_says_nothing(app: Flask) -> None:
    version = example.publish(example.list_text(more=example.SCAN))
    history(version, some(FEW))
    assert said(version, rehab=True) is None
    assert said(version) is not None


def count(group: Group = GROUP, until: date | None = None) -> int:
    return len(past_bills.comparable_cases(group, until or NOW.date()))


def test_only_bills_that_stand_of_the_same_list_cells_and_currency_are_comparable(app: Flask) -> None:
    version = example.publish()
    history(version, some(3))
    assert bills.comparable_cases(GROUP, NOW.date()) == past_bills.comparable_cases(GROUP, NOW.date())
    assert count() == 3
    others = (("other", "cells=own", "USD"), ("example", "cells=x", "USD"), ("example", "cells=own", "EUR"))
    assert [count(Group(*other)) for other in others] == [0, 0, 0]
    first, second, _third = db.session.query(FinalBill).order_by(FinalBill.id)
    act = acting(actor="user:1", now=NOW)
    assert first.request is not None
    bills.withdraw(act, first.request, first.id)
    assert second.request is not None
    bills.correct(act, second.request, second.id, entered("5000.00"))
    assert count() == 2


@pytest.mark.parametrize(("days", "counts"), [(0, 1), (453, 1), (460, 0), (-1, 0)])
def test_bills_count_for_15_months(app: Flask, days: int, counts: int) -> None:
    version = example.publish(example.list_text(valid_from="2020-01-01"))
    request = example.ask(version)
    enter(request)
    assert count(until=(NOW + timedelta(days=days)).date()) == counts


def test_months_tell_how_many_of_their_bills_were_inside(app: Flask) -> None:
    version = example.publish()
    history(version, [LIKELY, "9000.00", LIKELY])
    assert past_bills.by_month(past_bills.comparable_cases(GROUP, NOW.date())) == []
    assert list(past_bills.all_groups(NOW.date())) == [GROUP]


@pytest.mark.parametrize(
    ("bills_of_months", "told"),
    [
        ([10], []),
        ([11], [(1, 1, 11)]),
        ([1, 10, 12, 3], [(1, 2, 11), (3, 4, 15)]),
        ([12, 1, 1], [(1, 3, 14)]),
        ([11, 11], [(1, 1, 11), (2, 2, 11)]),
    ],
)
def test_months_of_few_bills_are_told_together_with_others(
    bills_of_months: list[int], told: list[tuple[int, int, int]]
) -> None:
    amount = Decimal(1)
    cases = [
        PastCase(date(2026, month, 5), Case(amount, amount, amount, amount))
        for month, count_ in enumerate(bills_of_months, 1)
        for _number in range(count_)
    ]
    found = past_bills.by_month(cases)
    assert [(each.first.month, each.last.month, each.bills) for each in found] == told
    assert all(each.inside == each.bills for each in found)


def test_the_cells_of_an_answer_are_those_of_the_choices_about_them(app: Flask) -> None:
    table = price_lists.parsed(example.publish())
    assert past_bills.cells_of(table, {"cells": "own", "sessions": "2", "rehab": True}) == "cells=own"
    assert past_bills.cells_of(table, {"sessions": "2"}) == ""
    assert past_bills.cells_of(table, {"cells": "x" * 2000}).isalnum()


def test_what_others_are_paid_need_not_be_known(app: Flask) -> None:
    """The taxi is somebody else's, and no bill of the provider has it."""
    on_request = example.list_text().replace(
        "price = { low = 40.00, likely = 50.00, high = 70.00 }", "on_request = true"
    )
    version = example.publish(on_request)
    history(version, some(FEW))
    assert said(version)["count"] == FEW
