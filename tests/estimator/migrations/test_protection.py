"""What the database itself refuses, on SQLite and on PostgreSQL: by the app's own models and by raw SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, delete, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from estimator import audit, migrations, price_lists
from estimator.config import Settings
from estimator.db import db, engine_options
from estimator.migrations import protection
from estimator.models import AuditEntry, PublishedNeverChanges, Quote, QuoteRevision, TableVersion
from estimator.models.quotes import ISSUED, MADE_ONCE
from estimator.models.tables import FROZEN
from tests.support.acts import acting
from tests.support.example_list import NOW, table_text
from tests.support.example_quotes import quoted

VALUES = {
    "id": "99",
    "slug": "'other'",
    "version": "'x'",
    "valid_from": "'2026-01-02'",
    "time_zone": "'Asia/Tokyo'",
    "text": "'x'",
    "sha256": "'x'",
    "examples": "'[1]'",
    "published_by": "'somebody'",
    "created_at": "'2020-01-01 00:00:00'",
}


@pytest.fixture
def hand(app: Flask, settings: Settings) -> Iterator[Engine]:
    """Return a hand at the database, beside the app."""
    engine = create_engine(settings.database_url, poolclass=NullPool, **engine_options(settings.database_url))
    yield engine
    engine.dispose()


def refused(engine: Engine, statement: str, words: str) -> None:
    with engine.connect() as connection, connection.begin(), pytest.raises(DBAPIError, match=words):
        connection.execute(text(statement))


def triggers(engine: Engine) -> set[str]:
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with engine.connect() as connection:
        return set(connection.execute(text(asked)).scalars())


def in_days(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


def test_every_trigger_is_there_after_the_newest_migration(hand: Engine) -> None:
    if hand.dialect.name == "sqlite":
        wanted = {*protection.SQLITE, *protection.SQLITE_QUOTES}
    else:
        wanted = {*protection.POSTGRESQL, *protection.POSTGRESQL_QUOTES}
    assert triggers(hand) == wanted, "a migration that makes a table anew has to call protect again"


def test_the_triggers_can_be_made_again_by_a_later_migration(hand: Engine) -> None:
    before = triggers(hand)
    with hand.begin() as connection:
        protection.unprotect(connection)
        protection.unprotect_quotes(connection)
    assert triggers(hand) == set()
    for _time in range(2):
        with hand.begin() as connection:
            protection.protect(connection)
            protection.protect_quotes(connection)
        assert triggers(hand) == before


def test_everything_that_is_told_about_a_version_is_frozen() -> None:
    assert set(FROZEN) == set(protection.FROZEN)
    assert {"id", *FROZEN} == {column.name for column in TableVersion.__table__.columns} == set(VALUES)


@pytest.mark.parametrize("column", VALUES)
def test_nothing_of_a_published_version_can_be_changed_by_hand(
    hand: Engine, version: TableVersion, column: str
) -> None:
    statement = f"UPDATE table_version SET {column} = {VALUES[column]}"
    refused(hand, statement, re.escape(protection.PUBLISHED))


def test_the_app_cannot_change_a_published_version_either(version: TableVersion) -> None:
    version.text = version.text.replace("2000", "1")
    with pytest.raises(PublishedNeverChanges):
        db.session.flush()
    db.session.rollback()
    version.published_by = "user:1"
    with pytest.raises(PublishedNeverChanges):
        db.session.flush()
    db.session.rollback()


def test_a_version_in_force_cannot_be_deleted(hand: Engine, version: TableVersion) -> None:
    refused(hand, "DELETE FROM table_version", re.escape(protection.PUBLISHED))
    with pytest.raises(DBAPIError, match=re.escape(protection.PUBLISHED)):
        db.session.execute(delete(TableVersion))
    db.session.rollback()


def test_a_version_that_has_begun_everywhere_is_kept_and_a_scheduled_one_may_go(hand: Engine) -> None:
    for day in (in_days(-1), in_days(2)):
        price_lists.import_(
            acting(actor="command line", now=NOW),
            table_text(version=day.isoformat(), valid_from=day.isoformat()),
        )
    db.session.commit()
    refused(hand, f"DELETE FROM table_version WHERE valid_from = '{in_days(-1)}'", protection.PUBLISHED)
    with hand.begin() as connection:
        gone = connection.execute(text(f"DELETE FROM table_version WHERE valid_from = '{in_days(2)}'"))
    assert gone.rowcount == 1


def test_a_published_version_cannot_be_replaced_or_emptied_away(hand: Engine, version: TableVersion) -> None:
    before = version.sha256
    db.session.rollback()
    columns = ", ".join(("id", *protection.FROZEN))
    if hand.dialect.name == "sqlite":
        for id_ in ("id", "id + 1"):
            values = ", ".join([id_, *(VALUES[c] if c == "text" else c for c in protection.FROZEN)])
            with hand.begin() as connection:
                connection.execute(
                    text(f"REPLACE INTO table_version ({columns}) SELECT {values} FROM table_version")
                )
    else:
        refused(hand, "TRUNCATE table_version CASCADE", protection.PUBLISHED)
    assert db.session.scalars(db.select(TableVersion.sha256)).all() == [before]
    assert db.session.scalar(db.select(TableVersion.text)) != "x"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'somebody else'",
        "UPDATE audit_entry SET id = id + 1",
        "DELETE FROM audit_entry",
    ],
)
def test_an_audit_entry_can_be_neither_changed_nor_deleted(hand: Engine, statement: str) -> None:
    audit.add(acting(actor="user:1", now=NOW), "draft.begun", subject="draft:1")
    db.session.commit()
    refused(hand, statement, protection.TRAIL)
    assert db.session.scalars(db.select(AuditEntry.actor)).all() == ["user:1"]


def test_the_audit_trail_can_be_neither_emptied_nor_replaced(hand: Engine) -> None:
    audit.add(acting(actor="user:1", now=NOW), "draft.begun", subject="draft:1")
    db.session.commit()
    if hand.dialect.name == "postgresql":
        refused(hand, "TRUNCATE audit_entry", protection.TRAIL)
    else:
        columns = "id, at, actor, action, subject, detail, previous, hash"
        refused(
            hand,
            f"REPLACE INTO audit_entry ({columns}) "
            "SELECT id, at, 'user:2', action, subject, detail, previous, hash FROM audit_entry",
            protection.TRAIL,
        )
    assert db.session.scalars(db.select(AuditEntry.actor)).all() == ["user:1"]


def test_taking_the_migration_back_takes_the_triggers_away(
    database_url: str, hand: Engine, version: TableVersion
) -> None:
    db.session.remove()
    migrations.downgrade(database_url, "0002")
    assert triggers(hand) == set()
    migrations.upgrade(database_url)
    assert triggers(hand) != set()


# Quotes -------------------------------------------------------------------------------------------------------

ANOTHER = {
    "id": "99",
    "name": "'x'",
    "quote_id": "99",
    "number": "99",
    "table_version_id": "99",
    "table_sha256": "'x'",
    "content": "'{}'",
    "total": "'1.00'",
    "adjusted": "'1.00'",
    "currency": "'EUR'",
    "language": "'de'",
    "valid_until": "'2099-01-01'",
    "time_zone": "'Asia/Tokyo'",
    "issued_at": "'2020-01-01 00:00:00'",
    "issued_by": "'somebody'",
}


def test_everything_that_decides_a_revision_is_frozen() -> None:
    changing = {"state", "state_since", "reminded_at"}
    assert {"id", *ISSUED} == set(protection.ISSUED) == set(ANOTHER)
    assert {"id", *ISSUED, *MADE_ONCE, *changing} == {c.name for c in QuoteRevision.__table__.columns}
    assert {*protection.QUOTE, "link_hash", "link_serial"} == {c.name for c in Quote.__table__.columns}


def test_nothing_of_an_issued_revision_can_be_changed_by_hand(hand: Engine) -> None:
    quoted()
    for column, value in ANOTHER.items():
        refused(hand, f"UPDATE quote_revision SET {column} = {value}", protection.QUOTED)


def test_the_app_cannot_change_an_issued_revision_either(app: Flask) -> None:
    revision = quoted()
    for column in ISSUED:
        setattr(revision, column, None)
        with pytest.raises(PublishedNeverChanges):
            db.session.flush()
        db.session.rollback()


def test_the_number_of_a_quote_and_whose_it_is_cannot_be_changed_by_hand(hand: Engine) -> None:
    quoted()
    for column in protection.QUOTE:
        refused(hand, f"UPDATE quote SET {column} = {column}", protection.QUOTED)


def test_an_issued_revision_can_be_neither_deleted_nor_emptied_nor_replaced(hand: Engine) -> None:
    revision = quoted()
    before = revision.content
    db.session.rollback()
    refused(hand, "DELETE FROM quote_revision", protection.QUOTED)
    if hand.dialect.name == "postgresql":
        refused(hand, "TRUNCATE quote_revision CASCADE", protection.QUOTED)
    else:
        columns = [column.name for column in QuoteRevision.__table__.columns]
        for own in (
            {"id": "id + 1", "name": "'y'"},
            {"number": "2", "name": "'y'"},
            {"id": "id + 1", "number": "2"},
        ):
            values = ", ".join({"content": "'{}'", **own}.get(column, column) for column in columns)
            replacing = (
                f"REPLACE INTO quote_revision ({', '.join(columns)}) SELECT {values} FROM quote_revision"
            )
            refused(hand, replacing, protection.QUOTED)
    assert db.session.scalars(db.select(QuoteRevision.content)).all() == [before]


def test_the_hash_of_a_document_is_made_once_and_takes_no_other_revision_away(hand: Engine) -> None:
    first, second = quoted(submission="first").id, quoted(submission="second").id
    db.session.rollback()
    with hand.begin() as connection:
        connection.execute(text(f"UPDATE quote_revision SET pdf_sha256 = 'a' WHERE id = {first}"))
    for other in ("'b'", "NULL"):
        refused(hand, f"UPDATE quote_revision SET pdf_sha256 = {other} WHERE id = {first}", protection.QUOTED)
    orders = ["UPDATE", "UPDATE OR REPLACE"] if hand.dialect.name == "sqlite" else ["UPDATE"]
    for order in orders:
        refused(
            hand,
            f"{order} quote_revision SET pdf_sha256 = 'a' WHERE id = {second}",
            f"{protection.QUOTED}|unique",
        )
    assert db.session.scalars(db.select(QuoteRevision.pdf_sha256).order_by(QuoteRevision.id)).all() == [
        "a",
        None,
    ]


def test_what_is_sealed_of_a_revision_can_be_emptied_and_sealed_with_another_key(hand: Engine) -> None:
    quoted()
    db.session.rollback()
    for value in ("'sealed anew'", "NULL"):
        for column in ("patient", "rows", "pdf"):
            sealed = value if hand.dialect.name == "sqlite" or value == "NULL" else f"{value}::bytea"
            with hand.begin() as connection:
                connection.execute(text(f"UPDATE quote_revision SET {column} = {sealed}"))
    assert db.session.scalars(db.select(QuoteRevision.rows)).all() == [None]
