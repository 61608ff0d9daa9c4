"""What somebody may do is looked up at each request, and shown to them alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import get_args

import pytest
from flask import Flask

from estimator import staff
from estimator.db import db
from estimator.models.staff import Role
from estimator.web import guard
from tests.support.clinic_staff import Browser, Person

ROLES: tuple[Role, ...] = get_args(Role)


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: object) -> Flask:
    """Return an app in demonstration mode, in which there are invented people as well."""
    return make_app(DEMO="1")


@pytest.fixture
def browsers(app: Flask) -> dict[str, Browser]:
    """Return a browser of each role."""
    found: dict[str, Browser] = {}
    for number, role in enumerate(ROLES):
        found[role] = Browser(app, f"127.0.0.{number + 2}")
        Person(app, f"{role}@example.org", [role]).put(datetime.now(UTC)).sign_in(found[role])
    return found


@pytest.mark.long
def test_a_role_that_is_taken_away_counts_at_the_next_page(app: Flask, browsers: dict[str, Browser]) -> None:
    """Even if the session went on: the right is looked up at each request."""
    browser = browsers["administrator"]
    browser.get("/staff/people")
    assert browser.status == 200
    with app.app_context():
        user = staff.find("administrator@example.org")
        assert user is not None
        db.session.delete(user.roles[0])
        db.session.commit()
    browser.get("/staff/people")
    assert (browser.status, browser.heading) == (403, "You may not do this")


def test_what_wants_json_is_refused_in_json(browsers: dict[str, Browser]) -> None:
    answer = browsers["coordinator"].client.get(
        "/staff/people",
        headers={"Accept": "application/json"},
        environ_base={"REMOTE_ADDR": browsers["coordinator"].address},
    )
    assert (answer.status_code, answer.json) == (403, {"error": "not allowed"})


def test_the_start_shows_only_what_somebody_may_do(browsers: dict[str, Browser]) -> None:
    for role in ROLES:
        browsers[role].get("/staff")
        assert ("/staff/people" in browsers[role].page) == (role == "administrator")


def test_whatever_changes_people_settings_or_the_account_asks_for_the_password_again(app: Flask) -> None:
    guarded = ("staff.manage", "settings.edit", "accounts.confirm")
    theirs = {name for name, asked in guard.STAFF.items() if asked in guarded}
    changing = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert theirs & changing == guard.FRESH
