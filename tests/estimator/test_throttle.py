"""Attempts that are counted while others succeed: whoever gets through resets the count for everybody else."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from estimator import throttle
from estimator.db import db
from estimator.models import Attempts
from tests.support.acts import acting
from tests.support.at_once import wait_until_it_waits
from tests.support.example_list import NOW


def take() -> None:
    assert throttle.take(acting(now=NOW), "code", "1", most=2) is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # on SQLite only one at a time writes
def test_an_attempt_is_counted_although_another_one_gets_through_meanwhile(app: Flask) -> None:
    """A button that was pressed twice: the first press resets the count that the second one has just found."""
    take()
    db.session.commit()
    connections: list[int] = []
    has_begun, is_over = threading.Event(), threading.Event()

    def get_through() -> None:
        with app.app_context():
            connections.append(db.session.scalar(select(func.pg_backend_pid())) or 0)
            has_begun.set()
            throttle.forget("code", "1", lookup_key=app.config["SETTINGS"].lookup_key)
            db.session.commit()
            db.session.remove()
        is_over.set()

    other = threading.Thread(target=get_through)

    def meanwhile(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if statement.startswith("INSERT INTO staff_attempts") and not has_begun.is_set():
            other.start()
            has_begun.wait()
            wait_until_it_waits(connections, is_over)

    engine = db.engine
    event.listen(engine, "after_cursor_execute", meanwhile)
    try:
        take()
        db.session.commit()
    finally:
        event.remove(engine, "after_cursor_execute", meanwhile)
        other.join()
    take()
    assert db.session.query(Attempts).one().count == 1, "the count was reset"
