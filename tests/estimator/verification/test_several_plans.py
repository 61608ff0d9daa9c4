"""Checking a quote with several plans: each of them is computed again, and so is which one was accepted."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from estimator import quotes, verification
from estimator.db import db
from estimator.models import QuoteRevision
from estimator.verification import PlanTotals, all_quotes, check
from pricing import canonical_json
from tests.support import example_quotes as example
from tests.support import hostile_pdfs as hostile
from tests.support.example_list import NOW

PLANS = [PlanTotals("A", "4400.00", "4400.00"), PlanTotals("B", "6600.00", "6600.00")]


@pytest.fixture
def revision(app: Flask) -> QuoteRevision:
    """Return a quote of two and of three sessions."""
    return example.with_plans("3")


def forged(revision: QuoteRevision) -> dict[str, Any]:
    """Return the data of a quote in which the second plan costs less."""
    data: dict[str, Any] = copy.deepcopy(dict(quotes.content_of(revision)))
    data["alternatives"][0]["total"] = "60.00"
    return data


@pytest.mark.long
def test_the_document_is_genuine_and_every_plan_comes_to_the_same(revision: QuoteRevision) -> None:
    found = check(example.draw(revision), NOW)
    assert found.genuine
    assert found.computed is not None
    assert (found.computed.same, found.computed.plans) == (True, PLANS)


def test_what_differs_is_said_of_the_plan_in_which_it_differs(revision: QuoteRevision) -> None:
    found = check(hostile.with_files({"quote.json": canonical_json(forged(revision))}), NOW)
    assert (found.genuine, found.same_data) == (False, False)
    assert found.computed is not None
    (difference,) = found.computed.differences
    assert (difference.plan, difference.place) == ("B", "total")
    assert (difference.written, difference.computed) == ("60.00", "6600.00")


@pytest.mark.parametrize(
    "alternatives", [[], {}, "B", [{"plan": "B"}], [None], [{"plan": "B", "total": 1}] * 3]
)
def test_what_is_no_list_of_plans_is_no_data_of_ours(revision: QuoteRevision, alternatives: Any) -> None:
    data = {**quotes.content_of(revision), "alternatives": alternatives}
    assert verification.compute("quote", data, NOW).why == "no_data"


@pytest.mark.long
def test_all_quotes_are_computed_again_with_all_their_plans(revision: QuoteRevision) -> None:
    example.draw(revision)
    example.accept(revision, plan="B")
    (found,) = list(all_quotes.each(example.settings().data_keys))
    assert found.faults == ()


@pytest.mark.long
@pytest.mark.parametrize(
    "change", ["plan = 'C'", "plan = NULL, total = NULL", "total = '4400.00'", "total = NULL", "plan = 'A'"]
)
def test_another_plan_or_total_than_was_accepted_is_found_out(revision: QuoteRevision, change: str) -> None:
    example.accept(revision, plan="B")
    db.session.execute(text(f"UPDATE quote_decision SET {change}"))
    db.session.commit()
    (found,) = list(all_quotes.each(example.settings().data_keys))
    assert [fault.code for fault in found.faults] == ["accepted"]


def test_an_acceptance_of_an_only_plan_names_none(app: Flask) -> None:
    example.accept(example.quoted())
    (found,) = list(all_quotes.each(example.settings().data_keys))
    assert found.faults == ()
