"""How a total grows is told for numbers around the plan's own, each as the plan with that number costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import pricing
from pricing.growth import MOST_POINTS, ROLES, Growth, growth
from pricing.table import NumberDriver
from tests.pricing.ranged_list import LIST, PLAN, SESSION, charge, listed
from tests.pricing.strategies import PossiblePlan, possible_plans

NIGHT = charge("night", 'per = "nights"\nprice = { low = 90, likely = 100, high = 150 }')


def grown(text: str = SESSION + NIGHT, **changes: Any) -> dict[str, Growth]:
    return {each.driver: each for each in growth(listed(text), {**PLAN, **changes})}


def numbers(found: Growth) -> list[str]:
    return [point.number for point in found.points]


def test_sessions_and_nights_are_told_and_nothing_else() -> None:
    assert list(grown()) == ["sessions", "nights"]


def test_each_point_is_what_the_plan_with_that_number_costs() -> None:
    sessions = grown()["sessions"].points
    assert [point.number for point in sessions] == ["1", "2", "3", "4", "5", "6"]
    assert [point.is_now for point in sessions] == [False, True, False, False, False, False]
    assert sessions[0].total == (Decimal(1360), Decimal(1400), Decimal(3050))
    assert sessions[1].total == (Decimal(1360), Decimal(2400), Decimal(4050))
    assert sessions[2].total == (Decimal(2360), Decimal(3400), Decimal(5050))


def test_of_a_long_stay_numbers_evenly_apart_are_told_with_its_own_among_them() -> None:
    assert numbers(grown()["nights"]) == ["0", "2", "4", "6", "8", "10"]
    assert numbers(grown(nights=21)["nights"]) == ["1", "5", "9", "13", "17", "21", "25", "29"]
    assert numbers(grown(nights=0)["nights"]) == ["0", "1", "2", "3", "4", "5", "6"]
    assert len(numbers(grown(nights=30)["nights"])) <= MOST_POINTS


def test_a_number_that_is_refused_says_why() -> None:
    rule = (
        '\n[rule.short]\nwhen = { sessions = { least = 4 }, nights = { most = 5 } }\nwhy.en = "Too short."\n'
    )
    refused = grown(SESSION + NIGHT + rule)["sessions"].points[-1]
    assert refused.total is None
    assert [problem.kind for problem in refused.problems] == ["answer_refused_by_rule"]


def test_a_total_that_lacks_something_says_what_it_lacks() -> None:
    text = charge("night", 'per = "nights"\ngraduated = [{ up_to = 9, price = 100 }]')
    assert [point.lack for point in grown(text)["nights"].points] == [None] * 4 + ["request"] * 2
    visa = charge("visa", 'per = "companions"\nprice = 80')
    assert {point.lack for point in grown(SESSION + visa)["nights"].points} == {"open"}


def test_a_question_that_only_another_number_asks_is_filled_in_and_told() -> None:
    asked = (
        '\n[driver.pool]\nkind = "yes_no"\nrole = "extras"\nlabel.en = "Pool"\n'
        "when = { sessions = { least = 3 } }\n"
    )
    _one, two, three = grown(asked + SESSION)["sessions"].points[:3]
    assert (dict(two.assumed), dict(three.assumed)) == ({}, {"pool": False})


def test_a_number_that_can_be_no_other_has_no_growth() -> None:
    table = pricing.read(LIST.replace("least = 1\nmost = 6", "least = 2\nmost = 2") + SESSION)
    assert [each.driver for each in growth(table, PLAN)] == ["nights"]


def test_answers_that_make_no_plan_do_not_grow() -> None:
    with pytest.raises(pricing.BadAnswers):
        grown(sessions=99)


@given(possible_plans())
@settings(suppress_health_check=list(HealthCheck), max_examples=30)
def test_every_growth_has_the_plan_itself_and_few_points(
    plan: PossiblePlan,
) -> None:
    table, answers, breakdown = plan
    for found in growth(table, answers):
        assert 2 <= len(found.points) <= MOST_POINTS
        (now,) = [point for point in found.points if point.is_now]
        assert now.total == breakdown.totals["total"]
        gaps = {
            Decimal(b.number) - Decimal(a.number)
            for a, b in zip(found.points, found.points[1:], strict=False)
        }
        assert len(gaps) == 1
        (driver,) = [driver for driver in table.drivers if driver.code == found.driver]
        assert isinstance(driver, NumberDriver)
        assert driver.role in ROLES
