"""What stands in the database of a request, and another coordinator beside the one who is signed in."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask

from estimator import requests, staff
from estimator.db import db
from tests.support.acts import acting
from tests.support.quote_desk import request_of, settings_of


def kinds(app: Flask, reference: str) -> list[str]:
    """Return what happened to a request, the newest first."""
    with request_of(app, reference) as found:
        return [entry.kind for entry in requests.history(found, settings_of(app).data_keys)]


def other_coordinator(app: Flask) -> int:
    """Let another coordinator in; return their number."""
    with app.app_context():
        user, _link, _token = staff.invite(
            acting(actor="test", now=datetime.now(UTC), settings=settings_of(app)),
            "ada@example.org",
            ["coordinator"],
            language="en",
        )
        user.demonstration, user.password = False, "x"
        db.session.commit()
        return user.id


def changes(app: Flask, reference: str) -> int:
    """Return how often a request was changed."""
    with request_of(app, reference) as found:
        return found.changes


def stored(app: Flask) -> str:
    """Return everything in the database as text."""
    with app.app_context():
        driver = db.session.connection().connection.driver_connection
        assert driver is not None
        return "\n".join(driver.iterdump())
