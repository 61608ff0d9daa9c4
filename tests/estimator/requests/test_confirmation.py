"""The mail that confirms a request: when there is an answer, the way to the request, and no medical word."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import requests
from estimator.clinic import Clinic
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest
from estimator.privacy import erasure
from estimator.processes import mail_contents, worker
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_mail import claimed, settings
from tests.support.example_request import PERSON, request


@pytest.fixture
def database_url(tmp_path: object) -> str:
    """Return the address of an empty SQLite file: nothing here depends on the kind of database."""
    return f"sqlite:///{tmp_path}/estimator.sqlite"


def mail_of(record: PatientRequest) -> outbox.Claimed:
    return claimed(db.session.scalars(select(Mail.id).filter_by(about=record.reference)).one(), NOW)


def written(mail: outbox.Claimed) -> EmailMessage:
    return mail_contents.compose(acting(settings=settings(), now=NOW), mail)


def text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    found: str = body.get_content()
    return found


def test_it_says_when_there_is_an_answer_and_where_the_request_is(app: Flask) -> None:
    record = request(NOW)
    message = written(mail_of(record))
    token = requests.token_of(record, settings().link_key)
    assert message["To"] == PERSON.email
    assert record.reference in message["Subject"]
    assert "by the end of 13 March 2026 (UTC)" in text(message)
    assert f"http://127.0.0.1:8000/r/{token}?written=en\n" in text(message)


def test_it_says_nothing_about_a_treatment_and_nothing_that_was_typed(app: Flask) -> None:
    record = request(NOW, for_whom="other")
    whole = written(mail_of(record)).as_string().replace("Example clinic", "").lower()  # whose mail it is
    medical = ("treatment", "cell", "session", "hospital", "rehab", "clinic", "patient", "spinal")
    typed = (PERSON.full_name, PERSON.message, PERSON.phone or "?")
    assert [word for word in (*medical, *map(str.lower, typed)) if word in whole] == []


def test_of_an_erased_request_nothing_is_sent(app: Flask) -> None:
    record = request(NOW)
    mail = mail_of(record)
    erasure.erase(acting(now=NOW), record)
    with pytest.raises(mail_contents.Gone):
        written(mail)


def test_a_night_removes_requests_that_are_over(app: Flask) -> None:
    reference = request(NOW - timedelta(days=9000)).reference
    worker._in_app(app, worker.night)
    assert requests.get(reference) is None
    assert Clinic().requests_kept_days < 9000
