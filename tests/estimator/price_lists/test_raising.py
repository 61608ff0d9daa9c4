"""Many prices at once: what each becomes, what is left out, and that none becomes negative or too fine."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from estimator.price_lists import editing
from estimator.price_lists.editing import raising
from estimator.price_lists.editing.deltas import Delta, delta
from pricing.money import plain
from tests.support.delhi_list import DELHI

MORE = """
[driver.flight_price]
kind = "number"
role = "extras"
label.en = "What your flight costs"
money = true
least = 0
most = 20000

[charge.flight_as_typed]
label.en = "Your flight"
group = "services"
per = "flight_price"
price = 1

[charge.brochure]
label.en = "Brochure"
group = "services"
price = 0
"""


def data_of(text: str = DELHI) -> editing.Data:
    data = editing.look(text).data
    assert data is not None
    return data


def new(
    data: editing.Data, codes: list[str], kind: str, typed: str, step: str | None = None
) -> dict[str, Any]:
    """Return what prices become, by their names, as a form shows them; with an asterisk what cannot become that."""
    change = raising.change_of(kind, typed, "USD", None if step is None else Decimal(step))
    by = raising.rounder(data, change.step)
    assert by is not None
    rows = raising.raised(data, [("charge", code) for code in codes], change, by)
    shown = {}
    for row in rows:
        numbers = [row.new] if isinstance(row.new, Decimal) else row.new.values()
        shown[row.key.removeprefix("charge.")] = " ".join(map(plain, numbers)) + ("*" if row.obstacle else "")
    return shown


def test_prices_rise_by_a_percentage_and_are_rounded_as_the_list_says() -> None:
    data = data_of(DELHI.replace('currency = "USD"', 'currency = "USD"\nround_to = 0.05', 1))
    assert new(data, ["ward", "rehab_intensive", "robot"], "percent", "+4 %") == {
        "ward.price": "40.55 44.3 48.05",
        "rehab_intensive.graduated.0.price": "62.4",
        "rehab_intensive.graduated.1.price": "52",
    }


def test_prices_rise_and_fall_by_an_amount() -> None:
    assert new(data_of(), ["single", "ward"], "amount", "2.50") == {
        "single.price": "65.5",
        "ward.price": "41.5 45.1 48.7",
    }
    assert new(data_of(), ["single"], "amount", "-3") == {"single.price": "60"}


def test_the_step_that_is_chosen_counts_instead_of_that_of_the_list() -> None:
    assert new(data_of(), ["single", "ward"], "percent", "4", "5") == {
        "single.price": "65",
        "ward.price": "40 45 50",
    }
    assert new(data_of(), ["single"], "percent", "0", "10") == {"single.price": "60"}, "only rounded"
    assert new(data_of(), ["theatre_own_cells"], "percent", "0") == {"theatre_own_cells.price": "4.2"}


def test_no_price_becomes_zero_or_changes_its_sign() -> None:
    assert new(data_of(), ["theatre_own_cells", "single"], "amount", "-4.20") == {
        "theatre_own_cells.price": "0*",
        "single.price": "58.8",
    }
    assert new(data_of(), ["consultation"], "amount", "-5") == {"consultation.price": "-0.2 0.4 1*"}
    assert new(data_of(), ["theatre_own_cells"], "percent", "4", "10") == {"theatre_own_cells.price": "0*"}
    assert new(data_of(), ["review_credit"], "amount", "70") == {"review_credit.price": "10*"}
    assert new(data_of(), ["review_credit"], "percent", "4") == {"review_credit.price": "-62.4"}


def test_a_price_is_never_finer_than_its_currency() -> None:
    finer = data_of(DELHI.replace('currency = "USD"', 'currency = "USD"\nround_to = 0.001', 1))
    assert new(finer, ["single"], "percent", "0.333") == {"single.price": "63.21"}
    with pytest.raises(raising.NoChange) as no:
        raising.change_of("amount", "0.005", "USD")
    assert no.value.why == "too_fine"
    with pytest.raises(raising.NoChange):
        raising.change_of("amount", "0.5", "JPY")
    assert raising.change_of("amount", "5.00", "JPY").number == 5


@pytest.mark.parametrize("typed", ["4.5", "4,5", "+4,5 %", "4.50%"])
def test_a_percentage_is_read_as_people_write_it(typed: str) -> None:
    assert raising.change_of("percent", typed, "USD").number == Decimal("4.5")


@pytest.mark.parametrize("typed", ["", "four", "-100", "1001", "4,5,1", "2,500"])
def test_a_percentage_that_makes_no_sense_is_none(typed: str) -> None:
    with pytest.raises(raising.NoChange):
        raising.change_of("percent", typed, "USD")


@pytest.mark.parametrize("typed", ["", "five", "5 %", "EUR 5", "1,234"])
def test_an_amount_that_makes_no_sense_is_none(typed: str) -> None:
    with pytest.raises(raising.NoChange):
        raising.change_of("amount", typed, "USD")


def test_what_is_not_the_providers_price_is_left_out_with_its_reason() -> None:
    data = data_of(DELHI + MORE)
    reasons = {
        path[1]: raising.reason_of(data, path)
        for path in raising.chosen(data, every=True, groups=(), codes=())
    }
    assert {code: reason for code, reason in reasons.items() if reason is not None} == {
        "review_credit": "discount",
        "visa": "others",
        "visa_companions": "others",
        "flight_tickets": "others",
        "hotel_nights": "others",
        "longer_stay": "reserve",
        "reserve_icu": "reserve",
        "flight_as_typed": "pass_through",
        "brochure": "free",
        "marrow_week": "package",
        "cord_fortnight": "package",
        "gst": "tax",
    }


def test_groups_single_charges_and_all_of_them_are_chosen() -> None:
    def codes(**chosen: Any) -> list[str]:
        found = raising.chosen(data_of(), **{"every": False, "groups": (), "codes": (), **chosen})
        return [path[1] for path in found]

    assert codes(groups={"stay"}) == [
        "ward",
        "semi_private",
        "single",
        "deluxe",
        "icu",
        "rounds",
        "attendant",
    ]
    assert codes(groups={"visas"}, codes={"ward", "nothing"}) == ["ward", "visa", "visa_companions"]
    assert codes(groups={"treatment"})[-2:] == ["marrow_week", "cord_fortnight"], "its packages come along"
    assert len(codes(every=True)) == len(editing.entries(data_of(), ("charge",))) + 2 + 1, "and a tax"


def test_a_tax_changes_by_per_cent_alone() -> None:
    data = data_of()
    by = raising.rounder(data)
    assert by is not None
    (row,) = raising.raised(data, [("tax", "gst")], raising.change_of("percent", "4", "USD"), by)
    assert (row.key, row.old, row.new) == ("tax.gst.percent", 5, Decimal("5.2"))
    assert editing.get(raising.with_prices(data, [row]), ("tax", "gst", "percent")) == Decimal("5.2")
    assert raising.raised(data, [("tax", "gst")], raising.change_of("amount", "4", "USD"), by) == []


def test_the_steps_suit_the_currency_and_the_prices() -> None:
    def steps(currency: str, price: str, more: str = "") -> list[str]:
        text = f'currency = "{currency}"\n{more}\n[charge.a]\nprice = {price}'
        return [plain(step) for step in raising.steps(data_of(text))]

    assert steps("USD", "60") == ["0.05", "0.1", "0.5", "1", "5", "10"]
    assert steps("JPY", "630000") == [
        "5",
        "10",
        "50",
        "100",
        "500",
        "1000",
        "5000",
        "10000",
        "50000",
        "100000",
    ]
    assert steps("USD", "60", "round_to = 0.25") == ["0.5", "1", "5", "10"]
    assert steps("nothing", "60") == []


def test_what_is_changed_stands_in_the_list_and_nothing_else() -> None:
    data = data_of()
    change = raising.change_of("percent", "10", "USD")
    by = raising.rounder(data)
    assert by is not None
    rows = raising.raised(data, [("charge", "rehab_intensive"), ("charge", "ward")], change, by)
    changed = raising.with_prices(data, rows[1:])
    assert editing.get(changed, ("charge", "rehab_intensive", "graduated")) == [
        {"up_to": 24, "price": 60},
        {"price": 55},
    ]
    assert editing.get(changed, ("charge", "ward", "price")) == {
        "low": Decimal("42.9"),
        "likely": Decimal("46.86"),
        "high": Decimal("50.82"),
    }
    assert editing.remove(editing.remove(changed, ("charge",), "ward"), ("charge",), "rehab_intensive") == (
        editing.remove(editing.remove(data, ("charge",), "ward"), ("charge",), "rehab_intensive")
    )


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ({"price": 50}, {"price": 50}, None),
        ({"price": 50}, {"price": Decimal("52.00")}, Delta("percent", Decimal("4.0"), Decimal("4.0"))),
        ({"price": 60}, {"price": 50}, Delta("percent", Decimal("-16.7"), Decimal("-16.7"))),
        ({"price": 10_000}, {"price": 10_001}, Delta("percent", Decimal("0.01"), Decimal("0.01"))),
        (
            {"price": {"low": 1, "likely": 2, "high": 3}},
            {"price": 3},
            Delta("percent", Decimal(50), Decimal(50)),
        ),
        ({"price": {"low": 1, "likely": 2, "high": 3}}, {"price": 2}, Delta("other")),
        (
            {"volume": [{"up_to": 2, "price": 10}, {"price": 5}]},
            {"volume": [{"up_to": 2, "price": 11}, {"price": 5}]},
            Delta("percent", Decimal(0), Decimal(10)),
        ),
        ({"volume": [{"price": 10}]}, {"price": 10}, Delta("other")),
        ({"price": 0}, {"price": 10}, Delta("other")),
        ({"on_request": True}, {"price": 10}, Delta("priced")),
        (None, {"price": 10}, Delta("new")),
        (None, {"on_request": True}, None),
        ({"price": 10}, {"price": "ten"}, None),
    ],
)
def test_a_price_is_compared_with_the_one_in_force(before: Any, now: Any, found: Delta | None) -> None:
    assert delta(before, now) == found
