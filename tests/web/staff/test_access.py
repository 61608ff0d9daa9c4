"""Every page of the staff, asked for by a stranger, by each role, and by an invented person of a demonstration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import get_args

import pytest
from flask import Flask

from estimator import staff
from estimator.db import db
from estimator.models.staff import PERMISSIONS, Role
from estimator.processes import demonstration
from estimator.web import guard
from tests.support.acts import acting
from tests.support.clinic_staff import Browser, Person

ROLES: tuple[Role, ...] = get_args(Role)

MAY: dict[str, set[str]] = {
    "staff.start": {*ROLES, "invented"},
    "staff.account": {*ROLES},
    "staff.sign_out_everywhere": {*ROLES},
    "staff.people": {"administrator"},
    "staff.someone": {"administrator"},
    "settings.overview": {"administrator"},
    "settings.part": {"administrator"},
    "settings.letter": {"administrator"},
    "settings.logo": {"administrator"},
    "settings.rates": {"administrator"},
    "security.logout": {*ROLES, "invented"},
    "security.verify": {*ROLES},
    "security.change_password": {*ROLES},
    "security.two_factor_setup": {*ROLES},
    "security.two_factor_setup_validate": {*ROLES},
    "security.mf_recovery_codes": {*ROLES},
    "desk.queue": {"coordinator", "approver"},
    "desk.request": {"coordinator", "approver"},
    "desk.new": {"coordinator"},
    "desk.enter": {"coordinator"},
    "desk.note": {"coordinator"},
    "desk.assign": {"coordinator"},
    "desk.state": {"coordinator"},
    "desk.bulk": {"coordinator"},
    "quotes_desk.prepare": {"coordinator", "approver"},
    "quotes_desk.preview": {"coordinator", "approver"},
    "quotes_desk.preview_pdf": {"coordinator", "approver"},
    "quotes_desk.revision": {"coordinator", "approver"},
    "quotes_desk.document": {"coordinator", "approver"},
    "quotes_desk.begin": {"coordinator"},
    "quotes_desk.save": {"coordinator"},
    "quotes_desk.figures": {"coordinator"},
    "quotes_desk.discard": {"coordinator"},
    "quotes_desk.answers": {"coordinator"},
    "quotes_desk.answers_total": {"coordinator"},
    "quotes_desk.issue": {"coordinator"},
    "quotes_desk.withdraw": {"coordinator"},
    "quotes_desk.new_link": {"coordinator"},
    "quotes_desk.approve": {"approver"},
    "outbox.page": {"coordinator"},
    "outbox.again": {"coordinator"},
    "reports.page": {"coordinator", "approver"},
    "reports.quotes_csv": {"coordinator", "approver"},
    "reports.quotes_xlsx": {"coordinator", "approver"},
}
"""Who may reach what, written down once more by hand."""

ROOMS = ("security.", "settings.", "staff.", "staff_links.", "desk.", "quotes_desk.", "outbox.", "reports.")
"""Whose endpoints are asked for here."""

CLOSED = {"security.two_factor_rescue", "security.tf_select"}
"""What Flask-Security brings and nobody may reach."""


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: object) -> Flask:
    """Return an app in demonstration mode, in which there are invented people as well."""
    return make_app(DEMO="1")


@pytest.fixture
def browsers(app: Flask, later: Callable[..., None]) -> dict[str, Browser]:
    """Return a browser of each role, one of somebody invented, and one of a stranger."""
    found = {"stranger": Browser(app)}
    for number, role in enumerate(ROLES):
        found[role] = Browser(app, f"127.0.0.{number + 2}")
        Person(app, f"{role}@example.org", [role]).put(datetime.now(UTC)).sign_in(found[role])
    with app.app_context():
        way = demonstration.ways_in(acting())["price_editor"]
        db.session.commit()
    found["invented"] = Browser(app)
    found["invented"].get(re.sub(r"^http://[^/]+", "", way))
    found["invented"].post(data={})
    return found


def staff_routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Every endpoint of the staff with a path and a method to ask for it with."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]*number>", "1", rule.rule).replace(
            "<any(days, quotes, kept, language):code>", "days"
        )
        path = re.sub(r"<[^>]*>", "x", path)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if rule.endpoint.startswith(ROOMS):
                yield rule.endpoint, path, method


def test_every_page_lets_exactly_those_in_who_may_come(app: Flask, browsers: dict[str, Browser]) -> None:
    wrong = []
    for endpoint, path, method in staff_routes(app):
        if endpoint in CLOSED or endpoint in guard.SIGNING_IN - set(MAY):
            continue
        for who, browser in browsers.items():
            if endpoint == "security.logout" and who != "stranger":
                continue  # it would end what the other questions need
            if who == "stranger" and endpoint in guard.SIGNING_IN:
                continue
            answer = browser.client.open(path, method=method, environ_base={"REMOTE_ADDR": browser.address})
            expected = 303 if who == "stranger" else 403
            let_in = who in MAY[endpoint]
            # Without the token of a form, whoever is let in is stopped one step later.
            good = {"GET": {200, 302, 404}, "POST": {400}}[method] if let_in else {expected}
            if answer.status_code not in good:
                wrong.append((method, path, who, answer.status_code))
            answer.close()
    assert wrong == []


def test_the_list_of_the_guard_is_the_one_written_down_here(app: Flask) -> None:
    mine = {name for name in guard.STAFF if name.startswith(ROOMS)}
    assert mine == set(MAY)
    there = {endpoint for endpoint, _path, _method in staff_routes(app)}
    assert there == set(MAY) | guard.SIGNING_IN | CLOSED


@pytest.mark.parametrize(
    "path", ["/staff/tf-rescue", "/staff/tf-select", "/login", "/register", "/fs-static/x"]
)
def test_what_nobody_uses_does_not_exist(app: Flask, path: str) -> None:
    for method in ("GET", "POST"):
        assert app.test_client().open(path, method=method).status_code == 404


def test_each_permission_belongs_to_somebody(app: Flask) -> None:
    given = {permission for permissions in PERMISSIONS.values() for permission in permissions}
    asked = set(guard.STAFF.values()) - {guard.ANYBODY, guard.OWNER}
    assert asked <= given


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
