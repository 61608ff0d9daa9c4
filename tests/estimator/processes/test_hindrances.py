"""What keeps the database from taking changes is told once when it begins and once when it is over."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from flask import Flask

from estimator.db import db
from estimator.models import Attempts
from estimator.operations import disks
from estimator.processes import hindrances, worker
from estimator.processes.heartbeat import Heartbeat
from tests.support.database import statement_on_each_connection

FAULTS = {
    "Our server has no room left to save anything.": "PRAGMA max_page_count = 1",
    "Our database does not accept changes at the moment.": "PRAGMA query_only = ON",
}

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def keep(_app: Flask) -> None:
    """Write something that takes more room than a heartbeat does."""
    since = datetime.now(UTC)
    db.session.add_all(Attempts(key=f"{number:064}", count=1, since=since) for number in range(2_000))
    db.session.commit()


@SQLITE
@pytest.mark.parametrize("sentence", FAULTS)
def test_what_keeps_the_database_from_taking_changes_is_told_once_and_its_end_once(
    sentence: str,
    app: Flask,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beat = Heartbeat(app)
    caplog.set_level(logging.WARNING)

    def told() -> list[str]:
        return [record.getMessage() for record in caplog.records]

    with statement_on_each_connection(app, FAULTS[sentence]):
        for task in (keep, worker.forget_codes, keep):
            worker._in_app(app, task)
        assert told() == [f"keep: {sentence}"]
    beat._in_database(beats=True)
    assert told() == [f"keep: {sentence}"], "it may be met again at once"
    monkeypatch.setattr(hindrances, "QUIET_SECONDS", 0)
    for _beat in range(2):
        beat._in_database(beats=True)
    assert told()[1:] == ["the database takes changes again, after 0 seconds"]
    with statement_on_each_connection(app, FAULTS[sentence]):
        worker._in_app(app, keep)
    assert told()[2:] == [f"keep: {sentence}"], "another one is told again"


@SQLITE
def test_a_full_disk_is_not_over_while_only_what_is_short_finds_room(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hindrances, "QUIET_SECONDS", 0)
    with statement_on_each_connection(app, "PRAGMA max_page_count = 1"):
        worker._in_app(app, keep)
    with monkeypatch.context() as patched:
        patched.setattr(disks, "NO_ROOM", 1 << 62)
        Heartbeat(app)._in_database(beats=True)
        assert "again" not in caplog.text
    Heartbeat(app)._in_database(beats=True)
    assert "the database takes changes again" in caplog.text
