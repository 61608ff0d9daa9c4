"""In a browser: forms save themselves, say what is wrong at once, and no page is wider than a phone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from staff_browser import Staff
from werkzeug.serving import make_server

from estimator import drafts
from estimator.models.staff import Role

PAGES = (
    "",
    "/section/charge",
    "/section/driver",
    "/entry/charge/ward",
    "/entry/driver/cells",
    "/text",
    "/differences",
    "/try",
    "/examples",
    "/effect",
    "/saves",
    "/publish",
    "/discard",
)


@pytest.fixture(autouse=True)
def clock() -> None:
    """Let the time pass: a browser waits by it."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def page(app: Flask, browser: Browser, sign_in: Callable[[Flask, Role], Staff]) -> Iterator[Page]:
    """Return a browser's page in which an editor has begun a draft; mistakes of scripts fail the test."""
    person = sign_in(app, "price_editor")
    with served(app) as address:
        cookie = person.client.get_cookie("session")
        assert cookie is not None
        context = browser.new_context(base_url=address, locale="en-GB")
        context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
        page = context.new_page()
        mistakes: list[str] = []
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.goto("/staff/tables")
        page.get_by_role("button", name="Begin a draft from").click()
        yield page
        context.close()
        assert mistakes == []


def test_a_form_saves_itself_and_says_at_once_what_is_wrong(app: Flask, page: Page) -> None:
    page.goto("/staff/tables/drafts/1/entry/charge/single")
    price = page.get_by_label("Price of a unit")
    price.fill("sixty")
    expect(page.get_by_text("“sixty” cannot be read here.")).to_be_visible(timeout=15_000)
    expect(page.locator(".autosaved")).to_have_text("Saved. Problems in this draft: 1.")
    expect(price).to_have_attribute("aria-invalid", "true")
    price.fill("64")
    expect(page.locator(".autosaved")).to_have_text("Saved.", timeout=15_000)
    expect(page.locator("form .error")).to_have_count(0)
    page.locator(".save-line button").click()
    expect(price).to_have_value("64")
    with app.app_context():
        assert "price = 64\n" in drafts.find(1).text


def test_who_was_slower_is_told_while_typing(page: Page) -> None:
    page.goto("/staff/tables/drafts/1/entry/charge/single")
    other = page.context.new_page()
    other.goto("/staff/tables/drafts/1/entry/charge/single")
    other.get_by_label("Price of a unit").fill("70")
    other.locator(".save-line button").click()
    page.get_by_label("Price of a unit").fill("71")
    expect(page.locator(".autosaved")).to_contain_text("has saved this draft meanwhile", timeout=15_000)
    page.locator(".save-line button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Two people have changed this draft")
    page.get_by_role("button", name="Add my changes to theirs").click()
    expect(page.get_by_label("Price of a unit")).to_have_value("71")


def test_a_text_has_line_numbers(page: Page) -> None:
    page.goto("/staff/tables/drafts/1/text")
    lines = page.get_by_label("Text", exact=True).input_value().count("\n") + 1
    numbers = page.locator(".line-numbers").text_content()
    assert numbers is not None
    assert numbers.split("\n") == [str(number) for number in range(1, lines + 1)]


@pytest.mark.parametrize("width", [320, 1440])
def test_no_page_is_wider_than_its_window_and_none_breaks_a_rule_of_accessibility(
    page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    broken = []
    for path in PAGES:
        page.goto(f"/staff/tables/drafts/1{path}")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            broken.append(f"{path} is wider than {width}")
        found = Axe().run(page).response["violations"]
        broken += [f"{path}: {rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found]
    assert broken == []
