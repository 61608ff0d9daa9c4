"""One calm mail before a quote ends: once for a revision, while it can be answered, not to who wants none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import quotes
from estimator.clinic import Clinic
from estimator.db import db
from estimator.models import Mail, QuoteRevision
from estimator.processes import mail_contents
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.example_list import NOW
from tests.support.example_mail import claimed
from tests.support.example_quotes import (
    COORDINATOR,
    PERSON,
    accept,
    decline,
    issue,
    prepare,
    quoted,
    settings,
)

LAST = date(2026, 4, 9)
"""The last day of a quote that is issued now."""

DUE = datetime(2026, 4, 2, 12, tzinfo=UTC)
"""Seven days before."""


def put(now: datetime, days: int = 7) -> int:
    """Put what is due, as a worker does each minute."""
    act = acting(actor="clock", now=now, settings=settings(), clinic=Clinic(reminder_days=days))
    found = quotes.reminders.put_due(act)
    db.session.commit()
    return found


def mails() -> list[int]:
    """Return the mails that were put."""
    return list(db.session.scalars(select(Mail.id).filter_by(template="quote_reminder").order_by(Mail.id)))


def withdraw(revision: QuoteRevision) -> None:
    quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), revision, reason="mistake")
    db.session.commit()


def want_none(revision: QuoteRevision) -> None:
    quotes.reminders.stop(acting(now=NOW, settings=settings()), revision.quote.request, wanted=False)
    db.session.commit()


def revise(revision: QuoteRevision) -> None:
    prepare(revision.quote.request, DUE)
    issue(revision.quote.request, DUE)


def test_one_mail_is_put_on_the_day_that_the_clinic_set_and_no_other(app: Flask) -> None:
    assert quoted().valid_until == LAST
    assert put(DUE - timedelta(days=1)) == 0
    assert put(DUE) == 1
    for later in (timedelta(minutes=1), timedelta(days=3), timedelta(days=7)):
        assert put(DUE + later) == 0
    assert len(mails()) == 1


@pytest.mark.parametrize("meanwhile", [accept, decline, withdraw, revise, want_none])
def test_there_is_none_about_what_was_answered_or_does_not_hold_any_more_or_is_not_wanted(
    app: Flask, meanwhile: Callable[[QuoteRevision], None]
) -> None:
    meanwhile(quoted())
    assert put(DUE) == 0
    assert mails() == []


@pytest.mark.parametrize("meanwhile", [accept, decline, withdraw, want_none])
def test_one_that_waits_to_be_sent_is_not_sent_after_that(
    app: Flask, meanwhile: Callable[[QuoteRevision], None]
) -> None:
    revision = quoted()
    assert put(DUE) == 1
    meanwhile(revision)
    with pytest.raises(mail_contents.Overtaken):
        mail_contents.compose(acting(settings=settings(), now=DUE), claimed(mails()[0], DUE))


@pytest.mark.parametrize(
    ("now", "days"),
    [(DUE, 0), (datetime(2026, 4, 9, 1, tzinfo=UTC), 7), (datetime(2026, 4, 10, 1, tzinfo=UTC), 7)],
    ids=["none are wanted", "the last day", "it is over"],
)
def test_nobody_is_hurried_on_the_last_day_nor_where_the_clinic_wants_no_mail(
    app: Flask, now: datetime, days: int
) -> None:
    quoted()
    assert put(now, days) == 0


def test_a_quote_that_was_issued_so_late_that_its_own_mail_told_the_day_has_none(app: Flask) -> None:
    revision = quoted()
    prepare(revision.quote.request, valid_until=NOW.date() + timedelta(days=5))
    issue(revision.quote.request)
    for day in range(6):
        assert put(NOW + timedelta(days=day)) == 0


def test_somebody_without_an_address_gets_none(app: Flask) -> None:
    quoted(person=replace(PERSON, email=None, phone="+48 22 555 01 23"))
    assert put(DUE) == 0


def test_a_worker_that_is_killed_before_it_commits_has_marked_and_put_nothing(app: Flask) -> None:
    quoted()
    act = acting(actor="clock", now=DUE, settings=settings())
    assert quotes.reminders.put_due(act) == 1
    db.session.rollback()
    assert mails() == []
    assert put(DUE) == 1


def test_two_workers_at_once_put_one(app: Flask) -> None:
    quoted()

    def one(_number: int) -> int:
        return quotes.reminders.put_due(acting(actor="clock", now=DUE, settings=settings()))

    assert sorted(map(str, at_once(app, 2, one))) == ["0", "1"]
    assert len(mails()) == 1


def test_the_mail_names_the_day_and_no_person_amount_or_number_of_days_left(app: Flask) -> None:
    revision = quoted()
    put(DUE)
    message = mail_contents.compose(acting(settings=settings(), now=DUE), claimed(mails()[0], DUE))
    assert message["Subject"] == "About your quote Q-2026-00001"
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "9 April 2026" in text
    for wrong in ("Kowalska", str(revision.total), " days", "hurry", "soon", "only until", "expire"):
        assert wrong not in text, wrong
    assert list(message.iter_attachments()) == []


def test_a_reminder_is_no_sign_of_life_of_the_patient(app: Flask) -> None:
    revision = quoted()
    before = revision.quote.request.active_at
    put(DUE)
    db.session.refresh(revision.quote.request)
    assert revision.quote.request.active_at == before
