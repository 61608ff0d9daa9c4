"""The audit trail: entries are added in the transaction of what they tell of, and chained by their hashes.

Whoever changes or removes an entry breaks the chain at that place. That its end was cut off shows only to who
noted the last hash: `estimator audit verify` prints it, and takes it back.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import select

from estimator.act import Act
from estimator.db import advisory_lock, db
from estimator.models import AuditEntry

BEGINNING = "0" * 64
"""What the first entry follows."""

PAGE = 1000
"""Number of entries read by one query."""

_CODE = re.compile(r"[A-Za-z0-9_.:+-]{1,100}\Z")


class NotACode(ValueError):
    """Somebody wanted to write words into the trail, where they could never be erased."""


def add(act: Act, action: str, *, subject: str, **detail: object) -> AuditEntry:
    """Add an entry behind the last one; it is there if and only if the caller's transaction is committed.

    `detail` holds ids, codes and numbers, or lists of them, never a person's words; raises NotACode.
    """
    _must_be_codes(detail)
    advisory_lock("audit")
    last = db.session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        at=act.now.astimezone(UTC).replace(microsecond=0),
        actor=act.actor,
        action=action,
        subject=subject,
        detail=json.dumps(detail, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
        previous=last or BEGINNING,
    )
    entry.hash = hash_of(entry)
    db.session.add(entry)
    db.session.flush()
    return entry


@dataclass(frozen=True)
class Verified:
    """What a look at the whole trail found: how many entries, the last hash, and the first that is wrong."""

    entries: int
    last: str
    broken: int | None = None


def verify() -> Verified:
    """Work every hash out again, from the first entry on."""
    previous, count = BEGINNING, 0
    for entry in _all():
        if entry.previous != previous or entry.hash != hash_of(entry):
            return Verified(count, previous, entry.id)
        previous, count = entry.hash, count + 1
    return Verified(count, previous)


def has(found: str) -> bool:
    """Whether an entry with that hash is still in the trail."""
    return db.session.scalar(select(AuditEntry.id).filter_by(hash=found)) is not None


def hash_of(entry: AuditEntry | Any) -> str:
    """Return what the hash of an entry, or of a row with its columns, must be."""
    parts = [
        entry.previous,
        entry.at.astimezone(UTC).isoformat(timespec="seconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.detail,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _must_be_codes(detail: dict[str, object]) -> None:
    for name, value in detail.items():
        for part in value if isinstance(value, (list, tuple)) else [value]:
            if part is not None and not isinstance(part, int) and not _CODE.match(str(part)):
                raise NotACode(name)


def page(before: int | None, most: int) -> list[AuditEntry]:
    """Return entries from before one back, or from the newest on; the newest first."""
    found = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)
    return list(db.session.scalars(found if before is None else found.where(AuditEntry.id < before)))


def entries(most: int) -> list[AuditEntry]:
    """Return the newest entries, the newest first."""
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)))


def _all() -> Iterator[Any]:
    """Yield every entry in its order, a page at a time, so that no cursor stays open if nobody wants the rest."""
    asked = select(*AuditEntry.__table__.columns).order_by(AuditEntry.id).limit(PAGE)
    last = 0
    while page := db.session.execute(asked.where(AuditEntry.id > last)).all():
        yield from page
        last = page[-1].id
