"""The cache of PDFs of estimates, by the hash of everything that they were made from.

Each takes 65 kB, and whoever wants one again soon after has it at once. Later it is drawn again, the same to the byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from estimator.act import Act
from estimator.db import changed_rows, db, insert_if_absent
from estimator.models import Document, Estimate, TableReturn

BATCH = 200
"""Number of documents removed in one transaction, so that no other writer waits long."""


def key_of(*parts: str) -> str:
    """Return the cache key of a document: the hash of everything that its bytes depend on."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def find(key: str, made_after: datetime, *, even_withdrawn: bool = False) -> tuple[str, bytes] | None:
    """Return a cached document with the reference of its estimate, or None; one cheap query.

    It is None also if the estimate is older than `made_after`, and if its price list was ever withdrawn, unless the
    key was made by somebody who has looked at that (`even_withdrawn`).
    """
    wanted = (
        select(Estimate.reference, Document.content)
        .join(Estimate, Estimate.id == Document.estimate_id)
        .where(Document.key == key, Estimate.created_at > made_after)
    )
    if not even_withdrawn:
        wanted = wanted.where(~exists().where(TableReturn.withdrawn_id == Estimate.table_version_id))
    row = db.session.execute(wanted).one_or_none()
    return None if row is None else (row.reference, row.content)


def keep(key: str, estimate: Estimate, content: bytes, now: datetime) -> None:
    """Cache a document with its estimate; one that another process cached meanwhile stays as it is."""
    row = {"key": key, "estimate_id": estimate.id, "content": content, "created_at": now}
    insert_if_absent(Document, row)


def lacking(made_after: datetime, most: int) -> Sequence[int]:
    """Return the ids of estimates made after a moment that have no document, the newest first."""
    has_one = exists().where(Document.estimate_id == Estimate.id)
    found = select(Estimate.id).where(Estimate.created_at > made_after, ~has_one)
    return db.session.scalars(found.order_by(Estimate.created_at.desc()).limit(most)).all()


def remove_old(act: Act) -> int:
    """Remove a batch of documents that were drawn `documents_kept_days` ago; return how many, 0 when none is left."""
    is_old = Document.created_at <= act.now - timedelta(days=act.settings.documents_kept_days)
    old = db.session.scalars(
        select(Document.key).where(is_old).order_by(Document.created_at).limit(BATCH)
    ).all()
    return changed_rows(delete(Document).where(Document.key.in_(old))) if old else 0
