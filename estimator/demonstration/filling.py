"""Filling in the demonstration: all stories side by side, in the order of their moments, in short transactions.

So numbers, histories and the trail are in the order in which things happened. If it is broken off, each record is as it
was at some moment of the past, and `emptying` takes all of it away.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from estimator import audit, clinic, demonstration_marks, jobs, staff
from estimator.act import Act
from estimator.db import changed_rows, db
from estimator.demonstration import emptying, hours, lists, registry, show, story
from estimator.demonstration.registry import EmptiedMeanwhile
from estimator.demonstration.story import Story, World
from estimator.models import Mail, PatientRequest, StaffUser

SPAN = timedelta(days=456)
"""Time over which everything is spread: fifteen months."""

BATCH_SECONDS = 0.25
"""Time after which no further step is added to a transaction, also on a slow machine: others wait for its end."""

PAUSE_SECONDS = 0.15
"""Pause between two transactions: who waits for the lock of SQLite looks for it every 0.1 seconds, and has no turn."""

ONLY_ESTIMATES = 0.5
"""How many people make an estimate and ask for nothing, for each that asks, while estimates are kept."""


def fill(
    act: Act,
    *,
    cases: int,
    seed: int,
    texts: Sequence[str],
    import_shipped: Callable[[Act], object],
    real: bool,
    commit: Callable[[], None],
    progress: Callable[[int], None] = lambda _percent: None,
) -> int:
    """Fill in an invented clinic, calling `commit` after each batch; return how many requests it has.

    `texts` are the shipped price lists, which `import_shipped` publishes. In a `real` installation they stay closed, so
    that no patient meets them. `progress` hears how many per cent of the time were told. Raises lists.ListIsReal and
    registry.HereAlready, and nothing was changed then; and EmptiedMeanwhile.
    """
    act = replace(act, settings=replace(act.settings, demo=True, mail_server=None))
    registry.begin(registry.Kept(seed, cases), act.now)
    commit()
    try:
        made, world = _prepare(act, cases, seed, texts, import_shipped, real)
    except lists.ListIsReal:
        db.session.rollback()
        registry.forget()
        commit()
        raise
    act = world.act
    commit()
    closed = made.lists if real else []
    told = _stories(world, cases)
    try:
        _tell(told, world, closed, commit, progress)
    except (EmptiedMeanwhile, SQLAlchemyError) as error:
        db.session.rollback()
        if registry.kept() is not None:
            raise
        emptying.empty(act)  # what was told since
        commit()
        raise EmptiedMeanwhile from error
    registry.keep(replace(made, whole=True), act.now)
    audit.add(act, "demonstration.filled", subject="demonstration", cases=cases, seed=seed)
    commit()
    marked = demonstration_marks.marked(PatientRequest.reference)
    return db.session.scalar(select(func.count(PatientRequest.id)).where(marked)) or 0


def _tell(
    told: list[tuple[datetime, int, Story]],
    world: World,
    closed: Sequence[str],
    commit: Callable[[], None],
    progress: Callable[[int], None],
) -> None:
    """Tell all stories to their ends; raises EmptiedMeanwhile."""
    while told:
        lists.close(closed, None)
        moment = told[0][0]
        ends = time.monotonic() + BATCH_SECONDS
        while told and time.monotonic() < ends:
            moment, number, one = heapq.heappop(told)
            following = next(one, None)
            _send_nothing(moment)
            if following is not None and following <= world.end:
                heapq.heappush(told, (following, number, one))
        lists.close(closed, world.act.now)
        commit()
        db.session.expunge_all()
        time.sleep(PAUSE_SECONDS)
        if not registry.goes_on(world.act.now):
            raise EmptiedMeanwhile
        progress(100 - int(100 * (world.end - moment) / SPAN))


def _prepare(
    act: Act,
    cases: int,
    seed: int,
    texts: Sequence[str],
    import_shipped: Callable[[Act], object],
    real: bool,
) -> tuple[registry.Kept, World]:
    """Add price lists and staff, and keep what was added; the caller commits all of it together."""
    people = set(db.session.scalars(select(StaffUser.id)))
    versions, slugs = lists.add(act, texts, import_shipped, real=real)
    if real:
        lists.close(slugs, act.now)
    coordinator, approver = (
        staff.demonstration(role, language=act.settings.languages[0], now=act.now - SPAN).id
        for role in ("coordinator", "approver")
    )
    # The invented people of a demonstration stay: each start of it lets them in.
    invented = sorted({coordinator, approver} - people) if real else []
    switched = show.switch_on(act, real=real)
    made = registry.Kept(
        seed, cases, versions=versions, lists=slugs, staff=invented, settings=[] if real else list(switched)
    )
    registry.keep(made, act.now)
    set_here = replace(clinic.current(), **switched)
    act = replace(act, clinic=set_here)
    return made, World(act, set_here, f"user:{coordinator}", f"user:{approver}", seed)


def _stories(world: World, cases: int) -> list[tuple[datetime, int, Story]]:
    """Return every story with the moment of its first step, as a heap."""
    kept = timedelta(days=world.act.settings.kept_days)
    first = world.end - SPAN
    starts = hours.spread(world.random("starts"), cases, first, world.end - timedelta(hours=2))
    found = [(at, number, story.of_case(world, number, at)) for number, at in enumerate(starts)]
    count = round(ONLY_ESTIMATES * sum(at > world.end - kept for at in starts))
    alone = hours.spread(world.random("alone"), count, world.end - kept, world.end)
    found += [
        (at, number, story.only_an_estimate(world, number, at)) for number, at in enumerate(alone, cases)
    ]
    for _at, _number, one in found:
        next(one)
    heapq.heapify(found)
    return found


def _send_nothing(moment: datetime) -> None:
    """Take out of the outbox what the verbs put there at a moment, and wake no worker."""
    db.session.flush()
    changed_rows(delete(Mail).where(Mail.created_at == moment, demonstration_marks.marked(Mail.about)))
    jobs.forget_enqueued()
