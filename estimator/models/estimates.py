"""Estimates: what somebody answered and what it came to. No name, no address."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from estimator.db import Base, UTCDateTime
from estimator.models.tables import TableVersion


class Estimate(Base):
    """One estimate as it was worked out; it is shown for ever as it was, and never worked out again."""

    __tablename__ = "estimate"
    # The number of a deleted estimate is not given to another one.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: short, random, for people: EST-7K3M-92QF
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    table_version_id: Mapped[int] = mapped_column(ForeignKey("table_version.id"), index=True)
    #: what was answered, in normal form, as JSON; what was left open is not in it
    given: Mapped[str] = mapped_column(Text)
    #: the canonical JSON of the breakdown
    breakdown: Mapped[str] = mapped_column(Text)
    #: language tag of the page on which it was made
    language: Mapped[str] = mapped_column(String(20))
    #: the last day on which its prices hold, in the table's time zone
    valid_until: Mapped[date] = mapped_column(Date)
    #: idempotency key: one form with one set of answers, so that sending it twice makes one estimate
    submission: Mapped[str] = mapped_column(String(64), unique=True)
    #: SHA-256 of the link's token, in hexadecimal
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    link_serial: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: JSON: what the bills of comparable cases said on that day (`past_bills.Said`); None if nothing was asked
    past_bills: Mapped[str | None] = mapped_column(Text)

    table_version: Mapped[TableVersion] = relationship(lazy="joined", innerjoin=True)
