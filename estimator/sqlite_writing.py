"""Connections to SQLite that take turns at its one lock for writing.

SQLite lets who waits sleep longer and longer, up to 0.1 s, so that whoever comes new is nearly always faster and some
wait a hundred times as long as others. Here the threads of a process stand in a line, and the first of each line asks
again every ASKS_EVERY seconds.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from typing import Any

ASKS_EVERY = 0.002

BEGIN = "BEGIN IMMEDIATE"

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class _Line:
    """The line of this process; a process that is forked off has one of its own, in which nobody stands."""

    def __init__(self) -> None:
        self.first = threading.Lock()


_line = _Line()
os.register_at_fork(after_in_child=_line.__init__)  # type: ignore[misc]


class Connection(sqlite3.Connection):
    """A connection whose transactions that write begin with `begin`."""

    patience: float = 0
    """How many seconds `begin` waits at most."""

    def wait_at_most(self, seconds: float) -> None:
        """Wait no longer than this for a lock: for the one for writing here, for any other in SQLite itself."""
        self.patience = seconds
        self._let_sqlite_wait(seconds)

    def begin(self) -> None:
        """Begin a transaction that writes; raises sqlite3.OperationalError (SQLITE_BUSY) after `patience` seconds."""
        until = time.monotonic() + self.patience
        is_first = _line.first.acquire(timeout=self.patience)
        try:
            self._let_sqlite_wait(0)
            while not self._has_begun(is_last_try=time.monotonic() >= until):
                time.sleep(ASKS_EVERY)
        finally:
            if is_first:
                _line.first.release()
            self._let_sqlite_wait(self.patience)

    def _has_begun(self, *, is_last_try: bool) -> bool:
        try:
            super().execute(BEGIN)
        except sqlite3.OperationalError as error:
            # Not so where what the connection still reads is too old to be written to: that never ends by itself.
            if (
                error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY)
                or is_last_try
            ):
                raise
            return False
        return True

    def cursor(self, _factory: Any = None) -> Any:
        """Return a cursor that begins a transaction before the first statement that writes."""
        return super().cursor(Cursor)

    def _let_sqlite_wait(self, seconds: float) -> None:
        super().execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}").close()


class Cursor(sqlite3.Cursor):
    """A cursor of such a connection."""

    connection: Connection

    def execute(self, sql: str, parameters: Any = ()) -> Cursor:
        """Execute a statement."""
        if sql == BEGIN:
            self.connection.begin()
        else:
            self._begin_for(sql)
            super().execute(sql, parameters)
        return self

    def executemany(self, sql: str, parameters: Any) -> Cursor:
        """Execute a statement with each of several rows."""
        self._begin_for(sql)
        super().executemany(sql, parameters)
        return self

    def _begin_for(self, sql: str) -> None:
        if not self.connection.in_transaction and sql.lstrip()[:7].upper().startswith(_WRITES):
            self.connection.begin()
