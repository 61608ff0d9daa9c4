"""The one clock of the desk: when something was done, in the time zone of the clinic.

A day on which something begins or ends to be valid is told by its own price list's time zone instead.
"""

from __future__ import annotations

from datetime import datetime

from flask import g

from estimator import price_lists
from estimator.web import request_context
from estimator.web.language import current_reader


def zone() -> str:
    """Return the time zone of the clinic, looked up once for each request."""
    if "clinics_zone" not in g:
        g.clinics_zone = price_lists.clinics_zone(request_context.now())
    found: str = g.clinics_zone
    return found


def written(moment: datetime) -> str:
    """Write a moment by this clock: "1 March 2026, 10:04 (India)"."""
    return current_reader().clock(moment, zone())
