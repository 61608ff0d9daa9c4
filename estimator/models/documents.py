"""Documents that were made once and are served again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from estimator.db import Base, UTCDateTime


class Document(Base):
    """One PDF, kept by the hash of what it was made from."""

    __tablename__ = "document"

    #: SHA-256 of everything that decides the bytes, in hexadecimal
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    estimate_id: Mapped[int] = mapped_column(ForeignKey("estimate.id", ondelete="CASCADE"), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
