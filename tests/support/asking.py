"""How somebody asks for a firm quote: the form filled in, looked at and sent, and what is then stored."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from estimator import requests
from estimator.config import Settings
from estimator.db import db
from estimator.models import PatientRequest
from tests.support.visitor import Page, Visitor

FILLED: dict[str, str | None] = {
    "full_name": "Wilhelmina Quill",
    "email": "mina@quillworth.org",
    "phone": "+49 30 901820",
    "country": "DE",
    "language": "en",
    "for_whom": "self",
    "planned_month": "2026-09",
    "message": "My stairs are steep.\nIs there a lift?",
    "consent_health_data": "yes",
    "consent_contact": "yes",
}


def filled(**changed: str | None) -> dict[str, str | None]:
    """Return what is typed into the form, with other answers in place of some."""
    return {**FILLED, **changed}


def stored(app: Flask) -> list[PatientRequest]:
    """Return the requests that are stored, the first first."""
    with app.app_context():
        found = list(db.session.scalars(select(PatientRequest).order_by(PatientRequest.id)))
        db.session.expunge_all()
        return found


def last_look(visitor: Visitor, form: Page, **changed: str | None) -> Page:
    """Fill the form in, and return the page that shows it once more."""
    page = visitor.send(form, filled(**changed), "check")
    assert page.status == 200, page.problems
    assert page.text("h1").startswith("Is this right?")
    return page


def asked(visitor: Visitor, form: Page, **changed: str | None) -> Page:
    """Fill the form in, look at it, send it, and return the page after it."""
    sent = visitor.send(last_look(visitor, form, **changed), button="send")
    assert sent.status == 303, sent.problems
    return visitor.open(sent.location)


def settings_of(app: Flask) -> Settings:
    """Return the settings of an app."""
    found: Settings = app.config["SETTINGS"]
    return found


def link_of(app: Flask, record: PatientRequest) -> str:
    """Return the path of the link of a request."""
    return f"/r/{requests.token_of(record, settings_of(app).link_key)}"
