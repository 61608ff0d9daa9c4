"""Who writes to SQLite waits in a line: nobody is passed again and again, and nobody waits longer than is said."""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from estimator import sqlite_writing
from estimator.sqlite_writing import Connection

THREADS = 6
EACH = 25


def opened(path: Path, patience: float = 20) -> Connection:
    connection = sqlite3.connect(
        path, factory=Connection, isolation_level="IMMEDIATE", check_same_thread=False
    )
    connection.wait_at_most(patience)
    return connection


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "some.db"
    with opened(found) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.cursor().execute("CREATE TABLE row (number INTEGER)")
    return found


def test_of_many_who_write_nobody_is_passed_by_the_others_again_and_again(path: Path) -> None:
    written, passed = itertools.count(), []
    last = [0]

    def write() -> None:
        connection = opened(path)
        for _each in range(EACH):
            asked = last[0]
            connection.cursor().execute("INSERT INTO row VALUES (1)")
            passed.append(last[0] - asked)
            connection.cursor().executemany(
                "INSERT INTO row VALUES (?)", [(number,) for number in range(200)]
            )
            last[0] = next(written) + 1
            connection.commit()
        connection.close()

    threads = [threading.Thread(target=write) for _each in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == THREADS * EACH
    assert max(passed) <= 4 * THREADS
    assert opened(path).execute("SELECT count(*) FROM row").fetchone() == (THREADS * EACH * 201,)


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


def test_a_transaction_that_is_asked_for_by_name_waits_in_the_same_line(path: Path) -> None:
    connection = opened(path)
    connection.cursor().execute(sqlite_writing.BEGIN)
    assert connection.in_transaction
    connection.cursor().execute("INSERT INTO row VALUES (1)")
    connection.rollback()
    assert connection.execute("SELECT count(*) FROM row").fetchone() == (0,)


def test_a_process_that_is_forked_off_while_somebody_waits_has_a_line_of_its_own(path: Path) -> None:
    with sqlite_writing._line.first:
        child = os.fork()
        if child == 0:  # pragma: no cover - the child
            connection = opened(path, patience=1)
            connection.begin()
            connection.commit()
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
    assert status == 0
