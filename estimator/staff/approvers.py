"""Mails to staff about an approval: that one is wanted, or was refused, or what it changed; in English, no data."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select

from estimator.act import Act
from estimator.db import advisory_lock, db
from estimator.mail import outbox
from estimator.models import StaffUser
from estimator.staff.accounts import is_administered, who_may

TEMPLATE = "staff_approval"

QUIET = timedelta(minutes=10)
"""Several requests about one draft within this time are one mail to each who may approve."""

What = Literal["draft", "quote", "draft_returned", "quote_returned", "account", "account_changed"]
"""What a mail is about: an approval that is wanted, or that was refused; or the account that was put in force."""


def tell_approvers(
    act: Act, permission: str, what: What, about: str, *, but: Collection[str], since: datetime | None = None
) -> None:
    """Mail those who may approve that something waits for them; not `but`, who cannot or know it.

    Whoever was told of it within QUIET is not told again, unless it was sent back meanwhile, at `since`.
    """
    for number, address in who_may(permission, demonstration=act.settings.demo).items():
        if f"user:{number}" not in but and _has_begun(number):
            _tell(act, what, about, address, after=max(filter(None, (act.now - QUIET, since))))


def tell_who_asked(act: Act, what: What, about: str, who: str) -> None:
    """Mail whoever asked for an approval that it was sent back; nobody who is let in no more."""
    kind, _colon, number = who.partition(":")
    user = db.session.get(StaffUser, int(number)) if kind == "user" and number.isdecimal() else None
    if user is not None and user.active and not (user.demonstration and is_administered()):
        _tell(act, what, about, user.email, after=act.now)


def _has_begun(number: int) -> bool:
    """Whether somebody can sign in: they have chosen a password, or belong to a demonstration."""
    found = select(StaffUser.password.is_not(None) | StaffUser.demonstration).filter_by(id=number)
    return bool(db.session.scalar(found))


def _tell(act: Act, what: What, about: str, address: str, *, after: datetime) -> None:
    if not act.settings.sends_mail:
        return
    advisory_lock(f"mail about {about}")
    if outbox.put_since(after, TEMPLATE, about=about, lookup=outbox.lookup_of(act, address)):
        return
    outbox.put(
        act,
        outbox.Message(
            TEMPLATE,
            about=about,
            address=address,
            language="en",
            options={"what": what},
            submission=secrets.token_urlsafe(16),
            # Limited above; other mail of the day must not keep somebody from hearing of it.
            limits=outbox.UNLIMITED,
        ),
    )
