"""Who does something, when, with which settings, in which clinic, as a test says it: only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import current_app

from estimator.act import Act
from estimator.clinic import Clinic
from estimator.config import Settings
from estimator.requests.mailed_codes import Asker

ASKER = Asker("browser of the patient", "192.0.2.1")
"""Who asks for a code and types it, where a test says no more about them."""


def acting(
    actor: str = "patient",
    now: datetime | None = None,
    settings: Settings | None = None,
    clinic: Clinic | None = None,
    **changed: Any,
) -> Act:
    """Return an act; what is left out is the app's settings, a clinic that has set nothing, and this very moment.

    `changed` are settings with another value, by their names.
    """
    known = current_app.config["SETTINGS"] if settings is None else settings
    return Act(
        actor=actor,
        now=datetime.now(UTC) if now is None else now,
        settings=replace(known, **changed) if changed else known,
        clinic=Clinic() if clinic is None else clinic,
    )
