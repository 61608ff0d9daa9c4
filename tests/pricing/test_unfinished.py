"""A plan that lacks answers is priced as far as it is known, and nothing firm is made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pricing
from pricing import quote as quote_content
from pricing.explore import sensitivity
from pricing.left_open import left_open
from pricing.stored import counts_nothing
from pricing.unfinished import read_unfinished

CASES = Path(__file__).parent / "cases"
TEXT = (CASES / "left-open.toml").read_text(encoding="utf-8")
TABLE = pricing.read(TEXT)
WHOLE: dict[str, Any] = {
    "cells": "own",
    "sessions": 2,
    "nights": 7,
    "rehab": False,
    "companion": False,
    "flights": "1850.37",
    "weight": 80,
    "scan": True,
}

EXCEPTIONS = """
[driver.rehab_days]
kind = "number"
role = "rehabilitation"
label.en = "Days of rehabilitation"
unless = { rehab = false }
least = 1
most = 60
default = 12

[charge.rehab_days]
label.en = "Rehabilitation by the day"
group = "care"
per = "rehab_days"
price = 100

[charge.own_care]
label.en = "Looking after yourself"
group = "care"
unless = { rehab = true }
price = 50

[rule.long]
when = { rehab = false }
unless = { nights = { most = 20 } }
why.en = "A long stay needs rehabilitation."
"""


def without(*codes: str, plan: dict[str, Any] = WHOLE) -> dict[str, Any]:
    return {code: answer for code, answer in plan.items() if code not in codes}


def items(table: pricing.PriceTable, answers: dict[str, Any]) -> set[str]:
    return {item.code for item in pricing.estimate(table, answers, unfinished=True).items}


def test_a_finished_plan_is_the_same_whether_or_not_it_may_be_unfinished() -> None:
    assert (
        pricing.estimate(TABLE, WHOLE, unfinished=True).as_json() == pricing.estimate(TABLE, WHOLE).as_json()
    )


def test_what_depends_on_an_answer_that_is_missing_is_told_and_not_counted() -> None:
    found = pricing.estimate(TABLE, without("sessions", "rehab"), unfinished=True)
    assert found.not_counted == ("sessions", "rehab")
    assert set(found.answers) == {*without("sessions", "rehab"), "deposit"}
    # the nights and the flights with their insurance: 7 x 310 + 1850.37 + 92.52
    assert found.as_dict()["totals"]["total"]["likely"] == "4112.89"
    assert left_open(TABLE, found.answers) == ["sessions", "rehab"]


def test_nothing_has_to_be_known() -> None:
    found = pricing.estimate(TABLE, {}, unfinished=True)
    assert found.answers == {"deposit": "0"}
    assert set(found.not_counted) == {
        "cells",
        "sessions",
        "nights",
        "rehab",
        "companion",
        "flights",
        "weight",
    }


def test_an_exception_that_nobody_knows_of_yet_adds_nothing_and_supposes_nothing() -> None:
    table = pricing.read(TEXT + EXCEPTIONS)
    assert items(table, without("rehab")).isdisjoint({"rehab_days", "own_care", "training"})
    assert items(table, {**without("rehab"), "rehab_days": 3}) >= {"rehab_days"}
    assert items(table, WHOLE) >= {"own_care"}
    assert pricing.estimate(table, {**WHOLE, "rehab": True}, unfinished=True).answers["rehab_days"] == "12"


def test_a_rule_waits_for_the_answers_to_its_exceptions() -> None:
    table = pricing.read(TEXT + EXCEPTIONS)
    assert "nights" not in pricing.estimate(table, without("nights"), unfinished=True).answers
    with pytest.raises(pricing.BadAnswers) as refusal:
        pricing.estimate(table, {**without("sessions"), "nights": 25}, unfinished=True)
    assert [problem.kind for problem in refusal.value.problems] == ["answer_refused_by_rule"]


def test_what_is_wrong_is_refused_also_in_an_unfinished_plan() -> None:
    with pytest.raises(pricing.BadAnswers) as refusal:
        pricing.estimate(TABLE, {"sessions": 99, "cells": "moon"}, unfinished=True)
    assert {problem.kind for problem in refusal.value.problems} == {
        "answer_above_most",
        "answer_unknown_choice",
    }


def test_no_quote_is_made_of_an_unfinished_plan() -> None:
    with pytest.raises(pricing.BadAnswers) as refusal:
        quote_content.compute(TABLE, without("sessions", "rehab"), [])
    assert [(problem.driver, problem.kind) for problem in refusal.value.problems] == [
        ("sessions", "answer_missing"),
        ("rehab", "answer_missing"),
    ]


def test_nothing_is_said_of_other_answers_before_the_plan_is_finished() -> None:
    assert sensitivity(TABLE, without("sessions")) == []
    assert sensitivity(TABLE, WHOLE)


def test_a_total_in_which_nothing_is_counted_yet_is_told_from_one_of_0() -> None:
    assert counts_nothing(pricing.estimate(TABLE, {}, unfinished=True).as_dict())
    assert not counts_nothing(pricing.estimate(TABLE, {"nights": 1}, unfinished=True).as_dict())
    free = {**WHOLE, "cells": "own", "nights": 0, "flights": 0}
    assert not counts_nothing(pricing.estimate(TABLE, free).as_dict())


def test_answers_that_a_rule_refuses_can_be_read_and_those_that_are_none_cannot() -> None:
    text = (CASES / "whole-notation.toml").read_text(encoding="utf-8")
    table, answers = pricing.read(text), {"cells": "own", "sessions": "5", "companion": False}
    with pytest.raises(pricing.BadAnswers):
        pricing.estimate(table, answers, unfinished=True)
    assert read_unfinished(table, answers) == {"cells": "own", "sessions": "5", "companion": False}
    assert read_unfinished(table, {}) == {}
    with pytest.raises(pricing.BadAnswers) as refusal:
        read_unfinished(table, {**answers, "sessions": 400})
    assert [problem.kind for problem in refusal.value.problems] == ["answer_above_most"]
