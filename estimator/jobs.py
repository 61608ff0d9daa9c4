"""The queue that wakes workers; the work itself is stored in the database.

A verb calls `enqueue` for a row that it wrote for a worker. A listener on the session sends it to the queue after the
commit: a row that is rolled back, by itself or with a savepoint around it, wakes no worker, and no caller has to
remember to wake one. The queue may lose entries: a sweep each minute enqueues again whatever is due. So a queue that
cannot be reached is logged and never fails the request.
"""

from __future__ import annotations

import logging
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import current_app
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from estimator import postgresql
from estimator.db import db
from estimator.outages import Outage

NAME = "estimator"

POLL_SECONDS = 0.5
"""Longest interval at which a worker polls an SQLite queue; PostgreSQL and Redis notify it."""

CONNECT_SECONDS = 3
ANSWER_SECONDS = 10
"""Timeout, in seconds, for an answer of the queue's server: a page must not wait for it."""

NIGHT = {"hour": "2", "minute": "40"}
"""When the nightly tasks run, in UTC."""

SILENCE_SECONDS = 1
"""Seconds after which a queue that does not answer is not asked by pages any more until it does."""

Handler = Callable[[int], None]

ENQUEUED = "enqueued"
SAVEPOINTS = "savepoints"
"""Keys of `session.info`, in which it is kept until the transaction ends what to enqueue after the commit."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enqueued:
    """A row that a worker is to look at, at once or after a while."""

    kind: str
    number: int
    after: timedelta


def enqueue(kind: str, number: int, after: timedelta = timedelta(0)) -> None:
    """Enqueue row `number` of a kind for a worker when this transaction is committed; it runs `after` that.

    Flush the row first: it must have its id. If it is rolled back, nothing is enqueued.
    """
    db.session().info.setdefault(ENQUEUED, []).append(Enqueued(kind, number, after))


def forget_enqueued() -> None:
    """Enqueue nothing of what this transaction wrote so far: it is for what no worker is to look at."""
    db.session().info.pop(ENQUEUED, None)


@event.listens_for(db.session, "after_transaction_create")
def _remember_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        savepoints = session.info.setdefault(SAVEPOINTS, {})
        savepoints[transaction] = len(session.info.get(ENQUEUED, []))


@event.listens_for(db.session, "after_rollback")
def _forget_since_savepoint(session: Session) -> None:
    """Drop what was enqueued since the savepoint that is rolled back, if one is."""
    savepoint = session.get_nested_transaction()
    if savepoint is not None:
        del session.info.get(ENQUEUED, [])[session.info[SAVEPOINTS][savepoint] :]


@event.listens_for(db.session, "after_transaction_end")
def _forget_transaction(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(ENQUEUED, None)
        session.info.pop(SAVEPOINTS, None)


@event.listens_for(db.session, "after_commit")
def _wake_workers(session: Session) -> None:
    """Send what was enqueued to the queue, each row once; no lock is held by now."""
    if session.in_nested_transaction():
        return  # a savepoint was released; the transaction goes on
    soonest: dict[tuple[str, int], timedelta] = {}
    for row in session.info.pop(ENQUEUED, []):
        place = (row.kind, row.number)
        soonest[place] = min(row.after, soonest.get(place, row.after))
    if not soonest:
        return  # an app on this database need not have a queue
    jobs: Jobs = current_app.extensions["jobs"]
    for (kind, number), after in soonest.items():
        jobs.wake(kind, number, after)


class Jobs:
    """The queue of one installation, connected when it is first used, so that a fork shares nothing."""

    def __init__(self, url: str, secret: str, outage: Outage | None = None) -> None:
        self.url = url
        #: that of the database if it is the queue as well, or else each outage would be told twice
        self.outage = outage or Outage("the queue", self._look)
        self._own_outage = outage is None
        self._secret = secret
        self._handlers: dict[str, Handler] = {}
        self._consumer: Any = None

    def wake(self, kind: str, number: int, after: timedelta = timedelta(0)) -> None:
        """Put row `number` of a kind into the queue, to be run at once or `after` a delay; never raises.

        Verbs call `enqueue` instead, which waits for the commit.
        """
        if self.outage.lasting:
            return
        began = time.monotonic()
        try:
            if after > timedelta(0):
                self._run.schedule((kind, number), delay=after.total_seconds())
            else:
                self._run(kind, number)
        except Exception as error:
            # Whatever the driver of the queue raises; the sweep enqueues the row again.
            self._tell(error, silent=time.monotonic() - began > SILENCE_SECONDS)

    def waiting(self) -> int:
        """Return the length of the queue: how many entries no worker has taken yet."""
        count: int = self.huey.pending_count()
        return count

    def _look(self) -> None:
        """Look whether the queue can be reached; raises whatever its driver does."""
        try:
            self.waiting()
        finally:
            self.huey.storage.close()  # the connection of the thread that looks

    def noted(self, error: BaseException) -> bool:
        """Note that the queue is away if an error says so; False for any other error, which is to be logged."""
        away: tuple[type[BaseException], ...] = (ConnectionError, TimeoutError, sqlite3.OperationalError)
        if "psycopg" in sys.modules:
            away += (sys.modules["psycopg"].OperationalError,)
        if "redis" in sys.modules:
            away += (sys.modules["redis"].RedisError,)
        if isinstance(error, away):
            self._tell(error, silent=False)
        return isinstance(error, away)

    def _tell(self, error: BaseException, *, silent: bool) -> None:
        if postgresql.is_crowded(error):
            self.outage.refused(str(error))
        else:
            self.outage.began(type(error).__name__, silent=silent)

    def length(self) -> int | None:
        """Return the length of the queue; None if it cannot be reached. A file that is missing is not made."""
        _scheme, sqlite, path = self.url.partition("sqlite:///")
        if sqlite and not Path(path).is_file():
            return 0
        try:
            return self.waiting()
        except Exception:
            return None  # whatever the driver of the queue raises

    def handle(self, kind: str, handler: Handler) -> None:
        """Register the handler of a kind of row; only the worker needs it."""
        self._handlers[kind] = handler

    def each_night(self, task: Callable[[], None]) -> None:
        """Register a task to run each night; only the worker needs it."""
        self.huey.periodic_task(crontab(**NIGHT), name=task.__name__)(task)

    def work(self, threads: int, grace: int) -> None:
        """Run tasks until SIGTERM or Ctrl-C; those under way then have `grace` seconds to finish."""
        self._consumer = self.huey.create_consumer(
            workers=threads,
            max_delay=POLL_SECONDS,
            graceful_signal="TERM",
            shutdown_timeout=grace,
        )
        # Ctrl-C would break off the mail under way otherwise.
        self._consumer._signal_actions[signal.SIGINT] = self._consumer._signal_actions[signal.SIGTERM]
        self._consumer.run()

    @property
    def ending(self) -> bool:
        """Whether this worker was told to end, so that long work is better left to the next one."""
        return self._consumer is not None and bool(self._consumer.stop_flag.is_set())

    def close(self) -> None:
        """Disconnect from the queue; it is connected again when it is next used."""
        if self._own_outage:
            self.outage.forget()
        found = self.__dict__.pop("huey", None)
        self.__dict__.pop("_run", None)
        if found is not None:
            found.storage.close()

    @cached_property
    def huey(self) -> Huey:
        """Huey's object for the queue; results of tasks are not stored."""
        serializer = SignedSerializer(secret=self._secret, salt=NAME)
        options: dict[str, Any] = {"results": False, "serializer": serializer}
        scheme, _separator, rest = self.url.partition("://")
        if scheme == "sqlite":
            path = Path(rest.removeprefix("/"))
            return SqliteHuey(NAME, filename=str(path), **options)
        if scheme in ("redis", "rediss"):
            return RedisHuey(NAME, connection_pool=_redis_connections(self.url), **options)
        return _postgresql_queue(postgresql.parameters(self.url), self.outage, options)

    @cached_property
    def _run(self) -> Any:
        def run(kind: str, number: int) -> None:
            self._handlers[kind](number)

        return self.huey.task(name="run")(run)

    def prepare(self) -> None:
        """Connect, and register the one task; a worker does it before it begins."""
        assert self._run is not None


def _postgresql_queue(found: Mapping[str, Any], outage: Outage, options: dict[str, Any]) -> Huey:
    """Return a queue in PostgreSQL; a lock lets one process at a time create its tables.

    CREATE TABLE IF NOT EXISTS alone does not do it: two that see no table both try, and one is refused.
    """

    def connect() -> Any:
        return postgresql.connect({**found, "autocommit": True}, postgresql.PAGES, outage)

    with connect() as one_at_a_time:
        one_at_a_time.execute("SELECT pg_advisory_lock(hashtext('estimator queue'))")
        return PostgresHuey(NAME, connection=connect, table_prefix="queue", **options)


def _redis_connections(url: str) -> Any:
    """Return a pool that does not retry: the default would retry while a page waits."""
    from redis import ConnectionPool  # noqa: PLC0415 - it is installed where a queue of this kind is chosen
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    return ConnectionPool.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
