from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from estimator import clinic, staff
from estimator.db import db
from estimator.models import Mail, StaffUser
from estimator.models.staff import Role
from estimator.processes import demonstration
from tests.support.acts import acting
from tests.support.clinic_staff import PASSWORD, Browser
from tests.support.staff_browser import Staff

Later = Callable[..., None]


@pytest.fixture
def demo(make_app: Callable[..., Flask], clock: object) -> Flask:
    """Return an app in demonstration mode."""
    return make_app(DEMO="1", MAIL_SERVER="", MAIL_FROM="")


def ways_in(app: Flask) -> dict[Role, str]:
    with app.app_context():
        found = demonstration.ways_in(acting())
        db.session.commit()
    return {role: re.sub(r"^http://[^/]+", "", address) for role, address in found.items()}


def go_in(app: Flask, link: str) -> Browser:
    browser = Browser(app)
    browser.get(link)
    if browser.status == 200:
        browser.post(data={})
    return browser


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("coordinator", "Coordinator"),
        ("price_editor", "Price editor"),
        ("approver", "Approver"),
        ("administrator", "Administrator"),
    ],
)
def test_a_link_signs_somebody_invented_in_without_a_second_factor(
    demo: Flask, role: Role, name: str
) -> None:
    browser = go_in(demo, ways_in(demo)[role])
    assert browser.heading == "Start"
    assert browser.says(f"Your roles: {name}")


def test_a_link_works_once(demo: Flask) -> None:
    link = ways_in(demo)["approver"]
    go_in(demo, link)
    again = go_in(demo, link)
    assert (again.status, again.heading) == (404, "This link does not work")


def test_to_look_at_a_link_signs_nobody_in(demo: Flask) -> None:
    link = ways_in(demo)["approver"]
    browser = Browser(demo)
    browser.get(link)
    assert browser.heading == "Sign in to the demonstration"
    browser.get("/staff")
    assert browser.heading == "Sign in"
    assert go_in(demo, link).heading == "Start"


def test_a_link_ends_after_twelve_hours_and_with_the_next_start(demo: Flask, later: Later) -> None:
    first = ways_in(demo)["approver"]
    second = ways_in(demo)["approver"]
    assert go_in(demo, first).status == 404
    later(hours=12)
    assert go_in(demo, second).status == 404


def test_a_link_needs_the_token_of_its_form(demo: Flask) -> None:
    link = ways_in(demo)["approver"]
    browser = Browser(demo)
    browser.get(link)
    browser.post(data={}, token=False)
    assert browser.status == 400
    assert go_in(demo, link).heading == "Start"


def test_outside_a_demonstration_neither_link_nor_session_counts(
    demo: Flask, make_app: Callable[..., Flask]
) -> None:
    links = ways_in(demo)
    browser = go_in(demo, links["price_editor"])
    real = make_app()
    assert go_in(real, links["approver"]).status == 404
    browser.app, browser.client.application = real, real
    browser.get("/staff")
    assert browser.heading == "Sign in"


def test_somebody_invented_has_no_account_to_change(demo: Flask) -> None:
    browser = go_in(demo, ways_in(demo)["price_editor"])
    for path in ("/staff/account", "/staff/password", "/staff/second-factor", "/staff/recovery-codes"):
        browser.get(path)
        assert browser.status == 403, path
        assert browser.says("You are one of the invented people of this demonstration."), path
        assert not browser.says("Ask an administrator"), path
    browser.get("/staff")
    assert "/staff/account" not in browser.page


def test_nobody_gives_somebody_invented_a_password(demo: Flask) -> None:
    ways_in(demo)
    browser = Browser(demo)
    browser.get("/staff/forgotten")
    browser.post(data={"address": "editor@demonstration.example.org"})
    with demo.app_context():
        assert db.session.query(Mail).count() == 0
        user = staff.find("editor@demonstration.example.org")
        assert user is not None
        assert user.password is None
    browser.get("/staff/sign-in")
    browser.post(data={"email": "editor@demonstration.example.org", "password": PASSWORD})
    assert browser.status == 422


def test_the_invented_people_are_not_among_the_real_ones(demo: Flask) -> None:
    ways_in(demo)
    with demo.app_context():
        assert staff.everybody() == []
        assert staff.get(1) is None


def test_each_start_has_the_same_four_people(demo: Flask) -> None:
    ways_in(demo)
    ways_in(demo)
    with demo.app_context():
        assert db.session.query(StaffUser).count() == 4


def test_an_invented_administrator_changes_whether_patients_read_of_past_bills(demo: Flask) -> None:
    manager = Staff(demo)
    manager.client = go_in(demo, ways_in(demo)["administrator"]).client
    assert "The range of past bills stands beside the price list’s own" in manager.see("/staff/settings").text
    manager.see("/staff/settings/ranges")
    manager.press("Save", past_bills_range="yes")
    with demo.app_context():
        assert clinic.current().past_bills_range
        assert staff.everybody() == [], "so that the demonstration can be filled again"


def test_an_invented_administrator_lets_nobody_in_and_has_no_say_in_the_account(demo: Flask) -> None:
    links = ways_in(demo)
    browser = go_in(demo, links["administrator"])
    refused = ("/staff/people", "/staff/settings/account", "/staff/settings/account/confirm")
    for path in refused:
        browser.get(path)
        assert browser.status == 403, path
    browser.get("/staff")
    assert "/staff/people" not in browser.page
    browser.get("/staff/settings")
    assert "/staff/settings/account" not in browser.page
    assert browser.says("Nobody invented sets the account")
    assert not browser.says("you enter your password again"), "they have none"
    approver = go_in(demo, links["approver"])
    approver.get("/staff/settings/account/confirm")
    assert approver.status == 403


def test_an_invented_administrator_is_let_into_no_real_installation(
    demo: Flask, make_app: Callable[..., Flask]
) -> None:
    links = ways_in(demo)
    browser = go_in(demo, links["administrator"])
    real = make_app()
    browser.app, browser.client.application = real, real
    browser.get("/staff/settings")
    assert browser.heading == "Sign in"
    assert go_in(real, ways_in(demo)["administrator"]).status == 404


def test_nobody_invented_is_let_in_once_somebody_real_administers(demo: Flask) -> None:
    links = ways_in(demo)
    browser = go_in(demo, links["administrator"])
    browser.get("/staff/audit")
    assert browser.status == 200
    with demo.app_context():
        user, _link, _token = staff.invite(acting(), "head@clinic.example", ["administrator"], language="en")
        db.session.commit()
        browser.get("/staff/audit")
        assert browser.heading == "Audit trail", "who was only invited administers nothing"
        user.password = "chosen"
        db.session.commit()
    browser.get("/staff/audit")
    assert browser.heading == "Sign in"
    again = go_in(demo, links["coordinator"])
    assert (again.status, again.heading) == (403, "Invented people are let in no more")
