"""Every question is kept, and the desk is told of them without its mailbox ever being flooded."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import quotes, requests
from estimator.db import db
from estimator.i18n import reader
from estimator.models import Mail, PatientRequest, RequestEvent
from estimator.privacy import erasure
from estimator.requests import consents, questions
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.example_list import NOW
from tests.support.example_mail import estimate, settings
from tests.support.example_request import request

MINUTE = timedelta(minutes=1)


def first(number: int, now: datetime = NOW) -> PatientRequest:
    """Ask a first question as somebody who leaves a telephone number and no address."""
    found = requests.ask_first(
        acting(now=now, settings=settings()),
        estimate(now)[0],
        f"Question {number}?",
        email=None,
        phone="+49 30 901820",
        language="en",
        consent=consents.for_question(reader("en"), "Example clinic"),
        submission=f"form {number} {now}",
    )
    db.session.commit()
    return found


def another(found: PatientRequest, words: str, now: datetime = NOW) -> None:
    quotes.ask_question(acting(now=now, settings=settings()), found, words)
    db.session.commit()


def notices() -> int:
    """Return how many mails to the desk were caused."""
    return (
        db.session.scalar(select(func.count()).select_from(Mail).filter_by(template="request_question")) or 0
    )


def kept() -> int:
    """Return how many questions are kept."""
    return db.session.scalar(select(func.count()).select_from(RequestEvent).filter_by(kind="question")) or 0


def test_questions_about_one_request_are_one_mail_to_the_desk_in_ten_minutes(app: Flask) -> None:
    found = first(0)
    for number in range(5):
        another(found, f"More {number}?", NOW + number * 2 * MINUTE)
    assert (notices(), kept()) == (1, 6)
    another(found, "Still there?", NOW + 10 * MINUTE)
    assert (notices(), kept()) == (2, 7)


def test_a_question_after_an_answer_of_the_desk_is_told_at_once(app: Flask) -> None:
    found = first(0)
    act = acting(actor="user:1", now=NOW + MINUTE, settings=settings())
    requests.answer(act, found, "There is.")
    another(found, "And a ramp?", NOW + 2 * MINUTE)
    another(found, "How wide?", NOW + 3 * MINUTE)
    assert (notices(), kept()) == (2, 3)


def test_a_question_about_another_request_is_told_at_once(app: Flask) -> None:
    first(0)
    first(1)
    another(request(NOW, record=estimate(NOW)[0]), "And mine?")
    assert notices() == 3


@pytest.mark.long
def test_a_flood_of_first_questions_gives_so_many_mails_an_hour_and_loses_no_question(app: Flask) -> None:
    most = questions.TOLD_AN_HOUR
    for number in range(most + 5):
        first(number)
    assert (notices(), kept()) == (most, most + 5)
    first(most + 5, NOW + timedelta(minutes=59))
    assert notices() == most
    first(most + 6, NOW + timedelta(minutes=60))
    assert (notices(), kept()) == (most + 1, most + 7)


@pytest.mark.long
def test_deleting_what_was_asked_makes_no_room_for_more_mails(app: Flask) -> None:
    most = questions.TOLD_AN_HOUR
    for number in range(most):
        found = first(number)
        erasure.erase(acting(now=NOW, settings=settings()), found)
        db.session.commit()
    first(most)
    assert notices() == most


@pytest.mark.long
def test_questions_at_once_do_not_get_round_the_limit(app: Flask) -> None:
    most = questions.TOLD_AN_HOUR
    for number in range(most - 1):
        first(number)
    waiting = [request(NOW, record=estimate(NOW)[0]).reference for _number in range(4)]

    def ask(number: int) -> None:
        found = requests.get(waiting[number])
        assert found is not None
        quotes.ask_question(acting(now=NOW, settings=settings()), found, "At once?")
        db.session.commit()

    at_once(app, 4, ask)
    assert (notices(), kept()) == (most, most + 3)


def test_the_mail_to_the_desk_tells_answers_from_a_question(app: Flask) -> None:
    found = first(0)
    answered = requests.Answered(found.table_version_id, {"sessions": "2"})
    act = acting(now=NOW + 11 * MINUTE, settings=settings())
    quotes.ask_question(act, found, "", answered=answered, submission="form")
    db.session.commit()
    told = db.session.scalars(select(Mail.options).filter_by(template="request_question").order_by(Mail.id))
    assert [json.loads(options).get("answered", False) for options in told] == [False, True]
