"""Years and months as the clinic that a price list belongs to counts them, along indexes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from estimator import demonstration_marks
from estimator.db import UTCDateTime, db

PIECE = 500
"""Number of rows that are read from the database at once."""

DAY = timedelta(days=1)

Moment = InstrumentedAttribute[datetime]


def about(year: int) -> tuple[datetime, datetime]:
    """Return a year with one more day at either end, so that it covers the year of every time zone."""
    return datetime(year, 1, 1, tzinfo=UTC) - DAY, datetime(year + 1, 1, 1, tzinfo=UTC) + DAY


def there(at: datetime, zone: str) -> datetime:
    """Return a moment as the clocks of a time zone show it."""
    return at.astimezone(ZoneInfo(zone))


def without_invented(
    wanted: Select[*tuple[Any, ...]], names: Any, *, invented: bool
) -> Select[*tuple[Any, ...]]:
    """Return a query without what its references or numbers mark as a demonstration's; the same if that counts too."""
    return wanted if invented else wanted.where(~demonstration_marks.marked(names))


def in_year(wanted: Select[*tuple[Any, ...]], moment: Moment, year: int | None) -> Select[*tuple[Any, ...]]:
    """Return a query for what happened in a year, or a day more at either end: a zone may count it; None is ever."""
    if year is None:
        return wanted
    first, last = about(year)
    return wanted.where(moment >= first, moment < last)


def newest_first(
    wanted: Select[*tuple[Any, ...]],
    moment: Moment,
    id_: InstrumentedAttribute[int],
    year: int | None,
    most: int,
) -> Iterator[Any]:
    """Yield the rows of a query, the newest first and `most` of them at most; of a year of their own time zone.

    They are read PIECE by PIECE along the index of the moment; each row has the moment, `id` and `time_zone`.
    """
    wanted = in_year(wanted, moment, year).order_by(moment.desc(), id_.desc()).limit(PIECE)
    piece, count = wanted, 0
    while True:
        rows = db.session.execute(piece).all()
        for row in rows:
            at = getattr(row, moment.key)
            if year is not None and there(at, row.time_zone).year != year:
                continue
            if count == most:
                return
            count += 1
            yield row
        if len(rows) < PIECE:
            return
        place = tuple_(literal(getattr(rows[-1], moment.key), UTCDateTime), literal(rows[-1].id))
        # The first alone says where in the index a piece begins.
        piece = wanted.where(moment <= getattr(rows[-1], moment.key), tuple_(moment, id_) < place)


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
