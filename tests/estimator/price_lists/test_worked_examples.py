"""The worked examples of a price list."""

from __future__ import annotations

import json
from typing import Any

import pytest

import pricing
from estimator.price_lists import worked_examples
from estimator.price_lists.worked_examples import BadExamples, Example, Expected
from tests.support.example_list import table_text

TABLE = pricing.read(table_text())
DEARER = pricing.read(table_text(price="2080.00"))
ROW = {
    "name": "Two sessions",
    "answers": {"cells": "own", "sessions": "2"},
    "expected": {"low": "4000.00", "likely": "4000.00", "high": "4000.00"},
}


def rows(*rows: Any) -> str:
    return json.dumps(list(rows))


def test_what_is_written_is_read_back() -> None:
    refused = {"name": "Too many", "answers": {"sessions": "9"}, "expected": {"problems": ["sessions"]}}
    open_ = {**ROW, "name": "open", "expected": {**ROW["expected"], "on_request": ["session"]}}  # type: ignore[dict-item]
    examples = worked_examples.parsed(rows(ROW, refused, open_))
    assert worked_examples.parsed(worked_examples.written(examples)) == examples
    assert json.loads(worked_examples.written(examples)) == [ROW, refused, open_]
    assert worked_examples.parsed("[]") == []


def test_an_example_that_comes_to_something_else_shows() -> None:
    examples = worked_examples.parsed(rows(ROW))
    (same,) = worked_examples.compared(examples, TABLE)
    assert (same.equal, same.found.total) == (True, ("4000.00", "4000.00", "4000.00"))
    (other,) = worked_examples.compared(examples, DEARER)
    assert (other.equal, other.found.total) == (False, ("4160.00", "4160.00", "4160.00"))
    assert other.example.expected.total == ("4000.00", "4000.00", "4000.00")


def test_zeros_at_the_end_make_no_difference() -> None:
    example = Example("x", {"sessions": "2"}, Expected(("4000", "4000.0", "4000.00")))
    assert worked_examples.compared([example], TABLE)[0].equal


def test_a_plan_that_is_refused_says_why() -> None:
    example = worked_examples.made("Too many", {"sessions": 9}, TABLE)
    assert example.expected == Expected(None, (), ("sessions",))
    (row,) = worked_examples.compared([example], TABLE)
    assert row.equal
    assert [problem.kind for problem in row.problems] == ["answer_above_most"]
    more = pricing.read(table_text().replace("most = 6", "most = 9"))
    assert not worked_examples.compared([example], more)[0].equal


def test_a_price_on_request_shows_even_if_the_sums_are_equal() -> None:
    example = worked_examples.made("Free", {"sessions": 2}, pricing.read(table_text(price="0.00")))
    asking = pricing.read(table_text().replace("price = 2000.00", "on_request = true"))
    (row,) = worked_examples.compared([example], asking)
    assert row.found == Expected(("0.00", "0.00", "0.00"), ("session",))
    assert not row.equal


def test_an_example_is_made_of_answers_with_everything_that_was_asked() -> None:
    example = worked_examples.made("  Two   sessions ", {"sessions": 2, "cells": None}, TABLE)
    assert example.name == "Two sessions"
    assert example.answers == {"cells": "own", "sessions": "2", "nights": "0", "rehab": False}
    assert example.expected.total == ("4000.00", "4000.00", "4000.00")
    assert worked_examples.parsed(worked_examples.written([example])) == [example]


def test_an_example_of_the_same_name_is_replaced_where_it_stands() -> None:
    one, two = (worked_examples.made(name, {"sessions": 1}, TABLE) for name in ("one", "two"))
    other = worked_examples.made("one", {"sessions": 3}, TABLE)
    assert worked_examples.put([one, two], other) == [other, two]
    assert worked_examples.put([one], two) == [one, two]
    assert worked_examples.removed([one, two], "one") == [two]
    assert worked_examples.removed([one, two], "three") == [one, two]


def test_there_is_an_end_to_examples() -> None:
    many = [Example(str(number), {}, Expected(("0", "0", "0"))) for number in range(worked_examples.MOST)]
    with pytest.raises(BadExamples, match="more than 200"):
        worked_examples.put(many, worked_examples.made("x", {}, TABLE))
    with pytest.raises(BadExamples, match="more than 200"):
        worked_examples.parsed(rows(*[{**ROW, "name": str(number)} for number in range(201)]))
    with pytest.raises(BadExamples, match="longer than"):
        worked_examples.parsed("[" + " " * worked_examples.MOST_CHARACTERS + "]")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("{}", "must be a list"),
        (rows("x"), "Example 1: An example has a name"),
        (rows(ROW, {**ROW, "more": 1}), "Example 2: An example has a name"),
        (rows({**ROW, "name": " "}), "a name of at most 80"),
        (rows({**ROW, "name": "x" * 81}), "a name of at most 80"),
        (rows({**ROW, "name": "a\u0000b"}), "a name of at most 80"),
        (rows(ROW, ROW), "Two examples are called “Two sessions”"),
        (rows({**ROW, "answers": {"sessions": None}}), "codes of questions"),
        (rows({**ROW, "answers": {"Sessions!": "1"}}), "codes of questions"),
        (rows({**ROW, "answers": {"sessions": "1" * 101}}), "codes of questions"),
        (rows({**ROW, "expected": {"low": "1"}}), "three amounts"),
        (rows({**ROW, "expected": {"low": "1", "likely": "1e9", "high": "2"}}), "three amounts"),
        (rows({**ROW, "expected": {"problems": []}}), "three amounts"),
        (rows({**ROW, "expected": {**ROW["expected"], "on_request": "x"}}), "list of codes"),  # type: ignore[dict-item]
    ],
)
def test_what_is_no_example_is_refused_with_a_sentence(text: str, words: str) -> None:
    with pytest.raises(BadExamples) as refused:
        worked_examples.parsed(text)
    assert words in str(refused.value)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(BadExamples) as refused:
        worked_examples.parsed(rows("x", ROW, "y"))
    assert len(refused.value.sentences) == 2
