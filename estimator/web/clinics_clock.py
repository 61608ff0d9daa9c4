"""The one clock of the desk: when something was done, in the time zone of the clinic.

A day on which something begins or ends to be valid is told by its own price list's time zone instead.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from flask import g

from estimator import price_lists
from estimator.web import request_context
from estimator.web.language import current_reader


def zone() -> str:
    """Return the time zone of the clinic: that of most price lists in force, of several the first one's by name.

    While none is in force it is that of the version that was published last, else of the newest draft; else UTC.
    """
    if "clinics_zone" not in g:
        g.clinics_zone = _zone()
    found: str = g.clinics_zone
    return found


def written(moment: datetime) -> str:
    """Write a moment by this clock: "1 March 2026, 10:04 (India)"."""
    return current_reader().clock(moment, zone())


def _zone() -> str:
    found = Counter(version.time_zone for version in price_lists.all_in_force(request_context.now()))
    if found:
        return found.most_common(1)[0][0]
    return price_lists.zone_before_the_first() or "UTC"
