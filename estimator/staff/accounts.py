"""Staff: invite somebody, give and take roles, end and begin again, and write to them.

Each change stands in the audit trail; what was there before can still be read there.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from sqlalchemy import select

from estimator import audit, throttle
from estimator.config import Settings
from estimator.db import advisory_lock, db, insert_if_absent
from estimator.mail import outbox
from estimator.models import Mail, StaffLink, StaffRole, StaffUser
from estimator.models.staff import PERMISSIONS, Role
from estimator.staff import invitations, recovery_codes, sessions

ROLES: tuple[Role, ...] = get_args(Role)

Notice = Literal["password", "second_factor", "recovery_code"]
"""What somebody is told by mail, in case it was not them."""

DEMONSTRATION: dict[Role, str] = {
    "coordinator": "coordinator@demonstration.example.org",
    "price_editor": "editor@demonstration.example.org",
    "approver": "approver@demonstration.example.org",
}
"""The invented people of a demonstration."""


MOST_RESETS = 12
"""So many links to a new password somebody is sent in a day, because anybody can ask for them."""

MOST_MAILS = 10_000
"""Whatever else is sent comes of what staff themselves do; nobody can use it up to keep a warning away."""


class Over(NamedTuple):
    """How many sessions, links and counts of attempts were over."""

    sessions: int
    links: int
    attempts: int


class AddressTaken(Exception):
    """Somebody with that address is there already."""


class NoRole(Exception):
    """Nobody is left without any role."""


class LastAdministrator(Exception):
    """Somebody must be left who can invite others."""


def find(address: str) -> StaffUser | None:
    """Return the person with an address, however it is written."""
    return db.session.scalar(select(StaffUser).filter_by(email=address.lower()))


def get(number: int) -> StaffUser | None:
    """Return a person by their number; nobody who belongs to a demonstration."""
    return db.session.scalar(select(StaffUser).filter_by(id=number, demonstration=False))


def everybody() -> Sequence[StaffUser]:
    """Return all people by their address, without those of a demonstration."""
    return db.session.scalars(
        select(StaffUser).filter_by(demonstration=False).order_by(StaffUser.email)
    ).all()


def who_may(permission: str, *, demonstration: bool) -> dict[int, str]:
    """Return the addresses of whoever may do something by their numbers; invented people in a demonstration alone."""
    allowed = [role for role in ROLES if permission in PERMISSIONS[role]]
    among = select(StaffRole.user_id).where(StaffRole.name.in_(allowed))
    found = select(StaffUser.id, StaffUser.email).where(StaffUser.active, StaffUser.id.in_(among))
    if not demonstration:
        found = found.where(StaffUser.demonstration.is_(False))
    return {user.id: user.email for user in db.session.execute(found)}


def addresses(numbers: Collection[int]) -> dict[int, str]:
    """Return the mail addresses of people by their numbers, also of those who are let in no more."""
    found = select(StaffUser.id, StaffUser.email).where(StaffUser.id.in_(numbers))
    return {user.id: user.email for user in db.session.execute(found)} if numbers else {}


def invite(
    address: str,
    roles: Collection[Role],
    *,
    language: str,
    link_key: str,
    actor: str,
    now: datetime,
) -> tuple[StaffUser, StaffLink, str]:
    """Add somebody who cannot sign in yet; return them, the link by which they begin, and its token.

    Raises AddressTaken, NoRole.
    """
    user = _add(address, roles, language=language, demonstration=False, now=now)
    audit.add("staff.invited", actor=actor, subject=user.actor, now=now, roles=list(user.role_names))
    link, token = invitations.make(user, "invitation", link_key=link_key, now=now)
    return user, link, token


def invite_again(user: StaffUser, *, link_key: str, actor: str, now: datetime) -> tuple[StaffLink, str]:
    """Make a new link by which somebody begins anew; return it with its token.

    Whoever takes it chooses a password and sets up a second factor; until then everything stays as it is.
    """
    audit.add("staff.invited_again", actor=actor, subject=user.actor, now=now)
    return invitations.make(user, "invitation", link_key=link_key, now=now)


def begin(user: StaffUser, password_hash: str, *, now: datetime) -> None:
    """Take an invitation: a new password, and neither second factor nor recovery codes any more."""
    user.tf_primary_method = user.tf_totp_secret = user.totp_counter = None
    recovery_codes.forget(user)
    new_password(user, password_hash, now=now, action="staff.began")


def new_password(
    user: StaffUser, password_hash: str, *, now: datetime, action: str = "staff.password_reset"
) -> None:
    """Give somebody another password; every session and every link of theirs ends."""
    user.password = password_hash
    sign_out_everywhere(user)
    invitations.forget(user)
    audit.add(action, actor=user.actor, subject=user.actor, now=now)


def set_roles(user: StaffUser, roles: Collection[Role], *, actor: str, now: datetime) -> None:
    """Give somebody exactly these roles; their sessions end. Raises NoRole, LastAdministrator."""
    before = user.role_names
    wanted = _known(roles)
    if wanted == before:
        return
    if "administrator" not in wanted:
        _must_not_be_last(user)
    user.roles = [
        next((had for had in user.roles if had.name == name), StaffRole(name=name)) for name in wanted
    ]
    sign_out_everywhere(user)
    audit.add(
        "staff.roles", actor=actor, subject=user.actor, now=now, before=list(before), after=list(wanted)
    )


def deactivate(user: StaffUser, *, actor: str, now: datetime) -> None:
    """Let somebody in no more; sessions and links end at once. Raises LastAdministrator."""
    if not user.active:
        return
    _must_not_be_last(user)
    user.active = False
    sign_out_everywhere(user)
    invitations.forget(user)
    audit.add("staff.deactivated", actor=actor, subject=user.actor, now=now)


def activate(user: StaffUser, *, actor: str, now: datetime) -> None:
    """Let somebody in again, with the password and the second factor that they had."""
    if not user.active:
        user.active = True
        audit.add("staff.activated", actor=actor, subject=user.actor, now=now)


def end_sessions(user: StaffUser, *, actor: str, now: datetime) -> None:
    """Sign somebody else out everywhere."""
    sign_out_everywhere(user)
    audit.add("staff.signed_out", actor=actor, subject=user.actor, now=now)


def sign_out_everywhere(user: StaffUser) -> None:
    """End every session of a person, also one that is only half begun."""
    user.fs_uniquifier = secrets.token_hex(32)
    sessions.end_all(user)
    db.session.flush()


def may(user: StaffUser, permission: str) -> bool:
    """Whether one of their roles, as they are at this moment, has a permission."""
    return user.active and any(permission in PERMISSIONS[role] for role in user.role_names)


def send_link(user: StaffUser, link: StaffLink, *, settings: Settings, now: datetime) -> Mail:
    """Put a link into the outbox for its owner. Raises outbox.TooMany."""
    kind, most = ("reset", MOST_RESETS) if link.purpose == "reset" else ("staff", MOST_MAILS)
    return _put(
        f"staff_{link.purpose}", f"{kind}:{user.id}", {"link": str(link.id)}, user, most, settings, now
    )


def notify(user: StaffUser, notice: Notice, *, settings: Settings, now: datetime) -> Mail:
    """Tell somebody by mail what was done to their account."""
    return _put("staff_notice", f"staff:{user.id}", {"notice": notice}, user, MOST_MAILS, settings, now)


def demonstration(role: Role, *, language: str, now: datetime) -> StaffUser:
    """Return the invented person with a role; they have no password, and sign in by a link."""
    address = DEMONSTRATION[role]
    found = find(address)
    if found is not None:
        return found
    return _add(address, [role], language=language, demonstration=True, now=now)


def purge(now: datetime) -> Over:
    """Remove the sessions, links and counts of attempts that are over; return how many."""
    return Over(sessions.purge(now), invitations.purge(now), throttle.purge(now))


def _add(
    address: str, roles: Collection[Role], *, language: str, demonstration: bool, now: datetime
) -> StaffUser:
    wanted = _known(roles)
    row = {
        "name": secrets.token_hex(16),
        "email": address.lower(),
        "active": True,
        "fs_uniquifier": secrets.token_hex(32),
        "language": language,
        "demonstration": demonstration,
        "created_at": now,
    }
    if not insert_if_absent(StaffUser, row):
        raise AddressTaken(address)
    user = db.session.scalars(select(StaffUser).filter_by(name=row["name"])).one()
    user.roles = [StaffRole(name=name) for name in wanted]
    db.session.flush()
    return user


def _known(roles: Collection[Role]) -> tuple[Role, ...]:
    wanted = tuple(role for role in ROLES if role in roles)
    if not wanted or len(wanted) != len(set(roles)):
        raise NoRole
    return wanted


def _must_not_be_last(user: StaffUser) -> None:
    """Let an administrator go only if another one has begun; raises LastAdministrator."""
    if "administrator" not in user.role_names or user.password is None:
        return
    advisory_lock("administrators")
    others = db.session.scalars(
        select(StaffUser.id)
        .join(StaffRole, StaffRole.user_id == StaffUser.id)
        .where(
            StaffRole.name == "administrator",
            StaffUser.active,
            StaffUser.password.is_not(None),
            StaffUser.id != user.id,
            StaffUser.demonstration.is_(False),
        )
    ).all()
    if not others:
        raise LastAdministrator


def _put(
    template: str,
    about: str,
    options: dict[str, str | bool],
    user: StaffUser,
    most: int,
    settings: Settings,
    now: datetime,
) -> Mail:
    return outbox.put(
        template,
        about=about,
        address=user.email,
        language=user.language,
        options=options,
        submission=secrets.token_urlsafe(16),
        keyring=settings.data_keys,
        lookup_key=settings.lookup_key,
        per_address=MOST_MAILS,
        per_record=most,
        now=now,
    )
