"""The situation of an installation, as its database and its queue show it: what waits, who works, what was done.

One look at it serves the doctor, `/readyz`, the metrics and the desk, so that none of them tells something else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import exists, func, select, update

from estimator import demonstration_marks
from estimator.act import Act
from estimator.db import changed_rows, db, insert_if_absent
from estimator.jobs import Jobs
from estimator.mail import holding
from estimator.models import Estimate, InstallationState, Mail, Quote, QuoteRevision
from estimator.operations import heartbeats, refused_mail

NIGHT = "night"

LATE_MAIL = timedelta(minutes=30)
LATE_DOCUMENT = timedelta(minutes=10)
LATE_NIGHT = timedelta(hours=36)
LONG_QUEUE = 200
CLOCK_OFF = 30.0
"""What the doctor tells, `/metrics` counts, and for some of it the desk; see the limits above."""

DRAWN_WITHIN = timedelta(days=7)
"""Time after which a document that cannot be made is not tried again."""

Trouble = Literal[
    "no worker",
    "mail late",
    "mail held",
    "mail refused",
    "documents late",
    "queue away",
    "queue long",
    "night late",
    "clock off",
    "from the future",
]

FELT_BY_PATIENTS: tuple[Trouble, ...] = ("no worker", "mail late", "mail held", "documents late")
"""What the desk is told."""


@dataclass(frozen=True)
class Worker:
    """One worker of the last day: its machine, how long it has been silent, and how far its clock is ahead."""

    host: str
    silent: timedelta
    clock_ahead: float

    @property
    def alive(self) -> bool:
        """Whether it spoke within a minute."""
        return self.silent <= heartbeats.ALIVE


@dataclass(frozen=True)
class Situation:
    """What waits, who works, what was done; `queue_length` is None if the queue could not be asked."""

    at: datetime
    used: bool
    workers: tuple[Worker, ...]
    mails: Mapping[str, int]
    oldest_mail: datetime | None
    longest_due: datetime | None
    last_words: str | None
    refused: refused_mail.Refused | None
    mail_held_since: datetime | None
    documents_missing: int
    oldest_document: datetime | None
    queue_length: int | None
    night_at: datetime | None
    night: Mapping[str, int]
    clock_ahead: float
    newest_row: datetime | None

    @property
    def workers_alive(self) -> int:
        """Return how many workers live."""
        return sum(worker.alive for worker in self.workers)

    def troubles(self) -> list[Trouble]:
        """Return what somebody must be told, the most urgent first."""
        found: list[Trouble] = []
        if self.used and not self.workers_alive:
            found.append("no worker")
        if self.mail_held_since is not None:
            found.append("mail held")
        elif _longer(self.oldest_mail, self.at, LATE_MAIL):
            found.append("mail late")
        if self.refused is not None and self.refused.is_trouble:
            found.append("mail refused")
        if _longer(self.oldest_document, self.at, LATE_DOCUMENT):
            found.append("documents late")
        if self.queue_length is None:
            found.append("queue away")
        elif self.queue_length >= LONG_QUEUE:
            found.append("queue long")
        if _longer(self.night_at, self.at, LATE_NIGHT):
            found.append("night late")
        if abs(self.clock_ahead) >= CLOCK_OFF or any(
            worker.alive and abs(worker.clock_ahead) >= CLOCK_OFF for worker in self.workers
        ):
            found.append("clock off")
        if self.newest_row is not None and self.newest_row > self.at + timedelta(seconds=CLOCK_OFF):
            found.append("from the future")
        return found


def look(act: Act, jobs: Jobs | None, *, counted: bool = True, served: bool = False) -> Situation:
    """Look at the situation by the database's clock; without `jobs` the queue counts as empty.

    `served` tells that pages are, so that there has to be a worker even if nobody has used them yet.
    Without `counted` mails are not counted, which takes a while where there are a million.
    """
    at = heartbeats.database_clock(act.now)
    workers = tuple(
        Worker(row.host, max(at - row.at, timedelta(0)), row.clock_ahead) for row in heartbeats.known()
    )
    counts = select(Mail.state, func.count()).where(Mail.about != "").group_by(Mail.state)
    mails = {str(row[0]): int(row[1]) for row in db.session.execute(counts)} if counted else {}
    unsent = Mail.state.in_(holding.UNSENT)
    oldest_mail, longest_due = db.session.execute(
        select(func.min(Mail.created_at), func.min(Mail.due_at)).where(unsent)
    ).one()
    # What is invented is nothing to be done: its documents are made for whoever asks for one.
    lacking = (
        ~exists().where(Quote.id == QuoteRevision.quote_id, demonstration_marks.marked(Quote.number)),
        QuoteRevision.issued_at > at - DRAWN_WITHIN,
        QuoteRevision.pdf_sha256.is_(None),
        QuoteRevision.rows.is_not(None),
    )
    missing, oldest_document = db.session.execute(
        select(func.count(), func.min(QuoteRevision.issued_at)).where(*lacking)
    ).one()
    night = db.session.get(InstallationState, NIGHT)
    newest = [
        db.session.scalar(
            select(moment).where(~demonstration_marks.marked(name)).order_by(moment.desc()).limit(1)
        )
        for moment, name in ((Mail.created_at, Mail.about), (Estimate.created_at, Estimate.reference))
    ]
    words = (
        select(Mail.words).where(unsent, Mail.words.is_not(None)).order_by(Mail.created_at.desc()).limit(1)
    )
    return Situation(
        at=at,
        used=served or bool(workers) or night is not None or any(newest),
        workers=workers,
        mails=mails,
        oldest_mail=oldest_mail,
        longest_due=longest_due,
        last_words=db.session.scalar(words),
        refused=refused_mail.found(),
        mail_held_since=holding.held_since(),
        documents_missing=missing,
        oldest_document=oldest_document,
        queue_length=0 if jobs is None else jobs.length(),
        night_at=None if night is None else night.at,
        night={} if night is None else json.loads(night.value),
        clock_ahead=(act.now - at).total_seconds(),
        newest_row=max((moment for moment in newest if moment is not None), default=None),
    )


def felt_by_patients(act: Act) -> list[Trouble]:
    """Return what the desk must be told."""
    return [trouble for trouble in look(act, None, counted=False).troubles() if trouble in FELT_BY_PATIENTS]


def note_night(removed: Mapping[Any, int], at: datetime) -> None:
    """Record that the work of the night was done, and how much it removed."""
    values = {"value": json.dumps(dict(removed), sort_keys=True), "at": at}
    if not insert_if_absent(InstallationState, {"name": NIGHT, **values}):
        changed_rows(update(InstallationState).filter_by(name=NIGHT).values(**values))


def _longer(since: datetime | None, now: datetime, limit: timedelta) -> bool:
    return since is not None and now - since > limit
