"""Scratch databases, into which a copy is restored to prove it: each lives as long as the process that made it.

On a PostgreSQL server the living one holds an advisory lock that belongs to the name of its database. The server gives
the lock up when the process ends, however it ends; so whoever looks next knows what has no owner any more.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from estimator.db import engine_options
from estimator.messages import gettext as _
from estimator.operations.copies import Failed, kind

BEGINS = "estimator_check_"
"""What the name of a scratch database begins with."""


class NoScratch(Failed):
    """There is no place to restore a copy into, so that it cannot be checked."""


@contextmanager
def database(url: str, folder: Path, now: datetime) -> Iterator[str]:
    """Yield the URL of a new and empty database of the same kind as `url`, which is removed afterwards.

    Removes those of killed processes first. Raises NoScratch where the server does not let us have one.
    """
    if kind(url) == "sqlite":
        with tempfile.TemporaryDirectory(dir=folder, prefix=".checking-") as place:
            yield f"sqlite:///{Path(place) / 'database.sqlite'}"
        return
    name = f"{BEGINS}{now:%Y%m%d%H%M}_{token_hex(6)}"
    # The connection that holds the lock is held open as long as the database is there.
    with _engine(url).connect() as owner:
        _remove_abandoned(owner)
        owner.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _key(name)})
        try:
            owner.execute(text(f'CREATE DATABASE "{name}"'))
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) != "42501":  # insufficient_privilege
                raise
            raise NoScratch(
                _(
                    "The role of DATABASE_URL may not create a database to restore into. Allow it (ALTER ROLE … "
                    "CREATEDB), or restore the copy on another machine to check it."
                )
            ) from None
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            # With another connection: that one may be lost by now.
            with _engine(url).connect() as connection:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def remove_abandoned(url: str) -> int:
    """Remove scratch databases whose processes were killed from the server of `url`; return how many there were."""
    if kind(url) == "sqlite":
        return 0  # it lies in the folder of the copy, and goes with it
    with _engine(url).connect() as connection:
        return _remove_abandoned(connection)


def _remove_abandoned(connection: Connection) -> int:
    # First the databases and then the locks: each database has its lock before it is there.
    names = connection.scalars(
        text(
            "SELECT datname FROM pg_database WHERE starts_with(datname, :begins) AND pg_has_role(datdba, 'MEMBER')"
        ),
        {"begins": BEGINS},
    ).all()
    # Locks of all databases of the server are listed: another installation may keep its own beside ours.
    held = set(
        connection.scalars(
            text(
                "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks "
                "WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
            )
        )
    )
    left = [name for name in names if _key(name) not in held]
    for name in left:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    return len(left)


def _key(name: str) -> int:
    """Return the number of the advisory lock that belongs to a name: 63 bits of its hash."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1


def _engine(url: str) -> Any:
    engine = create_engine(url, poolclass=NullPool, **engine_options(url))
    return engine.execution_options(isolation_level="AUTOCOMMIT")
