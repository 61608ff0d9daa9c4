"""Mail held back: while it is, no worker claims any, so that a restored copy sends nothing that the original sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, select, update

from estimator.db import changed_rows, db, insert_if_absent
from estimator.models import InstallationState, Mail

HELD = "mail held"

UNSENT = ("waiting", "working")


def hold(now: datetime) -> None:
    """Hold all mail from now on; idempotent."""
    insert_if_absent(InstallationState, {"name": HELD, "value": "true", "at": now})


def held_since() -> datetime | None:
    """Return since when mail is held; None if it is not."""
    return db.session.scalar(select(InstallationState.at).filter_by(name=HELD))


def is_held() -> ColumnElement[bool]:
    """Return the SQL condition that mail is held."""
    return exists().where(InstallationState.name == HELD)


def unsent() -> int:
    """Return how many mails are not sent yet."""
    return db.session.scalar(select(func.count()).select_from(Mail).where(Mail.state.in_(UNSENT))) or 0


def release() -> bool:
    """Let mail go out again; return whether it was held."""
    return changed_rows(delete(InstallationState).where(InstallationState.name == HELD)) == 1


def give_up(words: str, now: datetime) -> int:
    """Give up all mail that is not sent yet, so that coordinators can send single ones again; return how many."""
    ended: dict[str, Any] = {"state": "failed", "words": words, "ended_at": now}
    free: dict[str, Any] = {"lease": None, "leased_until": None, "handed_over_at": None}
    return changed_rows(update(Mail).where(Mail.state.in_(UNSENT)).values(**ended, **free))
