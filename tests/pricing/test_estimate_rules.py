"""The rules of the arithmetic one by one, each in a table of a few lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

import pricing
from pricing.table import Amount

HEAD = """
format = 1
table = "rules"
version = "1"
valid_from = 2026-01-01
currency = "USD"
languages = ["en"]
title.en = "Rules"
time_zone = "UTC"
provider = { name = "Example clinic", country = "IN" }
driver.cells = { kind = "choice", role = "cell_type", label.en = "Cells", default = "own", choice.own.label.en = "Own" }
driver.n = { kind = "number", role = "sessions", label.en = "n", least = 0, most = 40, step = 0.5, default = 3 }
driver.v.label.en = "v"
driver.v.kind = "number"
driver.v.role = "extras"
driver.v.least = 0
driver.v.most = 40
driver.v.default = 2
driver.v.varies = { less = 2, more = 2 }
driver.stay = { kind = "yes_no", role = "hospital_stay", label.en = "Stay", default = true }
driver.rehab = { kind = "yes_no", role = "rehabilitation", label.en = "Rehabilitation", default = false }
group.care.label.en = "Care"
group.trip = { label.en = "Trip", total = "others" }
group.spare = { label.en = "Spare", total = "reserve" }
notice.without = { kind = "not_included", text.en = "x" }
notice.about = { kind = "about_this_estimate", text.en = "x" }
"""


def priced(*lines: str, **answers: Any) -> dict[str, Any]:
    """The breakdown under a table with these charges and so on; each gets a label, and "care" as its group."""
    text = HEAD
    for line in lines:
        kind, _, rest = line.partition(".")
        code, _, parts = rest.partition(": ")
        parts = f", {parts}" if parts else ""
        group = ', group = "care"' if kind in ("charge", "package") and "group" not in parts else ""
        due = ', due.en = "then"' if kind == "payment" else ""
        text += f'{kind}.{code} = {{ label.en = "{code}"{group}{due}{parts} }}\n'
    return dict(pricing.estimate(pricing.read(text), answers).as_dict())


def amounts(found: dict[str, Any], case: str = "likely") -> dict[str, str | None]:
    return {item["code"]: item["amount"][case] for item in found["items"]}


def row(low: str | None, likely: str | None, high: str | None) -> dict[str, str | None]:
    return {"low": low, "likely": likely, "high": high}


# Packages


def test_on_a_tie_no_package_is_used_and_between_packages_the_earlier_one() -> None:
    ward = "charge.ward: per = 'n', price = 10"
    same, less = (
        "package.same: price = 30, covers = { ward = 'all' }",
        "price = 29, covers = { ward = 'all' }",
    )
    assert priced(ward, same)["package"] is None
    found = priced(ward, same, f"package.first: {less}", f"package.second: {less}")
    assert (found["package"], found["package_saves"]) == ("first", "1.00")


def test_the_cheapest_package_is_the_cheapest_with_its_taxes() -> None:
    ward = "charge.ward: per = 'n', price = 10"
    taxed = "package.taxed: price = 25, covers = { ward = 'all' }"
    free = "package.free: price = 26, covers = { ward = 'all' }, group = 'trip'"
    tax = "tax.vat: percent = 10, of = ['care']"
    assert priced(ward, taxed, free)["package"] == "taxed"
    found = priced(ward, taxed, free, tax)
    assert (found["package"], found["package_saves"]) == ("free", "7.00")
    inside = tax + ", included = true"
    assert priced(ward, taxed, free, inside)["package"] == "taxed"


def test_an_allowance_comes_off_after_what_is_included_and_before_blocks() -> None:
    ward = "charge.ward: per = 'n', included = 2, block = 3, price = 10"
    found = priced(ward, "package.week: price = 1, covers = { ward = 4.5 }", n=10)
    ward_item = found["items"][1]
    # 10 - 2 included - 4.5 paid for = 3.5, which is 2 started blocks of 3
    assert ward_item["amount"]["likely"] == "20.00"
    assert ward_item["quantity"]["likely"] == "10"
    assert ward_item["covered_by"] == "week"
    assert [step["kind"] for step in ward_item["steps"]] == ["included", "covered", "blocks", "unit"]
    assert priced(ward, "package.week: price = 1, covers = { ward = 8 }", n=10)["items"][1]["steps"] == [
        {"kind": "included", "quantity": "2"},
        {"kind": "covered", "quantity": "8", "by": "week"},
    ]


def test_a_package_is_for_charges_that_stand_in_the_plan() -> None:
    package = "package.gift: price = -5, covers = { ward = 'all' }"
    assert priced("charge.ward: per = 'n', price = 10", package, n=0)["package"] is None
    included = priced("charge.ward: per = 'n', included = 9, price = 10", package, n=1)
    assert (included["package"], amounts(included)) == ("gift", {"gift": "-5.00", "ward": "0.00"})


def test_the_package_of_the_likely_case_is_kept_for_low_and_high() -> None:
    ward = "charge.ward: per = 'v', price = 10"
    found = priced(ward, "package.two: price = 15, covers = { ward = 2 }")
    assert found["items"][0]["amount"] == row("15.00", "15.00", "15.00")
    assert found["items"][1]["amount"] == row("0.00", "0.00", "20.00")
    assert found["totals"]["total"] == row("15.00", "15.00", "35.00")


def test_what_is_on_request_counts_0_in_the_choice_of_the_package() -> None:
    scan = "charge.scan: on_request = true"
    found = priced(scan, "package.all_in: price = 100, covers = { scan = 'all' }")
    assert (found["package"], found["on_request"]) == (None, ["scan"])
    found = priced(
        scan, "charge.ward: price = 150", "package.all_in: price = 100, covers = { scan = 1, ward = 1 }"
    )
    assert (found["package"], amounts(found), found["on_request"]) == (
        "all_in", {"all_in": "100.00", "scan": "0.00", "ward": "0.00"}, [],
    )  # fmt: skip


# On request


def test_what_is_on_request_counts_0_in_every_sum_and_base() -> None:
    found = priced(
        "charge.ward: price = 100",
        "charge.scan: on_request = true",
        "charge.fee: percent = 10, of = ['care']",
        "charge.scan_fee: percent = 10, of = ['scan']",
        "tax.vat: percent = 10, of = ['care']",
        "tax.scans: percent = 10, of = ['scan']",
        "stage.only",
    )
    assert amounts(found) == {"ward": "100.00", "scan": None, "fee": "10.00"}
    assert [tax["code"] for tax in found["taxes"]] == ["vat"]
    assert found["taxes"][0]["base"]["likely"] == "110.00"
    assert found["groups"][0]["amount"]["likely"] == "110.00"
    assert found["totals"]["total"]["likely"] == found["stages"][0]["cost_by_then"]["likely"] == "121.00"
    assert found["items"][1]["steps"] == [{"kind": "on_request"}]


@pytest.mark.parametrize("mode", ["graduated", "volume", "stairstep"])
def test_beyond_the_last_tier_an_amount_is_on_request_in_the_case_that_reaches_it(mode: str) -> None:
    found = priced(f"charge.ward: per = 'v', at_most = 1, {mode} = [{{ up_to = 3, price = 10 }}]")
    assert found["items"][0]["amount"] == row(None, "1.00", None) | {"low": "0.00"}
    assert found["on_request"] == ["ward"]
    assert priced(f"charge.ward: per = 'n', {mode} = [{{ up_to = 3, price = 10 }}]")["on_request"] == []


def test_what_is_included_is_not_on_request() -> None:
    assert priced("charge.scan: per = 'n', included = 3, on_request = true")["on_request"] == []
    assert priced("charge.scan: per = 'n', on_request = true", n=0)["items"] == []


# Three cases


def test_a_quantity_that_is_0_in_one_case_counts_0_only_there() -> None:
    found = priced(
        "charge.ward: per = 'v', price = 10, at_least = 15", "charge.fee: percent = 10, of = ['ward']"
    )
    assert found["items"][0]["quantity"] == row("0", "2", "4")
    assert found["items"][0]["amount"] == row("0.00", "20.00", "40.00")
    assert found["items"][1]["quantity"] == row("0", "1", "1")
    assert found["items"][1]["amount"] == row("0.00", "2.00", "4.00")


def test_a_charge_that_only_the_high_case_has_stands_there_without_steps() -> None:
    found = priced("charge.ward: per = 'v', price = 10", v=0)
    (item,) = found["items"]
    assert (item["amount"], item["steps"]) == (row("0.00", "0.00", "20.00"), [])


def test_conditions_look_at_the_answer_and_not_at_how_it_may_vary() -> None:
    found = priced("charge.long: when = { v = { least = 3 } }, price = 10", v=2)
    assert found["items"] == []


def test_a_falling_volume_tier_can_turn_low_and_high_round() -> None:
    found = priced("charge.ward: per = 'v', volume = [{ up_to = 3, price = 100 }, { price = 10 }]", v=3)
    assert found["totals"]["total"] == row("100.00", "300.00", "50.00")


# Percent charges


def test_percents_are_of_percents_and_of_the_group_above_them() -> None:
    found = priced(
        "charge.ward: price = 100",
        "charge.first: percent = 10, of = ['care']",
        "charge.second: percent = 10, of = ['care']",
        "charge.of_first: percent = 50, of = ['first', 'care']",
        "charge.later: price = 1000",
    )
    assert amounts(found) == {
        "ward": "100.00", "first": "10.00", "second": "11.00", "of_first": "60.50", "later": "1000.00",
    }  # fmt: skip


def test_a_percent_is_of_rounded_amounts_in_its_own_case() -> None:
    found = priced("charge.ward: per = 'v', price = 0.336", "charge.fee: percent = 50, of = ['ward']")
    assert found["items"][0]["amount"] == row("0.00", "0.67", "1.34")
    assert found["items"][1]["amount"] == row("0.00", "0.34", "0.67")


# Taxes


def test_above_looks_at_the_price_of_a_billed_unit_exactly() -> None:
    def base(charge: str, n: str = "3") -> list[str]:
        found = priced(f"charge.ward: {charge}", "tax.vat: percent = 10, of = ['care'], above = 3.33", n=n)
        return [tax["base"]["likely"] for tax in found["taxes"]]

    assert base("per = 'n', price = 3.33") == []
    # 10.00 for 3 is 3.33 and a third
    assert base("per = 'n', stairstep = [{ price = 10 }]") == ["10.00"]
    assert base("per = 'n', stairstep = [{ price = 9.99 }]") == []
    assert base("per = 'n', included = 1, price = 4") == ["8.00"]
    assert base("per = 'n', block = 2, price = 3.33") == []
    assert base("per = 'n', included = 3, price = 100") == []


def test_a_discount_lowers_the_base_of_a_tax_but_not_above_a_price() -> None:
    charges = ("charge.ward: price = 100", "charge.off: price = -30")
    assert priced(*charges, "tax.vat: percent = 10, of = ['care']")["totals"]["total"]["likely"] == "77.00"
    found = priced(*charges, "tax.vat: percent = 10, of = ['care'], above = 50")
    assert found["taxes"][0]["base"]["likely"] == "100.00"
    assert found["totals"]["total"]["likely"] == "80.00"


def test_an_included_tax_is_shown_and_not_added() -> None:
    found = priced(
        "charge.ward: price = 100", "tax.vat: percent = 19, of = ['care', 'ward'], included = true"
    )
    assert found["taxes"][0]["base"]["likely"] == "100.00"
    assert found["taxes"][0]["amount"]["likely"] == "15.97"
    assert found["totals"]["total"]["likely"] == "100.00"


def test_a_tax_is_added_to_the_total_of_its_groups() -> None:
    found = priced(
        "charge.hotel: price = 100, group = 'trip'",
        "charge.more: price = 50, group = 'spare'",
        "tax.city: percent = 10, of = ['trip']",
        "tax.spare: percent = 10, of = ['more']",
    )
    likely = {name: three["likely"] for name, three in found["totals"].items()}
    assert likely == {"provider": "0.00", "others": "110.00", "reserve": "55.00", "total": "110.00"}


# Stages


def test_the_cost_by_a_stage_has_the_taxes_on_what_is_there_by_then() -> None:
    found = priced(
        "stage.before",
        "stage.after",
        "charge.test: price = 0.24, stage = 'before'",
        "charge.ward: price = 0.24",
        "charge.hotel: price = 10, group = 'trip', stage = 'before'",
        "charge.spare_part: price = 99, group = 'spare', stage = 'before'",
        "tax.vat: percent = 2, of = ['care']",
        "tax.spare: percent = 10, of = ['spare']",
    )
    by_then = [stage["cost_by_then"]["likely"] for stage in found["stages"]]
    # 2 percent of 0.24 round to nothing, of 0.48 to 0.01
    assert by_then == ["10.24", "10.49"]
    assert found["totals"]["total"]["likely"] == "10.49"


# Payments


def paid(total: str, *payments: str) -> list[str]:
    lines = [f"payment.p{number}: {payment}" for number, payment in enumerate(payments)]
    return [payment["amount"] for payment in priced(f"charge.ward: price = {total}", *lines)["payments"]]


def test_fixed_payments_take_no_more_than_is_left_in_their_order() -> None:
    assert paid("100", "amount = 70", "percent = 100", "amount = 50") == ["70.00", "0.00", "30.00"]
    assert paid("100", "percent = 100", "amount = 10") == ["90.00", "10.00"]


def test_a_total_of_nothing_or_less_has_a_schedule_of_zeros() -> None:
    for total in ("0", "-20"):
        assert paid(total, "amount = 70", "percent = 50", "percent = 50") == ["0.00", "0.00", "0.00"]


def test_percents_share_what_is_left_to_the_cent() -> None:
    assert paid("100.01", "percent = 50", "percent = 50") == ["50.01", "50.00"]
    assert paid("0.02", "percent = 33.3", "percent = 33.3", "percent = 33.4") == ["0.01", "0.00", "0.01"]


def test_payments_are_of_what_the_provider_takes_with_its_taxes() -> None:
    found = priced(
        "charge.ward: price = 100",
        "charge.hotel: price = 40, group = 'trip'",
        "tax.vat: percent = 10, of = ['care']",
        "payment.all: percent = 100",
    )
    assert [payment["amount"] for payment in found["payments"]] == ["110.00"]


def test_an_amount_is_a_range_where_its_cases_differ() -> None:
    assert Amount(Decimal(1), Decimal(1), Decimal(2)).is_range
    assert not Amount(Decimal(1), Decimal(1), Decimal(1)).is_range
