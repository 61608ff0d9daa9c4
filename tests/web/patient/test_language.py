"""One language for a whole visit: the reader's choice, else their browser's, else the first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.clinic import ANSWERS, TOTAL, table_text
from tests.support.visitor import Page, Visitor


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app in three languages."""
    return start(table_text(), languages=("en", "ar", "pt-BR"))


def language(page: Page) -> str:
    return str(page.one("html").get("lang"))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", "en"),
        ("ar", "ar"),
        ("ar-EG,ar;q=0.9", "ar"),
        ("pt-BR,pt;q=0.8", "pt-BR"),
        ("fi,xx", "en"),
        ("fi;q=0.9,ar;q=0.5", "ar"),
        ("*", "en"),
    ],
)
def test_the_browser_says_which_language_is_wanted(app: Flask, wanted: str, found: str) -> None:
    assert language(Visitor(app, headers={"Accept-Language": wanted}).open("/")) == found


def test_a_chosen_language_is_kept_for_the_visit(app: Flask, visitor: Visitor) -> None:
    start = visitor.open("/")
    links = {link.get("hreflang"): link for link in start.one("nav", class_="languages").iter("a")}
    assert set(links) == {"en", "ar", "pt-BR"}
    assert links["en"].get("aria-current") == "true"
    assert "".join(links["ar"].itertext()) == "العربية"
    assert (links["ar"].get("lang"), links["ar"].get("dir")) == ("ar", "rtl")
    visitor.open("/" + links["ar"].get("href", ""))
    for path in ("/", "/estimate/clinic", "/nothing"):
        assert language(visitor.open(path)) == "ar"
    assert language(Visitor(app).open("/")) == "en"


def test_a_form_that_was_open_before_the_language_changed_can_still_be_sent(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    visitor.open("/?language=ar")
    sent = visitor.send(form, ANSWERS)
    assert sent.status == 303
    page = visitor.open(sent.location)
    assert language(page) == "ar"
    assert TOTAL in page.text("section", aria_labelledby="total-title")


def test_another_language_shows_the_same_page_again(visitor: Visitor) -> None:
    form, page = visitor.open("/estimate/clinic"), visitor.estimate(ANSWERS)
    for shown in (form, page, visitor.open(f"{page.path}/change"), visitor.open(f"{page.path}/delete")):
        [link] = [link for link in shown.links() if link.endswith("=pt-BR")]
        assert link == "?language=pt-BR", "beside the address itself, which may be secret"
        sent = visitor.open(shown.path + link)
        assert (sent.status, sent.location) == (303, shown.path)
        assert language(visitor.open(sent.location)) == "pt-BR"
        visitor.open("/?language=en")


@pytest.mark.parametrize("tag", ["", "xx", "EN", "ar'", "%00", "x" * 2000, "de", "//elsewhere.example.com"])
def test_a_language_that_there_is_not_changes_nothing(visitor: Visitor, tag: str) -> None:
    visitor.open("/?language=ar")
    page = visitor.open(f"/?language={tag}")
    assert (page.status, page.location) == (303, "/")
    assert language(visitor.open("/")) == "ar"


@pytest.mark.parametrize("path", ["//elsewhere.example.com", "/\\elsewhere.example.com", "/nothing"])
def test_a_language_leads_nowhere_but_to_pages_of_ours(visitor: Visitor, path: str) -> None:
    page = visitor.open("/", query_string="language=ar", environ_overrides={"PATH_INFO": path})
    assert page.status == 404
    assert "Location" not in page.headers


def test_a_form_is_sent_whatever_stands_after_its_address(visitor: Visitor) -> None:
    form = visitor.open("/estimate/clinic")
    sent = visitor.post("/estimate/clinic?language=ar", {**form.typed(), **ANSWERS, "act": "show"})
    assert sent.status == 303
    assert sent.location.startswith("/e/")


def test_a_language_that_is_no_longer_offered_is_forgotten(
    start: Callable[..., Flask], visitor: Visitor
) -> None:
    visitor.open("/?language=ar")
    cookie = visitor.client.get_cookie("session")
    assert cookie is not None
    later = Visitor(start(languages=("en",)))
    later.client.set_cookie("session", cookie.value)
    assert language(later.open("/")) == "en"


def test_what_a_list_says_only_in_its_own_language_is_marked_as_such(visitor: Visitor) -> None:
    visitor.open("/?language=ar")
    page = visitor.open("/estimate/clinic")
    heading = page.one("h1")
    assert [(part.get("lang"), part.get("dir")) for part in heading] == [("en", "ltr")]


def test_one_language_needs_no_switch(start: Callable[..., Flask]) -> None:
    assert Visitor(start(languages=("en",))).open("/").all("nav", class_="languages") == []
