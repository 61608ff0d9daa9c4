"""Adjustments and optional lines in the currency in which they were entered, when the prices are in another one."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from estimator import quotes
from estimator.db import db
from estimator.models import PatientRequest, QuoteDraft
from estimator.models.quotes import Prices
from estimator.quotes import copying, draft_plans, drafts
from pricing.quote import Adjustment
from pricing.quote_options import Option
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_quotes import COORDINATOR, ask, issue, list_text, prepare, publish, settings, state

INTERPRETER = Option(Decimal("250.00"), "Interpreter, 5 days", ("vat",))
DIRHAMS = "2026-03-10"


@pytest.fixture
def request_(app: Flask) -> PatientRequest:
    """Return a request for two sessions in US dollars, whose list is in dirhams since."""
    found = ask(publish())
    in_dirhams()
    return found


def in_dirhams() -> None:
    """Publish a version of the list in another currency."""
    publish(list_text(version="2026-2", valid_from=DIRHAMS, price="7300.00").replace('"USD"', '"AED"'))


def saved(request: PatientRequest) -> QuoteDraft:
    draft = drafts.for_request(request)
    assert draft is not None
    return draft


def change(request: PatientRequest, **changes: Any) -> None:
    draft = saved(request)
    act = acting(actor=COORDINATOR, now=NOW, settings=settings())
    drafts.change(act, draft, save=draft.save, **changes)
    db.session.commit()


def missing(request: PatientRequest) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.code, one.detail) for one in state(request).missing]


def test_lines_are_never_relabelled_by_prices_in_another_currency(request_: PatientRequest) -> None:
    prepare(request_, adjustments=[("-30.00", "Goodwill")], options=[INTERPRETER], prices="keep")
    assert missing(request_) == []
    change(request_, prices="again")
    assert missing(request_) == [("adjustments_currency", ("1",)), ("options_currency", ("1",))]
    assert state(request_).chosen is None
    draft = saved(request_)
    with pytest.raises(quotes.NotReady):
        quotes.issue(
            acting(actor=COORDINATOR, now=NOW, settings=settings()),
            request_,
            save=draft.save,
            fingerprint=state(request_).fingerprint,
        )


def test_what_is_entered_again_counts_and_the_other_choice_is_compared_without_it(
    request_: PatientRequest,
) -> None:
    prepare(request_, adjustments=[("-30.00", "Goodwill")], options=[INTERPRETER], prices="keep")
    change(
        request_,
        prices="again",
        adjustments=[Adjustment(Decimal("-110.00"), "Goodwill", "Why: Goodwill")],
        options=[Option(Decimal("918.00"), "Interpreter, 5 days", ("vat",))],
    )
    prepared = state(request_)
    assert prepared.missing == []
    assert prepared.chosen is not None
    assert (prepared.chosen.currency, prepared.chosen.adjusted) == ("AED", Decimal("-110.00"))
    assert prepared.firm_keep is not None
    assert prepared.firm_keep.adjusted == 0
    revision = issue(request_)
    content = json.loads(revision.content)
    assert content["adjustments"] == [{"amount": "-110.00"}]
    assert set(content["options"][0]) == {"net", "taxes", "total"}


def test_prices_that_are_kept_after_all_have_their_lines_as_they_were(request_: PatientRequest) -> None:
    prepare(request_, adjustments=[("-30.00", "Goodwill")], options=[INTERPRETER], prices="keep")
    before = state(request_).fingerprint
    change(request_, prices="again")
    change(request_, prices="keep")
    assert missing(request_) == []
    assert state(request_).fingerprint == before


def _without_currencies(request: PatientRequest) -> None:
    """Write a draft as it was written before each line had its currency."""
    draft = saved(request)
    keys = settings().data_keys
    for column in ("adjustments", "options", "alternatives"):
        sealed = getattr(draft, column)
        if sealed is None:
            continue
        text = keys.open(sealed, QuoteDraft.__tablename__, column, draft.name)
        older = keys.seal(
            text.replace(', "currency": "USD"', ""), QuoteDraft.__tablename__, column, draft.name
        )
        assert "USD" in text
        db.session.execute(update(QuoteDraft).where(QuoteDraft.id == draft.id).values({column: older}))
    db.session.commit()


@pytest.mark.parametrize("prices", ["keep", "again"])
def test_lines_of_an_older_draft_count_as_of_the_currency_of_its_list(
    request_: PatientRequest, prices: Prices
) -> None:
    prepare(request_, adjustments=[("-30.00", "Goodwill")], options=[INTERPRETER], prices="keep")
    draft = saved(request_)
    drafts.add_plan(acting(actor=COORDINATOR, now=NOW, settings=settings()), draft, save=draft.save)
    change(request_, plan="B", answers={"cells": "own", "sessions": "3", "airport": True})
    _without_currencies(request_)
    change(request_, prices=prices)
    plans = draft_plans.all_of(saved(request_), settings())
    assert [line.adjustment.currency for plan in plans for line in plan.lines] == ["USD", "USD"]
    assert [each.currency for each in draft_plans.options_of(saved(request_), settings())] == ["USD"]
    found = [] if prices == "keep" else ["adjustments_currency", "adjustments_currency", "options_currency"]
    assert [one.code for one in state(request_).missing] == found


def test_whoever_enters_an_amount_in_another_currency_is_its_author(request_: PatientRequest) -> None:
    prepare(request_, adjustments=[("-30.00", "Goodwill")], prices="keep")
    draft = saved(request_)
    drafts.change(
        acting(actor="user:2", now=NOW, settings=settings()),
        draft,
        save=draft.save,
        prices="again",
        adjustments=[Adjustment(Decimal("-30.00"), "Goodwill", "Why: Goodwill")],
    )
    db.session.commit()
    assert [line.by for line in drafts.adjustments_by(saved(request_), settings())] == ["user:2"]


def test_lines_of_a_revision_and_of_another_quote_keep_their_currency(app: Flask) -> None:
    request = ask(publish())
    prepare(request, adjustments=[("-30.00", "Goodwill")], options=[INTERPRETER])
    revision = issue(request)
    in_dirhams()
    prepare(request, prices="again")
    assert missing(request) == [("adjustments_currency", ("1",)), ("options_currency", ("1",))]
    other = ask(request.table_version, submission="another")
    act = acting(actor=COORDINATOR, now=NOW, settings=settings())
    draft = copying.copy(act, other, revision, save=None)
    drafts.change(act, draft, save=draft.save, prices="again")
    db.session.commit()
    assert missing(other) == [("adjustments_currency", ("1",)), ("options_currency", ("1",))]
