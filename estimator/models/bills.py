"""Final bills: what was really billed for a request, beside what its estimate and its quote had said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, event, inspect, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from estimator.db import Base, Sealed, UTCDateTime
from estimator.models.quotes import QuoteRevision
from estimator.models.requests import PatientRequest
from estimator.models.tables import PublishedNeverChanges, TableVersion

BillEnd = Literal["corrected", "withdrawn"]


class FinalBill(Base):
    """One final bill as it was entered, with what it was compared with. A correction is another row.

    Its words are sealed and removed when the person is erased; its figures stay. Once the request itself is removed,
    nothing leads from them to anybody.
    """

    __tablename__ = "final_bill"
    __table_args__ = (
        CheckConstraint("ended_as in ('corrected', 'withdrawn')", name="ended_as"),
        Index(
            "ix_final_bill_standing",
            "request_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_final_bill_request_id", "request_id"),
        # Comparable cases are found along this, by each estimate that is made.
        Index("ix_final_bill_slug", "slug", "cells", "currency", "billed_on"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 32 random hexadecimal digits, to which what is sealed is bound
    name: Mapped[str] = mapped_column(String(32), unique=True)
    #: None once the request is removed
    request_id: Mapped[int | None] = mapped_column(ForeignKey("patient_request.id", ondelete="SET NULL"))
    #: the quote that it is compared with: the one that was accepted, else the last; None if none was issued
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("quote_revision.id"))
    #: the estimate that it is compared with; None once the request is removed
    estimate_reference: Mapped[str | None] = mapped_column(String(20))
    #: the version of that estimate
    table_version_id: Mapped[int] = mapped_column(ForeignKey("table_version.id"))
    #: the list of that version
    slug: Mapped[str] = mapped_column(String(80))
    #: the answers of that estimate about the cells, as `past_bills.cells_of` writes them
    cells: Mapped[str] = mapped_column(String(1000))
    #: what that estimate said is to be paid to the provider, as plain decimals; None if it was not the whole
    low: Mapped[str | None] = mapped_column(String(40))
    likely: Mapped[str | None] = mapped_column(String(40))
    high: Mapped[str | None] = mapped_column(String(40))
    #: the firm total of the quote with what was taken with it; None without one, or while none of its plans is accepted
    quoted: Mapped[str | None] = mapped_column(String(40))
    #: what was billed in all, a plain decimal above 0
    total: Mapped[str] = mapped_column(String(40))
    #: ISO 4217: of all amounts in this row
    currency: Mapped[str] = mapped_column(String(3))
    #: JSON: a list of objects with code (None for what no item of the estimate is), amount, and low, likely, high,
    #: quoted as far as there are such; empty where the bill was entered in all
    items: Mapped[str] = mapped_column(Text)
    #: codes of `bills.REASONS`, with spaces between them
    reasons: Mapped[str] = mapped_column(String(200))
    #: JSON: the rules by which it was far above the estimate or the quote, as they were on that day
    overruns: Mapped[str] = mapped_column(Text)
    #: sealed JSON: the note, and what the items without a code are called; None without any
    words: Mapped[bytes | None] = mapped_column(Sealed)
    billed_on: Mapped[date] = mapped_column(Date)
    #: the bill that this one corrects
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("final_bill.id"), unique=True)
    #: "user:12"
    entered_by: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: when it was corrected or withdrawn, by whom; None while it stands
    ended_as: Mapped[BillEnd | None] = mapped_column(String(10))
    ended_by: Mapped[str | None] = mapped_column(String(80))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    request: Mapped[PatientRequest | None] = relationship()
    revision: Mapped[QuoteRevision | None] = relationship()
    table_version: Mapped[TableVersion] = relationship()


_NEVER_CHANGES = (
    "name",
    "table_version_id",
    "slug",
    "cells",
    "low",
    "likely",
    "high",
    "quoted",
    "total",
    "currency",
    "items",
    "reasons",
    "overruns",
    "billed_on",
    "corrects_id",
    "entered_by",
    "entered_at",
)


@event.listens_for(FinalBill, "before_update")
def _keep_what_was_entered(_mapper: Any, _connection: Any, bill: FinalBill) -> None:
    if any(inspect(bill).attrs[name].history.has_changes() for name in _NEVER_CHANGES):
        raise PublishedNeverChanges
