"""Price tables: which one is in force on a day, and how a version comes into the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import bindparam, select

import pricing
from estimator.db import db, insert_once
from estimator.models import TableVersion
from pricing import PriceTable

# Somewhere it is the day before, the day, or the day after that of UTC: the third one has begun everywhere.
_BEGUN = (
    select(TableVersion)
    .where(TableVersion.slug == bindparam("slug"), TableVersion.valid_from <= bindparam("latest"))
    .order_by(TableVersion.valid_from.desc())
    .limit(3)
)


class UnknownTable(LookupError):
    """There is no price list of that name."""


class NotInForce(LookupError):
    """A price list has no version that is in force on the day that was asked for."""


class VersionTaken(ValueError):
    """Another version of the list begins on the same day already; published versions never change."""

    def __init__(self, stored: TableVersion) -> None:
        self.slug, self.version, self.valid_from = stored.slug, stored.version, stored.valid_from
        super().__init__(f"{self.slug} has version {self.version} from {self.valid_from.isoformat()} already")


class UnknownTimeZone(ValueError):
    """A table names a time zone that this machine does not know."""

    def __init__(self, time_zone: str) -> None:
        self.time_zone = time_zone
        super().__init__(f"there is no time zone {time_zone}")


def import_(text: str, now: datetime) -> TableVersion:
    """Add a version of a price list; the same text twice is the same version.

    Raises pricing.BadTable, UnknownTimeZone, or VersionTaken.
    """
    table = pricing.read(text)
    try:
        ZoneInfo(table.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownTimeZone(table.time_zone) from None
    row = {
        "slug": table.table,
        "version": table.version,
        "valid_from": table.valid_from,
        "time_zone": table.time_zone,
        "text": pricing.write(table),
        "sha256": pricing.sha256(table),
        "created_at": now,
    }
    insert_once(TableVersion, row)
    stored = db.session.scalars(
        select(TableVersion).filter_by(slug=table.table, valid_from=table.valid_from)
    ).one()
    if stored.sha256 != row["sha256"]:
        raise VersionTaken(stored)
    return stored


def in_force(slug: str, now: datetime) -> TableVersion:
    """Return the version of a list that is in force at a moment, by the day in the list's time zone.

    Raises UnknownTable for a list that does not exist, NotInForce before its first version.
    """
    if "\x00" in slug:  # PostgreSQL refuses to look for it
        raise UnknownTable(slug)
    for version in db.session.scalars(_BEGUN, {"slug": slug, "latest": _latest_day(now)}):
        if _has_begun(version, now):
            return version
    if db.session.scalar(select(TableVersion.id).filter_by(slug=slug).limit(1)) is None:
        raise UnknownTable(slug)
    raise NotInForce(slug)


def all_in_force(now: datetime) -> list[TableVersion]:
    """Return the version in force of every list that has one, by the name of the list."""
    newest_first = (
        select(TableVersion)
        .where(TableVersion.valid_from <= _latest_day(now))
        .order_by(TableVersion.slug, TableVersion.valid_from.desc())
    )
    found: dict[str, TableVersion] = {}
    for version in db.session.scalars(newest_first):
        if version.slug not in found and _has_begun(version, now):
            found[version.slug] = version
    return list(found.values())


def parsed(version: TableVersion) -> PriceTable:
    """Return the table of a version; it is read once in a process."""
    table = _kept.get(version.sha256)
    if table is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
        table = _kept[version.sha256] = pricing.read(version.text)
    return table


def day_of(moment: datetime, time_zone: str) -> date:
    """Return the day that a moment falls on in a time zone."""
    return moment.astimezone(_zone(time_zone)).date()


def _has_begun(version: TableVersion, now: datetime) -> bool:
    return version.valid_from <= day_of(now, version.time_zone)


def _latest_day(now: datetime) -> date:
    """The day that it is at a moment where the calendar is furthest ahead."""
    return now.astimezone(UTC).date() + timedelta(days=1)


_kept: dict[str, PriceTable] = {}
_MOST_KEPT = 64


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
