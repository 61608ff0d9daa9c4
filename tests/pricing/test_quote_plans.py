"""Several plans in one quote: each is firm by itself, and a quote with one plan is what it always was."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

import pricing
from pricing import quote as quote_content
from pricing import quote_plans
from pricing.quote import Adjustment, NotAQuote
from pricing.quote_plans import PlanFigures
from pricing.stored import StoredQuote
from pricing.table import PriceTable
from tests.pricing.test_quote_content import DELHI, content, delhi

THREE: dict[str, str | bool] = {**DELHI, "sessions": "3"}
SINGLE: dict[str, str | bool] = {**DELHI, "sessions": "1"}
COURTESY = Adjustment(Decimal("-100.00"), "Courtesy", "Agreed.")


def figures(table: PriceTable, answers: dict[str, str | bool], *adjustments: Adjustment) -> PlanFigures:
    return PlanFigures(quote_content.compute(table, answers, adjustments), adjustments, answers)


def with_two(table: PriceTable) -> StoredQuote:
    """A quote of two and of three sessions, the second one with a reduction."""
    return quote_plans.with_alternatives(content(table, DELHI, []), [figures(table, THREE, COURTESY)])


def test_a_quote_with_one_plan_is_byte_for_byte_what_it_was() -> None:
    alone = content(delhi(), DELHI, [])
    same = quote_plans.with_alternatives(alone, [])
    assert quote_content.as_bytes(same) == quote_content.as_bytes(alone)
    assert quote_plans.letters_of(same) == []
    assert list(quote_plans.by_plan(same)) == [""]


def test_each_plan_comes_to_what_it_would_come_to_as_the_only_one() -> None:
    table = delhi()
    found = quote_plans.by_plan(with_two(table))
    assert found == {"A": content(table, DELHI, []), "B": content(table, THREE, [COURTESY])}


def test_the_plans_are_called_by_letters_and_each_has_a_total() -> None:
    table = delhi()
    said = quote_plans.with_alternatives(
        content(table, DELHI, []), [figures(table, THREE), figures(table, SINGLE)]
    )
    assert quote_plans.letters_of(said) == ["A", "B", "C"]
    one, two, three = (quote_content.compute(table, each, []).total for each in (SINGLE, DELHI, THREE))
    assert [Decimal(each["total"]) for each in quote_plans.by_plan(said).values()] == [two, three, one]


def test_every_plan_of_a_content_computes_again_to_itself() -> None:
    table = delhi()
    stored = json.loads(quote_content.as_bytes(with_two(table)))
    again = quote_plans.recompute_all(stored, pricing.read(pricing.write(table)))
    assert {letter: each.differences for letter, each in again.items()} == {"A": [], "B": []}
    assert again["B"].total == Decimal(stored["alternatives"][0]["total"])


def test_another_figure_in_a_further_plan_is_found_out_there_and_nowhere_else() -> None:
    table = delhi()
    changed = copy.deepcopy(with_two(table))
    changed["alternatives"][0]["total"] = "1.00"
    again = quote_plans.recompute_all(changed, table)
    assert {letter: each.differences for letter, each in again.items()} == {"A": [], "B": ["total"]}


def test_a_quote_with_one_plan_is_computed_again_as_before() -> None:
    table = delhi()
    alone = content(table, DELHI, [])
    assert quote_plans.recompute_all(alone, table) == {"": quote_content.recompute(alone, table)}


@pytest.mark.parametrize(
    ("alternatives", "place"),
    [
        (None, "alternatives"),
        ([], "alternatives"),
        ([{}, {}, {}], "alternatives"),
        (["B"], "alternatives.B"),
        ([{"plan": "C"}], "alternatives.B"),
        ([{"plan": "B"}], "alternatives.B.answers"),
    ],
)
def test_what_is_no_list_of_plans_is_no_quote(alternatives: Any, place: str) -> None:
    table = delhi()
    said: dict[str, Any] = {**content(table, DELHI, []), "alternatives": alternatives}
    with pytest.raises(NotAQuote) as refused:
        quote_plans.recompute_all(said, table)
    assert refused.value.place == place


def test_a_further_plan_that_the_list_refuses_is_refused() -> None:
    table = delhi()
    changed = copy.deepcopy(with_two(table))
    changed["alternatives"][0]["answers"]["sessions"] = "999"
    with pytest.raises(pricing.BadAnswers):
        quote_plans.recompute_all(changed, table)
