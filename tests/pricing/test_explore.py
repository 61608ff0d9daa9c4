"""What would change the cost is told for every question, between two tables key by key, for many plans one by one."""

from __future__ import annotations

import decimal
from collections.abc import Iterator
from decimal import Decimal
from itertools import count, islice
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import pricing
from pricing.answers import check, look
from pricing.estimate import Near, total
from pricing.explore import KeyChange, PartChange, difference, effect, sensitivity
from pricing.table import PriceTable
from tests.pricing.dense import Table
from tests.pricing.strategies import PossiblePlan, answers_for, possible_plans, price_tables

TEXT = """
format = 1
table = "list"
version = "1"
valid_from = 2026-01-01
currency = "USD"
languages = ["en", "ar"]
title.en = "A list"
time_zone = "UTC"

[provider]
name = "Example clinic"
country = "IN"

[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Cells"
choice.own.label.en = "Own"
choice.cord.label.en = "Cord"
choice.trial = { label.en = "Trial", offered = false, why.en = "Not yet" }
choice.fat.label.en = "Fat"

[driver.sessions]
kind = "number"
role = "sessions"
label.en = "Sessions"
least = 1
most = 3.2
step = 0.5
varies = { more = 1 }

[driver.nights]
kind = "number"
role = "hospital_stay"
label.en = "Nights"
least = 0
most = 30

[driver.rehab]
kind = "yes_no"
role = "rehabilitation"
label.en = "Rehabilitation"

[driver.hours]
kind = "number"
role = "rehabilitation"
label.en = "Hours"
when = { rehab = true }
least = 2
most = 40

[driver.place]
kind = "choice"
role = "rehabilitation"
label.en = "Where"
when = { hours = { least = 1 } }
choice.home = { label.en = "At home", offered = false, why.en = "Not here" }
choice.clinic.label.en = "Here"

[driver.guest]
kind = "yes_no"
role = "extras"
label.en = "A guest"
when = { rehab = true }

[driver.meals]
kind = "number"
role = "extras"
label.en = "Meals"
when = { rehab = true }
least = 0
most = 90
default = 3

[driver.arrival]
kind = "date"
role = "about_you"
label.en = "Arrival"
when = { nights = { least = 1 } }

[rule.fat]
when = { cells = "fat", rehab = false }
why.en = "Fat only with rehabilitation."

[group.care]
label.en = "Care"

[charge.own]
label.en = "Own cells"
group = "care"
when = { cells = "own" }
per = "sessions"
price = { low = 90, likely = 100, high = 120 }

[charge.cord]
label.en = "Cord cells"
group = "care"
when = { cells = "cord" }
on_request = true

[charge.ward]
label.en = "Ward"
group = "care"
per = "nights"
price = 10

[charge.training]
label.en = "Training"
group = "care"
per = "hours"
price = 7

[charge.food]
label.en = "Food"
group = "care"
per = "meals"
price = 0.5

[notice.not_included]
kind = "not_included"
text.en = "Flights"

[notice.about]
kind = "about_this_estimate"
text.en = "An estimate"
"""
OLD = pricing.read(TEXT)
PLAN: dict[str, Any] = {"cells": "own", "sessions": 1, "nights": 0, "rehab": False, "guest": True}


def three(low: str, likely: str, high: str) -> tuple[Decimal, ...]:
    return Decimal(low), Decimal(likely), Decimal(high)


def other(**changes: Any) -> dict[tuple[str, str | bool], Any]:
    """The alternatives to a plan by driver and answer."""
    found = sensitivity(OLD, {**PLAN, **changes})
    assert len({(one.driver, one.answer) for one in found}) == len(found)
    return {(one.driver, one.answer): one for one in found}


def with_change(*changes: tuple[str, str]) -> PriceTable:
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return pricing.read(text)


def test_a_number_goes_one_step_down_and_one_up_where_it_can() -> None:
    assert [key for key in other(sessions="1.5") if key[0] == "sessions"] == [
        ("sessions", "1"),
        ("sessions", "2"),
    ]
    assert [key for key in other(sessions=1) if key[0] == "sessions"] == [("sessions", "1.5")]
    assert [key for key in other(sessions=3) if key[0] == "sessions"] == [("sessions", "2.5")]


def test_a_change_is_told_for_the_low_the_likely_and_the_high_total() -> None:
    up = other(sessions=2)["sessions", "2.5"]
    # High is 3 sessions and then 3.2, as far as the question goes.
    assert up.change == three("45.00", "50.00", "24.00")
    assert (up.problems, up.assumed, up.on_request) == ((), {}, ())


def test_a_choice_goes_to_each_other_offered_one() -> None:
    found = other()
    assert [key for key in found if key[0] == "cells"] == [("cells", "cord"), ("cells", "fat")]
    cord = found["cells", "cord"]
    assert cord.change == three("-90.00", "-100.00", "-240.00")
    assert cord.on_request == ("cord",)


def test_what_was_on_request_already_is_not_told_again() -> None:
    assert other(cells="cord")["nights", "1"].on_request == ()


def test_a_plan_that_would_be_refused_brings_its_problems_and_no_change() -> None:
    fat = other()["cells", "fat"]
    assert fat.change is None
    assert [(problem.driver, problem.kind) for problem in fat.problems] == [
        ("rehab", "answer_refused_by_rule")
    ]


def test_a_day_that_is_newly_asked_for_cannot_be_assumed() -> None:
    more = other()["nights", "1"]
    assert more.change is None
    assert [(problem.driver, problem.kind) for problem in more.problems] == [("arrival", "answer_missing")]


def test_days_have_no_nearest_other() -> None:
    found = other(nights=2, arrival="2026-03-01")
    assert [key for key in found if key[0] == "arrival"] == []
    assert found["nights", "3"].change == three("10.00", "10.00", "10.00")


def test_what_is_newly_asked_takes_its_default_or_the_least_and_is_told() -> None:
    yes = other()["rehab", True]
    # The answer about a guest was given while nobody asked, so it counts for nothing.
    assert yes.assumed == {"hours": "2", "place": "clinic", "guest": False, "meals": "3"}
    assert yes.change == three("15.50", "15.50", "15.50")
    no = other(rehab=True, hours=4, place="clinic", meals=0)["rehab", False]
    assert no.assumed == {}
    assert no.change == three("-28.00", "-28.00", "-28.00")


def test_only_what_was_asked_is_changed() -> None:
    assert {driver for driver, _ in other()} == {"cells", "sessions", "nights", "rehab"}


def test_a_plan_that_is_refused_itself_has_no_alternatives() -> None:
    with pytest.raises(pricing.BadAnswers):
        sensitivity(OLD, {**PLAN, "sessions": 9})


def test_exploring_does_not_depend_on_the_callers_decimal_context() -> None:
    for seed in range(40):
        plan = Table(seed)
        table = pricing.read(plan.text)
        try:
            wanted = sensitivity(table, plan.answers)
        except pricing.BadAnswers:
            continue
        with decimal.localcontext(decimal.Context(prec=1, Emax=1, Emin=-1, traps=[decimal.Rounded])):
            assert sensitivity(pricing.read(plan.text), plan.answers) == wanted


@given(st.data(), possible_plans())
@settings(suppress_health_check=list(HealthCheck), max_examples=60)
def test_a_plan_costs_the_same_whatever_plan_it_is_worked_out_from(
    data: st.DataObject, plan: PossiblePlan
) -> None:
    table, answers, breakdown = plan
    values = check(table, answers)
    others, problems = look(table, data.draw(answers_for(table)))
    assume(not problems)
    near = Near(table, others)
    assert near.total_of(values) == near.total_of(values) == Near(table, values).total
    found, on_request, package = near.total_of(values)
    assert [str(each) for each in found] == [str(each) for each in breakdown.totals["total"]]
    assert (on_request, package) == (breakdown.on_request, breakdown.package)
    assert near.total == total(table, others)


@pytest.mark.long
def test_every_alternative_is_the_difference_of_two_estimates() -> None:
    changed = 0
    for seed in range(120):
        plan = Table(seed)
        table = pricing.read(plan.text)
        try:
            base = pricing.estimate(table, plan.answers)
        except pricing.BadAnswers:
            continue
        for one in sensitivity(table, plan.answers):
            answers = {**base.answers, **one.assumed, one.driver: one.answer}
            if one.change is None:
                with pytest.raises(pricing.BadAnswers) as refusal:
                    pricing.estimate(table, answers)
                assert refusal.value.problems == one.problems
                continue
            found = pricing.estimate(table, answers)
            assert set(found.answers) <= {*base.answers, *one.assumed}
            after, before = found.totals["total"], base.totals["total"]
            assert one.change == tuple(new - old for old, new in zip(before, after, strict=True))
            assert set(one.on_request) == set(found.on_request) - set(base.on_request)
            changed += any(one.change)
    assert changed > 100


# Two tables


def test_a_table_does_not_differ_from_itself() -> None:
    assert difference(OLD, pricing.read(pricing.write(OLD))) == []


def test_parts_are_changed_key_by_key() -> None:
    new = with_change(
        ('version = "1"', 'version = "2"\nround_to = 0.05'),
        ('country = "IN"', 'country = "MX"\nphone = "1"'),
        ("price = 10\n", "price = 12\nincluded = 1\n"),
        ('choice.own.label.en = "Own"', 'choice.own.label.ar = "ذاتي"\nchoice.own.label.en = "Own"'),
        ("most = 40", "most = 50"),
    )
    assert difference(OLD, new) == [
        PartChange(
            "",
            "changed",
            (KeyChange("version", '"1"', '"2"'), KeyChange("round_to", None, "0.05")),
            None,
        ),
        PartChange(
            "provider",
            "changed",
            (KeyChange("country", '"IN"', '"MX"'), KeyChange("phone", None, '"1"')),
            None,
        ),
        PartChange("driver.cells.choice.own", "changed", (KeyChange("label.ar", None, '"ذاتي"'),), None),
        PartChange("driver.hours", "changed", (KeyChange("most", "40", "50"),), None),
        PartChange(
            "charge.ward", "changed", (KeyChange("price", "10", "12"), KeyChange("included", None, "1")), None
        ),
    ]


ADDED = '[charge.visa]\nlabel.en = "Visa"\ngroup = "care"\nprice = 1\n[notice.not_included]'


def test_parts_are_added_and_removed() -> None:
    new = with_change(("[notice.not_included]", ADDED))
    assert difference(OLD, new) == [PartChange("charge.visa", "added", (), None)]
    assert difference(new, OLD) == [PartChange("charge.visa", "removed", (), None)]


def test_a_code_that_vanished_beside_one_with_its_label_is_perhaps_renamed() -> None:
    new = with_change(("[charge.ward]", "[charge.room]"), ("[notice.not_included]", ADDED))
    assert difference(OLD, new) == [
        PartChange("charge.ward", "removed", (), "charge.room"),
        PartChange("charge.room", "added", (), "charge.ward"),
        PartChange("charge.visa", "added", (), None),
    ]
    choice = with_change(('choice.own.label.en = "Own"', 'choice.self.label.en = "Own"'), ('"own"', '"self"'))
    assert [change for change in difference(OLD, choice) if change.change != "changed"] == [
        PartChange("driver.cells.choice.own", "removed", (), "driver.cells.choice.self"),
        PartChange("driver.cells.choice.self", "added", (), "driver.cells.choice.own"),
    ]


def test_another_label_or_another_kind_is_no_renaming() -> None:
    new = with_change(
        ("[charge.ward]", "[charge.room]"),
        ('label.en = "Ward"', 'label.en = "Room"'),
        ("[notice.not_included]", '[group.more]\nlabel.en = "Ward"\n[notice.not_included]'),
    )
    assert [(change.place, change.perhaps_renamed) for change in difference(OLD, new)] == [
        ("charge.ward", None),
        ("group.more", None),
        ("charge.room", None),
    ]


def test_each_vanished_code_has_a_successor_of_its_own() -> None:
    twice = "".join(f'[charge.{code}]\nlabel.en = "Scan"\ngroup = "care"\nprice = 1\n' for code in ("a", "b"))
    turned = twice.replace("charge.a", "charge.c").replace("charge.b", "charge.d")
    old = with_change(("[notice.not_included]", twice + "[notice.not_included]"))
    new = with_change(("[notice.not_included]", turned + "[notice.not_included]"))
    assert [(change.place, change.perhaps_renamed) for change in difference(old, new)] == [
        ("charge.a", "charge.c"),
        ("charge.b", "charge.d"),
        ("charge.c", "charge.a"),
        ("charge.d", "charge.b"),
    ]


@pytest.mark.long
def test_five_thousand_renamed_charges_are_told_as_soon_as_one() -> None:
    def table(kind: str) -> PriceTable:
        more = "".join(
            f'[charge.{kind}_{number}]\nlabel.en = "Item {number}"\ngroup = "care"\nprice = 1\n'
            for number in range(5_000)
        )
        return pricing.read(TEXT + more)

    changes = difference(table("old"), table("new"))
    assert len(changes) == 10_000
    assert all(change.perhaps_renamed for change in changes)


@pytest.mark.long
@settings(suppress_health_check=list(HealthCheck))
@given(price_tables(), price_tables())
def test_what_one_table_has_more_the_other_has_less(old: PriceTable, new: PriceTable) -> None:
    """Forwards and backwards tell the same, turned round."""
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    forwards = {(change.place, change.change) for change in difference(old, new)}
    backwards = {(change.place, turned[change.change]) for change in difference(new, old)}
    assert forwards == backwards
    assert not difference(new, new)


# Many plans


def test_an_effect_is_both_totals_of_a_plan_or_its_problems() -> None:
    new = with_change(
        ("price = { low = 90, likely = 100, high = 120 }", "price = 200"), ("most = 30", "most = 2")
    )
    plans = [PLAN, {**PLAN, "nights": 3, "arrival": "2026-01-01"}, {**PLAN, "cells": "nothing"}]
    first, second, third = effect(OLD, new, plans)
    assert [one.answers for one in (first, second, third)] == plans
    assert first.old.total == three("90.00", "100.00", "240.00")
    assert first.new.total == three("200.00", "200.00", "400.00")
    assert second.old.total == three("120.00", "130.00", "270.00")
    assert second.new.total is None
    assert [(problem.driver, problem.kind) for problem in second.new.problems] == [
        ("nights", "answer_above_most")
    ]
    assert third.old == third.new
    assert [problem.driver for problem in third.old.problems] == ["cells"]


def test_an_effect_tells_what_is_on_request() -> None:
    (one,) = effect(OLD, with_change(("on_request = true", "price = 1")), [{**PLAN, "cells": "cord"}])
    assert (one.old.on_request, one.new.on_request) == (("cord",), ())


def test_plans_are_priced_one_by_one_as_they_are_asked_for() -> None:
    taken = []

    def plans() -> Iterator[dict[str, Any]]:
        for number in count():
            taken.append(number)
            yield {**PLAN, "nights": number}

    found = effect(OLD, OLD, plans())
    assert taken == []
    assert len(list(islice(found, 3))) == 3
    assert taken == [0, 1, 2]
