"""Price tables: which one is in force on a day, and how a version comes into the database."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

import pricing
from estimator.db import db
from estimator.models import TableVersion
from pricing import PriceTable


class UnknownTable(LookupError):
    """There is no price list of that name."""


class NotInForce(LookupError):
    """A price list has no version that is in force on the day that was asked for."""


class VersionTaken(ValueError):
    """Another version of the list begins on the same day already; published versions never change."""


class UnknownTimeZone(ValueError):
    """A table names a time zone that does not exist."""


def import_(text: str, now: datetime) -> TableVersion:
    """Add a version of a price list; the same text twice is the same version.

    Raises pricing.BadTable, UnknownTimeZone, or VersionTaken.
    """
    table = pricing.read(text)
    try:
        ZoneInfo(table.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownTimeZone(f"There is no time zone “{table.time_zone}”.") from error
    sha256 = pricing.sha256(table)
    same = db.session.scalar(select(TableVersion).filter_by(sha256=sha256))
    if same is not None:
        return same
    taken = db.session.scalar(select(TableVersion).filter_by(slug=table.table, valid_from=table.valid_from))
    if taken is not None:
        raise VersionTaken(
            f"The list “{table.table}” has another version from {table.valid_from.isoformat()} already "
            f"(“{taken.version}”). A version that was published never changes: give the new one a later date."
        )
    version = TableVersion(
        slug=table.table,
        version=table.version,
        valid_from=table.valid_from,
        time_zone=table.time_zone,
        text=pricing.write(table),
        sha256=sha256,
        created_at=now,
    )
    db.session.add(version)
    db.session.flush()
    return version


def in_force(slug: str, now: datetime) -> TableVersion:
    """Return the version of a list that is in force at a moment, by the day in the list's time zone.

    Raises UnknownTable for a list that does not exist, NotInForce before its first version.
    """
    versions = db.session.scalars(
        select(TableVersion).filter_by(slug=slug).order_by(TableVersion.valid_from.desc())
    ).all()
    if not versions:
        raise UnknownTable(slug)
    for version in versions:
        if version.valid_from <= day_of(now, version.time_zone):
            return version
    raise NotInForce(slug)


def all_in_force(now: datetime) -> list[TableVersion]:
    """Return the version in force of every list that has one, by the name of the list."""
    slugs = db.session.scalars(select(TableVersion.slug).distinct().order_by(TableVersion.slug)).all()
    found = []
    for slug in slugs:
        try:
            found.append(in_force(slug, now))
        except NotInForce:
            continue
    return found


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


_kept: dict[str, PriceTable] = {}
_MOST_KEPT = 64


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
