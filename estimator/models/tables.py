"""Price lists: their versions as they were published, and the drafts that versions are made of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, mapped_column, relationship

from estimator.db import Base, UTCDateTime


class PriceList(Base):
    """One list of one provider; every version of it has its name."""

    __tablename__ = "price_list"

    #: the `table` key of its versions
    slug: Mapped[str] = mapped_column(String(80), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: since when nothing can be estimated with it any more; estimates made before keep their version
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class TableVersion(Base):
    """One whole, dated version of one price list, as canonical text; what it says never changes."""

    __tablename__ = "table_version"
    __table_args__ = (UniqueConstraint("slug", "valid_from", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: which list this is a version of
    slug: Mapped[str] = mapped_column(ForeignKey("price_list.slug"))
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
    #: the worked examples it was published with, as JSON
    examples: Mapped[str] = mapped_column(Text, default="[]", deferred=True)
    #: who published it: "user:12", or the command line
    published_by: Mapped[str] = mapped_column(String(80), default="command line")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


FROZEN = (
    "slug",
    "version",
    "valid_from",
    "time_zone",
    "text",
    "sha256",
    "examples",
    "published_by",
    "created_at",
)
"""The columns of a version that neither the app nor a hand at the database can change."""


class PublishedNeverChanges(Exception):
    """Something tried to change what was published."""


@event.listens_for(TableVersion, "before_update")
def _keep_what_was_published(_mapper: Any, _connection: Any, version: TableVersion) -> None:
    if any(inspect(version).attrs[name].history.has_changes() for name in FROZEN):
        raise PublishedNeverChanges(f"version {version.id} was published")


class TableReturn(Base):
    """Somebody went back to an earlier version of a list, which counts again from that moment on."""

    __tablename__ = "table_return"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(ForeignKey("price_list.slug"), index=True)
    #: the version that counts again
    version_id: Mapped[int] = mapped_column(ForeignKey("table_version.id"), index=True)
    #: the version that was withdrawn by it, and since when that one had been in force
    withdrawn_id: Mapped[int] = mapped_column(ForeignKey("table_version.id"), index=True)
    withdrawn_since: Mapped[datetime] = mapped_column(UTCDateTime)
    #: its day, by which it stands among the versions of the list (`price_lists.precedence`), and its moment
    valid_from: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    #: "user:12"
    returned_by: Mapped[str] = mapped_column(String(80))
    #: why, in the words of whoever did it
    reason: Mapped[str] = mapped_column(Text)

    version: Mapped[TableVersion] = relationship(foreign_keys=version_id)
    withdrawn: Mapped[TableVersion] = relationship(foreign_keys=withdrawn_id)


class Draft(Base):
    """The next version of a list while somebody writes it. Its text may be wrong, or no TOML at all."""

    __tablename__ = "draft"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: the list that it was begun for; its text may name another one, which is then a problem
    slug: Mapped[str] = mapped_column(String(80), index=True)
    text: Mapped[str] = mapped_column(Text)
    #: the worked examples, as JSON
    examples: Mapped[str] = mapped_column(Text, default="[]")
    #: the number of the last save, for optimistic locking: a save names the one that it changes
    saves: Mapped[int] = mapped_column(default=1)
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("table_version.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))
    #: who asked for a second person's approval, of which save, with which warnings acknowledged (JSON)
    proposed_by: Mapped[str | None] = mapped_column(String(80))
    proposed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    proposed_save: Mapped[int | None]
    acknowledged: Mapped[str | None] = mapped_column(Text)


class DraftSave(Base):
    """A draft as it was saved once, to go back to."""

    __tablename__ = "draft_save"
    __table_args__ = (UniqueConstraint("draft_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text, deferred=True)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    saved_by: Mapped[str] = mapped_column(String(80))


class DraftComment(Base):
    """What an approver said who sent a draft back, about the save that they had before them."""

    __tablename__ = "draft_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    #: which save of the draft
    save: Mapped[int]
    #: the entry that it is about, "charge.ward"; None for the whole list
    place: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)
    #: who had asked for approval
    asked_by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by: Mapped[str] = mapped_column(String(80))


PreviewState = Literal["waiting", "working", "done", "cancelled", "failed"]


class Preview(Base):
    """What a draft would do to the plans of the last months, worked out by a worker, a part at a time."""

    __tablename__ = "preview"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'working', 'done', 'cancelled', 'failed')", name="state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), index=True)
    #: which save of the draft
    save: Mapped[int]
    state: Mapped[PreviewState] = mapped_column(String(10))
    #: plans to price, and how many are priced
    plans: Mapped[int] = mapped_column(default=0)
    priced: Mapped[int] = mapped_column(default=0)
    #: of how many days
    days: Mapped[int]
    #: how many workers have claimed it
    attempts: Mapped[int] = mapped_column(default=0)
    #: what was found, as JSON
    result: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    lease: Mapped[str | None] = mapped_column(String(32))
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
