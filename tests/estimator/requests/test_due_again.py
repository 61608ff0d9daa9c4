"""A question is due like a new request until somebody answers it, and an answer can make a request wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from estimator import quotes, requests
from estimator.clinic import business_days
from estimator.db import db
from estimator.i18n import reader
from estimator.mail import outbox
from estimator.models import PatientRequest, RequestEvent
from estimator.privacy import erasure
from estimator.requests import consents
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_mail import estimate, settings
from tests.support.example_request import CLINIC, request

LATER = NOW + timedelta(days=30)


def ask(found: PatientRequest, words: str = "And the stairs?", moment: datetime = LATER) -> None:
    quotes.ask_question(acting(now=moment, settings=settings(), clinic=CLINIC), found, words)
    db.session.commit()


def answer(found: PatientRequest, **how: Any) -> str:
    said = requests.answer(
        acting(actor="user:1", now=LATER, settings=settings(), clinic=CLINIC), found, "Yes.", **how
    )
    db.session.commit()
    return said


def test_a_question_is_due_by_the_rule_of_a_new_request_until_it_is_answered(app: Flask) -> None:
    found = request(NOW, record=estimate(NOW)[0])
    ask(found)
    zone = found.table_version.time_zone
    assert found.question_due_at == business_days.due(LATER, zone, CLINIC)
    first = found.question_due_at
    ask(found, "And the lift?", LATER + timedelta(days=2))
    assert found.question_due_at == first, "the first of them counts"
    answer(found)
    assert found.question_due_at is None


def test_a_question_about_a_quote_is_due_as_well_and_leaves_its_state(app: Flask) -> None:
    found = request(NOW, record=estimate(NOW)[0])
    found.state = "quoted"
    ask(found)
    assert found.state == "quoted"
    assert quotes.waiting.due_of(found) == found.question_due_at
    assert quotes.waiting.counts(LATER)["questions"] == 1
    assert quotes.waiting.page("questions", LATER, after=None) == ([found.id], None)
    assert quotes.waiting.counts(LATER + timedelta(days=30))["overdue"] == 1
    answer(found)
    assert quotes.waiting.due_of(found) is None
    assert quotes.waiting.counts(LATER)["questions"] == 0


def test_what_waits_for_the_patient_is_not_late_and_due_again_once_they_write(app: Flask) -> None:
    found = request(NOW, record=estimate(NOW)[0])
    answer(found, then_wait=True)
    assert found.state == "waiting"
    assert quotes.waiting.counts(LATER)["overdue"] == 0
    ask(found, "Here it is.")
    assert found.state == "in_work"
    assert found.due_at > LATER, "what had been due before the answer is not overdue because of it"


def test_somebody_who_only_asked_and_was_answered_waits_for_nobody(app: Flask) -> None:
    consent = consents.for_question(reader("en"), "Example clinic")
    found = requests.ask_first(
        acting(now=NOW, settings=settings(), clinic=CLINIC),
        estimate(NOW)[0],
        "Is there a lift?",
        email="mina@quillworth.org",
        phone=None,
        language="en",
        consent=consent,
        submission="form",
    )
    assert quotes.waiting.counts(LATER)["overdue"] == 1
    answer(found)
    assert found.state == "in_work"
    assert quotes.waiting.counts(LATER)["overdue"] == 0
    assert quotes.waiting.dues_of([found.id]) == {found.id: None}


def test_what_was_said_in_another_way_is_kept_and_causes_no_mail(app: Flask) -> None:
    found = request(NOW, record=estimate(NOW)[0])
    assert answer(found, way="telephone") == "said"
    newest = requests.history(found, settings().data_keys)[0]
    assert (newest.kind, newest.words, newest.detail["way"]) == ("answer", "Yes.", "telephone")
    assert [mail.template for mail in outbox.mails_about(found.reference)] == ["request_received"]


def test_an_erased_or_closed_request_waits_for_no_answer(app: Flask) -> None:
    closed, erased = (request(NOW, record=estimate(NOW)[0]) for _number in range(2))
    for found in (closed, erased):
        ask(found)
    requests.move(acting(actor="user:1", now=LATER, settings=settings()), closed, "closed")
    erasure.erase(acting(now=LATER, settings=settings()), erased)
    db.session.commit()
    assert quotes.waiting.counts(LATER + timedelta(days=30))["questions"] == 0
    words = db.session.scalars(db.select(RequestEvent.words).filter_by(request_id=erased.id)).all()
    assert set(words) == {None}
