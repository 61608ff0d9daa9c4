"""The journey with a keyboard, or a switch that presses its keys, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.patient.served import Opener
from tests.browser.patient.walk import at_breakdown, open_all, show, total_is_shown

PHONE = {"width": 360, "height": 740}
ON_ITS_SIDE = {"width": 740, "height": 360}
DESK = {"width": 1440, "height": 900}

MOST_STOPS = 200
"""More than any page has places to stop at."""

FOCUS = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const box = focused.getBoundingClientRect();
  const style = getComputedStyle(focused);
  const reach = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  const bar = document.querySelector("aside.total");
  const over = bar && !bar.contains(focused) ? bar.getBoundingClientRect() : null;
  return {
    name: focused.id || focused.textContent.trim().slice(0, 60) || focused.tagName,
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inside: box.top - reach >= 0 && box.bottom + reach <= innerHeight
      && box.left >= 0 && box.right <= innerWidth,
    covered: Boolean(over) && box.bottom + reach > over.top && box.top - reach < over.bottom
      && box.right > over.left && box.left < over.right,
  };
}"""


def stops(page: Page, key: str = "Tab") -> Iterator[str]:
    """Press a key again and again; yield what has the focus, until it has left the page."""
    for _press in range(MOST_STOPS):
        page.keyboard.press(key)
        focus = page.evaluate(FOCUS)
        if focus is None:
            return
        assert focus["marked"], f"{focus['name']}: the focus cannot be seen"
        assert focus["inside"], f"{focus['name']}: the focus is outside of the window"
        assert not focus["covered"], f"{focus['name']}: the bar covers the focus"
        yield focus["name"]
    pytest.fail("the focus does not leave the page")


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until something has the focus."""
    for _name in stops(page, key):
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab does not reach {wanted}")


@pytest.mark.long
def test_the_keyboard_alone_leads_from_the_start_to_the_pdf(open_page: Opener, tmp_path: Path) -> None:
    page = open_page()
    page.goto("/")
    offer = page.locator("article", has_text="Delhi").get_by_role("link", name="Estimate this treatment")
    tab_to(page, offer)
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_contain_text("questions left")

    go_on = page.get_by_role("button", name="Next")

    def next_step() -> None:
        tab_to(page, go_on)
        before = page.locator(".step-of").inner_text()
        page.keyboard.press("Enter")
        expect(page.locator(".step-of")).not_to_have_text(before)
        expect(page.locator(".step-of")).to_be_focused()

    tab_to(page, page.locator("#q_cells"))
    page.keyboard.press("Space")
    expect(page.locator("#q_cells")).to_be_checked()
    next_step()
    tab_to(page, page.get_by_role("button", name="More: Sessions"))
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    expect(page.locator("#q_sessions")).to_have_value("2")
    tab_to(page, page.locator("#q_room"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=q_room][value=single]")).to_be_checked()
    tab_to(page, page.locator("#q_nights"))
    page.keyboard.type("10")
    next_step()
    tab_to(page, page.locator("#q_rehab"))
    page.keyboard.press("ArrowUp")  # round to the last one
    expect(page.locator("[name=q_rehab][value=robot]")).to_be_checked()
    next_step()
    next_step()
    tab_to(page, page.locator("#q_visa"))
    page.keyboard.press("Space")
    next_step()
    tab_to(page, page.locator("#q_own_mri"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[name=q_own_mri][value=no]")).to_be_checked()
    total_is_shown(page)
    tab_to(page, page.locator(".step-back"), key="Shift+Tab")
    next_step()
    tab_to(page, page.get_by_role("button", name="Show my estimate"))
    page.keyboard.press("Enter")

    at_breakdown(page)
    tab_to(page, page.locator("#send-title"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Download as PDF"))
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    coming.value.save_as(tmp_path / "estimate.pdf")
    assert (tmp_path / "estimate.pdf").read_bytes().startswith(b"%PDF-")


def test_a_total_that_comes_late_takes_the_focus_from_nobody(open_page: Opener) -> None:
    page = open_page(viewport=DESK)
    page.goto("/estimate/delhi")
    link = page.locator("#total a", has_text="Rehabilitation programme").first
    expect(link).to_be_visible()
    link.focus()
    with page.expect_response("**/total"):
        page.locator("[name=q_sessions]").evaluate(
            "input => { input.value = '2'; input.dispatchEvent(new Event('input', { bubbles: true })); }"
        )
    expect(page.locator("#total")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#total a", has_text="Rehabilitation programme").first).to_be_focused()


@pytest.mark.long
@pytest.mark.parametrize("viewport", [PHONE, ON_ITS_SIDE, DESK], ids=["phone", "phone on its side", "desk"])
def test_the_focus_is_always_visible_and_never_covered(
    open_page: Opener, viewport: dict[str, int], breakdown: str
) -> None:
    page = open_page(viewport=viewport)
    page.goto(breakdown)
    assert "send-title" in list(stops(page))
    page.goto(breakdown)
    open_all(page)
    opened = list(stops(page))
    assert {"Download as PDF", "link", "My data", "Change: Room"} <= set(opened)
    page.goto(f"{breakdown}/change")
    total_is_shown(page)
    forwards: list[str] = []
    backwards: list[str] = []
    for step in page.locator(".step").all() if viewport is not DESK else [None]:
        if step is not None:
            page.evaluate("id => { location.hash = id }", step.get_attribute("id"))
            expect(step).to_be_visible()
        forwards += stops(page)
        backwards += stops(page, "Shift+Tab")
    assert "q_nights" in forwards
    assert "q_nights" in backwards


@pytest.mark.long
def test_the_focus_is_never_covered_without_javascript(open_page: Opener) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/estimate/delhi")
    bar = page.locator("aside.total").bounding_box()
    assert bar
    covered = 0
    for _press in range(25):
        page.keyboard.press("Tab")
        focused = page.locator(":focus").bounding_box()
        assert focused
        bar = page.locator("aside.total").bounding_box()
        assert bar
        inside_the_bar = page.locator("aside.total :focus").count() > 0
        covered += focused["y"] + focused["height"] > bar["y"] and not inside_the_bar
    assert covered == 0


def test_the_skip_link_leads_past_the_header(open_page: Opener) -> None:
    page = open_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("main :focus").count() == 1


@pytest.mark.long
def test_the_error_summary_has_the_focus_and_leads_to_each_question(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    show(page)
    expect(page.locator(".error-summary")).to_be_focused()
    for number, link in enumerate(page.locator(".error-summary a").all()):
        target = page.locator(str(link.get_attribute("href")))
        link.press("Enter")
        expect(target).to_be_focused()
        expect(target).to_be_in_viewport()
        beside = page.locator(".question.wrong").nth(number).locator(".error").text_content()
        assert str(link.text_content()).endswith(str(beside).removeprefix("Error: "))
