"""When something happens in the demonstration: people ask at any hour, and the desk works on days of business."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from estimator.act import Clinic

OPENS, CLOSES = time(9), time(17, 30)


def after(random: Random, since: datetime, *, hours: float) -> datetime:
    """Return a moment some hours later: half of them earlier than `hours`, a few much later."""
    return since + timedelta(hours=min(hours * random.lognormvariate(0, 0.7), hours * 6))


def at_work(random: Random, since: datetime, clinic: Clinic, zone: str, *, hours: float) -> datetime:
    """Return such a moment within the hours in which somebody is at the desk."""
    moment = after(random, since, hours=hours).astimezone(ZoneInfo(zone))
    closed = set(clinic.weekend) if len(set(clinic.weekend)) < 7 else set()
    if moment.time() > CLOSES:
        moment = _morning(random, moment + timedelta(days=1))
    elif moment.time() < OPENS:
        moment = _morning(random, moment)
    while moment.weekday() in closed or moment.date() in clinic.holidays:
        moment = _morning(random, moment + timedelta(days=1))
    return moment.astimezone(since.tzinfo)


def spread(random: Random, count: int, first: datetime, last: datetime) -> Sequence[datetime]:
    """Return so many moments between two, in their order: a clinic that becomes known gets more as time goes."""
    whole = last - first
    # The square root of an even number lies twice as often near 1 as in the middle; half of them are even.
    parts = (random.random() if random.random() < 0.5 else random.random() ** 0.5 for _ in range(count))
    return sorted(first + whole * part for part in parts)


def _morning(random: Random, moment: datetime) -> datetime:
    """Return a moment in the first three hours in which the desk is open on a day."""
    opens = datetime.combine(moment.date(), OPENS, moment.tzinfo)
    return opens + timedelta(minutes=random.randrange(180))
