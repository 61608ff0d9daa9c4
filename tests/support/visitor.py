"""A visitor without JavaScript: opens pages, fills forms in and presses buttons as a browser does.

Every page that a visitor sees is read by a strict parser, so that a mistake in the HTML of any of them fails
the test that came upon it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

HTML = "text/html; charset=utf-8"


class Page:
    """One answer; its tree where it is HTML."""

    def __init__(self, answer: TestResponse) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.headers = answer.headers
        self.path = answer.request.path
        self.body = answer.get_data()
        answer.close()
        is_page = self.body and answer.headers.get("Content-Type") == HTML
        self.tree = parsed(self.html) if is_page else None

    @property
    def html(self) -> str:
        """The page as it was sent."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The answer to a program."""
        return self.answer.get_json()

    @property
    def location(self) -> str:
        """Where the answer sends its reader."""
        return str(self.headers["Location"])

    def all(self, name: str, /, **attributes: str) -> list[Element]:
        """Return every element of a name with these attributes; `class_` may be one of several."""
        assert self.tree is not None
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            element
            for element in self.tree.iter(name)
            if all(
                value in element.get(key, "").split() if key == "class" else element.get(key) == value
                for key, value in wanted.items()
            )
        ]

    def one(self, name: str, /, **attributes: str) -> Element:
        """Return the only such element."""
        found = self.all(name, **attributes)
        assert len(found) == 1, f"{len(found)} of <{name}> {attributes}"
        return found[0]

    def text(self, name: str = "main", /, **attributes: str) -> str:
        """Return what stands in the only such element, with single spaces."""
        return words(self.one(name, **attributes))

    @property
    def title(self) -> str:
        """What the browser shows on the tab."""
        return self.text("title")

    @property
    def problems(self) -> list[str]:
        """The lines of the error summary."""
        boxes = self.all("div", class_="error-summary")
        return [words(line) for box in boxes for line in box.iter("li")]

    def control(self, name: str) -> str | None:
        """Return what a browser would send for a field of the form; None if nothing."""
        return self.typed().get(name)

    def typed(self) -> MultiDict[str, str]:
        """Return everything that a browser would send of the only form, besides the button."""
        found: MultiDict[str, str] = MultiDict()
        for element in self.one("form").iter():
            name, value = element.get("name"), _value(element)
            if name is not None and value is not None:
                found.add(name, value)
        return found

    def links(self) -> Iterator[str]:
        """Yield where the page leads."""
        for element in self.all("a"):
            yield element.get("href", "")


class Visitor:
    """One visit, with its cookies."""

    def __init__(self, app: Flask, **defaults: Any) -> None:
        self.client = app.test_client()
        self.defaults = defaults

    def open(self, path: str, **more: Any) -> Page:
        """Ask for a page."""
        return Page(self.client.get(path, **{**self.defaults, **more}))

    def post(self, path: str, data: Any = None, **more: Any) -> Page:
        """Send anything anywhere."""
        return Page(self.client.post(path, data=data, **{**self.defaults, **more}))

    def send(
        self, page: Page, answers: Mapping[str, str | None] | None = None, button: str | None = "show"
    ) -> Page:
        """Fill the page's form in and press a button; None takes a field out of what is sent."""
        data = page.typed()
        for name, answer in (answers or {}).items():
            data.poplist(name)
            if answer is not None:
                data.add(name, answer)
        if button is not None:
            data.add("act", button)
        return self.post(page.one("form").get("action") or page.path, data)

    def estimate(self, answers: Mapping[str, str | None], slug: str = "clinic") -> Page:
        """Make an estimate and return its breakdown."""
        sent = self.send(self.open(f"/estimate/{slug}"), answers)
        assert sent.status == 303, sent.problems
        return self.open(sent.location)


def _value(element: Element) -> str | None:
    """Return what a browser would send of a control; None if nothing, and for anything else."""
    match element.tag:
        case "input":
            chosen = (
                element.get("type", "text") not in ("radio", "checkbox") or element.get("checked") is not None
            )
            return element.get("value", "") if chosen else None
        case "textarea":
            return "".join(element.itertext())
        case "select":
            options = list(element.iter("option"))
            chosen_ones = [option for option in options if option.get("selected") is not None]
            return (chosen_ones or options)[0].get("value", "")
    return None


def parsed(html: str) -> Element:
    """Return the tree of a page; the first mistake in it is an error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(html)
    return tree


def words(element: Element) -> str:
    """Return the text in an element with single spaces; no-break spaces stay."""
    return " ".join(word for word in "".join(element.itertext()).replace("\n", " ").split(" ") if word)


def reference_of(page: Page) -> str:
    """Return the reference that a page shows."""
    found = re.search(r"EST-\w{4}-\w{4}", page.text())
    assert found is not None
    return found[0]
