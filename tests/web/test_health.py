"""What machines ask, where something is broken: the answer comes at once, and says which part it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from estimator import keys
from estimator.config import Settings
from estimator.db import db
from estimator.operations import disks, heartbeats
from estimator.pdf import renderer
from tests.support.apps import Apps


@pytest.fixture
def app(load: Callable[..., Settings], instance: Path, started: Apps) -> Flask:
    """Return an app with a database of its own and a worker that lives."""
    app = started.start(load(DATABASE_URL=f"sqlite:///{instance / 'estimator.sqlite'}"))
    with app.app_context():
        heartbeats.beat(heartbeats.new_name(), datetime.now(UTC), 0)
        db.session.commit()
    return app


@contextmanager
def connections(app: Flask) -> Iterator[list[Any]]:
    """Collect the connections to the database that the app takes."""
    taken: list[Any] = []

    def take(connection: Any, *_others: Any) -> None:
        taken.append(connection)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", take)
    try:
        yield taken
    finally:
        event.remove(engine, "checkout", take)


def behind(app: Flask, statement: str) -> None:
    with app.app_context():
        db.session.execute(text(statement))
        db.session.commit()


def test_being_alive_asks_no_database(app: Flask) -> None:
    with connections(app) as taken:
        assert app.test_client().get("/healthz").data == b"ok\n"
    assert taken == []


def test_neither_answer_starts_a_session_nor_may_be_kept(app: Flask) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        answer = app.test_client().get(path)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", "revision"),
        (
            "INSERT INTO key_fingerprint (name, key_id, fingerprint, seals) VALUES ('link_key', '', 'x', 0)",
            "keys",
        ),
        ("DELETE FROM worker_heartbeat", "worker"),
        ("DROP TABLE worker_heartbeat", "worker"),
    ],
)
def test_what_is_in_the_way_is_named(app: Flask, statement: str, part: str) -> None:
    assert app.test_client().get("/readyz").status_code == 200
    behind(app, statement)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert {name for name, result in answer.get_json()["checks"].items() if result != "ok"} == {part}


def test_a_disk_without_room_is_named(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disks, "NO_ROOM", 2**63)
    answer = app.test_client().get("/readyz?without=worker")
    assert (answer.status_code, answer.get_json()["checks"]["disk"]) == (503, "failed")


def test_a_database_that_cannot_be_used_is_named_and_the_figures_still_come(
    app: Flask, instance: Path
) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    (instance / "estimator.sqlite").write_bytes(b"not a database" * 1000)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["database"] == "failed"
    figures = app.test_client().get("/metrics")
    assert figures.status_code == 200
    assert "estimator_database_up 0.0" in figures.text


def test_pages_are_drawn_once_however_often_somebody_asks(app: Flask) -> None:
    assert app.test_client().get("/readyz").get_json()["checks"]["documents"] == "ok"
    drawn = renderer._kept_child().made
    for _number in range(20):
        assert app.test_client().get("/readyz").get_json()["checks"]["documents"] == "ok"
    assert renderer._kept_child().made == drawn


def test_a_key_file_that_is_half_written_is_told_and_pages_go_on(
    load: Callable[..., Settings], instance: Path, started: Apps, known_settings: dict[str, str]
) -> None:
    path = instance / "data_keys"
    path.write_text(known_settings["DATA_KEYS"])
    settings = load(DATABASE_URL=f"sqlite:///{instance / 'estimator.sqlite'}")
    app = started.start(replace(settings, data_keys=keys.Keyring(path.read_text(), path)))
    client, whole = app.test_client(), path.read_bytes()
    assert '"keys":"ok"' in client.get("/readyz").text
    path.write_bytes(whole[:20])
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert '"keys":"failed"' in answer.text
    assert client.get("/").status_code == 200
    path.write_bytes(whole)
    assert '"keys":"ok"' in client.get("/readyz").text
