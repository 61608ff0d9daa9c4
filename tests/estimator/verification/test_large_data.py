"""Whoever fills the data of a document to the brim cannot keep the server busy: it looks only for what it wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from estimator import quotes, verification
from estimator.models import QuoteRevision
from estimator.pdf.reader import LARGEST_DATA
from estimator.verification import Difference
from pricing import canonical_json
from tests.support import example_quotes as example
from tests.support.example_list import NOW

MOST = 100
"""Maximum number of differences that are told of any data; each that is told costs its words."""


@pytest.fixture
def revision(app: Flask) -> QuoteRevision:
    """Return a quote that was issued."""
    return example.quoted()


def data_of(revision: QuoteRevision, kind: str) -> dict[str, Any]:
    """Return the data of a quote, or of the estimate in it."""
    content: dict[str, Any] = {**quotes.content_of(revision)}
    return content if kind == "quote" else {**content["breakdown"]}


def breakdown_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return the breakdown in data of either kind."""
    found: dict[str, Any] = data.get("breakdown", data)
    return found


def filled(data: dict[str, Any], add: Callable[[int], None], each: int) -> dict[str, Any]:
    """Add as much to data as a document can carry, `each` bytes at a time."""
    for i in range((LARGEST_DATA - len(canonical_json(data))) // each):
        add(i)
    assert LARGEST_DATA * 0.8 < len(canonical_json(data)) <= LARGEST_DATA
    return data


def names(data: dict[str, Any]) -> dict[str, Any]:
    """Fill the outermost level with names that no document of ours has."""
    return filled(data, lambda i: data.update({f"{i:06}": 1}), 11)


def names_in_the_breakdown(data: dict[str, Any]) -> dict[str, Any]:
    """Fill the breakdown with such names."""
    inner = breakdown_of(data)
    return filled(data, lambda i: inner.update({f"{i:06}": 1}), 11)


def totals(data: dict[str, Any]) -> dict[str, Any]:
    """Fill the sums with such names."""
    inner = breakdown_of(data)["totals"]
    return filled(data, lambda i: inner.update({f"{i:06}": 1}), 11)


def items(data: dict[str, Any]) -> dict[str, Any]:
    """Fill the lines with ones that the price list has not."""
    inner = breakdown_of(data)["items"]
    return filled(data, lambda i: inner.append({"code": f"{i:06}"}), 18)


def taxes(data: dict[str, Any]) -> dict[str, Any]:
    """Fill the taxes with ones that the price list has not."""
    inner = breakdown_of(data)["taxes"]
    return filled(data, lambda i: inner.append({"code": f"{i:06}", "amount": {"likely": "1"}}), 42)


def answers(data: dict[str, Any]) -> dict[str, Any]:
    """Fill the answers with ones to questions that the price list has not."""
    return filled(data, lambda i: data["answers"].update({f"{i:06}": "1"}), 13)


def long_answers(data: dict[str, Any]) -> dict[str, Any]:
    """Answer a question with a number of almost a million digits."""
    data["answers"]["sessions"] = ""
    data["answers"]["sessions"] = "9" * (LARGEST_DATA - len(canonical_json(data)))
    return data


def adjustments(data: dict[str, Any]) -> dict[str, Any]:
    """Fill the adjustments of a quote."""
    return filled(data, lambda i: data["adjustments"].append({"amount": "1"}), 15)


FILLED = [names, names_in_the_breakdown, totals, items, taxes, answers, long_answers]


@pytest.mark.parametrize(
    ("kind", "fill"),
    [("quote", adjustments), *((kind, fill) for kind in ("quote", "estimate") for fill in FILLED)],
)
def test_of_the_largest_data_few_differences_are_looked_for_and_told(
    revision: QuoteRevision, kind: Any, fill: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    data = fill(data_of(revision, kind))
    assert len(verification.compute(kind, data, NOW).differences) <= MOST


@pytest.mark.parametrize(("kind", "fill"), [("estimate", names), ("quote", names_in_the_breakdown)])
def test_names_that_no_document_of_ours_has_are_one_difference(
    revision: QuoteRevision, kind: Any, fill: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    found = verification.compute(kind, fill(data_of(revision, kind)), NOW)
    assert not found.same
    assert found.differences == [Difference("more")]
