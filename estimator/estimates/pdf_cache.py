"""PDFs that were made once: kept by the hash of what made them, and served again."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select

from estimator.db import db, insert_if_absent
from estimator.models import Document, Estimate


def key_of(*parts: str) -> str:
    """Return the key of a document: the hash of everything that decides its bytes."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def find(key: str, made_after: datetime) -> tuple[str, bytes] | None:
    """Return a document that was made already, with the reference of its estimate; one cheap query.

    None also for the document of an estimate that is older than `made_after`.
    """
    row = db.session.execute(
        select(Estimate.reference, Document.content)
        .join(Estimate, Estimate.id == Document.estimate_id)
        .where(Document.key == key, Estimate.created_at > made_after)
    ).one_or_none()
    return None if row is None else (row.reference, row.content)


def keep(key: str, estimate: Estimate, content: bytes, now: datetime) -> None:
    """Keep a document with its estimate; one that another process kept meanwhile stays as it is."""
    row = {"key": key, "estimate_id": estimate.id, "content": content, "created_at": now}
    insert_if_absent(Document, row)
