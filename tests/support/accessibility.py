"""Accessibility checks of a page that is open in a browser: axe, dark colours, text spacing, narrow screens, targets.

axe finds a part of it, and is slow: it looks at a page once, and once more at its colours in the dark. What it cannot
see, text that is cut off and targets that are too small, is looked for at every size.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

NARROW: ViewportSize = {"width": 320, "height": 740}
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1440, "height": 900}

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


def axe(page: Page, **options: Any) -> list[str]:
    """Return what axe finds on a page; `options` are its own."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **options})
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found.response["violations"]
    ]


def hindrances(page: Page) -> list[str]:
    """Return every violation on a page: in light and dark colours, on a narrow screen and on a wide one."""
    return [*axe(page, runOnly=TAGS), *dim(page), *cramped(page, NARROW), *cramped(page, DESK)]


def hindrances_at_the_desk(page: Page) -> list[str]:
    """Return every violation on a page of staff, where links may be closer together than on patients' pages."""
    return [*axe(page), *dim(page), *too_wide(page, 320), *too_wide(page, 1440)]


def hindrances_beside_colours(page: Page) -> list[str]:
    """Return every violation on a page in another language, without colours, which were checked in the first one."""
    rules = {"color-contrast": {"enabled": False}}
    return [*axe(page, runOnly=TAGS, rules=rules), *cramped(page, NARROW), *cramped(page, DESK)]


def dim(page: Page) -> list[str]:
    """Return the text with too little contrast in the dark colour scheme."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # without motion colours change at once
    found = axe(page, runOnly={"type": "rule", "values": ["color-contrast"]})
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return [f"in the dark, {each}" for each in found]


def cramped(page: Page, size: ViewportSize) -> list[str]:
    """Return what is cut off or too small to be pressed on a screen of a size."""
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size(size)
    found = [*page.evaluate(OVERFLOW), *page.evaluate(SMALL_TARGETS)]
    page.set_viewport_size(before)
    return [f"{size['width']} wide, {each}" for each in found]


def too_wide(page: Page, width: int) -> list[str]:
    """Return whether a page has to be moved sideways in a window of a width."""
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": width, "height": 800})
    found = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.set_viewport_size(before)
    return [f"the page is wider than {width}"] if found else []


def cramped_by_spacing(page: Page, size: ViewportSize = NARROW) -> list[str]:
    """Return what is cut off on a narrow screen when somebody spreads the letters and lines of a page."""
    before = page.viewport_size
    assert before is not None
    page.set_viewport_size(size)
    page.evaluate(SPACING)
    found = page.evaluate(OVERFLOW)
    page.evaluate("document.adoptedStyleSheets = []")
    page.set_viewport_size(before)
    return [f"spaced, {each}" for each in found]
