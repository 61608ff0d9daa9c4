"""What is closed is told apart from nothing: not by its answer, not by its method, not by a guess at a link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator import price_lists
from estimator.db import db
from tests.support.acts import acting
from tests.support.clinic import NOW, table_text
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


def close(app: Flask) -> None:
    with app.app_context():
        price_lists.close(acting(actor="user:1", now=NOW), "clinic")
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


@pytest.mark.parametrize("slug", ["clinic", "%00", "\N{SNOWMAN}"])
def test_whatever_is_sent_to_the_form_of_a_closed_list_is_answered(
    app: Flask, visitor: Visitor, slug: str
) -> None:
    close(app)
    sent = {"table_sha256": "\x00", "q_cells": "\x00", "q_sessions": "9" * 500, "q_arrival-year": "\x1b"}
    assert visitor.post(f"/estimate/{slug}", sent).status == 404
