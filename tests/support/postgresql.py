"""A real PostgreSQL for tests: a server that each process of tests starts for itself, and its databases."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from estimator import migrations
from tests.support.folders import for_servers


def programs() -> Path:
    """Return the folder of initdb and pg_ctl; the newest version where there are several."""
    folders = [
        *Path("/usr/lib/postgresql").glob("*/bin"),
        *Path("/opt/homebrew/opt").glob("postgresql@*/bin"),
        *Path("/usr/local/opt").glob("postgresql@*/bin"),
    ]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    found = [folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()]
    if not found:
        pytest.fail("PostgreSQL is missing. `make test` installs it; by hand: apt-get install postgresql")
    return max(found, key=lambda folder: [int(part) for part in folder.parts if part.isdecimal()])


def as_nobody(command: list[str]) -> list[str]:
    """Run a command as a user without rights: PostgreSQL refuses to be started by root."""
    if os.getuid() != 0:
        return command
    user = "postgres" if shutil.which("runuser") and _exists("postgres") else "nobody"
    return ["runuser", "--user", user, "--", *command]


def _exists(user: str) -> bool:
    return subprocess.run(["id", user], capture_output=True, check=False).returncode == 0


@contextmanager
def server() -> Iterator[str]:
    """Start a server in a temporary folder, listening on loopback alone, and end it afterwards."""
    found = programs()
    folder = Path(tempfile.mkdtemp(prefix="estimator-postgresql-", dir=for_servers()))
    if os.getuid() == 0:
        shutil.chown(folder, as_nobody([])[2])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    how = ["-U", "tester", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
    subprocess.run(
        as_nobody([str(found / "initdb"), "-D", str(data), *how]), check=True, capture_output=True, cwd=folder
    )
    # Durability is off: the data is worthless after a crash.
    options = (
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=50 "
        "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    )
    control = [str(found / "pg_ctl"), "-D", str(data), "-w"]
    subprocess.run(
        as_nobody([*control, "-l", str(folder / "log"), "-o", options, "start"]),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        yield f"postgresql+psycopg://tester@127.0.0.1:{port}"
    finally:
        subprocess.run(
            as_nobody([*control, "-m", "immediate", "stop"]), check=False, capture_output=True, cwd=folder
        )
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server: str, template: str = "template1") -> Iterator[str]:
    """Make a database with nothing in it, or with what a template has, and drop it afterwards."""
    name = f"test_{uuid4().hex}"
    _on_server(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield f"{server}/{name}"
    finally:
        _on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


class KeptDatabase:
    """One database that is emptied for each test, which takes a hundredth of the time of creating another one."""

    TEMPLATE = "pristine"

    def __init__(self, server: str) -> None:
        self.url = f"{server}/kept"
        self._server = server
        _on_server(server, f"CREATE DATABASE {self.TEMPLATE}")
        migrations.upgrade(f"{server}/{self.TEMPLATE}")
        self._make()
        with _connected(self.url) as connection:
            self._tables = _names(connection, _TABLES)
            kept = {table for table in self._tables if _names(connection, f'SELECT 1 FROM "{table}" LIMIT 1')}
            sequences = _names(connection, _SEQUENCES)
            self._shape = _names(connection, _SHAPE)
        assert kept == {"alembic_version"}, "migrations put rows there that emptying would take away"
        self._empty = ";".join(
            [
                # Some tables are guarded by triggers; and whatever refers to whatever, all of it goes.
                "SET session_replication_role = replica",
                *(f'DELETE FROM "{table}"' for table in sorted(self._tables - kept)),
                *(f"SELECT setval('\"{sequence}\"', 1, false)" for sequence in sorted(sequences)),
            ]
        )

    def empty(self) -> None:
        """Close connections, delete all rows, drop a queue's tables, reset sequences; rebuild what a test changed."""
        with _connected(self.url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            for table in _names(connection, _TABLES) - self._tables:
                connection.execute(f'DROP TABLE "{table}" CASCADE')
            unchanged = _names(connection, _SHAPE) == self._shape
            if unchanged:
                connection.execute(self._empty)
        if not unchanged:  # a test removed a trigger or a table
            _on_server(self._server, "DROP DATABASE kept WITH (FORCE)")
            self._make()

    def _make(self) -> None:
        _on_server(self._server, f"CREATE DATABASE kept TEMPLATE {self.TEMPLATE}")


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
_SHAPE = """
SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
    SELECT format('%s', relname) AS part FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s', tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT format('%s %s', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s', conname, contype) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s %s', attrelid::regclass, attname, atttypid, attnotnull) FROM pg_attribute
        WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
) AS parts
"""


def _on_server(server: str, statement: str) -> None:
    with _connected(f"{server}/postgres") as connection:
        connection.execute(statement)


def _connected(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def _names(connection: psycopg.Connection, query: str) -> set[str]:
    return {str(name) for (name,) in connection.execute(query).fetchall()}


def dump(url: str) -> str:
    """Return everything in a database as its own tool writes it out."""
    return subprocess.run(
        [programs() / "pg_dump", "--inserts", url.replace("+psycopg", "")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
