"""The examples of docs/notation.md are read, and come to what stands beside them."""

from __future__ import annotations

import re
from pathlib import Path

import pricing
from pricing.explore import difference
from pricing.steps import passed_on
from pricing.table import NumberDriver
from tests.support.folders import ROOT

DOCUMENT = (ROOT / "docs" / "notation.md").read_text(encoding="utf-8")
WHOLE = (Path(__file__).parent / "cases" / "whole-notation.toml").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
ANSWERS = {"cells": "own", "sessions": 2, "companion": False}


def test_examples_are_read_as_part_of_a_list_and_written_as_they_stand() -> None:
    assert EXAMPLES
    for example in EXAMPLES:
        table = pricing.read(WHOLE + "\n" + example)
        text = pricing.write(table)
        assert pricing.read(text) == table
        assert difference(pricing.read(WHOLE), table)
        for section in example.strip().split("\n\n"):
            assert section in text


def test_each_new_key_of_a_question_stands_in_an_example() -> None:
    table = pricing.read(WHOLE + "\n" + "\n".join(EXAMPLES))
    numbers = [driver for driver in table.drivers if isinstance(driver, NumberDriver)]
    assert any(driver.open for driver in numbers)
    assert any(driver.money for driver in numbers)
    assert any(driver.usual and driver.source for driver in numbers)


def test_the_example_comes_to_what_is_told_beside_it() -> None:
    table = pricing.read(WHOLE + "\n" + EXAMPLES[0])
    found = pricing.estimate(table, {**ANSWERS, "flights": "1850.37"}).as_dict()
    amounts = {item["code"]: item["amount"]["likely"] for item in found["items"]}
    assert amounts["tickets"] == "1850.37"
    assert "hotel_room" not in amounts
    assert found.get("not_counted") == ["hotel_nights"]
    assert passed_on(table, "tickets") == "flights"
    assert "comes to 1850.37" in DOCUMENT.replace("\n", " ")
