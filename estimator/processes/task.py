"""What each task of the worker needs: its act, and the queue."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask

from estimator import clinic
from estimator.act import CLOCK, Act
from estimator.jobs import Jobs


def act_of(app: Flask) -> Act:
    """Return the act of a task at this moment, with the clock as its actor."""
    return Act(CLOCK, now(), app.config["SETTINGS"], clinic.current())


def jobs_of(app: Flask) -> Jobs:
    """Return the queue of an app."""
    found: Jobs = app.extensions["jobs"]
    return found


def now() -> datetime:
    """Return this very moment; a task takes long, and each of its steps has its own."""
    return datetime.now(UTC)
