"""In a browser: a quote is prepared by keyboard, its figures follow, and no page is wider than a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Browser, Dialog, Page, expect

from estimator.models.staff import Role
from tests.support.accessibility import hindrances_at_the_desk
from tests.support.quote_desk import accept, ask, changed_list, draw, give_up, issued
from tests.support.quote_desk import page as address_of
from tests.support.quote_form import prepare_two
from tests.support.serving import browsing
from tests.support.staff_browser import Staff


@pytest.fixture
def coordinator(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> Staff:
    """Return somebody who prepares and issues quotes."""
    return sign_in(app, "coordinator")


@pytest.fixture
def page(app: Flask, browser: Browser, coordinator: Staff) -> Iterator[Page]:
    """Return a browser's page in which a coordinator is signed in."""
    with browsing(app, browser, coordinator) as page:
        yield page


@pytest.fixture
def reference(app: Flask) -> str:
    """Return a request whose list has changed since."""
    found = ask(app)
    today = datetime.now(UTC).date().isoformat()
    changed_list(app, valid_from=today, **{"likely = 42.60, high = 46.20": "likely = 50.00, high = 60.00"})
    return found


@pytest.mark.long
def test_the_figures_follow_what_is_typed(app: Flask, page: Page, reference: str) -> None:
    page.goto(address_of(reference))
    page.get_by_role("button", name="Prepare a quote").click()
    figures = page.locator("#figures")
    expect(figures).to_contain_text("No total yet")
    page.get_by_label("Keep the prices of “2026-09”").check()
    expect(figures).to_contain_text("15,890.40")
    page.get_by_label("Amount").fill("-250")
    page.get_by_label("Label").fill("For friends")
    page.get_by_label("Reason", exact=True).fill("Agreed")
    expect(figures).to_contain_text("15,640.40")
    expect(page.locator("#figures-spoken")).to_contain_text("Firm total")
    expect(page.locator('[data-figure="again"]')).to_contain_text("15,744.00")
    expect(page.locator("#differences .sum")).to_contain_text("15,744.00")
    # Nothing of it is saved, and leaving asks first.
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto(address_of(reference))
    assert asked == ["beforeunload"]
    expect(figures).to_contain_text("No total yet")


@pytest.mark.long
def test_a_quote_is_prepared_and_issued_with_the_keyboard_alone(
    app: Flask, page: Page, reference: str
) -> None:
    page.goto(address_of(reference))
    _press(page, "Prepare a quote")
    page.locator("#prices-keep").focus()
    page.keyboard.press("Space")
    for typed in ("-100", "For friends", "Agreed"):
        page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.type") != "text":
            page.keyboard.press("Tab")
        page.keyboard.type(typed)
    _press(page, "Save, and check to issue")
    expect(page.locator("dl.check-facts")).to_contain_text("15,790.40")
    _press(page, "Issue this quote")
    expect(page.locator(".said")).to_contain_text("The quote is issued")
    assert issued(app) == [f"Q-{datetime.now(UTC).year}-00001/1"]


def _press(page: Page, name: str) -> None:
    """Walk to a button with the Tab key, which must show where it is, and press it."""
    for _step in range(80):
        page.keyboard.press("Tab")
        words = page.evaluate("document.activeElement.innerText ?? ''")
        if words.strip() == name:
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            box = page.evaluate(
                "(() => { const b = document.activeElement.getBoundingClientRect();"
                " return b.top >= 0 && b.bottom <= innerHeight })()"
            )
            assert box, f"{name} is not on the screen when it has focus"
            page.keyboard.press("Enter")
            page.wait_for_load_state()
            return
    raise AssertionError(f"Tab never comes to {name}")


def test_no_page_is_wider_than_its_window_and_none_breaks_a_rule_of_accessibility(
    app: Flask, coordinator: Staff, browser: Browser, reference: str
) -> None:
    other = ask(app, name="Otto Plumb")
    _issue(coordinator, other)
    draw(app, other)
    accept(app, other)
    give_up(app, "quote_issued", "550 mailbox unknown")
    several = ask(app, name="Ida Plumb")
    prepare_two(coordinator, several)
    coordinator.see(f"{address_of(several)}/issue")
    coordinator.press("Issue this quote")
    coordinator.see(address_of(reference))
    coordinator.press("Prepare a quote")
    pages = (
        "/desk/requests",
        address_of(reference),
        f"{address_of(reference)}/answers",
        f"{address_of(reference)}/issue",
        address_of(other),
        f"{address_of(other)}/revisions/1",
        f"{address_of(other)}/link",
        "/desk/outbox",
        "/desk/reports",
    )
    broken: list[str] = []
    with browsing(app, browser, coordinator) as page:

        def look(what: str) -> None:
            broken.extend(f"{what}: {problem}" for problem in hindrances_at_the_desk(page))

        for path in pages:
            page.goto(path)
            look(path)
        # What is wrong, what is missing, what needs approval
        page.goto(address_of(reference))
        page.locator("#prices-again").check()
        page.get_by_label("Amount").fill("-4000")
        page.get_by_role("button", name="Save", exact=True).click()
        look("errors")
        page.get_by_label("Label").first.fill("Hardship")
        page.get_by_label("Reason", exact=True).first.fill("Told the director")
        page.get_by_role("button", name="Save", exact=True).click()
        look("approval")
        page.goto(f"{address_of(reference)}/preview")
        look("preview")
    assert broken == []


def _issue(coordinator: Staff, reference: str) -> None:
    coordinator.see(address_of(reference))
    coordinator.press("Prepare a quote")
    coordinator.see(f"{address_of(reference)}/issue")
    coordinator.press("Issue this quote")
