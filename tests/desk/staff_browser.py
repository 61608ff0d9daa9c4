"""A member of staff without JavaScript: opens pages, types into forms and presses buttons as a browser does.

Every page is read by a strict parser, so that a mistake in the HTML of any of them fails the test.
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

TYPED = ("text", "hidden", None)


class Page:
    """One answer; its tree where it is HTML."""

    def __init__(self, answer: TestResponse) -> None:
        self.status = answer.status_code
        self.headers = answer.headers
        self.path = answer.request.path
        self.json: Any = answer.get_json(silent=True)
        self.content = answer.get_data()
        self.html = self.content.decode("utf-8", "replace")
        answer.close()
        is_page = self.html and str(self.headers.get("Content-Type")).startswith("text/html")
        self.tree = _parsed(self.html) if is_page else None

    @property
    def text(self) -> str:
        """What can be read on the page."""
        assert self.tree is not None
        main = next(self.tree.iter("main"))
        return " ".join("".join(_texts(main)).split())

    def all(self, name: str, /, **attributes: str) -> list[Element]:
        """Return every element of a name with these attributes."""
        assert self.tree is not None
        return [
            element
            for element in self.tree.iter(name)
            if all(element.get(key.rstrip("_")) == value for key, value in attributes.items())
        ]

    def links(self, words: str) -> list[str]:
        """Return where the links with these words lead."""
        return [str(a.get("href")) for a in self.all("a") if words in "".join(_texts(a))]

    def value(self, name: str) -> str:
        """Return what stands in a control."""
        return next(value for key, value in self._fields(self._form_with(name)) if key == name)

    def errors(self) -> list[str]:
        """Return the sentences beside controls."""
        return [" ".join("".join(_texts(p)).split()) for p in self.all("p", class_="error")]

    def _form_with(self, name: str) -> Element:
        for form in self.all("form"):
            if any(element.get("name") == name for element in form.iter()):
                return form
        raise AssertionError(f"no form has {name}")

    def form(self, act: str) -> tuple[Element, Element]:
        """Return a form and the button in it that is called or valued so."""
        for form in self.all("form"):
            for button in form.iter("button"):
                words = " ".join("".join(_texts(button)).split())
                if act in (words, button.get("value")) and button.get("disabled") is None:
                    return form, button
        raise AssertionError(f"no button {act} on {self.path}:\n{self.text}")

    def _fields(self, form: Element) -> Iterator[tuple[str, str]]:
        for element in form.iter():
            name = element.get("name")
            if name is None:
                continue
            if element.tag == "textarea":
                yield name, "".join(element.itertext()).removeprefix("\n")
            elif element.tag == "select":
                options = list(element.iter("option"))
                chosen = [option for option in options if option.get("selected") is not None] or options[:1]
                yield from ((name, str(option.get("value"))) for option in chosen)
            elif element.tag == "input" and (
                element.get("type") in TYPED
                or (element.get("type") in ("checkbox", "radio") and element.get("checked") is not None)
            ):
                yield name, element.get("value", "")

    def sent(self, act: str, typed: Mapping[str, Any]) -> tuple[str, MultiDict[str, Any]]:
        """Return where a form goes, and what it sends."""
        form, button = self.form(act)
        fields = MultiDict(self._fields(form))
        known = {element.get("name") for element in form.iter()}
        for name, text in typed.items():
            assert name in known, f"no control {name}"
            fields.setlist(name, text if isinstance(text, list) else [text])
        if button.get("name") is not None:
            fields.add(str(button.get("name")), button.get("value", ""))
        return form.get("action") or self.path, fields


class Staff:
    """One person in one browser; `page` is what they see."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.page: Page

    def see(self, path: str) -> Page:
        """Open a page."""
        self.page = Page(self.client.get(path, follow_redirects=True))
        return self.page

    def press(self, act: str, **typed: Any) -> Page:
        """Press a button of the page, with what was typed into its form before; dots in names are written __."""
        names = {name.replace("__", "."): text for name, text in typed.items()}
        return self.send(act, names)

    def send(self, act: str, typed: Mapping[str, Any]) -> Page:
        """Press a button of the page, with controls by their names."""
        action, fields = self.page.sent(act, typed)
        self.page = Page(self.client.post(action, data=fields, follow_redirects=True))
        return self.page

    def post(self, path: str, data: Mapping[str, Any], **more: Any) -> Page:
        """Send something that no form of a page sends, with a good token."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/staff").text)
        assert token is not None
        return Page(self.client.post(path, data={"csrf_token": token[1], **data}, **more))


def _texts(element: Element) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        if child.tag not in ("script", "style"):
            yield from _texts(child)
        if child.tag in ("td", "th", "dt", "dd", "li", "p", "option"):
            yield " "
        yield child.tail or ""


def _parsed(html: str) -> Element:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(html)
    mistakes = [error for error in parser.errors if error[1] != "unexpected-self-closing"]
    assert mistakes == [], mistakes
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    twice = {name for name in ids if ids.count(name) > 1} if len(ids) < 3000 else set()
    assert twice == set(), f"ids twice: {twice}"
    for label in tree.iter("label"):
        assert label.get("for") in ids, f"a label of nothing: {label.get('for')}"
    return tree
