"""One answer is changed where it stands: by a tap on what it would cost, or by its question alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from estimator.models import Estimate
from tests.support.clinic import ANSWERS, TOTAL, table_text
from tests.support.database import count, publish
from tests.support.visitor import Page, Visitor, words


def lines(page: Page) -> dict[str, Element]:
    """Return the lines that can be pressed, by what they send."""
    return {button.get("value", ""): button for button in page.all("button", name="answer")}


def press(visitor: Visitor, page: Page, value: str) -> Page:
    """Press a line of what would change the cost."""
    form = page.one("form", class_="changes")
    data: MultiDict[str, str] = page.typed(form)
    data.add("answer", value)
    return visitor.post(str(form.get("action")), data)


def likely(page: Page) -> Decimal:
    found = re.search(r"USD\xa0([0-9,.]+)", words(page.one("span", class_="total-amount")))
    assert found
    return Decimal(found[1].replace(",", ""))


def test_a_line_makes_the_estimate_with_its_answer_and_says_what_has_changed(
    visitor: Visitor, breakdown: Page
) -> None:
    line = lines(breakdown)["sessions=3"]
    said = re.search(r"([+\N{MINUS SIGN}])\xa0?USD\xa0([0-9,.]+)", words(line))
    assert said
    sent = press(visitor, breakdown, "sessions=3")
    assert sent.status == 303
    page = visitor.open(sent.location)
    assert page.path != breakdown.path
    moved = Decimal(said[2].replace(",", "")) * (1 if said[1] == "+" else -1)
    assert likely(page) - likely(breakdown) == moved
    first = page.text("div", class_="since")
    assert (
        f"USD\xa0{likely(page):,} (USD\xa0{abs(moved):,} {'more' if moved > 0 else 'less'} than before)"
        in first
    )
    assert "Sessions: 3 sessions, instead of 2 sessions" in first
    (folded,) = page.one("div", class_="since").iter("details")
    assert [words(line) for line in folded.iter("li")] == ["Sessions: 3 sessions, instead of 2 sessions"]
    assert breakdown.path in page.links()
    assert visitor.open(breakdown.path).text("section", aria_labelledby="total-title").count(TOTAL)


def test_every_line_does_what_it_says(visitor: Visitor, breakdown: Page) -> None:
    for value, line in lines(breakdown).items():
        page = visitor.open(press(visitor, breakdown, value).location)
        assert page.path != breakdown.path, value
        amount = re.search(r"([+\N{MINUS SIGN}])\xa0?USD\xa0([0-9,.]+)", words(line))
        moved = Decimal(amount[2].replace(",", "")) * (1 if amount[1] == "+" else -1) if amount else 0
        assert likely(page) - likely(breakdown) == moved, value


def test_a_line_that_is_pressed_twice_makes_one_estimate(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    ways = {press(visitor, breakdown, "sessions=3").location for _tap in range(2)}
    assert len(ways) == 1
    assert count(app, Estimate) == 2


def test_what_stays_open_stays_open(visitor: Visitor, breakdown: Page) -> None:
    page = visitor.open(press(visitor, breakdown, "sessions=3").location)
    assert page.text("section", aria_labelledby="answers-title").count(
        "Not answered; we used this."
    ) == breakdown.text("section", aria_labelledby="answers-title").count("Not answered; we used this.")


@pytest.mark.parametrize(
    "value", ["", "sessions", "sessions=", "sessions=9999", "sessions=x", "nothing=1", "=", "cells=%"]
)
def test_an_answer_that_is_not_possible_makes_nothing(
    app: Flask, visitor: Visitor, breakdown: Page, value: str
) -> None:
    sent = press(visitor, breakdown, value)
    assert sent.status == 303
    assert sent.location in (
        breakdown.path,
        f"{breakdown.path}/change/sessions",
        f"{breakdown.path}/change/cells",
    )
    assert visitor.open(sent.location).status == 200
    assert count(app, Estimate) == 1


def test_the_secret_link_is_all_that_a_line_needs(app: Flask, visitor: Visitor, breakdown: Page) -> None:
    stranger = Visitor(app)
    assert stranger.post(f"/e/{'A' * 43}/with", {"answer": "sessions=3"}).status == 404
    assert stranger.post(f"{breakdown.path}/with", {"answer": "sessions=3"}).status == 303
    asked = stranger.post(f"{breakdown.path}/change/sessions", {"q_sessions": "3", "shown_sessions": "yes"})
    assert asked.status == 400
    assert asked.control("q_sessions") == "3"
    assert count(app, Estimate) == 2


def test_a_line_of_older_prices_asks_first(app: Flask, visitor: Visitor, breakdown: Page) -> None:
    publish(app, table_text(version="2026-2", valid_from="2026-03-01", price="9000.00"))
    sent = press(visitor, breakdown, "sessions=3")
    assert sent.location == f"{breakdown.path}/change/sessions"
    page = visitor.open(sent.location)
    assert "The price list has changed since." in page.text()
    assert count(app, Estimate) == 1


def test_a_network_has_its_limit_here_too(start: Callable[..., Flask]) -> None:
    visitor = Visitor(start(table_text(), estimates_per_network=1))
    page = visitor.estimate(ANSWERS)
    sent = press(visitor, page, "sessions=3")
    assert sent.status == 429
    assert page.path in sent.links()
    asked = visitor.send(visitor.open(f"{page.path}/change/sessions"), {"q_sessions": "3"}, button=None)
    assert asked.status == 429
    assert asked.control("q_sessions") == "3"


def test_change_asks_that_question_alone_and_keeps_the_rest(visitor: Visitor, breakdown: Page) -> None:
    asked = visitor.open(f"{breakdown.path}/change/sessions")
    assert [each.get("id") for each in asked.all("div", class_="question")] == ["question-sessions"]
    assert asked.control("q_sessions") == "2"
    assert words(asked.one("button", type="submit")) == "Done"
    sent = visitor.send(asked, {"q_sessions": "3"}, button=None)
    assert sent.status == 303
    page = visitor.open(sent.location)
    assert "than before" in page.text("div", class_="since")
    answers = page.text("section", aria_labelledby="answers-title")
    before = breakdown.text("section", aria_labelledby="answers-title")
    assert answers == before.replace("2 sessions", "3 sessions")


def test_an_answer_that_is_refused_is_asked_again_where_it_was(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    asked = visitor.open(f"{breakdown.path}/change/sessions")
    page = visitor.send(asked, {"q_sessions": "999"}, button=None)
    assert page.status == 422
    assert page.problems
    assert page.control("q_sessions") == "999"
    assert count(app, Estimate) == 1


def test_a_question_that_the_list_does_not_have_is_missing(visitor: Visitor, breakdown: Page) -> None:
    assert visitor.open(f"{breakdown.path}/change/nothing").status == 404


def test_the_way_back_is_of_this_browser_alone(app: Flask, visitor: Visitor, breakdown: Page) -> None:
    path = press(visitor, breakdown, "sessions=3").location
    assert visitor.open(path).all("div", class_="since")
    assert Visitor(app).open(path).all("div", class_="since") == []


def test_the_whole_form_says_what_it_has_changed_too(visitor: Visitor, breakdown: Page) -> None:
    sent = visitor.send(visitor.open(f"{breakdown.path}/change"), {"q_sessions": "3"})
    assert "than before" in visitor.open(sent.location).text("div", class_="since")


def test_an_estimate_that_was_deleted_is_compared_with_nothing(visitor: Visitor, breakdown: Page) -> None:
    path = press(visitor, breakdown, "sessions=3").location
    visitor.send(visitor.open(f"{breakdown.path}/delete"), button=None)
    assert visitor.open(path).all("div", class_="since") == []


def bar(visitor: Visitor, page: Page, **changed: str) -> Any:
    """Return what the panel of a page says while its form is filled in, before anything is sent."""
    (form,) = [form for form in page.all("form") if form.get("data-live")]
    data = page.typed(form)
    for name, typed in changed.items():
        data.poplist(name)
        data.add(name, typed)
    answered = visitor.post(str(form.get("data-live")), data)
    assert answered.status == 200, answered.html
    return answered.json


def test_while_an_answer_is_changed_the_bar_says_how_much_less_or_more_it_is(
    visitor: Visitor, breakdown: Page
) -> None:
    for path in (f"{breakdown.path}/change/sessions", f"{breakdown.path}/change"):
        page = visitor.open(path)
        panel = words(page.one("div", id="total"))
        assert TOTAL in panel
        assert "the same as before" in panel
        more, less = (bar(visitor, page, q_sessions=sessions)["spoken"] for sessions in ("3", "1"))
        assert "more than before" in more
        assert "less than before" in less
        assert bar(visitor, page, q_sessions="7")["spoken"] == "Sessions: 7 is too high. The most is 6."


def test_the_bar_of_one_question_keeps_all_other_answers(visitor: Visitor, breakdown: Page) -> None:
    page = visitor.open(f"{breakdown.path}/change/sessions")
    told = bar(visitor, page, q_sessions="3")
    sent = visitor.send(page, {"q_sessions": "3"}, button=None)
    made = visitor.open(sent.location)
    assert f"{likely(made):,}" in told["spoken"]
