"""What was left open is told and not counted, and nothing firm is said while it matters."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import pricing
from pricing import quote as quote_content
from pricing import stored
from pricing.explore import difference, effect, outcome, sensitivity
from pricing.left_open import before_a_quote
from pricing.lint import lint
from pricing.steps import passed_on
from pricing.table import PriceTable
from tests.pricing.strategies import answers_for, price_tables

CASES = Path(__file__).parent / "cases"
TEXT = (CASES / "left-open.toml").read_text(encoding="utf-8")
TABLE = pricing.read(TEXT)
PLAN: dict[str, Any] = {"cells": "own", "sessions": 2, "nights": 7, "rehab": False}
WHOLE: dict[str, Any] = {**PLAN, "companion": False, "flights": "1850.37", "weight": 80, "scan": True}


def table(*changes: tuple[str, str], more: str = "") -> PriceTable:
    """The table of the cases with changes and further sections."""
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return pricing.read(text + more)


def quoted(table: PriceTable, answers: dict[str, Any]) -> stored.StoredQuote:
    firm = quote_content.compute(table, answers, [])
    return quote_content.content(
        firm,
        [],
        number="Q-2026-00017",
        revision=1,
        reference="REQ-7K3M-92QF",
        issued=datetime(2026, 3, 10, tzinfo=UTC),
        valid_until=date(2026, 4, 9),
        time_zone=table.time_zone,
        language="en",
        answers=firm.breakdown["answers"],
    )


def left_open(table: PriceTable, answers: dict[str, Any]) -> list[str]:
    """The questions for which no quote is made."""
    with pytest.raises(pricing.BadAnswers) as refusal:
        quote_content.compute(table, answers, [])
    assert {problem.kind for problem in refusal.value.problems} == {"answer_left_open"}
    return [problem.driver for problem in refusal.value.problems]


# Breakdowns


def test_what_is_not_counted_is_no_key_of_a_breakdown_when_there_is_none() -> None:
    found = pricing.estimate(TABLE, WHOLE)
    assert found.not_counted == ()
    assert "not_counted" not in found.as_dict()
    assert "not_counted" in pricing.estimate(TABLE, PLAN).as_dict()


def test_a_question_that_is_left_open_is_no_answer_nor_a_quantity() -> None:
    found = pricing.estimate(TABLE, {**PLAN, "flights": None})
    assert set(found.answers) == {*PLAN, "deposit"}
    assert [item.code for item in found.items] == ["cells", "ward"]


def test_an_answer_to_an_open_question_is_looked_at_like_any_other() -> None:
    with pytest.raises(pricing.BadAnswers) as refusal:
        pricing.estimate(TABLE, {**PLAN, "flights": "20000.01", "weight": "heavy"})
    assert [problem.kind for problem in refusal.value.problems] == [
        "answer_above_most",
        "answer_not_a_number",
    ]


def test_a_question_that_is_not_asked_is_not_left_open() -> None:
    assert pricing.estimate(TABLE, {**WHOLE, "companion": False}).not_counted == ()
    assert pricing.estimate(TABLE, {**WHOLE, "companion": True}).not_counted == ("companion_nights",)


def test_before_a_quote_come_the_patient_what_the_provider_charges_for_and_what_may_not_stay_open() -> None:
    assert before_a_quote(TABLE, {}) == ["cells", "sessions", "nights", "rehab", "weight", "scan"]
    assert before_a_quote(TABLE, PLAN) == ["weight", "scan"], "flights are paid to others"
    package = '\n[package.start]\nlabel.en = "Start"\ngroup = "care"\nprice = 3000\ncovers = { cells = 1 }\n'
    assert before_a_quote(table(more=package + "when = { companion = true }\n"), WHOLE) == []
    alone = {code: answer for code, answer in WHOLE.items() if code != "companion"}
    assert before_a_quote(table(more=package + "when = { companion = true }\n"), alone) == ["companion"]


def test_packages_and_exclusions_depend_on_a_question_too() -> None:
    package = (
        '\n[package.start]\nlabel.en = "Start"\ngroup = "care"\nprice = 3000\ncovers = { cells = 1 }\n'
        "unless = { scan = false }\n"
    )
    assert "scan" in pricing.estimate(table(more=package), PLAN).not_counted
    assert left_open(table(more=package), {**WHOLE, "scan": None}) == ["scan"]


def test_a_table_without_open_questions_counts_everything() -> None:
    plain = pricing.read(TEXT.replace("open = true\n", ""))
    assert pricing.estimate(plain, WHOLE).not_counted == ()


@settings(suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_left_open_and_not_told_makes_no_difference_to_the_items(data: st.DataObject) -> None:
    """Whatever is answered instead, items stay as they are, unless the question is listed."""
    found = data.draw(price_tables())
    assume(
        any(driver.open for driver in found.drivers)
    )  # most have none, and need not be answered and priced
    answers = data.draw(answers_for(found))
    try:
        before = pricing.estimate(found, answers)
    except pricing.BadAnswers:
        assume(False)
        raise
    others = {**data.draw(answers_for(found)), **answers}
    told = set(before.not_counted)
    asked = [driver.code for driver in found.drivers if driver.open and driver.code not in before.answers]
    assume(asked)
    silent = {code: others.get(code) for code in asked if code not in told}
    assume(any(value is not None for value in silent.values()))
    try:
        after = pricing.estimate(found, {**answers, **silent})
    except pricing.BadAnswers:
        assume(False)
        raise
    if not (set(after.not_counted) - told or set(after.answers) - set(before.answers) - set(silent)):
        assert after.as_dict()["items"] == before.as_dict()["items"]


# Stored breakdowns and firm quotes


def test_a_stored_breakdown_keeps_what_was_not_counted() -> None:
    found = pricing.estimate(TABLE, PLAN)
    assert stored.read_breakdown(found.as_json().decode()).get("not_counted") == list(found.not_counted)


def test_no_quote_is_made_while_a_price_of_the_provider_depends_on_an_open_question() -> None:
    assert left_open(TABLE, PLAN) == ["weight"]
    assert left_open(TABLE, {**WHOLE, "weight": None}) == ["weight"]


def test_a_quote_is_made_while_only_others_charge_what_is_left_open() -> None:
    said = quoted(TABLE, {**PLAN, "weight": 80})
    assert said["breakdown"].get("not_counted") == ["companion", "flights"]
    assert said["total"] == "10170.00"


def test_a_quote_with_something_left_open_computes_again_to_itself() -> None:
    said = json.loads(quote_content.as_bytes(quoted(TABLE, {**PLAN, "weight": 80})))
    assert quote_content.recompute(said, pricing.read(pricing.write(TABLE))).differences == []
    del said["breakdown"]["not_counted"]
    assert quote_content.recompute(said, TABLE).differences == ["breakdown.not_counted"]


def test_a_content_whose_open_answers_were_taken_out_is_refused() -> None:
    said = quoted(TABLE, WHOLE)
    fewer = {code: answer for code, answer in said["answers"].items() if code != "weight"}
    with pytest.raises(pricing.BadAnswers):
        quote_content.recompute({**said, "answers": fewer}, TABLE)


def test_a_percent_of_what_others_charge_is_not_firm_either() -> None:
    fee = '\n[charge.fee]\nlabel.en = "Our fee"\ngroup = "care"\npercent = 2\nof = ["journey", "ward"]\n'
    assert left_open(table(more=fee), {**PLAN, "weight": 80}) == ["companion", "flights"]
    of_one = fee.replace('"journey", "ward"', '"guest_bed"')
    assert left_open(table(more=of_one), {**WHOLE, "companion": True}) == ["companion_nights"]


def test_a_package_that_also_covers_what_is_left_open_is_not_firm() -> None:
    package = '\n[package.all]\nlabel.en = "All"\ngroup = "{}"\nprice = 3000\ncovers = {{ {} }}\n'
    whole = table(more=package.format("care", 'guest_bed = "all", ward = 7'))
    assert left_open(whole, {**WHOLE, "companion": True}) == ["companion_nights"]
    others = table(more=package.format("journey", 'guest_bed = "all", ward = 7'))
    assert left_open(others, {**WHOLE, "companion": True}) == ["companion_nights"]
    apart = table(more=package.format("care", "ward = 7"))
    assert quoted(apart, {**WHOLE, "companion": True})


def test_a_percent_of_a_package_is_as_open_as_the_package() -> None:
    more = (
        '\n[package.nights]\nlabel.en = "x"\ngroup = "journey"\nprice = 30\ncovers = { guest_bed = 2 }\n'
        '\n[charge.fee]\nlabel.en = "x"\ngroup = "care"\npercent = 2\nof = ["journey"]\n'
    )
    changes = [
        ('per = "flights"\nprice = 1\n', "price = 1\n"),
        ('per = "flights"\nprice = 0.05', "price = 0.05"),
    ]
    assert left_open(table(*changes, more=more), {**WHOLE, "companion": True}) == ["companion_nights"]


# What is asked about the patient


def test_open_questions_about_the_patient_are_listed_whether_or_not_a_price_depends_on_them() -> None:
    assert pricing.unanswered(TABLE, {}) == ["weight", "scan"]
    assert pricing.unanswered(TABLE, {**PLAN, "weight": 80}) == ["scan"]
    assert pricing.unanswered(TABLE, {"scan": "perhaps", "weight": 7}) == ["weight", "scan"]
    assert pricing.unanswered(TABLE, WHOLE) == []


def test_a_question_about_the_patient_that_is_not_asked_is_not_listed() -> None:
    asked = table(
        (
            'role = "about_you"\nlabel.en = "Your weight"\n',
            'role = "about_you"\nlabel.en = "Your weight"\nwhen = { rehab = true }\n',
        )
    )
    assert pricing.unanswered(asked, PLAN) == ["scan"]
    assert pricing.unanswered(asked, {**PLAN, "rehab": True}) == ["weight", "scan"]


# Exploring


def test_what_is_left_open_and_money_stay_as_they_are_in_what_would_change_the_cost() -> None:
    asked = {one.driver for one in sensitivity(TABLE, PLAN)}
    assert asked == {"cells", "sessions", "nights", "rehab"}
    assert {one.driver for one in sensitivity(TABLE, WHOLE)} == {*asked, "companion", "weight", "scan"}


def test_a_change_that_asks_an_open_question_leaves_it_open_and_says_so() -> None:
    found = {(one.driver, one.answer): one for one in sensitivity(TABLE, WHOLE)}
    more = found["companion", True]
    assert (more.assumed, more.not_counted, more.counted) == ({}, ("companion_nights",), ())
    assert more.change == (0, 0, 0)
    fewer = {(one.driver, one.answer): one for one in sensitivity(TABLE, {**WHOLE, "companion": True})}
    assert fewer["companion", False].counted == ("companion_nights",)
    assert found["nights", "7.5"].not_counted == ()


def test_a_change_that_is_refused_counts_nothing_else() -> None:
    rule = '\n[rule.three]\nwhen = { sessions = 3 }\nwhy.en = "Two at most."\n'
    (refused,) = [one for one in sensitivity(table(more=rule), PLAN) if one.problems]
    assert (refused.not_counted, refused.counted) == ((), ())


def test_a_plan_under_two_tables_says_what_each_does_not_count() -> None:
    plain = pricing.read(TEXT.replace("open = true\n", ""))
    (one,) = effect(TABLE, plain, [PLAN])
    assert one.old.not_counted == ("companion", "flights", "weight")
    assert {problem.kind for problem in one.new.problems} == {"answer_missing"}
    assert one.new.not_counted == ()
    assert outcome(TABLE, WHOLE).not_counted == ()


def test_each_key_is_told_where_two_tables_differ() -> None:
    other = table(
        ("usual = { low = 5, likely = 7, high = 12.5 }", "usual = { low = 5, likely = 8, high = 12.5 }"),
        ("The clinic's own stays in 2025", "A survey"),
        ("most = 20000\nmoney = true\nopen = true\n", "most = 20000\nstep = 50\n"),
    )
    changed = {change.place: change.keys for change in difference(TABLE, other)}
    assert [(key.key, key.old, key.new) for key in changed["driver.nights"]] == [
        ("usual", "{ low = 5, likely = 7, high = 12.5 }", "{ low = 5, likely = 8, high = 12.5 }"),
        ("source", '"The clinic\'s own stays in 2025"', '"A survey"'),
    ]
    assert [(key.key, key.old, key.new) for key in changed["driver.flights"]] == [
        ("open", "true", None),
        ("money", "true", None),
        ("step", None, "50"),
    ]


# Warnings


def test_a_charge_that_is_reached_only_while_a_question_is_open_is_reached() -> None:
    more = (
        '\n[driver.room]\nkind = "choice"\nrole = "extras"\nlabel.en = "x"\n{}'
        'choice.one.label.en = "x"\nchoice.two.label.en = "x"\n'
        '\n[charge.perhaps]\nlabel.en = "x"\ngroup = "care"\nunless = {{ room = ["one", "two"] }}\nprice = 1\n'
        '\n[package.maybe]\nlabel.en = "x"\ngroup = "care"\nunless = {{ room = ["one", "two"] }}\nprice = 1\n'
        'source = "x"\ncovers = {{ cells = 1 }}\n'
    )
    places = [(warning.place, warning.kind) for warning in lint(table(more=more.format("")))]
    assert ("charge.perhaps", "never_reached") in places
    assert ("package.maybe", "package_never_reached") in places
    places = [(warning.place, warning.kind) for warning in lint(table(more=more.format("open = true\n")))]
    assert ("charge.perhaps", "never_reached") not in places
    assert not [place for place, kind in places if place == "package.maybe"]


# Money


def test_money_has_steps_of_the_smallest_amount_of_its_currency_unless_it_says_others() -> None:
    steps = {driver.code: getattr(driver, "step", None) for driver in TABLE.drivers}
    assert (steps["flights"], steps["deposit"], steps["sessions"]) == (Decimal("0.01"), 50, 1)
    yen = pricing.read(
        TEXT.replace('currency = "USD"', 'currency = "JPY"').replace("price = 0.05", "price = 1")
    )
    assert {driver.code: getattr(driver, "step", None) for driver in yen.drivers}["flights"] == 1
    text = pricing.write(TABLE)
    assert "step = 0.01" not in text
    assert "step = 50" in text
    dear = table(("most = 20000\n", "most = 20000\nstep = 1\n"))
    assert pricing.read(pricing.write(dear)) == dear


def test_a_list_in_no_currency_has_no_second_problem_with_its_money() -> None:
    with pytest.raises(pricing.BadTable) as refusal:
        pricing.read(
            TEXT.replace('currency = "USD"', 'currency = "usd"').replace(
                "money = true\nopen = true", "money = true\ndefault = 0.125"
            )
        )
    assert [problem.place for problem in refusal.value.problems] == ["currency"]


def test_a_charge_that_only_passes_typed_money_on_can_be_told() -> None:
    tickets, insurance, ward = (
        next(charge for charge in TABLE.charges if charge.code == code)
        for code in ("tickets", "insurance", "ward")
    )
    assert passed_on(TABLE, "tickets") == "flights"
    for code in ("insurance", "ward", "lifter", "nothing"):
        assert passed_on(TABLE, code) is None
    changes: list[dict[str, Any]] = [{"times": Decimal(2)}, {"included": Decimal(5)}, {"block": Decimal(5)}]
    for change in changes:
        other = replace(TABLE, charges=(replace(tickets, **change), insurance, ward))
        assert passed_on(other, "tickets") is None
