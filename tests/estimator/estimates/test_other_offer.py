"""What another clinic wrote beside an estimate: our parts are the whole estimate, and nothing is divided by nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pricing
from estimator.estimates import offer_parts, other_offer
from estimator.estimates.other_offer import Offer, Stated
from estimator.i18n import reader
from pricing import PriceTable
from pricing.stored import StoredBreakdown

LISTS = Path(pricing.__file__).with_name("tables")


def table_of(slug: str) -> PriceTable:
    return pricing.read((LISTS / f"{slug}.toml").read_text(encoding="utf-8"))


def example_of(slug: str) -> Mapping[str, Any]:
    answers: Mapping[str, Any] = json.loads((LISTS / f"{slug}.json").read_text(encoding="utf-8"))[0][
        "answers"
    ]
    return answers


def stored(table: PriceTable, answers: Mapping[str, Any]) -> StoredBreakdown:
    return pricing.estimate(table, answers).as_dict()


@pytest.mark.parametrize("slug", ["delhi", "japan", "mexico"])
def test_our_parts_add_up_to_our_total_and_our_reserve(slug: str) -> None:
    table = table_of(slug)
    breakdown = stored(table, example_of(slug))
    found = other_offer.our_parts(breakdown, table, reader("en"))
    priced = sum(ours.amount or 0 for part, ours in found.items() if part != "complications")
    assert priced == Decimal(breakdown["totals"]["total"]["likely"])
    assert (found["complications"].amount or 0) == Decimal(breakdown["totals"]["reserve"]["likely"])


def test_each_item_of_a_list_stands_in_the_part_that_it_is_for() -> None:
    table = table_of("delhi")
    answers = {**example_of("delhi"), "hotel_nights": "3", "own_mri": False, "sessions": "2"}
    found = other_offer.our_parts(stored(table, answers), table, reader("en"))
    names = {part: [str(name) for name in (*ours.names, *ours.on_request)] for part, ours in found.items()}
    assert names["hotel"] == ["Hotel room"]
    assert names["transfers"] == ["Airport transfer by wheelchair van, both ways"]
    assert names["interpreter"] == ["Interpreter for talks with the doctors"]
    assert names["flights"] == ["Flights, as you typed them"]
    assert "MRI of the spine" in names["tests"]
    assert "Medicines and dressings in hospital" in names["medicines"]
    assert "Your medical visa" in names["visa"]
    assert "Semi-private room" in names["stay"]
    assert "Day programme" in names["rehabilitation"]
    assert [str(name) for name in found["tests"].on_request] == ["MRI of the spine"]
    assert "other" not in found


def test_what_nobody_answered_is_not_counted_in_its_part() -> None:
    table = table_of("japan")
    answers = {code: answer for code, answer in example_of("japan").items() if code != "flights"}
    found = other_offer.our_parts(stored(table, answers), table, reader("en"))
    assert found["flights"].amount is None
    assert [str(name) for name in found["flights"].open] == ["Flights"]


@pytest.mark.parametrize(
    ("price", "sessions", "expected"),
    [
        (Decimal(10_000), 3, Decimal("3333.33")),
        (Decimal(10_000), 0, None),
        (Decimal(10_000), None, None),
        (None, 3, None),
        (Decimal(10) ** 12, 7, Decimal("142857142857.14")),
    ],
)
def test_a_cost_per_session_needs_a_price_and_sessions(
    price: Decimal | None, sessions: int | None, expected: Decimal | None
) -> None:
    assert Offer("USD", price, sessions).per_session() == expected
    assert other_offer.per_session(Decimal(100), 3, "JPY") == Decimal(33)


def test_only_what_is_on_top_of_a_price_is_added_to_it() -> None:
    parts: dict[offer_parts.Part, Stated] = {
        "hotel": Stated("excluded", Decimal(500)),
        "visa": Stated("", Decimal(80)),
        "tests": Stated("included", Decimal(250)),
        "flights": Stated("excluded"),
    }
    offer = Offer("USD", Decimal(12_000), parts=parts)
    assert offer.with_extras == Decimal(12_500)
    assert offer.unpriced == ["flights"]
    assert "visa" in offer.unsaid
    assert "tests" not in offer.unsaid
    assert Offer("USD", None, parts=parts).with_extras is None
