"""The privacy notice is the clinic's own page; the foot of every page of ours leads there once it is named."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from tests.support.clinic import table_text
from tests.support.visitor import Page, Visitor

NOTICE = "https://clinic.example.org/privacy?a=1&b=2"


def links(page: Page) -> list[str | None]:
    """Return where the links in the foot of a page lead."""
    return [link.get("href") for link in page.one("footer").iter("a")]


def test_every_page_of_patients_leads_to_the_privacy_notice_of_the_clinic(
    start: Callable[..., Flask],
) -> None:
    visitor = Visitor(start(table_text(), privacy_notice=NOTICE))
    for path in ("/", "/estimate/clinic", "/verify", "/e/nothing"):
        assert NOTICE in links(visitor.open(path)), path


def test_without_one_nothing_pretends_that_there_is(visitor: Visitor) -> None:
    assert "rivacy" not in visitor.open("/").text("footer")
