"""Quotes: what is being prepared, what was issued and never changes, and what the patient answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from estimator.db import Base, Sealed, UTCDateTime
from estimator.models.requests import PatientRequest
from estimator.models.tables import PublishedNeverChanges, TableVersion

RevisionState = Literal["current", "replaced", "withdrawn", "expired", "accepted", "declined"]
Prices = Literal["keep", "again"]


class Counter(Base):
    """The last number that was given in a series; the row is locked by the transaction that gives the next one."""

    __tablename__ = "counter"

    #: "quote 2026"
    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]


class QuoteDraft(Base):
    """The next revision of a request's quote, while it is being prepared; one for each request."""

    __tablename__ = "quote_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 32 random hexadecimal digits, to which what is sealed is bound
    name: Mapped[str] = mapped_column(String(32), unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("patient_request.id", ondelete="CASCADE"), unique=True)
    #: the answers to be priced, in normal form, as JSON
    given: Mapped[str] = mapped_column(Text)
    #: whether the prices of the estimate are kept, or those in force are taken; None until somebody chose
    prices: Mapped[Prices | None] = mapped_column(String(10))
    #: the version that is priced with
    table_version_id: Mapped[int] = mapped_column(ForeignKey("table_version.id"))
    #: JSON, sealed: a list of objects with amount (plain decimal, negative for a reduction), label, reason, and told
    #: where the patient reads the reason as well
    adjustments: Mapped[bytes | None] = mapped_column(Sealed)
    #: JSON, sealed: further plans, a list of objects with answers, adjustments, and the letter of the plan that each
    #: replaces; one without answers is of the first plan. None for one plan that replaces the first one
    alternatives: Mapped[bytes | None] = mapped_column(Sealed)
    #: JSON, sealed: lines that the patient may take or leave, a list of objects with label, net, taxes; None for none
    options: Mapped[bytes | None] = mapped_column(Sealed)
    #: JSON: prices that were given for this quote, by charge, objects with amount, manner, by; None for none
    priced: Mapped[str | None] = mapped_column(Text)
    #: sealed: what the coordinator writes to the patient beside the figures; None for nothing
    words: Mapped[bytes | None] = mapped_column(Sealed)
    #: the last day of the quote; None for as long as the list says
    valid_until: Mapped[date | None] = mapped_column(Date)
    #: the language that the document is to have below each line; None for no other one
    second_language: Mapped[str | None] = mapped_column(String(20))
    #: who approved adjustments above the limit, and the hash of exactly what was approved
    approved_by: Mapped[str | None] = mapped_column(String(80))
    approved_hash: Mapped[str | None] = mapped_column(String(64))
    #: who asked for that approval; None again once it is given or refused, and after any change
    proposed_by: Mapped[str | None] = mapped_column(String(80))
    proposed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: who sent it back, to whom, and what they said, sealed; until approval is asked for again
    returned_by: Mapped[str | None] = mapped_column(String(80))
    returned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    returned_to: Mapped[str | None] = mapped_column(String(80))
    returned_words: Mapped[bytes | None] = mapped_column(Sealed)
    #: number of the last save, for optimistic locking: saving or issuing on top of an older one is refused
    save: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    table_version: Mapped[TableVersion] = relationship()


class Quote(Base):
    """One firm quote: a number and a link; what it says stands in its revisions."""

    __tablename__ = "quote"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("patient_request.id"), unique=True)
    #: Q-2026-00017; without a gap within its year
    number: Mapped[str] = mapped_column(String(20), unique=True)
    #: SHA-256 of the link's token, in hexadecimal
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    link_serial: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    request: Mapped[PatientRequest] = relationship()


class QuoteRevision(Base):
    """One revision as it was issued. Whatever decides a figure or a word of it never changes.

    The patient's name, the worded rows and the PDF are sealed, and removed when the person is erased; the
    content, without a person's words, stays and can be computed again for ever.
    """

    __tablename__ = "quote_revision"
    __table_args__ = (
        UniqueConstraint("quote_id", "number"),
        CheckConstraint(
            "state in ('current', 'replaced', 'withdrawn', 'expired', 'accepted', 'declined')", name="state"
        ),
        Index("ix_quote_revision_state_id", "state", "id"),
        # What is over is found along this, each minute, without looking at what is not.
        Index("ix_quote_revision_state_valid_until", "state", "valid_until", "id"),
        # A year's report counts along this, without looking at the revisions themselves.
        Index("ix_quote_revision_time_zone_issued_at", "time_zone", "issued_at", "number", "currency"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 32 random hexadecimal digits, to which what is sealed is bound
    name: Mapped[str] = mapped_column(String(32), unique=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"))
    #: 1, 2, 3 ... within the quote
    number: Mapped[int]
    table_version_id: Mapped[int] = mapped_column(ForeignKey("table_version.id"), index=True)
    #: of the version's canonical text, as it was when this was issued
    table_sha256: Mapped[str] = mapped_column(String(64))
    #: canonical JSON (`pricing.quote`): answers, breakdown, adjustments, totals, language, dates, rate
    content: Mapped[str] = mapped_column(Text, deferred=True)
    #: what is to be paid to the provider, as a plain decimal
    total: Mapped[str] = mapped_column(String(40))
    #: the sum of the adjustments in it
    adjusted: Mapped[str] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    language: Mapped[str] = mapped_column(String(20))
    #: the last day on which it can be accepted, in `time_zone`
    valid_until: Mapped[date] = mapped_column(Date)
    time_zone: Mapped[str] = mapped_column(String(80))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: "user:12"
    issued_by: Mapped[str] = mapped_column(String(80))

    #: sealed: the name on the document
    patient: Mapped[bytes | None] = mapped_column(Sealed)
    #: sealed JSON: the rows as they were worded, with labels and notices, and "what changed"
    rows: Mapped[bytes | None] = mapped_column(Sealed, deferred=True)
    #: sealed: the document's bytes, made once by the worker
    pdf: Mapped[bytes | None] = mapped_column(Sealed, deferred=True)
    #: SHA-256 of those bytes; None until they are made
    pdf_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)

    state: Mapped[RevisionState] = mapped_column(String(10))
    #: since when it is in that state
    state_since: Mapped[datetime] = mapped_column(UTCDateTime)
    #: when the patient was reminded of its last day, or that was not to be done; None before
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    quote: Mapped[Quote] = relationship()
    table_version: Mapped[TableVersion] = relationship()


ISSUED = (
    "name",
    "quote_id",
    "number",
    "table_version_id",
    "table_sha256",
    "content",
    "total",
    "adjusted",
    "currency",
    "language",
    "valid_until",
    "time_zone",
    "issued_at",
    "issued_by",
)
"""The columns of a revision that neither the app nor a hand at the database can change."""

MADE_ONCE = ("patient", "rows", "pdf", "pdf_sha256")
"""Columns that are filled once; the first three can be emptied, and sealed with another key."""


@event.listens_for(QuoteRevision, "before_update")
def _keep_what_was_issued(_mapper: Any, _connection: Any, revision: QuoteRevision) -> None:
    if any(inspect(revision).attrs[name].history.has_changes() for name in ISSUED):
        raise PublishedNeverChanges


class QuoteDecision(Base):
    """What a patient said to a revision: accepted or declined, once, unless an acceptance was taken back."""

    __tablename__ = "quote_decision"
    __table_args__ = (
        CheckConstraint("kind in ('accepted', 'declined')", name="kind"),
        Index("ix_quote_decision_revision_id", "revision_id"),
        Index(
            "ix_quote_decision_standing",
            "revision_id",
            unique=True,
            sqlite_where=text("taken_back_at IS NULL"),
            postgresql_where=text("taken_back_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 32 random hexadecimal digits, to which what is sealed is bound
    name: Mapped[str] = mapped_column(String(32), unique=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("quote_revision.id"))
    kind: Mapped[Literal["accepted", "declined"]] = mapped_column(String(10))
    #: which of several plans was accepted: "A", "B", "C"; None where there is one
    plan: Mapped[str | None] = mapped_column(String(1))
    #: numbers of the optional lines that were taken, "1 3"; None where none was offered
    taken: Mapped[str | None] = mapped_column(String(40))
    #: what was accepted, as a plain decimal; None where it is the total of the revision
    total: Mapped[str | None] = mapped_column(String(40))
    #: sealed: the name that was typed
    typed_name: Mapped[bytes | None] = mapped_column(Sealed)
    #: why it was declined, from a short list
    reason: Mapped[str | None] = mapped_column(String(40))
    #: sealed: why, in their own words
    words: Mapped[bytes | None] = mapped_column(Sealed)
    #: the sentence that was agreed to, and its language
    agreed_to: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(20))
    #: of the document that was shown
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    #: the network they came from, not the address: 203.0.113.0/24
    network: Mapped[str] = mapped_column(String(50))
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: until when an acceptance can be taken back, and when it was
    reversible_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    taken_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Certificate(Base):
    """A page about an accepted revision that was made for others: its hash, and what was agreed to be shown."""

    __tablename__ = "quote_certificate"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("quote_revision.id"), index=True)
    #: of the file, which is kept nowhere
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    #: the codes of what it shows besides number and provider, in their order, with spaces between them
    shown: Mapped[str] = mapped_column(String(80))
    #: "patient", or "user:12" for somebody at the desk
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)

    revision: Mapped[QuoteRevision] = relationship()


class QuoteCode(Base):
    """A code that was mailed to a patient, by which they show that the mailbox is theirs; only its HMAC is kept."""

    __tablename__ = "quote_code"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 32 random hexadecimal digits, to which the code is bound while the mail with it waits
    name: Mapped[str] = mapped_column(String(32), unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("patient_request.id", ondelete="CASCADE"), index=True)
    #: sealed: the code, until it is used or over
    code: Mapped[bytes | None] = mapped_column(Sealed)
    code_hash: Mapped[str] = mapped_column(String(64))
    #: random name of the browser that asked for it, in which alone it can be typed
    browser: Mapped[str | None] = mapped_column(String(32))
    #: HMAC of the address and of the network that asked for it, to count by
    asked_from: Mapped[str | None] = mapped_column(String(64))
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
