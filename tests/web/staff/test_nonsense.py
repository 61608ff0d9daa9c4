"""Nonsense in the forms of administrators and of signing in: it comes back with what is wrong beside it."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import html5lib
import pytest

from tests.support.clinic_staff import Browser, Person

NONSENSE = "n\N{ETHIOPIC SYLLABLE NI}ns\N{GREEK SMALL LETTER EPSILON}nse <&\"'>"
"""No number, no day, no address, no code, no word of any list, and no markup either."""

OPEN = ("/staff/sign-in", "/staff/forgotten")

PAGES = ("people", "settings/days", "settings/quotes", "settings/kept", "settings/language", "settings/rates")


def nonsense(browser: Browser) -> dict[str, object]:
    """Return what the last form of a page sends with nonsense in everything that can be filled in."""
    tree = html5lib.parse(browser.page, namespaceHTMLElements=False)
    form = [form for form in next(tree.iter("main")).iter("form") if form.get("action") is None][-1]
    sent: dict[str, object] = {}
    for element in form.iter():
        name, kind = element.get("name"), element.get("type")
        if name is None or kind in ("submit", "file") or element.tag == "button":
            continue
        sent[name] = element.get("value") or "" if kind == "hidden" else NONSENSE
    return sent


def comes_back(browser: Browser) -> None:
    sent = nonsense(browser)
    secret = {name for name in sent if "password" in name}
    browser.post(data=sent)
    assert browser.status == 422
    assert 'class="error-summary"' in browser.page
    assert 'aria-invalid="true"' in browser.page or "aria-describedby" in browser.page
    typed = unescape(browser.page).count(NONSENSE)
    if set(sent) - secret - {"csrf_token", "next", "roles", "weekend", "username"}:
        assert typed, "what was typed is lost"


@pytest.mark.parametrize("path", OPEN)
def test_nonsense_comes_back_to_whoever_signs_in(laptop: Browser, path: str) -> None:
    laptop.get(path)
    comes_back(laptop)
    inputs = html5lib.parse(laptop.page, namespaceHTMLElements=False).iter("input")
    assert not [field for field in inputs if field.get("type") == "password" and field.get("value")]


@pytest.mark.parametrize("page", PAGES)
def test_nonsense_comes_back_to_administrators(
    join: Callable[..., Person], laptop: Browser, page: str
) -> None:
    ada = join("ada@example.org", "administrator").sign_in(laptop)
    ada.get(f"/staff/{page}")
    comes_back(ada)
