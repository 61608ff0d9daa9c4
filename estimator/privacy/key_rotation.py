"""Personal texts in the database: which key sealed how many of them, and sealing them anew with another key."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select, update

from estimator import keys
from estimator.db import changed_rows, db, sealed_columns

BATCH = 500
"""So many texts are sealed anew in one transaction."""


def texts_by_key() -> Counter[str]:
    """Count the sealed texts of the whole database by the id of their key."""
    found: Counter[str] = Counter()
    for table, column in sealed_columns():
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
    for table, column in sealed_columns():
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
