"""Published versions of price lists: which one is in force on a day, and how a version is added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import bindparam, select

import pricing
from estimator import audit
from estimator.act import Act
from estimator.db import db, insert_if_absent
from estimator.models import Estimate, PriceList, TableVersion
from estimator.price_lists import reading
from pricing import PriceTable, Warning

# Somewhere it is the day before, the day, or the day after that of UTC: the third one has begun everywhere.
_BEGUN = (
    select(TableVersion)
    .join(PriceList, PriceList.slug == TableVersion.slug)
    .where(
        TableVersion.slug == bindparam("slug"),
        TableVersion.valid_from <= bindparam("latest"),
        PriceList.closed_at.is_(None),
    )
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


class Blocked(ValueError):
    """A new version has warnings that nobody can accept; `warnings` says where, and what to do."""

    def __init__(self, warnings: Sequence[Warning]) -> None:
        self.warnings = tuple(warnings)
        super().__init__("\n".join(f"{warning.place}: {warning.text}" for warning in self.warnings))


class UnknownTimeZone(ValueError):
    """A table names a time zone that this machine does not know."""

    def __init__(self, time_zone: str) -> None:
        self.time_zone = time_zone
        super().__init__(f"there is no time zone {time_zone}")


class InForceAlready(ValueError):
    """A version cannot be taken back: its first day has begun, or somebody has an estimate with it."""


def import_(act: Act, text: str, *, examples: str = "[]") -> TableVersion:
    """Publish a version of a price list; idempotent for the same text.

    A version published before one of its warnings became blocking stays valid and can be imported again.
    Raises pricing.BadTable, UnknownTimeZone, Blocked, or VersionTaken.
    """
    table = reading.read(text)
    zone_of(table)
    blocking = pricing.blocking(table)
    if blocking and not _is_stored(table):
        raise Blocked(blocking)
    insert_if_absent(PriceList, {"slug": table.table, "created_at": act.now})
    row = {
        "slug": table.table,
        "version": table.version,
        "valid_from": table.valid_from,
        "time_zone": table.time_zone,
        "text": pricing.write(table),
        "sha256": pricing.sha256(table),
        "examples": examples,
        "published_by": act.actor,
        "created_at": act.now,
    }
    added = insert_if_absent(TableVersion, row)
    stored = db.session.scalars(
        select(TableVersion).filter_by(slug=table.table, valid_from=table.valid_from)
    ).one()
    if stored.sha256 != row["sha256"]:
        raise VersionTaken(stored)
    if added:
        audit.add(
            act,
            "table.published",
            subject=f"table_version:{stored.id}",
            table=stored.slug,
            valid_from=stored.valid_from.isoformat(),
            sha256=stored.sha256,
        )
    return stored


def zone_of(table: PriceTable) -> ZoneInfo:
    """Return the time zone of a table; raises UnknownTimeZone if this machine does not know it."""
    try:
        return ZoneInfo(table.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownTimeZone(table.time_zone) from None


def take_back(act: Act, version: TableVersion) -> None:
    """Take back a version that is scheduled and not in force yet; raises InForceAlready."""
    used = db.session.scalar(select(Estimate.id).filter_by(table_version_id=version.id).limit(1))
    if _has_begun(version, act.now) or used is not None:
        raise InForceAlready
    number, slug, valid_from, sha256 = version.id, version.slug, version.valid_from, version.sha256
    db.session.delete(version)
    db.session.flush()
    # The trail's lock is taken last everywhere, so that no two transactions deadlock.
    audit.add(
        act,
        "table.taken_back",
        subject=f"table_version:{number}",
        table=slug,
        valid_from=valid_from.isoformat(),
        sha256=sha256,
    )


def close(act: Act, slug: str) -> None:
    """Close a list, its scheduled versions included, to new estimates; existing ones keep their version."""
    _list(slug).closed_at = act.now
    db.session.flush()
    audit.add(act, "table.closed", subject=f"price_list:{slug}")


def reopen(act: Act, slug: str) -> None:
    """Open a closed list to new estimates again."""
    _list(slug).closed_at = None
    db.session.flush()
    audit.add(act, "table.reopened", subject=f"price_list:{slug}")


def is_closed(slug: str) -> bool:
    """Whether there is a list of that name that is closed."""
    found = db.session.get(PriceList, slug)
    return found is not None and found.closed_at is not None


def find(slug: str, version: str) -> TableVersion:
    """Return the version of a list by its name, the newest one if several have it; raises UnknownTable."""
    for found in versions(slug):
        if found.version == version:
            return found
    raise UnknownTable(slug)


def versions(slug: str) -> list[TableVersion]:
    """Return every version of a list, the newest first."""
    found = select(TableVersion).filter_by(slug=slug).order_by(TableVersion.valid_from.desc())
    return list(db.session.scalars(found))


def lists() -> list[PriceList]:
    """Return every list, closed ones too, by name."""
    return list(db.session.scalars(select(PriceList).order_by(PriceList.slug)))


def state_of(version: TableVersion, now: datetime) -> str:
    """Return "scheduled", "in force" or "past"; "closed" for any version of a closed list."""
    if _list(version.slug).closed_at is not None:
        return "closed"
    if not _has_begun(version, now):
        return "scheduled"
    return "in force" if in_force(version.slug, now).id == version.id else "past"


def _list(slug: str) -> PriceList:
    found = db.session.get(PriceList, slug)
    if found is None:
        raise UnknownTable(slug)
    return found


def in_force(slug: str, now: datetime) -> TableVersion:
    """Return the version of a list that is in force at a moment, by the day in the list's time zone.

    Raises UnknownTable for a list that does not exist, NotInForce before its first version.
    """
    if "\x00" in slug:  # PostgreSQL refuses to look for it
        raise UnknownTable(slug)
    for version in db.session.scalars(_BEGUN, {"slug": slug, "latest": _latest_day(now)}):
        if _has_begun(version, now):
            return version
    known = db.session.get(PriceList, slug)
    if known is None or known.closed_at is not None:
        raise UnknownTable(slug)
    raise NotInForce(slug)


def on(slug: str, day: date) -> TableVersion:
    """Return the version of a list that holds on a day, of a closed one too.

    Raises UnknownTable for a list that does not exist, NotInForce before its first version.
    """
    found = versions(slug)
    if not found:
        raise UnknownTable(slug)
    for version in found:
        if version.valid_from <= day:
            return version
    raise NotInForce(slug)


def all_in_force(now: datetime) -> list[TableVersion]:
    """Return the version in force of every list that has one, by the name of the list."""
    newest_first = (
        select(TableVersion)
        .join(PriceList, PriceList.slug == TableVersion.slug)
        .where(TableVersion.valid_from <= _latest_day(now), PriceList.closed_at.is_(None))
        .order_by(TableVersion.slug, TableVersion.valid_from.desc())
    )
    found: dict[str, TableVersion] = {}
    for version in db.session.scalars(newest_first):
        if version.slug not in found and _has_begun(version, now):
            found[version.slug] = version
    return list(found.values())


def parsed(version: TableVersion) -> PriceTable:
    """Return the parsed table of a version; cached in the process."""
    table = _kept.get(version.sha256)
    if table is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
        table = _kept[version.sha256] = reading.read(version.text)
    return table


def day_of(moment: datetime, time_zone: str) -> date:
    """Return the day that a moment falls on in a time zone."""
    return moment.astimezone(_zone(time_zone)).date()


def _is_stored(table: PriceTable) -> bool:
    found = select(TableVersion.id).filter_by(
        slug=table.table, valid_from=table.valid_from, sha256=pricing.sha256(table)
    )
    return db.session.scalar(found) is not None


def _has_begun(version: TableVersion, now: datetime) -> bool:
    return version.valid_from <= day_of(now, version.time_zone)


def _latest_day(now: datetime) -> date:
    """Return the date of a moment in the easternmost time zone (UTC+14)."""
    return now.astimezone(UTC).date() + timedelta(days=1)


_kept: dict[str, PriceTable] = {}
_MOST_KEPT = 64


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
