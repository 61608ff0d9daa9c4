"""The database: typed base class, column types, connections, and what can go wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CursorResult, DateTime, Dialect, Engine, MetaData, TypeDecorator, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase

from estimator.i18n import lazy_gettext

BUSY_SECONDS = 5
"""How long a SQLite connection waits for another one to finish writing."""


class Base(DeclarativeBase):
    """What every table of the database is built on; constraints have predictable names."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment that is stored in UTC and comes back with its time zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a time zone and store the rest in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored moment as UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        cursor.close()


def insert_once(model: type[Base], row: Mapping[str, Any], unique: str) -> bool:
    """Insert a row unless one with the same `unique` column is there already; return whether it was inserted.

    One statement that two processes may run at the same moment, on SQLite and on PostgreSQL.
    """
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(model).values(row).on_conflict_do_nothing(index_elements=[unique])
    result = db.session.execute(statement)
    return cast("CursorResult[Any]", result).rowcount == 1


class Unavailable(Exception):
    """The database cannot do its work at the moment; `sentence` says why, for people."""

    def __init__(self, sentence: Any, cause: str) -> None:
        self.sentence = sentence
        self.cause = cause
        super().__init__(cause)


_SIGNS = {
    "locked": lazy_gettext("Our database is busy at the moment."),
    "full": lazy_gettext("Our server has no room left to save anything."),
    "readonly": lazy_gettext("Our database does not accept changes at the moment."),
    "unable to open": lazy_gettext("Our database cannot be reached at the moment."),
    "disk i/o error": lazy_gettext("Our server cannot write to its disk at the moment."),
    "connection": lazy_gettext("Our database cannot be reached at the moment."),
    "terminat": lazy_gettext("Our database cannot be reached at the moment."),
    "no space left": lazy_gettext("Our server has no room left to save anything."),
    "read-only": lazy_gettext("Our database does not accept changes at the moment."),
    "timeout": lazy_gettext("Our database is busy at the moment."),
}


def unavailable(error: Exception) -> Unavailable | None:
    """Tell a database that cannot work at the moment from a mistake of ours; None for the latter."""
    if not isinstance(error, DBAPIError):
        return None
    text = str(error.orig).lower()
    for sign, sentence in _SIGNS.items():
        if sign in text:
            return Unavailable(sentence, sign)
    if isinstance(error, OperationalError) and error.connection_invalidated:
        return Unavailable(_SIGNS["connection"], "connection")
    return None
