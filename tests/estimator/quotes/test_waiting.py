"""What waits at the desk is counted and listed by an index, and by nothing that reads all requests."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text, update

from estimator import price_lists, quotes, requests
from estimator.db import db
from estimator.models import PatientRequest
from estimator.quotes import waiting
from pricing.quote_plans import by_plan
from tests.estimator.requests.many_requests import Known, fill
from tests.estimator.requests.test_search import reads_everything
from tests.support.acts import acting
from tests.support.example_list import NOW, table_text
from tests.support.example_quotes import accept, quoted, with_plans
from tests.support.query_plans import plan_of, statements

MANY = 1_200
ASKING = 70


@pytest.fixture
def known(app: Flask) -> list[Known]:
    """Return what is known of the requests in the database; about some there is a question."""
    act = acting(actor="command line", now=NOW)
    found = fill(price_lists.import_(act, table_text()), NOW, MANY)
    for number in range(1, ASKING + 1):
        db.session.get_one(PatientRequest, number).question_due_at = NOW + timedelta(days=number - 60)
    accepted = update(PatientRequest).where(PatientRequest.state == "accepted", PatientRequest.id % 5 != 0)
    db.session.execute(accepted.values(acceptance_waits_since=NOW))
    db.session.commit()
    return found


def listed(name: str) -> list[int]:
    """Return a whole list, page by page."""
    found: list[int] = []
    after = None
    while True:
        ids, after = waiting.page(name, NOW, after=after)
        found += ids
        if after is None:
            return found


@pytest.mark.long
def test_each_list_has_what_is_counted_and_nothing_twice(known: list[Known]) -> None:
    counts = waiting.counts(NOW)
    late = {one.id for one in known if one.state in ("new", "in_work") and one.due_at < NOW}
    expected = {
        "new": {one.id for one in known if one.state == "new"},
        "accepted": {one.id for one in known if one.state == "accepted" and one.id % 5},
        "questions": set(range(1, ASKING + 1)),
        "overdue": late | set(range(1, 60)),
        "follow_up": set(),
        "expiring": set(),
    }
    assert {name: listed(name) for name in waiting.LISTS} == {
        name: sorted(ids) for name, ids in expected.items()
    }
    assert {name: counts[name] for name in waiting.LISTS} == {
        name: len(ids) for name, ids in expected.items()
    }
    assert counts[waiting.TOGETHER] == len(set().union(*expected.values()))
    for state in waiting.STATES:
        assert counts[state] == sum(one.state == state for one in known)


@pytest.mark.long
def test_nothing_is_counted_beyond_a_thousand(known: list[Known], monkeypatch: pytest.MonkeyPatch) -> None:
    assert waiting.COUNTED == 1_000
    monkeypatch.setattr(waiting, "COUNTED", 3)
    assert set(waiting.counts(NOW).values()) == {0, 4}, "no quote is expiring, and of all else there are more"


@pytest.mark.long
def test_nothing_is_found_by_reading_all_requests(known: list[Known]) -> None:
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    with statements() as asked:
        waiting.counts(NOW)
        for name in waiting.LISTS:
            waiting.page(name, NOW, after=17)
    assert len(asked) == 1 + len(waiting.LISTS)
    plans = [plan_of(each) for each in asked]
    assert [plan for plan in plans if reads_everything(plan) or "SCAN patient_request\n" in f"{plan}\n"] == []


def test_a_quote_is_expiring_in_its_last_week_and_its_total_is_the_newest(app: Flask) -> None:
    revision = quoted()
    request = revision.quote.request
    last = revision.valid_until - NOW.date()
    assert waiting.counts(NOW + last - timedelta(days=8))["expiring"] == 0
    assert waiting.page("expiring", NOW + last - timedelta(days=7), after=None) == ([request.id], None)
    assert waiting.counts(NOW + last + timedelta(days=2))["expiring"] == 0
    assert waiting.totals_of([request.id]) == {
        request.id: waiting.Quoted((revision.total,), revision.currency)
    }


def test_a_quote_with_several_plans_has_all_their_totals_until_one_is_accepted(app: Flask) -> None:
    revision = with_plans("1", "3")
    of = revision.quote.request.id
    plans = [content["total"] for content in by_plan(quotes.content_of(revision)).values()]
    assert len(set(plans)) == 3
    assert waiting.totals_of([of])[of].totals == tuple(plans)
    accept(revision, plan="B")
    assert waiting.totals_of([of])[of].totals == (plans[1],)


def test_who_was_silent_for_so_many_days_is_followed_up_until_something_happens(app: Flask) -> None:
    request = quoted().quote.request
    later = NOW + timedelta(days=7, minutes=1)
    assert waiting.counts(later)["follow_up"] == 0, "never, unless that was set"
    assert waiting.counts(NOW + timedelta(days=6), silent_days=7)["follow_up"] == 0
    assert waiting.counts(later, silent_days=7)["follow_up"] == 1
    assert waiting.page("follow_up", later, after=None, silent_days=7) == ([request.id], None)
    requests.note(acting(actor="user:1", now=later), request, "Called her.")
    db.session.commit()
    assert waiting.counts(later, silent_days=7)["follow_up"] == 0


def test_a_request_on_several_lists_is_counted_once_together(app: Flask) -> None:
    request = quoted().quote.request
    request.question_due_at = NOW
    db.session.commit()
    later = NOW + timedelta(days=8)
    counts = waiting.counts(later, silent_days=7, also=[waiting.numbered([request.id])])
    assert (counts["questions"], counts["overdue"], counts["follow_up"]) == (1, 1, 1)
    assert counts[waiting.TOGETHER] == 1


def test_an_accepted_quote_waits_until_the_desk_has_done_something_at_its_request(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    request = revision.quote.request
    later = NOW + timedelta(days=90)
    requests.seen(acting(actor="user:1", now=later), request)
    requests.keep_question(acting(now=later), request, "When shall we come?")
    db.session.commit()
    assert waiting.counts(later)["accepted"] == 1, "to have read it is nothing that was done"
    assert waiting.page("accepted", later, after=None) == ([request.id], None)
    requests.note(acting(actor="user:1", now=later), request, "Called her.")
    db.session.commit()
    assert waiting.counts(later)["accepted"] == 0
    assert waiting.page("accepted", later, after=None) == ([], None)


def test_an_acceptance_that_was_taken_back_waits_for_nobody(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    quotes.take_back(acting(now=NOW), revision)
    db.session.commit()
    assert waiting.counts(NOW)["accepted"] == 0
