"""A budget is looked at while it is typed, without a page load, and what is wrong with it stands at its field."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.patient.served import Opener
from tests.support.accessibility import hindrances


def test_a_budget_is_answered_while_it_is_typed_and_nothing_is_loaded_anew(
    open_page: Opener, breakdown: str
) -> None:
    page = open_page()
    page.goto(f"{breakdown}/explore")
    page.evaluate("window.stays = true")
    field = page.get_by_label("Your budget in USD")
    field.press_sequentially("9000")
    expect(page.locator(".bought")).to_contain_text("Your plan does not fit into")
    expect(page.locator(".budget-line").first).to_be_attached()
    expect(page.locator("#found-spoken")).to_contain_text("Your plan does not fit into")
    expect(page).to_have_url(f"{breakdown}/explore?budget=9000")
    field.fill("nine")
    expect(page.locator("form.budget .error")).to_contain_text("Enter the budget as an amount in USD")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    field.fill("900000")
    expect(page.locator("form.budget .error")).to_have_count(0)
    expect(page.locator(".bought")).to_contain_text("The likely total fits into")
    assert page.evaluate("window.stays")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert hindrances(page) == []


@pytest.mark.long
def test_a_browser_without_cookies_is_answered_in_its_language_while_a_budget_is_typed(
    open_page: Opener, breakdown: str
) -> None:
    page = open_page()
    page.goto(f"{breakdown}/explore?lang=ar")
    page.context.clear_cookies()
    page.locator("form.budget input[name=budget]").press_sequentially("9000")
    expect(page.locator(".bought p").first).to_be_attached()
    expect(page).to_have_url(re.compile(r"/explore\?lang=ar&budget=9000$"))
    expect(page.locator("html")).to_have_attribute("lang", "ar")


def test_a_plan_within_the_budget_is_the_estimate_at_a_press(open_page: Opener, breakdown: str) -> None:
    page = open_page()
    page.goto(f"{breakdown}/explore?budget=9000")
    page.get_by_role("button", name="Make the estimate with these answers").first.click()
    expect(page.locator(".since")).to_contain_text("less than before")
