"""The pages of signing in as documents: sound HTML, a label for each field, and words for each state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import html5lib
import pytest
from flask import Flask

from tests.support.clinic_staff import PASSWORD, Browser, Person, code_of, link_in, mails

Step = tuple[str, str]


def walk(app: Flask) -> Iterator[Step]:
    """Go through every page that somebody sees from the invitation on, with its mistakes; yield name and page."""
    browser = Browser(app)

    def here(name: str) -> Step:
        return name, browser.page

    ada = Person(app, "ada@example.org", ["administrator"]).put(datetime.now(UTC))
    for path in ("/staff/sign-in", "/staff/forgotten", "/staff/welcome/x"):
        browser.get(path)
        yield here(path)
        browser.post(data={})
        yield here(f"{path} with nothing in it")
    browser.get("/staff/forgotten")
    browser.post(data={"address": ada.address})
    yield here("link sent")
    reset = link_in(mails(app, "staff_reset")[0])
    ada.give_password(browser)
    yield here("code")
    browser.post(data={"code": "1"})
    yield here("code wrong")
    browser.get("/staff/recovery-code")
    yield here("recovery code")
    browser.post(data={"code": "1"})
    yield here("recovery code wrong")
    ada.sign_in(browser)
    for path in (
        "/staff",
        "/staff/account",
        "/staff/people",
        "/staff/people/1",
        "/staff/password",
        "/staff/password-again",
        "/staff/second-factor",
        "/staff/recovery-codes",
        "/staff/settings",
        "/staff/settings/days",
        "/staff/settings/quotes",
        "/staff/settings/kept",
        "/staff/settings/language",
        "/staff/settings/letters/estimate",
        "/staff/settings/logo",
        "/staff/settings/rates",
    ):
        browser.get(path)
        yield here(path)
        if path not in ("/staff", "/staff/account", "/staff/settings"):
            browser.post(data={})
            yield here(f"{path} with nothing in it")
    browser.get("/staff/second-factor")
    browser.post(data={"setup": "authenticator"})
    yield here("picture")
    browser.get("/staff/people")
    browser.post(data={"address": "mira@example.org", "roles": ["approver"]})
    yield here("invited")
    link = link_in(mails(app, "staff_invitation")[0])
    browser.get(link)
    yield here("welcome")
    browser.post(data={"password": "x"})
    yield here("welcome with a weak password")
    browser.post(data={"password": PASSWORD, "password_confirm": PASSWORD})
    yield here("second factor of somebody new")
    browser.post(data={"setup": "authenticator"})
    yield here("picture of somebody new")
    browser.post("/staff/code", {"code": code_of(browser.secret_shown())})
    browser.get("/staff/people")
    yield here("not allowed")
    browser.get(reset)
    browser.post(data={"password": PASSWORD + "!", "password_confirm": PASSWORD + "!"})
    yield here("password set")


KEPT: list[Step] = []


@pytest.fixture
def steps(make_app: Callable[..., Flask], clock: object) -> list[Step]:
    """Return every page; the way to them is gone once."""
    if not KEPT:
        KEPT.extend(walk(make_app()))
    return KEPT


def test_every_page_is_sound_html(steps: list[Step]) -> None:
    assert len(steps) > 30
    wrong = []
    for name, page in steps:
        try:
            html5lib.HTMLParser(strict=True).parse(page)
        except html5lib.html5parser.ParseError as error:
            wrong.append((name, str(error)))
        ids = re.findall(r'\sid="([^"]*)"', page)
        if len(ids) != len(set(ids)):
            wrong.append((name, "an id stands there twice"))
        for target in re.findall(r'(?:for|aria-describedby)="([^"]*)"|href="#([^"]*)"', page):
            missing = [one for group in target for one in group.split() if one not in ids]
            if missing:
                wrong.append((name, f"{missing} is not there"))
        if len(re.findall(r"<h1", page)) != 1 or not re.search(r"<title[^>]*>[^<]+</title>", page):
            wrong.append((name, "heading or title is missing"))
    assert wrong == []


def test_every_field_has_a_label(steps: list[Step]) -> None:
    wrong = []
    for name, page in steps:
        for field in re.findall(r"<input[^>]*>", page):
            if 'type="hidden"' in field or " hidden " in field:
                continue
            found = re.search(r'\sid="([^"]+)"', field)
            if not found or f'for="{found.group(1)}"' not in page:
                wrong.append((name, field))
    assert wrong == []


def test_every_form_carries_a_token(steps: list[Step]) -> None:
    wrong = [
        name
        for name, page in steps
        for form in re.findall(r'<form method="post".*?</form>', page, re.S)
        if 'name="csrf_token" value="' not in form
    ]
    assert wrong == []


def test_nothing_that_flask_security_says_by_itself_is_shown(steps: list[Step]) -> None:
    theirs = ("Password not provided", "Invalid", "Two-factor", "Authentication failed", "log in", "Login")
    assert [(name, words) for name, page in steps for words in theirs if words in page] == []


def test_over_https_every_cookie_stays_on_it(make_app: Callable[..., Flask], clock: object) -> None:
    app = make_app(PUBLIC_URL="https://localhost")
    person, browser = Person(app, "ada@example.org", ["approver"]).put(datetime.now(UTC)), Browser(app)
    browser.scheme = "https"
    person.give_password(browser)
    browser.post(data={"code": code_of(person.secret)}, follow=False)
    cookies = browser.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-session", "__Host-device"}
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    browser.get("/staff")
    assert browser.heading == "Start"
    assert "max-age" in browser.headers["Strict-Transport-Security"]
