"""Firm quotes once they are issued: revised, withdrawn, expired, opened by the newest link; on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from estimator import quotes, requests
from estimator.db import db
from estimator.models import QuoteRevision
from estimator.privacy import erasure
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_quotes import (
    COORDINATOR,
    PLAN,
    accept,
    ask,
    decline,
    issue,
    list_text,
    person,
    prepare,
    publish,
    quoted,
    settings,
)

DAY = timedelta(days=1)


def revised(revision: QuoteRevision, now: datetime = NOW, **changes: object) -> QuoteRevision:
    """Issue another revision of a quote."""
    prepare(revision.quote.request, now, **changes)  # type: ignore[arg-type]
    return issue(revision.quote.request, now)


def test_a_revision_replaces_the_one_before_and_says_what_changed(app: Flask) -> None:
    first = quoted()
    second = revised(
        first,
        NOW + DAY,
        answers={**PLAN, "sessions": "3"},
        adjustments=[("-50.00", "Goodwill")],
        valid_until=date(2026, 4, 30),
    )
    assert (first.state, second.state) == ("replaced", "current")
    assert (second.quote.number, second.number) == ("Q-2026-00001", 2)
    assert quotes.content_of(second)["replaces"] == 1
    assert [each.number for each in quotes.revisions(second.quote)] == [2, 1]
    rows = quotes.rows_of(second, settings().data_keys)
    assert rows is not None
    assert rows.replaces == "Replaces revision 1 of 10 March 2026"
    money = "USD\N{NO-BREAK SPACE}"
    assert [(row.kind, str(row.label), row.old, row.new) for row in rows.changed] == [
        ("answer", "Sessions", "2", "3"),
        ("item", "Session", f"{money}4,000.00", f"{money}6,000.00"),
        ("tax", "Value added tax", f"{money}400.00", f"{money}600.00"),
        ("adjustment", "Goodwill", "not in it", f"\N{MINUS SIGN}{money}50.00"),
        ("valid_until", "Last day on which it is valid", "9 April 2026", "30 April 2026"),
        ("total", "Firm total", f"{money}4,400.00", f"{money}6,550.00"),
    ]
    rest = [sum_.amount for sum_ in rows.payments]
    assert rest == [f"{money}500.00", f"{money}6,050.00"]


def test_the_link_of_a_quote_opens_its_newest_revision(app: Flask) -> None:
    first = quoted()
    token = quotes.token_of(first.quote, settings().link_key)
    second = revised(first)
    found = quotes.find(token)
    assert found is not None
    assert quotes.newest(found).id == second.id


def test_a_revision_is_never_older_than_the_one_it_replaces(app: Flask) -> None:
    first = quoted(NOW)
    second = revised(first, NOW - timedelta(hours=5))
    assert second.issued_at == first.issued_at
    assert quotes.content_of(second)["issued"] == quotes.content_of(first)["issued"]


def test_what_was_accepted_can_be_revised_and_has_to_be_accepted_again(app: Flask) -> None:
    first = quoted()
    accept(first)
    second = revised(first)
    assert (first.state, second.state) == ("replaced", "current")
    assert second.quote.request.state == "quoted"
    said = quotes.decision_of(first)
    assert said is not None
    assert said.kind == "accepted"
    accept(second)
    assert second.state == "accepted"


def test_what_was_declined_or_withdrawn_stays_so_when_it_is_revised(app: Flask) -> None:
    first = quoted()
    decline(first)
    second = revised(first)
    quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), second, reason="mistake")
    db.session.commit()
    third = revised(first)
    assert [each.state for each in (first, second, third)] == ["declined", "withdrawn", "current"]


def test_the_list_of_the_newest_revision_is_the_one_that_is_kept(app: Flask) -> None:
    request = ask(publish())
    publish(list_text(version="2026-2", valid_from="2026-03-10", price="2100.00"))
    prepare(request, prices="again")
    first = issue(request)
    publish(list_text(version="2026-3", valid_from="2026-03-11", price="2200.00"))
    prepared_ = prepare(request, NOW + DAY)
    assert prepared_.kept.id == first.table_version_id
    assert prepared_.kept_until == first.valid_until


def test_a_quote_expires_at_the_end_of_its_last_day_where_the_clinic_is(app: Flask) -> None:
    publish(list_text(time_zone="Asia/Tokyo"))
    revision = quoted()
    last = datetime(2026, 4, 9, 14, 59, 59, tzinfo=UTC)
    assert revision.valid_until == date(2026, 4, 9)
    assert quotes.state_at(revision, last) == "current"
    assert quotes.state_at(revision, last + timedelta(seconds=1)) == "expired"
    assert revision.state == "current"


def test_an_expired_quote_is_written_down_once_and_not_a_second_early(app: Flask) -> None:
    publish(list_text(time_zone="America/Los_Angeles"))
    revision = quoted()
    last = datetime(2026, 4, 10, 6, 59, 59, tzinfo=UTC)
    assert quotes.expire_due(acting(actor="clock", now=last, settings=settings())) == 0
    db.session.commit()
    over = last + timedelta(seconds=1)
    assert quotes.expire_due(acting(actor="clock", now=over, settings=settings())) == 1
    db.session.commit()
    assert (revision.state, revision.quote.request.state) == ("expired", "expired")
    assert quotes.expire_due(acting(actor="clock", now=over, settings=settings())) == 0
    assert [each.kind for each in requests.history(revision.quote.request, settings().data_keys)].count(
        "expired"
    ) == 1


def test_what_is_expired_stays_so_when_the_clock_is_set_back(app: Flask) -> None:
    revision = quoted()
    quotes.expire_due(acting(actor="clock", now=NOW + 60 * DAY, settings=settings()))
    db.session.commit()
    assert quotes.state_at(revision, NOW) == "expired"


def test_an_expired_quote_can_be_revised(app: Flask) -> None:
    first = quoted()
    quotes.expire_due(acting(actor="clock", now=NOW + 60 * DAY, settings=settings()))
    db.session.commit()
    second = revised(first, NOW + 60 * DAY)
    assert (first.state, second.state) == ("replaced", "current")
    assert second.quote.request.state == "quoted"


def test_what_was_answered_or_withdrawn_does_not_expire(app: Flask) -> None:
    found = [quoted(submission=f"form {number}", person=person(number)) for number in range(3)]
    accept(found[0])
    decline(found[1])
    quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), found[2], reason="asked")
    db.session.commit()
    later = NOW + 60 * DAY
    assert quotes.expire_due(acting(actor="clock", now=later, settings=settings())) == 0
    assert [quotes.state_at(each, later) for each in found] == ["accepted", "declined", "withdrawn"]


def test_a_withdrawn_quote_goes_back_to_work_and_cannot_be_withdrawn_again(app: Flask) -> None:
    revision = quoted()
    quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), revision, reason="mistake")
    db.session.commit()
    assert (revision.state, revision.quote.request.state) == ("withdrawn", "in_work")
    with pytest.raises(quotes.NotCurrent) as refused:
        quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), revision, reason="mistake")
    assert refused.value.state == "withdrawn"
    with pytest.raises(ValueError, match="no reason"):
        quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), revision, reason="Because.")


def test_what_somebody_erased_had_accepted_leaves_nothing_to_be_done_once_it_is_withdrawn(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    act = acting(actor=COORDINATOR, now=NOW, settings=settings())
    erasure.erase(act, revision.quote.request)
    db.session.commit()
    assert revision.quote.request.state == "accepted"
    quotes.withdraw(act, revision, reason="asked")
    db.session.commit()
    assert (revision.state, revision.quote.request.state) == ("withdrawn", "closed")
    assert quotes.waiting.page("accepted", NOW, after=None)[0] == []


def test_a_new_link_ends_the_one_before(app: Flask) -> None:
    revision = quoted()
    old = quotes.token_of(revision.quote, settings().link_key)
    new = quotes.new_link(acting(actor=COORDINATOR, now=NOW, settings=settings()), revision.quote)
    db.session.commit()
    assert quotes.find(old) is None
    found = quotes.find(new)
    assert found is not None
    assert found.id == revision.quote_id
    assert quotes.token_of(found, settings().link_key) == new
