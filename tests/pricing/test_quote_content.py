"""What a firm quote comes to, for every price list and plan: it adds up, and computes again to the same."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import pricing
from pricing import quote as quote_content
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals, exactly
from pricing.quote import Adjustment, NotAQuote, Rate, WrongAmount
from pricing.stored import PayTo, StoredQuote
from pricing.table import PriceTable
from tests.pricing.strategies import answers_for, price_tables
from tests.support.folders import ROOT

some_tables = settings(suppress_health_check=list(HealthCheck))

ISSUED = datetime(2026, 3, 10, 12, 0, 5, 999, tzinfo=UTC)
DELHI: dict[str, str | bool] = {
    "cells": "marrow",
    "sessions": "2",
    "room": "single",
    "nights": "9",
    "rehab": "none",
    "visa": False,
    "own_mri": True,
    "attendant": False,
    "transfer": "none",
    "interpreter": "none",
}


def amounts(currency: str) -> st.SearchStrategy[Decimal]:
    """Whole minor units of a currency, never none."""
    minor = MINOR_UNIT[currency]
    return st.integers(-(10**7), 10**7).filter(bool).map(lambda units: units * minor)


@st.composite
def quotes(draw: st.DrawFn) -> tuple[PriceTable, dict[str, Any], list[Adjustment]]:
    """A table, answers to its questions, and adjustments in its currency."""
    table = draw(price_tables())
    found = draw(st.lists(amounts(table.currency), max_size=4))
    return table, draw(answers_for(table)), [Adjustment(amount, "Label", "Reason") for amount in found]


def firm(table: PriceTable, answers: dict[str, Any], adjustments: list[Adjustment]) -> quote_content.Firm:
    """Compute a quote; a plan that a rule refuses is no example."""
    try:
        return quote_content.compute(table, answers, adjustments)
    except pricing.BadAnswers:
        assume(False)
        raise


def content(
    table: PriceTable, answers: dict[str, Any], adjustments: list[Adjustment], **others: Any
) -> StoredQuote:
    found = firm(table, answers, adjustments)
    known: dict[str, Any] = {
        "number": "Q-2026-00017",
        "revision": 1,
        "reference": "REQ-7K3M-92QF",
        "issued": ISSUED,
        "valid_until": date(2026, 4, 9),
        "time_zone": table.time_zone,
        "language": "en",
        "answers": {
            code: found.breakdown["answers"][code] for code in answers if code in found.breakdown["answers"]
        },
    }
    return quote_content.content(found, adjustments, **{**known, **others})


def delhi() -> PriceTable:
    return pricing.read((resources.files("pricing.tables") / "delhi.toml").read_text(encoding="utf-8"))


@pytest.mark.long
@given(quotes())
@some_tables
def test_every_content_computes_again_to_itself(
    quote: tuple[PriceTable, dict[str, Any], list[Adjustment]],
) -> None:
    table, answers, adjustments = quote
    said = content(table, answers, adjustments)
    stored = json.loads(quote_content.as_bytes(said))
    again = quote_content.recompute(stored, pricing.read(pricing.write(table)))
    assert again.differences == []
    assert again.total == Decimal(said["total"])


@given(quotes())
@some_tables
def test_price_and_adjustments_add_up_to_the_total_and_payments_to_it_too(
    quote: tuple[PriceTable, dict[str, Any], list[Adjustment]],
) -> None:
    table, answers, adjustments = quote
    found, said = firm(table, answers, adjustments), content(table, answers, adjustments)
    with exactly():
        assert found.price == Decimal(said["breakdown"]["totals"]["provider"]["likely"])
        assert Decimal(said["adjusted"]) == sum(Decimal(line["amount"]) for line in said["adjustments"])
        assert Decimal(said["price"]) + Decimal(said["adjusted"]) == Decimal(said["total"]) == found.total
        paid = sum(Decimal(payment["amount"]) for payment in said["payments"])
        assert not said["payments"] or paid == max(found.total, Decimal(0))


@pytest.mark.long
@given(quotes())
@some_tables
def test_no_amount_of_a_content_has_more_decimals_than_its_currency_or_list(
    quote: tuple[PriceTable, dict[str, Any], list[Adjustment]],
) -> None:
    table, answers, adjustments = quote
    said = content(table, answers, adjustments)
    most = max(decimals(MINOR_UNIT[table.currency]), decimals(table.round_to))
    for text in (
        said["price"],
        said["adjusted"],
        said["total"],
        *(line["amount"] for line in said["adjustments"]),
    ):
        assert len(text.partition(".")[2]) == most
        assert "E" not in text


@pytest.mark.long
@given(quotes(), st.data())
@some_tables
def test_any_other_total_price_or_adjustment_is_found_out(
    quote: tuple[PriceTable, dict[str, Any], list[Adjustment]], data: st.DataObject
) -> None:
    table, answers, adjustments = quote
    said = content(table, answers, adjustments)
    key = data.draw(st.sampled_from(["total", "price", "adjusted"]))
    with exactly():
        more = Decimal(dict[str, Any](said)[key]) + data.draw(amounts(table.currency))
    assert key in quote_content.recompute({**said, key: format(more, "f")}, table).differences


def test_other_answers_another_breakdown_and_another_list_are_found_out() -> None:
    table = delhi()
    said = content(table, DELHI, [])
    assert quote_content.recompute(said, table).differences == []
    other = quote_content.recompute({**said, "answers": {**said["answers"], "sessions": "3"}}, table)
    assert {"total", "price", "breakdown.items"} <= set(other.differences)
    cheaper = {**said, "breakdown": {**said["breakdown"], "items": said["breakdown"]["items"][1:]}}
    assert quote_content.recompute(cheaper, table).differences == ["breakdown.items"]
    more = {**said, "breakdown": {**said["breakdown"], "promise": "nothing that we write"}}
    assert quote_content.recompute(more, table).differences == ["breakdown"]
    renamed = replace(table, version="2031-1")
    assert set(quote_content.recompute(said, renamed).differences) >= {"table", "breakdown.version"}


@pytest.mark.long
def test_a_content_is_the_same_bytes_in_every_process() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from tests.pricing import test_quote_content as t; "
        "from pricing import quote as quote_content; from decimal import Decimal; "
        "sys.stdout.buffer.write(quote_content.as_bytes(t.content(t.delhi(), t.DELHI, t.TWO)))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program, str(ROOT)],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {quote_content.as_bytes(content(delhi(), DELHI, TWO))}


TWO = [
    Adjustment(Decimal("-100.00"), "Goodwill", "Late"),
    Adjustment(Decimal("12.5"), "Courier", "Asked for"),
]


def test_the_words_of_an_adjustment_are_not_in_the_content() -> None:
    said = quote_content.as_bytes(content(delhi(), DELHI, TWO)).decode()
    assert "Goodwill" not in said
    assert "Late" not in said
    assert '"adjustments":[{"amount":"-100.00"},{"amount":"12.50"}]' in said


def test_the_moment_of_issue_is_written_in_utc_to_the_second() -> None:
    there = ISSUED.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert content(delhi(), DELHI, [], issued=there)["issued"] == "2026-03-10T12:00:05+00:00"


def test_the_account_to_pay_into_is_in_the_content_and_changes_no_figure() -> None:
    account: PayTo = {
        "beneficiary": "Hospital",
        "bank": "Bank",
        "account": "1",
        "bic": "EXAMINBB",
        "charges": "shared",
    }
    without, named = content(delhi(), DELHI, []), content(delhi(), DELHI, [], pay_to=account)
    assert {**without, "pay_to": account} == named
    assert quote_content.recompute(named, delhi()).differences == []


@pytest.mark.parametrize("amount", ["0", "0.001", "1e15", "NaN", "Infinity", "-1e15"])
def test_what_is_no_amount_of_the_currency_is_no_adjustment(amount: str) -> None:
    assert not quote_content.is_amount(Decimal(amount), "USD")
    with pytest.raises(WrongAmount):
        quote_content.compute(delhi(), DELHI, [Adjustment(Decimal(amount), "Label", "Reason")])


def test_a_currency_without_minor_units_takes_whole_amounts_alone() -> None:
    assert quote_content.is_amount(Decimal("-5"), "JPY")
    assert quote_content.is_amount(Decimal("5.00"), "JPY")
    assert not quote_content.is_amount(Decimal("0.5"), "JPY")
    assert quote_content.is_amount(Decimal("0.005"), "KWD")


def test_the_limit_is_of_the_absolute_sum_and_exactly_the_limit_is_allowed() -> None:
    up, down = (Adjustment(Decimal(amount), "Label", "Reason") for amount in ("25.00", "-25.00"))
    assert not quote_content.exceeds(Decimal("1000.00"), [up, down], Decimal(5))
    assert quote_content.exceeds(Decimal("999.99"), [up, down], Decimal(5))
    assert quote_content.exceeds(Decimal(0), [up], Decimal(5))
    assert not quote_content.exceeds(Decimal(0), [], Decimal(0))
    assert quote_content.exceeds(Decimal("-10"), [down], Decimal(100))


def test_a_reader_sees_about_what_it_is_in_the_money_of_their_country() -> None:
    rate = Rate("USD", "JPY", "149.87", "A bank", date(2026, 3, 9))
    assert quote_content.converted(Decimal("1234.56"), rate) == Decimal(185024)
    said = content(delhi(), DELHI, [], rate=rate)
    assert said["rate"] == {
        "base": "USD",
        "quoted": "JPY",
        "rate": "149.87",
        "source": "A bank",
        "day": "2026-03-09",
    }


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"format": 2}, "format"),
    ({"kind": "estimate"}, "kind"),
    ({"answers": []}, "answers"),
    ({"answers": {"sessions": 2}}, "answers.sessions"),
    ({"adjustments": ["x"]}, "adjustments.0"),
    ({"adjustments": [{}]}, "adjustments.0.amount"),
    ({"adjustments": [{"amount": "1e999999"}]}, "adjustments.0.amount"),
    ({"adjustments": [{"amount": "9" * 100_000}]}, "adjustments.0.amount"),
    ({"adjustments": [{"amount": "0.00"}]}, "adjustments"),
    ({"total": 5}, "total"),
    ({"breakdown": None}, "breakdown"),
]


@pytest.mark.parametrize(("change", "place"), BROKEN, ids=[place for _change, place in BROKEN])
def test_what_is_no_content_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    said = {**content(delhi(), DELHI, []), **change}
    with pytest.raises(NotAQuote) as refused:
        quote_content.recompute(said, delhi())
    assert refused.value.place == place


@pytest.mark.parametrize("nothing", [None, [], "quote", 5])
def test_what_is_no_object_is_no_content(nothing: Any) -> None:
    with pytest.raises(NotAQuote):
        quote_content.recompute(nothing, delhi())


def test_answers_that_the_list_refuses_are_refused_with_their_problems() -> None:
    said = content(delhi(), DELHI, [])
    with pytest.raises(pricing.BadAnswers):
        quote_content.recompute({**said, "answers": {"sessions": "999"}}, delhi())


def test_what_differs_is_told_line_by_line() -> None:
    table = delhi()
    old = content(table, DELHI, [])
    new = content(table, {**DELHI, "sessions": "3", "room": "ward"}, TWO, revision=2, replaces=1)
    changes = quote_content.line_changes(old, new)
    by_line = {(change.kind, change.code): (change.old, change.new) for change in changes}
    assert by_line["answer", "sessions"] == ("2", "3")
    assert by_line["answer", "room"] == ("single", "ward")
    assert by_line["item", "single"][1] is None
    assert by_line["item", "ward"][0] is None
    assert by_line["adjustment", ""] == ("0.00", "-87.50")
    assert by_line["total", ""] == (old["total"], new["total"])
    assert quote_content.line_changes(old, old) == []


def test_two_plans_that_were_only_computed_are_compared_like_contents() -> None:
    table = delhi()
    old, new = (
        quote_content.comparable(firm(table, {**DELHI, "sessions": count}, []), []) for count in ("2", "3")
    )
    assert ("answer", "sessions") in {(each.kind, each.code) for each in quote_content.line_changes(old, new)}
