"""What a clinic sets for itself besides its price lists, and orientation rates of exchange."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from estimator.db import Base, UTCDateTime


class ClinicSetting(Base):
    """One setting that differs from its default, as JSON."""

    __tablename__ = "clinic_setting"

    #: the name of a field of `clinic.Clinic`
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Rate(Base):
    """What one unit of a currency was worth in another one on a day; for orientation, never for a price."""

    __tablename__ = "rate"
    __table_args__ = (
        UniqueConstraint("base", "quoted", "day"),
        CheckConstraint("base != quoted", name="currencies"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: ISO 4217: the currency of the price
    base: Mapped[str] = mapped_column(String(3))
    #: ISO 4217: the reader's currency
    quoted: Mapped[str] = mapped_column(String(3))
    day: Mapped[date] = mapped_column(Date)
    #: how many `quoted` one `base` is, as a plain decimal
    rate: Mapped[str] = mapped_column(String(30))
    #: who says so
    source: Mapped[str] = mapped_column(String(200))
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
