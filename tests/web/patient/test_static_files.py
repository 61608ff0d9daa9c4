"""Styles, scripts and the icon: one name for one content, compressed, and the same for everybody."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from estimator.web import static_files
from tests.support.clinic_staff import Browser, Person
from tests.support.folders import ROOT
from tests.support.visitor import Visitor

STATIC = ROOT / "estimator" / "static"
NAMES = sorted(path.name for path in STATIC.iterdir())


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    yield
    static_files._files.cache_clear()


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_sent_compressed_to_whoever_asks_for_it_and_whole_to_others(app: Flask, name: str) -> None:
    visitor, content = Visitor(app), (STATIC / name).read_bytes()
    if name.endswith(".css"):
        content = static_files.squeezed(content.decode()).encode()
    if name.endswith(".js"):
        content = static_files.uncommented(content.decode()).encode()
        assert b"// " not in content or b"://" in content
    plain = visitor.ask("GET", f"/static/{name}")
    small = visitor.ask("GET", f"/static/{name}", headers={"Accept-Encoding": "br, gzip"})
    refused = visitor.ask("GET", f"/static/{name}", headers={"Accept-Encoding": "gzip;q=0"})
    assert plain.body == refused.body == gzip.decompress(small.body) == content
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert plain.headers["ETag"] != small.headers["ETag"]
    for answer in (plain, small, refused):
        assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".css")])
def test_a_style_sheet_is_sent_without_what_only_we_read(name: str) -> None:
    style = (STATIC / name).read_text(encoding="utf-8")
    sent = static_files.squeezed(style)
    assert len(sent) < 0.92 * len(style)
    assert "/*" not in sent
    rules = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    rules = re.sub(r"(?<=[ (:-])0\.", ".", rules)
    assert re.sub(r"\s|;(?=\s*})", "", rules) == re.sub(r"\s", "", sent)
    assert squeezed_words(rules) == squeezed_words(sent), "spaces between words stay"


STRING = re.compile(r""""[^"\n]*"|'[^'\n]*'|`[^`\n]*`""")


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".js")])
def test_a_script_has_no_string_that_would_be_sent_otherwise(name: str) -> None:
    script = (STATIC / name).read_text(encoding="utf-8")
    for line in script.splitlines():
        assert line.lstrip().startswith("//") or line.count("`") % 2 == 0, "no string goes over lines"
        for string in STRING.findall(line):
            words = re.sub(r"\$\{[^}]*\}", "", string)  # what a template works out is code like any other
            assert static_files.uncommented(words) == words
    assert len(static_files.uncommented(script)) < 0.95 * len(script)


def squeezed_words(style: str) -> list[str]:
    """Return what stands between braces, semicolons, commas and signs of descent, with single spaces."""
    return [
        " ".join(part.replace(":", " : ").split()) for part in re.split(r"[{};,>]", style) if part.strip()
    ]


def test_the_name_of_a_content_is_the_same_on_every_machine_and_at_every_time(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Visitor(app).ask("GET", "/static/site.css")
    assert there.headers["ETag"] == f'"{hashlib.sha256(there.body).hexdigest()[:32]}"'
    elsewhere = tmp_path / "static"
    shutil.copytree(STATIC, elsewhere)
    os.utime(elsewhere / "site.css", (1, 1))
    monkeypatch.setattr(static_files, "FOLDER", elsewhere)
    static_files._files.cache_clear()
    here = Visitor(app).ask("GET", "/static/site.css")
    assert here.headers["ETag"] == there.headers["ETag"]
    with (elsewhere / "site.css").open("a", encoding="utf-8") as file:
        file.write("p { margin: 0; }\n")
    static_files._files.cache_clear()
    assert Visitor(app).ask("GET", "/static/site.css").headers["ETag"] != there.headers["ETag"]


def test_whoever_has_it_is_told_so_in_a_few_bytes(app: Flask) -> None:
    visitor = Visitor(app)
    address = f"/static/site.css?v={static_files.version('site.css')}"
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        known = visitor.ask("GET", address, headers=headers).headers["ETag"]
        again = visitor.ask("GET", address, headers={**headers, "If-None-Match": known})
        assert (again.status, again.body) == (304, b"")
        assert again.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Cookie" not in again.headers.get("Vary", "")


@pytest.mark.parametrize("asked", ["", "?v=", "?v=000000000000", "?v=evil&v=evil"])
def test_nothing_is_kept_for_ever_under_the_name_of_another_version(app: Flask, asked: str) -> None:
    answer = Visitor(app).ask("GET", f"/static/site.css{asked}")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")


def test_what_is_kept_for_ever_depends_on_nobodys_cookie(app: Flask) -> None:
    browser = Browser(app)
    Person(app, "mira@example.org", ["coordinator"]).put(datetime.now(UTC)).sign_in(browser)
    visitor = Visitor(app)
    visitor.open("/estimate/clinic")  # gives it a cookie
    for client in (browser.client, visitor.client):
        answer = client.get("/static/site.css")
        assert answer.status_code == 200
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "Set-Cookie" not in answer.headers
