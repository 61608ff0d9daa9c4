"""The database: typed base class, column types, connections, and what can go wrong with it."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Literal, cast
from weakref import WeakKeyDictionary

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    Executable,
    LargeBinary,
    MetaData,
    Result,
    Table,
    TypeDecorator,
    UpdateBase,
    event,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase

from estimator import postgresql, sqlite_writing
from estimator.i18n import lazy_gettext
from estimator.outages import Outage

BUSY_SECONDS = 5
"""Timeout for locks held by other connections, in seconds."""

SHORT_SECONDS = 0.25
"""The same for pages, for BUSY_SECONDS after one of them waited in vain: on SQLite for the database, on PostgreSQL for
a row or a table, or for the same lock with a name."""

FOR_PAGES = "estimator_for_pages"
"""Names the option of an engine whose connections wait shortly for a lock that lasts, and those that do."""


LOCK_NOT_AVAILABLE = "55P03"

NAMED_LOCK = "pg_advisory"
"""What a statement holds that waits for a lock with a name."""


class Base(DeclarativeBase):
    """The declarative base of all models; constraints have predictable names."""

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


class Sealed(TypeDecorator[bytes]):
    """A personal text encrypted by `keys.Keyring`; the type by which `models.sealed_columns` finds such columns.

    The row's `name` is what the text is bound to besides table and column.
    """

    impl = LargeBinary
    cache_ok = True


def engine_options(
    url: str, limits: postgresql.Limits = postgresql.WORK, outage: Outage | None = None
) -> dict[str, Any]:
    """Return SQLAlchemy's engine options for a database; parameters are kept out of the text of errors.

    `limits` are for PostgreSQL, whose `outage` is told and looked at.
    """
    connect: dict[str, Any]
    short = {FOR_PAGES: limits is postgresql.PAGES}
    if url.startswith("sqlite:"):
        # A transaction that writes takes the lock at its beginning. One that only then asks for it, after it has
        # read, is refused at once if another process has written meanwhile.
        connect = {
            "isolation_level": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            "factory": sqlite_writing.Connection,
        }
        return {"hide_parameters": True, "connect_args": connect, "execution_options": short}
    options = f"-c lock_timeout={BUSY_SECONDS}s {postgresql.SERVER_KEEPALIVE}"
    if limits.statement is not None:
        options += f" -c statement_timeout={limits.statement}s"
    connect = {"options": options, "limits": limits, "outage": outage}
    return {"hide_parameters": True, "connect_args": connect, "execution_options": short}


_LOCKED: WeakKeyDictionary[Dialect, float] = WeakKeyDictionary()
"""When a statement last waited for a lock without a name in vain, by the dialect, of which each engine has one."""


@event.listens_for(Engine, "handle_error")
def _note_lock(context: ExceptionContext) -> None:
    error = context.original_exception
    is_busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    is_locked = getattr(error, "sqlstate", None) == LOCK_NOT_AVAILABLE
    if is_busy or (is_locked and NAMED_LOCK not in (context.statement or "")):
        _LOCKED[context.dialect] = time.monotonic()


@event.listens_for(Engine, "engine_connect")
def _wait_shortly_for_a_lock_that_lasts(connection: Connection) -> None:
    """Let pages wait SHORT_SECONDS only, once one of them waited in vain: others wait for them."""
    if not connection.get_execution_options().get(FOR_PAGES):
        return
    lasts = time.monotonic() - _LOCKED.get(connection.dialect, -BUSY_SECONDS) < BUSY_SECONDS
    driver, info = connection.connection.driver_connection, connection.connection.info
    if isinstance(driver, sqlite_writing.Connection) and lasts != info.get(FOR_PAGES, False):
        info[FOR_PAGES] = lasts
        driver.wait_at_most(SHORT_SECONDS if lasts else BUSY_SECONDS)
    elif lasts and driver is not None and not isinstance(driver, sqlite3.Connection):
        # Of a connection that breaks here the page's own first statement tells, as everywhere.
        with suppress(connection.dialect.loaded_dbapi.Error):
            driver.execute(
                f"SET LOCAL lock_timeout = {int(SHORT_SECONDS * 1000)}"
            )  # until the transaction ends


def outage_of(url: str) -> Outage | None:
    """Return what tells of outages of a database; None for a file, which is there or is not."""
    if url.startswith("sqlite:"):
        return None
    found = postgresql.parameters(url)
    return Outage(f"the database {postgresql.place(found)}", partial(postgresql.probe, found))


@event.listens_for(Engine, "do_connect")
def _connect_to_postgresql(dialect: Dialect, _record: Any, _given: Any, parameters: dict[str, Any]) -> Any:
    if dialect.name != "postgresql":
        return None  # SQLAlchemy connects
    others = dict(parameters)
    limits, outage = others.pop("limits", postgresql.WORK), others.pop("outage", None)
    return postgresql.connect(others, limits, outage)


@event.listens_for(Engine, "checkout")
def _look_at_idle_connection(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have a connection replaced that broke while nobody used it."""
    if not isinstance(connection, sqlite3.Connection) and not postgresql.is_good(connection):
        raise DisconnectionError


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite_writing.Connection):
        connection.wait_at_most(BUSY_SECONDS)
    if isinstance(connection, sqlite3.Connection):
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # what was deleted is overwritten
        cursor.close()


@event.listens_for(Engine, "savepoint")
def _begin_before_savepoint(connection: Connection, _name: str) -> None:
    # Without a transaction around it SQLite takes a savepoint for one, and commits when it is released.
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and not driver.in_transaction:
        connection.exec_driver_sql(sqlite_writing.BEGIN)


def advisory_lock(name: str) -> None:
    """Take a lock named `name` until the transaction ends; on SQLite, the lock of the database for writing."""
    if db.engine.dialect.name == "postgresql":
        _lock_on_postgresql(name)
    else:
        driver = db.session.connection().connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        if not driver.in_transaction:
            db.session.connection().exec_driver_sql(sqlite_writing.BEGIN)


_IN_VAIN: WeakKeyDictionary[Dialect, dict[str, float]] = WeakKeyDictionary()
"""When each lock on PostgreSQL that lasts was last waited for in vain, by the dialect and the lock's name."""


def _lock_on_postgresql(name: str) -> None:
    """Take a lock, for which pages wait SHORT_SECONDS only once one of them waited in vain: others wait for them."""
    in_vain = _IN_VAIN.setdefault(db.engine.dialect, {})
    lasts = time.monotonic() - in_vain.get(name, -BUSY_SECONDS) < BUSY_SECONDS
    is_short = lasts and db.engine.get_execution_options().get(FOR_PAGES)
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    if is_short:
        _wait_for_locks(SHORT_SECONDS)
    try:
        db.session.execute(select(func.pg_advisory_xact_lock(number)))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            in_vain[name] = time.monotonic()
        raise
    in_vain.pop(name, None)
    if is_short:
        _wait_for_locks(BUSY_SECONDS)


def _wait_for_locks(seconds: float) -> None:
    """Set how long the rest of a transaction on PostgreSQL waits for each lock."""
    db.session.execute(select(func.set_config("lock_timeout", f"{int(seconds * 1000)}ms", True)))


def insert_if_absent(model: type[Base], row: Mapping[str, Any]) -> bool:
    """Insert a row unless a unique value of it is there already; return whether it was inserted.

    It is one statement and so safe against concurrent inserts, on SQLite and on PostgreSQL.
    """
    return _rowcount(db.session.execute(_insert(model, db.engine.dialect.name), dict(row))) == 1


def changed_rows(statement: UpdateBase) -> int:
    """Execute an UPDATE or DELETE; return how many rows it changed. Rows that are loaded already stay as they are."""
    return _rowcount(db.session.execute(statement, execution_options={"synchronize_session": False}))


def _rowcount(result: Result[Any]) -> int:
    # SQLAlchemy's types do not tell a statement that changes rows from one that returns them.
    return cast("CursorResult[Any]", result).rowcount


@cache
def _insert(model: type[Base], dialect: str) -> Executable:
    insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    statement = insert(cast(Table, model.__table__)).on_conflict_do_nothing()
    # The count of rows is wanted, not the new row's key; SQLAlchemy drops the count of an INSERT otherwise.
    return statement.inline().execution_options(preserve_rowcount=True)


Hindrance = Literal["locked", "full", "read-only", "unreachable", "broken"]

SENTENCES: Mapping[Hindrance, Any] = {
    "locked": lazy_gettext("Our database is busy at the moment."),
    "full": lazy_gettext("Our server has no room left to save anything."),
    "read-only": lazy_gettext("Our database does not accept changes at the moment."),
    "unreachable": lazy_gettext("Our database cannot be reached at the moment."),
    "broken": lazy_gettext("Our server cannot use its disk at the moment."),
}


class Unavailable(Exception):
    """The database cannot do its work at the moment; `sentence` says why, for people."""

    def __init__(self, kind: Hindrance) -> None:
        self.kind = kind
        self.sentence = SENTENCES[kind]
        super().__init__(kind)


def unavailable(error: Exception) -> Unavailable | None:
    """Return Unavailable for an error that says the database cannot work at the moment; None for a bug of ours."""
    if not isinstance(error, DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        kind = _SQLITE.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    else:
        kind = _postgresql_kind(error)
    return None if kind is None else Unavailable(kind)


_SQLITE: Mapping[int, Hindrance] = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_PERM: "unreachable",
    sqlite3.SQLITE_CANTOPEN: "unreachable",
    sqlite3.SQLITE_IOERR: "broken",
    sqlite3.SQLITE_CORRUPT: "broken",
    sqlite3.SQLITE_NOTADB: "broken",
}

_POSTGRESQL: Mapping[str, Hindrance] = {
    "25006": "read-only",  # read_only_sql_transaction
    "40001": "locked",  # serialization_failure
    "40P01": "locked",  # deadlock_detected
    "53100": "full",  # disk_full
    "53": "unreachable",  # other insufficient resources, too many connections among them
    LOCK_NOT_AVAILABLE: "locked",  # what lock_timeout ends with
    "57014": "locked",  # query_canceled, what statement_timeout ends with
    "57P": "unreachable",  # the server is shutting down or starting
    "58": "broken",  # system errors outside PostgreSQL
    "08": "unreachable",  # connection exceptions
}


def _postgresql_kind(error: DBAPIError) -> Hindrance | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        # No connection, or one that broke: the server sent no SQLSTATE.
        refused = isinstance(error, OperationalError) or error.connection_invalidated
        return "unreachable" if refused else None
    found = (_POSTGRESQL.get(state[:length]) for length in (5, 3, 2))
    return next((kind for kind in found if kind is not None), None)
