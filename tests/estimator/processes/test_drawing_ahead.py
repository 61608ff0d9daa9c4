"""The PDF of an estimate is there when its button is pressed, and nothing that somebody waits for waits for that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import estimates
from estimator.db import db
from estimator.models import Document, Estimate
from estimator.pdf import renderer
from estimator.processes import task
from estimator.processes.drawing_ahead import WITHIN, DrawingAhead
from tests.support.acts import acting
from tests.support.example_mail import estimate

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold the time of the worker."""
    monkeypatch.setattr(task, "now", lambda: NOW)


def made(number: int, at: datetime = NOW) -> list[Estimate]:
    return [estimate(at)[0] for _each in range(number)]


def drawn() -> int:
    return db.session.scalar(select(func.count()).select_from(Document)) or 0


def test_an_estimate_of_a_moment_ago_is_drawn_once_and_is_what_its_button_sends(app: Flask) -> None:
    (record,) = made(1)
    drawing = DrawingAhead(lambda: True, 2)
    drawing.look(app)
    drawing.look(app)
    act = acting(now=NOW, settings=app.config["SETTINGS"])
    (document,) = db.session.scalars(select(Document))
    token = estimates.token_of(record, act.settings.link_key)
    look = estimates.pdf_document.look_of(None, act.settings.public_url)
    assert document.key == estimates.pdf_document.key_of(token, look)
    assert document.content.startswith(b"%PDF-")
    assert estimates.pdf_document.drawn_once(act, record) == document.content


def test_nothing_is_drawn_ahead_while_somebody_waits_for_the_worker(app: Flask) -> None:
    made(1)
    DrawingAhead(lambda: False, 2).look(app)
    assert drawn() == 0


def test_a_small_server_draws_nothing_before_it_is_asked_for(app: Flask) -> None:
    made(1)
    DrawingAhead(lambda: True, 0).look(app)
    assert drawn() == 0


@pytest.mark.long
def test_of_what_comes_in_a_flood_so_many_are_drawn_and_after_a_minute_others_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(3, NOW - timedelta(seconds=2))
    (newest,) = made(1, NOW - timedelta(seconds=1))
    drawing = DrawingAhead(lambda: True, 2)
    for _look in range(3):
        drawing.look(app)
    assert drawn() == 2
    assert newest.id in db.session.scalars(select(Document.estimate_id)).all(), "the newest comes first"
    later = NOW + WITHIN
    monkeypatch.setattr(task, "now", lambda: later)
    made(1, later)
    drawing.look(app)
    assert drawn() == 3


def test_who_has_gone_away_is_not_drawn_for(app: Flask) -> None:
    made(1, NOW - WITHIN - timedelta(seconds=1))
    DrawingAhead(lambda: True, 2).look(app)
    assert drawn() == 0


def test_what_cannot_be_drawn_is_tried_once_and_told_once(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer, "SECONDS", 0)
    made(1)
    drawing = DrawingAhead(lambda: True, 2)
    drawing.look(app)
    drawing.look(app)
    assert drawn() == 0
    assert caplog.text.count("could not be drawn ahead") == 1


@pytest.mark.long
def test_an_estimate_that_is_deleted_while_it_is_drawn_is_no_mistake(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    (record,) = made(1)
    draw = renderer.document

    def while_drawing(*given: Any, **named: Any) -> bytes:
        estimates.delete(record)
        db.session.commit()
        return draw(*given, **named)

    monkeypatch.setattr(renderer, "document", while_drawing)
    DrawingAhead(lambda: True, 2).look(app)
    assert drawn() == 0
