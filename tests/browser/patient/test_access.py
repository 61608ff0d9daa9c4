"""Every page in every state, for people with other eyes, hands, screens and letters.

axe finds a part of what can be wrong; what it cannot see has a test of its own here.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.patient.served import Opener, Site
from tests.browser.patient.walk import DELHI, LONG_WORDS, estimate, show, states, unfold
from tests.support import profile
from tests.support.accessibility import NARROW, TAGS, axe, hindrances, hindrances_beside_colours


def test_every_page_can_be_read_and_pressed(open_page: Opener, site: Site) -> None:
    page = open_page()
    found = {state: hindrances(page) for state in states(page, DELHI, site) if profile.looks(0, state)}
    assert {state: problems for state, problems in found.items() if problems} == {}


@pytest.mark.long
def test_every_page_in_another_direction_can_be_read_and_pressed_however_letters_are_spaced(
    open_page: Opener, site: Site
) -> None:
    page = open_page(language="ar", color_scheme="dark")
    found = {}
    for state in states(page, LONG_WORDS, site):
        # This list has kinds of questions that the walk above does not meet, so axe looks at all of it.
        if not profile.looks(1, state):
            continue
        found[state] = [
            *axe(page, colours=False, runOnly=TAGS),
            *hindrances_beside_colours(page, spaced=NARROW),
        ]
        html = page.locator("html")
        assert (html.get_attribute("lang"), html.get_attribute("dir")) == ("ar", "rtl")
    assert {state: problems for state, problems in found.items() if problems} == {}


def test_a_text_in_another_language_is_marked(open_page: Opener) -> None:
    page = open_page(language="ar")
    page.goto("/estimate/long-words")
    label = page.locator("label[for=q_metres] [lang]")
    assert (label.get_attribute("lang"), label.get_attribute("dir")) == ("en", "ltr")


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).first.bounding_box()
    assert found
    return {"x": found["x"], "y": found["y"], "width": found["width"], "height": found["height"]}


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "ar"])
def test_bars_begin_where_reading_begins(open_page: Opener, language: str) -> None:
    page = open_page(language=language)
    estimate(page, LONG_WORDS)
    unfold(page, ":has(#parts-title)")
    page.locator(".bars svg").last.scroll_into_view_if_needed()
    track, bar = box(page, ".bars li:last-child svg"), box(page, ".bars li:last-child rect")
    assert 0 < bar["width"] < track["width"] / 2
    if language == "ar":
        assert bar["x"] + bar["width"] == pytest.approx(track["x"] + track["width"], abs=1)
    else:
        assert bar["x"] == pytest.approx(track["x"], abs=1)


def style(page: Page, selector: str, name: str) -> str:
    value = page.locator(selector).first.evaluate(
        "(element, name) => getComputedStyle(element).getPropertyValue(name)", name
    )
    assert isinstance(value, str)
    return value


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_lose_nothing(open_page: Opener, scheme: str, breakdown: str) -> None:
    page = open_page(forced_colors="active", color_scheme=scheme)
    page.goto("/estimate/delhi")
    show(page)
    expect(page.locator(".error-summary")).to_be_visible()
    assert style(page, ".error-summary", "border-top-style") == "solid"
    assert style(page, ".question.wrong", "border-inline-start-style") == "solid"
    assert "Error:" in str(page.locator("p.error").first.text_content())
    page.locator("#q_cells").check()
    assert style(page, ".option:has(:checked)", "outline-style") == "solid"
    assert style(page, "button[value=show]", "border-top-style") == "solid"
    page.goto(breakdown)
    assert style(page, ".bars svg", "fill") != style(page, ".bars svg", "background-color")
    assert style(page, ".bars svg", "outline-color") == style(page, ".bars svg", "fill")


@pytest.mark.long
def test_nothing_moves_for_those_who_asked_for_less_motion(open_page: Opener, breakdown: str) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto(breakdown)
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return transitionDuration !== "0s" || animationName !== "none";
        }).length"""
    )
    assert moving == 0


def test_the_page_prints_without_what_paper_cannot_do(open_page: Opener, breakdown: str) -> None:
    page = open_page()
    page.goto(breakdown)
    page.emulate_media(media="print")
    for gone in ("header.site", "footer.site", ".actions", ".contents", ".answers button", "#data"):
        expect(page.locator(gone).first).to_be_hidden()
    for kept in (".demo-mark", ".total-amount", ".items", ".notice-not_included", ".notice-evidence"):
        expect(page.locator(kept).first).to_be_visible()
