"""Staff: who may sign in, in which roles, with what, and where they are signed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from estimator.db import Base, Sealed, UTCDateTime

Role = Literal["coordinator", "price_editor", "approver", "administrator"]
Purpose = Literal["invitation", "reset", "demonstration"]

PERMISSIONS: Mapping[Role, frozenset[str]] = {
    "coordinator": frozenset({"tables.read", "requests.read", "requests.work", "quotes.issue"}),
    "price_editor": frozenset({"tables.read", "tables.edit"}),
    "approver": frozenset(
        {"tables.read", "tables.approve", "requests.read", "quotes.approve", "accounts.confirm", "audit.read"}
    ),
    "administrator": frozenset(
        {"tables.read", "staff.manage", "settings.edit", "accounts.confirm", "audit.read"}
    ),
}
"""What each role may do. Nobody may edit this table while the app runs."""


class StaffRole(Base, RoleMixin):
    """One role of one member of staff."""

    __tablename__ = "staff_user_role"
    __table_args__ = (
        CheckConstraint("name in ('coordinator', 'price_editor', 'approver', 'administrator')", name="name"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[Role] = mapped_column(String(20), primary_key=True)

    def get_permissions(self) -> set[str]:
        """Return what this role may do."""
        return set(PERMISSIONS[self.name])


class StaffUser(Base, UserMixin):
    """A member of staff; the names of most columns are those that Flask-Security asks for.

    Without a password nobody can sign in as them but by a link.
    """

    __tablename__ = "staff_user"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: 32 random hexadecimal digits, to which the secret of the second factor is bound
    name: Mapped[str] = mapped_column(String(32), unique=True)
    #: in small letters
    email: Mapped[str] = mapped_column(String(254), unique=True)
    #: what colleagues read instead of the address; None until somebody has entered it
    full_name: Mapped[str | None] = mapped_column(String(60))
    #: argon2id
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    #: stands in every session; a new one ends them all
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    #: "authenticator" once the second factor is set up
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    #: the secret of the second factor, encrypted
    tf_totp_secret: Mapped[bytes | None] = mapped_column(Sealed)  # type: ignore[assignment]
    #: the time step (half minute) of the last code that was accepted, so that no code is accepted twice
    totp_counter: Mapped[int | None]
    #: language tag of the mails to them
    language: Mapped[str] = mapped_column(String(20))
    #: invented, for a demonstration alone
    demonstration: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    signed_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    roles: Mapped[list[StaffRole]] = relationship(  # type: ignore[assignment]
        cascade="all, delete-orphan", order_by=StaffRole.name, lazy="selectin"
    )

    @property
    def actor(self) -> str:
        """What they are called in the audit trail."""
        return f"user:{self.id}"

    @property
    def role_names(self) -> tuple[Role, ...]:
        """Their roles, in the order of PERMISSIONS."""
        mine = {role.name for role in self.roles}
        return tuple(role for role in PERMISSIONS if role in mine)


class RecoveryCode(Base):
    """One code that stands in for the second factor, once; only its HMAC is kept."""

    __tablename__ = "staff_recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)


class StaffLink(Base):
    """A link that opens something once: an invitation, a new password, or a demonstration."""

    __tablename__ = "staff_link"
    __table_args__ = (
        CheckConstraint("purpose in ('invitation', 'reset', 'demonstration')", name="purpose"),
        # A number is never given again, because the token is made from it.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[Purpose] = mapped_column(String(20))
    #: SHA-256 of the token
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    user: Mapped[StaffUser] = relationship()


class StaffSession(Base):
    """One browser in which somebody is signed in; without its row a cookie opens nothing."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id", ondelete="CASCADE"), index=True)
    #: SHA-256 of what stands in the cookie
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Attempts(Base):
    """How often something was tried since a moment: a password, a code, a request for a new password."""

    __tablename__ = "staff_attempts"

    #: SHA-256 of what is counted, so that no address stands here
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    since: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
