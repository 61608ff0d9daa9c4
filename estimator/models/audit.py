"""The audit trail: what was done, by whom and when, each entry chained to the one before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from estimator.db import Base, UTCDateTime


class AuditEntry(Base):
    """One thing that was done: ids and codes, never a person's words. It is never changed and never removed."""

    __tablename__ = "audit_entry"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: "user:12", "worker" or "command line"
    actor: Mapped[str] = mapped_column(String(80))
    #: what was done: "table.published"
    action: Mapped[str] = mapped_column(String(60), index=True)
    #: what it was done to: "table_version:7"
    subject: Mapped[str] = mapped_column(String(120), index=True)
    #: ids, codes and numbers, as canonical JSON
    detail: Mapped[str] = mapped_column(Text)
    #: the hash of the entry before, so that no two entries can follow the same one
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    #: SHA-256 of everything above, in hexadecimal
    hash: Mapped[str] = mapped_column(String(64), unique=True)
