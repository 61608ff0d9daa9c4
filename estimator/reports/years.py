"""Years and months as the clinic that a price list belongs to counts them, along indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from estimator.db import db

PIECE = 500
"""Number of rows that are read from the database at once."""

DAY = timedelta(days=1)

Place = tuple[datetime, int]
"""A place in a list: the moment and the number of a row."""


def about(year: int) -> tuple[datetime, datetime]:
    """Return a year with one more day at either end, so that it covers the year of every time zone."""
    return datetime(year, 1, 1, tzinfo=UTC) - DAY, datetime(year + 1, 1, 1, tzinfo=UTC) + DAY


def there(at: datetime, zone: str) -> datetime:
    """Return a moment as the clocks of a time zone show it."""
    return at.astimezone(ZoneInfo(zone))


def newest_first(
    piece: Callable[[Place | None], Any], moment: str, year: int | None, most: int
) -> Iterator[Any]:
    """Yield the rows of a list, the newest first and `most` of them at most; of a year of their own time zone.

    `piece` returns the query for the rows that follow a place, `moment` is the name of what they are ordered by.
    """
    before: Place | None = None
    count = 0
    while True:
        rows = db.session.execute(piece(before).limit(PIECE)).all()
        for row in rows:
            at = getattr(row, moment)
            before = at, row.id
            if year is not None and there(at, row.time_zone).year != year:
                continue
            if count == most:
                return
            count += 1
            yield row
        if len(rows) < PIECE:
            return


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
