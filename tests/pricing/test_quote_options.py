"""Lines that may be taken or left: each with its own taxes, none in the firm total, which follows what is taken."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

import pricing
from pricing import quote as quote_content
from pricing import quote_options, quote_plans
from pricing.quote import NotAQuote, WrongAmount
from pricing.quote_options import NoSuchTax, Option
from pricing.stored import StoredQuote
from pricing.table import PriceTable
from tests.pricing.test_quote_content import DELHI, content, delhi

INTERPRETER = Option(Decimal("120.00"), "Interpreter", ())
ROOM = Option(Decimal("33.33"), "A larger room", ("gst",))


def table() -> PriceTable:
    """Return a list with a tax of 5 per cent called gst."""
    found = delhi()
    assert [(tax.code, tax.percent) for tax in found.taxes] == [("gst", Decimal(5))]
    return found


def offered() -> StoredQuote:
    return quote_options.with_options(content(table(), DELHI, []), [INTERPRETER, ROOM], table())


def test_each_line_is_frozen_with_its_net_amount_its_taxes_and_what_they_come_to() -> None:
    assert offered()["options"] == [
        {"net": "120.00", "taxes": [], "total": "120.00"},
        {"net": "33.33", "taxes": [{"code": "gst", "percent": "5", "amount": "1.67"}], "total": "35.00"},
    ]


def test_they_change_nothing_else_in_a_quote_and_a_quote_without_them_is_what_it_was() -> None:
    alone = content(table(), DELHI, [])
    said = offered()
    assert {key: value for key, value in said.items() if key != "options"} == alone
    assert quote_options.with_options(alone, [], table()) is alone


@pytest.mark.long
@pytest.mark.parametrize(("taken", "more"), [([], "0"), ([1], "120.00"), ([2], "35.00"), ([2, 1], "155.00")])
def test_the_total_follows_what_is_taken_and_payments_add_up_to_it(taken: list[int], more: str) -> None:
    said = offered()
    total = quote_options.total_with(said, taken)
    assert total == Decimal(said["total"]) + Decimal(more)
    assert sum(amount for _code, amount in quote_options.payments_with(said, table(), taken)) == total


@pytest.mark.parametrize(("total", "said"), [("120.00", "7.00"), ("120", "7"), ("120.000", "7.000")])
def test_an_amount_is_written_with_as_many_decimals_as_the_total(total: str, said: str) -> None:
    assert quote_options.written(Decimal(7), {**offered(), "total": total}) == said


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_line_that_is_not_there_is_not_taken(number: int) -> None:
    with pytest.raises(IndexError):
        quote_options.total_with(offered(), [number])


@pytest.mark.parametrize("net", ["0", "-1", "NaN", "1E+15", "0.001"])
def test_what_a_line_costs_is_above_nothing_and_a_whole_number_of_minor_units(net: str) -> None:
    with pytest.raises(WrongAmount):
        quote_options.priced(Option(Decimal(net), "Wrong"), table())


def test_a_tax_that_the_list_has_not_is_none() -> None:
    with pytest.raises(NoSuchTax):
        quote_options.priced(Option(Decimal("1.00"), "Wrong", ("vat",)), table())


def test_the_taxes_that_can_be_chosen_are_none_and_those_on_something_of_the_provider() -> None:
    assert quote_options.choices(table()) == [(), ("gst",)]


def test_a_content_with_lines_computes_again_to_itself_also_with_several_plans() -> None:
    said = offered()
    other = quote_plans.PlanFigures(
        quote_content.compute(table(), {**DELHI, "sessions": "3"}, []), [], {**DELHI, "sessions": "3"}
    )
    both = quote_plans.with_alternatives(said, [other])
    for one in (said, both):
        stored = json.loads(quote_content.as_bytes(one))
        again = quote_plans.recompute_all(stored, pricing.read(pricing.write(table())))
        assert all(each.differences == [] for each in again.values())
    assert all(each["options"] == said["options"] for each in quote_plans.by_plan(both).values())


@pytest.mark.long
@pytest.mark.parametrize(
    "change",
    [
        {"net": "121.00"},
        {"total": "1.00"},
        {"net": "0.00"},
        {"taxes": [{"code": "vat", "percent": "1", "amount": "1.20"}]},
        {"more": "1"},
    ],
)
def test_another_figure_in_a_line_is_found_out(change: dict[str, Any]) -> None:
    said: Any = copy.deepcopy(offered())
    said["options"][0].update(change)
    (again,) = quote_plans.recompute_all(said, table()).values()
    assert again.differences == ["options"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("options", "place"),
    [
        ([], "options"),
        ({}, "options"),
        ([{"net": "1.00", "taxes": [], "total": "1.00"}] * 9, "options"),
        ([None], "options.0"),
        ([{"net": "1.00"}], "options.0"),
        ([{"taxes": []}], "options.0.net"),
        ([{"net": "1.00", "taxes": [1]}], "options.0.taxes"),
        ([{"net": "1.00", "taxes": [{"code": "a"}, {"code": "a"}]}], "options.0.taxes"),
    ],
)
def test_what_are_no_lines_are_no_quote(options: Any, place: str) -> None:
    said: Any = {**offered(), "options": options}
    with pytest.raises(NotAQuote) as refused:
        quote_plans.recompute_all(said, table())
    assert refused.value.place == place
