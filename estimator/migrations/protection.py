"""What the database itself refuses, whoever tries it: to change what was published, or the audit trail.

On SQLite a migration that makes one of these tables anew loses its triggers, and has to call `protect` again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

FROZEN = (
    "slug",
    "version",
    "valid_from",
    "time_zone",
    "text",
    "sha256",
    "examples",
    "published_by",
    "created_at",
)
"""The columns of a version that never change, besides its number."""

PUBLISHED = "what was published never changes"
TRAIL = "the audit trail is only added to"


def protect(connection: Connection, *, one_a_day: bool = False) -> None:
    """Make every trigger anew, so that it does not matter which of them are there.

    `one_a_day` is for a database of a revision before 0012, in which a list has one version from a day on.
    """
    unprotect(connection)
    for statement in _sqlite(one_a_day) if connection.dialect.name == "sqlite" else _postgresql():
        connection.exec_driver_sql(statement)


def unprotect(connection: Connection) -> None:
    """Remove every trigger that is there."""
    if connection.dialect.name == "sqlite":
        for name in SQLITE:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    for name, table in POSTGRESQL.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS table_version_refused()")
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS audit_entry_refused()")


SQLITE = (
    "table_version_frozen",
    "table_version_kept",
    "table_version_not_replaced",
    "audit_entry_frozen",
    "audit_entry_kept",
    "audit_entry_not_replaced",
)
"""The triggers of an SQLite database."""

POSTGRESQL = {
    "table_version_frozen": "table_version",
    "table_version_kept": "table_version",
    "table_version_not_emptied": "table_version",
    "audit_entry_frozen": "audit_entry",
    "audit_entry_not_emptied": "audit_entry",
}
"""The triggers of a PostgreSQL database, each with its table."""


def _sqlite(one_a_day: bool) -> Iterator[str]:
    published, trail = (f"BEGIN SELECT RAISE(ABORT, '{words}'); END" for words in (PUBLISHED, TRAIL))
    columns = ", ".join(FROZEN)
    yield f"CREATE TRIGGER table_version_frozen BEFORE UPDATE OF id, {columns} ON table_version {published}"
    # A day later it has begun everywhere. Until then the app knows whether it has begun at the clinic.
    yield (
        "CREATE TRIGGER table_version_kept BEFORE DELETE ON table_version "
        f"WHEN OLD.valid_from <= date('now', '-1 day') {published}"
    )
    # REPLACE removes rows without asking the triggers of DELETE. Ignored, not refused: that a version is there
    # already is what the app's own INSERT ... ON CONFLICT DO NOTHING asks.
    there = (
        "SELECT 1 FROM table_version WHERE id = NEW.id OR sha256 = NEW.sha256 "
        "OR (slug = NEW.slug AND valid_from = NEW.valid_from AND version = NEW.version)"
    )
    if one_a_day:
        there = there.replace(" AND version = NEW.version", "")
    yield (
        "CREATE TRIGGER table_version_not_replaced BEFORE INSERT ON table_version "
        f"WHEN EXISTS ({there}) BEGIN SELECT RAISE(IGNORE); END"
    )
    yield f"CREATE TRIGGER audit_entry_frozen BEFORE UPDATE ON audit_entry {trail}"
    yield f"CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry {trail}"
    there = "SELECT 1 FROM audit_entry WHERE id = NEW.id OR hash = NEW.hash OR previous = NEW.previous"
    yield f"CREATE TRIGGER audit_entry_not_replaced BEFORE INSERT ON audit_entry WHEN EXISTS ({there}) {trail}"


def _postgresql() -> Iterator[str]:
    for table, words in (("table_version", PUBLISHED), ("audit_entry", TRAIL)):
        yield (
            f"CREATE FUNCTION {table}_refused() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{words}'; END $$"
        )
        yield (
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refused()"
        )
    yield (
        f"CREATE TRIGGER table_version_frozen BEFORE UPDATE OF id, {', '.join(FROZEN)} ON table_version "
        "FOR EACH ROW EXECUTE FUNCTION table_version_refused()"
    )
    yield (
        "CREATE TRIGGER table_version_kept BEFORE DELETE ON table_version FOR EACH ROW "
        "WHEN (OLD.valid_from <= (now() AT TIME ZONE 'UTC')::date - 1) "
        "EXECUTE FUNCTION table_version_refused()"
    )
    yield (
        "CREATE TRIGGER audit_entry_frozen BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_entry_refused()"
    )


ISSUED = (
    "id",
    "name",
    "quote_id",
    "number",
    "table_version_id",
    "table_sha256",
    "content",
    "total",
    "adjusted",
    "currency",
    "language",
    "valid_until",
    "time_zone",
    "issued_at",
    "issued_by",
)
"""The columns of a revision that never change."""

QUOTE = ("id", "request_id", "number", "created_at")
"""The columns of a quote that never change."""

QUOTED = "what was issued never changes"

SQLITE_QUOTES = (
    "quote_frozen",
    "quote_revision_frozen",
    "quote_revision_made_once",
    "quote_revision_kept",
    "quote_revision_not_replaced",
)
"""The triggers of quotes in an SQLite database."""

POSTGRESQL_QUOTES = {
    "quote_frozen": "quote",
    "quote_revision_frozen": "quote_revision",
    "quote_revision_made_once": "quote_revision",
    "quote_revision_kept": "quote_revision",
    "quote_revision_not_emptied": "quote_revision",
}
"""The triggers of quotes in a PostgreSQL database, each with its table."""


def protect_quotes(connection: Connection) -> None:
    """Make the triggers of issued revisions anew: none changes, none goes, none is numbered twice."""
    unprotect_quotes(connection)
    sqlite = connection.dialect.name == "sqlite"
    for statement in _sqlite_quotes() if sqlite else _postgresql_quotes():
        connection.exec_driver_sql(statement)


def unprotect_quotes(connection: Connection) -> None:
    """Remove the triggers of issued revisions."""
    if connection.dialect.name == "sqlite":
        for name in SQLITE_QUOTES:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    for name, table in POSTGRESQL_QUOTES.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    connection.exec_driver_sql("DROP FUNCTION IF EXISTS quote_refused()")


def _sqlite_quotes() -> Iterator[str]:
    refused = f"BEGIN SELECT RAISE(ABORT, '{QUOTED}'); END"
    yield f"CREATE TRIGGER quote_frozen BEFORE UPDATE OF {', '.join(QUOTE)} ON quote {refused}"
    yield (
        f"CREATE TRIGGER quote_revision_frozen BEFORE UPDATE OF {', '.join(ISSUED)} ON quote_revision {refused}"
    )
    # UPDATE OR REPLACE would remove another revision that has the hash already.
    taken = "SELECT 1 FROM quote_revision WHERE pdf_sha256 = NEW.pdf_sha256 AND id != OLD.id"
    yield (
        "CREATE TRIGGER quote_revision_made_once BEFORE UPDATE OF pdf_sha256 ON quote_revision "
        f"WHEN (OLD.pdf_sha256 IS NOT NULL AND OLD.pdf_sha256 IS NOT NEW.pdf_sha256) OR EXISTS ({taken}) {refused}"
    )
    yield f"CREATE TRIGGER quote_revision_kept BEFORE DELETE ON quote_revision {refused}"
    # REPLACE removes rows without asking the triggers of DELETE.
    there = (
        "SELECT 1 FROM quote_revision WHERE id = NEW.id OR name = NEW.name OR pdf_sha256 = NEW.pdf_sha256 "
        "OR (quote_id = NEW.quote_id AND number = NEW.number)"
    )
    yield (
        "CREATE TRIGGER quote_revision_not_replaced BEFORE INSERT ON quote_revision "
        f"WHEN EXISTS ({there}) {refused}"
    )


def _postgresql_quotes() -> Iterator[str]:
    yield (
        "CREATE FUNCTION quote_refused() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{QUOTED}'; END $$"
    )
    refuse = "EXECUTE FUNCTION quote_refused()"
    yield (f"CREATE TRIGGER quote_frozen BEFORE UPDATE OF {', '.join(QUOTE)} ON quote FOR EACH ROW {refuse}")
    yield (
        f"CREATE TRIGGER quote_revision_frozen BEFORE UPDATE OF {', '.join(ISSUED)} ON quote_revision "
        f"FOR EACH ROW {refuse}"
    )
    yield (
        "CREATE TRIGGER quote_revision_made_once BEFORE UPDATE OF pdf_sha256 ON quote_revision FOR EACH ROW "
        f"WHEN (OLD.pdf_sha256 IS NOT NULL AND OLD.pdf_sha256 IS DISTINCT FROM NEW.pdf_sha256) {refuse}"
    )
    yield f"CREATE TRIGGER quote_revision_kept BEFORE DELETE ON quote_revision FOR EACH ROW {refuse}"
    yield (
        "CREATE TRIGGER quote_revision_not_emptied BEFORE TRUNCATE ON quote_revision "
        f"FOR EACH STATEMENT {refuse}"
    )


KEPT = {"table_version_kept": "table_version", "quote_revision_kept": "quote_revision"}
"""The triggers, each with its table, that keep what was published and issued from being deleted."""


@contextmanager
def may_delete(connection: Connection) -> Iterator[None]:
    """Let a transaction delete what was published or issued, as the demonstration's is; nobody else can meanwhile.

    What nobody may change stays guarded. The guards are back when it ends, whether it is committed or not: on SQLite
    nobody else writes until then, and on PostgreSQL nobody to these tables.
    """
    if connection.dialect.name == "sqlite":
        made = {
            name: connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE name = ?", (name,)
            ).scalar_one()
            for name in KEPT
        }
        for name in KEPT:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield
        for statement in made.values():
            connection.exec_driver_sql(statement)
        return
    for name, table in KEPT.items():
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    yield
    for name, table in KEPT.items():
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER {name}")
