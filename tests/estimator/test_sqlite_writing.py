"""Who writes to SQLite waits in a line: nobody is passed again and again, and nobody waits longer than is said."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from estimator import sqlite_writing
from estimator.sqlite_writing import Connection

PROCESSES = 3
THREADS = 2
EACH = 20
ALL = PROCESSES * THREADS * EACH


def opened(path: Path, patience: float = 20) -> Connection:
    connection = sqlite3.connect(
        path, factory=Connection, isolation_level="IMMEDIATE", check_same_thread=False
    )
    connection.wait_at_most(patience)
    return connection


def _forked(do: Callable[[], None]) -> int:
    """Fork a process off that does something and ends; return its number."""
    child = os.fork()
    if child == 0:  # pragma: no cover - the child
        do()
        os._exit(0)
    return child


def _write_by_turns(path: Path, told: int) -> None:
    """Write rows in some threads, and tell of each by how many others it was passed."""

    def write() -> None:
        connection = opened(path)
        for _each in range(EACH):
            (before,) = connection.execute("SELECT count(*) FROM row").fetchone()
            connection.cursor().execute("INSERT INTO row VALUES (1)")
            (after,) = connection.execute("SELECT count(*) FROM row").fetchone()
            os.write(told, f"{after - before - 1}\n".encode())
            time.sleep(0.003)  # long enough for others to wait
            connection.commit()

    threads = [threading.Thread(target=write) for _each in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "some.db"
    with opened(found) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.cursor().execute("CREATE TABLE row (number INTEGER)")
    return found


def test_of_many_who_write_nobody_is_passed_by_all_others(path: Path) -> None:
    reads, writes = os.pipe()
    children = [_forked(lambda: _write_by_turns(path, writes)) for _each in range(PROCESSES)]
    os.close(writes)
    with os.fdopen(reads) as told:
        passed = [int(line) for line in told]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * PROCESSES
    assert len(passed) == ALL
    assert max(passed) <= ALL / 2  # with SQLite's own waiting it is 100 of 120
    assert opened(path).execute("SELECT count(*) FROM row").fetchone() == (ALL,)


def test_who_waits_in_vain_is_told_that_the_database_is_busy_and_can_go_on(path: Path) -> None:
    holder, other = opened(path), opened(path, patience=0.05)
    holder.begin()
    with pytest.raises(sqlite3.OperationalError) as caught:
        other.cursor().execute("INSERT INTO row VALUES (1)")
    assert caught.value.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    assert other.cursor().execute("SELECT count(*) FROM row").fetchone() == (0,)
    holder.rollback()
    other.cursor().execute("INSERT INTO row VALUES (1)")
    other.commit()


def test_who_cannot_even_ask_leaves_the_line(path: Path) -> None:
    closed = opened(path)
    closed.close()
    with pytest.raises(sqlite3.ProgrammingError):
        closed.begin()
    assert not sqlite_writing._line.first.locked()


def test_who_reads_what_is_too_old_is_refused_at_once(path: Path) -> None:
    with opened(path) as other:
        other.cursor().executemany("INSERT INTO row VALUES (?)", [(1,), (2,)])
    reading, writing = opened(path), opened(path)
    cursor = reading.execute("SELECT number FROM row")
    cursor.fetchone()  # and there is one more, so that the connection goes on reading this state
    with writing:
        writing.cursor().execute("INSERT INTO row VALUES (3)")
    with pytest.raises(sqlite3.OperationalError) as caught:
        reading.begin()
    assert caught.value.sqlite_errorcode == sqlite3.SQLITE_BUSY_SNAPSHOT


def test_a_transaction_that_is_asked_for_by_name_waits_in_the_same_line(path: Path) -> None:
    connection = opened(path)
    connection.cursor().execute(sqlite_writing.BEGIN)
    assert connection.in_transaction
    connection.cursor().executemany("INSERT INTO row VALUES (?)", [(1,), (2,)])
    connection.rollback()
    assert connection.execute("SELECT count(*) FROM row").fetchone() == (0,)


def test_a_process_that_is_forked_off_while_somebody_waits_has_a_line_of_its_own(path: Path) -> None:
    with sqlite_writing._line.first:
        child = _forked(lambda: opened(path, patience=1).begin())
        _pid, status = os.waitpid(child, 0)
    assert status == 0
