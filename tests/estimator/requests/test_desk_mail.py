"""The desk is told of what is new as the clinic set it: at once, once an hour, or not at all; never of anybody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import quotes
from estimator.act import Act
from estimator.clinic import Clinic
from estimator.db import db
from estimator.models import Mail, PatientRequest
from estimator.processes import mail_contents
from estimator.requests import desk_mail
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.example_list import NOW
from tests.support.example_mail import claimed, estimate, settings
from tests.support.example_request import PERSON, request

MINUTE = timedelta(minutes=1)


def act(wanted: str, now: datetime = NOW) -> Act:
    return acting(now=now, settings=settings(), clinic=Clinic(desk_mail=wanted))


def new(wanted: str, now: datetime = NOW, **other: object) -> PatientRequest:
    return request(now, record=estimate(NOW)[0], clinic=Clinic(desk_mail=wanted), **other)  # type: ignore[arg-type]


def told(wanted: str, now: datetime = NOW) -> bool:
    put = desk_mail.tell(act(wanted, now))
    db.session.commit()
    return put


def news() -> list[dict[str, str]]:
    """Return what the mails to the desk tell, the first first."""
    found = select(Mail.options).filter_by(template="desk_news").order_by(Mail.id)
    return [json.loads(options) for options in db.session.scalars(found)]


def test_a_new_request_is_told_once_and_those_after_it_together(app: Flask) -> None:
    new("at_once")
    assert told("at_once")
    assert not told("at_once", NOW + MINUTE)
    for _number in range(2):
        new("at_once", NOW + MINUTE)
    assert not told("at_once", NOW + 2 * MINUTE)
    assert told("at_once", NOW + 10 * MINUTE)
    assert news() == [{"questions": "0", "requests": "1"}, {"questions": "0", "requests": "2"}]


def test_once_an_hour_one_mail_tells_of_requests_and_questions(app: Flask) -> None:
    asked = new("hourly")
    assert told("hourly")
    new("hourly", NOW + MINUTE)
    quotes.ask_question(act("hourly", NOW + MINUTE), asked, "And the stairs?")
    db.session.commit()
    assert not told("hourly", NOW + 59 * MINUTE)
    assert told("hourly", NOW + 60 * MINUTE)
    assert news()[1:] == [{"questions": "1", "requests": "1"}]
    assert db.session.scalar(select(Mail).filter_by(template="request_question")) is None


def test_a_clinic_that_wants_none_gets_none_also_not_when_it_changes_its_mind(app: Flask) -> None:
    new("none")
    new("hourly")
    assert not told("none")
    assert not told("hourly", NOW + 90 * MINUTE)
    assert news() == []


def test_what_the_desk_entered_itself_is_not_told(app: Flask) -> None:
    new("at_once", origin="staff")
    assert not told("at_once")


def test_two_workers_put_one_mail(app: Flask) -> None:
    new("at_once")
    at_once(app, 4, lambda _number: desk_mail.tell(act("at_once")))
    assert len(news()) == 1


def test_a_worker_killed_before_it_commits_loses_and_doubles_nothing(app: Flask) -> None:
    new("at_once")
    desk_mail.tell(act("at_once"))
    db.session.rollback()
    assert news() == []
    assert told("at_once")
    assert len(news()) == 1


@pytest.mark.parametrize("part", [PERSON.full_name, PERSON.email, "REQ-", "EST-", "cell", "treatment"])
def test_the_mail_says_nothing_of_anybody(app: Flask, part: str) -> None:
    new("at_once")
    told("at_once")
    mail = db.session.scalars(select(Mail.id).filter_by(template="desk_news")).one()
    message = mail_contents.compose(replace(act("at_once")), claimed(mail, NOW))
    text = f"{message['Subject']}\n{message.get_body(('plain',)).get_content()}"  # type: ignore[union-attr]
    assert "1 request is new." in text
    assert part not in text.replace("Treatment cost estimator", "")
