"""Every page in every state, in both directions: HTML without a mistake, and everything in it named.

A page that has a mistake in its HTML fails where the visitor opens it; what follows are the rules beyond that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine

from tests.support.clinic import ANSWERS, NOW, table_text
from tests.support.database import publish, statement_on_each_connection
from tests.support.folders import ROOT
from tests.support.visitor import Page, Visitor, words

LANGUAGES = {"en": "ltr", "ar": "rtl"}

DEMONSTRATIONS = sorted((ROOT / "pricing" / "tables").glob("*.toml"))


KEPT: dict[str, dict[str, Page]] = {}


@pytest.fixture(params=LANGUAGES)
def pages(
    request: pytest.FixtureRequest, start: Callable[..., object], clock: time_machine.Traveller
) -> dict[str, Page]:
    """Return every page in every state, by what it shows, for readers of one language."""
    if request.param not in KEPT:
        app = start(languages=tuple(LANGUAGES))
        visitor = Visitor(app, headers={"Accept-Language": request.param})  # type: ignore[arg-type]
        KEPT[request.param] = dict(states(visitor, clock))
    return KEPT[request.param]


def states(visitor: Visitor, clock: time_machine.Traveller) -> Iterator[tuple[str, Page]]:
    app = visitor.client.application
    yield "start without a list", visitor.open("/")
    publish(app, table_text())
    for path in DEMONSTRATIONS:
        publish(app, path.read_text(encoding="utf-8"))
    yield "start", visitor.open("/")
    form = visitor.open("/estimate/clinic")
    yield "form", form
    yield "form with its total", visitor.send(form, ANSWERS, button="total")
    yield "form with a refused plan", visitor.send(form, {**ANSWERS, "q_sessions": "4"}, button="total")
    yield "form without answers", visitor.send(form)
    wrong = {"q_sessions": "x", "q_arrival-day": "99", "q_cells": "ipsc", "q_meals": "none", "q_robot": "?"}
    yield "form with every kind of mistake", visitor.send(form, {**ANSWERS, "q_training": "yes", **wrong})
    yield "form after the visit ended", visitor.send(form, {**ANSWERS, "csrf_token": ""})
    with statement_on_each_connection(app, "PRAGMA query_only = ON"):
        yield "form that cannot be saved", visitor.send(form, ANSWERS)
    page = visitor.estimate({**ANSWERS, "q_robot": "yes", "q_nights": ""})
    yield "breakdown that lacks a price", page
    yield "breakdown", visitor.estimate({**ANSWERS, "q_training": "yes", "q_training_hours": "1.5"})
    yield "change", visitor.open(f"{page.path}/change")
    asked = visitor.open(f"{page.path}/delete")
    yield "delete", asked
    with statement_on_each_connection(app, "PRAGMA query_only = ON"):
        yield "delete that cannot be done", visitor.send(asked, button=None)
    yield "deleted", visitor.send(asked, button=None)
    yield "deleted before", visitor.open(page.path)
    yield "a form of nobody", visitor.post("/e/x/delete")
    yield "too much", visitor.post("/estimate/clinic", b"x" * 300_000)
    yield "not that way", visitor.post("/")
    old = visitor.estimate(ANSWERS)
    publish(app, table_text(version="2026-2", valid_from="2026-03-02"))
    yield "form of a changed list", visitor.send(form, {**ANSWERS, "q_sessions": "9"})
    yield "change with a changed list", visitor.open(f"{old.path}/change")
    clock.move_to(NOW + timedelta(days=60), tick=False)
    yield "breakdown that has expired", visitor.open(old.path)
    app.view_functions["patient.robots"] = lambda: str(1 / 0)
    yield "a mistake of ours", visitor.open("/robots.txt")


@pytest.mark.long
def test_every_page_is_html_in_its_language_and_direction(pages: dict[str, Page]) -> None:
    assert len(pages) > 20
    [language] = {page.one("html").get("lang") for page in pages.values()}
    for state, page in pages.items():
        assert page.tree is not None, state
        assert page.one("html").get("dir") == LANGUAGES[str(language)], state
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"


def test_ids_are_unique_and_whatever_names_one_finds_it(pages: dict[str, Page]) -> None:
    for state, page in pages.items():
        ids = Counter(element.get("id") for element in page.all("*") if element.get("id") is not None)
        assert [name for name, times in ids.items() if times > 1] == [], state
        named = set()
        for element in page.all("*"):
            for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers"):
                named |= set(element.get(attribute, "").split())
            if element.get("href", "").startswith("#"):
                named.add(element.get("href", "")[1:])
        assert named - set(ids) == set(), state


def test_every_field_has_its_label_and_every_label_its_field(pages: dict[str, Page]) -> None:
    for state, page in pages.items():
        fields = {
            field.get("id")
            for field in page.all("input")
            if field.get("type") not in ("hidden", "submit", "button")
        }
        labels = [label.get("for") for label in page.all("label")]
        assert sorted(map(str, labels)) == sorted(map(str, fields)), state
        for label in page.all("label"):
            assert words(label), state
        for group in page.all("fieldset"):
            assert words(next(group.iter("legend"))), state
        for control in [*page.all("button"), *page.all("a")]:
            assert words(control) or control.get("aria-label"), state


def test_every_table_has_a_caption_and_headers(pages: dict[str, Page]) -> None:
    seen = 0
    for state, page in pages.items():
        for table in page.all("table"):
            seen += 1
            assert words(next(table.iter("caption"))), state
            assert next(table.iter("thead")) is not None
            for header in table.iter("th"):
                assert header.get("scope") in ("col", "row", "rowgroup", "colgroup"), state
            for body in table.iter("tbody"):
                for row in body.iter("tr"):
                    assert [cell for cell in row if cell.tag == "th" or cell.get("colspan")], state
    assert seen > 5


def test_headings_begin_with_one_and_skip_no_level(pages: dict[str, Page]) -> None:
    for state, page in pages.items():
        levels = [
            int(element.tag[1]) for element in page.all("*") if element.tag in ("h1", "h2", "h3", "h4", "h5")
        ]
        assert levels.count(1) == 1, state
        main = [
            int(element.tag[1])
            for element in page.one("main").iter()
            if element.tag in ("h1", "h2", "h3", "h4", "h5")
        ]
        ordered = main[main.index(1) :]
        assert all(after - before <= 1 for before, after in pairwise(ordered)), state


ERROR = ("Error: ", "خطأ: ")
IMPOSSIBLE = ("This plan is not possible – ", "هذه الخطة غير ممكنة – ")


def test_a_page_with_problems_says_so_first_and_leads_to_each(pages: dict[str, Page]) -> None:
    with_problems = 0
    for state, page in pages.items():
        boxes = page.all("div", class_="error-summary")
        assert page.title.startswith((*ERROR, *IMPOSSIBLE)) == bool(boxes), state
        assert page.title.startswith(IMPOSSIBLE) == any(
            "ruled-out" in str(box.get("class")) for box in boxes
        ), state
        beside = [words(sentence) for sentence in page.all("p", class_="error")]
        if not boxes:
            assert beside == [], state
            continue
        with_problems += 1
        links = list(boxes[0].iter("a"))
        assert len(links) == len(beside), state
        for link, sentence in zip(links, beside, strict=True):
            [target] = [e for e in page.all("*") if e.get("id") == link.get("href", "")[1:]]
            assert target.get("type") != "hidden", state
            assert words(link).endswith(sentence.removeprefix("Error: ").removeprefix("خطأ: ")), state
        for question in page.all("div", class_="question"):
            if [sentence for sentence in question.iter("p") if "error" in sentence.get("class", "").split()]:
                assert question.get("hidden") is None, state
                assert "wrong" in question.get("class", "").split(), state
    assert with_problems >= 6


def test_titles_tell_the_pages_apart(pages: dict[str, Page]) -> None:
    for state in ("start", "form", "breakdown", "delete", "deleted", "deleted before"):
        assert pages[state].title.strip()
    titles = [
        pages[state].title for state in ("start", "form", "breakdown", "delete", "deleted", "deleted before")
    ]
    assert len(set(titles)) == len(titles)


def test_amounts_keep_their_direction(pages: dict[str, Page]) -> None:
    for state, page in pages.items():
        isolated = "".join("".join(element.itertext()) for element in page.all("bdi"))
        cells = [words(cell) for cell in page.all("td", class_="money")]
        for cell in cells:
            for amount in cell.split(" "):
                if amount.startswith("USD\xa0"):
                    assert amount in isolated, state


@pytest.mark.parametrize("path", DEMONSTRATIONS, ids=lambda path: path.stem)
def test_the_forms_of_the_demonstrations_are_without_a_mistake(
    start: Callable[..., object], path: Path
) -> None:
    app = start(path.read_text(encoding="utf-8"), languages=tuple(LANGUAGES))
    with time_machine.travel(NOW + timedelta(days=700), tick=False):
        for language in LANGUAGES:
            visitor = Visitor(app, headers={"Accept-Language": language})  # type: ignore[arg-type]
            form = visitor.open(next(link for link in visitor.open("/").links() if "/estimate/" in link))
            assert form.status == 200
            page = visitor.send(form)
            assert page.status == 422
            assert len(page.problems) == len(page.all("p", class_="error"))
