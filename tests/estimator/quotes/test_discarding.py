"""What is discarded of a quote is what somebody has seen, whatever others do at that moment; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import requests
from estimator.act import Act
from estimator.db import db
from estimator.models import AuditEntry, PatientRequest, QuoteDraft, RequestEvent
from estimator.quotes import drafts
from tests.support.acts import acting
from tests.support.at_once import at_once, meanwhile
from tests.support.example_list import NOW
from tests.support.example_quotes import COLLEAGUE, ask, issue, prepare, publish, settings


@pytest.fixture
def reference(app: Flask) -> str:
    """Return the reference of a request whose quote is being prepared."""
    request = ask(publish())
    prepare(request)
    return request.reference


def request_of(reference: str) -> PatientRequest:
    found = requests.get(reference)
    assert found is not None
    return found


def draft_of(reference: str) -> QuoteDraft:
    found = drafts.for_request(request_of(reference))
    assert found is not None
    return found


def who() -> Act:
    return acting(actor=COLLEAGUE, now=NOW, settings=settings())


def save(reference: str) -> None:
    act = acting(actor=COLLEAGUE, now=NOW, settings=settings())
    drafts.change(act, draft_of(reference), save=draft_of(reference).save, valid_until=date(2026, 5, 1))


def discard(reference: str) -> None:
    drafts.discard(who(), draft_of(reference), save=draft_of(reference).save)


def issue_and_begin_again(reference: str) -> None:
    issue(request_of(reference))
    drafts.begin(acting(actor=COLLEAGUE, now=NOW, settings=settings()), request_of(reference))


@pytest.mark.every_variant
@pytest.mark.parametrize("change", [save, discard, issue_and_begin_again])
def test_what_changed_meanwhile_is_not_discarded_unseen(
    app: Flask, reference: str, change: Callable[[str], None]
) -> None:
    read = draft_of(reference)
    seen = read.save
    meanwhile(app, lambda: change(reference))
    left = select(QuoteDraft.name, QuoteDraft.save)
    with pytest.raises(drafts.ChangedMeanwhile):
        drafts.discard(who(), read, save=seen)
    db.session.rollback()
    assert len(db.session.execute(left).all()) == (0 if change is discard else 1)


def test_who_discarded_a_quote_stands_in_history_and_trail_and_issuing_discards_nothing(
    app: Flask, reference: str
) -> None:
    issue_and_begin_again(reference)
    written = select(RequestEvent.actor).filter_by(kind="discarded")
    assert db.session.scalar(written) is None
    discard(reference)
    db.session.commit()
    assert db.session.scalars(written).all() == [COLLEAGUE]
    trail = select(AuditEntry.actor).filter_by(action="quote.discarded")
    assert db.session.scalars(trail).all() == [COLLEAGUE]


def test_of_two_who_discard_a_quote_at_once_one_is_told(app: Flask, reference: str) -> None:
    seen = draft_of(reference).save
    found = at_once(app, 2, lambda _number: drafts.discard(who(), draft_of(reference), save=seen))
    assert found.count(None) == 1
    assert db.session.scalar(select(QuoteDraft)) is None
