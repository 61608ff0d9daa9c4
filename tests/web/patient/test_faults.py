"""Real faults of the database: a sentence, nothing lost, nothing half done, and it works again afterwards."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from estimator.config import Settings
from estimator.db import db
from estimator.estimates import pdf_document
from estimator.models import Document, Estimate
from tests.support.clinic import ANSWERS, table_text
from tests.support.database import count, statement_on_each_connection
from tests.support.visitor import Page, Visitor

ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

KEPT = "Your answers are still here. Try again in a minute."


@pytest.fixture
def file(settings: Settings) -> Path:
    """Return the SQLite file."""
    return Path(settings.database_url.removeprefix("sqlite:///"))


def forget_connections(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@contextmanager
def locked(app: Flask, file: Path) -> Iterator[None]:
    """Let another process hold the lock for writing; the app waits for it only shortly."""
    with (
        statement_on_each_connection(app, "PRAGMA busy_timeout = 30"),
        closing(sqlite3.connect(file, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(app: Flask, file: Path) -> Iterator[None]:
    """Let there be no room for one more page of the file."""
    forget_connections(app)
    with closing(sqlite3.connect(file)) as other:
        other.execute("VACUUM")  # pages that were given back would be used first
    with statement_on_each_connection(app, "PRAGMA max_page_count = 1"):
        yield


@contextmanager
def read_only(app: Flask, _file: Path) -> Iterator[None]:
    """Let the database accept no changes."""
    with statement_on_each_connection(app, "PRAGMA query_only = ON"):
        yield


FAULTS = {
    "Our database is busy at the moment.": locked,
    "Our server has no room left to save anything.": full,
    "Our database does not accept changes at the moment.": read_only,
}


def check_that_nothing_was_lost(page: Page, sentence: str) -> None:
    assert page.status == 503
    assert page.problems == [f"{sentence} {KEPT}"]
    assert page.title.startswith("Error:")
    assert {name: page.control(name) for name in ANSWERS} == ANSWERS
    assert "4,811.05" in page.text("div", id="total")


@pytest.mark.parametrize("sentence", FAULTS)
def test_an_estimate_that_cannot_be_saved_keeps_the_answers(
    app: Flask, visitor: Visitor, file: Path, sentence: str
) -> None:
    visitor.estimate(ANSWERS)  # the first one would find room in a page that is there already
    form = visitor.open("/estimate/clinic")
    with FAULTS[sentence](app, file):
        page = visitor.send(form, ANSWERS)
        check_that_nothing_was_lost(page, sentence)
        assert "4,811.05" in visitor.send(form, ANSWERS, button="total").text("div", id="total")
    assert count(app) == 1
    sent = visitor.send(page)
    assert sent.status == 303
    assert visitor.open(sent.location).status == 200
    assert count(app) == 2


@pytest.mark.parametrize("sentence", [sentence for sentence in FAULTS if "room" not in sentence])
def test_an_estimate_that_cannot_be_deleted_is_still_there(
    app: Flask, visitor: Visitor, breakdown: Page, file: Path, sentence: str
) -> None:
    asked = visitor.open(f"{breakdown.path}/delete")
    with FAULTS[sentence](app, file):
        page = visitor.send(asked, button=None)
        assert page.status == 503
        assert sentence in page.text()
        assert "Nothing was changed" in page.text()
        assert visitor.open(breakdown.path).status == 200
    assert count(app) == 1
    assert visitor.send(page, button=None).text("h1") == "The estimate is deleted", "by “Try again”"
    assert count(app) == 0


@pytest.mark.parametrize("sentence", FAULTS)
def test_a_pdf_that_cannot_be_kept_is_sent_all_the_same(
    app: Flask, visitor: Visitor, breakdown: Page, file: Path, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("estimator.estimates.pdf_document.pdf_of", lambda *_given: b"%PDF-" + b"x" * 100_000)
    with FAULTS[sentence](app, file):
        page = visitor.open(f"{breakdown.path}/estimate.pdf")
    assert page.status == 200
    assert page.body.startswith(b"%PDF-")
    assert count(app, Document) == 0


def test_an_estimate_deleted_while_its_pdf_is_made_is_gone(
    app: Flask, visitor: Visitor, breakdown: Page, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    def delete_meanwhile(_estimate: Estimate, _look: pdf_document.Look) -> bytes:
        with closing(sqlite3.connect(file)) as other:
            other.execute("DELETE FROM estimate")
            other.commit()
        return b"%PDF-"

    monkeypatch.setattr("estimator.estimates.pdf_document.pdf_of", delete_meanwhile)
    page = visitor.open(f"{breakdown.path}/estimate.pdf")
    assert page.status == 404
    assert page.body == visitor.open(f"/e/{'A' * 43}").body
    assert count(app, Document) == 0


def test_a_file_that_may_only_be_read_shows_what_is_in_it(
    start: Callable[..., Flask], visitor: Visitor, breakdown: Page, settings: Settings, file: Path
) -> None:
    app = start(database_url=f"sqlite:///file:{file}?mode=ro&uri=true")
    reader = Visitor(app)
    assert reader.open(breakdown.path).status == 200
    page = reader.send(reader.open("/estimate/clinic"), ANSWERS)
    check_that_nothing_was_lost(page, "Our database does not accept changes at the moment.")


@pytest.mark.parametrize("path", ["/", "/estimate/clinic", "/e/x", "/e/x/estimate.pdf", "/e/x/delete"])
def test_a_file_that_is_broken_is_a_sentence(app: Flask, visitor: Visitor, file: Path, path: str) -> None:
    visitor.open("/")
    forget_connections(app)
    for name in (file, Path(f"{file}-wal")):
        if name.exists():
            name.write_bytes(b"no database " * 1000)
    page = visitor.open(path)
    assert page.status == 503
    assert "Our server cannot use its disk at the moment." in page.text()


def test_a_folder_that_is_away_is_a_sentence_and_what_was_sent_is_kept(
    app: Flask, visitor: Visitor, file: Path
) -> None:
    form = visitor.open("/estimate/clinic")
    forget_connections(app)
    elsewhere = file.parent.with_name("elsewhere")
    file.parent.rename(elsewhere)
    page = visitor.send(form, ANSWERS)
    assert page.status == 503
    assert "Our database cannot be reached at the moment." in page.text()
    assert {name: page.control(name) for name in ANSWERS} == ANSWERS
    shutil.move(elsewhere, file.parent)
    assert visitor.send(page, button=None).status == 303, "by “Try again”, the pressed button included"


def backends(url: str) -> None:
    """End every connection of the app to its PostgreSQL database."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@ON_POSTGRESQL
def test_a_server_that_was_restarted_is_not_even_noticed(
    app: Flask, visitor: Visitor, settings: Settings
) -> None:
    form = visitor.open("/estimate/clinic")
    backends(settings.database_url)
    assert visitor.send(form, ANSWERS).status == 303


@ON_POSTGRESQL
def test_a_connection_that_breaks_while_an_estimate_is_saved_keeps_the_answers(
    app: Flask, visitor: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from estimator import estimates

    form = visitor.open("/estimate/clinic")
    breaks = iter([True])

    def break_first(*_arguments: object) -> str:
        if next(breaks, False):
            backends(settings.database_url)
        return "EST-AAAA-AAAA"

    monkeypatch.setattr(estimates.lifecycle, "_reference", break_first)
    page = visitor.send(form, ANSWERS)
    check_that_nothing_was_lost(page, "Our database cannot be reached at the moment.")
    assert visitor.send(page).status == 303
    assert count(app) == 1


@ON_POSTGRESQL
def test_a_server_that_is_away_is_a_sentence_and_what_was_sent_is_kept(
    app: Flask, visitor: Visitor, settings: Settings
) -> None:
    form = visitor.open("/estimate/clinic")
    server, _, name = settings.database_url.replace("+psycopg", "").rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as other:
        backends(settings.database_url)
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        page = visitor.send(form, ANSWERS)
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert page.status == 503
    assert "Our database cannot be reached at the moment." in page.text()
    assert {name: page.control(name) for name in ANSWERS} == ANSWERS
    assert visitor.send(page, button=None).status == 303


@contextmanager
def away(app: Flask, url: str) -> Iterator[None]:
    """Let the database be away: its file is none any more, or its server lets nobody in."""
    forget_connections(app)
    if url.startswith("sqlite:"):
        path = Path(url.removeprefix("sqlite:///"))
        kept = path.read_bytes()
        path.write_bytes(b"no database " * 1000)
        yield
        path.write_bytes(kept)
        return
    server, _, name = url.replace("+psycopg", "").rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as other:
        backends(url)
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        yield
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_an_outage_has_no_line_in_the_log_for_each_page(
    start: Callable[..., Flask], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    app = start(table_text(), languages=("en", "ar"))
    visitor = Visitor(app)
    with away(app, settings.database_url):
        assert [visitor.open("/").status for _page in range(4)] == [503] * 4
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert [
        line for line in lines if "cannot be reached (" not in line and "is there again" not in line
    ] == []
    assert len(lines) <= 2


@ON_POSTGRESQL
def test_a_locked_table_keeps_the_answers(app: Flask, visitor: Visitor, settings: Settings) -> None:
    form = visitor.open("/estimate/clinic")
    with (
        statement_on_each_connection(app, "SET lock_timeout = '30ms'"),
        psycopg.connect(settings.database_url.replace("+psycopg", "")) as other,
    ):
        other.execute("LOCK TABLE estimate")
        page = visitor.send(form, ANSWERS)
    check_that_nothing_was_lost(page, "Our database is busy at the moment.")
    assert visitor.send(page).status == 303


def test_a_mistake_of_ours_is_a_page_and_not_a_traceback(
    app: Flask, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    app.view_functions["patient.start"] = lambda: {"": ""}["nothing"]
    page = visitor.open("/")
    assert page.status == 500
    assert page.text("h1") == "Something went wrong on our side"
    assert "KeyError" not in page.html
    assert "KeyError" in caplog.text
