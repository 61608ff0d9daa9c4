"""Comparisons: which estimates somebody laid side by side. No name, no address, no answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from estimator.db import Base, UTCDateTime
from estimator.models.estimates import Estimate


class Comparison(Base):
    """Up to three estimates side by side, under a link of its own that opens none of them."""

    __tablename__ = "comparison"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: idempotency key: one form with one set of estimates; the link is composed of it
    submission: Mapped[str] = mapped_column(String(64), unique=True)
    #: SHA-256 of the link's token, in hexadecimal
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    columns: Mapped[list[ComparisonColumn]] = relationship(
        order_by="ComparisonColumn.place", lazy="selectin", viewonly=True
    )


class ComparisonColumn(Base):
    """One place of a comparison; its estimate is None once that was deleted or became too old."""

    __tablename__ = "comparison_column"

    comparison_id: Mapped[int] = mapped_column(
        ForeignKey("comparison.id", ondelete="CASCADE"), primary_key=True
    )
    #: 0, 1 or 2
    place: Mapped[int] = mapped_column(primary_key=True)
    estimate_id: Mapped[int | None] = mapped_column(
        ForeignKey("estimate.id", ondelete="SET NULL"), index=True
    )

    estimate: Mapped[Estimate | None] = relationship(lazy="joined", viewonly=True)
