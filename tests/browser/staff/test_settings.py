"""In a browser: the settings, and what they change for readers, on a phone and on a desk, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from PIL import Image, ImageDraw
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

import pricing
from estimator import estimates, price_lists
from estimator.db import db
from tests.support.accessibility import hindrances_at_the_desk
from tests.support.acts import acting
from tests.support.clinic_staff import Browser, Person
from tests.support.serving import served

NOW = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
DELHI = Path(pricing.__file__).parent / "tables" / "delhi.toml"
ANSWERS = {
    "cells": "umbilical",
    "sessions": 2,
    "room": "single",
    "nights": 10,
    "rehab": "day",
    "rehab_days": 12,
    "visa": True,
    "own_mri": True,
}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Let the time pass from a day on which the list of Delhi is in force."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: object) -> Flask:
    """Return an app in two languages, with the list of Delhi."""
    app = make_app(LANGUAGES="en,ar")
    with app.app_context():
        price_lists.import_(
            acting(actor="command line", now=datetime.now(UTC)), DELHI.read_text(encoding="utf-8")
        )
        db.session.commit()
    return app


@pytest.fixture
def link(app: Flask) -> str:
    """Return the path of an estimate."""
    with app.app_context():
        now = datetime.now(UTC)
        token = estimates.make(
            acting(now=now, link_key="l" * 32),
            price_lists.in_force("delhi", now),
            ANSWERS,
            language="en",
            submission="",
        )
        db.session.commit()
    return f"/e/{token}"


Opener = Callable[..., Page]


@pytest.fixture
def open_page(app: Flask, browser: Chromium) -> Iterator[Opener]:
    """Return a function that opens an administrator's page; mistakes of scripts and blocked files fail the test."""
    person = Person(app, "ada@example.org", ["administrator"]).put(datetime.now(UTC))
    cookie = person.sign_in(Browser(app)).cookie()
    assert cookie is not None
    mistakes: list[str] = []
    with served(app) as address:
        contexts = []

        def open_page(**options: Any) -> Page:
            context = browser.new_context(base_url=address, locale="en-GB", **options)
            contexts.append(context)
            context.add_cookies([{"name": "session", "value": cookie, "url": address}])
            page = context.new_page()
            page.on("pageerror", lambda error: mistakes.append(str(error)))
            page.on(
                "console",
                lambda said: mistakes.append(said.text) if "Content Security" in said.text else None,
            )
            return page

        yield open_page
        for context in contexts:
            context.close()
    assert mistakes == []


def logo() -> bytes:
    picture = Image.new("RGBA", (900, 300), (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((10, 10, 290, 290), fill=(10, 90, 112))
    pen.rectangle((330, 100, 890, 200), fill=(138, 59, 0))
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def walk(page: Page, link: str) -> Iterator[str]:
    """Go through the settings with their mistakes, and then see the pages that they change; yield a name."""
    for part in ("", "/days", "/quotes", "/kept", "/language", "/letters/estimate", "/logo", "/rates"):
        page.goto(f"/staff/settings{part}")
        yield f"settings{part}"
    page.goto("/staff/settings/days")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        page.get_by_label(day).check()
    page.get_by_label("Holidays").fill("2026-12-25\nChristmas")
    page.get_by_label("Business days until a request is answered").fill("never")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("p.error")).to_have_count(3)
    yield "settings/days with mistakes"
    page.goto("/staff/settings/logo")
    page.locator("#picture").set_input_files(
        {"name": "x.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    )
    with page.expect_navigation():
        page.get_by_role("button", name="Use this picture").click()
    yield "settings/logo with a mistake"
    page.locator("#picture").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": logo()})
    with page.expect_navigation():
        page.get_by_role("button", name="Use this picture").click()
    yield "settings/logo with a logo"
    page.goto("/staff/settings/rates")
    with page.expect_navigation():
        page.get_by_role("button", name="Enter this rate").click()
    yield "settings/rates with mistakes"
    page.get_by_label("To: the currency of the reader").select_option("INR")
    page.get_by_label("How much of the second one").fill("89.2541")
    page.get_by_label("Who says so").fill("Reserve Bank of India, reference rate")
    page.get_by_role("button", name="Enter this rate").click()
    expect(page.get_by_role("row", name="89.2541")).to_be_visible()
    yield "settings/rates with a rate"
    for path in ("/", "/estimate/delhi", link):
        page.goto(path)
        expect(page.locator("img.logo")).to_be_visible()
        yield f"patient {path[:10]}"
    page.get_by_text("In another currency").click()
    page.get_by_label("Show the totals also in").select_option("INR")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".beside")).to_contain_text("INR")
    yield "patient estimate in another currency"


@pytest.mark.long
def test_the_settings_and_what_they_change_can_be_used_by_everybody(open_page: Opener, link: str) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    found = {name: hindrances_at_the_desk(page) for name in walk(page, link)}
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_the_settings_can_be_used_without_scripts(open_page: Opener, link: str) -> None:
    page = open_page(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    assert len(list(walk(page, link))) > 10
