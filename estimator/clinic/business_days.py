"""Business days of a clinic: by when it has to answer a request."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from estimator.act import Clinic

DAY = timedelta(days=1)
LAST_SECOND = time(23, 59, 59)


def due(asked_at: datetime, zone: str, clinic: Clinic) -> datetime:
    """Return the end of the day by which the clinic answers, in its time zone.

    The day on which somebody asked does not count, and neither do weekends and holidays. A clinic that answers
    on the day itself has until the end of it, or of the next business day.
    """
    day = asked_at.astimezone(ZoneInfo(zone)).date()
    if clinic.reply_days == 0:
        day = _first(day, clinic)
    for _day in range(clinic.reply_days):
        day = _first(day + DAY, clinic)
    return datetime.combine(day, LAST_SECOND, ZoneInfo(zone))


def _first(day: date, clinic: Clinic) -> date:
    """Return the first business day from a day on."""
    closed = set(clinic.weekend)
    if closed >= set(range(7)):
        closed = set()  # without any business day there would be no day to return
    while day.weekday() in closed or day in clinic.holidays:
        day += DAY
    return day
