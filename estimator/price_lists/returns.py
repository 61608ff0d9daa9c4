"""Going back to an earlier version of a price list at once, and what that withdraws.

A return is a dated row beside the versions, whose texts, hashes and numbers stay as they are. `precedence` says how
long it counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from estimator import audit
from estimator.act import Act
from estimator.db import db
from estimator.models import PriceList, TableReturn, TableVersion
from estimator.price_lists import precedence, published

LONGEST_REASON = 1_000
"""Maximum number of characters of a reason."""


class NoReason(ValueError):
    """A return has to say why, in at most LONGEST_REASON characters."""


class ListClosed(Exception):
    """Nothing is in force of a list that is closed."""


class IsInForce(Exception):
    """The version to go back to is in force already."""


class NotPast(Exception):
    """The version to go back to has not begun yet."""


class OvertakenBy(Exception):
    """Another version is in force than the one that was to be withdrawn; `current` is that other one."""

    def __init__(self, current: TableVersion) -> None:
        self.current = current
        super().__init__(f"version {current.id} is in force")


def go_back(act: Act, version: TableVersion, *, instead_of: int, reason: str) -> TableReturn:
    """Bring a past version of a list into force from this moment on, and withdraw the one that is.

    `instead_of` is the number of the version that was in force when this was decided: of two people who go back at
    once, the second one is told, and nothing is withdrawn unseen.
    Raises NoReason, ListClosed, IsInForce, NotPast, OvertakenBy.
    """
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise NoReason
    slug = version.slug
    published.lock([slug])
    known = db.session.get(PriceList, slug, populate_existing=True)
    if known is None or known.closed_at is not None:
        raise ListClosed
    at = precedence.moment_after(slug, act.now)
    try:
        current = precedence.entry_in_force(slug, at)
    except precedence.NotInForce:
        raise NotPast from None
    if current.version.id == version.id:
        raise IsInForce
    if not precedence.has_begun(version, at):
        raise NotPast
    if current.version.id != instead_of:
        raise OvertakenBy(current.version)
    made = TableReturn(
        slug=slug,
        version_id=version.id,
        withdrawn_id=current.version.id,
        withdrawn_since=current.since,
        # Never before the day of what it withdraws, whose time zone may be another one.
        valid_from=max(precedence.day_of(at, version.time_zone), current.valid_from),
        at=at,
        returned_by=act.actor,
        reason=words,
    )
    db.session.add(made)
    db.session.flush()
    audit.add(
        act,
        "table.returned",
        subject=f"table_version:{version.id}",
        table=slug,
        withdrawn=f"table_version:{current.version.id}",
        sha256=version.sha256,
    )
    return made


def of_list(slug: str) -> list[TableReturn]:
    """Return every return of a list, the last one first."""
    found = select(TableReturn).filter_by(slug=slug)
    return list(db.session.scalars(found.order_by(TableReturn.at.desc(), TableReturn.id.desc())))


def withdrawn_at(version_id: int, made_at: datetime) -> datetime | None:
    """Return when the version was withdrawn with which something was made at a moment; None if it was not.

    What was made with it in an earlier time in which it was in force, and which ended in the ordinary way, stands.
    So does everything, once somebody has gone back to the version.
    """
    of_it = or_(TableReturn.withdrawn_id == version_id, TableReturn.version_id == version_id)
    found: Sequence[TableReturn] = db.session.scalars(
        select(TableReturn).where(of_it).order_by(TableReturn.at, TableReturn.id)
    ).all()
    if not found or found[-1].withdrawn_id != version_id:
        return None
    moments = [
        each.at for each in found if each.withdrawn_id == version_id and each.withdrawn_since <= made_at
    ]
    return moments[-1] if moments else None
