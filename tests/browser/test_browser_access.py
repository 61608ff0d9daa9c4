"""Every page in every state, for people with other eyes, hands, screens and letters.

axe finds a part of what can be wrong; what it cannot see has a test of its own here.
"""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from served import Opener, Site
from walk import DELHI, LONG_WORDS, Plan, estimate, states

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

NARROW = {"width": 320, "height": 740}
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}

OVERFLOW = """() => {
  const wide = document.scrollingElement.scrollWidth;
  const found = wide > innerWidth ? [`the page is ${wide} wide`] : [];
  for (const element of document.body.querySelectorAll("*")) {
    if (element.closest(".spoken, .skip, svg, .items thead") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const name = `${element.tagName}.${element.className} “${element.textContent.trim().slice(0, 40)}”`;
    const box = element.getBoundingClientRect();
    if (box.width && (box.left < -1 || box.right > innerWidth + 1)) found.push(`${name} is outside`);
    if (style.display === "inline" || element.tagName === "INPUT") continue;
    const scrolls = style.overflowX !== "visible" || element.matches("button, .button, td, th");
    if (scrolls && element.scrollWidth > element.clientWidth + 1) found.push(`${name} is cut off at its side`);
    const hides = ["hidden", "clip"].includes(style.overflowY);
    if (hides && element.scrollHeight > element.clientHeight + 1) found.push(`${name} is cut off below`);
  }
  return found;
}"""

SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""

SMALL_TARGETS = """() => {
  const found = [];
  const sentence = (element) => getComputedStyle(element).display === "inline"
    && element.parentElement.textContent.trim() !== element.textContent.trim();
  for (const element of document.querySelectorAll("a, button, input:not([type=hidden]), summary")) {
    if (!element.checkVisibility() || element.matches(".skip") || sentence(element)) continue;
    const box = (element.closest(".option") ?? element).getBoundingClientRect();
    const least = element.matches(".button, .stepper, [type=radio], [type=text], [type=email]") ? 44 : 24;
    if (box.width < least || box.height < least)
      found.push(`${element.textContent.trim() || element.id}: ${box.width} × ${box.height}, not ${least}`);
  }
  return found;
}"""


def axe(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": TAGS, "resultTypes": ["violations"]})
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found.response["violations"]
    ]


@pytest.mark.parametrize(
    ("plan", "options"),
    [
        (DELHI, {"viewport": NARROW}),
        (LONG_WORDS, {"viewport": DESK, "color_scheme": "dark", "language": "ar"}),
    ],
    ids=["narrow and light", "wide, dark and right to left"],
)
def test_every_page_can_be_read_and_pressed(
    open_page: Opener, site: Site, plan: Plan, options: dict[str, Any]
) -> None:
    page = open_page(**options)
    found = {
        state: axe(page) + page.evaluate(OVERFLOW) + page.evaluate(SMALL_TARGETS)
        for state in states(page, plan, site)
    }
    assert {state: problems for state, problems in found.items() if problems} == {}


def test_wider_spacing_of_text_cuts_nothing_off_and_every_page_says_its_language(
    open_page: Opener, site: Site
) -> None:
    page = open_page(viewport=NARROW, language="ar")
    found = {}
    for state in states(page, LONG_WORDS, site):
        found[state] = page.evaluate(OVERFLOW) + page.evaluate(SMALL_TARGETS)
        page.evaluate(SPACING)
        found[state] += page.evaluate(OVERFLOW)
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


@pytest.mark.parametrize("language", ["en", "ar"])
def test_bars_begin_where_reading_begins(open_page: Opener, language: str) -> None:
    page = open_page(language=language)
    estimate(page, LONG_WORDS)
    page.locator(".bar").last.scroll_into_view_if_needed()
    track, bar = box(page, "li:last-child > .bar > .bar-track"), box(page, "li:last-child > .bar > .bar-fill")
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_lose_nothing(open_page: Opener, scheme: str) -> None:
    page = open_page(forced_colors="active", color_scheme=scheme)
    page.goto("/estimate/delhi")
    page.locator("button[value=show]").click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert style(page, ".error-summary", "border-top-style") == "solid"
    assert style(page, ".question.wrong", "border-inline-start-style") == "solid"
    assert "Error:" in str(page.locator("p.error").first.text_content())
    page.locator("#q_cells").check()
    assert style(page, ".option:has(:checked)", "outline-style") == "solid"
    assert style(page, "button[value=show]", "border-top-style") == "solid"
    estimate(page, DELHI)
    assert style(page, ".bar-fill", "fill") != style(page, ".bar-track", "fill")
    assert style(page, ".bar-track", "stroke") == style(page, ".bar-fill", "fill")


def test_nothing_moves_for_those_who_asked_for_less_motion(open_page: Opener) -> None:
    page = open_page(reduced_motion="reduce")
    estimate(page, DELHI)
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return transitionDuration !== "0s" || animationName !== "none";
        }).length"""
    )
    assert moving == 0


def test_the_page_prints_without_what_paper_cannot_do(open_page: Opener) -> None:
    page = open_page()
    estimate(page, DELHI)
    page.emulate_media(media="print")
    for gone in ("header.site", "footer.site", ".actions", ".delete", ".answers .change", "summary"):
        expect(page.locator(gone).first).to_be_hidden()
    for kept in (".demo-mark", ".total-amount", ".items", ".notice-not_included", ".notice-evidence"):
        expect(page.locator(kept).first).to_be_visible()
