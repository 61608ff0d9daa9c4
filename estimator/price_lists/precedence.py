"""Which version of a price list is in force at a moment: the one rule, and everything that follows it.

Each list has entries, which stand in one order:

- a publication, at the first day of its version, and on that day at the minute at which it was published;
- a return to an earlier version (`returns`), at the day on which somebody went back, and at that minute.

A publication begins with its first day, in the time zone of its version. Of several that begin on one day the one
published later counts from its minute on; what was published first holds from the beginning of the day. A return
begins at its minute. **The last entry that has begun is in force.** So:

- B was published today, somebody goes back to A at 10:40: from 10:40 on A is in force.
- C was scheduled for tomorrow before that: tomorrow C is in force, because its day comes after that of the return.
- D is published at noon from today on: from noon on D is in force, because it was published after the return.
- E is imported at one o'clock with a first day of last week: D stays in force, because its day comes later.

A list that is closed has no version in force. Estimates and quotes keep the version that they were made with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Integer, Select, String, bindparam, literal_column, or_, select, union_all

from estimator.db import db
from estimator.models import PriceList, TableReturn, TableVersion

FEW = 8
"""Number of entries asked for at first: the last one that has begun is nearly always among them."""


class UnknownTable(LookupError):
    """There is no price list of that name."""


class NotInForce(LookupError):
    """A price list has no version that is in force on the day that was asked for."""


class Entry(NamedTuple):
    """A publication, whose `return_id` is 0, or a return, in the order of a list."""

    version: TableVersion
    valid_from: date
    at: datetime
    return_id: int

    def has_begun(self, now: datetime) -> bool:
        """Whether a publication's first day or a return's minute has begun."""
        return self.at <= now if self.return_id else has_begun(self.version, now)

    @property
    def since(self) -> datetime:
        """The moment at which it came into force, if nothing stood in its way."""
        if self.return_id:
            return self.at
        first = datetime.combine(self.valid_from, time(), _zone(self.version.time_zone))
        return max(self.at, first.astimezone(UTC))


def _entries(*, slug: Any = None) -> Select[Any]:
    """Every entry that begins until a day `latest`, of one list or of all, the last one first."""
    latest = bindparam("latest", type_=Date)
    published = select(
        TableVersion.id.label("version_id"),
        TableVersion.slug.label("slug"),
        TableVersion.valid_from.label("valid_from"),
        TableVersion.created_at.label("at"),
        literal_column("0", Integer).label("return_id"),
    ).where(TableVersion.valid_from <= latest)
    returned = select(
        TableReturn.version_id, TableReturn.slug, TableReturn.valid_from, TableReturn.at, TableReturn.id
    ).where(TableReturn.valid_from <= latest)
    if slug is not None:
        published = published.where(TableVersion.slug == slug)
        returned = returned.where(TableReturn.slug == slug)
    entry = union_all(published, returned).subquery("entry")
    return (
        select(TableVersion, entry.c.valid_from, entry.c.at, entry.c.return_id)
        .join(entry, entry.c.version_id == TableVersion.id)
        .order_by(
            entry.c.slug,
            entry.c.valid_from.desc(),
            entry.c.at.desc(),
            entry.c.return_id.desc(),
            TableVersion.id.desc(),
        )
    )


def _open(entries: Select[Any]) -> Select[Any]:
    """Only entries of lists that are not closed."""
    return entries.join(PriceList, PriceList.slug == TableVersion.slug).where(PriceList.closed_at.is_(None))


_OF_ONE = _entries(slug=bindparam("slug", type_=String))
_OF_OPEN = _open(_OF_ONE)
_LAST_OF_OPEN = _OF_OPEN.limit(FEW)
_OF_ALL_OPEN = _open(_entries())


def in_force(slug: str, now: datetime) -> TableVersion:
    """Return the version of a list that is in force at a moment, by the day in the list's time zone.

    Raises UnknownTable for a list that does not exist or is closed, NotInForce before its first version.
    """
    return entry_in_force(slug, now).version


def entry_in_force(slug: str, now: datetime) -> Entry:
    """Return the entry by which a version of a list is in force at a moment; raises what `in_force` raises."""
    if "\x00" in slug:  # PostgreSQL refuses to look for it
        raise UnknownTable(slug)
    last = _asked(_LAST_OF_OPEN, _latest_day(now), slug)
    found = _holding(last, now)
    if len(last) == FEW and (found is None or found.at > now):
        found = _holding(_asked(_OF_OPEN, _latest_day(now), slug), now)
    if found is not None:
        return found
    known = db.session.get(PriceList, slug)
    if known is None or known.closed_at is not None:
        raise UnknownTable(slug)
    raise NotInForce(slug)


def known_in_force(slug: str, moment: datetime) -> TableVersion | None:
    """Return the version of an open list that people saw in force at a past moment; None if they saw none.

    What was published later counts for the whole of its first day, but nobody could choose against it before.
    """
    entries = _asked(_OF_OPEN, _latest_day(moment), slug)
    found = _holding([entry for entry in entries if entry.at <= moment], moment)
    return None if found is None else found.version


def all_in_force(now: datetime) -> list[TableVersion]:
    """Return the version in force of every list that has one, by the name of the list."""
    entries = _asked(_OF_ALL_OPEN, _latest_day(now))
    found = [_holding(own, now) for _slug, own in groupby(entries, lambda entry: entry.version.slug)]
    return [entry.version for entry in found if entry is not None]


def on(slug: str, day: date) -> TableVersion:
    """Return the version of a list that holds at the end of a day, of a closed one too.

    Raises UnknownTable for a list that does not exist, NotInForce before its first version.
    """
    found = _asked(_OF_ONE.limit(1), day, slug)
    if found:
        return found[0].version
    if db.session.scalar(select(TableVersion.id).filter_by(slug=slug).limit(1)) is None:
        raise UnknownTable(slug)
    raise NotInForce(slug)


def moment_after(slug: str, now: datetime, *, first_day: date | None = None) -> datetime:
    """Return `now`, or the moment after the last entry of a list, if that is later; the caller has locked the list.

    Whoever waits for the lock has begun before an entry that is written meanwhile, and comes after it all the same.
    With `first_day` only the entries of that day are asked, which alone are told apart by their moments.
    """
    latest = _latest_day(now) if first_day is None else first_day
    written = [entry.at for entry in _asked(_OF_ONE, latest, slug) if first_day in (None, entry.valid_from)]
    return max([now, *(at + timedelta(microseconds=1) for at in written)])


def before(version: TableVersion) -> TableVersion | None:
    """Return what held of a list, or was to hold, until a version came; returns counted, None if it was the first."""
    for entries in (_OF_ONE.limit(FEW), _OF_ONE):
        found = _asked(entries, version.valid_from, version.slug)
        own = [
            number for number, one in enumerate(found) if one.version.id == version.id and not one.return_id
        ]
        earlier = found[own[0] + 1 :] if own else []
        if earlier or len(found) < FEW:
            break
    return earlier[0].version if earlier else None


def state_of(version: TableVersion, now: datetime) -> str:
    """Return "scheduled", "in force", "past" or "withdrawn"; "closed" for any version of a closed list."""
    return states_of([version], now)[version.id]


def states_of(versions: Sequence[TableVersion], now: datetime) -> dict[int, str]:
    """Return the state of each of some versions of one list, by their numbers."""
    if not versions:
        return {}
    slug = versions[0].slug
    try:
        current = in_force(slug, now).id
    except UnknownTable:
        return {version.id: "closed" for version in versions}
    except NotInForce:
        current = None
    over = {version.id: "past" for version in versions if has_begun(version, now)}
    over |= dict.fromkeys(_withdrawn(over, now), "withdrawn")
    return {
        version.id: "in force" if version.id == current else over.get(version.id, "scheduled")
        for version in versions
    }


def _withdrawn(ids: Iterable[int], now: datetime) -> list[int]:
    """Return those of some versions that somebody went back from last, and not to, until a moment."""
    wanted = set(ids)
    last: dict[int, bool] = {}
    found = select(TableReturn.withdrawn_id, TableReturn.version_id).order_by(TableReturn.at, TableReturn.id)
    of_them = or_(TableReturn.withdrawn_id.in_(wanted), TableReturn.version_id.in_(wanted))
    for withdrawn, returned in db.session.execute(found.where(of_them, TableReturn.at <= now)):
        last |= {withdrawn: True, returned: False}
    return [number for number, is_withdrawn in last.items() if is_withdrawn and number in wanted]


def has_begun(version: TableVersion, now: datetime) -> bool:
    """Whether the first day of a version has begun in its time zone."""
    return version.valid_from <= day_of(now, version.time_zone)


def day_of(moment: datetime, time_zone: str) -> date:
    """Return the day that a moment falls on in a time zone."""
    return moment.astimezone(_zone(time_zone)).date()


def _asked(entries: Select[Any], latest: date, slug: str | None = None) -> list[Entry]:
    given = {"latest": latest} if slug is None else {"latest": latest, "slug": slug}
    return [Entry(*row) for row in db.session.execute(entries, given)]


def _holding(entries: Iterable[Entry], now: datetime) -> Entry | None:
    """Return which of the entries of a list, the last one first, is in force; None if none has begun."""
    for _day, same in groupby(entries, lambda entry: entry.valid_from):
        first = None
        for entry in same:
            if not entry.has_begun(now):
                continue
            if entry.at <= now:
                return entry
            first = entry  # it was published later for all of this day, and nothing else was before it
        if first is not None:
            return first
    return None


def _latest_day(now: datetime) -> date:
    """Return the date of a moment in the easternmost time zone (UTC+14)."""
    return now.astimezone(UTC).date() + timedelta(days=1)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
