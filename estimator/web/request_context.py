"""What every page of a request shares: the settings, and the one moment that it is."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app, g

from estimator import clinic as clinics
from estimator import estimates
from estimator.act import PATIENT, Act
from estimator.clinic import Clinic
from estimator.config import Settings
from estimator.models import Estimate, StaffUser
from estimator.web import errors


def settings() -> Settings:
    """Return the settings of the app."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def clinic() -> Clinic:
    """Return what the clinic has set for itself, asked for once in a request."""
    if "clinic" not in g:
        g.clinic = clinics.current()
    found: Clinic = g.clinic
    return found


def now() -> datetime:
    """Return the moment of this request, the same one throughout."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    found: datetime = g.now
    return found


def act_of(actor: str) -> Act:
    """Return the act of this request for an actor, at the request's one moment."""
    return Act(actor, now(), settings(), clinic())


def act() -> Act:
    """Return the act of this request with the patient as its actor."""
    return act_of(PATIENT)


def estimate_of(token: str) -> Estimate:
    """Return the estimate that a link opens; raises errors.Missing if there is none any more."""
    found = estimates.find(act(), token)
    if found is None:
        raise errors.Missing
    return found


def person() -> StaffUser:
    """Return the member of staff whose request this is; the guard has let them in."""
    found: StaffUser = g.staff
    return found
