"""What was asked about a quote, and what the desk answered, stand on the page of the quote."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator import requests
from tests.support.acts import acting
from tests.support.database import publish
from tests.support.quote_clinic import COORDINATOR, Desk, list_text, now
from tests.support.visitor import words


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app with a list that quotes can be issued from."""
    app = start()
    publish(app, list_text())
    return app


def test_a_question_and_its_answer_stand_on_the_page_of_the_quote(app: Flask) -> None:
    desk = Desk(app)
    patient = desk.patient(desk.issue())
    assert "Questions and answers" not in words(patient.open(patient.path).one("main"))
    patient.press(patient.open(f"{patient.path}/question"), None, words="Is the ward quiet?")
    assert "Is the ward quiet?" in words(patient.open(patient.path).one("main"))
    with desk.request() as request:
        act = acting(actor=COORDINATOR, now=now(), settings=desk.settings)
        requests.answer(act, request, "At night it is.")
    page = words(patient.open(patient.path).one("main"))
    assert "What you wrote on" in page
    assert "Our answer of" in page
    assert "At night it is." in page
    assert page.index("At night it is.") < page.index("What is not included")
    folded = patient.open(patient.path).all("details")
    assert not [fold for fold in folded if "At night it is." in "".join(fold.itertext())], "it is open"
