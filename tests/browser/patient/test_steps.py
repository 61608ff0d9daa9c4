"""The form of an estimate, one step at a time on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patient.served import Opener, Site
from tests.browser.patient.walk import (
    DELHI,
    answer,
    at_breakdown,
    estimate,
    show,
    total_is_shown,
)

STEPS = ["cells", "stay", "rehabilitation", "travel", "travel-2", "about-you", "check"]
TWO_SCREENS = 2 * 740


def step(page: Page) -> str:
    """Return the step that is shown, the only one."""
    shown = page.locator(".step:visible")
    expect(shown).to_have_count(1)
    return str(shown.get_attribute("id")).removeprefix("step-")


def next_step(page: Page) -> None:
    """Press the button in the bar, and again where something is needed that is left for later."""
    before = page.url
    page.get_by_role("button", name="Next").click()
    if page.url == before:
        page.get_by_role("button", name="Next").click()


def test_a_phone_shows_one_step_at_a_time_and_says_which(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    for number, code in enumerate(STEPS, 1):
        assert step(page) == code
        expect(page.locator(".step-of")).to_contain_text(f"{number} of {len(STEPS)}")
        assert page.locator("button[value=show]").is_visible() == (code == "check")
        if code != "check":
            next_step(page)
            expect(page.locator(".step-of")).to_be_focused()
            assert page.evaluate("scrollY") == 0
    expect(page.get_by_role("button", name="Next")).to_be_hidden()


def test_who_is_at_an_answer_of_the_check_is_still_there_when_its_list_is_drawn_again(
    open_page: Opener,
) -> None:
    page = open_page()
    page.goto("/estimate/delhi#step-check")
    change = page.locator(".last-look dd a").nth(3)
    change.focus()
    page.evaluate("document.querySelector('form[data-steps]').dispatchEvent(new Event('input'))")
    expect(change).to_be_focused()


def test_a_wide_screen_shows_all_steps_beside_the_total(open_page: Opener) -> None:
    page = open_page(viewport={"width": 1440, "height": 900})
    page.goto("/estimate/delhi")
    expect(page.locator(".step:visible")).to_have_count(len(STEPS))
    expect(page.get_by_role("button", name="Next")).to_be_hidden()
    expect(page.locator(".last-look")).to_be_hidden()
    expect(page.get_by_role("button", name="Show my estimate")).to_be_in_viewport()


def test_back_and_forward_go_through_the_steps(open_page: Opener) -> None:
    page = open_page()
    page.goto("/")
    page.goto("/estimate/delhi")
    next_step(page)
    next_step(page)
    assert page.url.endswith("/estimate/delhi#step-rehabilitation")
    page.go_back()
    expect(page.locator("#step-stay")).to_be_visible()
    page.go_back()
    expect(page.locator("#step-cells")).to_be_visible()
    page.go_forward()
    expect(page.locator("#step-stay")).to_be_visible()
    page.locator(".step-back").click()
    expect(page.locator("#step-cells")).to_be_visible()
    expect(page.locator(".step-back")).to_be_hidden()


def test_what_must_be_answered_comes_first_and_is_marked(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi#step-stay")
    stay = page.locator("#step-stay section").last.locator(".question")
    expect(stay.first).to_have_attribute("id", "question-room")
    expect(stay.first.locator("legend")).to_contain_text("(required)")
    expect(stay.last).not_to_contain_text("(required)")


@pytest.mark.long
@pytest.mark.parametrize("kind", ["number", "choice"])
def test_enter_goes_on_and_sends_nothing(open_page: Opener, site: Site, kind: str) -> None:
    page = open_page()
    before = site.estimates()
    page.goto("/estimate/delhi")
    page.locator("[name=q_cells]").first.check()
    if kind == "number":
        next_step(page)
        page.locator("[name=q_room]").first.check()
        page.fill("#q_nights", "10")
        page.fill("#q_sessions", "2")
        page.keyboard.press("Enter")
        expect(page.locator("#step-rehabilitation")).to_be_visible()
    else:
        page.keyboard.press("Enter")
        expect(page.locator("#step-stay")).to_be_visible()
    expect(page.locator(".error-summary")).to_have_count(0)
    assert site.estimates() == before


def test_enter_on_a_wide_screen_goes_to_the_next_section(open_page: Opener) -> None:
    page = open_page(viewport={"width": 1440, "height": 900})
    page.goto("/estimate/delhi")
    page.fill("#q_sessions", "2")
    page.keyboard.press("Enter")
    expect(page.locator("#q_rehab")).to_be_focused()
    expect(page.locator(".error-summary")).to_have_count(0)


def test_enter_without_javascript_works_out_the_total(open_page: Opener, site: Site) -> None:
    page = open_page(java_script_enabled=False)
    before = site.estimates()
    page.goto("/estimate/delhi")
    page.fill("#q_sessions", "2")
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_contain_text("left")
    expect(page.locator(".error-summary")).to_have_count(0)
    expect(page.locator("#q_sessions")).to_have_value("2")
    expect(page.locator(".step:visible")).to_have_count(len(STEPS))
    assert site.estimates() == before


def test_what_is_needed_is_said_once_at_its_question_before_next_goes_on(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    page.get_by_role("button", name="Next").click()
    question = page.locator("#question-cells")
    expect(question.locator(".error")).to_have_text(
        "This answer is needed for the total. You can also go on and give it later."
    )
    expect(page.locator("[name=q_cells]").first).to_be_focused()
    expect(question.locator("legend")).to_be_in_viewport()
    assert "error-cells" in (question.locator("fieldset").get_attribute("aria-describedby") or "")
    page.locator("[name=q_cells]").first.check()
    expect(question.locator(".error")).to_have_count(0)
    page.get_by_role("button", name="Next").click()
    assert step(page) == "stay"
    page.get_by_role("button", name="Next").click()
    told = page.locator("#step-stay .wrong")
    expect(told.first).to_be_visible()
    assert told.count() == page.locator("#step-stay [data-required]:not([hidden])").count()
    page.get_by_role("button", name="Next").click()
    assert step(page) == "rehabilitation"


@pytest.mark.long
def test_an_error_stands_at_its_field_while_it_is_typed(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, {"nights": "99"})
    question = page.locator("#question-nights")
    error = question.locator(".error")
    expect(error).to_contain_text("60")
    expect(page.locator("#q_nights")).to_have_attribute("aria-describedby", re.compile(r"\berror-nights\b"))
    expect(page.locator("#q_nights")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("status")).to_contain_text(error.inner_text())
    page.fill("#q_nights", "9")
    expect(error).to_have_count(0)
    expect(page.locator("#q_nights")).not_to_have_attribute("aria-describedby", re.compile("error"))
    page.fill("#q_nights", "nine")
    expect(error).to_contain_text("cannot be read as one number")


@pytest.mark.long
def test_a_plan_that_a_rule_refuses_says_so_at_the_question(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | DELHI.whole | {"breathing": "yes"})
    expect(page.locator("#question-breathing .error")).to_contain_text("We cannot care safely")
    page.locator("[name=q_breathing][value=no]").check()
    expect(page.locator("#question-breathing .error")).to_have_count(0)


@pytest.mark.long
def test_a_plan_that_is_not_possible_leads_on_from_the_check(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | DELHI.whole | {"breathing": "yes", "flights": "1 850,50"})
    page.evaluate("location.hash = 'step-check'")
    expect(page.locator(".last-look dl div").filter(has_text="Flights")).to_contain_text("USD\xa01,850.50")
    refused = page.get_by_role("region", name="This plan is not possible with this clinic")
    expect(refused).to_contain_text("We cannot care safely")
    expect(refused.get_by_role("link", name="Ask the clinic a question")).to_be_visible()
    show_it = page.get_by_role("button", name="Show my estimate")
    expect(show_it).to_be_hidden()
    bar = page.locator("aside.total")
    assert page.locator("#total").inner_text() == "This plan is not possible", "the page says why"
    box = bar.bounding_box()
    assert box is not None
    assert box["height"] <= 60
    assert refused.inner_text().count("This plan is not possible") == 1
    refused.get_by_role("link", name="Change this answer").click()
    page.locator("[name=q_breathing][value=no]").check()
    page.get_by_role("button", name="Back to the check").click()
    expect(refused).to_be_hidden()
    show_it.click()
    at_breakdown(page)


@pytest.mark.long
def test_a_session_that_was_lost_leads_back_to_the_check(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | DELHI.whole)
    page.evaluate("location.hash = 'step-check'")
    page.context.clear_cookies()
    page.get_by_role("button", name="Show my estimate").click()
    expect(page.locator(".error-summary")).to_contain_text("press the button again")
    assert step(page) == "check"
    page.get_by_role("button", name="Show my estimate").click()
    at_breakdown(page)


def test_the_last_step_lists_the_answers_and_leads_back_to_each(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | {"nights": "10"})
    page.evaluate("location.hash = 'step-check'")
    rows = page.locator(".last-look dl div")
    expect(rows.filter(has_text="Type of cells")).to_contain_text("Umbilical cord cells, from a donor")
    expect(rows.filter(has_text="Nights in this room")).to_contain_text("10")
    expect(rows.filter(has_text="People who come with you")).to_contain_text("not answered")
    expect(rows.filter(has_text="Rehabilitation programme")).to_contain_text("still needed")
    expect(page.locator("#total .not-counted")).to_be_visible()
    page.get_by_role("link", name="Change : Nights in this room").click()
    expect(page.locator("#q_nights")).to_be_focused()
    page.fill("#q_nights", "12")
    page.get_by_role("button", name="Back to the check").click()
    expect(page.locator("#step-check")).to_be_visible()
    expect(rows.filter(has_text="Nights in this room")).to_contain_text("12")


@pytest.mark.long
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_what_an_answer_calls_for_is_said_while_it_is_chosen(open_page: Opener, script: bool) -> None:
    page = open_page(java_script_enabled=script)
    page.goto("/estimate/delhi#question-infection")
    question = page.locator("#question-infection")
    note = question.get_by_text("First this must heal")
    expect(note).to_be_hidden()
    question.get_by_label("Yes").check()
    expect(note).to_be_visible()
    question.get_by_label("No", exact=True).check()
    expect(note).to_be_hidden()
    if script:
        question.get_by_label("Yes").check()
        page.evaluate("location.hash = 'step-check'")
        row = page.locator(".last-look dl div").filter(has_text="infection")
        expect(row.get_by_text("First this must heal")).to_be_visible()
        page.evaluate("location.hash = 'question-infection'")
        question.get_by_label("No", exact=True).check()
        page.evaluate("location.hash = 'step-check'")
        expect(row).to_be_visible()
        expect(page.locator("#step-check").get_by_text("First this must heal")).to_have_count(0)


@pytest.mark.long
def test_errors_open_the_step_with_the_first_of_them(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half)
    show(page)
    expect(page.locator(".error-summary")).to_be_focused()
    assert step(page) == "stay"
    expect(page.locator("#question-room .error")).to_be_visible()
    page.locator(".error-summary a").last.click()
    expect(page.locator("#step-rehabilitation")).to_be_visible()


@pytest.mark.long
def test_a_link_to_a_question_opens_its_step(open_page: Opener, breakdown: str) -> None:
    page = open_page()
    page.goto(f"{breakdown}/change#question-own_mri")
    assert step(page) == "about-you"
    expect(page.locator("#question-own_mri")).to_be_in_viewport()
    page.locator("[name=q_own_mri][value=yes]").check()
    page.get_by_role("button", name="Show my estimate").click()
    at_breakdown(page)


@pytest.mark.parametrize(
    ("language", "slug"),
    [
        ("en", "mexico"),
        ("en", "delhi"),
        ("en", "japan"),
        ("ar", "delhi"),
        ("ar", "mexico"),
        ("ru", "japan"),
        ("ru", "mexico"),
        ("ru", "delhi"),
    ],
)
def test_no_step_is_higher_than_two_screens(open_page: Opener, language: str, slug: str) -> None:
    whole = {
        "delhi": DELHI.half | DELHI.whole,
        "japan": {"sessions": "1", "rehab": "yes", "recent": "no", "own_mri": "no"},
        "mexico": {"iv": "yes", "iv_dose": "m100", "intrathecal": "yes", "local": "yes", "local_doses": "2"}
        | {"sessions": "1", "rehab": "yes", "own_mri": "no"},
    }[slug]
    page = open_page(language=language)
    page.goto(f"/estimate/{slug}")
    answer(page, whole)
    total_is_shown(page)
    heights = {}
    for found in page.locator(".step").all():
        page.evaluate("id => { location.hash = id }", found.get_attribute("id"))
        expect(found).to_be_visible()
        heights[step(page)] = page.evaluate("document.documentElement.scrollHeight")
    assert {name: high for name, high in heights.items() if high > TWO_SCREENS} == {}


@pytest.mark.long
def test_a_step_with_an_error_is_not_higher_than_two_screens(open_page: Opener) -> None:
    page = open_page(language="ru")
    page.goto("/estimate/delhi")
    answer(page, {code: said for code, said in (DELHI.half | DELHI.whole).items() if code != "cells"})
    show(page)
    expect(page.locator(".error-summary")).to_be_focused()
    for target in ("step-cells", "step-check"):
        page.evaluate("id => { location.hash = id }", target)
        expect(page.locator(f"#{target}")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollHeight") <= TWO_SCREENS, target


def test_the_first_button_of_the_start_page_is_on_the_first_screen(open_page: Opener) -> None:
    page = open_page()
    page.goto("/")
    button = page.get_by_role("link", name="Estimate this treatment").first
    box = button.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 740


@pytest.mark.long
def test_the_bar_has_the_total_and_the_way_on(open_page: Opener) -> None:
    page = open_page()
    page.goto("/estimate/delhi")
    answer(page, DELHI.half | DELHI.whole)
    total_is_shown(page)
    page.goto("/estimate/delhi#step-stay")
    total_is_shown(page)
    bar = page.locator("aside.total")
    for inside in (bar.locator(".total-amount"), bar.get_by_role("button", name="Next")):
        expect(inside).to_be_in_viewport(ratio=1)
    estimate(page, DELHI)


STRONG = """buttons => buttons.filter((button) => getComputedStyle(button).backgroundColor !== "rgba(0, 0, 0, 0)")
  .map((button) => button.textContent)"""
"""Returns what is written on the buttons that are filled with a colour."""


@pytest.mark.long
@pytest.mark.parametrize("width", [320, 360])
def test_the_bar_beside_answers_that_are_changed_leaves_room_for_them(
    open_page: Opener, breakdown: str, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 740})
    page.goto(f"{breakdown}/change")
    bar = page.locator("aside.total")
    expect(bar.get_by_role("button", name="Next")).to_be_in_viewport(ratio=1)
    expect(bar.get_by_role("button", name="Show my estimate")).to_be_in_viewport(ratio=1)
    total_is_shown(page)
    assert bar.evaluate("bar => bar.scrollHeight - bar.clientHeight") <= 2
    assert bar.evaluate("bar => bar.offsetHeight") <= 0.28 * 740
    assert bar.locator("button:visible").evaluate_all(STRONG) == ["Show my estimate"]
