from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from estimator import staff
from estimator.db import db
from estimator.models import StaffSession, StaffUser
from tests.support.acts import acting
from tests.support.clinic_staff import OTHER_PASSWORD, PASSWORD, Browser, Person, code_of

Join = Callable[..., Person]
Later = Callable[..., None]


def is_in(browser: Browser) -> bool:
    browser.get("/staff")
    return browser.heading == "Start"


@pytest.fixture
def mira(join: Join) -> Person:
    return join("mira@example.org", "administrator")


def test_half_an_hour_without_a_page_ends_a_session(mira: Person, laptop: Browser, later: Later) -> None:
    mira.sign_in(laptop)
    later(minutes=29)
    assert is_in(laptop)
    later(minutes=29)
    assert is_in(laptop)
    later(minutes=30)
    assert not is_in(laptop)


@pytest.mark.long
def test_twelve_hours_end_a_session_however_busy_it_is(mira: Person, laptop: Browser, later: Later) -> None:
    mira.sign_in(laptop)
    for _half in range(36):
        later(minutes=19, seconds=59)
        assert is_in(laptop)
    later(minutes=1)
    assert not is_in(laptop)


def test_a_clock_set_back_keeps_no_session_alive(mira: Person, laptop: Browser, later: Later) -> None:
    mira.sign_in(laptop)
    later(hours=-1)
    assert not is_in(laptop)


def test_signing_out_ends_the_session_also_for_a_copy_of_its_cookie(
    mira: Person, laptop: Browser, app: Flask
) -> None:
    mira.sign_in(laptop)
    copy = laptop.cookie()
    assert copy is not None
    laptop.post("/staff/sign-out")
    assert laptop.heading == "Sign in"
    thief = Browser(app)
    thief.client.set_cookie("session", copy)
    assert not is_in(thief)


def test_signing_out_empties_the_caches_of_the_browser(mira: Person, laptop: Browser) -> None:
    mira.sign_in(laptop)
    laptop.post("/staff/sign-out", follow=False)
    assert laptop.status == 302
    assert laptop.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_link_alone_signs_nobody_out(mira: Person, laptop: Browser) -> None:
    mira.sign_in(laptop)
    laptop.get("/staff/sign-out")
    assert laptop.status == 405
    laptop.get("/staff")
    laptop.post("/staff/sign-out", token=False)
    assert laptop.status == 400
    assert is_in(laptop)


def test_a_session_begins_anew_with_signing_in(mira: Person, laptop: Browser, app: Flask) -> None:
    """Whoever gave somebody a cookie beforehand is not signed in with them."""
    laptop.get("/staff/sign-in")
    given = laptop.cookie()
    assert given is not None
    mira.sign_in(laptop)
    assert laptop.cookie() != given
    thief = Browser(app)
    thief.client.set_cookie("session", given)
    assert not is_in(thief)


def test_two_browsers_have_sessions_of_their_own(mira: Person, app: Flask, later: Later) -> None:
    one, two = Browser(app), Browser(app)
    mira.sign_in(one)
    later(seconds=60)
    mira.sign_in(two)
    one.post("/staff/sign-out")
    assert not is_in(one)
    assert is_in(two)


def test_somebody_sees_where_they_are_signed_in_and_ends_all_but_this(
    mira: Person, app: Flask, later: Later
) -> None:
    one, two = Browser(app), Browser(app)
    mira.sign_in(one)
    later(minutes=5)
    mira.sign_in(two)
    two.get("/staff/account")
    assert two.says("Since 10 March 2026, 12:05 (UTC) (here)")
    assert two.says("Since 10 March 2026, 12:00 (UTC) last used")
    two.post("/staff/account/sign-out-everywhere")
    assert two.says("Everywhere else you are signed out.")
    assert not is_in(one)
    assert is_in(two)


def _deactivate(user: StaffUser) -> None:
    with_another_administrator()
    staff.deactivate(acting(actor="test", now=datetime.now(UTC)), user)


def _roles(user: StaffUser) -> None:
    with_another_administrator()
    staff.set_roles(acting(actor="test", now=datetime.now(UTC)), user, ["coordinator"])


def _password(user: StaffUser) -> None:
    staff.new_password(acting(now=datetime.now(UTC)), user, user.password or "")


def _signed_out(user: StaffUser) -> None:
    staff.end_sessions(acting(actor="test", now=datetime.now(UTC)), user)


def _row(user: StaffUser) -> None:
    db.session.query(StaffSession).delete()


def with_another_administrator() -> None:
    other, _link, _token = staff.invite(
        acting(actor="test", now=datetime.now(UTC), link_key="l" * 32),
        "other@example.org",
        ["administrator"],
        language="en",
    )
    other.password = "x"


@pytest.mark.parametrize("change", [_deactivate, _roles, _password, _signed_out, _row])
def test_a_session_ends_at_once_with(
    mira: Person, laptop: Browser, change: Callable[[StaffUser], None]
) -> None:
    mira.sign_in(laptop)
    with mira.row() as user:
        change(user)
    assert not is_in(laptop)


@pytest.mark.parametrize("change", [_deactivate, _roles, _password, _signed_out])
def test_a_sign_in_that_is_half_way_ends_too_with(
    mira: Person, laptop: Browser, change: Callable[[StaffUser], None]
) -> None:
    mira.give_password(laptop)
    with mira.row() as user:
        change(user)
    laptop.post(data={"code": code_of(mira.secret)})
    assert laptop.heading == "Sign in"


@pytest.mark.long
def test_changing_the_password_ends_the_other_sessions(mira: Person, app: Flask, later: Later) -> None:
    one, two = Browser(app), Browser(app)
    mira.sign_in(one)
    later(seconds=60)
    mira.sign_in(two)
    two.get("/staff/password")
    two.post(
        data={
            "password": PASSWORD,
            "new_password": OTHER_PASSWORD,
            "new_password_confirm": OTHER_PASSWORD,
        }
    )
    assert two.says("Your password was changed. Everywhere else you are signed out.")
    assert is_in(two)
    assert not is_in(one)


def test_changing_the_second_factor_ends_the_other_sessions(mira: Person, app: Flask, later: Later) -> None:
    one, two = Browser(app), Browser(app)
    mira.sign_in(one)
    later(seconds=60)
    mira.sign_in(two)
    two.get("/staff/second-factor")
    two.post(data={"setup": "authenticator"})
    mira.secret = two.secret_shown()
    import re

    action = re.search(r'action="(/staff/second-factor/[^"]+)"', two.page)
    assert action
    two.post(action.group(1), {"code": code_of(mira.secret)})
    assert two.says("Your second factor was changed. Everywhere else you are signed out.")
    assert is_in(two)
    assert not is_in(one)
    later(seconds=60)
    three = Browser(app)
    assert mira.sign_in(three).heading == "Start"


def test_a_cookie_from_another_installation_opens_nothing(mira: Person, laptop: Browser, app: Flask) -> None:
    mira.sign_in(laptop)
    signed = laptop.cookie()
    assert signed is not None
    thief = Browser(app)
    thief.client.set_cookie("session", signed[:-3] + ("AAA" if signed[-3:] != "AAA" else "BBB"))
    assert not is_in(thief)


def test_the_key_in_the_cookie_belongs_to_one_person(join: Join, app: Flask) -> None:
    one, two = Browser(app), Browser(app)
    join("mira@example.org").sign_in(one)
    omar = join("omar@example.org")
    omar.sign_in(two)
    with one.client.session_transaction() as mine, two.client.session_transaction() as theirs:
        mine["staff"] = theirs["staff"]
    assert not is_in(one)


def test_a_database_that_cannot_be_written_ends_nobodys_session(
    mira: Person, laptop: Browser, app: Flask, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    monkeypatch.setattr("estimator.db.BUSY_SECONDS", 0.2)
    mira.sign_in(laptop)
    later(minutes=5)
    path = app.config["SETTINGS"].database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with app.app_context():
            db.engine.dispose()
        assert is_in(laptop)
        other.rollback()
    other.close()


def test_patients_pages_do_not_ask_who_is_there(mira: Person, laptop: Browser, app: Flask) -> None:
    from sqlalchemy import event

    mira.sign_in(laptop)
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    laptop.get("/")
    laptop.get("/static/site.css")
    assert [statement for statement in asked if "staff" in statement] == []
