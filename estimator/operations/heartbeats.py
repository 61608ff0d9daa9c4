"""Heartbeats: each worker process says several times a minute that it lives, by the clock of the database."""

from __future__ import annotations

import secrets
import socket
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select, update

from estimator.db import changed_rows, db, insert_if_absent
from estimator.models import WorkerHeartbeat

EVERY = 15
"""Seconds between two heartbeats."""

TRIED_AGAIN = 2
"""Seconds after which a heartbeat that could not be written is tried again."""

ALIVE = timedelta(minutes=1)
"""A worker that was silent for longer is taken for dead."""

KEPT = timedelta(days=1)
"""Time after which the heartbeat of a dead worker is removed."""


def new_name() -> str:
    """Return a name for a worker process."""
    return secrets.token_hex(16)


def beat(name: str, now: datetime, queue_length: int | None) -> None:
    """Record that a worker lives, and how it finds the queue; remove those that have been silent for a day."""
    at = database_clock(now)
    values = {"at": at, "clock_ahead": (now - at).total_seconds(), "queue_length": queue_length}
    row = {"name": name, "host": socket.gethostname()[:80], **values}
    if not insert_if_absent(WorkerHeartbeat, row):
        changed_rows(update(WorkerHeartbeat).filter_by(name=name).values(**values))
    changed_rows(delete(WorkerHeartbeat).where(WorkerHeartbeat.at < at - KEPT))


def end(name: str) -> None:
    """Forget a worker that ends."""
    changed_rows(delete(WorkerHeartbeat).filter_by(name=name))


def known() -> list[WorkerHeartbeat]:
    """Return the heartbeats of the last day, the newest first."""
    newest_first = select(WorkerHeartbeat).order_by(WorkerHeartbeat.at.desc())
    return list(db.session.scalars(newest_first.execution_options(populate_existing=True)))


def database_clock(now: datetime) -> datetime:
    """Return the time by the clock of the database; SQLite has none of its own, and goes by this machine's."""
    if db.engine.dialect.name != "postgresql":
        return now
    at = db.session.scalar(select(func.extract("epoch", func.clock_timestamp())))
    return datetime.fromtimestamp(float(at or 0), UTC)
