"""Addresses and hosts that nobody types: refused in one sentence, before any page, error page or log repeats them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from estimator.web import guard, well_formed
from tests.support.clinic import table_text
from tests.web.patient.conftest import app, clock, database_url, start

__all__ = ["app", "clock", "database_url", "start"]

CONTROLS = ("%0a", "%0d%0a", "%00", "%1b[2J", "%7f", "%c2%85", "%e2%80%a8", "%09")
HERE = "http://127.0.0.1:8000"


def hostile(rule: Rule, control: str) -> str:
    """Return an address that leads to a page by text with a control character in each place of it."""
    if not rule.arguments:
        return f"{rule.rule}{control}"
    return re.sub(r"<[^>]*>", f"x{control}y", rule.rule)


def test_an_address_with_a_control_character_is_refused_before_anything_repeats_it(app: Flask) -> None:
    client = app.test_client()
    wrong = {}
    for rule in app.url_map.iter_rules():
        for control in CONTROLS:
            for query in ("", "?language=en"):
                for method in ("GET", "POST"):
                    path = hostile(rule, control) + query
                    answer = client.open(path, method=method)
                    told = answer.get_data()
                    if (answer.status_code, "Location" in answer.headers) != (400, False) or len(told) > 200:
                        wrong[f"{method} {path}"] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("path", ["/verify/Q-2026-00017?language=en", "/estimate/a%20b%C3%A9?language=en"])
def test_another_language_leads_to_an_address_that_is_one(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 303
    address = path.partition("?")[0]
    assert answer.headers["Location"] == f"{address}?lang=en", "until a cookie has come back"


OURS = (
    "estimate.example.org",
    "ESTIMATE.example.org.",
    "estimate.example.org:443",
    "localhost",
    "127.0.0.1:8000",
)
OURS_TOO = ("[::1]:8000", "127.9.9.9", "localhost:9000")
MALFORMED = (
    "a..b",
    f"{'x' * 64}.example.org",
    f"{'x.' * 130}org",
    "",
    " ",
    ".",
    "estimate.example.org:",
    "estimate.example.org:0",
    "estimate.example.org:99999",
    "estimate.example.org:" + "9" * 5000,
    "estimate.example.org,estimate.example.org",
    "estimate.example.org/x",
    "user@estimate.example.org",
    "[::1",
    "[zz]",
    "-a.example.org",
    "estim\u00e4te.example.org",
    "\u00ff",
)
FOREIGN = (
    "rebind.attacker.example",
    "estimate.example.org.attacker.example",
    "192.0.2.7",
    "[2001:db8::1]:8000",
)
FOREIGN_PORT = "estimate.example.org:8443"


def status(app: Flask, host: str, path: str = "/robots.txt") -> int:
    answer = app.test_client().get(path, environ_overrides={"HTTP_HOST": host})
    assert len(answer.get_data()) < 200 or answer.status_code != 400
    if answer.status_code == 400:
        carried = {name: answer.headers.get(name) for name in guard.HEADERS}
        assert carried == guard.HEADERS
        assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code


def test_a_site_answers_to_its_own_address_and_to_names_of_this_machine_alone(
    start: Callable[..., Flask],
) -> None:
    app = start(table_text(), public_url="https://estimate.example.org", demo=False)
    assert {host: status(app, host) for host in (*OURS, *OURS_TOO)} == dict.fromkeys((*OURS, *OURS_TOO), 200)
    strange = (*MALFORMED, *FOREIGN, FOREIGN_PORT)
    assert {host: status(app, host) for host in strange} == dict.fromkeys(strange, 400)


def test_a_demonstration_and_its_mailbox_answer_no_name_of_somebody_elses(app: Flask) -> None:
    for path in ("/", "/demonstration/mail/"):
        assert status(app, "127.0.0.1:8000", path) == 200
        assert status(app, "localhost:8000", path) == 200
        assert {host: status(app, host, path) for host in FOREIGN} == dict.fromkeys(FOREIGN, 400)


def test_a_site_with_a_port_answers_to_it_and_to_a_proxy_that_leaves_it_out(
    start: Callable[..., Flask],
) -> None:
    app = start(table_text(), public_url="http://estimate.example.org:8443", demo=False)
    assert status(app, "estimate.example.org:8443") == 200
    assert status(app, "estimate.example.org") == 200
    assert status(app, "estimate.example.org:80") == 400


@pytest.mark.parametrize("path", sorted(well_formed.ANY_HOST))
def test_what_watches_a_machine_may_call_it_anything_that_is_a_host(path: str) -> None:
    assert watched(path, "10.0.0.17:8000") == watched(path, "web-2") == watched(path, None) == "200 OK"
    assert watched(path, "a..b") == "400 Bad Request"
    assert watched(f"{path}/x", "web-2") == watched("/", None) == "400 Bad Request"


def watched(path: str, host: str | None) -> str:
    """Return what an app that answers to everything is let answer."""
    said: list[str] = []

    def answers(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"ready"]

    guarded = well_formed.only(answers, public_url=HERE, headers={})
    environ: Any = {"PATH_INFO": path} | ({} if host is None else {"HTTP_HOST": host})
    list(guarded(environ, lambda status, _headers: said.append(status)))  # type: ignore[arg-type]
    return said[0]
