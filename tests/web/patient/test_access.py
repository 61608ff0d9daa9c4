"""Closed until opened: what strangers reach is a short list, and everything else does not exist for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from estimator.web import guard
from tests.support.visitor import Page, Visitor, reference_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

ROLES = ("stranger",)
"""Whoever can ask: so far nobody has an account."""

OPEN = {
    "/": {"GET"},
    "/robots.txt": {"GET"},
    "/static/<path:filename>": {"GET"},
    "/logo/<digest>.png": {"GET"},
    "/estimate/<slug>": {"GET", "POST"},
    "/estimate/<slug>/total": {"POST"},
    "/e/<token>": {"GET"},
    "/e/<token>/estimate.pdf": {"GET"},
    "/e/<token>/change": {"GET", "POST"},
    "/e/<token>/delete": {"GET", "POST"},
    "/e/<token>/email": {"GET", "POST"},
    "/e/<token>/ask": {"GET", "POST"},
    "/e/<token>/ask/check": {"GET", "POST"},
    "/e/<token>/data": {"GET"},
    "/e/<token>/data.json": {"GET"},
    "/r/<token>": {"GET"},
    "/request/<reference>": {"GET"},
    "/request/<reference>/sent": {"GET"},
    "/request/<reference>/question": {"POST"},
    "/request/<reference>/data": {"GET"},
    "/request/<reference>/data.<kind>": {"GET"},
    "/request/<reference>/erase": {"GET", "POST"},
    "/request/<reference>/code": {"GET", "POST"},
    "/q/<token>": {"GET"},
    "/quote/closed": {"GET"},
    "/quote/<number>": {"GET"},
    "/quote/<number>/<int:revision>": {"GET"},
    "/quote/<number>/<int:revision>.pdf": {"GET"},
    "/quote/<number>/code": {"POST"},
    "/quote/<number>/close": {"POST"},
    "/quote/<number>/accept": {"GET", "POST"},
    "/quote/<number>/answered": {"GET"},
    "/quote/<number>/take-back": {"GET", "POST"},
    "/quote/<number>/decline": {"GET", "POST"},
    "/quote/<number>/question": {"GET", "POST"},
    "/quote/<number>/asked": {"GET"},
    "/verify": {"GET", "POST"},
    "/verify/<reference>": {"GET"},
    "/verify/<reference>/<revision>": {"GET"},
}
"""Every address of the app that a stranger reaches, with the methods that do something there."""

PARTS = {
    "<path:filename>": "site.css",
    "<slug>": "clinic",
    "<token>": "A" * 43,
    "<reference>": "REQ-2222-2222",
    "<kind>": "json",
    "<digest>": "0" * 64,
    "<name>": "a" * 32,
    "<int:number>": "0",
    "<number>": "Q-2026-00001",
    "<int:revision>": "1",
    "<revision>": "1",
}
"""What stands in the places of an address; the token opens nothing, and there is no mail of that name."""

MISSING_WITHOUT_ITS_RECORD = (
    "/e/",
    "/logo/",
    "/q/",
    "/r/",
    "/request/",
    "/demonstration/mail/<name>",
    "/verify/<reference>/<revision>",
)

CLOSED_WITHOUT_ITS_LINK = "/quote/<number>"
"""What says to open the link of the mail, whether there is such a quote or not."""

DEMONSTRATION = {
    "/demonstration/mail/": {"GET"},
    "/demonstration/mail/<name>": {"GET"},
    "/demonstration/mail/<name>/page": {"GET"},
    "/demonstration/mail/<name>/<int:number>": {"GET"},
}
"""What exists in demonstration mode alone."""


def addresses(app: Flask) -> set[str]:
    return {rule.rule for rule in app.url_map.iter_rules()}


def filled(rule: str) -> str:
    for part, value in PARTS.items():
        rule = rule.replace(part, value)
    assert "<" not in rule, f"say in PARTS what stands in {rule}"
    return rule


def every_request(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield every address that has nothing to do with staff; those are asked role by role elsewhere."""
    staff = {*guard.STAFF, *guard.SIGNING_IN}
    for rule in sorted({rule.rule for rule in app.url_map.iter_rules() if rule.endpoint not in staff}):
        for method in METHODS:
            yield rule, method


def expected(rule: str, method: str) -> set[int]:
    methods = {**OPEN, **DEMONSTRATION}.get(rule)
    if methods is None:
        return {404, 405}
    method = "GET" if method == "HEAD" else method
    if method == "OPTIONS":
        return {200}
    if method not in methods:
        return {405}
    if rule.startswith(MISSING_WITHOUT_ITS_RECORD):
        # A form that brings no proof of its own page is told so before anything is looked up.
        return {404, 400} if method == "POST" else {404}
    if rule.startswith(CLOSED_WITHOUT_ITS_LINK):
        return {401, 400} if method == "POST" else {401}
    if method == "POST":
        return {400}
    return {200}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reaches_what_is_open_to_it_and_nothing_else(app: Flask, role: str) -> None:
    found = {}
    for rule, method in every_request(app):
        answer = app.test_client().open(filled(rule), method=method)
        answer.close()
        if answer.status_code not in expected(rule, method):
            found[f"{role} {method} {rule}"] = answer.status_code
    assert found == {}


def test_the_list_of_open_endpoints_is_exact(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule in OPEN}
    assert set(OPEN) <= addresses(app)
    assert endpoints == guard.PUBLIC


def test_what_a_demonstration_shows_exists_nowhere_else(start: Callable[..., Flask], app: Flask) -> None:
    shown = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in guard.DEMONSTRATION}
    assert shown == set(DEMONSTRATION)
    earnest = start(demo=False)
    assert not shown & addresses(earnest)
    for rule in shown:
        assert earnest.test_client().get(filled(rule)).status_code == 404


def test_a_page_that_nobody_opened_is_closed(app: Flask) -> None:
    app.add_url_rule("/desk", "desk", lambda: "patients", methods=["GET", "POST", "DELETE"])
    for method in METHODS:
        answer = app.test_client().open("/desk", method=method)
        assert answer.status_code in (404, 405), method
        assert b"patients" not in answer.data


def test_a_closed_page_looks_like_one_that_does_not_exist(app: Flask, visitor: Visitor) -> None:
    app.add_url_rule("/desk", "desk", lambda: "patients")
    assert visitor.open("/desk").body == visitor.open("/nothing").body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_does_not_exist_is_not_said_to_be_an_ended_visit(visitor: Visitor, method: str) -> None:
    assert Page(visitor.client.open("/nothing", method=method)).status == 404
    assert Page(visitor.client.open("/", method=method)).status == 405


def test_an_estimate_opens_to_its_link_and_to_no_other_name_of_it(app: Flask, breakdown: Page) -> None:
    stranger = Visitor(app)
    reference = reference_of(breakdown)
    assert stranger.open(breakdown.path).status == 200
    for guess in (reference, "1", breakdown.path[3:-1], breakdown.path[3:].lower(), "..", "%00", "é"):
        assert stranger.open(f"/e/{guess}").status == 404, guess


@pytest.mark.parametrize(("visitor_at", "status"), [("192.0.2.7", 403), ("127.0.0.1", 200)])
def test_a_demonstration_behind_a_proxy_answers_this_machine_only(
    start: Callable[..., Flask], visitor_at: str, status: int
) -> None:
    app = start(demo=True, proxies=1)
    answer = app.test_client().get("/", headers={"X-Forwarded-For": visitor_at})
    assert answer.status_code == status
