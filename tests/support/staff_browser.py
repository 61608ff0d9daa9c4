"""A member of staff in a browser without JavaScript, who presses buttons by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from werkzeug.datastructures import MultiDict

from tests.support import browser
from tests.support.browser import plain_words


class Page(browser.Page):
    """One page of the staff."""

    @property
    def content(self) -> bytes:
        """The answer as it was sent."""
        return self.body

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return plain_words(self.one("main"))

    def value(self, name: str) -> str:
        """Return what stands in a control."""
        return self.typed(self._form_with(name))[name]

    def errors(self) -> list[str]:
        """Return the sentences beside controls."""
        return [plain_words(p) for p in self.all("p", class_="error")]

    def _form_with(self, name: str) -> Element:
        for form in self.all("form"):
            if any(element.get("name") == name for element in form.iter()):
                return form
        raise AssertionError(f"no form has {name}")

    def form(self, act: str) -> tuple[Element, Element]:
        """Return a form and the button in it that is called or valued so."""
        for form in self.all("form"):
            for button in form.iter("button"):
                words = plain_words(button)
                if act in (words, button.get("value")) and button.get("disabled") is None:
                    return form, button
        raise AssertionError(f"no button {act} on {self.path}:\n{self.text}")

    def sent(self, act: str, typed: Mapping[str, Any]) -> tuple[str, MultiDict[str, Any]]:
        """Return where a form goes, and what it sends."""
        form, button = self.form(act)
        fields: MultiDict[str, Any] = self.typed(form)
        known = {element.get("name") for element in form.iter()}
        for name, text in typed.items():
            assert name in known, f"no control {name}"
            fields.setlist(name, text if isinstance(text, list) else [text])
        if button.get("name") is not None:
            fields.add(str(button.get("name")), button.get("value"))
        return button.get("formaction") or form.get("action") or self.path, fields


class Staff(browser.Browser):
    """One person in one browser; `page` is what they see."""

    kind_of_page = Page
    page: Page

    def see(self, path: str) -> Page:
        """Open a page."""
        self.page = self._sound("GET", path, follow_redirects=True)
        return self.page

    def press(self, act: str, **typed: Any) -> Page:
        """Press a button of the page, with what was typed into its form before; dots in names are written __."""
        names = {name.replace("__", "."): text for name, text in typed.items()}
        return self.send(act, names)

    def send(self, act: str, typed: Mapping[str, Any]) -> Page:
        """Press a button of the page, with controls by their names."""
        action, fields = self.page.sent(act, typed)
        self.page = self._sound("POST", action, data=fields, follow_redirects=True)
        return self.page

    def bring(self, path: str, content: bytes) -> Page:
        """Choose a file on a page and press the button; the body is written by hand, so that no file stays open."""
        token = self.see(path).all("input", name="csrf_token")[0].get("value")
        parts = [
            b'Content-Disposition: form-data; name="csrf_token"\r\n\r\n' + str(token).encode(),
            b'Content-Disposition: form-data; name="file"; filename="list.xlsx"\r\n\r\n' + content,
        ]
        body = b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"
        kind = "multipart/form-data; boundary=limit"
        self.page = Page(self.client.post(path, data=body, content_type=kind))
        return self.page

    def post(self, path: str, data: Mapping[str, Any], **more: Any) -> Page:
        """Send something that no form of a page sends, with a good token."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/staff").text)
        assert token is not None
        return self._sound("POST", path, data={"csrf_token": token[1], **data}, **more)

    def _sound(self, method: str, path: str, **more: Any) -> Page:
        page: Page = self.ask(method, path, **more)
        if page.tree is not None:  # a mistake in it fails the test here
            browser.check(page.tree)
        return page
