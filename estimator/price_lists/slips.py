"""Slips of the pen, which somebody accepts by name: ten times the price of the version before, a day a year away.

They need the version before and the day, and so are no part of what a text says of itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pricing
from estimator.price_lists import precedence, published
from pricing import PriceTable, Warning


def look(table: PriceTable, now: datetime) -> list[Warning]:
    """Return the slips of a table beside the version of its list that holds until its first day."""
    return pricing.slips(table, before(table, now), now.date())


def before(table: PriceTable, now: datetime) -> PriceTable | None:
    """Return the version that holds until the first day of another one, returns counted; None if that is the first."""
    try:
        begins_today = table.valid_from == precedence.day_of(now, table.time_zone)
        last = table.valid_from if begins_today else table.valid_from - timedelta(days=1)
        return published.parsed(precedence.on(table.table, last))
    except (
        LookupError
    ):  # no such list, none before, or no such time zone, which is refused where it is imported
        return None


def is_published(table: PriceTable) -> bool:
    """Whether this is a version of its list already: what was published is not asked about again."""
    sha256 = pricing.sha256(table)
    return any(version.sha256 == sha256 for version in published.versions(table.table))
