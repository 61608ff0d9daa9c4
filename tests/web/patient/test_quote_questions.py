"""What was asked about a quote, and what the desk answered, stand on the page of the quote."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
import time_machine
from flask import Flask

from estimator import requests
from tests.support.acts import acting
from tests.support.database import publish
from tests.support.quote_clinic import COORDINATOR, Desk, Patient, list_text, now
from tests.support.visitor import words


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app with a list that quotes can be issued from."""
    app = start()
    publish(app, list_text())
    return app


def test_a_question_and_its_answer_stand_on_the_page_of_the_quote(
    app: Flask, clock: time_machine.Traveller
) -> None:
    desk = Desk(app)
    patient = desk.patient(desk.issue())
    assert "Questions and answers" not in words(patient.open(patient.path).one("main"))
    patient.press(patient.open(f"{patient.path}/question"), None, words="Is the ward quiet?")
    assert "Is the ward quiet?" in words(patient.open(patient.path).one("main"))
    clock.shift(60)
    with desk.request() as request:
        act = acting(actor=COORDINATOR, now=now(), settings=desk.settings)
        requests.answer(act, request, "At night it is.")
    page = words(patient.open(patient.path).one("main"))
    assert "What you wrote on" in page
    assert "Our answer of" in page
    assert "At night it is." in page
    assert page.index("At night it is.") < page.index("What is not included")
    (folded,) = _conversation(patient)
    assert folded.get("open") is not None, "an answer that came after the quote is open by itself"
    assert "2 messages" in words(folded)


def test_what_was_said_before_a_quote_was_issued_is_folded_on_its_page(
    app: Flask, clock: time_machine.Traveller
) -> None:
    desk = Desk(app)
    patient = desk.patient(desk.issue())
    patient.press(patient.open(f"{patient.path}/question"), None, words="Is the ward quiet?")
    (folded,) = _conversation(patient)
    assert (folded.get("open"), "1 message" in words(folded)) == (None, True), "nothing new to read"
    with desk.request() as request:
        requests.answer(acting(actor=COORDINATOR, now=now(), settings=desk.settings), request, "It is.")
    clock.shift(60)
    desk.issue(("-100", "Goodwill"))
    (folded,) = _conversation(patient)
    assert (folded.get("open"), "2 messages" in words(folded)) == (None, True)


def _conversation(patient: Patient) -> list[Element]:
    return [
        fold
        for fold in patient.open(patient.path).all("details")
        if "Questions and answers" in "".join(fold.itertext())
    ]
