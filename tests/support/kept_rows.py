"""What many tests begin with is made once, in earnest, and put back for each of them by copying its rows.

Issuing a firm quote takes a third of a second and drawing it another half; copying what they wrote, some milliseconds.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from estimator.db import db

_sqlite: dict[str, Path] = {}
_postgresql: dict[str, _Rows] = {}
_returned: dict[tuple[str, str], Any] = {}

Made = TypeVar("Made")

_folder = tempfile.TemporaryDirectory(prefix="estimator-rows-")


def kept(name: str, make: Callable[[], Made]) -> Made:
    """Leave the database of this app, which has no rows yet, as `make` does; the first time by calling it.

    The name is that of what is made, of everything that it depends on. Returns what `make` returned the first time:
    no row, which belongs to a session.
    """
    url = db.engine.url
    kind = url.get_backend_name()

    def made() -> None:
        _returned[kind, name] = make()

    if kind == "sqlite":
        _keep_file(name, Path(str(url.database)), made)
    else:
        _keep_rows(name, url.set(drivername="postgresql").render_as_string(hide_password=False), made)
    found: Made = _returned[kind, name]
    return found


def _keep_file(name: str, file: Path, make: Callable[[], object]) -> None:
    if name not in _sqlite:
        make()
        db.session.commit()
        path = Path(_folder.name) / f"{len(_sqlite)}.sqlite"
        with sqlite3.connect(file) as source, sqlite3.connect(path) as copy:
            source.backup(copy)
        source.close()
        copy.close()
        _sqlite[name] = path
        return
    db.session.remove()
    db.engine.dispose()
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    shutil.copy(_sqlite[name], file)


class _Rows:
    """The rows of a database, and where its sequences stand."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        tables = [name for (name,) in connection.execute(_TABLES)]
        self.tables = {table: _read(connection, table) for table in tables}
        names = [name for (name,) in connection.execute(_SEQUENCES)]
        self.sequences = {name: _standing(connection, name) for name in names}

    def put_back(self, connection: psycopg.Connection[Any]) -> None:
        """Write them into a database without rows."""
        connection.execute("SET session_replication_role = replica")  # in any order, past what protects rows
        for table, rows in self.tables.items():
            if rows:
                with connection.cursor().copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(rows)
        for name, (last, called) in self.sequences.items():
            connection.execute("SELECT setval(%s::regclass, %s, %s)", [f'"{name}"', last, called])


def _standing(connection: psycopg.Connection[Any], sequence: str) -> tuple[int, bool]:
    row = connection.execute(f'SELECT last_value, is_called FROM "{sequence}"').fetchone()
    assert row is not None
    return row[0], row[1]


_TABLES = """
SELECT tablename FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version' AND NOT starts_with(tablename, 'queue_')
"""
_SEQUENCES = """
SELECT sequencename FROM pg_sequences
WHERE schemaname = 'public' AND NOT starts_with(sequencename, 'queue_')
"""


def _read(connection: psycopg.Connection[Any], table: str) -> bytes:
    with connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
        return b"".join(map(bytes, copy))


def _keep_rows(name: str, address: str, make: Callable[[], object]) -> None:
    if name in _postgresql:
        with psycopg.connect(address) as connection:
            _postgresql[name].put_back(connection)
        return
    make()
    db.session.commit()
    with psycopg.connect(address) as connection:
        _postgresql[name] = _Rows(connection)
