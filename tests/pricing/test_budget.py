"""What a budget buys: the nearest plans that fit, changed no further than they have to be, and never what is given."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import pricing
from pricing import budget
from pricing.budget import MOST_PLANS, Bought, is_varied, within
from pricing.explore import outcome
from tests.pricing.ranged_list import LIST, charge, listed
from tests.pricing.strategies import PossiblePlan, possible_plans
from tests.pricing.test_lowest import shipped

CHARGES = "".join(
    (
        charge("session", 'per = "sessions"\nprice = 1000'),
        charge("night", 'per = "nights"\nprice = 100'),
        charge("cord", 'when = { cells = "cord" }\nprice = 400'),
        charge("single", 'when = { room = "single" }\nper = "nights"\nprice = 60'),
        charge("training", "when = { rehab = true }\nprice = 700"),
        charge("hotel", 'per = "hotel"\nprice = 50'),
    )
)
PLAN = {"cells": "cord", "sessions": 3, "nights": 10, "room": "single", "rehab": True, "hotel": 4}
"""By hand: 3,000 + 1,000 + 400 + 600 + 700 + 200 = 5,900."""


def bought(amount: int | str, text: str = CHARGES, **changes: Any) -> Bought:
    return within(listed(text), {**PLAN, **changes}, Decimal(amount))


def changed(found: Bought) -> list[dict[str, str | bool]]:
    return [dict(plan.changes) for plan in found.plans]


def test_a_budget_above_the_plan_says_what_is_left_and_proposes_nothing() -> None:
    found = bought(6000)
    assert (found.left, found.plans, found.least) == (Decimal(100), (), None)
    assert found.now[1] == Decimal(5900)
    assert not found.high_fits, "another session and three more nights do not"
    assert bought(10_000).high_fits


def test_exactly_the_plan_fits() -> None:
    assert bought(5900).left == 0
    assert bought("5899.99").left == Decimal("-0.01")


def test_one_answer_alone_is_changed_no_further_than_it_has_to_be() -> None:
    found = bought(5740)
    assert changed(found) == [{"nights": "9"}, {"hotel": "0"}, {"cells": "own"}]
    assert [plan.total[1] for plan in found.plans] == [Decimal(5740), Decimal(5700), Decimal(5500)]


def test_the_nearest_number_that_fits_is_found_among_many() -> None:
    assert {"nights": "4"} in changed(bought(5000))


def test_several_answers_are_changed_where_one_is_not_enough() -> None:
    found = bought(2500)
    for plan in found.plans:
        assert plan.total[1] <= 2500
        assert len(plan.changes) > 1
    assert found.plans


def test_no_change_is_left_that_could_be_taken_back() -> None:
    table = listed(CHARGES)
    for amount in range(1200, 5900, 190):
        for plan in within(table, PLAN, Decimal(amount)).plans:
            for code in plan.changes:
                others = {other: answer for other, answer in plan.changes.items() if other != code}
                total = outcome(table, {**PLAN, **others}).total
                assert total is not None
                assert total[1] > amount, (amount, plan.changes, code)


def test_a_plan_says_whether_its_high_end_fits_as_well() -> None:
    found = bought(5740, CHARGES.replace("price = 700", "price = { low = 1, likely = 700, high = 700 }"))
    assert not any(plan.high_fits for plan in found.plans)
    still = pricing.read(
        LIST.replace("varies = { less = 1, more = 1 }", "").replace("varies = { more = 3 }", "") + CHARGES
    )
    assert all(plan.high_fits for plan in within(still, PLAN, Decimal(5740)).plans)


def test_what_a_rule_refuses_is_never_proposed() -> None:
    rule = (
        '\n[rule.stay]\nwhen = { sessions = { least = 2 }, nights = { most = 8 } }\nwhy.en = "Too short."\n'
    )
    for amount in (5740, 5000, 4000, 2500):
        for plan in bought(amount, CHARGES + rule).plans:
            answers = {**PLAN, **plan.changes}
            assert int(str(answers["sessions"])) < 2 or int(str(answers["nights"])) > 8


def test_the_question_about_the_patient_a_day_and_an_amount_keep_their_answers() -> None:
    own = (
        '\n[driver.breathing]\nkind = "yes_no"\nrole = "about_you"\nlabel.en = "Machine"\n'
        '\n[driver.flights]\nkind = "number"\nrole = "extras"\nlabel.en = "Flights"\nleast = 0\nmost = 9000\n'
        "money = true\n"
        + charge("machine", "when = { breathing = true }\nprice = 5000")
        + charge("flights", 'per = "flights"\nprice = 1')
    )
    found = bought(12_000, CHARGES + own, breathing=True, flights=2000, arrival="2026-06-01")
    assert found.now[1] == Decimal(12_900)
    assert found.plans
    for plan in found.plans:
        assert not {"breathing", "flights", "arrival"} & set(plan.changes)
    table = listed(CHARGES + own)
    assert [driver.code for driver in table.drivers if not is_varied(driver, table)] == [
        "arrival",
        "breathing",
        "flights",
    ]


def test_a_question_that_was_left_open_stays_open() -> None:
    found = within(listed(CHARGES), {code: PLAN[code] for code in PLAN if code != "hotel"}, Decimal(5000))
    assert found.at_least
    assert all("hotel" not in plan.changes and plan.at_least for plan in found.plans)


def test_a_plan_is_not_cheap_because_its_price_is_not_known() -> None:
    text = CHARGES.replace(
        'when = { cells = "cord" }\nprice = 400', 'when = { cells = "own" }\non_request = true'
    )
    for plan in bought(5000, text).plans:
        assert "cells" not in plan.changes
        assert not plan.at_least


def test_a_plan_that_asks_one_more_question_says_what_was_filled_in() -> None:
    asked = (
        '\n[driver.walks]\nkind = "number"\nrole = "extras"\nlabel.en = "Walks"\nleast = 1\nmost = 3\n'
        "when = { rehab = false }\n"
    )
    found = bought(5300, CHARGES + asked)
    (plan,) = [plan for plan in found.plans if "rehab" in plan.changes]
    assert dict(plan.assumed) == {"walks": "1"}


def test_a_budget_below_everything_says_the_least_that_the_list_comes_to() -> None:
    found = bought(500)
    assert found.plans == ()
    assert found.least == Decimal(1000)
    assert found.cheapest is not None
    assert found.cheapest.total[1] == found.least
    assert dict(found.cheapest.changes) == {
        "cells": "own",
        "sessions": "1",
        "nights": "0",
        "rehab": False,
        "hotel": "0",
    }, "the room makes no difference to a stay of no nights"


def test_the_cheapest_plan_is_not_shown_where_it_takes_an_answer_to_a_new_question() -> None:
    asked = (
        '\n[driver.walks]\nkind = "choice"\nrole = "extras"\nlabel.en = "Walks"\nwhen = { rehab = false }\n'
        'choice.led.label.en = "Led"\nchoice.alone.label.en = "Alone"\n'
        + charge("led", 'when = { walks = "led" }\nprice = 50')
    )
    found = bought(500, CHARGES + asked)
    assert (found.least, found.cheapest) == (Decimal(1000), None)


def test_the_cheapest_plan_of_a_shipped_list_is_shown_with_all_that_it_changes() -> None:
    answers = {"cells": "umbilical", "sessions": 4, "room": "single", "nights": 14, "rehab": "intensive"}
    answers |= {
        "rehab_days": 10,
        "companions": 1,
        "transfer": "van",
        "visa": True,
        "flights": 2200,
        "own_mri": False,
    }
    found = within(shipped("delhi"), answers, Decimal(3000))
    assert found.cheapest is not None
    assert found.cheapest.total[1] == found.least == Decimal("4866.80")
    assert found.cheapest.changes["transfer"] == "none"
    assert "visa" not in found.cheapest.changes


FACT = (
    '\n[group.visas]\ntotal = "others"\nlabel.en = "Visas"\n'
    '\n[driver.visa]\nkind = "yes_no"\nrole = "extras"\nlabel.en = "Visa"\n'
    '\n[charge.visa]\ngroup = "visas"\nlabel.en = "Visa"\nwhen = { visa = true }\nprice = 200\n'
)


def test_one_on_in_exchange_for_another_is_found_where_a_rule_wants_one_of_them() -> None:
    table = shipped("mexico")
    answers = {
        "cells": "donor",
        "iv": True,
        "iv_dose": "m100",
        "intrathecal": False,
        "local": False,
        "sessions": "1",
        "nights": "0",
        "rehab": False,
        "caregiver": False,
        "own_mri": True,
        "hotel": "0",
        "flights": "0",
        "transport": "0",
        "breathing": False,
        "blood_thinners": "no",
        "infection": False,
    }
    assert pricing.estimate(table, answers).totals["total"][1] == Decimal(3850)
    (plan,) = within(table, answers, Decimal(3500)).plans
    assert plan.total[1] <= 3500
    assert plan.changes["iv"] is False
    assert any(plan.changes.get(code) for code in ("intrathecal", "local"))


def test_a_fact_such_as_a_visa_is_no_saving() -> None:
    """Whoever needs a visa cannot choose to need none; what is fixed for others counts in the least as well."""
    found = bought(5950, CHARGES + FACT, visa=True)
    assert found.now[1] == Decimal(6100)
    assert found.plans
    assert all("visa" not in plan.changes for plan in found.plans)
    below = bought(500, CHARGES + FACT, visa=True)
    assert below.least == Decimal(1200)
    assert below.cheapest is not None
    assert "visa" not in below.cheapest.changes


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("delhi", {"visa", "flights", "own_mri", "breathing", "blood_thinners", "infection"}),
        (
            "japan",
            {
                "hotel",
                "flights",
                "transport",
                "recent",
                "own_mri",
                "breathing",
                "blood_thinners",
                "infection",
            },
        ),
        ("mexico", {"hotel", "flights", "transport", "own_mri", "breathing", "blood_thinners", "infection"}),
    ],
)
def test_what_is_a_fact_in_the_shipped_lists_is_never_varied(name: str, facts: set[str]) -> None:
    table = shipped(name)
    assert {driver.code for driver in table.drivers if not is_varied(driver, table)} == facts


def test_the_least_is_not_told_where_discounts_hide_it() -> None:
    found = bought(10, CHARGES + charge("less", 'percent = -10\nof = ["session"]'))
    assert (found.plans, found.least) == ((), None)


def test_where_every_answer_is_the_cheapest_nothing_is_proposed() -> None:
    found = bought(900, cells="own", sessions=1, nights=0, room="ward", rehab=False, hotel=0)
    assert (found.left, found.plans, found.least) == (Decimal(-100), (), Decimal(1000))
    assert found.cheapest is not None
    assert not found.cheapest.changes


def test_a_search_ends_after_so_many_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MOST_TRIED", 3)
    assert len(bought(2500).plans) <= MOST_PLANS
    monkeypatch.setattr(budget, "MOST_TRIED", 0)
    assert bought(2500).plans == ()


def test_a_step_down_that_makes_it_dearer_is_not_taken() -> None:
    """Short stays cost more here, so that only other answers help."""
    text = CHARGES + charge("short", "when = { nights = { most = 9 } }\nprice = 5000")
    for plan in bought(5000, text).plans:
        assert "nights" not in plan.changes


def test_answers_that_make_no_plan_buy_nothing() -> None:
    with pytest.raises(pricing.BadAnswers):
        bought(5000, sessions=99)


@pytest.mark.long
@given(possible_plans())
@settings(suppress_health_check=list(HealthCheck), max_examples=40)
def test_every_plan_that_is_proposed_fits_and_changes_only_what_may_be(
    plan: PossiblePlan,
) -> None:
    table, answers, breakdown = plan
    likely = breakdown.totals["total"][1]
    amount = likely * Decimal("0.7") if likely > 0 else likely - 1
    found = within(table, answers, amount)
    drivers = {driver.code: driver for driver in table.drivers}
    assert len(found.plans) <= MOST_PLANS
    for one in found.plans:
        assert all(is_varied(drivers[code], table) for code in one.changes)
        made = pricing.estimate(table, {**breakdown.answers, **one.changes, **one.assumed})
        assert made.totals["total"] == one.total
        assert one.total[1] <= amount
        assert one.high_fits == (max(one.total) <= amount)
        assert set(made.on_request) <= set(breakdown.on_request)
