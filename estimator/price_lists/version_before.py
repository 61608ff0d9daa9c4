"""The version before a new one, and the slips of the pen that are seen beside it: ten times its price, a year away.

They need that version and the day, and so are no part of what a text says of itself. Which slips there are stands in
pricing/slips.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pricing
from estimator.price_lists import precedence, published
from pricing import PriceTable, Warning


def slips(table: PriceTable, now: datetime) -> list[Warning]:
    """Return the slips of a table beside the version of its list that holds until its first day."""
    return pricing.slips(table, of(table, now), now.date())


def of(table: PriceTable, now: datetime) -> PriceTable | None:
    """Return the version that holds until the first day of another one, returns counted; None if that is the first."""
    try:
        begins_today = table.valid_from == precedence.day_of(now, table.time_zone)
        last = table.valid_from if begins_today else table.valid_from - timedelta(days=1)
        return published.parsed(precedence.on(table.table, last))
    except (
        LookupError
    ):  # no such list, none before, or no such time zone, which is refused where it is imported
        return None
