"""A patient is told by mail what became of their quote, whoever did it; a mailbox that is flooded tells nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update

from estimator import quotes
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, QuoteRevision
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_quotes import CLINIC, COORDINATOR, PERSON, accept, decline, quoted, settings


def receipts() -> list[Mail]:
    """Return the receipts, the oldest first."""
    return list(db.session.scalars(select(Mail).filter_by(template="quote_receipt").order_by(Mail.id)))


def options() -> list[dict[str, str]]:
    return [json.loads(mail.options) for mail in receipts()]


def take_back(revision: QuoteRevision) -> None:
    quotes.take_back(acting(now=NOW, settings=settings()), revision)
    db.session.commit()


def withdraw(revision: QuoteRevision) -> None:
    quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), revision, reason="mistake")
    db.session.commit()


def test_an_acceptance_is_confirmed_with_the_last_day_on_which_it_can_be_taken_back(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    (mail,) = receipts()
    assert outbox.address_of(mail, settings().data_keys) == PERSON.email
    assert (mail.about, mail.language) == ("Q-2026-00001/1", "en")
    assert options() == [{"what": "accepted", "last_day": "2026-03-17"}]


def test_what_cannot_be_taken_back_names_no_day(app: Flask) -> None:
    accept(quoted(clinic=replace(CLINIC, reflection_days=0)))
    db.session.commit()
    assert options() == [{"what": "accepted"}]


def test_taking_back_declining_and_withdrawing_are_told_too(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    take_back(revision)
    decline(revision)
    assert [each["what"] for each in options()] == ["accepted", "taken_back", "declined"]
    other = quoted(submission="another form")
    withdraw(other)
    assert [each["what"] for each in options()] == ["accepted", "taken_back", "declined", "withdrawn"]


def test_whoever_has_no_address_gets_no_receipt(app: Flask) -> None:
    revision = quoted(person=replace(PERSON, email=None, phone="+48 600 100 200"))
    accept(revision)
    assert (revision.state, receipts()) == ("accepted", [])


def test_an_address_that_cannot_be_read_hinders_no_answer(app: Flask) -> None:
    revision = quoted()
    db.session.execute(update(PatientRequest).values(email=b"\x01nonsense"))
    db.session.commit()
    decline(revision)
    assert (revision.state, receipts()) == ("declined", [])


@pytest.mark.long
def test_accepting_and_taking_back_over_and_over_fills_nobodys_mailbox(app: Flask) -> None:
    revision = quoted()
    for _time in range(quotes.ACCEPTANCES_A_DAY):
        accept(revision)
        take_back(revision)
    assert len(receipts()) == 10
    withdraw(revision)
    assert [each["what"] for each in options()][10:] == ["withdrawn"], "nobody's own doing hides that"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_answer_that_does_not_count_is_not_confirmed(app: Flask) -> None:
    revision = quoted()
    withdraw(revision)
    with pytest.raises(quotes.NotCurrent):
        accept(revision)
    db.session.rollback()
    assert [each["what"] for each in options()] == ["withdrawn"]
