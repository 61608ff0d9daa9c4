"""Who does what a benchmark measures, in the app whose context it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import current_app

from estimator.act import Act
from estimator.clinic import Clinic
from estimator.config import Settings


def acting(
    actor: str = "patient",
    now: datetime | None = None,
    settings: Settings | None = None,
    clinic: Clinic | None = None,
    **changed: Any,
) -> Act:
    """Return an act; what is left out is the app's settings, a clinic that has set nothing, and this very moment."""
    known = replace(current_app.config["SETTINGS"] if settings is None else settings, **changed)
    return Act(actor, now or datetime.now(UTC), known, clinic or Clinic())
