"""What a treatment typically comes to, from the worked example of its price list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

import pricing
from estimator import price_lists
from estimator.models import TableVersion
from tests.support.example_list import table_text

PLAN = {"cells": "own", "sessions": "2"}
EXPECTED = {"low": "1.00", "likely": "1.00", "high": "1.00"}


@pytest.fixture(scope="module")
def prices() -> Iterator[int]:
    """Count prices up, so that each test has a list of its own."""
    return count(12_341, 1_000)


def version(price: str, *answers: dict[str, Any]) -> TableVersion:
    """Return a version with a worked example for each of these answers."""
    text = table_text(price=price)
    rows = [
        {"name": f"Plan {number}", "answers": each, "expected": EXPECTED}
        for number, each in enumerate(answers, 1)
    ]
    return TableVersion(text=text, sha256=pricing.sha256(pricing.read(text)), examples=json.dumps(rows))


def test_the_first_example_that_can_be_priced_is_typical(prices: Iterator[int]) -> None:
    price = next(prices)
    found = price_lists.typical(version(f"{price}.00", {"cells": "own", "sessions": "99"}, PLAN))
    assert found is not None
    assert found.name == "Plan 2"
    assert not found.at_least
    assert found.low <= 2 * price <= found.high


def test_only_three_digits_say_something_and_the_range_gets_no_narrower(prices: Iterator[int]) -> None:
    found = price_lists.typical(version(f"{next(prices)}.00", PLAN))
    assert found is not None
    for amount in (found.low, found.high):
        assert amount == amount.to_integral_value()
        assert amount % Decimal(100) == 0
    assert found.high - found.low == 100


def test_a_list_without_examples_has_nothing_typical(prices: Iterator[int]) -> None:
    assert price_lists.typical(version(f"{next(prices)}.00")) is None
    assert price_lists.typical(version(f"{next(prices)}.00", {"sessions": "99"})) is None


def test_it_is_kept_with_the_list(prices: Iterator[int]) -> None:
    first = version(f"{next(prices)}.00", PLAN)
    assert price_lists.typical(first) is price_lists.typical(first)
    assert "typical" in price_lists.parsed(first).kept
