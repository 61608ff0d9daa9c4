"""Where staff are signed in: a row for each browser, so that a session can be seen, and ended from outside."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete as sql_delete
from sqlalchemy import or_, select, update

from estimator import links
from estimator.db import changed_rows, db
from estimator.models import StaffSession, StaffUser

IDLE = timedelta(minutes=30)
"""Time without a request after which a session is over."""

LONGEST = timedelta(hours=12)
"""Maximum age of a session, in use or not."""

SEEN_EACH = timedelta(minutes=1)
"""Minimum interval between two updates of `seen_at`: not every request writes to the database."""

AHEAD = timedelta(minutes=5)
"""A session that began further ahead than this is over: the clock was set back."""


def begin(user: StaffUser, now: datetime) -> str:
    """Begin a session and return its key, which belongs into the cookie and is kept nowhere else."""
    key = secrets.token_urlsafe(32)
    db.session.add(StaffSession(user_id=user.id, key_hash=links.stored(key), began_at=now, seen_at=now))
    user.signed_in_at = now
    db.session.flush()
    return key


def is_open(user: StaffUser, key: str, now: datetime) -> bool:
    """Whether a key belongs to a session of theirs that is not over."""
    row = db.session.execute(
        select(StaffSession.began_at, StaffSession.seen_at).where(
            StaffSession.key_hash == links.stored(key), StaffSession.user_id == user.id
        )
    ).first()
    if row is None:
        return False
    began_at, seen_at = row
    return now - LONGEST < began_at <= now + AHEAD and now - IDLE < seen_at <= now + AHEAD


def is_seen(key: str, now: datetime) -> bool:
    """Whether it was written down within the last minute that a session is in use."""
    found = select(StaffSession.id).where(
        StaffSession.key_hash == links.stored(key), StaffSession.seen_at > now - SEEN_EACH
    )
    return db.session.scalar(found) is not None


def seen(key: str, now: datetime) -> bool:
    """Write down that a session is in use, once a minute; return whether anything was written."""
    due = update(StaffSession).where(
        StaffSession.key_hash == links.stored(key), StaffSession.seen_at <= now - SEEN_EACH
    )
    return changed_rows(due.values(seen_at=now)) > 0


def for_user(user: StaffUser, now: datetime) -> Sequence[StaffSession]:
    """Return the sessions of a person that are not over, the newest first."""
    return db.session.scalars(
        select(StaffSession)
        .where(
            StaffSession.user_id == user.id,
            StaffSession.began_at > now - LONGEST,
            StaffSession.seen_at > now - IDLE,
        )
        .order_by(StaffSession.began_at.desc())
    ).all()


def end(key: str) -> None:
    """End one session."""
    changed_rows(sql_delete(StaffSession).where(StaffSession.key_hash == links.stored(key)))


def end_all(user: StaffUser, *, but: str | None = None) -> None:
    """End every session of a person, but the one with that key."""
    which = StaffSession.user_id == user.id
    if but is not None:
        which &= StaffSession.key_hash != links.stored(but)
    changed_rows(sql_delete(StaffSession).where(which))


def is_key(row: StaffSession, key: str) -> bool:
    """Whether a session is the one with that key."""
    return row.key_hash == links.stored(key)


def purge(now: datetime) -> int:
    """Remove the sessions that are over; return how many."""
    return changed_rows(
        sql_delete(StaffSession).where(
            or_(
                StaffSession.began_at <= now - LONGEST,
                StaffSession.seen_at <= now - IDLE,
                StaffSession.began_at > now + AHEAD,
            )
        )
    )
