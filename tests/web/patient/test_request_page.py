"""The page of a request: opened by its link alone, it tells nothing personal, takes questions and another language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from estimator import requests
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, RequestEvent
from estimator.models.requests import RequestState
from estimator.processes import mail_contents
from tests.support.acts import acting
from tests.support.asking import asked, link_of, settings_of, stored
from tests.support.clinic import ANSWERS, NOW, table_text
from tests.support.visitor import Page, Visitor


@pytest.fixture
def form(visitor: Visitor, breakdown: Page) -> Page:
    """Return the empty form for the visitor's estimate."""
    return visitor.open(f"{breakdown.path}/ask")


def test_a_link_is_exchanged_for_the_visit_and_changes_nothing(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    stranger = Visitor(app)
    for method in ("head", "get", "get"):
        answer = getattr(stranger.client, method)(link_of(app, record))
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/request/{record.reference}"
    page = stranger.open(f"/request/{record.reference}")
    assert page.status == 200
    assert "Your request has arrived. A person reads it." in page.text()
    assert "by the end of 13 March 2026 (UTC)" in page.text()
    with app.app_context():
        assert db.session.scalars(select(RequestEvent.kind)).all() == ["asked"]
    (after,) = stored(app)
    assert (after.changes, after.active_at) == (record.changes, record.active_at)


def test_the_page_of_a_request_tells_nothing_personal(app: Flask, visitor: Visitor, form: Page) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    stranger = Visitor(app)
    stranger.open(link_of(app, record))
    page = stranger.open(f"/request/{record.reference}")
    for text in ("Quill", "mina", "901820", "stairs", "Own bone marrow"):
        assert text not in page.html


def test_without_its_link_a_request_is_not_there(app: Flask, visitor: Visitor, form: Page) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    stranger = Visitor(app)
    known = stranger.open(f"/request/{record.reference}")
    unknown = stranger.open("/request/REQ-2222-2222")
    assert known.status == unknown.status == 404
    assert known.body == unknown.body
    assert stranger.open(f"/r/{'A' * 43}").status == 404


def test_a_link_that_was_replaced_opens_nothing(app: Flask, visitor: Visitor, form: Page) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        found.link_serial += 1
        db.session.commit()
    assert visitor.open(f"/request/{record.reference}").status == 404


def test_a_visit_ends_by_itself(
    app: Flask, visitor: Visitor, form: Page, clock: time_machine.Traveller
) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    clock.move_to(NOW + timedelta(hours=11))
    assert visitor.open(f"/request/{record.reference}").status == 200
    clock.move_to(NOW + timedelta(hours=13))
    assert visitor.open(f"/request/{record.reference}").status == 404


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("in_work", "Somebody is working on your request."),
        ("waiting", "waiting for your answer"),
        ("closed", "This request is closed."),
    ],
)
def test_a_request_says_how_far_it_is(
    app: Flask, visitor: Visitor, form: Page, state: RequestState, words: str
) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        requests.move(acting(actor="user:1", now=NOW, settings=settings_of(app)), found, state)
        db.session.commit()
    assert words in visitor.open(f"/request/{record.reference}").text()


def test_who_waits_too_long_is_told_that_we_are_late(
    app: Flask, visitor: Visitor, form: Page, clock: time_machine.Traveller
) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    clock.move_to(datetime.fromisoformat("2026-03-14T00:00:00+00:00"))
    visitor.open(link_of(app, record))
    assert "and have not. We are sorry." in visitor.open(f"/request/{record.reference}").text()


def test_a_question_arrives(app: Flask, visitor: Visitor, form: Page) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    page = visitor.open(f"/request/{record.reference}")
    for _twice in range(2):
        sent = visitor.send(page, {"words": "Is there a lift?\r\nI need one."}, button=None)
        assert sent.status == 303
    after = visitor.open(sent.location)
    assert len(re.findall("What you wrote on 10 March 2026, 12:00", after.text())) == 1
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        said = [entry.words for entry in requests.history(found, settings_of(app).data_keys)]
        assert said == ["Is there a lift?\nI need one.", None]
        (mail,) = db.session.scalars(select(Mail).filter_by(template="request_question"))
        claimed = outbox.claim(acting(now=NOW, lease_seconds=60), mail.id)
        assert claimed is not None
        message = mail_contents.compose(acting(settings=settings_of(app), now=NOW), claimed)
        assert message["To"] == parseaddr(settings_of(app).mail_from)[1]
        assert f"/desk/requests/{record.reference}" in message.as_string()
        assert "lift" not in message.as_string()


def test_nobody_asks_without_end(app: Flask, visitor: Visitor, form: Page) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    page = visitor.open(f"/request/{record.reference}")
    for number in range(requests.QUESTIONS_A_DAY):
        assert visitor.send(page, {"words": f"Question {number}?"}, button=None).status == 303
    refused = visitor.send(page, {"words": "One more?"}, button=None)
    assert refused.status == 429
    assert "reached today’s limit of questions" in refused.problems[0]
    assert refused.control("words") == "One more?"


@pytest.mark.parametrize(
    ("words", "sentence"), [("  ", "Enter your question."), ("q" * 5001, "room for 5,000")]
)
def test_a_question_that_cannot_be_is_kept_in_the_form(
    app: Flask, visitor: Visitor, form: Page, words: str, sentence: str
) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    page = visitor.send(visitor.open(f"/request/{record.reference}"), {"words": words}, button=None)
    assert page.status == 422
    assert sentence in page.problems[0]
    assert page.control("words") == words


def test_a_question_of_an_ended_visit_is_not_lost(app: Flask, visitor: Visitor, form: Page) -> None:
    asked(visitor, form)
    (record,) = stored(app)
    page = visitor.open(f"/request/{record.reference}")
    visitor.client.delete_cookie("session")
    over = visitor.send(page, {"words": "Is there a lift?"}, button=None)
    assert over.status == 404
    assert "Is there a lift?" in over.text()


def test_the_language_of_answers_is_said_and_can_be_changed(start: Callable[..., Flask]) -> None:
    app = start(table_text(), languages=("en", "ar"))
    visitor = Visitor(app)
    done = asked(visitor, visitor.open(f"{visitor.estimate(ANSWERS).path}/ask"))
    assert "We write to you in this language: English." in done.text()
    page = visitor.open(done.path.removesuffix("/sent"))
    assert page.one("select", id="language").find("option[@selected]").get("value") == "en"  # type: ignore[union-attr]
    form = next(form for form in page.all("form") if form.get("action", "").endswith("/language"))
    old = visitor.post(form.get("action", ""), {**page.typed(form), "csrf_token": "old", "language": "ar"})
    assert old.status == 400
    assert "press the button again" in old.problems[0]
    assert stored(app)[0].language == "en"
    for typed, status in (("xx", 422), ("ar", 303), ("ar", 303)):
        data = page.typed(form)
        data["language"] = typed
        sent = visitor.post(form.get("action", ""), data)
        assert sent.status == status
    (record,) = stored(app)
    assert record.language == "ar"
    with app.app_context():
        kinds = list(db.session.scalars(select(RequestEvent.kind).order_by(RequestEvent.id)))
        mails = db.session.scalars(select(Mail.language)).all()
    assert kinds == ["asked", "language"], "what is the same is no change"
    assert mails == ["en"], "what was sent stays as it was"


def test_who_left_no_email_address_is_promised_no_email(start: Callable[..., Flask]) -> None:
    app = start(table_text(), languages=("en", "ar"))
    visitor = Visitor(app)
    done = asked(visitor, visitor.open(f"{visitor.estimate(ANSWERS).path}/ask"))
    path = done.path.removesuffix("/sent")
    for promised in (True, False):
        (record,) = stored(app)
        with app.app_context():
            found = requests.get(record.reference)
            assert found is not None
            requests.answer(acting(actor="user:1", now=NOW, settings=settings_of(app)), found, "Yes.")
            assert ("email" in visitor.open(path).text()) is promised
            found.email = None
            db.session.commit()
    assert "We answer here." in visitor.open(path).text()


def test_nobody_changes_the_language_without_end(
    start: Callable[..., Flask], clock: time_machine.Traveller
) -> None:
    app = start(table_text(), languages=("en", "ar"))
    visitor = Visitor(app)
    done = asked(visitor, visitor.open(f"{visitor.estimate(ANSWERS).path}/ask"))
    page = visitor.open(done.path.removesuffix("/sent"))
    form = next(form for form in page.all("form") if form.get("action", "").endswith("/language"))

    def change(number: int) -> Page:
        data = page.typed(form)
        data["language"] = ("ar", "en")[number % 2]
        return visitor.post(form.get("action", ""), data)

    for number in range(requests.LANGUAGES_A_DAY):
        assert change(number).status == 303
    refused = change(0)
    assert refused.status == 429
    assert "reached today’s limit of changes of the language" in refused.problems[0]
    (record,) = stored(app)
    assert record.language == "en"
    assert change(1).status == 303, "what is the same is no change"
    clock.shift(timedelta(days=1, minutes=1))
    visitor.open(link_of(app, record))
    page = visitor.open(page.path)
    assert change(0).status == 303


def test_with_one_language_there_is_none_to_choose(visitor: Visitor, form: Page) -> None:
    done = asked(visitor, form)
    assert visitor.open(done.path.removesuffix("/sent")).all("select") == []
