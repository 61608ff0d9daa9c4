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
from tests.support.accessibility import NARROW, PHONE, cramped_by_large_text, cramped_by_spacing


def hindered(page: Page, state: str) -> list[str]:
    """Return what is cut off in a state of a page, at both sizes of phones."""
    found = []
    for size in (NARROW, PHONE):
        wide = f"{state}, {size['width']} wide"
        found += [f"{wide}, {each}" for each in cramped_by_spacing(page, size)]
        found += [f"{wide}, {each}" for each in cramped_by_large_text(page, size)]
    return found


@pytest.mark.parametrize("plan", [DELHI, LONG_WORDS], ids=lambda plan: plan.slug)
def test_nothing_is_cut_off_when_letters_are_spread_or_text_is_twice_as_large(
    open_page: Opener, plan: Plan
) -> None:
    page = open_page(viewport=NARROW)
    page.goto("/")
    found = hindered(page, "start")
    page.goto(f"/estimate/{plan.slug}")
    show(page)
    expect(page.locator(".error-summary")).to_be_focused()
    found += hindered(page, "errors")
    answer(page, plan.half | plan.whole)
    total_is_shown(page)
    found += hindered(page, "form")
    estimate(page, plan)
    open_all(page)
    found += hindered(page, "breakdown")
    assert found == [], "\n".join(found)


def test_the_title_loses_its_error_once_every_answer_is_mended(open_page: Opener, site: Site) -> None:
    page = open_page()
    page.goto("/verify")
    page.locator("form button").first.click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert page.title().startswith("Error: ")
    whole = page.title().removeprefix("Error: ")
    page.fill("#number", "Q-2026-00001")
    assert page.title() == whole
