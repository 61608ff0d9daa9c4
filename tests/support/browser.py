"""A browser without JavaScript: opens pages, fills forms in, presses buttons, and keeps cookies.

The browsers of tests build on it: `visitor` for patients, `staff_browser` for the desk, `clinic_staff` for signing in,
each with helpers for its own pages. Pages are parsed strictly, so that invalid HTML fails the test that opened it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any
from xml.etree.ElementTree import Element

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.support.strict_html import parsed

NOT_SENT = ("submit", "button", "reset", "image", "file")
"""Inputs of which a browser sends nothing by itself."""


class Page:
    """One answer; its tree where it is HTML."""

    def __init__(self, answer: TestResponse) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.headers = answer.headers
        self.path = answer.request.path
        self.body = answer.get_data()
        answer.close()

    @property
    def html(self) -> str:
        """The page as it was sent."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The answer to a program."""
        return self.answer.get_json(silent=True)

    @property
    def location(self) -> str:
        """Where the answer sends its reader."""
        return str(self.headers["Location"])

    @cached_property
    def tree(self) -> Element | None:
        """What the page is made of; None if it is no page."""
        is_page = self.body and str(self.headers.get("Content-Type")).startswith("text/html")
        if not is_page:
            return None
        found = parsed(self.html)
        assert not any((element.text or "").strip() == "None" for element in found.iter()), (
            "nothing is shown as None"
        )
        return found

    def all(self, name: str, /, **attributes: str) -> list[Element]:
        """Return every element of a name with these attributes; `class_` may be some of several."""
        assert self.tree is not None
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            element
            for element in self.tree.iter(name)
            if all(
                set(value.split()) <= set(element.get(key, "").split())
                if key == "class"
                else element.get(key) == value
                for key, value in wanted.items()
            )
        ]

    def one(self, name: str, /, **attributes: str) -> Element:
        """Return the only such element."""
        found = self.all(name, **attributes)
        assert len(found) == 1, f"{len(found)} of <{name}> {attributes}"
        return found[0]

    def links(self, words_of_it: str = "", start: str = "") -> list[str]:
        """Return where the page leads, by links that have these words and addresses that start so."""
        links = [(a.get("href", ""), "".join(texts(a))) for a in self.all("a")]
        return [href for href, said in links if words_of_it in said and href.startswith(start)]

    def typed(self, form: Element | None = None) -> MultiDict[str, str]:
        """Return everything that a browser would send of a form, else of the only one, besides its buttons."""
        found = self.one("form") if form is None else form
        fields = list(_fields(found))
        assert self.tree is not None
        for element in self.tree.iter("input"):  # a control may belong to a form that it does not stand in
            if element.get("form") is not None and element.get("form") == found.get("id"):
                fields.append((element.get("name", ""), element.get("value", "")))
        return MultiDict(fields)


class Browser:
    """One browser with its cookies; `defaults` goes with everything that it asks for."""

    kind_of_page: type[Page] = Page

    def __init__(self, app: Flask, **defaults: Any) -> None:
        self.app = app
        self.client = app.test_client()
        self.defaults = defaults

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Ask for something, and return the answer as a page."""
        return self.kind_of_page(self.client.open(path, method=method, **{**self.defaults, **more}))


def check(tree: Element) -> None:
    """Assert that no id is used twice and that every label belongs to a control."""
    ids = [name for element in tree.iter() if (name := element.get("id"))]
    known = set(ids)
    if len(known) < len(ids):
        raise AssertionError(f"ids twice: {sorted(name for name in known if ids.count(name) > 1)}")
    for label in tree.iter("label"):
        assert label.get("for") in known, f"a label of nothing: {label.get('for')}"


def words(element: Element) -> str:
    """Return the text in an element with single spaces; no-break spaces stay."""
    return " ".join(word for word in "".join(element.itertext()).replace("\n", " ").split(" ") if word)


def plain_words(element: Element) -> str:
    """Return what can be read in an element, cells and paragraphs apart, with ordinary spaces."""
    return " ".join("".join(texts(element)).split())


def texts(element: Element) -> Iterator[str]:
    """Yield what can be read in an element, with a space after each cell and paragraph."""
    if element.text:
        yield element.text
    for child in element:
        if child.tag not in ("script", "style"):
            yield from texts(child)
        if child.tag in ("td", "th", "dt", "dd", "li", "p", "option"):
            yield " "
        yield child.tail or ""


def _fields(form: Element) -> Iterator[tuple[str, str]]:
    for element in form.iter():
        name = element.get("name")
        if name is None or element.get("disabled") is not None:
            continue
        if element.tag == "textarea":
            yield name, "".join(element.itertext()).removeprefix("\n")
        elif element.tag == "select":
            options = list(element.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            yield from ((name, str(option.get("value"))) for option in chosen)
        elif element.tag == "input":
            kind = element.get("type", "text")
            if kind in ("radio", "checkbox"):
                if element.get("checked") is not None:
                    yield name, element.get("value", "on")
            elif kind not in NOT_SENT:
                yield name, element.get("value", "")
