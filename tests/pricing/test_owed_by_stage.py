"""What is owed to the provider if a treatment stops early: its part alone, and at the end all of it."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

import pricing
from pricing.explore import filled_in, sensitivity
from pricing.quote import owed_by_stage, price_changed
from tests.support.example_papers import DELHI, TABLES, largest, plainest, table_of

PLANS = [
    *(
        (path.stem, choose.__name__, choose(table_of(path)))
        for path in TABLES
        for choose in (plainest, largest)
    ),
    *(("delhi", name, answers) for name, answers in DELHI.items()),
]


@pytest.mark.parametrize(
    ("slug", "name", "answers"), PLANS, ids=[f"{slug}-{name}" for slug, name, _ in PLANS]
)
def test_after_the_last_stage_the_whole_price_is_owed_and_never_less_than_before(
    slug: str, name: str, answers: dict[str, Any]
) -> None:
    table = table_of(next(path for path in TABLES if path.stem == slug))
    breakdown = pricing.estimate(table, answers).as_dict()
    total = Decimal(breakdown["totals"]["provider"]["likely"])
    owed = owed_by_stage(table, breakdown, total)
    assert owed[-1] == total
    assert all(0 <= first <= second for first, second in pairwise(owed))
    for part, stage in zip(owed, breakdown["stages"], strict=True):
        assert part <= Decimal(stage["cost_by_then"]["likely"])


@pytest.mark.parametrize("adjusted", [-100, 100])
def test_no_stage_is_above_a_total_that_was_adjusted_and_the_last_one_is_that_total(adjusted: int) -> None:
    table = table_of(next(path for path in TABLES if path.stem == "delhi"))
    breakdown = pricing.estimate(table, DELHI["typical"]).as_dict()
    listed = Decimal(breakdown["totals"]["provider"]["likely"])
    before, after = (owed_by_stage(table, breakdown, listed + more) for more in (0, adjusted))
    assert after[-1] == listed + adjusted
    assert after[:-1] == [min(each, listed + adjusted) for each in before[:-1]]


def test_groups_of_the_provider_are_compared_and_those_of_others_are_not() -> None:
    table = table_of(next(path for path in TABLES if path.stem == "delhi"))
    old, new = (
        pricing.estimate(table, {**DELHI["typical"], **more}).as_dict()
        for more in ({}, {"sessions": 3, "flights": 0})
    )
    changed = {code: (before, after) for code, before, after in price_changed(old, new)}
    groups = {group["code"]: group for group in (*old["groups"], *new["groups"])}
    assert {groups[code]["total"] for code in changed} == {"provider"}
    assert all(before != after for before, after in changed.values())
    assert price_changed(old, old) == []


def test_what_is_filled_in_makes_every_possible_alternative_a_plan() -> None:
    for path in TABLES:
        table = table_of(path)
        answers = pricing.estimate(table, plainest(table)).answers
        before = pricing.estimate(table, answers).totals["total"][1]
        for row in sensitivity(table, answers):
            if row.change is None:
                continue
            more = filled_in(table, answers, row.driver, row.answer)
            plan = {**answers, row.driver: row.answer, **more}
            assert more.keys() <= row.assumed.keys()
            assert pricing.estimate(table, plan).totals["total"][1] - before == row.change[1]
