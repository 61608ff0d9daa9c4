"""Prices that are given for one quote: kept with its draft, by who gave them, and issued where they are needed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from estimator import quotes
from estimator.db import db
from estimator.models import PatientRequest, QuoteDraft
from estimator.quotes import approvals, drafts, given_prices
from estimator.quotes.given_prices import GivenPrice, NoSuchPrice
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_quotes import (
    CLINIC,
    COLLEAGUE,
    COORDINATOR,
    PLAN,
    SCAN,
    accept,
    ask,
    issue,
    list_text,
    prepare,
    publish,
    settings,
    state,
)

FOR_ALL = "USD unit 1"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Return the address of an empty SQLite file: prices of a draft do not depend on the kind of database."""
    return f"sqlite:///{tmp_path}/estimator.sqlite"


@pytest.fixture
def request_(app: Flask) -> PatientRequest:
    """Return a request for a plan with a scan, which is on request; the rest of its price is 4,400."""
    return ask(publish(list_text(more=SCAN)), plan={**PLAN, "rehab": True})


def price(amount: str, by: str = COORDINATOR, manner: str = FOR_ALL) -> GivenPrice:
    return GivenPrice(Decimal(amount), manner, by)


def draft_of(request: PatientRequest) -> QuoteDraft:
    found = drafts.for_request(request)
    assert found is not None
    return found


def change(request: PatientRequest, actor: str = COORDINATOR, **what: object) -> None:
    draft = draft_of(request)
    act = acting(actor=actor, now=NOW, settings=settings())
    drafts.change(act, draft, save=draft.save, **what)  # type: ignore[arg-type]
    db.session.commit()


def test_with_a_price_nothing_is_missing_and_the_tax_of_the_list_is_on_it(request_: PatientRequest) -> None:
    """By hand: (2 x 2,000 + 100) and 10 % of it."""
    prepared = prepare(request_, priced={"scan": price("100.00")})
    assert [each.code for each in prepared.missing] == []
    assert prepared.chosen is not None
    assert prepared.chosen.text(prepared.chosen.total) == "4510.00"
    revision = issue(request_)
    assert (revision.total, quotes.content_of(revision)["priced"]) == ("4510.00", {"scan": "100.00"})


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("session", price("100.00")),
        ("nothing", price("100.00")),
        ("scan", price("100.00", manner="USD unit 1 nights")),
        ("scan", price("100.00", manner="EUR unit 1")),
        ("scan", price("0")),
        ("scan", price("-1.00")),
        ("scan", price("0.001")),
    ],
)
def test_what_can_be_no_price_is_refused_and_changes_nothing(
    request_: PatientRequest, code: str, given: GivenPrice
) -> None:
    prepare(request_)
    draft = draft_of(request_)
    with pytest.raises(NoSuchPrice) as refused:
        change(request_, priced={code: given})
    assert refused.value.code == code
    db.session.rollback()
    assert (draft_of(request_).save, given_prices.of(draft_of(request_))) == (draft.save, {})


def test_a_price_is_by_whoever_gave_this_amount(request_: PatientRequest) -> None:
    prepare(request_, priced={"scan": price("100.00")})
    change(request_, COLLEAGUE, priced={"scan": price("100.0", COLLEAGUE)})
    assert given_prices.of(draft_of(request_))["scan"].by == COORDINATOR
    change(request_, COLLEAGUE, priced={"scan": price("101.00", COLLEAGUE)})
    assert given_prices.of(draft_of(request_))["scan"].by == COLLEAGUE
    change(request_, priced={"scan": None})
    assert draft_of(request_).priced is None


def test_whoever_gave_a_price_above_the_limit_does_not_approve_it(request_: PatientRequest) -> None:
    """By hand: the list's price is 4,400, and the tax on the scan counts to it: 5 % of 4,422 is 221.10."""
    prepare(request_, priced={"scan": price("220.00")})
    assert not state(request_).needs_approval
    change(request_, priced={"scan": price("222.00")})
    prepared = state(request_)
    assert prepared.needs_approval
    by_author = acting(actor=COORDINATOR, now=NOW, settings=settings(), clinic=CLINIC)
    approvals.propose(by_author, draft_of(request_), fingerprint=prepared.fingerprint)
    with pytest.raises(drafts.SamePerson):
        drafts.approve(by_author, draft_of(request_), fingerprint=prepared.fingerprint)
    assert [each.id for each, _request in approvals.waiting(settings(), but=COLLEAGUE)] == [
        draft_of(request_).id
    ]
    assert approvals.waiting(settings(), but=COORDINATOR) == []
    drafts.approve(by_author.by(COLLEAGUE), draft_of(request_), fingerprint=prepared.fingerprint)
    db.session.commit()
    assert state(request_).approved
    change(request_, priced={"scan": price("223.00")})
    assert not state(request_).approved


def test_what_was_approved_without_prices_stays_approved(request_: PatientRequest) -> None:
    """A draft without prices has the fingerprint that it had before there were any."""
    prepare(request_)
    before = state(request_).fingerprint
    db.session.execute(
        update(QuoteDraft).values(priced=given_prices.column({"scan": price("5", manner="x")}))
    )
    db.session.commit()
    assert state(request_).fingerprint == before, "one that does not count"
    db.session.execute(update(QuoteDraft).values(priced=given_prices.column({"scan": price("5.00")})))
    db.session.commit()
    assert state(request_).fingerprint != before


@pytest.mark.long
def test_a_revision_begins_with_the_prices_as_given_by_whoever_prepares_it(request_: PatientRequest) -> None:
    prepare(request_, priced={"scan": price("100.00")})
    accept(issue(request_))
    drafts.begin(acting(actor=COLLEAGUE, now=NOW, settings=settings()), request_)
    db.session.commit()
    assert given_prices.of(draft_of(request_)) == {"scan": price("100.00", COLLEAGUE)}
    assert [each.code for each in state(request_).missing] == []


def test_two_who_save_at_once_do_not_overwrite_a_price(request_: PatientRequest) -> None:
    prepare(request_, priced={"scan": price("100.00")})
    draft = draft_of(request_)
    with pytest.raises(drafts.ChangedMeanwhile):
        drafts.change(
            acting(actor=COLLEAGUE, now=NOW, settings=settings()),
            draft,
            save=draft.save - 1,
            priced={"scan": price("1.00", COLLEAGUE)},
        )
    db.session.rollback()
    assert given_prices.of(draft_of(request_))["scan"].amount == Decimal("100.00")
