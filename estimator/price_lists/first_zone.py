"""The time zone of the clinic, also while none of its price lists is in force."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import select

from estimator.db import db
from estimator.models import Draft, TableVersion
from estimator.price_lists.editing.document import look
from estimator.price_lists.precedence import all_in_force
from estimator.price_lists.published import UnknownTimeZone, zone_of


def clinics_zone(now: datetime) -> str:
    """Return the time zone of the clinic: that of most price lists in force, of several the first one's by name.

    While none is in force it is that of the version that was published last, else of the newest draft; else UTC.
    """
    found = Counter(version.time_zone for version in all_in_force(now))
    if found:
        return found.most_common(1)[0][0]
    return _before_the_first() or "UTC"


def _before_the_first() -> str | None:
    """Return the time zone of the version that was published last, else that of the newest sound draft, if any is."""
    published = db.session.scalar(select(TableVersion.time_zone).order_by(TableVersion.id.desc()).limit(1))
    if published is not None:
        return published
    text = db.session.scalar(select(Draft.text).order_by(Draft.id.desc()).limit(1))
    table = None if text is None else look(text).table
    if table is None:
        return None
    try:
        zone_of(table)
    except UnknownTimeZone:
        return None
    return table.time_zone
