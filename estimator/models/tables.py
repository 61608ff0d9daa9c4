"""Price lists as they were published."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from estimator.db import Base, UTCDateTime


class TableVersion(Base):
    """One whole, dated version of one price list, as canonical text; it never changes."""

    __tablename__ = "table_version"
    __table_args__ = (UniqueConstraint("slug", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: which list this is a version of
    slug: Mapped[str] = mapped_column(String(80))
    #: the version's own name, printed on every estimate
    version: Mapped[str] = mapped_column(String(40))
    #: the first day on which it is in force, in its time zone
    valid_from: Mapped[date] = mapped_column(Date)
    #: IANA name of the time zone in which its days begin and end
    time_zone: Mapped[str] = mapped_column(String(80))
    #: the canonical text; loaded only when it has to be read
    text: Mapped[str] = mapped_column(Text, deferred=True)
    #: SHA-256 of the canonical text, in hexadecimal
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
