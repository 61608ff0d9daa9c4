"""Accessibility checks of a page that is open in a browser: axe, dark colours, text spacing, narrow screens, targets.

axe finds a part of it, and is slow: it looks at a page once, and at the colours of every kind of text once in light and
once in the dark. What it cannot see, text that is cut off and targets that are too small, is looked for at every size.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page, ViewportSize

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

SQUEEZED = """() => [...document.body.querySelectorAll("p, li, h1, h2, h3, dt, dd, legend, label")]
  .filter((element) => element.checkVisibility() && !element.closest(".spoken, .skip"))
  .filter((element) => {
    const spoken = [...element.querySelectorAll(".spoken")].map((each) => each.innerText);
    const drawn = spoken.reduce((text, each) => text.replace(each, ""), element.innerText).trim();
    return drawn.length > 20 && element.getBoundingClientRect().width < 60;
  })
  .map((element) => `“${element.innerText.trim().slice(0, 40)}” is squeezed into a column`)"""

SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""

LARGE_TEXT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("html { font-size: 212% !important; }"); // twice what a phone shows
  document.adoptedStyleSheets = [sheet];
}"""

SMALL_TARGETS = """(button) => {
  const found = [];
  const sentence = (element) => getComputedStyle(element).display === "inline"
    && element.parentElement.textContent.trim() !== element.textContent.trim();
  for (const element of document.querySelectorAll("a, button, input:not([type=hidden]), summary")) {
    if (!element.checkVisibility() || element.matches(".skip") || sentence(element)) continue;
    const box = (element.closest(".option") ?? element).getBoundingClientRect();
    const least = element.matches(".button, .stepper, [type=radio], [type=text], [type=email]") ? button : 24;
    if (box.width < least || box.height < least)
      found.push(`${element.textContent.trim() || element.id}: ${box.width} × ${box.height}, not ${least}`);
  }
  return found;
}"""


CONTRAST = """async (known) => {
  const scheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const chains = new Map();
  const chain = (element) => {
    if (!element) return scheme;
    if (!chains.has(element)) {
      const { backgroundColor, backgroundImage, opacity, position } = getComputedStyle(element);
      const own = [element.tagName, element.className, backgroundColor, backgroundImage, opacity, position];
      chains.set(element, `${chain(element.parentElement)}>${own}`);
    }
    return chains.get(element);
  };
  const written = (element) => element.matches("input, select, textarea")
    || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  const seen = new Set(known);
  const fresh = new Map();
  for (const element of document.querySelectorAll("body, body *")) {
    if (!written(element) || !element.checkVisibility()) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    const kind = [chain(element), color, fontSize, fontWeight, textShadow, element.disabled].join();
    if (!seen.has(kind) && !fresh.has(kind)) fresh.set(kind, element);
  }
  if (!fresh.size) return [[], []];
  const options = { resultTypes: ["violations"], runOnly: { type: "rule", values: ["color-contrast"] } };
  const { violations } = await axe.run([...fresh.values()], options);
  return [[...fresh.keys()], violations.flatMap(({ nodes }) => nodes.map(({ target }) => target.join(" ")))];
}"""
"""Looks at the contrast of one text of every kind that is not known, and returns the new kinds and what is too dim.

Telling contrast is five sixths of what axe does. It depends on a text's colour and size and on what is behind it, which
is what a kind consists of: one text of each is enough, however many there are and on however many pages.
"""

LANGUAGE = ["html-has-lang", "html-lang-valid", "html-xml-lang-mismatch", "valid-lang"]
"""The rules of axe that depend on the language of a page."""

_known: WeakKeyDictionary[BrowserContext, set[str]] = WeakKeyDictionary()
"""The kinds of text whose contrast was looked at in each browser."""


def axe(page: Page, *, colours: bool = True, **options: Any) -> list[str]:
    """Return what axe finds on a page; `options` are its own."""
    _inject(page)
    rules = {} if colours else {"rules": {"color-contrast": {"enabled": False}}}
    found = page.evaluate(
        """async (options) => (await axe.run(options)).violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`
        )""",
        {"resultTypes": ["violations"], **rules, **options},
    )
    return [str(each) for each in found]


def dim(page: Page) -> list[str]:
    """Return the text with too little contrast, of the kinds that this browser has not shown before."""
    _inject(page)
    known = _known.setdefault(page.context, set())
    kinds, found = page.evaluate(CONTRAST, list(known))
    known.update(kinds)
    return [f"too little contrast: {each}" for each in found]


def _inject(page: Page) -> None:
    _wait_for_styles(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)


def dim_in_the_dark(page: Page) -> list[str]:
    """Return the text with too little contrast in the dark colour scheme."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # without motion colours change at once
    found = dim(page)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    return [f"in the dark, {each}" for each in found]


def hindrances(page: Page, spaced: ViewportSize | None = None) -> list[str]:
    """Return every violation on a page: in light and dark colours, on a narrow screen and on a wide one.

    With a size also what is cut off there when somebody spreads the letters.
    """
    found = [*axe(page, colours=False, runOnly=TAGS), *dim(page), *dim_in_the_dark(page)]
    return [*found, *cramped_everywhere(page, spaced)]


def hindrances_at_the_desk(page: Page) -> list[str]:
    """Return every violation on a page of staff, where links may be closer together than on patients' pages."""
    found = [*axe(page, colours=False), *dim(page), *dim_in_the_dark(page)]
    with _resized(page):
        for size in (NARROW, DESK):
            page.set_viewport_size(size)
            each_of = [*page.evaluate(SMALL_TARGETS, 24), *page.evaluate(SQUEEZED)]
            found += [f"{size['width']} wide, {each}" for each in each_of]
    return [*found, *too_wide(page, 320, 1440)]


def hindrances_beside_colours(page: Page, spaced: ViewportSize | None = None) -> list[str]:
    """Return what a page in another language can have of its own, whose parts were looked at in the first one."""
    found = axe(page, runOnly={"type": "rule", "values": LANGUAGE})
    return [*found, *cramped_everywhere(page, spaced)]


def cramped_everywhere(page: Page, spaced: ViewportSize | None) -> list[str]:
    """Return what is cut off or too small on a narrow screen and on a wide one, and with spread letters on one."""
    with _resized(page):
        found = cramped(page, NARROW)
        if spaced is not None:
            found += cramped_by_spacing(page, spaced)
        return [*found, *cramped(page, DESK)]


def cramped(page: Page, size: ViewportSize) -> list[str]:
    """Return what is cut off or too small to be pressed on a screen of a size, which the page keeps."""
    _wait_for_styles(page)
    page.set_viewport_size(size)
    found = [*page.evaluate(OVERFLOW), *page.evaluate(SMALL_TARGETS, 44), *page.evaluate(SQUEEZED)]
    return [f"{size['width']} wide, {each}" for each in found]


def cramped_by_spacing(page: Page, size: ViewportSize) -> list[str]:
    """Return what is cut off on a screen of a size when somebody spreads the letters and lines of a page."""
    _wait_for_styles(page)
    page.set_viewport_size(size)
    page.evaluate(SPACING)
    found = page.evaluate(OVERFLOW)
    page.evaluate("document.adoptedStyleSheets = []")
    return [f"spaced, {each}" for each in found]


def cramped_by_large_text(page: Page, size: ViewportSize) -> list[str]:
    """Return what is cut off on a screen of a size when the text of a page is twice as large."""
    _wait_for_styles(page)
    page.set_viewport_size(size)
    page.evaluate(LARGE_TEXT)
    found = page.evaluate(OVERFLOW)
    page.evaluate("document.adoptedStyleSheets = []")
    return [f"text at 200 %, {each}" for each in found]


def too_wide(page: Page, *widths: int) -> list[str]:
    """Return the widths of windows in which a page has to be moved sideways."""
    found = []
    _wait_for_styles(page)
    with _resized(page):
        for width in widths:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"the page is wider than {width}")
    return found


def _wait_for_styles(page: Page) -> None:
    # After a click the words of the next page can be read before its styles are there, and measured without them.
    page.wait_for_load_state()


@contextmanager
def _resized(page: Page) -> Iterator[None]:
    before = page.viewport_size
    assert before is not None
    yield
    page.set_viewport_size(before)
