"""Requests: who asked for a firm quote, for which plan, with which consents, and what happened since."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from estimator.db import Base, Sealed, UTCDateTime
from estimator.models.staff import StaffUser
from estimator.models.tables import TableVersion

RequestState = Literal["new", "in_work", "waiting", "quoted", "accepted", "declined", "expired", "closed"]
Origin = Literal["page", "staff"]
AnswerBy = Literal["email", "whatsapp", "telephone"]
RequestKind = Literal["quote", "question"]

REQUEST_STATES: tuple[RequestState, ...] = get_args(RequestState)


class PatientRequest(Base):
    """One request for a firm quote. It holds its own copy of the plan, whatever becomes of the estimate.

    All personal columns are sealed; once the person is erased they are None, and the plan stays.
    """

    __tablename__ = "patient_request"
    __table_args__ = (
        CheckConstraint(
            "state in ('new', 'in_work', 'waiting', 'quoted', 'accepted', 'declined', 'expired', 'closed')",
            name="state",
        ),
        CheckConstraint("origin in ('page', 'staff')", name="origin"),
        CheckConstraint("for_whom in ('self', 'other')", name="for_whom"),
        # The desk's list is read along these: a filter, then the newest first, or the soonest due. The other
        # filters stand at the end, so that they are answered without looking at the request itself.
        Index("ix_patient_request_state_id", "state", "id", "country", "assignee_id", "slug"),
        Index("ix_patient_request_state_due_at", "state", "due_at", "id", "country", "assignee_id", "slug"),
        Index("ix_patient_request_country_id", "country", "id", "state", "assignee_id", "slug"),
        Index("ix_patient_request_assignee_id_id", "assignee_id", "id", "state", "country", "slug"),
        Index(
            "ix_patient_request_unassigned",
            "id",
            "state",
            "country",
            "slug",
            sqlite_where=text("assignee_id IS NULL"),
            postgresql_where=text("assignee_id IS NULL"),
        ),
        Index("ix_patient_request_slug_id", "slug", "id", "state", "country", "assignee_id"),
        Index("ix_patient_request_due_at_id", "due_at", "id", "state", "country", "assignee_id", "slug"),
        Index("ix_patient_request_active_at", "active_at"),
        Index("ix_patient_request_created_at", "created_at"),
        # Who has been silent for so many days is found along this.
        Index("ix_patient_request_state_active_at", "state", "active_at", "id"),
        *(
            Index(
                f"ix_patient_request_{name}",
                name,
                sqlite_where=text(f"{name} IS NOT NULL"),
                postgresql_where=text(f"{name} IS NOT NULL"),
            )
            for name in ("question_due_at", "untold_since", "acceptance_waits_since")
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 32 random hexadecimal digits, to which what is sealed is bound
    name: Mapped[str] = mapped_column(String(32), unique=True)
    #: short, random, for people: REQ-7K3M-92QF
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    origin: Mapped[Origin] = mapped_column(String(10))
    #: idempotency key: one form that was sent, so that sending it twice makes one request
    submission: Mapped[str] = mapped_column(String(64), unique=True)
    #: SHA-256 of the link's token, in hexadecimal
    link_hash: Mapped[str] = mapped_column(String(64), unique=True)
    link_serial: Mapped[int]

    #: reference of the estimate that was asked about
    estimate_reference: Mapped[str] = mapped_column(String(20), index=True)
    table_version_id: Mapped[int] = mapped_column(ForeignKey("table_version.id"), index=True)
    #: the list of that version
    slug: Mapped[str] = mapped_column(String(80))
    #: the likely total as a plain decimal, without what is on request; for the desk's list
    total: Mapped[str] = mapped_column(String(40))
    #: whether something in it is on request, so that the total is not the whole
    at_least: Mapped[bool]
    currency: Mapped[str] = mapped_column(String(3))

    #: sealed: name, address, telephone
    full_name: Mapped[bytes | None] = mapped_column(Sealed)
    email: Mapped[bytes | None] = mapped_column(Sealed)
    phone: Mapped[bytes | None] = mapped_column(Sealed)
    #: HMAC of the address, to find it by; None without one, and once the person is erased
    email_lookup: Mapped[str | None] = mapped_column(String(64), index=True)
    #: ISO 3166 code; empty where it was not asked, or not said
    country: Mapped[str] = mapped_column(String(2))
    #: language tag of everything that is sent to them
    language: Mapped[str] = mapped_column(String(20))
    for_whom: Mapped[Literal["self", "other"]] = mapped_column(String(10))
    #: "2027-03", None if they do not know yet
    planned_month: Mapped[str | None] = mapped_column(String(7))

    state: Mapped[RequestState] = mapped_column(String(10))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    #: number of changes, for optimistic locking: a change that began from an older page is refused
    changes: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: by when somebody has to answer: the end of a business day of the clinic
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: when something last happened; from then on it is kept as long as was promised
    active_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: when the person was erased
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    # What is long stands last, so that what a list shows is read without it.
    #: sealed: what they wrote
    message: Mapped[bytes | None] = mapped_column(Sealed, deferred=True, deferred_group="said")
    #: sealed: the patient's own name where somebody else asks; None where they ask themselves
    patient_name: Mapped[bytes | None] = mapped_column(Sealed, deferred=True, deferred_group="said")
    #: sealed codes of `wording.injury`, and a month or a year, "2024-03"; None is not answered
    injury_level: Mapped[bytes | None] = mapped_column(Sealed, deferred=True, deferred_group="said")
    injury_completeness: Mapped[bytes | None] = mapped_column(Sealed, deferred=True, deferred_group="said")
    injury_month: Mapped[bytes | None] = mapped_column(Sealed, deferred=True, deferred_group="said")
    age_group: Mapped[bytes | None] = mapped_column(Sealed, deferred=True, deferred_group="said")
    #: how they wish to be answered; None is not answered
    answer_by: Mapped[AnswerBy | None] = mapped_column(String(10), deferred=True, deferred_group="said")
    #: sealed: when they can be reached, in their own words
    answer_hours: Mapped[bytes | None] = mapped_column(Sealed, deferred=True, deferred_group="said")
    #: what was answered, in normal form, as JSON
    given: Mapped[str] = mapped_column(Text, deferred=True)
    #: the canonical JSON of the estimate's breakdown
    breakdown: Mapped[str] = mapped_column(Text, deferred=True)

    #: what was asked for; a mere question names nobody, and no country
    kind: Mapped[RequestKind] = mapped_column(
        String(10), server_default="quote", deferred=True, deferred_group="said"
    )
    #: by when the first unanswered question has to be answered; None if none waits
    question_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: since when something is here that no mail has told the desk of, where one is to
    untold_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: since when an acceptance is here after which nobody of the desk has done anything at the request
    acceptance_waits_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: since when they want no mail before a quote ends; None if they said nothing about it
    no_reminders_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, deferred=True, deferred_group="said"
    )

    table_version: Mapped[TableVersion] = relationship()
    assignee: Mapped[StaffUser | None] = relationship()


class NameWord(Base):
    """What a request is found by, as the first 63 bits of its HMAC: beginnings of names and addresses, digits."""

    __tablename__ = "request_name_word"
    __table_args__ = (Index("ix_request_name_word_request_id", "request_id"), {"sqlite_with_rowid": False})

    word: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    request_id: Mapped[int] = mapped_column(
        ForeignKey("patient_request.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class RequestConsent(Base):
    """One consent, with the exact words that somebody agreed to."""

    __tablename__ = "request_consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("patient_request.id", ondelete="CASCADE"), index=True)
    #: "health_data", "contact", "on_behalf"
    purpose: Mapped[str] = mapped_column(String(40))
    #: of the words: a date and a number, "2026-11.1"
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text)
    #: "page": ticked by the person; "staff": said to a coordinator
    how: Mapped[Origin] = mapped_column(String(10))
    given_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RequestEvent(Base):
    """One thing that happened to a request; events are only added."""

    __tablename__ = "request_event"
    __table_args__ = (
        Index("ix_request_event_request_id_id", "request_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 32 random hexadecimal digits, to which the words are bound
    name: Mapped[str] = mapped_column(String(32), unique=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("patient_request.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: "user:12", "patient", "clock"
    actor: Mapped[str] = mapped_column(String(80))
    #: what happened, as a code: "asked", "state", "assigned", "note", "question", "issued", "accepted"
    kind: Mapped[str] = mapped_column(String(40))
    #: ids and codes, as JSON; never a person's words
    detail: Mapped[str] = mapped_column(Text)
    #: a person's words, sealed; None without any, and once the person is erased
    words: Mapped[bytes | None] = mapped_column(Sealed)
