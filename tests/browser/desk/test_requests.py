"""In a browser: the list follows what is typed, every key works, and no page is wider than a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Route, expect

from estimator import quotes, requests
from estimator.db import db
from estimator.models.staff import Role
from estimator.requests import search
from tests.support.accessibility import hindrances_at_the_desk
from tests.support.acts import acting
from tests.support.quote_desk import ask, request_of, settings_of
from tests.support.serving import browsing
from tests.support.settled import two_frames
from tests.support.staff_browser import Staff

PATIENCE = 20_000


@pytest.fixture
def made(app: Flask) -> list[str]:
    """Return the references of three requests, the newest first."""
    people = (
        ("Ben Quill", "ben@example.org", "FR"),
        ("Amina Okafor", None, "NG"),
        ("Li Wei", "li@example.org", "CN"),
    )
    return [ask(app, name=name, address=address, country=country) for name, address, country in people][::-1]


@pytest.fixture
def page(
    app: Flask, made: list[str], browser: Browser, sign_in: Callable[[Flask, Role], Staff]
) -> Iterator[Page]:
    """Return a browser's page in which a coordinator is signed in; mistakes of scripts fail the test."""
    with browsing(app, browser, sign_in(app, "coordinator")) as page:
        page.context.set_default_timeout(PATIENCE)
        yield page


def rows(page: Page, count: int) -> None:
    expect(page.locator(".queue tbody tr")).to_have_count(count, timeout=PATIENCE)


@pytest.mark.long
def test_the_list_follows_what_is_typed_and_says_so_politely(page: Page) -> None:
    page.goto("/desk/requests")
    rows(page, 3)
    box = page.get_by_label("Search")
    box.press_sequentially("okaf")
    rows(page, 1)
    expect(page.locator("#results-spoken")).to_have_text("1 request")
    expect(page).to_have_url(re.compile(r"\?q=okaf$"))
    expect(box).to_be_focused()
    page.get_by_label("Country").select_option("FR")
    expect(page.locator("#results-spoken")).to_have_text("No request matches.")
    rows(page, 0)
    page.get_by_role("link", name="Show all").first.click()
    rows(page, 3)
    page.goto("/desk/requests?q=quill")
    page.go_back()
    rows(page, 3)


def talked_about(app: Flask, reference: str) -> None:
    """Let so much be said at a request that its page is many screens long."""
    with app.app_context(), request_of(app, reference) as found:
        for number in range(8):
            act = acting(now=datetime.now(UTC), settings=settings_of(app))
            quotes.ask_question(act, found, f"Question {number}? " + "It is a long story. " * 40)
            requests.answer(act.by("user:1"), found, f"Answer {number}.", way="telephone")
            db.session.commit()


def answer(page: Page, reference: str, words: str) -> None:
    page.goto(f"/desk/requests/{reference}")
    page.get_by_label("Answer to them").fill(words)
    with page.expect_navigation():
        page.get_by_role("button", name="Send the answer").click()
    two_frames(page)


@pytest.mark.long
def test_what_was_done_with_an_answer_or_a_note_is_on_the_screen(
    app: Flask, made: list[str], page: Page
) -> None:
    talked_about(app, made[0])
    answer(page, made[0], "There is a lift.")
    expect(page.get_by_text("The answer is kept, and a mail says that it is there.")).to_be_in_viewport()
    expect(page.get_by_text("There is a lift.")).to_be_in_viewport()
    page.get_by_label("Note").fill("She called.")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("The note is kept.")).to_be_in_viewport()
    page.get_by_label("Assigned to").select_option(label="nobody")
    with page.expect_navigation():
        page.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text("It is no longer assigned to anybody.")).to_be_in_viewport()


@pytest.mark.long
def test_why_an_answer_was_not_sent_is_on_the_screen_and_has_the_focus(
    app: Flask, made: list[str], page: Page
) -> None:
    talked_about(app, made[0])
    page.goto(f"/desk/requests/{made[0]}")
    page.get_by_label("Answer to them").fill("There is a lift.")
    with app.app_context(), request_of(app, made[0]) as found:
        act = acting(now=datetime.now(UTC), settings=settings_of(app), actor="user:1")
        requests.answer(act, found, "There are two lifts.", way="telephone")
        db.session.commit()
    with page.expect_navigation():
        page.get_by_role("button", name="Send the answer").click()
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("has answered while you were writing")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()
    expect(page.get_by_label("Answer to them")).to_have_value("There is a lift.")
    answer(page, made[0], "")
    expect(summary).to_be_focused()
    expect(summary).to_be_in_viewport()


@pytest.mark.long
def test_an_answer_that_comes_too_late_changes_nothing(page: Page) -> None:
    page.goto("/desk/requests")
    waiting: list[Route] = []
    given_up: list[str] = []
    page.on("requestfailed", lambda request: given_up.append(request.url))

    def hold(route: Route) -> None:
        if "okaf" in route.request.url:
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/desk/requests?q=*", hold)
    page.get_by_label("Search").fill("okaf")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "true")
    page.get_by_label("Search").fill("quill")
    rows(page, 1)
    expect(page.locator(".queue .name")).to_have_text("Ben Quill")
    assert len(waiting) == 1
    assert [url for url in given_up if "okaf" in url], (
        "what nobody waits for any more is not asked for further"
    )
    page.wait_for_timeout(300)
    rows(page, 1)


@pytest.mark.long
def test_what_was_typed_and_taken_back_is_asked_for_no_longer(page: Page) -> None:
    page.goto("/desk/requests")
    given_up: list[str] = []
    page.on("requestfailed", lambda request: given_up.append(request.url))
    page.route("**/desk/requests?q=okaf", lambda route: None)
    page.get_by_label("Search").fill("okaf")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "true")
    page.get_by_label("Search").fill("")
    expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
    assert [url for url in given_up if "okaf" in url]
    rows(page, 3)


@pytest.mark.long
def test_a_server_that_does_not_answer_is_said_and_the_list_stays(page: Page) -> None:
    page.goto("/desk/requests")
    page.route("**/desk/requests?q=*", lambda route: route.abort())
    page.get_by_label("Search").fill("okaf")
    expect(page.get_by_text("The list could not be loaded just now.")).to_be_visible()
    rows(page, 3)
    page.unroute("**/desk/requests?q=*")
    page.get_by_role("button", name="Show", exact=True).click()
    rows(page, 1)


@pytest.mark.long
def test_everything_can_be_done_with_the_keys(page: Page, made: list[str]) -> None:
    page.goto("/desk/requests")
    box = page.get_by_label("Search")
    box.focus()
    page.keyboard.press("ArrowDown")
    links = [page.get_by_role("link", name=reference) for reference in made]
    expect(links[0]).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links[1]).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name=made[1])).to_be_checked()
    expect(page.locator("[data-ticked]")).to_have_text("(1)")
    page.keyboard.press("End")
    expect(links[2]).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(links[2]).to_be_focused()
    page.keyboard.press("Home")
    expect(links[0]).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.type("quill")
    rows(page, 1)
    page.keyboard.press("Escape")
    rows(page, 3)
    expect(box).to_have_value("")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/desk/requests/{made[0]}$"))


@pytest.mark.long
def test_a_letter_typed_elsewhere_is_only_a_letter(page: Page) -> None:
    page.goto("/desk/requests")
    page.get_by_label("Search").press_sequentially("xiomara")
    rows(page, 0)
    expect(page.get_by_label("Search")).to_have_value("xiomara")
    page.get_by_label("Status", exact=True).focus()
    page.keyboard.press("x")
    assert page.locator("input[name=pick]:checked").count() == 0


@pytest.mark.long
def test_all_on_a_page_are_ticked_and_changed_at_once(page: Page) -> None:
    page.goto("/desk/requests?state=new")
    page.get_by_label("All on this page").check()
    expect(page.locator("input[name=pick]:checked")).to_have_count(3)
    page.locator("input[name=pick]").first.uncheck()
    expect(page.locator("[data-ticked]")).to_have_text("(2)")
    assert page.get_by_label("All on this page").evaluate("box => box.indeterminate")
    page.get_by_label("Change status").select_option("in_work")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_text("2 requests were changed.")).to_be_visible()
    rows(page, 1)


@pytest.mark.long
def test_the_two_lines_for_a_chat_are_copied(page: Page, made: list[str]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/desk/requests/{made[0]}")
    page.get_by_role("button", name="Copy the two lines").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("Two lines with the link").input_value()
    assert copied.count("\n") == 1


def states(page: Page, made: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Bring the page into every state of the desk."""
    for path in ("", "?q=okafor", "?q=nobody", "?q=ab", "?state=open&order=due"):
        page.goto(f"/desk/requests{path}")
        yield f"list {path}"
    monkeypatch.setattr(search, "PAGE", 2)
    page.goto("/desk/requests")
    yield "first page"
    page.goto(f"/desk/requests/{made[0]}")
    yield "request"
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    yield "request, with everything opened"
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator(".error-summary")).to_be_visible()
    yield "empty note"
    page.goto("/desk/requests/new")
    yield "choose a list"
    page.goto("/desk/requests/new/delhi")
    yield "new request"
    page.get_by_role("button", name="Enter the request").click()
    expect(page.locator(".error-summary")).to_be_visible()
    yield "new request, with errors"
    page.goto("/desk/requests/REQ-2222-2222")
    yield "no such request"


def test_no_page_of_the_desk_is_wider_than_its_window_and_none_breaks_a_rule_of_accessibility(
    page: Page, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = {state: hindrances_at_the_desk(page) for state in states(page, made, monkeypatch)}
    assert {state: problems for state, problems in broken.items() if problems} == {}


@pytest.mark.long
def test_on_a_phone_the_list_begins_on_the_first_screen_with_its_filters_folded(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/desk/requests")
    first = page.locator(".queue tbody tr").first.bounding_box()
    assert first is not None
    assert first["y"] < 800
    country = page.get_by_label("Country")
    expect(country).not_to_be_visible()
    page.get_by_text("Filters and order").click()
    country.select_option("FR")
    rows(page, 1)


@pytest.mark.long
def test_the_numbers_of_what_waits_follow_and_nothing_else_of_the_page_moves(app: Flask, page: Page) -> None:
    page.clock.install()
    page.goto("/desk/requests")
    expect(page).to_have_title(re.compile(r"^\(3\) "))
    tick = page.locator(".queue tbody input").first
    tick.check()
    page.get_by_label("Assign them to").select_option("nobody")
    page.locator("#to-do a").first.focus()
    ask(app, name="Zoe Quill")
    page.clock.fast_forward(31_000)
    expect(page).to_have_title(re.compile(r"^\(4\) "))
    expect(page.locator("#to-do a").first).to_have_text("4 new")
    expect(page.locator("#to-do a").first).to_be_focused()
    expect(tick).to_be_checked()
    expect(page.get_by_label("Assign them to")).to_have_value("nobody")
    rows(page, 3)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.clear_cookies()
    for _number in range(3):
        page.clock.fast_forward(31_000)
        page.wait_for_timeout(300)
    assert len(asked) == 1, "whoever is signed out is asked about once, and not again"
    expect(tick).to_be_checked()
