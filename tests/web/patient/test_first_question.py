"""What is promised to somebody who only has a question: no name is asked, and it is kept and answered like others."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from estimator import requests
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest
from estimator.privacy import retention
from estimator.processes import mail_contents
from tests.support.acts import acting
from tests.support.asking import settings_of, stored
from tests.support.clinic import ANSWERS, NOW, table_text
from tests.support.visitor import Page, Visitor

FILLED: dict[str, str | None] = {
    "words": "Is there a lift?",
    "email": "mina@quillworth.org",
    "consent": "yes",
}


@pytest.fixture
def form(visitor: Visitor, breakdown: Page) -> Page:
    """Return the empty form for the visitor's estimate."""
    return visitor.open(f"{breakdown.path}/question")


def sent(visitor: Visitor, form: Page, **changed: str | None) -> Page:
    answer = visitor.send(form, {**FILLED, **changed}, button=None)
    assert answer.status == 303, answer.problems
    return visitor.open(answer.location)


def person(app: Flask) -> requests.Person:
    (record,) = stored(app)
    with app.app_context():
        kept = requests.get(record.reference)
        assert kept is not None
        found = requests.person_of(kept, settings_of(app).data_keys)
    assert found is not None
    return found


def test_the_form_for_a_quote_leads_to_that_of_a_question(visitor: Visitor, breakdown: Page) -> None:
    assert f"{breakdown.path}/question" in set(visitor.open(f"{breakdown.path}/ask").links())


def test_a_question_is_asked_without_a_name_and_reaches_the_desk(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    done = sent(visitor, form)
    assert done.text("h1") == "We have your question"
    assert "by the end of 13 March 2026 (UTC)" in done.text()
    assert "quote" not in done.text()
    (record,) = stored(app)
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        assert (found.kind, found.country, found.state) == ("question", "", "new")
        keyring = settings_of(app).data_keys
        assert requests.person_of(found, keyring) == requests.Person("", "mina@quillworth.org", None, "")
        assert [(one.kind, one.words) for one in requests.history(found, keyring)] == [
            ("question", "Is there a lift?"),
            ("asked", None),
        ]
        (consent,) = requests.consents_of(found)
        assert consent.purpose == "question"
        assert consent.words in form.text()
        templates = db.session.scalars(select(Mail.template).order_by(Mail.id)).all()
        assert templates == ["request_received", "request_question"]
        first = db.session.scalars(select(Mail).order_by(Mail.id)).first()
        assert first is not None
        claimed = outbox.claim(acting(now=NOW, lease_seconds=60), first.id)
        assert claimed is not None
        message = mail_contents.compose(acting(settings=settings_of(app), now=NOW), claimed)
        body = message.get_body(("plain",))
        assert body is not None
        assert message["Subject"] == f"We have your question {record.reference}"
        assert "We have your question." in body.get_content()
        assert "quote" not in body.get_content()


def test_the_page_of_a_question_shows_it_and_what_is_kept(app: Flask, visitor: Visitor, form: Page) -> None:
    sent(visitor, form)
    (record,) = stored(app)
    page = visitor.open(f"/request/{record.reference}")
    assert page.text("h1").startswith("Your question")
    assert "Your question has arrived. A person reads it." in page.text()
    assert "Is there a lift?" in page.text()
    data = visitor.open(f"/request/{record.reference}/data").text()
    for said in ("mina@quillworth.org", "Is there a lift?", "Storing and answering a question"):
        assert said in data
    for never_asked in ("Country", "For whom", "About the injury"):
        assert never_asked not in data
    kept = json.loads(visitor.open(f"/request/{record.reference}/data.json").body)
    assert kept["asked_for"] == "question"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"words": " "}, "Enter your question."),
        ({"words": "q" * 5001}, "room for 5,000"),
        ({"email": ""}, "Enter an email address or a telephone number for the answer."),
        ({"email": "mina@"}, "This is not an email address."),
        ({"email": "mina@gmial.com"}, "Perhaps you meant mina@gmail.com."),
        ({"email": "", "phone": "٠١٠١٢٣٤٥٦٧٨"}, "We cannot tell from which country this number is."),
        ({"email": "", "phone": "call me"}, "This is not a telephone number."),
        ({"consent": None}, "Without this we may not read your question."),
        ({"language": "xx"}, "Choose a language."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    app: Flask, visitor: Visitor, form: Page, changed: dict[str, str | None], sentence: str
) -> None:
    page = visitor.send(form, {**FILLED, **changed}, button=None)
    assert page.status == 422
    assert len(page.problems) == 1
    assert sentence in page.problems[0]
    assert page.control("words") == {**FILLED, **changed}["words"]
    assert stored(app) == []


def test_a_telephone_number_is_enough(app: Flask, visitor: Visitor, form: Page) -> None:
    done = sent(visitor, form, email="", phone="+49 30 901820")
    assert "it is in no email" in done.text()
    assert len(stored(app)) == 1


@pytest.mark.parametrize("typed", ["0049 30 901820", "+49 (0)30 901820"])
def test_a_number_that_is_the_only_way_is_kept_as_it_is_dialled_from_abroad(
    app: Flask, visitor: Visitor, form: Page, typed: str
) -> None:
    sent(visitor, form, email="", phone=typed)
    assert person(app).phone == "+49 30 901820"


def test_a_number_beside_an_address_may_have_no_country(visitor: Visitor, form: Page) -> None:
    sent(visitor, form, phone="01012345678")


def test_spaces_beside_the_at_sign_are_not_meant(app: Flask, visitor: Visitor, form: Page) -> None:
    sent(visitor, form, email="Mina @quillworth.org ")
    assert person(app).email == "mina@quillworth.org"


def test_a_number_that_cannot_exist_is_told_once(visitor: Visitor, form: Page) -> None:
    refused = visitor.send(form, {**FILLED, "phone": "+999 123 456"}, button=None)
    assert refused.status == 422
    assert any("No country has the code" in problem for problem in refused.problems)
    assert visitor.send(refused, {"consent": FILLED["consent"]}, button=None).status == 303


def test_the_same_form_sent_twice_is_one_question(app: Flask, visitor: Visitor, form: Page) -> None:
    assert sent(visitor, form).path == sent(visitor, form).path
    (record,) = stored(app)
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        kinds = [one.kind for one in requests.history(found, settings_of(app).data_keys)]
    assert kinds == ["question", "asked"]


def test_a_flood_from_one_address_is_held_up_and_loses_nothing(
    app: Flask, visitor: Visitor, breakdown: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("estimator.web.network_limits.REQUESTS", 1)
    sent(visitor, visitor.open(f"{breakdown.path}/question"))
    refused = visitor.send(visitor.open(f"{breakdown.path}/question"), FILLED, button=None)
    assert refused.status == 429
    assert "send it again in 15 minutes" in refused.problems[0]
    assert refused.control("words") == "Is there a lift?"
    assert len(stored(app)) == 1


def test_an_ended_visit_loses_nothing(app: Flask, visitor: Visitor, form: Page) -> None:
    visitor.client.delete_cookie("session")
    page = visitor.send(form, FILLED, button=None)
    assert page.status == 400
    assert visitor.send(page, {}, button=None).status == 303


def test_it_is_removed_when_its_days_are_over(
    app: Flask, visitor: Visitor, form: Page, clock: time_machine.Traveller
) -> None:
    sent(visitor, form)
    clock.move_to(NOW + timedelta(days=366))
    with app.app_context():
        act = acting(now=NOW + timedelta(days=366), settings=settings_of(app))
        assert retention.run(act, commit=db.session.commit)["requests"] == 1
        assert db.session.scalars(select(PatientRequest)).all() == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_it_is_kept_by_the_other_database_too(start: Callable[..., Flask], app: Flask) -> None:
    from tests.support.clinic import ANSWERS

    visitor = Visitor(app)
    sent(visitor, visitor.open(f"{visitor.estimate(ANSWERS).path}/question"))
    assert len(stored(app)) == 1


def test_it_is_deleted_with_everything_that_was_written(app: Flask, visitor: Visitor, form: Page) -> None:
    sent(visitor, form)
    (record,) = stored(app)
    page = visitor.open(f"/request/{record.reference}/erase")
    assert visitor.send(page, {}, button=None).status == 200
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        assert (found.full_name, found.email) == (None, None)
        assert {one.words for one in requests.history(found, settings_of(app).data_keys)} == {None}


def test_mails_that_questions_cause_are_limited_for_a_network_and_nothing_typed_is_lost(
    start: Callable[..., Flask],
) -> None:
    app = start(table_text(), mails_per_network=2)
    visitor = Visitor(app)
    breakdown = visitor.estimate(ANSWERS)
    for number in range(2):
        page = visitor.open(f"{breakdown.path}/question")
        assert sent(visitor, page, email=f"v{number}@quillworth.org")
    page = visitor.open(f"{breakdown.path}/question")
    refused = visitor.send(page, {**FILLED, "email": "v3@quillworth.org"}, button=None)
    assert refused.status == 429
    assert "Many emails were asked for from your network just now." in refused.problems[0]
    assert refused.control("words") == FILLED["words"]
    assert len(stored(app)) == 2
    called = visitor.send(refused, {**FILLED, "email": "", "phone": "+49 30 901820"}, button=None)
    assert called.status == 303, "who wants no mail is not kept from asking"


def test_a_question_is_kept_without_a_confirmation_once_the_mails_of_an_hour_are_used_up(
    start: Callable[..., Flask],
) -> None:
    app = start(table_text(), mails_per_hour=1)
    visitor = Visitor(app)
    breakdown = visitor.estimate(ANSWERS)
    for number in range(2):
        page = visitor.open(f"{breakdown.path}/question")
        done = sent(visitor, page, email=f"v{number}@quillworth.org")
    assert "as many emails as we may in this hour" in done.text()
    assert "it is in no email" in done.text()
    assert len(stored(app)) == 2
    with app.app_context():
        templates = db.session.scalars(select(Mail.template)).all()
    assert sorted(templates) == ["request_question", "request_question", "request_received"]


def test_questions_from_one_network_are_limited_whatever_they_are_about(
    app: Flask, visitor: Visitor, form: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(visitor, form, email="", phone="+49 30 901820")
    (record,) = stored(app)
    monkeypatch.setattr("estimator.web.network_limits.REQUESTS", 2)
    page = visitor.open(f"/request/{record.reference}")
    assert visitor.send(page, {"words": "One more?"}, button=None).status == 303
    refused = visitor.send(page, {"words": "And another?"}, button=None)
    assert refused.status == 429
    assert "send it again in 15 minutes" in refused.problems[0]
    assert refused.control("words") == "And another?"
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        kinds = [one.kind for one in requests.history(found, settings_of(app).data_keys)]
    assert kinds.count("question") == 2
