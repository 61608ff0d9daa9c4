"""Personal texts in the database: which key sealed how many of them, and sealing them anew with another key."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Table, func, select, text, update

from estimator import keys, models
from estimator.db import advisory_lock, changed_rows, db

BATCH = 500
"""Maximum number of texts sealed anew in one transaction."""


class NoneKnown(Exception):
    """No sealed column is known (a broken installation): a count of zero must not be taken as "key unused"."""


def columns() -> list[tuple[Table, str]]:
    """Return every sealed column as (table, column); raises NoneKnown instead of an empty result."""
    found = models.sealed_columns()
    if not found:
        raise NoneKnown
    return found


def take_turn() -> None:
    """Take the lock for changing keys until the transaction ends."""
    advisory_lock("keys")


def hold_still() -> None:
    """Lock all tables with sealed columns against writes until this transaction ends; waits for running writers."""
    take_turn()  # on SQLite this transaction holds the one lock for writing
    if db.engine.dialect.name == "postgresql":
        quote = db.engine.dialect.identifier_preparer.format_table
        tables = sorted({quote(table) for table, _column in columns()})
        db.session.execute(text(f"LOCK TABLE {', '.join(tables)} IN SHARE MODE"))


def texts_by_key() -> Counter[str]:
    """Count the sealed texts of the whole database by the id of their key."""
    found: Counter[str] = Counter()
    for table, column in columns():
        key_id = func.substr(table.c[column], 1, keys.ID_LENGTH)
        rows = db.session.execute(
            select(key_id, func.count()).where(table.c[column].is_not(None)).group_by(key_id)
        )
        for sealed_by, count in rows:
            found[keys.id_of(bytes(sealed_by))] += count
    return found


def seal_anew(keyring: keys.Keyring) -> int:
    """Seal up to BATCH texts with the first key that another one sealed; return how many, 0 when all are.

    Raises keys.Unreadable for a text whose key is missing.
    """
    first = next(iter(keyring.keys())).encode()
    changed = 0
    for table, column in columns():
        sealed = table.c[column]
        rows = db.session.execute(
            select(table.c.id, table.c.name, sealed)
            .where(sealed.is_not(None), func.substr(sealed, 1, keys.ID_LENGTH) != first)
            .order_by(table.c.id)
            .limit(BATCH - changed)
        ).all()
        for number, name, old in rows:
            content = keyring.open_bytes(old, table.name, column, name)
            new = keyring.seal_bytes(content, table.name, column, name)
            # Whoever changed it meanwhile has sealed it with the first key already.
            unchanged = update(table).where(table.c.id == number, sealed == old)
            changed += changed_rows(unchanged.values({column: new}))
        if changed >= BATCH:
            break
    return changed
