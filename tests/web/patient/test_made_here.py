"""Whoever makes an estimate, in whatever way, has it in the list of their browser; nobody else has."""

from __future__ import annotations

from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.support.clinic import ANSWERS
from tests.support.visitor import Page, Visitor


def is_listed(page: Page) -> bool:
    """Whether a page has the script that lists an estimate, or takes a deleted one from the list."""
    return any("new_estimate.js" in script.get("src", "") for script in page.all("script"))


def press(visitor: Visitor, page: Page, path: str, name: str, value: str) -> Page:
    """Press a button of the form that is sent to an address."""
    form = next(form for form in page.all("form", method="post") if form.get("action") == path)
    data: MultiDict[str, str] = page.typed(form)
    data.add(name, value)
    return visitor.post(path, data)


def by_the_form(visitor: Visitor, page: Page) -> Page:
    return visitor.send(visitor.open(f"{page.path}/change"), {"q_sessions": "3"})


def by_one_question(visitor: Visitor, page: Page) -> Page:
    return visitor.send(visitor.open(f"{page.path}/change/sessions"), {"q_sessions": "3"}, button=None)


def by_a_line(visitor: Visitor, page: Page) -> Page:
    return press(visitor, page, f"{page.path}/with", "answer", "sessions=3")


def by_exploring(visitor: Visitor, page: Page) -> Page:
    explored = visitor.open(f"{page.path}/explore")
    return press(visitor, explored, explored.path, "answers", "sessions=3")


def test_an_estimate_that_somebody_made_is_listed_once_and_by_nobody_else(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    assert is_listed(breakdown)
    assert not is_listed(visitor.open(breakdown.path)), "what they forgot stays forgotten"
    assert not is_listed(Visitor(app).open(breakdown.path))


def test_an_estimate_that_was_made_by_changing_one_is_listed(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    for way in (by_the_form, by_one_question, by_a_line, by_exploring):
        sent = way(visitor, breakdown)
        assert sent.status == 303, way
        assert sent.location != breakdown.path, way
        assert is_listed(visitor.open(sent.location)), way
        assert not is_listed(Visitor(app).open(sent.location)), way


def test_a_change_that_makes_nothing_lists_nothing(app: Flask, visitor: Visitor, breakdown: Page) -> None:
    others = Visitor(app).estimate({**ANSWERS, "q_sessions": "3"})
    refused = visitor.send(visitor.open(f"{breakdown.path}/change"), {"q_sessions": "x"})
    assert refused.status == 422
    assert not is_listed(visitor.open(others.path))


def test_the_page_says_all_that_the_list_tells_an_estimate_by(breakdown: Page) -> None:
    (told,) = (each for each in breakdown.all("div") if each.get("data-plan") is not None)
    assert {name: told.get(f"data-{name}") for name in ("title", "provider", "language")} == {
        "title": "Treatment with cells",
        "provider": "Example clinic",
        "language": "en",
    }


def test_a_deleted_estimate_leaves_the_list(visitor: Visitor, breakdown: Page) -> None:
    assert is_listed(visitor.send(visitor.open(f"{breakdown.path}/delete"), {}, button=None))
