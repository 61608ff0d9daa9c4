"""Previews: what a draft would do to the plans of the last months, worked out by a worker and stored.

A preview compares one save of the draft with the version in force when the worker began. A worker claims it for a
lease (`leases`); if the worker dies, another one starts it over. Estimates are read in batches, so that nobody who
makes one has to wait for a lock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import delete, func, select, update

from estimator import jobs, leases
from estimator.act import Act
from estimator.db import advisory_lock, changed_rows, db
from estimator.models import Draft, Estimate, Preview, TableVersion
from estimator.price_lists import drafts, precedence, reading
from pricing.impact import StoredTally

DAYS = 90
"""Number of days whose plans are priced; older ones are not kept."""

AT_A_TIME = 50_000
"""Number of estimates read by one query."""

MOST_ATTEMPTS = 3
"""Maximum number of attempts; a preview during which that many workers ended is given up."""

Reason = Literal["draft_gone", "not_in_force", "given_up", "broken"]
"""Why a preview failed: its save is not kept any more, the list has no version in force, workers ended, a mistake."""


_LEASED = leases.Leased(Preview)


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
    """The input of a preview: the list, its two texts, and the first of the estimates whose plans are priced."""

    slug: str
    old_version: TableVersion
    old: str
    new: str
    first: int
    last: int


def ask(act: Act, draft: Draft, *, days: int = DAYS) -> Preview:
    """Request a preview of a draft as it is now; idempotent while one of the same save is unfinished.

    A preview of an older save that is not done yet is cancelled. Raises pricing.BadTable if the draft has problems.
    """
    reading.read(draft.text)
    advisory_lock(f"previews of draft {draft.id}")
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
    """Return the newest preview of a draft, in any state, or None."""
    newest = select(Preview).filter_by(draft_id=draft.id).order_by(Preview.id.desc()).limit(1)
    return db.session.scalar(newest.execution_options(populate_existing=True))


class Found(StoredTally):
    """What a preview found, and of which save and version; `left_out` plans are not among the `distinct` ones."""

    save: int
    days: int
    version: int
    version_name: str
    currency: str
    left_out: int
    distinct: int


def result_of(preview: Preview) -> Found:
    """Return what a preview that is done has found."""
    return cast(Found, json.loads(preview.result or "{}"))


def why_failed(preview: Preview) -> str:
    """Return the `Reason` why a preview failed."""
    return str(json.loads(preview.result or "{}").get("failed"))


def cancel(preview: Preview, *, now: datetime) -> None:
    """Stop a preview; one that has ended stays as it is. The worker notices within a second."""
    stopped = update(Preview).where(Preview.id == preview.id, Preview.state.in_(("waiting", "working")))
    changed_rows(stopped.values(state="cancelled", ended_at=now, **_LEASED.freed()))
    db.session.expire(preview)


def claim(act: Act, preview_id: int) -> Claimed | None:
    """Claim a preview for a lease; None if it is not due, or another worker has it. The caller commits at once."""
    lease = _LEASED.claim(
        preview_id, now=act.now, lease=timedelta(seconds=act.settings.lease_seconds), priced=0
    )
    if lease is None:
        return None
    row = db.session.execute(
        select(Preview.draft_id, Preview.save, Preview.days, Preview.attempts).filter_by(
            id=preview_id, lease=lease
        )
    ).one()
    return Claimed(preview_id, lease, *row)


def due(act: Act, *, within: timedelta, most: int) -> list[tuple[int, timedelta]]:
    """Return the ids of previews that are waiting, or whose lease expires soon, each with the time until then."""
    asked = (
        select(Preview.id, Preview.leased_until)
        .where(_LEASED.is_due(act.now, timedelta(seconds=act.settings.lease_seconds), within))
        .order_by(Preview.id)
        .limit(most)
    )
    return [
        (preview_id, leases.wait_until(leased_until, act.now, within))
        for preview_id, leased_until in db.session.execute(asked)
    ]


def work_of(preview: Claimed, now: datetime) -> Work:
    """Return the input of a preview; raises Impossible."""
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
        version = precedence.in_force(draft.slug, now)
    except LookupError:
        raise Impossible("not_in_force") from None
    # By the numbers of the estimates, which grow: their moment stands behind the breakdown in a row, and to look
    # at it SQLite would read every breakdown.
    since = Estimate.created_at > now - timedelta(days=preview.days)
    first, last = db.session.execute(select(func.min(Estimate.id), func.max(Estimate.id)).where(since)).one()
    return Work(draft.slug, version, version.text, text, first or 1, last or 0)


def plans_of(work: Work) -> Iterator[Sequence[tuple[str, int]]]:
    """Yield the answers of past plans, as JSON, each with how many plans have them, the newest estimates first.

    They come in batches, and the same answers may come again in another batch. Roll back after each batch, so that no
    transaction is open while it is priced.
    """
    versions = list(db.session.scalars(select(TableVersion.id).filter_by(slug=work.slug)))
    for last in range(work.last, work.first - 1, -AT_A_TIME):
        first = max(last - AT_A_TIME + 1, work.first)
        rows = db.session.execute(
            select(Estimate.given, func.count())
            .where(Estimate.id.between(first, last), Estimate.table_version_id.in_(versions))
            .group_by(Estimate.given)
        )
        yield [(answers, count) for answers, count in rows]


def progress(act: Act, preview: Claimed, *, priced: int, plans: int) -> None:
    """Save the progress and renew the lease; raises leases.LostLease. The caller commits at once."""
    until = act.now + timedelta(seconds=act.settings.lease_seconds)
    _LEASED.renew(preview.id, preview.lease, until, priced=priced, plans=plans)


def done(preview: Claimed, result: Found, *, plans: int, now: datetime) -> None:
    """Store the result; raises leases.LostLease."""
    _LEASED.end(
        preview.id,
        preview.lease,
        state="done",
        result=json.dumps(result),
        priced=plans,
        plans=plans,
        ended_at=now,
    )


def failed(preview: Claimed, reason: Reason, *, now: datetime) -> None:
    """Mark a preview as failed for a `Reason`; raises leases.LostLease."""
    _LEASED.end(
        preview.id, preview.lease, state="failed", result=json.dumps({"failed": reason}), ended_at=now
    )


def give_back(preview: Claimed, *, tried: bool = False) -> None:
    """Release a preview for another worker, because this one must end, or has failed; raises leases.LostLease."""
    _LEASED.end(
        preview.id, preview.lease, state="waiting", priced=0, attempts=Preview.attempts - (0 if tried else 1)
    )


def purge(act: Act) -> int:
    """Remove every preview that ended more than `kept_days` ago; return how many.

    The largest movers in a result come from estimates, which are not kept longer either.
    """
    return changed_rows(
        delete(Preview).where(Preview.ended_at <= act.now - timedelta(days=act.settings.kept_days))
    )
