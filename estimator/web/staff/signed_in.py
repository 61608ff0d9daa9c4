"""Who is signed in, what they may do, and what others are called."""

from __future__ import annotations

from collections.abc import Iterable

from estimator import staff
from estimator.act import COMMAND_LINE, Act
from estimator.db import db
from estimator.i18n import gettext as _
from estimator.models import StaffUser
from estimator.web import whole_numbers
from estimator.web.request_context import act_of
from estimator.web.staff import security


def actor() -> str:
    """Return the name under which what this person does is kept."""
    user = security.person()
    assert user is not None, "the guard lets nobody in who is not signed in"
    return user.actor


def act() -> Act:
    """Return what this request does, as an act of this person."""
    return act_of(actor())


def may(permission: str) -> bool:
    """Whether this person may do something at this moment."""
    user = security.person()
    return user is not None and staff.may(user, permission)


def name_of(who: str | None) -> str:
    """Return what somebody who did something is called: their name or else their address, or the command line."""
    if who is None or who == COMMAND_LINE:
        return _("command line")
    kind, _colon, text = who.partition(":")
    number = whole_numbers.read(text) if kind == "user" else None
    user = None if number is None else db.session.get(StaffUser, number)
    return who if user is None else user.full_name or str(user.email)


def names_of(people: Iterable[str | None]) -> dict[str | None, str]:
    """Return what several people are called."""
    return {who: name_of(who) for who in set(people)}


def addresses_of(people: Iterable[str | None]) -> dict[str | None, str]:
    """Return what several people are called where it must be certain who: by their addresses, which no two share."""
    found: dict[str | None, str] = {}
    for who in set(people):
        kind, _colon, text = (who or "").partition(":")
        number = whole_numbers.read(text) if kind == "user" else None
        user = None if number is None else db.session.get(StaffUser, number)
        found[who] = name_of(who) if user is None else str(user.email)
    return found
