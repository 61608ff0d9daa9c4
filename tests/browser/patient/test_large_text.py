"""Pages on a small phone with spread letters and with text of twice the size: nothing leaves the page sideways."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patient.served import Opener, Site
from tests.browser.patient.walk import (
    DELHI,
    LONG_WORDS,
    Plan,
    answer,
    estimate,
    open_all,
    show,
    total_is_shown,
)
from tests.support.accessibility import LARGE_TEXT, NARROW, PHONE, cramped_by_large_text, cramped_by_spacing


def hindered(page: Page, state: str) -> list[str]:
    """Return what is cut off in a state of a page, at both sizes of phones."""
    found = []
    for size in (NARROW, PHONE):
        wide = f"{state}, {size['width']} wide"
        found += [f"{wide}, {each}" for each in cramped_by_spacing(page, size)]
        found += [f"{wide}, {each}" for each in cramped_by_large_text(page, size)]
    return found


@pytest.mark.parametrize(
    ("language", "plan"),
    [("ru", DELHI), ("ar", DELHI), ("en", DELHI), ("en", LONG_WORDS)],
    ids=lambda value: getattr(value, "slug", value),
)
def test_nothing_is_cut_off_when_letters_are_spread_or_text_is_twice_as_large(
    open_page: Opener, language: str, plan: Plan
) -> None:
    page = open_page(viewport=NARROW, language=language)
    page.goto("/")
    found = hindered(page, "start")
    page.goto(f"/estimate/{plan.slug}")
    show(page)
    expect(page.locator(".error-summary")).to_be_focused()
    found += hindered(page, "errors")
    answer(page, plan.half | plan.whole)
    total_is_shown(page)
    found += hindered(page, "form")
    path = estimate(page, plan)
    open_all(page)
    found += hindered(page, "breakdown")
    for state in ("explore?budget=9000", f"compare/{plan.slug}"):
        page.goto(f"{path}/{state}")
        open_all(page)
        found += hindered(page, state)
    page.locator("main .total .go .button").click()
    expect(page.locator("#verdict")).to_be_visible()
    open_all(page)
    found += hindered(page, "comparison")
    assert found == [], "\n".join(found)


def test_the_total_hides_neither_the_questions_nor_the_way_on_when_text_is_twice_as_large(
    open_page: Opener,
) -> None:
    page = open_page(viewport=PHONE, language="ru")
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | DELHI.whole)
    total_is_shown(page)
    bar = page.locator("aside.total")
    for code, way_on in (("stay", "[data-next]"), ("check", "[value=show]")):
        page.evaluate("code => { location.hash = `step-${code}` }", code)
        page.evaluate(LARGE_TEXT)
        assert bar.evaluate("bar => innerHeight - bar.getBoundingClientRect().top") < 740 / 3
        assert bar.locator("#total").evaluate("total => total.offsetWidth") > 360 / 2
        button = bar.locator(way_on)
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport(ratio=1)
        page.evaluate("document.adoptedStyleSheets = []")


def test_the_title_loses_its_error_once_every_answer_is_mended(open_page: Opener, site: Site) -> None:
    page = open_page()
    page.goto("/verify")
    page.locator("form button").first.click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.title().startswith("Error: ")
    whole = page.title().removeprefix("Error: ")
    page.fill("#number", "Q-2026-00001")
    assert page.title() == whole
