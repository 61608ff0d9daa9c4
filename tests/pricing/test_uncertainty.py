"""The range of a total is explained: part by part and cause by cause, to the cent, with what would make it narrower."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import pricing
from pricing.answers import check
from pricing.charges import HIGH, LIKELY, LOW
from pricing.estimate import Mix, Near
from pricing.range_data import as_data
from pricing.uncertainty import (
    MOST_PRICES,
    Cause,
    Narrowing,
    Open,
    Spread,
    Uncertainty,
    explain,
    of_breakdown,
)
from tests.pricing.ranged_list import MEDICINES, NIGHT, PLAN, SESSION, charge, listed
from tests.pricing.strategies import PossiblePlan, possible_plans


def told(charges: str, *supposed: str, **changes: Any) -> Uncertainty:
    return explain(listed(charges), {**PLAN, **changes}, supposed)


def amounts(found: Uncertainty) -> dict[str, str]:
    return {spread.code: str(spread.amount) for spread in found.spreads}


def test_a_number_that_is_not_known_exactly_is_the_cause_of_what_it_makes_of_each_part() -> None:
    found = told(SESSION + NIGHT)
    assert (found.low, found.high, found.width) == (Decimal(1400), Decimal(3700), Decimal(2300))
    assert found.spreads == (
        Spread("item", "session", Decimal(2000), (Cause("number", "sessions", Decimal(2000)),)),
        Spread("item", "night", Decimal(300), (Cause("number", "nights", Decimal(300)),)),
    )


def test_a_price_that_is_a_range_is_a_cause_of_its_own() -> None:
    found = told(MEDICINES)
    assert found.spreads == (
        Spread("item", "medicines", Decimal(150), (Cause("price", "medicines", Decimal(150)),)),
    )
    assert found.narrowings == (Narrowing("price", "medicines", None, Decimal(150)),)


def test_what_two_causes_make_together_is_shared_between_them_to_the_cent() -> None:
    """By hand: 1 x 10.00 = 10 to 3 x 10.05 = 30.15. Sessions alone 20.00 or 20.10, the price alone 0.05 or 0.15."""
    text = charge("session", 'per = "sessions"\nprice = { low = 10, likely = 10, high = 10.05 }')
    (spread,) = told(text).spreads
    assert spread.amount == Decimal("20.15")
    assert spread.causes == (
        Cause("number", "sessions", Decimal("20.05")),
        Cause("price", "session", Decimal("0.10")),
    )


def test_half_a_cent_of_two_causes_is_one_cent_of_one_of_them() -> None:
    """By hand: 1 x 0.05 = 0.05 to 3 x 0.06 = 0.18; sessions 0.10 or 0.12, the price 0.01 or 0.03: 0.11 and 0.02."""
    text = charge("session", 'per = "sessions"\nprice = { low = 0.05, likely = 0.05, high = 0.06 }')
    (spread,) = told(text).spreads
    assert [str(cause.amount) for cause in spread.causes] == ["0.11", "0.02"]
    odd = charge("session", 'per = "nights"\nprice = { low = 0.05, likely = 0.05, high = 0.06 }')
    # 4 x 0.05 = 0.20 to 7 x 0.06 = 0.42; nights 0.15 or 0.18, the price 0.07 or 0.04: 0.165 and 0.055.
    (spread,) = told(odd).spreads
    assert [str(cause.amount) for cause in spread.causes] == ["0.17", "0.05"]


def test_a_percentage_and_a_tax_follow_what_they_are_taken_of() -> None:
    text = (
        SESSION
        + MEDICINES
        + charge("fee", 'percent = 10\nof = ["medicines", "session"]')
        + '\n[tax.gst]\nlabel.en = "GST"\npercent = 5\nof = ["medicines"]\n'
    )
    found = told(text)
    assert amounts(found) == {"session": "2000.00", "fee": "215.00", "medicines": "150.00", "gst": "7.50"}
    by_code = {spread.code: spread for spread in found.spreads}
    assert by_code["fee"].causes == (
        Cause("number", "sessions", Decimal(200)),
        Cause("follows", "fee", Decimal(15)),
    )
    assert by_code["gst"] == Spread(
        "tax", "gst", Decimal("7.50"), (Cause("follows", "gst", Decimal("7.50")),)
    )
    assert [(cause.code, str(cause.amount)) for cause in found.causes] == [
        ("sessions", "2200.00"),
        ("medicines", "150.00"),
        ("fee", "15.00"),
        ("gst", "7.50"),
    ]


def test_a_discount_makes_the_range_narrower_and_says_so_by_its_sign() -> None:
    found = told(SESSION + charge("discount", 'percent = -10\nof = ["session"]'))
    assert amounts(found) == {"session": "2000.00", "discount": "-200.00"}


def test_what_is_no_part_of_the_total_makes_none_of_its_range() -> None:
    reserve = charge("unplanned", 'per = "nights"\nprice = 900').replace('"care"', '"reserve"')
    inside = '\n[tax.vat]\nlabel.en = "VAT"\npercent = 5\nincluded = true\nof = ["session"]\n'
    found = told(SESSION + reserve + inside)
    assert amounts(found) == {"session": "2000.00"}


def test_what_one_cause_adds_and_the_other_takes_away_again_is_no_part_of_the_range() -> None:
    """By hand: 1 and 8 units cost 10, 2 and 4 units 15, so that either number alone adds 5, and the other takes it."""
    steps = "stairstep = [{ up_to = 1, price = 10 }, { up_to = 4, price = 15 }, { price = 10 }]"
    found = told(SESSION + charge("both", f'per = ["sessions", "nights"]\n{steps}'), sessions=1, nights=1)
    assert amounts(found) == {"session": "1000.00"}


def test_a_plan_without_a_range_has_nothing_to_explain() -> None:
    found = told(charge("visit", "price = 100"))
    assert (found.width, found.spreads, found.causes, found.narrowings) == (0, (), (), ())
    assert not found.at_least


def test_a_price_that_falls_with_the_number_turns_the_ends_round() -> None:
    """By hand: 4 nights at 100 are 400, and 7 at 50 are 350."""
    text = charge("night", 'per = "nights"\nvolume = [{ up_to = 5, price = 100 }, { price = 50 }]')
    found = told(text)
    assert (found.low, found.high) == (Decimal(350), Decimal(400))
    assert amounts(found) == {"night": "50.00"}


def test_what_each_thing_takes_off_when_it_is_known_comes_with_the_most_first() -> None:
    found = told(SESSION + NIGHT + MEDICINES)
    assert found.narrowings == (
        Narrowing("number", "sessions", "2", Decimal(2000)),
        Narrowing("number", "nights", "4", Decimal(300)),
        Narrowing("price", "medicines", None, Decimal(150)),
    )


def test_a_percentage_whose_own_percent_is_a_range_can_be_known_as_well() -> None:
    """By hand: 5 to 15 per cent of 100, 10 at most to be known."""
    text = charge("visit", "price = 100") + charge(
        "fee", 'percent = { low = 5, likely = 10, high = 15 }\nof = ["visit"]'
    )
    assert told(text).narrowings == (Narrowing("price", "fee", None, Decimal(10)),)


def test_a_package_whose_price_is_a_range_can_be_known_as_well() -> None:
    text = SESSION + (
        '\n[package.two]\nlabel.en = "Two"\ngroup = "care"\n'
        "price = { low = 900, likely = 1000, high = 1300 }\ncovers = { session = 2 }\n"
    )
    found = told(text)
    assert amounts(found) == {"session": "1000.00", "two": "400.00"}
    assert found.narrowings == (
        Narrowing("number", "sessions", "2", Decimal(1000)),
        Narrowing("price", "two", None, Decimal(400)),
    )


def test_of_many_prices_that_are_ranges_the_widest_are_told() -> None:
    text = "".join(
        charge(f"item_{each}", f"price = {{ low = 1, likely = 1, high = {each + 2} }}")
        for each in range(MOST_PRICES + 3)
    )
    assert [each.code for each in told(text).narrowings] == [
        f"item_{each}" for each in range(MOST_PRICES + 2, 2, -1)
    ]


OPEN = "".join(
    (
        charge("attendant", "when = { attendant = true }\nprice = 300"),
        charge("visa", 'per = "companions"\nprice = 80'),
        charge("hotel", 'per = "hotel"\nprice = 50'),
        charge("season", "when = { arrival = { months = [6] } }\nprice = 10"),
        charge("cook", 'when = { diet = "own" }\non_request = true'),
    )
)


def test_questions_that_were_left_open_are_in_no_range_and_say_what_an_answer_changes() -> None:
    found = told(SESSION + OPEN)
    assert found.at_least
    assert found.open == (
        Open("attendant", False, Decimal(0), Decimal(300), False),
        Open("companions", False, None, None, False),
        Open("hotel", False, Decimal(100), Decimal(450), False),
        Open("arrival", False, None, None, False),
        Open("diet", False, Decimal(0), Decimal(0), True),
    )


def test_a_question_that_took_its_default_says_what_another_answer_changes() -> None:
    text = SESSION + charge("single", 'when = { room = "single" }\nper = "nights"\nprice = 60')
    assert told(text, "room").open == (Open("room", True, Decimal(240), Decimal(240), False),)
    assert told(text).open == ()
    assert told(SESSION, "room", "unheard_of").open == (), "the room makes no difference"


def test_an_answer_that_a_rule_refuses_changes_nothing() -> None:
    rule = '\n[rule.no]\nwhen = { attendant = true }\nwhy.en = "Not here."\n'
    found = {each.driver: each for each in told(SESSION + OPEN + rule).open}
    assert found["attendant"] == Open("attendant", False, Decimal(0), Decimal(0), False)


def test_what_is_on_request_at_one_end_is_in_no_range() -> None:
    text = SESSION + charge("night", 'per = "nights"\ngraduated = [{ up_to = 5, price = 100 }]')
    found = told(text)
    assert found.at_least
    assert sum(spread.amount for spread in found.spreads) == found.width


def test_answers_that_make_no_plan_have_no_range() -> None:
    with pytest.raises(pricing.BadAnswers):
        told(SESSION, sessions=99)


@pytest.mark.long
@given(possible_plans())
@settings(suppress_health_check=list(HealthCheck), max_examples=60)
def test_parts_and_causes_add_up_to_the_width_of_every_range(
    plan: PossiblePlan,
) -> None:
    table, answers, breakdown = plan
    totals = breakdown.totals["total"]
    found = explain(table, answers, breakdown.answers)
    assert found.width == max(totals) - min(totals)
    assert sum(spread.amount for spread in found.spreads) == found.width
    assert sum(cause.amount for cause in found.causes) == found.width
    for spread in found.spreads:
        assert sum(cause.amount for cause in spread.causes) == spread.amount
    assert all(0 < each.amount <= found.width for each in found.narrowings)
    ends = [totals.index(found.low), len(totals) - 1 - totals[::-1].index(found.high)]
    differs = {
        item.code: (item.amount[ends[1]] or 0) - (item.amount[ends[0]] or 0) for item in breakdown.items
    }
    for spread in found.spreads:
        if spread.kind == "item":
            assert spread.amount == differs[spread.code]


@given(possible_plans())
@settings(suppress_health_check=list(HealthCheck), max_examples=40)
def test_a_mix_of_one_case_alone_is_that_case(plan: PossiblePlan) -> None:
    table, answers, breakdown = plan
    values = check(table, answers)
    numbers = [driver.code for driver in table.drivers if driver.code in values]
    mixes = [Mix(dict.fromkeys(numbers, case), case) for case in (LOW, LIKELY, HIGH)]
    sums = [sum(parts.values(), Decimal(0)) for parts in Near(table, values).mixed(mixes)]
    assert tuple(sums) == breakdown.totals["total"]


@given(possible_plans())
@settings(suppress_health_check=list(HealthCheck), max_examples=40)
def test_where_every_price_is_settled_only_the_numbers_make_a_range(plan: PossiblePlan) -> None:
    table, answers, breakdown = plan
    values = check(table, answers)
    numbers = [driver.code for driver in table.drivers if driver.code in values]
    prices = frozenset([each.code for each in table.charges] + [each.code for each in table.packages])
    for case in (LOW, LIKELY, HIGH):
        mixes = [Mix(dict.fromkeys(numbers, case), other, prices) for other in (LOW, LIKELY, HIGH)]
        first, *others = (sum(parts.values(), Decimal(0)) for parts in Near(table, values).mixed(mixes))
        assert others == [first, first]
        assert case != LIKELY or first == breakdown.totals["total"][LIKELY]


def test_a_range_as_data_has_every_amount_as_text_and_what_cannot_be_told_as_nothing() -> None:
    companions = charge("bed", 'per = "companions"\nprice = 20')
    found = as_data(told(SESSION + NIGHT + companions), listed(SESSION))
    assert (found["low"], found["high"], found["width"]) == ("1400.00", "3700.00", "2300.00")
    assert found["parts"][0] == {
        "kind": "item",
        "code": "session",
        "amount": "2000.00",
        "causes": [{"kind": "number", "code": "sessions", "amount": "2000.00"}],
    }
    assert [(each["code"], each["known"], each["amount"]) for each in found["narrower"]] == [
        ("sessions", "2", "2000.00"),
        ("nights", "4", "300.00"),
    ]
    assert found["outside"] == [
        {"question": "companions", "supposed": False, "least": None, "most": None, "on_request": False}
    ]


def test_of_a_stored_breakdown_what_nobody_answered_was_supposed() -> None:
    table = listed(SESSION + charge("single", 'when.room = "single"\nprice = 240'))
    stored = pricing.estimate(table, PLAN).as_dict()
    found = of_breakdown(table, stored, list(PLAN))
    assert found is not None
    assert found.open == (Open("room", True, Decimal(240), Decimal(240), False),)
    found = of_breakdown(table, stored, [*PLAN, "room"])
    assert found is not None
    assert found.open == ()


def test_a_stored_breakdown_without_a_range_or_without_its_answers_is_not_explained() -> None:
    table = listed(charge("session", "price = 1000"))
    stored = pricing.estimate(table, PLAN).as_dict()
    assert of_breakdown(table, stored, list(PLAN)) is None
    some = {"cells": "own", "sessions": 2}
    ranged = listed(SESSION)
    unfinished = pricing.estimate(ranged, some, unfinished=True).as_dict()
    assert of_breakdown(ranged, unfinished, list(some)) is None
