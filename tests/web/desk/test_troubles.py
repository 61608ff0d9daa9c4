"""What patients feel of an installation that runs badly is told to those who answer them, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import update

from estimator.db import db
from estimator.mail import holding
from estimator.models import Mail
from estimator.models.staff import Role
from estimator.operations import heartbeats
from tests.support.quote_desk import ask
from tests.support.staff_browser import Staff


def beat(app: Flask) -> None:
    with app.app_context():
        heartbeats.beat(heartbeats.new_name(), datetime.now(UTC), 0)
        db.session.commit()


def test_coordinators_see_on_two_pages_that_nothing_is_sent(app: Flask, coordinator: Staff) -> None:
    ask(app)
    for page in ("/staff", "/desk/outbox"):
        assert (
            "No email is sent and no document of a quote is made at the moment" in coordinator.see(page).text
        )
    beat(app)
    for page in ("/staff", "/desk/outbox"):
        assert "No email is sent" not in coordinator.see(page).text


def test_coordinators_see_that_mail_is_late_or_held(app: Flask, coordinator: Staff) -> None:
    ask(app)
    beat(app)
    with app.app_context():
        db.session.execute(update(Mail).values(created_at=datetime.now(UTC) - timedelta(hours=1)))
        db.session.commit()
    assert "waiting for more than half an hour" in coordinator.see("/staff").text
    with app.app_context():
        holding.hold(datetime.now(UTC))
        db.session.commit()
    shown = coordinator.see("/desk/outbox").text
    assert "All email is held back" in shown
    assert "half an hour" not in shown


def test_those_who_answer_nobody_are_not_told(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> None:
    ask(app)
    assert "No email is sent" not in sign_in(app, "price_editor").see("/staff").text
