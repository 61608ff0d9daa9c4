"""The outbox: what is to be sent, written in the transaction that causes it, with what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from estimator.db import Base, Sealed, UTCDateTime

State = Literal["waiting", "working", "sent", "failed"]


class Mail(Base):
    """One mail. Its address is encrypted, and forgotten a few days after the mail was sent or given up."""

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'working', 'sent', 'failed')", name="state"),
        Index("ix_mail_state_due_at", "state", "due_at"),
        Index("ix_mail_state_id", "state", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 32 random hexadecimal digits: the row's name, to which its address is bound, and its Message-ID
    name: Mapped[str] = mapped_column(String(32), unique=True)
    #: which folder of templates/email it is written from
    template: Mapped[str] = mapped_column(String(40))
    #: reference of the record that it is about: EST-7K3M-92QF
    about: Mapped[str] = mapped_column(String(20), index=True)
    #: language tag it is written in
    language: Mapped[str] = mapped_column(String(20))
    #: what the template needs besides its record, as JSON; codes and switches, never a person's words
    options: Mapped[str] = mapped_column(Text)
    #: idempotency key: one form that was sent, so that sending it twice gives one mail
    submission: Mapped[str] = mapped_column(String(64), unique=True)
    #: the address, encrypted; None once it is forgotten
    address: Mapped[bytes | None] = mapped_column(Sealed)
    #: HMAC of the address, by which mails to it are counted; None once it is forgotten
    address_lookup: Mapped[str | None] = mapped_column(String(64), index=True)

    state: Mapped[State] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    #: the next attempt is not before this moment
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: number of attempts
    attempts: Mapped[int] = mapped_column(default=0)
    #: the random name of the lease under which a worker has it, and when that expires
    lease: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: when it was handed to the server in the attempt under way; None before
    handed_over_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: a worker ended while the server was taking it, so that it may have arrived twice, with one Message-ID
    perhaps_twice: Mapped[bool] = mapped_column(default=False)
    #: the server's last words, or why there were none, without the address
    words: Mapped[str | None] = mapped_column(Text)
    #: when it was sent or given up
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    #: when somebody decided that what was given up is not sent again; None before
    set_aside_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
