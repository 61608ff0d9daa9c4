from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.pool import NullPool

from estimator import price_lists
from estimator.config import Settings
from estimator.db import (
    SENTENCES,
    Unavailable,
    advisory_lock,
    db,
    engine_options,
    insert_if_absent,
    unavailable,
)
from estimator.models import TableVersion
from tests.support.acts import acting
from tests.support.example_list import NOW, table_text

MOMENT = datetime(2026, 3, 10, 14, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))


@pytest.fixture
def is_sqlite(settings: Settings) -> bool:
    """Whether the test runs on SQLite."""
    return settings.database_url.startswith("sqlite")


@pytest.fixture
def elsewhere(app: Flask, settings: Settings) -> Iterator[object]:
    """Return a connection of another process, as it were."""
    engine = create_engine(settings.database_url, poolclass=NullPool, **engine_options(settings.database_url))
    with engine.connect() as connection:
        yield connection


def execute(*statements: str) -> None:
    for statement in statements:
        db.session.execute(text(statement))


def hindrance_of(error: DBAPIError) -> str:
    known = unavailable(error)
    assert isinstance(known, Unavailable)
    assert str(known.sentence) == str(SENTENCES[known.kind])
    return known.kind


def hindrance() -> str:
    """Try to save something and return what is in the way."""
    with pytest.raises(DBAPIError) as failed:
        price_lists.import_(acting(actor="command line", now=NOW), table_text())
    db.session.rollback()
    return hindrance_of(failed.value)


def test_a_moment_comes_back_as_it_was_with_its_time_zone(app: Flask) -> None:
    stored = price_lists.import_(acting(actor="command line", now=MOMENT), table_text())
    db.session.commit()
    assert stored.created_at == MOMENT
    assert stored.created_at.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_not_stored(app: Flask) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        price_lists.import_(acting(actor="command line", now=MOMENT.replace(tzinfo=None)), table_text())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_sqlite_connection_is_made_for_several_processes(app: Flask) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "secure_delete": 1,
    }
    found = {name: db.session.execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted}
    assert found == wanted


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_notices_soon_that_a_machine_was_cut_off(app: Flask) -> None:
    """Until then it keeps what that machine had locked."""
    told = [
        int(db.session.execute(text(f"SHOW tcp_keepalives_{part}")).scalar_one())
        for part in ("idle", "interval", "count")
    ]
    assert told == [10, 5, 3]


def test_what_refers_to_nothing_is_not_stored(app: Flask) -> None:
    with pytest.raises(IntegrityError) as refused:
        execute(
            "INSERT INTO document (key, estimate_id, content, created_at) "
            "VALUES ('k', 99, '', '2026-03-10 12:00:00')"
        )
    assert unavailable(refused.value) is None


def test_a_mistake_of_ours_is_no_excuse(app: Flask) -> None:
    with pytest.raises(DBAPIError) as failed:
        execute("SELECT nothing FROM nowhere")
    assert unavailable(failed.value) is None
    assert unavailable(ValueError("database is locked")) is None


def test_the_text_of_an_error_holds_nothing_that_was_stored(app: Flask) -> None:
    with pytest.raises(DBAPIError) as failed:
        db.session.execute(text("INSERT INTO nowhere VALUES (:answer)"), {"answer": "umbilical"})
    assert "umbilical" not in str(failed.value)


def test_a_row_is_inserted_once(app: Flask) -> None:
    stored = price_lists.import_(acting(actor="command line", now=NOW), table_text())
    columns = [column.name for column in TableVersion.__table__.columns if column.name != "id"]
    row = {name: getattr(stored, name) for name in columns}
    assert not insert_if_absent(TableVersion, row)
    tomorrow = stored.valid_from + timedelta(days=1)
    assert insert_if_absent(TableVersion, {**row, "valid_from": tomorrow, "sha256": "b"})


def test_a_savepoint_is_undone_alone_and_kept_with_its_transaction(app: Flask) -> None:
    for keep in (True, False):
        with db.session.begin_nested():
            price_lists.import_(acting(actor="command line", now=NOW), table_text())
        savepoint = db.session.begin_nested()
        price_lists.import_(acting(actor="command line", now=NOW), table_text(table="undone"))
        savepoint.rollback()
        if keep:
            db.session.rollback()
            assert db.session.scalar(select(func.count()).select_from(TableVersion)) == 0
    db.session.commit()
    assert db.session.scalars(select(TableVersion.slug)).all() == ["example"]


def test_a_reader_that_then_writes_is_not_turned_away(app: Flask, elsewhere: object) -> None:
    assert price_lists.all_in_force(NOW) == []
    with app.app_context():
        price_lists.import_(acting(actor="command line", now=NOW), table_text(table="meanwhile"))
        db.session.commit()
    price_lists.import_(acting(actor="command line", now=NOW), table_text())
    db.session.commit()
    assert len(price_lists.all_in_force(NOW)) == 2


def test_a_locked_database_is_told_apart(app: Flask, elsewhere: object, is_sqlite: bool) -> None:
    if is_sqlite:
        elsewhere.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]
        execute("PRAGMA busy_timeout = 20")
    else:
        elsewhere.exec_driver_sql("LOCK TABLE table_version")  # type: ignore[attr-defined]
        execute("SET lock_timeout = '20ms'")
    assert hindrance() == "locked"
    elsewhere.rollback()  # type: ignore[attr-defined]
    price_lists.import_(acting(actor="command line", now=NOW), table_text())


@contextmanager
def held(app: Flask, name: str) -> Iterator[None]:
    """Let somebody else hold a lock."""
    is_held, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        with app.app_context():
            advisory_lock(name)
            is_held.set()
            is_over.wait()
            db.session.remove()

    holder = threading.Thread(target=hold)
    holder.start()
    is_held.wait()
    try:
        yield
    finally:
        is_over.set()
        holder.join()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an app, which is made after this, wait for locks for two seconds."""
    monkeypatch.setattr("estimator.db.BUSY_SECONDS", 2)


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one lock only
@pytest.mark.parametrize(("pages", "second"), [(True, "250ms"), (False, "2s")])
def test_after_one_page_waited_in_vain_for_a_lock_others_wait_for_it_shortly(
    patience: None, app: Flask, second: str
) -> None:
    """Or the threads that wait would keep everybody else waiting, also for what needs no database."""
    waits: list[str] = []

    def note(_connection: Any, cursor: Any, statement: str, *_others: Any) -> None:
        if "pg_advisory_xact_lock" in statement:
            waits.append(cursor.connection.execute("SHOW lock_timeout").fetchone()[0])

    def lock(name: str) -> str:
        waits.clear()
        try:
            advisory_lock(name)
        except DBAPIError as error:
            waits.append(hindrance_of(error))
        db.session.rollback()
        return " ".join(waits)

    with held(app, "audit"):
        event.listen(db.engine, "before_cursor_execute", note)
        assert lock("audit") == "2s locked"
        assert lock("audit") == f"{second} locked"
        assert lock("another") == "2s"
    advisory_lock("audit")
    assert db.session.scalar(text("SHOW lock_timeout")) == "2s", "for the rest of the transaction"
    db.session.rollback()
    assert lock("audit") == "2s"
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one lock only
@pytest.mark.parametrize(("pages", "second"), [(True, "250ms"), (False, "2s")])
def test_after_one_page_waited_in_vain_for_a_row_others_wait_for_rows_shortly(
    patience: None, app: Flask, elsewhere: Any, second: str
) -> None:
    def looked_for() -> str:
        waits = str(db.session.scalar(text("SHOW lock_timeout")))
        found = hindrance()
        db.session.rollback()
        return f"{waits} {found}"

    elsewhere.exec_driver_sql("LOCK TABLE table_version")
    assert looked_for() == "2s locked"
    assert looked_for() == f"{second} locked"
    elsewhere.rollback()
    price_lists.import_(acting(actor="command line", now=NOW), table_text())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("pages", [True])
def test_a_connection_that_breaks_while_a_lock_lasts_is_told_as_one_that_breaks(
    patience: None, app: Flask, elsewhere: Any
) -> None:
    def end(connection: Any, _record: Any, _proxy: Any) -> None:
        elsewhere.exec_driver_sql(f"SELECT pg_terminate_backend({connection.info.backend_pid}, 1000)")

    elsewhere.exec_driver_sql("LOCK TABLE table_version")
    assert hindrance() == "locked"
    event.listen(db.engine, "checkout", end)
    assert hindrance() == "unreachable"
    event.remove(db.engine, "checkout", end)


def test_a_full_disk_is_told_apart(app: Flask, is_sqlite: bool) -> None:
    if is_sqlite:
        execute("CREATE TABLE filling (content)", "PRAGMA max_page_count = 1")
        fill = "INSERT INTO filling VALUES (zeroblob(1000000))"
    else:
        fill = "DO $$ BEGIN RAISE SQLSTATE '53100'; END $$"
    with pytest.raises(DBAPIError) as failed:
        execute(fill)
    assert hindrance_of(failed.value) == "full"


def test_a_read_only_database_is_told_apart(app: Flask, is_sqlite: bool) -> None:
    execute("PRAGMA query_only = ON" if is_sqlite else "SET default_transaction_read_only = on")
    if not is_sqlite:
        db.session.commit()
    assert hindrance() == "read-only"


def test_a_database_that_is_away_is_told_apart(tmp_path: Path, is_sqlite: bool) -> None:
    # Nothing listens on port 1, and there is no folder of that name.
    url = f"sqlite:///{tmp_path}/nowhere/x" if is_sqlite else "postgresql+psycopg://127.0.0.1:1/x"
    with pytest.raises(DBAPIError) as failed:
        create_engine(url, **engine_options(url)).connect()
    assert hindrance_of(failed.value) == "unreachable"


def test_a_file_that_is_no_database_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "broken.sqlite"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(DBAPIError) as failed:
        create_engine(f"sqlite:///{path}").connect()
    assert hindrance_of(failed.value) == "broken"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite is never restarted
def test_after_the_database_was_restarted_the_next_request_works(app: Flask, elsewhere: object) -> None:
    mine = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    elsewhere.exec_driver_sql(f"SELECT pg_terminate_backend({mine})")  # type: ignore[attr-defined]
    assert hindrance() == "unreachable"
    price_lists.import_(acting(actor="command line", now=NOW), table_text())
    db.session.commit()


def test_logging_does_not_print_statements(app: Flask) -> None:
    assert not logging.getLogger("sqlalchemy.engine").isEnabledFor(logging.INFO)
