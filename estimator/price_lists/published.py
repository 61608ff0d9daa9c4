"""Published versions of price lists: how one is added, taken back before its day, and read; lists are closed here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select

import pricing
from estimator import audit
from estimator.act import Act
from estimator.db import advisory_lock, db, insert_if_absent
from estimator.models import Estimate, PriceList, TableVersion
from estimator.price_lists import precedence, reading
from estimator.price_lists.precedence import UnknownTable
from pricing import PriceTable, Warning


class VersionTaken(ValueError):
    """Another version of the list has the same name and begins on the same day; published versions never change.

    Several may begin on one day, if their names differ: what is printed on a document leads to one of them.
    """

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


def lock(slugs: Iterable[str]) -> None:
    """Lock price lists against changes of what is in force until this transaction ends, before the trail is written.

    All at once, and in one order everywhere, so that no two transactions wait for each other.
    """
    for slug in sorted(set(slugs)):
        advisory_lock(f"price list {slug}")


def import_(act: Act, text: str, *, examples: str = "[]") -> TableVersion:
    """Publish a version of a price list, which the caller has locked; idempotent for the same text.

    Of those that begin on one day it counts from now on, also if somebody who began later has published meanwhile.

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
        "created_at": precedence.moment_after(table.table, act.now, first_day=table.valid_from),
    }
    added = insert_if_absent(TableVersion, row)
    stored = db.session.scalars(
        select(TableVersion).filter_by(slug=table.table, valid_from=table.valid_from, version=table.version)
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


def can_be_taken_back(act: Act, version: TableVersion) -> bool:
    """Whether the first day of a version has not begun, and nobody has an estimate with it."""
    used = select(Estimate.id).filter_by(table_version_id=version.id).limit(1)
    return not precedence.has_begun(version, act.now) and db.session.scalar(used) is None


def take_back(act: Act, version: TableVersion) -> None:
    """Take back a version that is scheduled and not in force yet.

    Raises InForceAlready, and UnknownTable if somebody else has taken it back meanwhile.
    """
    number, slug = version.id, version.slug
    lock([slug])
    if db.session.get(TableVersion, number, populate_existing=True, with_for_update=True) is None:
        raise UnknownTable(slug)
    if not can_be_taken_back(act, version):
        raise InForceAlready
    valid_from, sha256 = version.valid_from, version.sha256
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
    """Close a list, its scheduled versions included, to new estimates; existing ones keep their version. Idempotent."""
    found = _locked(slug)
    if found.closed_at is not None:
        return
    found.closed_at = act.now
    db.session.flush()
    audit.add(act, "table.closed", subject=f"price_list:{slug}")


def reopen(act: Act, slug: str) -> None:
    """Open a closed list to new estimates again; idempotent."""
    found = _locked(slug)
    if found.closed_at is None:
        return
    found.closed_at = None
    db.session.flush()
    audit.add(act, "table.reopened", subject=f"price_list:{slug}")


def is_closed(slug: str) -> bool:
    """Whether there is a list of that name that is closed."""
    return db.session.scalar(select(PriceList.closed_at).filter_by(slug=slug)) is not None


def find(slug: str, version: str) -> TableVersion:
    """Return the version of a list by its name, the newest one if several have it; raises UnknownTable."""
    for found in versions(slug):
        if found.version == version:
            return found
    raise UnknownTable(slug)


def of_hash(sha256: str) -> TableVersion | None:
    """Return the version whose text has a hash, of whichever list; None if there is none."""
    return db.session.scalar(select(TableVersion).filter_by(sha256=sha256))


def versions(slug: str) -> list[TableVersion]:
    """Return every version of a list, the newest first; of those of one day, the one published last."""
    newest = TableVersion.valid_from.desc(), TableVersion.created_at.desc(), TableVersion.id.desc()
    return list(db.session.scalars(select(TableVersion).filter_by(slug=slug).order_by(*newest)))


def lists() -> list[PriceList]:
    """Return every list, closed ones too, by name."""
    return list(db.session.scalars(select(PriceList).order_by(PriceList.slug)))


def _locked(slug: str) -> PriceList:
    """Lock a list against changes by others until this transaction ends, and return it as it is now."""
    lock([slug])
    found = db.session.get(PriceList, slug, populate_existing=True)
    if found is None:
        raise UnknownTable(slug)
    return found


def parsed(version: TableVersion) -> PriceTable:
    """Return the parsed table of a version; cached in the process."""
    table = _kept.get(version.sha256)
    if table is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
        table = _kept[version.sha256] = reading.read(version.text)
    return table


def _is_stored(table: PriceTable) -> bool:
    found = select(TableVersion.id).filter_by(
        slug=table.table, valid_from=table.valid_from, sha256=pricing.sha256(table)
    )
    return db.session.scalar(found) is not None


_kept: dict[str, PriceTable] = {}
_MOST_KEPT = 64
