"""The audit trail: entries are added in the transaction of the change that they record, and chained by their hashes.

Changing or removing an entry breaks the chain at that place. A truncated end can only be detected with the last hash,
kept elsewhere: `estimator audit verify` prints it, and accepts it as --since.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from estimator.act import Act
from estimator.db import advisory_lock, db
from estimator.models import AuditEntry

BEGINNING = "0" * 64
"""The value of `previous` in the first entry."""

PAGE = 1000
"""Number of entries read by one query."""

_CODE = re.compile(r"[A-Za-z0-9_.:+-]{1,100}\Z")


class NotACode(ValueError):
    """A detail is free text, which could never be erased from the trail; only ids, codes and numbers are accepted."""


def add(act: Act, action: str, *, subject: str, **detail: object) -> AuditEntry:
    """Append an entry and flush it; it persists if and only if the caller's transaction is committed.

    `detail` holds ids, codes and numbers, or lists of them; raises NotACode for a person's words.
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
    """Result of `verify`: the number of valid entries, the last valid hash, and the id of the first broken entry."""

    entries: int
    last: str
    broken: int | None = None


def verify() -> Verified:
    """Recompute every hash from the first entry on, and stop at the first that does not match."""
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
    """Return the SHA-256, in hexadecimal, that an entry (or a row with its columns) must have."""
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


@dataclass(frozen=True)
class Wanted:
    """Which entries somebody wants to see; what is None or empty does not matter."""

    actor: str | None = None
    action: str | None = None
    #: beginnings of subjects: "draft:", "REQ-"
    kinds: Sequence[str] = ()
    #: subjects, whole; `persons` among them also stand for what these did
    subjects: Collection[str] | None = None
    #: from this moment on, and before that one
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what the columns of an entry must say."""
        if self.actor is not None:
            yield AuditEntry.actor == self.actor
        if self.action is not None:
            yield AuditEntry.action == self.action
        if self.kinds:
            yield or_(*(AuditEntry.subject.startswith(kind, autoescape=True) for kind in self.kinds))
        if self.subjects is not None:
            yield or_(AuditEntry.subject.in_(self.subjects), AuditEntry.actor.in_(self.subjects))
        if self.since is not None:
            yield AuditEntry.at >= self.since
        if self.until is not None:
            yield AuditEntry.at < self.until


EVERYTHING = Wanted()


def page(before: int | None, most: int, wanted: Wanted = EVERYTHING) -> list[AuditEntry]:
    """Return at most `most` entries, the newest first; with `before`, only those with a lower id."""
    found = select(AuditEntry).where(*wanted.conditions()).order_by(AuditEntry.id.desc()).limit(most)
    return list(db.session.scalars(found if before is None else found.where(AuditEntry.id < before)))


def drafts_of(slug: str) -> list[str]:
    """Return the subjects of every draft that was begun of a price list, also of those that are gone."""
    begun = select(AuditEntry.subject).where(
        AuditEntry.action == "draft.begun",
        AuditEntry.detail.contains(f'"table":{json.dumps(slug, ensure_ascii=False)}', autoescape=True),
    )
    return list(db.session.scalars(begun))


def lists_of_drafts(subjects: Collection[str]) -> dict[str, str]:
    """Return the price list that each draft was begun of, by the subject of the draft."""
    begun = select(AuditEntry.subject, AuditEntry.detail).where(
        AuditEntry.action == "draft.begun", AuditEntry.subject.in_(subjects)
    )
    return {row.subject: str(json.loads(row.detail).get("table", "")) for row in db.session.execute(begun)}


def entries(most: int) -> list[AuditEntry]:
    """Return at most `most` of the newest entries, the newest first."""
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(most)))


def _all() -> Iterator[Any]:
    """Yield every entry in order, a page at a time, so that no cursor stays open if the caller stops early."""
    asked = select(*AuditEntry.__table__.columns).order_by(AuditEntry.id).limit(PAGE)
    last = 0
    while page := db.session.execute(asked.where(AuditEntry.id > last)).all():
        yield from page
        last = page[-1].id
