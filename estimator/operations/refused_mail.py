"""What the mail server refuses: told once when it is trouble and once at the end, and known to all machines.

A server that takes nothing is trouble at once. A mail that is refused for its address may have a mistyped one, which
anybody can type; so it takes several in a row, with none taken in between.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update

from estimator.db import advisory_lock, changed_rows, db, insert_if_absent
from estimator.models import InstallationState

NAME = "mail refused"

IN_A_ROW = 5
"""Number of mails refused for their addresses, one after another, that is trouble."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Refused:
    """Mail that was refused since a moment: how often in a row, the server's last words, and whether it took none."""

    since: datetime
    count: int
    words: str
    of_server: bool

    @property
    def is_trouble(self) -> bool:
        """Whether somebody must be told."""
        return self.of_server or self.count >= IN_A_ROW


def found() -> Refused | None:
    """Return what was refused since mail was last taken; None if nothing was."""
    row = db.session.get(InstallationState, NAME, populate_existing=True)
    if row is None:
        return None
    said = json.loads(row.value)
    return Refused(row.at, said["count"], said["words"], said["of_server"])


def note(words: str, server: str, at: datetime, *, of_server: bool) -> None:
    """Record that the server refused a mail, or all mail; the log says so once it is trouble. The caller commits."""
    advisory_lock(NAME)  # two workers that count at once would count once
    before = found()
    now = Refused(at, 1 if before is None else before.count + 1, words, of_server)
    value = json.dumps({"count": now.count, "words": words, "of_server": of_server})
    if not insert_if_absent(InstallationState, {"name": NAME, "value": value, "at": at}):
        changed_rows(update(InstallationState).filter_by(name=NAME).values(value=value))
    if now.is_trouble and not (before is not None and before.is_trouble):
        logger.error("the mail server %s refuses mail (%s)", server, " ".join(words.split()).rstrip("."))


def ended(server: str, at: datetime) -> None:
    """Record that the server took a mail; the first time after trouble the log says so. The caller commits."""
    if found() is None:
        return
    advisory_lock(NAME)
    before = found()
    if before is None:
        return
    if changed_rows(delete(InstallationState).filter_by(name=NAME)) and before.is_trouble:
        seconds = max(0.0, (at - before.since).total_seconds())
        logger.warning("the mail server %s takes mail again, after %.0f seconds", server, seconds)
