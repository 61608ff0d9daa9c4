"""A patient in a browser without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.support import browser
from tests.support.browser import words
from tests.support.strict_html import parsed

__all__ = ["Page", "Visitor", "parsed", "reference_of", "words"]


class Page(browser.Page):
    """One page of patients."""

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


class Visitor(browser.Browser):
    """One visit, with its cookies; every page that is seen has to be sound."""

    kind_of_page = Page

    def open(self, path: str, **more: Any) -> Page:
        """Ask for a page."""
        return self._sound("GET", path, **more)

    def post(self, path: str, data: Any = None, **more: Any) -> Page:
        """Send anything anywhere."""
        return self._sound("POST", path, data=data, **more)

    def _sound(self, method: str, path: str, **more: Any) -> Page:
        page: Page = self.ask(method, path, **more)
        _ = page.tree  # a mistake in it fails the test here
        return page

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


def reference_of(page: Page) -> str:
    """Return the reference that a page shows."""
    found = re.search(r"EST-\w{4}-\w{4}", page.text())
    assert found is not None
    return found[0]
