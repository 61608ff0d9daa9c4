"""The account that patients pay into: each version as it was proposed, and which quotes it was printed on."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from estimator.db import Base, UTCDateTime
from estimator.models.quotes import QuoteRevision

AccountState = Literal["proposed", "confirmed", "refused"]


class PaymentAccount(Base):
    """One version of how to pay the clinic; the newest confirmed one is in force, and none ever changes."""

    __tablename__ = "payment_account"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'confirmed', 'refused')", name="state"),
        Index(
            "ix_payment_account_proposed",
            "state",
            unique=True,
            sqlite_where=text("state = 'proposed'"),
            postgresql_where=text("state = 'proposed'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: `pricing.stored.PayTo` as canonical JSON; None: quotes say nothing of how to pay
    details: Mapped[str | None] = mapped_column(Text)
    #: SHA-256 of the details in hexadecimal, of the empty text for None; it stands in the audit trail too
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[AccountState] = mapped_column(String(10))
    proposed_by: Mapped[str] = mapped_column(String(80))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: who confirmed or refused it; None while it is proposed
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class QuoteAccount(Base):
    """Which account an issued revision names, and with which newer one somebody left it as it is."""

    __tablename__ = "quote_account"

    revision_id: Mapped[int] = mapped_column(ForeignKey("quote_revision.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("payment_account.id"), index=True)
    #: the account that was in force when somebody decided not to revise the quote; why stands with its request
    left_with_id: Mapped[int | None] = mapped_column(ForeignKey("payment_account.id"))
    left_by: Mapped[str | None] = mapped_column(String(80))
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    revision: Mapped[QuoteRevision] = relationship()
    account: Mapped[PaymentAccount] = relationship(foreign_keys=[account_id])
