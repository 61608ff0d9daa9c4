"""Nonsense in every field of every form: it comes back with what is wrong beside it, and never as a failure of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from estimator import requests
from estimator.models.staff import Role
from tests.support.quote_desk import ask, request_of, settings_of
from tests.support.staff_browser import Page, Staff

NONSENSE = "n\N{ETHIOPIC SYLLABLE NI}ns\N{GREEK SMALL LETTER EPSILON}nse <&\"'>"
"""No number, no day, no address, no code, no word of any list, and no markup either."""

LINES = f"{NONSENSE}\n\n{NONSENSE}"

HARMLESS = {
    "security.logout",
    "quote.close",
    "desk.bulk",
    "outbox.again",
    "outbox.leave",
}
"""Forms that are sent without anything that was typed, and whatever is sent."""

ROOMS: dict[Role, tuple[str, ...]] = {
    "coordinator": ("/staff", "/desk/requests", "/desk/requests/new", "/desk/outbox"),
    "price_editor": ("/staff", "/staff/tables", "/staff/tables/new"),
}
"""Where people of a role begin to look round."""

MOST_PAGES = 60


class Form:
    """A form of a page, with what may be typed into it."""

    def __init__(self, page: Page, form: Element) -> None:
        self.action = form.get("action") or page.path
        self.by_get = (form.get("method") or "get").lower() == "get"
        self.fields: dict[str, list[str]] = {}
        self.typed: dict[str, str] = {}
        for element in form.iter():
            name, kind = element.get("name"), element.get("type")
            if name is None or kind in ("submit", "file") or element.get("readonly") is not None:
                continue
            if element.tag == "button":
                self.fields.setdefault(name, [str(element.get("value"))])
            elif kind == "hidden" or element.get("hidden") is not None:
                self.fields[name] = [element.get("value") or ""]
            elif element.tag == "textarea":
                self.fields[name] = [LINES]
                self.typed[name] = LINES
            else:
                self.fields[name] = [NONSENSE]
                if element.tag == "select" or kind in ("text", "email", None):
                    self.typed[name] = NONSENSE


def forms(page: Page) -> Iterator[Form]:
    """Yield what can be filled in on a page."""
    if page.tree is None:
        return
    for form in page.all("form"):
        found = Form(page, form)
        if found.typed or any(value == [NONSENSE] for value in found.fields.values()):
            yield found


def links(page: Page) -> Iterator[str]:
    """Yield where a page leads on this site, without what would take much time or leave it."""
    if page.tree is None:
        return
    for link in page.all("a"):
        address = urlsplit(link.get("href") or "")
        if (
            not address.netloc
            and address.path
            and not re.search(r"\.(pdf|csv|xlsx|json|toml)$", address.path)
        ):
            yield address.path


def all_forms(person: Staff, begin: tuple[str, ...], inside: tuple[str, ...]) -> dict[Any, Form]:
    """Look round from some pages on; return one form of each kind, by where it goes and what it asks."""
    adapter = person.client.application.url_map.bind("localhost")
    waiting, seen = list(begin), set[Any]()
    found: dict[Any, Form] = {}
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if not path.startswith(inside) or not adapter.test(path, "GET"):
            continue
        endpoint, values = adapter.match(path, "GET")
        kind = (endpoint, values.get("path"), values.get("what"))
        if kind in seen:
            continue
        seen.add(kind)
        page = Page(person.client.get(path, follow_redirects=True))
        assert page.status == 200, path
        for form in forms(page):
            target = adapter.match(urlsplit(form.action).path, "GET" if form.by_get else "POST")[0]
            if target not in HARMLESS:
                found.setdefault((target, frozenset(form.fields)), form)
        waiting += links(page)
    return found


def comes_back(person: Staff, form: Form) -> None:
    """Send a form full of nonsense; what was typed is on the page, and something is said beside a field of it."""
    send = person.client.get if form.by_get else person.client.post
    data = {"query_string" if form.by_get else "data": form.fields}
    answer = Page(send(form.action, **data))
    assert answer.status < 500, form.action
    if answer.status in (302, 303):
        return  # a draft takes every text, and says on its page what is wrong with it
    assert answer.tree is not None
    shown = [
        "".join(element.itertext()) if element.tag in ("textarea", "option") else str(element.get("value"))
        for element in answer.tree.iter()
        if element.tag in ("textarea", "option", "input")
    ]
    for name, text in form.typed.items():
        first = text.splitlines()[0]
        assert [one for one in shown if first in one], f"{form.action}: {name} is lost"
    if form.action.endswith("/note") and answer.status == 200:
        return  # a note takes every text, and what stands in the other boxes of its page comes back
    if not form.by_get:
        assert answer.status in (400, 409, 413, 422), form.action
        # Where a draft was saved meanwhile, the page compares both texts instead.
        assert answer.status == 409 or answer.all("div", class_="error-summary"), form.action


@pytest.mark.parametrize("role", ROOMS)
def test_nonsense_comes_back_from_every_form_of_staff(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], role: Role
) -> None:
    person = sign_in(app, role)
    reference = ask(app)
    begin = list(ROOMS[role])
    if role == "coordinator":
        person.see(f"/desk/requests/{reference}/quote")
        person.press("Prepare a quote")
        begin += [f"/desk/requests/{reference}", f"/desk/requests/{reference}/quote/answers"]
    else:
        person.see("/staff/tables")
        person.press("Begin a draft")
        draft = person.page.path
        begin += [draft, f"{draft}/section/charge", f"{draft}/try", f"{draft}/examples", f"{draft}/text"]
        begin += [f"{draft}/section/driver", f"{draft}/publish", f"{draft}/spreadsheet"]
    found = all_forms(person, tuple(begin), ("/staff", "/desk"))
    assert len(found) >= 4
    # A draft that has taken nonsense cannot be tried any more, nor its examples.
    for form in sorted(found.values(), key=lambda form: not form.action.endswith(("/try", "/examples"))):
        comes_back(person, form)


def test_nonsense_comes_back_from_every_form_of_patients(app: Flask) -> None:
    patient = Staff(app)
    reference = ask(app)
    settings = settings_of(app)
    with request_of(app, reference) as record:
        link = requests.token_of(record, settings.link_key)
    patient.see("/estimate/delhi")
    patient.see(f"/r/{link}")
    found = all_forms(
        patient,
        ("/estimate/delhi", "/verify", f"/request/{reference}", f"/request/{reference}/code"),
        ("/estimate", "/verify", "/request", "/e/"),
    )
    assert {target for target, _names in found} >= {"patient.estimate", "checking.start", "asking.question"}
    for form in found.values():
        comes_back(patient, form)
