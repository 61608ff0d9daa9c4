"""What holds for every table and every plan, whatever the prices."""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import pricing
from pricing.breakdown import Breakdown
from pricing.table import Amount, Charge, NumberDriver, Package, PriceTable, UnitPrice
from tests.pricing.strategies import answers_for, price_tables
from tests.support import profile

CASES = ("low", "likely", "high")
slow_tables = settings(suppress_health_check=list(HealthCheck))


@st.composite
def plans(draw: st.DrawFn) -> tuple[PriceTable, dict[str, object]]:
    """A table with answers to its questions."""
    table = draw(price_tables())
    return table, draw(answers_for(table))


def priced(table: PriceTable, answers: dict[str, object]) -> Breakdown:
    """Price a plan; one that a rule refuses is no example."""
    try:
        return pricing.estimate(table, answers)
    except pricing.BadAnswers as refusal:
        assume(any(problem.kind != "answer_refused_by_rule" for problem in refusal.problems))
        raise


def priced_entries(table: PriceTable) -> list[Charge | Package]:
    """The charges and packages of a table."""
    return [*table.charges, *table.packages]


def number(amount: str | None) -> Decimal:
    """An amount of a breakdown; on request counts 0."""
    return Decimal(amount or 0)


@given(plans())
@slow_tables
def test_items_and_added_taxes_add_up_to_the_totals(plan: tuple[PriceTable, dict[str, object]]) -> None:
    table, answers = plan
    found: Mapping[str, Any] = priced(table, answers).as_dict()
    total_of = {group.code: group.total for group in table.groups}
    tax_total = {
        tax.code: total_of.get(tax.of[0])
        or total_of[next(entry.group for entry in priced_entries(table) if entry.code == tax.of[0])]
        for tax in table.taxes
    }
    with decimal.localcontext() as context:
        context.prec = 500
        for case in CASES:
            for name in ("provider", "others", "reserve"):
                items = [number(i["amount"][case]) for i in found["items"] if total_of[i["group"]] == name]
                taxes = [
                    number(t["amount"][case])
                    for t in found["taxes"]
                    if tax_total[t["code"]] == name and not t["included"]
                ]
                assert number(found["totals"][name][case]) == sum(items) + sum(taxes)
            both = number(found["totals"]["provider"][case]) + number(found["totals"]["others"][case])
            assert number(found["totals"]["total"][case]) == both
            for group in found["groups"]:
                inside = [number(i["amount"][case]) for i in found["items"] if i["group"] == group["code"]]
                assert number(group["amount"][case]) == sum(inside)
            if found["stages"]:
                assert found["stages"][-1]["cost_by_then"][case] == found["totals"]["total"][case]


@given(plans())
@slow_tables
def test_payments_add_up_to_what_the_provider_takes(plan: tuple[PriceTable, dict[str, object]]) -> None:
    table, answers = plan
    assume(table.payments)
    found: Mapping[str, Any] = priced(table, answers).as_dict()
    paid = sum(Decimal(payment["amount"]) for payment in found["payments"])
    assert paid == max(Decimal(found["totals"]["provider"]["likely"]), Decimal(0))
    assert all(Decimal(payment["amount"]) >= 0 for payment in found["payments"])


@given(plans())
@slow_tables
def test_every_amount_is_a_multiple_of_the_smallest_one(plan: tuple[PriceTable, dict[str, object]]) -> None:
    table, answers = plan
    found: Mapping[str, Any] = priced(table, answers).as_dict()
    for row in (*found["items"], *found["groups"], *found["taxes"]):
        for amount in row["amount"].values():
            if amount is not None:
                assert Decimal(amount) % table.round_to == 0
                assert not amount.startswith("-0") or Decimal(amount) < 0


@pytest.mark.long
@given(plans())
@slow_tables
def test_a_table_that_was_written_and_read_prices_the_same(
    plan: tuple[PriceTable, dict[str, object]],
) -> None:
    table, answers = plan
    again = pricing.read(pricing.write(table))
    assert priced(again, answers).as_json() == priced(table, answers).as_json()


@pytest.mark.long
@given(plans(), st.randoms())
@slow_tables
def test_the_order_of_the_answers_does_not_matter(
    plan: tuple[PriceTable, dict[str, object]], random: Any
) -> None:
    table, answers = plan
    shuffled = list(answers.items())
    random.shuffle(shuffled)
    assert priced(table, dict(shuffled)).as_json() == priced(table, answers).as_json()


@pytest.mark.long
@given(plans())
@slow_tables
def test_the_answers_of_a_breakdown_give_the_same_breakdown(
    plan: tuple[PriceTable, dict[str, object]],
) -> None:
    table, answers = plan
    first = priced(table, answers)
    assert pricing.estimate(table, dict(first.answers)).as_json() == first.as_json()


@given(
    plans(),
    st.integers(1, 12),
    st.sampled_from([decimal.ROUND_DOWN, decimal.ROUND_UP, decimal.ROUND_HALF_DOWN]),
)
@slow_tables
def test_the_callers_decimal_context_does_not_matter(
    plan: tuple[PriceTable, dict[str, object]], precision: int, rounding: str
) -> None:
    table, answers = plan
    expected = priced(table, answers).as_json()
    fresh = pricing.read(pricing.write(table))
    with decimal.localcontext() as context:
        context.prec, context.rounding = precision, rounding
        context.traps[decimal.Inexact] = True
        assert pricing.estimate(fresh, answers).as_json() == expected


@given(plans(), st.data())
@settings(
    slow_tables, max_examples=profile.count(8, 1_000)
)  # most tables are drawn in vain: they have no number
def test_more_of_a_plainly_priced_unit_never_costs_less(
    plan: tuple[PriceTable, dict[str, object]], data: st.DataObject
) -> None:
    table, answers = plan
    numbers = [driver for driver in table.drivers if isinstance(driver, NumberDriver)]
    assume(numbers)
    driver = data.draw(st.sampled_from(numbers))
    group = next((group for group in table.groups if group.total == "provider"), None)
    assume(group is not None)
    assert group is not None
    price = data.draw(st.integers(0, 5_000).map(lambda units: units * table.round_to))
    plain = Charge(
        code="plainly_priced",
        label={table.main_language: "Plainly priced"},
        group=group.code,
        per=(driver.code,),
        price=UnitPrice(Amount(price, price, price)),
    )
    alone = replace(table, charges=(plain,), packages=(), taxes=(), rules=(), payments=())
    less = pricing.estimate(alone, answers)
    value = less.answers.get(driver.code)
    assume(value is not None)
    more_units = Decimal(str(value)) + driver.step
    assume(more_units <= driver.most)
    try:
        more = pricing.estimate(alone, {**answers, driver.code: more_units})
    except pricing.BadAnswers:
        assume(False)
    for before, after in zip(less.totals["total"], more.totals["total"], strict=True):
        assert after >= before


@given(plans())
@slow_tables
def test_a_package_is_only_used_where_it_saves(plan: tuple[PriceTable, dict[str, object]]) -> None:
    table, answers = plan
    found = priced(table, answers)
    assert (found.package is None) == (found.package_saves is None)
    assert found.package_saves is None or found.package_saves > 0
    assert all(item.covered_by in (None, found.package) for item in found.items)


@pytest.mark.long
@given(plans())
@slow_tables
def test_what_would_change_the_cost_is_what_the_other_plan_costs(
    plan: tuple[PriceTable, dict[str, object]],
) -> None:
    table, answers = plan
    base = priced(table, answers)
    for alternative in pricing.explore.sensitivity(table, answers):
        other = {**base.answers, **alternative.assumed, alternative.driver: alternative.answer}
        if alternative.change is None:
            assert alternative.problems
        else:
            total = pricing.estimate(table, other).totals["total"]
            assert alternative.change == tuple(
                new - old for old, new in zip(base.totals["total"], total, strict=True)
            )
