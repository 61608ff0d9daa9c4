"""Staff: invite somebody, give and take roles, end and begin again, and write to them.

Each change stands in the audit trail; what was there before can still be read there.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from sqlalchemy import and_, exists, func, or_, select

from estimator import audit, throttle
from estimator.act import Act
from estimator.db import advisory_lock, db, insert_if_absent
from estimator.mail import outbox
from estimator.mail.addresses import spelling
from estimator.models import Mail, StaffLink, StaffRole, StaffUser
from estimator.models.staff import PERMISSIONS, Role
from estimator.staff import invitations, recovery_codes, sessions
from estimator.staff.one_change_at_a_time import lock

ROLES: tuple[Role, ...] = get_args(Role)

Notice = Literal["password", "second_factor", "recovery_code"]
"""What somebody is told by mail, in case it was not them."""

DEMONSTRATION: dict[Role, str] = {
    "coordinator": "coordinator@demonstration.example.org",
    "price_editor": "editor@demonstration.example.org",
    "approver": "approver@demonstration.example.org",
    "administrator": "administrator@demonstration.example.org",
}
"""The invented people of a demonstration."""

OF_REAL_PEOPLE = frozenset({"staff.manage", "accounts.confirm"})
"""What nobody invented may do, whatever their role: it would let somebody real in, or say where real money goes."""

MOST_RESETS = 12
"""Maximum number of links to a new password sent to one person in a day, because anybody can ask for them."""


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


class RolesChanged(Exception):
    """Somebody's roles are not the ones any more that were seen when others were chosen."""


def find(address: str) -> StaffUser | None:
    """Return the person with an address, however it is written."""
    if not address.isprintable():
        return None
    return db.session.scalar(select(StaffUser).filter_by(email=spelling(address)))


def find_or_anybody(address: str) -> tuple[StaffUser | None, StaffUser | None]:
    """Return the person with an address, and the first person that there is; None for whom there is not.

    One query for both, so that it takes as long whether somebody has the address or not.
    """
    wanted = spelling(address) if address.isprintable() else ""
    first = select(func.min(StaffUser.id)).scalar_subquery()
    found = db.session.scalars(
        select(StaffUser).where(or_(StaffUser.email == wanted, StaffUser.id == first)).order_by(StaffUser.id)
    ).all()
    return next((user for user in found if user.email == wanted), None), next(iter(found), None)


def get(number: int) -> StaffUser | None:
    """Return a person by their number; nobody who belongs to a demonstration."""
    return db.session.scalar(select(StaffUser).filter_by(id=number, demonstration=False))


def everybody() -> Sequence[StaffUser]:
    """Return all people by their address, without those of a demonstration."""
    return db.session.scalars(
        select(StaffUser).filter_by(demonstration=False).order_by(StaffUser.email)
    ).all()


def everyone() -> dict[int, str]:
    """Return the addresses of all people by their numbers, invented ones and those let in no more included."""
    found = select(StaffUser.id, StaffUser.email).order_by(StaffUser.email)
    return {user.id: user.email for user in db.session.execute(found)}


def who_may(permission: str, *, demonstration: bool) -> dict[int, str]:
    """Return the addresses of active staff with a permission, by id; with `demonstration`, of invented people too.

    Somebody who was invited and has no password yet is not among them, and nobody invented once somebody real
    administers the installation: they are let in no more.
    """
    allowed = [role for role in ROLES if permission in PERMISSIONS[role]]
    among = select(StaffRole.user_id).where(StaffRole.name.in_(allowed))
    found = select(StaffUser.id, StaffUser.email).where(StaffUser.active, StaffUser.id.in_(among))
    has_begun = and_(StaffUser.password.is_not(None), StaffUser.demonstration.is_(False))
    invented_too = demonstration and permission not in OF_REAL_PEOPLE and not is_administered()
    found = found.where(or_(has_begun, StaffUser.demonstration) if invented_too else has_begun)
    return {user.id: user.email for user in db.session.execute(found)}


def is_administered() -> bool:
    """Whether somebody real administers the installation: they have chosen a password, and are let in."""
    real = (StaffUser.active, StaffUser.password.is_not(None), StaffUser.demonstration.is_(False))
    administers = StaffUser.id.in_(select(StaffRole.user_id).where(StaffRole.name == "administrator"))
    return bool(db.session.scalar(select(exists().where(*real, administers))))


def names(numbers: Collection[int]) -> dict[int, str]:
    """Return what people are called by their numbers, also those who are let in no more: by name, or by address.

    Of those with the same name, each has the address beside it.
    """
    if not numbers:
        return {}
    asked = select(StaffUser.id, StaffUser.email, StaffUser.full_name).where(StaffUser.id.in_(numbers))
    rows = db.session.execute(asked).all()
    often = Counter(row.full_name for row in rows)
    return {
        row.id: row.email
        if not row.full_name
        else row.full_name
        if often[row.full_name] == 1
        else f"{row.full_name} ({row.email})"
        for row in rows
    }


def rename(act: Act, user: StaffUser, full_name: str) -> None:
    """Give somebody the name that colleagues read, "" for their address alone."""
    lock(user)
    if (user.full_name or "") == full_name:
        return
    user.full_name = full_name or None
    audit.add(act, "staff.renamed", subject=user.actor)


def invite(
    act: Act, address: str, roles: Collection[Role], *, language: str, by_mail: bool = False
) -> tuple[StaffUser, StaffLink, str]:
    """Add somebody who cannot sign in yet; return them, the link by which they begin, and its token.

    Raises AddressTaken, NoRole; outbox.TooMany if the link is to be sent `by_mail`.
    """
    user = _add(address, roles, language=language, demonstration=False, now=act.now)
    link, token = _invitation(act, user, by_mail=by_mail)
    audit.add(act, "staff.invited", subject=user.actor, roles=list(user.role_names))
    return user, link, token


def invite_again(act: Act, user: StaffUser, *, by_mail: bool = False) -> tuple[StaffLink, str]:
    """Make a new link by which somebody begins anew; return it with its token.

    Whoever takes it chooses a password and sets up a second factor; until then everything stays as it is. Raises
    outbox.TooMany if it is to be sent `by_mail`.
    """
    lock(user)
    link, token = _invitation(act, user, by_mail=by_mail)
    audit.add(act, "staff.invited_again", subject=user.actor)
    return link, token


def begin(act: Act, user: StaffUser, password_hash: str) -> None:
    """Accept an invitation: set a new password, and remove the second factor and the recovery codes."""
    user.tf_primary_method = user.tf_totp_secret = user.totp_counter = None
    recovery_codes.forget(user)
    new_password(act, user, password_hash, action="staff.began")


def new_password(
    act: Act, user: StaffUser, password_hash: str, *, action: str = "staff.password_reset"
) -> None:
    """Give somebody another password and, unless they begin by it, tell them; their sessions and links end."""
    user.password = password_hash
    sign_out_everywhere(user)
    invitations.forget(user)
    if action == "staff.password_reset":
        notify(act, user, "password")
    audit.add(act.by(user.actor), action, subject=user.actor)


def set_roles(
    act: Act, user: StaffUser, roles: Collection[Role], *, seen: Collection[str] | None = None
) -> None:
    """Give somebody exactly these roles; their sessions end.

    `seen` are the roles that they had when these were chosen, None to overwrite whatever they are. Raises NoRole,
    LastAdministrator, RolesChanged.
    """
    wanted = _known(roles)
    lock(user)
    before = user.role_names
    if wanted == before:
        return
    if seen is not None and set(seen) != set(before):
        raise RolesChanged
    if "administrator" not in wanted:
        _must_not_be_last(user)
    user.roles = [
        next((had for had in user.roles if had.name == name), StaffRole(name=name)) for name in wanted
    ]
    sign_out_everywhere(user)
    audit.add(act, "staff.roles", subject=user.actor, before=list(before), after=list(wanted))


def deactivate(act: Act, user: StaffUser) -> None:
    """Let somebody in no more; sessions and links end at once. Raises LastAdministrator."""
    lock(user)
    if not user.active:
        return
    _must_not_be_last(user)
    user.active = False
    sign_out_everywhere(user)
    invitations.forget(user)
    audit.add(act, "staff.deactivated", subject=user.actor)


def activate(act: Act, user: StaffUser) -> None:
    """Activate an account again, with the password and the second factor that it had."""
    lock(user)
    if not user.active:
        user.active = True
        audit.add(act, "staff.activated", subject=user.actor)


def end_sessions(act: Act, user: StaffUser) -> None:
    """Sign somebody else out everywhere."""
    sign_out_everywhere(user)
    audit.add(act, "staff.signed_out", subject=user.actor)


def sign_out_everywhere(user: StaffUser) -> None:
    """End every session of a person, also one that is only half begun."""
    user.fs_uniquifier = secrets.token_hex(32)
    sessions.end_all(user)
    db.session.flush()


def may(user: StaffUser, permission: str) -> bool:
    """Whether one of their roles, as they are at this moment, has a permission, and they are real where that counts."""
    if user.demonstration and permission in OF_REAL_PEOPLE:
        return False
    return user.active and any(permission in PERMISSIONS[role] for role in user.role_names)


def send_link(act: Act, user: StaffUser, link: StaffLink) -> Mail:
    """Put a link into the outbox for its owner. Raises outbox.TooMany."""
    reset = link.purpose == "reset"
    kind, limits = ("reset", outbox.Limits(per_record=MOST_RESETS)) if reset else ("staff", outbox.UNLIMITED)
    return _put(act, f"staff_{link.purpose}", f"{kind}:{user.id}", {"link": str(link.id)}, user, limits)


def notify(act: Act, user: StaffUser, notice: Notice) -> Mail:
    """Put a mail about a change of an account into the outbox; no limit applies, or it could suppress warnings."""
    return _put(act, "staff_notice", f"staff:{user.id}", {"notice": notice}, user)


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
        "email": spelling(address),
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


def _invitation(act: Act, user: StaffUser, *, by_mail: bool) -> tuple[StaffLink, str]:
    link, token = invitations.make(act, user, "invitation")
    if by_mail:
        send_link(act, user, link)
    return link, token


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
    act: Act,
    template: str,
    about: str,
    options: dict[str, str | bool],
    user: StaffUser,
    limits: outbox.Limits = outbox.UNLIMITED,
) -> Mail:
    return outbox.put(
        act,
        outbox.Message(
            template,
            about=about,
            address=user.email,
            language=user.language,
            options=options,
            submission=secrets.token_urlsafe(16),
            limits=limits,
        ),
    )
