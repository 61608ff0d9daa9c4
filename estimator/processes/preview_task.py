"""The part of the worker that works out previews: one at a time, so that mail always has a thread left.

No transaction is open while plans are priced. The progress is saved each second.
"""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta

from flask import Flask
from sqlalchemy.exc import DBAPIError

import pricing
from estimator import jobs, leases
from estimator.db import db, unavailable
from estimator.price_lists import previews, repricing
from estimator.processes import task
from pricing.distinct_plans import Distinct
from pricing.money import Rounder

WRITE_SECONDS = 1
"""Interval at which the progress is saved, in seconds."""

logger = logging.getLogger(__name__)

_one_at_a_time = threading.Lock()


class Ending(Exception):
    """This process was told to end."""


def preview(app: Flask, preview_id: int) -> None:
    """Claim a preview, work it out, and store the result or the reason of its failure."""
    if not _one_at_a_time.acquire(blocking=False):
        return  # the task that holds the lock enqueues it again afterwards
    try:
        _preview(app, preview_id)
    finally:
        _one_at_a_time.release()
    if not task.jobs_of(app).ending:
        others = previews.due(task.act_of(app), within=timedelta(0), most=1)
        for other, _wait in others:
            jobs.enqueue("preview", other)
        db.session.commit()


def _preview(app: Flask, preview_id: int) -> None:
    claimed = previews.claim(task.act_of(app), preview_id)
    db.session.commit()
    if claimed is None:
        return
    try:
        try:
            plans, result = _worked_out(app, claimed)
            previews.done(claimed, result, plans=plans, now=task.now())
        except Ending:
            previews.give_back(claimed)
        except previews.Impossible as impossible:
            previews.failed(claimed, impossible.reason, now=task.now())
        except repricing.Failed:
            logger.warning("preview %s: a process that priced ended", claimed.id)
            previews.give_back(claimed, tried=True)
        except (leases.LostLease, DBAPIError):
            raise
        except Exception:
            logger.exception("preview %s could not be worked out", claimed.id)
            previews.failed(claimed, "broken", now=task.now())
        db.session.commit()
    except leases.LostLease:
        db.session.rollback()


def _worked_out(app: Flask, claimed: previews.Claimed) -> tuple[int, previews.Found]:
    """Read the plans, price each distinct one, and return how many there are and what was found."""
    work = previews.work_of(claimed, task.now())
    old, new = pricing.read(work.old), pricing.read(work.new)
    version, version_name = work.old_version.id, work.old_version.version
    beat = _Beat(app, claimed)
    distinct = Distinct((old, new))
    for part in previews.plans_of(work):
        db.session.rollback()
        for answers, plans in part:
            distinct.add(answers, plans)
        beat.plans = sum(distinct.plans.values()) + distinct.left_out
        beat(0)
    with repricing.Pricers(work.old, work.new, repricing.enough(len(distinct.plans))) as pricers:
        tally = pricers.tally(distinct.plans, beat)
    return beat.plans, {
        **tally.result(Rounder(new.round_to, new.rounding)),
        "save": claimed.save,
        "days": claimed.days,
        "version": version,
        "version_name": version_name,
        "currency": new.currency,
        "plans": beat.plans,
        "left_out": distinct.left_out,
        "distinct": len(distinct.plans),
    }


class _Beat:
    """Saves the progress of a preview each second; raises Ending, or leases.LostLease if it was cancelled."""

    def __init__(self, app: Flask, claimed: previews.Claimed) -> None:
        self.plans = 0
        self._app = app
        self._claimed = claimed
        self._written = time.monotonic()

    def __call__(self, priced: int) -> None:
        if task.jobs_of(self._app).ending:
            raise Ending
        if time.monotonic() - self._written < WRITE_SECONDS:
            return
        self._written = time.monotonic()
        try:
            previews.progress(task.act_of(self._app), self._claimed, priced=priced, plans=self.plans)
            db.session.commit()
        except DBAPIError as error:
            db.session.rollback()
            if unavailable(error) is None:
                raise
