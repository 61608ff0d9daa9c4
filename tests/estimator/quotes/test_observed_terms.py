"""A quote observes the terms of the version it was issued with: its first day, and the days to take it back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import quotes
from estimator.db import db
from estimator.models import AuditEntry, QuoteRevision
from estimator.quotes import drafts
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.example_list import NOW
from tests.support.example_quotes import (
    CLINIC,
    COORDINATOR,
    accept,
    ask,
    issue,
    list_text,
    prepare,
    publish,
    quoted,
    settings,
)

DAY = timedelta(days=1)
FROM = 'source = "An act"\nas_of = 2026-01-01\n'
WAIT = f'\n[terms.wait]\nkind = "accept_after"\ndays = 15\n{FROM}'
BACK = f'\n[terms.back]\nkind = "take_back"\ndays = 3\n{FROM}'
FIRST = datetime(2026, 3, 26, tzinfo=UTC)
"""The first moment of the first day: fifteen whole days lie between it and NOW, 10 March."""


def fresh(revision_id: int) -> QuoteRevision:
    return db.session.get_one(QuoteRevision, revision_id)


def take_back(revision: QuoteRevision, now: datetime) -> None:
    quotes.take_back(acting(now=now, settings=settings()), revision)
    db.session.commit()


def test_nothing_is_accepted_before_the_first_day_and_everything_from_its_first_second_on(app: Flask) -> None:
    publish(list_text(more=WAIT))
    revision = quoted()
    for moment in (NOW, FIRST - timedelta(seconds=1)):
        assert quotes.waits_until(revision, moment) == date(2026, 3, 26)
        with pytest.raises(quotes.TooEarly) as refused:
            accept(revision, moment)
        assert refused.value.day == date(2026, 3, 26)
        db.session.rollback()
    assert revision.state == "current"
    assert quotes.waits_until(revision, FIRST) is None
    accept(revision, FIRST)
    assert revision.state == "accepted"


def test_the_days_are_those_of_the_lists_time_zone(app: Flask) -> None:
    publish(list_text(time_zone="Asia/Tokyo", more=WAIT))
    revision = quoted(now=datetime(2026, 3, 10, 16, 0, tzinfo=UTC), submission="late")  # the 11th there
    assert quotes.first_day_to_accept(revision) == date(2026, 3, 27)
    with pytest.raises(quotes.TooEarly):
        accept(revision, datetime(2026, 3, 26, 14, 59, tzinfo=UTC))
    db.session.rollback()
    accept(revision, datetime(2026, 3, 26, 15, 0, tzinfo=UTC))


def test_the_content_of_a_quote_has_its_first_day_and_the_terms_with_their_source(app: Flask) -> None:
    publish(list_text(more=WAIT))
    content = quotes.content_of(quoted())
    assert content.get("accept_from") == "2026-03-26"
    assert content["breakdown"].get("terms") == [
        {"code": "wait", "kind": "accept_after", "days": 15, "source": "An act", "as_of": "2026-01-01"}
    ]


def test_a_quote_from_a_list_without_terms_is_as_it_was(app: Flask) -> None:
    revision = quoted()
    content = quotes.content_of(revision)
    assert "accept_from" not in content
    assert "terms" not in content["breakdown"]
    assert quotes.first_day_to_accept(revision) is None
    accept(revision)


def test_the_days_to_take_back_are_the_lists_and_not_the_clinics(app: Flask) -> None:
    publish(list_text(more=BACK))
    revision = quoted()
    accept(revision)
    said = quotes.decision_of(revision)
    assert said is not None
    over = datetime(2026, 3, 14, tzinfo=UTC)
    assert said.reversible_until == over
    with pytest.raises(quotes.TooLate):
        take_back(revision, over)
    db.session.rollback()
    take_back(revision, over - timedelta(seconds=1))
    assert revision.state == "current"


def test_a_quote_keeps_the_terms_it_was_issued_with_when_the_list_changes(app: Flask) -> None:
    publish(list_text(more=WAIT + BACK))
    revision = quoted()
    publish(list_text(version="2026-2", valid_from="2026-03-11"), now=NOW + DAY)
    with pytest.raises(quotes.TooEarly):
        accept(revision, FIRST - DAY)
    db.session.rollback()
    accept(revision, FIRST)
    said = quotes.decision_of(revision)
    assert said is not None
    assert said.reversible_until == FIRST + 4 * DAY


def test_what_is_taken_back_stands_in_the_audit_trail_once(app: Flask) -> None:
    revision_id = quoted().id
    accept(fresh(revision_id))
    db.session.rollback()
    found = at_once(app, 4, lambda _number: take_back(fresh(revision_id), NOW + DAY))
    assert sorted(type(each).__name__ for each in found) == ["NoneType"] + ["NotCurrent"] * 3
    (entry,) = db.session.scalars(select(AuditEntry).filter_by(action="quote.taken_back"))
    assert entry.subject == f"quote_revision:{revision_id}"
    assert json.loads(entry.detail) == {"number": "Q-2026-00001", "revision": 1}


@pytest.mark.long
@pytest.mark.parametrize("what", ["withdrawn", "replaced"])
def test_of_the_desk_and_a_patient_who_takes_back_at_once_one_learns_what_the_other_did(
    app: Flask, what: str
) -> None:
    revision = quoted()
    accept(revision)
    request, revision_id = revision.quote.request, revision.id
    if what == "replaced":
        prepare(request)
    db.session.rollback()

    def do(number: int) -> None:
        found = fresh(revision_id)
        if number == 0:
            take_back(found, NOW + DAY)
        elif what == "replaced":
            issue(found.quote.request, NOW + DAY)
        else:
            quotes.withdraw(
                acting(actor=COORDINATOR, now=NOW + DAY, settings=settings()), found, reason="mistake"
            )

    found = at_once(app, 2, do)
    errors = [each for each in found if isinstance(each, Exception)]
    assert all(isinstance(each, quotes.NotCurrent) for each in errors)
    assert fresh(revision_id).state in (what, "current")
    assert len(errors) < 2


def test_a_last_day_before_the_first_keeps_a_quote_from_being_issued(app: Flask) -> None:
    request = ask(publish(list_text(more=WAIT)))
    lacking = [missing.code for missing in prepare(request, valid_until=date(2026, 3, 25)).missing]
    assert lacking == ["never_accepted"]
    draft = drafts.for_request(request)
    assert draft is not None
    assert prepare(request, valid_until=date(2026, 3, 26)).missing == []


def test_without_a_term_the_clinics_days_count_that_it_was_issued_with(app: Flask) -> None:
    publish(list_text(more=WAIT))
    revision = quoted(clinic=replace(CLINIC, reflection_days=0))
    accept(revision, FIRST)
    with pytest.raises(quotes.TooLate):
        take_back(revision, FIRST)
