"""An app with a price list, people who are signed in, and what somebody has asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask, session
from flask_security import login_user

from estimator import estimates, price_lists, requests, staff
from estimator.config import Settings
from estimator.db import db
from estimator.i18n import reader
from estimator.models.staff import Role
from estimator.requests import consents
from tests.support.acts import acting
from tests.support.apps import Apps
from tests.support.delhi_list import DELHI, NOW
from tests.support.quote_desk import PLAN, ask, settings_of
from tests.support.staff_browser import Staff


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Hold the time at NOW, which may be moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """Return which kind of database a test works on: SQLite, unless it asks for both with BOTH."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def database_url(kind: str, instance: Path, request: pytest.FixtureRequest) -> str:
    """Return the address of a database."""
    if kind == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{instance / 'estimator.sqlite'}"


@pytest.fixture
def make_app(load: Callable[..., Settings], database_url: str, started: Apps) -> Callable[..., Flask]:
    """Return a function that makes an app with the list of Delhi in force."""

    def make(**given: str) -> Flask:
        app = started.start(load(DATABASE_URL=database_url, **given))
        with app.app_context():
            price_lists.import_(acting(actor="command line", now=NOW), DELHI)
            db.session.commit()
        return app

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """Return an app in which a second person has to approve."""
    return make_app()


@pytest.fixture
def sign_in() -> Callable[[Flask, Role], Staff]:
    """Return a function that signs the invented person of a role in to an app, as their link does."""

    def sign_in(app: Flask, role: Role) -> Staff:
        with app.test_request_context():
            login_user(staff.demonstration(role, language="en", now=datetime.now(UTC)), authn_via=["link"])
            db.session.commit()
            signed_in = dict(session)
        person = Staff(app)
        with person.client.session_transaction() as kept:
            kept.update(signed_in)
        return person

    return sign_in


@pytest.fixture
def coordinator(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> Staff:
    """Return somebody who answers requests."""
    return sign_in(app, "coordinator")


@pytest.fixture
def reference(app: Flask) -> str:
    """Return the reference of a request that was just made."""
    return ask(app)


@pytest.fixture
def question(app: Flask) -> str:
    """Return the reference of a question about an estimate, for which nobody asked for a quote."""
    with app.app_context():
        act = acting(now=datetime.now(UTC), settings=settings_of(app))
        version = price_lists.in_force("delhi", act.now)
        estimate = estimates.find(act, estimates.make(act, version, PLAN, language="en", submission=""))
        assert estimate is not None
        found = requests.ask_first(
            act,
            estimate,
            "Is there a heliotrope lift?",
            email="mina@quillworth.org",
            phone=None,
            language="en",
            consent=consents.for_question(reader("en"), "Example"),
            submission="",
        )
        db.session.commit()
        return found.reference


@pytest.fixture
def editor(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> Staff:
    """Return somebody who may change drafts."""
    return sign_in(app, "price_editor")


@pytest.fixture
def approver(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> Staff:
    """Return somebody who may approve."""
    return sign_in(app, "approver")


@pytest.fixture
def draft(editor: Staff) -> str:
    """Return the address of a draft of the list, begun from the version in force."""
    editor.see("/staff/tables")
    editor.press("Begin a draft")
    return editor.page.path
