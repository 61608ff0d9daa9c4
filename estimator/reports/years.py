"""Years and months as the clinic that a price list belongs to counts them, along indexes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from estimator.db import db

PIECE = 500
"""Number of rows that are read from the database at once."""

DAY = timedelta(days=1)


def about(year: int) -> tuple[datetime, datetime]:
    """Return a year with one more day at either end, so that it covers the year of every time zone."""
    return datetime(year, 1, 1, tzinfo=UTC) - DAY, datetime(year + 1, 1, 1, tzinfo=UTC) + DAY


def there(at: datetime, zone: str) -> datetime:
    """Return a moment as the clocks of a time zone show it."""
    return at.astimezone(ZoneInfo(zone))


def months_of(year: int, zone: str) -> Iterator[tuple[date, datetime, datetime]]:
    """Yield the first day of each month of a year, when it begins in a time zone, and when the next one does."""
    days = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]
    begins = [datetime(day.year, day.month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in days]
    yield from zip(days, begins, begins[1:], strict=False)


def zones(column: Any) -> Iterator[str]:
    """Yield every time zone in a column, by seeking from each to the next in an index."""
    zone: str | None = ""
    while True:
        zone = db.session.scalar(select(func.min(column)).where(column > zone))
        if zone is None:
            return
        yield zone
