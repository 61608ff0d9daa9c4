"""What the desk said stands on the patient's page behind the code, and the patient answers there."""

from __future__ import annotations

import pytest
from flask import Flask

from estimator import requests
from estimator.db import db
from tests.support.acts import acting
from tests.support.browser import words
from tests.support.clinic import NOW
from tests.support.quote_clinic import Desk
from tests.web.patient.test_my_data import app, confirmed, desk, opened

__all__ = ["app", "desk"]

MRI = "Please send us your MRI."


def said(desk: Desk, way: requests.Way) -> None:
    with desk.request() as request:
        act = acting(actor="user:1", now=NOW, settings=desk.settings)
        requests.answer(act, request, MRI, way=way, then_wait=True)
        db.session.commit()


def state(desk: Desk) -> str:
    with desk.request() as request:
        return request.state


@pytest.mark.long
@pytest.mark.parametrize(
    ("way", "page", "data"),
    [
        ("email", "Our answer of", "Answer (a coordinator)"),
        ("telephone", "What we told you by telephone on", "Answer by telephone (a coordinator)"),
        ("whatsapp", "What we wrote to you in a chat on", "Answer in a chat (a coordinator)"),
    ],
)
def test_a_message_is_read_behind_the_code_with_how_it_was_said(
    app: Flask, desk: Desk, way: requests.Way, page: str, data: str
) -> None:
    said(desk, way)
    path = f"/request/{desk.reference}"
    before = words(opened(desk).open(path).one("main"))
    assert page in before
    assert MRI not in before
    reader = confirmed(desk)
    assert MRI in words(reader.open(path).one("main"))
    kept = words(reader.open(f"{path}/data").one("main"))
    assert data in kept
    assert MRI in kept


def test_the_patient_replies_on_the_page_and_is_waited_for_no_more(app: Flask, desk: Desk) -> None:
    said(desk, "email")
    assert state(desk) == "waiting"
    reader = confirmed(desk)
    page = reader.open(f"/request/{desk.reference}")
    assert "Your reply to the coordinator" in words(page.one("main"))
    token = page.all("input", name="csrf_token")[0].get("value", "")
    sent = reader.post(f"/request/{desk.reference}/question", {"csrf_token": token, "words": "Here it is."})
    assert sent.status == 303
    assert state(desk) == "in_work"
    with desk.request() as request:
        assert request.question_due_at is not None
