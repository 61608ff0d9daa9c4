"""What every answer carries, which cookies there are, and that no link is made from what a request claims."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, abort

from tests.support.clinic import ANSWERS, table_text
from tests.support.visitor import Page, Visitor

HTTPS = "https://estimate.example.org"
ELSEWHERE = {"base_url": "http://elsewhere.example.com"}

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def every_answer(app: Flask) -> Iterator[Page]:
    """Yield an answer of each kind that there is, besides a PDF."""
    visitor = Visitor(app)
    form = visitor.open("/estimate/clinic")
    page = visitor.estimate(ANSWERS)
    yield from (visitor.open("/"), form, page, visitor.open("/robots.txt"), visitor.open("/?language=en"))
    yield from (visitor.open(page.path + tail) for tail in ("/change", "/delete"))
    yield visitor.send(form, ANSWERS)
    yield visitor.send(form, {"q_sessions": "x"})
    yield visitor.post("/estimate/clinic/total", {**form.typed(), **ANSWERS})
    yield visitor.post("/estimate/clinic/total")
    yield visitor.post("/estimate/clinic")
    yield visitor.post("/estimate/clinic", b"x" * 300_000)
    yield visitor.post("/")
    yield visitor.open("/nothing")
    yield visitor.open("/static/nothing.css")
    yield Page(visitor.client.options("/"))
    app.view_functions["patient.robots"] = lambda: str(1 / 0)
    yield visitor.open("/robots.txt")
    app.view_functions["patient.robots"] = lambda: abort(418)
    yield visitor.open("/robots.txt")


def test_every_answer_carries_the_headers_that_keep_it_private(app: Flask) -> None:
    statuses = set()
    for page in every_answer(app):
        statuses.add(page.status)
        carried = {name: page.headers.get(name) for name in HEADERS}
        assert carried == HEADERS, (page.path, page.status)
        assert "Strict-Transport-Security" not in page.headers
    assert statuses == {200, 303, 400, 404, 405, 413, 418, 422, 500}


def test_no_page_holds_a_script_or_a_style_of_its_own(app: Flask) -> None:
    seen = 0
    for page in every_answer(app):
        if page.tree is None:
            continue
        seen += 1
        assert not page.all("style"), page.path
        # A browser with scripts loads nothing of <noscript>.
        instead = [link for each in page.all("noscript") for link in each.iter("link")]
        assert len(page.all("link", rel="stylesheet")) - len(instead) <= 3, page.path
        for element in page.tree.iter():
            assert element.get("style") is None, page.path
            assert not [name for name in element.keys() if name.startswith("on")], page.path  # noqa: SIM118
            for name in ("href", "src", "action"):
                address = element.get(name, "")
                assert not address.lower().startswith(("javascript:", "data:", "//")), page.path
        for script in page.all("script"):
            assert re.fullmatch(r"/static/\w+\.js\?v=[0-9a-f]{12}", script.get("src", ""))
            assert not script.text
    assert seen > 10


def test_every_page_asks_search_engines_to_stay_away(app: Flask) -> None:
    for page in every_answer(app):
        if page.tree is not None and page.status != 303:
            assert page.one("meta", name="robots").get("content") == "noindex, nofollow, noarchive"


def test_robots_are_told_nothing_about_secret_links(visitor: Visitor) -> None:
    page = visitor.open("/robots.txt")
    assert page.body == b"User-agent: *\nDisallow: /\n"
    assert page.headers["Content-Type"].startswith("text/plain")


def test_what_a_page_is_drawn_with_is_kept_for_ever_and_its_absence_is_not(visitor: Visitor) -> None:
    styles = visitor.open("/").all("link", rel="stylesheet")
    assert styles
    for style in styles:
        found = visitor.open(style.get("href", ""))
        assert found.status == 200
        assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert found.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in found.headers
    missing = visitor.open("/static/nothing.css?v=1")
    assert missing.status == 404
    assert missing.headers["Cache-Control"] == "no-store"


def test_only_our_own_files_are_static(visitor: Visitor) -> None:
    for name in ("../config.py", "..%2fdb.py", "/etc/passwd", "."):
        assert visitor.open(f"/static/{name}").status == 404, name


def test_reading_needs_no_cookie(start: Callable[..., Flask]) -> None:
    app = start(table_text(), demo=False)  # no form for mail, because no mail server is set
    breakdown = Visitor(app).estimate(ANSWERS)
    stranger = Visitor(app)
    for path in ("/", breakdown.path):
        assert "Set-Cookie" not in stranger.open(path).headers


def cookie(app: Flask, **more: Any) -> str:
    return str(Visitor(app, **more).open("/estimate/clinic").headers["Set-Cookie"])


def test_the_cookie_of_a_visit_is_nobody_elses_business(app: Flask) -> None:
    parts = cookie(app).split("; ")
    assert parts[0].startswith("session=")
    assert set(parts[1:]) == {"HttpOnly", "Path=/", "SameSite=Lax"}


def test_over_https_the_cookie_is_bound_to_this_host(start: Callable[..., Flask]) -> None:
    parts = cookie(start(table_text(), public_url=HTTPS), base_url=HTTPS).split("; ")
    assert parts[0].startswith("__Host-session=")
    assert set(parts[1:]) == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_the_link_to_keep_comes_from_the_settings_and_not_from_the_request(
    start: Callable[..., Flask],
) -> None:
    app = start(table_text(), public_url=HTTPS)
    # A proxy on this machine may ask by a name of its own. A browser brings the cookie back through HTTPS alone.
    visitor = Visitor(app, base_url="https://localhost:8443")
    form = visitor.open("/estimate/clinic")
    sent = visitor.send(form, ANSWERS)
    assert sent.location.startswith("/e/")
    page = visitor.open(sent.location)
    assert page.one("input", id="link").get("value") == f"{HTTPS}{page.path}?written=en"
    for answer in (form, sent, page, visitor.open("/?language=en"), visitor.open("/estimate//clinic")):
        assert b"localhost" not in answer.body
        assert "localhost" not in str(answer.headers)


def test_only_a_page_that_came_through_https_insists_on_it(start: Callable[..., Flask]) -> None:
    app = start(table_text())
    assert "Strict-Transport-Security" not in Visitor(app).open("/").headers
    secure = Visitor(app, base_url="https://localhost").open("/")
    assert secure.headers["Strict-Transport-Security"].startswith("max-age=31536000")


FORWARDED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Host": "evil.example",
}


@pytest.mark.long
@pytest.mark.parametrize("proxies", [0, 1])
def test_what_a_proxy_says_counts_only_where_there_is_one(start: Callable[..., Flask], proxies: int) -> None:
    app = start(table_text(), proxies=proxies, demo=False)
    seen = []
    app.before_request(lambda: seen.append(_request()))
    page = Visitor(app, headers=FORWARDED).open("/")
    assert ("Strict-Transport-Security" in page.headers) == bool(proxies)
    assert seen == [("203.0.113.7" if proxies else "127.0.0.1", "localhost")]


def _request() -> tuple[str | None, str]:
    from flask import request

    return request.remote_addr, request.host
