"""What is invented is told by its reference everywhere, and no worker is asked to do anything for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from estimator import demonstration_marks, estimates, past_bills, quote_numbers, quotes
from estimator.db import db
from estimator.demonstration import registry
from estimator.models import Estimate, QuoteRevision, TableVersion
from estimator.operations import situation
from estimator.processes import worker
from estimator.requests import typed_search
from tests.support import example_quotes as example
from tests.support.acts import acting
from tests.support.example_bills import enter
from tests.support.example_list import NOW


def quoted(version: TableVersion) -> QuoteRevision:
    """Return a quote of a demonstration."""
    request = example.invented(version)
    example.prepare(request)
    return example.issue(request)


def test_no_reference_of_somebody_real_can_have_the_mark() -> None:
    assert set(demonstration_marks.WORD) - set(estimates.LETTERS)


def test_estimate_request_and_quote_have_the_mark_and_real_numbers_no_gap(app: Flask) -> None:
    version = example.publish()
    revision = quoted(version)
    real = example.quoted(submission="real")
    request = revision.quote.request
    assert request.reference.startswith("REQ-DEMO-")
    assert request.estimate_reference.startswith("EST-DEMO-")
    assert revision.quote.number == "Q-DEMO-00001"
    assert real.quote.number == f"Q-{NOW.year}-00001"
    assert not demonstration_marks.is_marked(real.quote.number)
    assert not demonstration_marks.is_marked(real.quote.request.reference)


@pytest.mark.parametrize(
    ("typed", "number", "revision"),
    [
        ("Q-DEMO-00017", "Q-DEMO-00017", None),
        ("Q DEMO 17 / 2", "Q-DEMO-00017", 2),
        ("Q-2026-00017/2", "Q-2026-00017", 2),
    ],
)
def test_the_number_of_an_invented_quote_is_read_as_any_other(
    typed: str, number: str, revision: int | None
) -> None:
    assert quote_numbers.typed(typed) == (number, revision)
    assert quote_numbers.written("DEMO", 17) == "Q-DEMO-00017"


def test_an_invented_request_is_found_by_its_reference(app: Flask) -> None:
    request = example.invented(example.publish())
    db.session.commit()
    lookup_key = example.settings().lookup_key
    for typed in (request.reference, "req-demo", request.reference.replace("-", " ")):
        wanted = typed_search.understood(typed, lookup_key)
        assert request.reference.startswith(wanted.reference)
        assert wanted.reference.startswith("REQ-DEMO")


def test_no_document_of_an_invented_quote_is_missing(app: Flask) -> None:
    version = example.publish()
    quoted(version)
    later = NOW + timedelta(hours=1)
    act = acting(now=later)
    assert quotes.without_pdf(later, within=timedelta(days=7), most=9) == []
    assert situation.look(act, None).documents_missing == 0
    real = example.quoted(submission="real")
    assert quotes.without_pdf(later, within=timedelta(days=7), most=9) == [real.id]


def test_while_the_story_is_told_the_worker_lets_no_invented_quote_expire(app: Flask) -> None:
    revision, real = quoted(example.publish()).id, example.quoted(submission="real").id
    db.session.commit()

    def states() -> list[str]:
        db.session.expire_all()
        return [db.session.get_one(QuoteRevision, number).state for number in (revision, real)]

    with time_machine.travel(NOW + timedelta(days=400)):
        registry.begin(registry.Kept(seed=1, cases=1), NOW)
        db.session.commit()
        worker.expire(app)
        assert states() == ["current", "expired"]
        registry.keep(registry.Kept(seed=1, cases=1, whole=True), NOW)
        db.session.commit()
        worker.expire(app)
        assert states() == ["expired", "expired"]


def test_what_is_invented_does_not_make_an_installation_one_that_needs_a_worker(app: Flask) -> None:
    version = example.publish()
    estimates.make(
        acting(now=NOW), version, dict(example.PLAN), language="en", submission="", demonstration=True
    )
    assert not situation.look(acting(now=NOW), None).used
    estimates.make(acting(now=NOW), version, dict(example.PLAN), language="en", submission="")
    assert situation.look(acting(now=NOW), None).used


def test_an_invented_bill_is_compared_with_invented_ones_alone(app: Flask) -> None:
    version = example.publish()
    enter(example.ask(version), total="4400.00")
    request = example.invented(version)
    db.session.commit()
    enter(request, total="9000.00")
    group = past_bills.Group("example", "cells=own", "USD")
    real = past_bills.comparable_cases(group, NOW.date())
    assert [str(each.case.bill) for each in real] == ["4400.00"]
    assert len(past_bills.comparable_cases(group, NOW.date(), invented=True)) == 2
    assert db.session.query(Estimate).count() == 2
