"""What a draft would do to the plans of the last months: asked for, worked out by a worker, and kept as it was.

It is about one save of the draft, beside the version in force when the worker began. A row is the truth; whoever
claims it has it for a lease, and if that worker ends, another one begins it anew. Reading is done a part at a time,
so that nobody who makes an estimate has to wait.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, CursorResult, and_, delete, func, or_, select, update

import pricing
from estimator import jobs
from estimator.act import Act
from estimator.db import db, take_turns
from estimator.models import Draft, Estimate, Preview, TableVersion
from estimator.price_lists import drafts, published

DAYS = 90
"""The plans of so many days are looked at; older ones are not kept."""

AT_A_TIME = 50_000
"""So many estimates are read in one go."""

MOST_ATTEMPTS = 3
"""A preview in which so many workers ended is given up."""

Reason = Literal["draft_gone", "not_in_force", "given_up", "broken"]
"""Why a preview failed: its save is not kept any more, the list has no version in force, workers ended, a mistake."""


class LostLease(Exception):
    """Somebody else has claimed the preview meanwhile, or it was cancelled, or its draft is gone."""


class Impossible(Exception):
    """A preview cannot be worked out any more; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        self.reason: Reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Claimed:
    """A preview that this process has for a lease."""

    id: int
    lease: str
    draft_id: int
    save: int
    days: int
    attempts: int


@dataclass(frozen=True)
class Work:
    """What has to be priced: the list, its two texts, and the estimates from which on plans are read."""

    slug: str
    old_version: TableVersion
    old: str
    new: str
    first: int
    last: int


def ask(act: Act, draft: Draft, *, days: int = DAYS) -> Preview:
    """Ask for the effect of a draft as it is now; the same draft asked for twice is one preview.

    A preview of an older save that is not done yet is cancelled. Raises pricing.BadTable if the draft has problems.
    """
    pricing.read(draft.text)
    take_turns(f"previews of draft {draft.id}")
    for unfinished in db.session.scalars(
        select(Preview).where(Preview.draft_id == draft.id, Preview.state.in_(("waiting", "working")))
    ):
        if unfinished.save == draft.saves and unfinished.days == days:
            return unfinished
        cancel(unfinished, now=act.now)
    preview = Preview(
        draft_id=draft.id,
        save=draft.saves,
        state="waiting",
        days=days,
        plans=0,
        priced=0,
        attempts=0,
        asked_at=act.now,
        asked_by=act.actor,
    )
    db.session.add(preview)
    db.session.flush()
    jobs.enqueue("preview", preview.id)
    return preview


def latest(draft: Draft) -> Preview | None:
    """Return the preview that was asked for last, whatever became of it; None if there is none."""
    newest = select(Preview).filter_by(draft_id=draft.id).order_by(Preview.id.desc()).limit(1)
    return db.session.scalar(newest.execution_options(populate_existing=True))


def result_of(preview: Preview) -> dict[str, Any]:
    """Return what was found: what `estimator.tally` counts, and with which version; or {"failed": reason}."""
    return cast(dict[str, Any], json.loads(preview.result or "{}"))


def cancel(preview: Preview, *, now: datetime) -> None:
    """Stop a preview; one that has ended stays as it is. The worker notices within a second."""
    stopped = update(Preview).where(Preview.id == preview.id, Preview.state.in_(("waiting", "working")))
    _rows(stopped.values(state="cancelled", ended_at=now, lease=None, leased_until=None))
    db.session.expire(preview)


def claim(act: Act, preview_id: int) -> Claimed | None:
    """Take a preview for a lease; None if it is not waiting, or somebody else has it. Commit at once."""
    lease = secrets.token_hex(16)
    due = select(Preview.id).where(Preview.id == preview_id, _is_due(act)).with_for_update(skip_locked=True)
    claimed = update(Preview).where(Preview.id.in_(due))
    values = {
        "state": "working",
        "lease": lease,
        "leased_until": act.now + timedelta(seconds=act.settings.lease_seconds),
        "attempts": Preview.attempts + 1,
        "priced": 0,
    }
    if _rows(claimed.values(**values)) != 1:
        return None
    row = db.session.execute(
        select(Preview.draft_id, Preview.save, Preview.days, Preview.attempts).filter_by(
            id=preview_id, lease=lease
        )
    ).one()
    return Claimed(preview_id, lease, *row)


def due(act: Act, *, within: timedelta, most: int) -> list[tuple[int, timedelta]]:
    """Return the previews that wait for a worker, or whose lease is over soon, with how long until then."""
    asked = (
        select(Preview.id, Preview.leased_until).where(_is_due(act, within)).order_by(Preview.id).limit(most)
    )
    found = []
    for preview_id, leased_until in db.session.execute(asked):
        wait = timedelta(0) if leased_until is None else leased_until - act.now
        found.append((preview_id, wait if timedelta(0) < wait <= within else timedelta(0)))
    return found


def work_of(preview: Claimed, now: datetime) -> Work:
    """Return what is to be done for a preview; raises Impossible."""
    if preview.attempts > MOST_ATTEMPTS:
        raise Impossible("given_up")
    try:
        draft = drafts.find(preview.draft_id)
        text = drafts.text_of(draft, preview.save)
    except drafts.UnknownDraft:
        text = None
    if text is None:
        raise Impossible("draft_gone")
    try:
        version = published.in_force(draft.slug, now)
    except LookupError:
        raise Impossible("not_in_force") from None
    # By the numbers of the estimates, which grow: their moment stands behind the breakdown in a row, and to look
    # at it SQLite would read every breakdown.
    since = Estimate.created_at > now - timedelta(days=preview.days)
    first, last = db.session.execute(select(func.min(Estimate.id), func.max(Estimate.id)).where(since)).one()
    return Work(draft.slug, version, version.text, text, first or 1, last or 0)


def plans_of(work: Work) -> Iterator[Sequence[tuple[str, int]]]:
    """Yield the answers of past plans, as JSON, each with how many plans have them, the newest estimates first.

    They come a part at a time, and the same answers again in other parts. Roll back after each part, so that no
    transaction is open while the part is worked on.
    """
    versions = list(db.session.scalars(select(TableVersion.id).filter_by(slug=work.slug)))
    for last in range(work.last, work.first - 1, -AT_A_TIME):
        first = max(last - AT_A_TIME + 1, work.first)
        rows = db.session.execute(
            select(Estimate.given, func.count())
            .where(Estimate.id.between(first, last), Estimate.table_version_id.in_(versions))
            .group_by(Estimate.given)
        )
        yield [(given, count) for given, count in rows]


def progress(act: Act, preview: Claimed, *, priced: int, plans: int) -> None:
    """Write down how far it is, and begin the lease anew; raises LostLease. Commit at once."""
    until = act.now + timedelta(seconds=act.settings.lease_seconds)
    _ours(preview, priced=priced, plans=plans, leased_until=until)


def done(preview: Claimed, result: Mapping[str, Any], *, plans: int, now: datetime) -> None:
    """Write down what was found; raises LostLease."""
    _ours(preview, state="done", result=json.dumps(result), priced=plans, plans=plans, ended_at=now, **_FREE)


def failed(preview: Claimed, reason: Reason, *, now: datetime) -> None:
    """Write down that it cannot be worked out; raises LostLease."""
    _ours(preview, state="failed", result=json.dumps({"failed": reason}), ended_at=now, **_FREE)


def give_back(preview: Claimed, *, tried: bool = False) -> None:
    """Let another worker begin it anew, because this one is told to end, or has tried; raises LostLease."""
    _ours(preview, state="waiting", priced=0, attempts=Preview.attempts - (0 if tried else 1), **_FREE)


def purge(act: Act) -> int:
    """Remove every preview that ended more than `kept_days` ago; return how many.

    What is told of the largest movers comes from estimates, which are not kept longer either.
    """
    return _rows(delete(Preview).where(Preview.ended_at <= act.now - timedelta(days=act.settings.kept_days)))


_FREE: dict[str, Any] = {"lease": None, "leased_until": None}


def _is_due(act: Act, within: timedelta = timedelta(0)) -> ColumnElement[bool]:
    # A lease that ends further ahead than any lease can is over: the clock was set back.
    longest = act.now + timedelta(seconds=act.settings.lease_seconds) + within
    over = or_(Preview.leased_until <= act.now + within, Preview.leased_until > longest)
    return or_(Preview.state == "waiting", and_(Preview.state == "working", over))


def _ours(preview: Claimed, **values: Any) -> None:
    mine = update(Preview).where(Preview.id == preview.id, Preview.lease == preview.lease)
    if _rows(mine.values(**values)) != 1:
        raise LostLease


def _rows(statement: Any) -> int:
    options = {"synchronize_session": False}
    return cast("CursorResult[Any]", db.session.execute(statement, execution_options=options)).rowcount
