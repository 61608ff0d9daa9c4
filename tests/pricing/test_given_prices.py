"""Prices given for one quote: they stand in for what the list has on request, and for nothing else, for ever."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import pricing
from pricing import quote as quote_content
from pricing import quote_plans
from pricing.currencies import MINOR_UNIT
from pricing.given_prices import WrongPrice, is_price, manner, with_prices
from pricing.quote import Adjustment, Firm, NotAQuote
from pricing.quote_plans import PlanFigures
from pricing.stored import StoredQuote
from pricing.table import PriceTable
from tests.pricing.strategies import answers_for, price_tables
from tests.pricing.test_estimate_rules import HEAD

ANSWERS: dict[str, str | bool] = {"cells": "own", "n": "3", "v": "2", "stay": True, "rehab": False}
ISSUED = datetime(2026, 3, 10, 12, tzinfo=UTC)


def table(*lines: str, currency: str = "USD") -> PriceTable:
    """Return a list with these sections; each gets a label, and a charge or package "care" as its group."""
    text = HEAD.replace('"USD"', f'"{currency}"')
    for line in lines:
        kind, _, rest = line.partition(".")
        code, _, parts = rest.partition(": ")
        group = ', group = "care"' if kind in ("charge", "package") and "group" not in parts else ""
        text += f'{kind}.{code} = {{ label.en = "{code}"{group}, {parts} }}\n'
    return pricing.read(text)


def firm(list_: PriceTable, answers: dict[str, str | bool] | None = None, /, **prices: str) -> Firm:
    given = {code: Decimal(price) for code, price in prices.items()}
    return quote_content.compute(list_, answers or ANSWERS, [], given)


def content(list_: PriceTable, found: Firm, answers: dict[str, str | bool] | None = None) -> StoredQuote:
    return quote_content.content(
        found,
        [],
        number="Q-2026-00017",
        revision=1,
        reference="REQ-7K3M-92QF",
        issued=ISSUED,
        valid_until=date(2026, 4, 9),
        time_zone=list_.time_zone,
        language="en",
        answers=answers or ANSWERS,
    )


def amounts(found: Firm) -> dict[str, str | None]:
    return {item["code"]: item["amount"]["likely"] for item in found.breakdown["items"]}


SCAN = "charge.scan: on_request = true"
WARD = "charge.ward: per = 'n', price = 100"


def test_a_price_is_the_price_of_a_unit_and_everything_else_of_the_charge_stays() -> None:
    """By hand: 3 - 1 included = 2 units, each 10.05, at least 50; 5 % tax on 50."""
    list_ = table(
        "charge.nurse: per = 'n', included = 1, at_least = 50, on_request = true",
        "tax.vat: percent = 5, of = ['nurse']",
    )
    found = firm(list_, nurse="10.05")
    assert amounts(found) == {"nurse": "50.00"}
    assert found.text(found.total) == "52.50"
    assert found.breakdown["items"][0]["steps"] == [
        {"kind": "included", "quantity": "1"},
        {"kind": "unit", "quantity": "2", "price": "10.05", "amount": "20.10"},
        {"kind": "at_least", "bound": "50.00"},
    ]


@pytest.mark.parametrize(
    ("tiers", "comes_to"),
    [
        ("graduated = [{ up_to = 2, price = 30 }]", "85.00"),  # 2 x 30 + 1 x 25
        ("volume = [{ up_to = 2, price = 30 }]", "75.00"),  # 3 x 25
        ("stairstep = [{ up_to = 2, price = 30 }]", "25.00"),  # 25 in all
    ],
)
def test_of_tiers_that_end_it_is_the_price_of_what_lies_beyond(tiers: str, comes_to: str) -> None:
    list_ = table(f"charge.night: per = 'n', {tiers}")
    assert firm(list_).breakdown["on_request"] == ["night"]
    found = firm(list_, night="25")
    assert amounts(found) == {"night": comes_to}
    assert found.given == {"night": Decimal(25)}


def test_within_the_tiers_nothing_is_on_request_so_the_price_is_left_out() -> None:
    list_ = table("charge.night: per = 'n', graduated = [{ up_to = 2, price = 30 }]")
    found = firm(list_, {**ANSWERS, "n": "2"}, night="25")
    assert (found.given, amounts(found)) == ({}, {"night": "60.00"})


def test_what_is_beyond_the_tiers_in_the_highest_case_alone_needs_a_price_as_well() -> None:
    """By hand: 2 likely, 4 at most, the tiers end with 3; the likely amount is the list's."""
    list_ = table("charge.bus: per = 'v', graduated = [{ up_to = 3, price = 30 }]")
    assert firm(list_).breakdown["on_request"] == ["bus"]
    (item,) = firm(list_, bus="7").breakdown["items"]
    assert item["amount"] == {"low": "0.00", "likely": "60.00", "high": "97.00"}


def test_a_price_that_puts_another_charge_on_request_is_followed_by_the_price_of_that_one() -> None:
    """By hand. Without prices the first package is used: 50 and one unit of the ward, 30, instead of 100 for the food.

    With 500 for the scan the second one is, 120 for it, and then three units of the ward are beyond its tiers.
    """
    list_ = table(
        SCAN,
        "charge.ward: per = 'n', graduated = [{ up_to = 2, price = 30 }]",
        "charge.food: price = 100",
        "package.first: price = 50, covers = { food = 'all', ward = 2 }",
        "package.second: price = 120, covers = { scan = 'all' }",
    )
    assert firm(list_).breakdown["on_request"] == ["scan"]
    assert firm(list_, scan="500").breakdown["on_request"] == ["ward"]
    found = firm(list_, scan="500", ward="10")
    assert amounts(found) == {"second": "120.00", "scan": "0.00", "ward": "70.00", "food": "100.00"}
    assert found.given == {"scan": Decimal(500), "ward": Decimal(10)}
    assert quote_content.recompute(content(list_, found), list_).differences == []


def test_the_document_names_the_list_that_was_published() -> None:
    list_ = table(SCAN, WARD)
    said = content(list_, firm(list_, scan="350.00"))
    assert said["table"]["sha256"] == pricing.sha256(list_)
    assert said["priced"] == {"scan": "350.00"}
    assert said["total"] == "650.00"
    assert with_prices(list_, {}) is list_
    assert firm(list_).breakdown["on_request"] == ["scan"], "the list is what it was"


def test_a_quote_without_given_prices_is_byte_for_byte_what_it_was() -> None:
    list_ = table(SCAN, WARD, "charge.more: price = 5")
    without = {**ANSWERS}
    there = pricing.read(pricing.write(list_))
    old = quote_content.as_bytes(content(list_, quote_content.compute(list_, without, [])))
    assert quote_content.as_bytes(content(there, firm(there, ward="3", more="3"))) == old
    assert b"priced" not in old


def test_a_content_with_prices_computes_again_to_itself_and_to_nothing_else() -> None:
    list_ = table(SCAN, WARD)
    stored = json.loads(quote_content.as_bytes(content(list_, firm(list_, scan="350.00"))))
    again = quote_content.recompute(stored, pricing.read(pricing.write(list_)))
    assert (again.differences, again.text) == ([], "650.00")
    cheaper = quote_content.recompute({**stored, "priced": {"scan": "100.00"}}, list_)
    assert {"price", "total", "breakdown.items"} <= set(cheaper.differences)
    assert quote_content.recompute({**stored, "priced": {"scan": "350"}}, list_).differences == ["priced"]
    bare = {key: value for key, value in stored.items() if key != "priced"}
    assert "total" in quote_content.recompute(bare, list_).differences


@pytest.mark.parametrize(
    ("priced", "place"),
    [
        ({"ward": "5.00"}, "priced.ward"),
        ({"scan": "350.00", "ward": "5.00"}, "priced.ward"),
        ({"scan": "350.00", "nothing": "5.00"}, "priced.nothing"),
        ({"scan": "0.00"}, "priced.scan"),
        ({"scan": "-5.00"}, "priced.scan"),
        ({"scan": "0.001"}, "priced.scan"),
        ({"scan": "1" + 15 * "0"}, "priced.scan"),
        ({"scan": 5}, "priced.scan"),
        ({}, "priced"),
        (["scan"], "priced"),
        (None, "priced"),
    ],
)
def test_a_content_whose_prices_can_be_none_is_refused_with_the_place(priced: Any, place: str) -> None:
    list_ = table(SCAN, WARD)
    said = {**content(list_, firm(list_, scan="350.00")), "priced": priced}
    with pytest.raises(NotAQuote) as refused:
        quote_content.recompute(said, list_)
    assert refused.value.place == place


@pytest.mark.parametrize(
    ("code", "price"),
    [
        ("ward", "5"),
        ("share", "5"),
        ("open", "5"),
        ("care", "5"),
        ("scan", "0"),
        ("scan", "-1"),
        ("scan", "NaN"),
    ],
)
def test_a_price_for_what_is_not_on_request_and_no_price_are_refused_with_the_place(
    code: str, price: str
) -> None:
    list_ = table(
        SCAN,
        WARD,
        "charge.share: percent = 5, of = ['ward']",
        "charge.open: per = 'n', volume = [{ up_to = 2, price = 9 }, { price = 8 }]",
    )
    with pytest.raises(WrongPrice) as refused:
        with_prices(list_, {code: Decimal(price)})
    assert (refused.value.place, refused.value.code) == (f"priced.{code}", code)
    assert isinstance(refused.value, ValueError)


def test_a_price_has_the_decimals_of_its_currency() -> None:
    assert is_price(Decimal("0.01"), "USD")
    assert is_price(Decimal("5.00"), "JPY")
    assert not is_price(Decimal("0.5"), "JPY")
    assert is_price(Decimal("0.005"), "KWD")


def test_how_a_price_would_be_understood_changes_with_what_it_is_the_price_of() -> None:
    def of(charge: str, currency: str = "USD") -> str | None:
        return manner(table(f"charge.x: {charge}", currency=currency), "x")

    each = "per = 'n', on_request = true"
    others = [
        of("on_request = true"),
        of(each),
        of(each, "EUR"),
        of("per = ['n', 'v'], on_request = true"),
        of("per = 'n', block = 5, on_request = true"),
        of("per = 'n', volume = [{ up_to = 2, price = 9 }]"),
        of("per = 'n', volume = [{ up_to = 3, price = 9 }]"),
        of("per = 'n', stairstep = [{ up_to = 3, price = 9 }]"),
    ]
    assert None not in others
    assert len(set(others)) == len(others)
    assert of("per = 'n', included = 1, at_least = 5, on_request = true") == of(each)
    assert of("per = 'n', price = 5") is None
    assert manner(table(WARD), "no_such") is None


def test_each_plan_has_the_prices_that_it_needs_and_all_compute_again() -> None:
    """By hand: A has the scan (350 + 3 x 100), B has not (3 x 100), C has it as well."""
    list_ = table("charge.scan: on_request = true, when.rehab = true", WARD)
    with_it, without = {**ANSWERS, "rehab": True}, ANSWERS
    said = content(list_, firm(list_, without, scan="350.00"), without)
    others = [
        PlanFigures(firm(list_, each, scan="350.00"), [], each) for each in (with_it, {**with_it, "n": "1"})
    ]
    said = quote_plans.with_alternatives(said, others)
    assert "priced" not in said
    assert [each.get("priced") for each in said["alternatives"]] == [{"scan": "350.00"}] * 2
    assert {letter: each.get("priced") for letter, each in quote_plans.by_plan(said).items()} == {
        "A": None,
        "B": {"scan": "350.00"},
        "C": {"scan": "350.00"},
    }
    again = quote_plans.recompute_all(json.loads(quote_content.as_bytes(said)), list_)
    assert {letter: (each.text, each.differences) for letter, each in again.items()} == {
        "A": ("300.00", []),
        "B": ("650.00", []),
        "C": ("450.00", []),
    }
    wrong = copy.deepcopy(said)
    wrong["alternatives"][0]["priced"] = {"ward": "1.00"}
    with pytest.raises(NotAQuote) as refused:
        quote_plans.recompute_all(wrong, list_)
    assert refused.value.place == "alternatives.B.priced.ward"


def test_what_the_provider_s_lines_with_a_given_price_come_to_counts_against_the_limit() -> None:
    """By hand: 300 are the list's and 15 given; 5 % of 300 is 15, exactly the limit. What others get is not in it."""
    list_ = table(
        SCAN, WARD, "charge.visa: group = 'trip', on_request = true", "tax.vat: percent = 10, of = ['scan']"
    )
    found = firm(list_, scan="15.00", visa="900.00")
    assert found.at_discretion == Decimal("15.00")
    assert found.price == Decimal("316.50")
    rest = found.price - Decimal("1.50")
    assert not quote_content.exceeds(rest, [], Decimal(5), found.at_discretion)
    assert quote_content.exceeds(rest - Decimal("0.01"), [], Decimal(5), found.at_discretion)
    assert quote_content.exceeds(
        rest, [Adjustment(Decimal("-0.01"), "x", "x")], Decimal(5), found.at_discretion
    )
    assert firm(list_).at_discretion == 0


@given(st.data())
@settings(suppress_health_check=list(HealthCheck))
def test_with_a_price_for_everything_nothing_is_on_request_in_any_plan_of_any_list(
    data: st.DataObject,
) -> None:
    list_ = data.draw(price_tables())
    answers = data.draw(answers_for(list_))
    unit = MINOR_UNIT[list_.currency]
    prices = {
        charge.code: data.draw(st.integers(1, 10**6)) * unit
        for charge in list_.charges
        if manner(list_, charge.code) is not None
    }
    try:
        without = quote_content.compute(list_, answers, [])
    except pricing.BadAnswers:
        assume(False)
        raise
    found = quote_content.compute(list_, answers, [], prices)
    assert found.breakdown["on_request"] == []
    assert set(without.breakdown["on_request"]) <= set(found.given)
    if not found.given:
        assert found == without
    stored = json.loads(quote_content.as_bytes(content(list_, found, found.breakdown["answers"])))
    again = quote_content.recompute(stored, pricing.read(pricing.write(list_)))
    assert (again.differences, again.total) == ([], found.total)
