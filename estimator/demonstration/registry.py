"""What the demonstration made besides records with a mark: versions of price lists, lists, and invented staff."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import delete, exists, select, update

from estimator import price_lists
from estimator.act import Act
from estimator.db import changed_rows, db, insert_if_absent
from estimator.models import InstallationState, StaffUser

NAME = "demonstration"
"""The name of the row in which it is kept."""

SERVED = "served as demonstration"
"""The name of the row that a demonstration is known by, whatever people try in it."""


@dataclass(frozen=True)
class Kept:
    """A demonstration that was filled in, or is being; all numbers are those of rows that it made itself."""

    seed: int
    cases: int
    #: whether every case was told to its end; not while it is filled in, nor if that was broken off
    whole: bool = False
    versions: list[int] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    staff: list[int] = field(default_factory=list)
    #: settings of the clinic that were at their default
    settings: list[str] = field(default_factory=list)


def kept() -> Kept | None:
    """Return what is kept of the demonstration in this database; None if there is none."""
    row = db.session.get(InstallationState, NAME, populate_existing=True)
    return None if row is None else Kept(**json.loads(row.value))


def keep(found: Kept, now: datetime) -> None:
    """Keep it, in the transaction that makes what it names."""
    values = {"value": json.dumps(asdict(found), sort_keys=True), "at": now}
    if not insert_if_absent(InstallationState, {"name": NAME, **values}):
        changed_rows(update(InstallationState).filter_by(name=NAME).values(**values))


def forget() -> None:
    """Forget it, once all of it is gone."""
    changed_rows(delete(InstallationState).where(InstallationState.name == NAME))


def is_real(act: Act) -> bool:
    """Whether somebody works with this installation: it has an account of real staff, or a real list in force.

    A list that somebody tries in demonstration mode does not make it a real one.
    """
    return _has_real_staff() or (not act.settings.demo and _has_real_list(act))


def belongs_to_somebody(act: Act) -> bool:
    """Whether this is an installation that somebody works with, and that was never served as a demonstration.

    One of before that was written down is known by its invented people, unless invented cases stand among real ones.
    """
    if db.session.get(InstallationState, SERVED) is not None:
        return False
    invented = exists().where(StaffUser.demonstration)
    if kept() is None and db.session.scalar(select(invented)):
        return False
    return _has_real_staff() or _has_real_list(act)


def mark_served(now: datetime) -> None:
    """Write down that this installation is served as a demonstration."""
    insert_if_absent(InstallationState, {"name": SERVED, "value": "true", "at": now})


def _has_real_staff() -> bool:
    return bool(db.session.scalar(select(exists().where(StaffUser.demonstration.is_(False)))))


def _has_real_list(act: Act) -> bool:
    return any(not price_lists.parsed(version).demo for version in price_lists.all_in_force(act.now))
