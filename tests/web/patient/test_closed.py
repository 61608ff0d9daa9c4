"""What is closed is told apart from nothing: not by its answer, not by its method, not by a guess at a link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator import price_lists
from estimator.db import db
from tests.support.acts import acting
from tests.support.clinic import ANSWERS, NOW, table_text
from tests.support.database import publish
from tests.support.visitor import Page, Visitor, reference_of


@pytest.mark.long
def test_a_page_that_nobody_opened_is_closed(start: Callable[..., Flask]) -> None:
    app = start(
        demo=False, kept_days=41
    )  # an app that no other test has asked for a page: routes are added to it
    app.add_url_rule("/desk", "desk", lambda: "patients", methods=["GET", "POST", "DELETE"])
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = app.test_client().open("/desk", method=method)
        assert answer.status_code in (404, 405), method
        assert b"patients" not in answer.data


def test_a_closed_page_looks_like_one_that_does_not_exist(start: Callable[..., Flask]) -> None:
    app = start(demo=False, kept_days=42)
    app.add_url_rule("/desk", "desk", lambda: "patients")
    visitor = Visitor(app)
    assert visitor.open("/desk").body == visitor.open("/nothing").body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_does_not_exist_is_not_said_to_be_an_ended_visit(visitor: Visitor, method: str) -> None:
    assert Page(visitor.client.open("/nothing", method=method)).status == 404
    assert Page(visitor.client.open("/", method=method)).status == 405


def test_an_estimate_opens_to_its_link_and_to_no_other_name_of_it(app: Flask, breakdown: Page) -> None:
    stranger = Visitor(app)
    reference = reference_of(breakdown)
    assert stranger.open(breakdown.path).status == 200
    for guess in (reference, "1", breakdown.path[3:-1], breakdown.path[3:].lower(), "..", "é"):
        assert stranger.open(f"/e/{guess}").status == 404, guess


@pytest.mark.parametrize(("visitor_at", "status"), [("192.0.2.7", 403), ("127.0.0.1", 200)])
def test_a_demonstration_behind_a_proxy_answers_this_machine_only(
    start: Callable[..., Flask], visitor_at: str, status: int
) -> None:
    app = start(demo=True, proxies=1)
    answer = app.test_client().get("/", headers={"X-Forwarded-For": visitor_at})
    assert answer.status_code == status


def test_the_answers_of_a_list_that_was_closed_cannot_be_changed_and_the_estimate_stays(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    with app.app_context():
        price_lists.close(acting(actor="user:1", now=NOW), "clinic")
        db.session.commit()
    form = visitor.open(f"{breakdown.path}/change")
    for page in (form, visitor.post(f"{breakdown.path}/change", {"act": "show"})):
        assert page.status == 404
        assert page.title.startswith("This price list is closed")
        assert page.links(start=breakdown.path) == [breakdown.path]
    assert visitor.open(breakdown.path).status == 200


def close(app: Flask, slug: str = "clinic") -> None:
    with app.app_context():
        price_lists.close(acting(actor="user:1", now=NOW), slug)
        db.session.commit()


TYPED = {"q_cells": "donor", "q_sessions": "two", "q_training": "yes", "q_arrival-day": "7", "q_nights": None}


def test_a_list_that_is_closed_while_somebody_answers_keeps_what_they_typed(
    app: Flask, visitor: Visitor
) -> None:
    form = visitor.open("/estimate/clinic")
    publish(app, table_text().replace('table = "clinic"', 'table = "other"'))
    close(app)
    page = visitor.send(form, TYPED)
    assert page.status == 404
    assert page.title.startswith("This price list is closed")
    kept = page.text("textarea")
    for line in ("Type of cells: Donor cells", "Sessions: two", "Training: Yes", "Day of arrival: 7"):
        assert line in kept
    assert "Nights" not in kept
    assert "Questions about these prices? estimates@example.org" in page.text()
    assert page.text("a", class_="button") == "To the other price lists"


def test_the_form_of_a_closed_list_says_so_and_one_that_never_was_does_not(
    app: Flask, visitor: Visitor
) -> None:
    close(app)
    page = visitor.open("/estimate/clinic")
    assert (page.status, page.all("textarea")) == (404, [])
    assert page.title.startswith("This price list is closed")
    assert page.text("a", class_="button") == "To the start page"
    assert visitor.open("/estimate/nothing").title.startswith("This page does not exist")
    assert visitor.post("/estimate/nothing", {"q_cells": "own"}).title.startswith("This page does not exist")


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("Will you train?", "Will you train? Yes"),
        ("هل ستتدرب؟", "هل ستتدرب؟ Yes"),
        ("Training", "Training: Yes"),
    ],
)
def test_no_colon_stands_behind_the_question_mark_of_a_question_that_is_kept(
    start: Callable[..., Flask], label: str, said: str
) -> None:
    app = start(table_text().replace('"Training"', f'"{label}"'))
    visitor = Visitor(app)
    form = visitor.open("/estimate/clinic")
    close(app)
    assert said in visitor.send(form, TYPED).text("textarea")


@pytest.mark.parametrize(("slug", "status"), [("clinic", 404), ("%00", 400), ("\N{SNOWMAN}", 404)])
def test_whatever_is_sent_to_the_form_of_a_closed_list_is_answered(
    app: Flask, visitor: Visitor, slug: str, status: int
) -> None:
    close(app)
    sent = {"table_sha256": "\x00", "q_cells": "\x00", "q_sessions": "9" * 500, "q_arrival-year": "\x1b"}
    assert visitor.post(f"/estimate/{slug}", sent).status == status


def typed_into(visitor: Visitor, path: str) -> tuple[str, dict[str, str]]:
    """Fill in the form of a page, and return where it is sent and what a browser sends."""
    page = visitor.open(path)
    sent = {**page.typed().to_dict(), **{name: text for name, text in TYPED.items() if text}, "act": "show"}
    return page.one("form").get("action") or page.path, sent


@pytest.mark.parametrize("way", ["/change", "/change/sessions", "/compare/other", "/compare/clinic"])
def test_answers_given_to_a_list_that_is_closed_meanwhile_are_kept_wherever_they_are_given(
    app: Flask, visitor: Visitor, breakdown: Page, way: str
) -> None:
    publish(app, table_text().replace('table = "clinic"', 'table = "other"'))
    closed = "other" if way.endswith("other") else "clinic"
    action, sent = typed_into(visitor, breakdown.path + way)
    close(app, closed)
    page = visitor.post(action, sent)
    assert page.status == 404
    assert page.title.startswith("This price list is closed")
    assert "Sessions: two" in page.text("textarea")
    assert visitor.open(action).title.startswith("This price list is closed")


def test_a_list_that_was_closed_is_said_to_be_so_to_whoever_adds_it_to_a_comparison(
    app: Flask, visitor: Visitor, breakdown: Page
) -> None:
    publish(app, table_text().replace('table = "clinic"', 'table = "other"'))
    form = visitor.open(breakdown.path + "/compare/clinic")
    compared = visitor.send(form, {**ANSWERS, "q_sessions": "3"}).location
    close(app, "other")
    page = visitor.post(f"{compared}/add/other", {"act": "show"})
    assert page.title.startswith("This price list is closed")


def delete(visitor: Visitor, breakdown: Page) -> None:
    """Delete an estimate in another tab."""
    assert visitor.send(visitor.open(f"{breakdown.path}/delete"), button=None).status in (200, 303)
    assert visitor.open(breakdown.path).status == 404


@pytest.mark.parametrize("way", ["/change", "/change/sessions", "/compare/clinic"])
def test_answers_given_to_an_estimate_that_is_deleted_meanwhile_are_kept_in_words(
    visitor: Visitor, breakdown: Page, way: str
) -> None:
    action, sent = typed_into(visitor, breakdown.path + way)
    delete(visitor, breakdown)
    page = visitor.post(action, sent)
    assert page.title.startswith("This page does not exist")
    assert "Sessions: two" in page.text("textarea")
    assert visitor.open(action).all("textarea") == []


@pytest.mark.parametrize("way", ["/ask", "/ask/check", "/question", "/email"])
def test_what_somebody_wrote_about_an_estimate_that_is_deleted_meanwhile_is_kept(
    visitor: Visitor, breakdown: Page, way: str
) -> None:
    _action, sent = typed_into(visitor, breakdown.path + way.removesuffix("/check"))
    delete(visitor, breakdown)
    words = {"words": "Is there a lift?", "message": "My mother comes along.", "email": "mina@quillworth.org"}
    words["address"] = words["email"]
    chosen = {"country": "BD", "for_whom": "other", "consent": "yes", "language": "bn"}
    page = visitor.post(breakdown.path + way, {**sent, **words, **chosen})
    assert page.title.startswith("This page does not exist")
    fields = {"/question": ("words", "email"), "/email": ("address",)}.get(way, ("email", "message"))
    kept = [box.text for box in page.all("textarea")]
    assert kept == [words[name] for name in fields], "nothing that was chosen, or that the page carried along"
    labels = {label.get("for"): label.text for label in page.all("label")}
    named = {box.text: labels[box.get("id")] for box in page.all("textarea")}
    assert (named[words["email"]] or "").startswith("Email address")
