"""What is closed is told apart from nothing: not by its answer, not by its method, not by a guess at a link."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.visitor import Page, Visitor, reference_of


def test_a_page_that_nobody_opened_is_closed(start: Callable[..., Flask]) -> None:
    app = start(demo=False)
    app.add_url_rule("/desk", "desk", lambda: "patients", methods=["GET", "POST", "DELETE"])
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = app.test_client().open("/desk", method=method)
        assert answer.status_code in (404, 405), method
        assert b"patients" not in answer.data


def test_a_closed_page_looks_like_one_that_does_not_exist(start: Callable[..., Flask]) -> None:
    app = start(demo=False)
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
