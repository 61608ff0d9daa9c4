"""The time zone of a clinic none of whose price lists is in force yet, or any more."""

from __future__ import annotations

from sqlalchemy import select

from estimator.db import db
from estimator.models import Draft, TableVersion
from estimator.price_lists.editing.document import look
from estimator.price_lists.published import UnknownTimeZone, zone_of


def zone_before_the_first() -> str | None:
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
