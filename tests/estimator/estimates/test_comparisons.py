"""A comparison refers to two or three estimates, keeps nothing of them, and is gone with the last one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import estimates, price_lists
from estimator.db import db
from estimator.estimates import comparisons
from estimator.estimates.compared import together
from estimator.estimates.comparisons import WrongNumber
from estimator.models import Comparison, ComparisonColumn, Estimate, TableVersion
from tests.support.acts import acting
from tests.support.example_list import NOW

pytestmark = pytest.mark.both_databases

ACT: dict[str, Any] = {"now": NOW, "kept_days": 90}


@pytest.fixture
def three(app: Flask, version: TableVersion) -> list[Estimate]:
    """Return three estimates, of one, two and three sessions; the first is the oldest by a day each."""
    found = []
    for sessions in (1, 2, 3):
        act = acting(**{**ACT, "now": NOW + timedelta(days=sessions)})
        token = estimates.make(act, version, {"sessions": sessions}, language="en", submission=str(sessions))
        record = estimates.find(act, token)
        assert record is not None
        found.append(record)
    db.session.commit()
    return found


def rows(model: type[Comparison | ComparisonColumn]) -> int:
    return db.session.scalars(select(func.count()).select_from(model)).one()


def made(compared: list[Estimate], submission: str = "form") -> str:
    token = comparisons.make(acting(**ACT), compared, submission=submission)
    db.session.commit()
    return token


def test_the_same_form_makes_one_comparison_and_another_order_another_one(three: list[Estimate]) -> None:
    assert made(three) == made(three)
    assert made(three[::-1]) != made(three)
    assert made(three, submission="") != made(three, submission="")
    assert rows(Comparison) == 4


@pytest.mark.parametrize("chosen", [[], [0], [0, 0]])
def test_fewer_than_two_are_not_compared(three: list[Estimate], chosen: list[int]) -> None:
    with pytest.raises(WrongNumber):
        comparisons.make(acting(**ACT), [three[number] for number in chosen], submission="form")


def test_more_than_three_are_not_compared(three: list[Estimate], version: TableVersion) -> None:
    token = estimates.make(acting(**ACT), version, {"sessions": 4}, language="en", submission="4")
    fourth = estimates.find(acting(**ACT), token)
    assert fourth is not None
    with pytest.raises(WrongNumber):
        comparisons.make(acting(**ACT), [*three, fourth], submission="form")


def test_a_comparison_is_found_by_its_link_with_its_estimates_in_their_order(three: list[Estimate]) -> None:
    found = comparisons.find(acting(**ACT), made(three[::-1]))
    assert found is not None
    assert comparisons.estimates_of(acting(**ACT), found) == three[::-1]
    assert comparisons.find(acting(**ACT), "nothing") is None


def test_a_deleted_estimate_leaves_its_place_empty_and_the_last_one_ends_the_comparison(
    three: list[Estimate],
) -> None:
    token = made(three[:2])
    assert comparisons.number_with(three[0]) == 1
    estimates.delete(three[0])
    db.session.commit()
    db.session.expire_all()
    found = comparisons.find(acting(**ACT), token)
    assert found is not None
    assert comparisons.estimates_of(acting(**ACT), found) == [None, three[1]]
    estimates.delete(three[1])
    db.session.commit()
    assert (rows(Comparison), rows(ComparisonColumn)) == (0, 0)


def test_what_is_too_old_is_gone_before_it_is_removed_and_removing_it_ends_the_comparison(
    three: list[Estimate],
) -> None:
    token = made(three[:2])
    for days, left in ((91, [False, True]), (92, None)):
        act = acting(**{**ACT, "now": NOW + timedelta(days=days)})
        found = comparisons.find(act, token)
        states = (
            None if found is None else [each is not None for each in comparisons.estimates_of(act, found)]
        )
        assert states == left
    estimates.purge(acting(**{**ACT, "now": NOW + timedelta(days=92)}))
    db.session.commit()
    assert (rows(Comparison), rows(ComparisonColumn)) == (0, 0)


def test_totals_are_compared_in_a_currency_that_all_of_them_can_be_said_in(
    app: Flask, version: TableVersion
) -> None:
    table = price_lists.parsed(version)
    act = acting(**ACT)
    assert together(act, [table, table], "", "EUR").currency == "USD"
    assert together(act, [table, table], "EUR", None).currency == "USD"  # there is no rate to euros
    assert together(act, [], "EUR", "EUR").currency is None
