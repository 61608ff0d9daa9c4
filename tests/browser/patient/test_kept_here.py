"""What a browser keeps by itself: answers that are not finished, and the estimates that were made in it."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.patient.served import Opener, Site
from tests.browser.patient.walk import DELHI, answer, at_breakdown, estimate, show, total_is_shown
from tests.support.settled import wait_until

DAY = 86_400_000


def expect_kept(page: Page, key: str, value: object) -> None:
    """Wait until this stands under a key of the browser's own storage: a page's scripts may run after its text."""
    wait_until(
        page, "([key, value]) => (localStorage.getItem(key) ?? 'null') === value", [key, json.dumps(value)]
    )


@pytest.mark.long
def test_answers_survive_reload_leaving_and_a_lost_session(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | {"room": "single", "nights": "10"})
    page.reload()
    expect(page.locator("#q_nights")).to_have_value("10")
    expect(page.locator("[name=q_room][value=single]")).to_be_checked()
    page.goto("/verify")
    page.context.clear_cookies()
    again = page.context.new_page()
    again.goto("/estimate/delhi")
    expect(again.locator("#q_nights")).to_have_value("10")
    answer(again, DELHI.whole)
    total_is_shown(again)


def test_the_start_page_leads_on_to_where_somebody_stopped(open_page: Opener) -> None:
    page = open_page()
    page.goto("/")
    expect(page.locator("[data-unfinished]")).to_be_hidden()
    expect(page.locator("[data-estimates]")).to_be_hidden()
    page.goto("/estimate/delhi")
    answer(page, {"cells": "marrow", "nights": "10"})
    page.goto("/?language=ar")
    arabic = page.locator("#offer-delhi").inner_text()
    expect(page.locator("[data-unfinished]").get_by_role("link")).to_have_text(arabic)
    page.goto("/?language=en")
    english = page.get_by_role("region", name="Continue where you stopped").get_by_role("link")
    expect(english).not_to_have_text(arabic)
    english.click()
    expect(page.locator("#step-stay")).to_be_visible()
    expect(page.locator("#q_nights")).to_have_value("10")
    expect(page.locator("[name=q_cells][value=marrow]")).to_be_checked()


def test_the_step_that_was_reached_is_kept_before_the_page_is_left(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, {"cells": "marrow"})
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#step-stay")).to_be_visible()
    assert page.evaluate("JSON.parse(localStorage.answers).delhi.at") == "#step-stay"
    page.goto("/")
    kept = page.locator("[data-unfinished] .note")
    expect(kept).to_contain_text(re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}"))


@pytest.mark.long
def test_answers_are_forgotten_when_somebody_says_so(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    note = page.locator(".kept-here")
    expect(note).to_contain_text("kept in this browser only, for 7 days")
    forget = page.get_by_role("button", name="Forget these answers")
    expect(forget).to_be_hidden()
    answer(page, {"cells": "marrow", "nights": "10"})
    forget.click()
    expect(page.locator("#step-cells")).to_be_visible()
    expect(page.locator("[name=q_cells]:checked")).to_have_count(0)
    expect(page.locator("#q_nights")).to_have_value("")
    expect_kept(page, "answers", {})
    answer(page, {"cells": "marrow"})
    page.goto("/")
    page.get_by_role("button", name="Forget these answers").click()
    expect(page.locator("[data-unfinished]")).to_be_hidden()
    expect_kept(page, "answers", None)


def test_answers_are_kept_for_seven_days(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, {"cells": "marrow"})
    older = """days => {
      const all = JSON.parse(localStorage.answers);
      all.delhi.day -= days;
      localStorage.answers = JSON.stringify(all);
    }"""
    page.evaluate(older, 6 * DAY)
    page.reload()
    expect(page.locator("[name=q_cells][value=marrow]")).to_be_checked()
    page.evaluate(older, 1 * DAY)
    page.goto("/")
    expect(page.locator("[data-unfinished]")).to_be_hidden()
    page.goto("/estimate/delhi")
    expect(page.locator("[name=q_cells]:checked")).to_have_count(0)
    expect_kept(page, "answers", {})


@pytest.mark.long
def test_an_estimate_that_is_made_takes_the_place_of_its_answers(open_page: Opener, site: Site) -> None:
    page = open_page()
    path = estimate(page, DELHI)
    expect_kept(page, "answers", {})
    page.goto("/")
    expect(page.locator("[data-unfinished]")).to_be_hidden()
    mine = page.get_by_role("region", name="My estimates on this device")
    expect(mine).to_contain_text(re.compile(r"about USD.* so far"))
    expect(mine).to_contain_text("Demonstration Spine Hospital")
    mine.get_by_role("link").click()
    assert at_breakdown(page) == path
    before = site.estimates()
    page.goto("/")
    page.get_by_role("button", name="Forget them").click()
    expect(mine).to_be_hidden()
    page.reload()
    expect(page.locator("[data-estimates]")).to_be_hidden()
    assert site.estimates() == before


@pytest.mark.long
def test_an_estimate_that_is_changed_is_listed_beside_the_one_before_and_a_deleted_one_leaves_the_list(
    open_page: Opener,
) -> None:
    page = open_page()
    path = estimate(page, DELHI)
    page.locator("#changes-title").click()
    page.locator("#change button[name=answer]").first.click()
    expect(page.locator(".since")).to_be_visible()
    changed = at_breakdown(page)
    listed = "JSON.parse(localStorage.estimates ?? '[]').map((each) => each.link)"
    wait_until(page, f"{listed}.length === 2")
    assert page.evaluate(listed) == [changed, path]
    page.goto(f"{path}/delete")
    page.locator("main button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("The estimate is deleted")
    wait_until(page, f"{listed}.length === 1")
    assert page.evaluate(listed) == [changed]


@pytest.mark.long
def test_a_refused_form_keeps_its_answers_and_lists_no_estimate(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | {"nights": "10"})
    show(page)
    expect(page.locator(".error-summary")).to_be_focused()
    answer(page, {"nights": "11"})
    page.reload()
    expect(page.locator("#q_nights")).to_have_value("11")
    expect_kept(page, "estimates", None)


def test_somebody_elses_estimate_is_not_listed(open_page: Opener, breakdown: str) -> None:
    page = open_page()
    page.goto(breakdown)
    page.goto("/")
    expect(page.locator("[data-estimates]")).to_be_hidden()


def test_nothing_is_sent_before_the_last_button_but_what_the_total_needs(
    open_page: Opener, site: Site
) -> None:
    page = open_page()
    asked: list[str] = []
    page.goto("/estimate/delhi")
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    before = site.estimates()
    answer(page, DELHI.half | DELHI.whole)
    total_is_shown(page)
    assert set(asked) == {"total"}
    assert site.estimates() == before


@pytest.mark.long
def test_a_browser_that_keeps_nothing_says_nothing_of_it(open_page: Opener) -> None:
    page = open_page()
    context: BrowserContext = page.context
    context.add_init_script(
        "for (const store of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, store, { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page.goto("/")
    page.goto("/estimate/delhi")
    expect(page.locator(".kept-here")).to_be_hidden()
    estimate(page, DELHI)
    page.goto("/")
    expect(page.locator("[data-estimates]")).to_be_hidden()
