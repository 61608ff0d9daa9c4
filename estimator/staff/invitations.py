"""Links for staff that open something once: an invitation, a new password, a demonstration.

A token is an HMAC of the link's number, so that the worker can compose it again; only its SHA-256 is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete as sql_delete
from sqlalchemy import select

from estimator import links
from estimator.act import Act
from estimator.db import changed_rows, db
from estimator.models import StaffLink, StaffUser
from estimator.models.staff import Purpose

GOOD_FOR: Mapping[Purpose, timedelta] = {
    "invitation": timedelta(days=3),
    "reset": timedelta(hours=1),
    "demonstration": timedelta(hours=12),
}
"""How long a link can be used."""

PATHS: Mapping[Purpose, str] = {
    "invitation": "/staff/welcome/",
    "reset": "/staff/new-password/",
    "demonstration": "/staff/demonstration/",
}
"""The path of each kind of link, before its token."""


def make(act: Act, user: StaffUser, purpose: Purpose) -> tuple[StaffLink, str]:
    """Make a link; return it with its token. An invitation or a demonstration ends the ones before.

    Not so a new password, which anybody can ask for: nobody may end the link that somebody is about to use.
    """
    if purpose != "reset":
        forget(user, purpose)
    link = StaffLink(user_id=user.id, purpose=purpose, until=act.now + GOOD_FOR[purpose], created_at=act.now)
    db.session.add(link)
    db.session.flush()
    token = token_of(link, act.settings.link_key)
    link.token_hash = links.stored(token)
    db.session.flush()
    return link, token


def token_of(link: StaffLink, link_key: str) -> str:
    """Compose the token of a link."""
    return links.compose(link_key, f"staff {link.purpose}", str(link.id), 1)


def find(token: str, purpose: Purpose, now: datetime) -> StaffLink | None:
    """Return the link that a token opens; None if it is unknown, used, too old, or its owner may not sign in."""
    link = db.session.scalar(select(StaffLink).filter_by(token_hash=links.stored(token), purpose=purpose))
    if link is None or not is_good(link, now):
        return None
    return link


def is_good(link: StaffLink, now: datetime) -> bool:
    """Whether a link can still be used; one from the future cannot, because then the clock was set back."""
    return link.user.active and link.created_at - timedelta(minutes=5) <= now < link.until


def use(link: StaffLink) -> bool:
    """Use a link up; return whether it was still there: true for only one of two at the same moment."""
    return changed_rows(sql_delete(StaffLink).where(StaffLink.id == link.id)) == 1


def forget(user: StaffUser, purpose: Purpose | None = None) -> None:
    """Remove the links of a person, all of them or those of one purpose."""
    which = sql_delete(StaffLink).where(StaffLink.user_id == user.id)
    changed_rows(which if purpose is None else which.where(StaffLink.purpose == purpose))


def purge(now: datetime) -> int:
    """Remove the links that nobody can use any more; return how many."""
    return changed_rows(sql_delete(StaffLink).where(StaffLink.until <= now))
