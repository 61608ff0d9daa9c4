"""What the demonstration made besides records with a mark: versions of price lists, lists, and invented staff."""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import delete, exists, not_, select, update

from estimator import demonstration_marks, price_lists
from estimator.act import Act
from estimator.db import changed_rows, db, insert_if_absent
from estimator.models import InstallationState, PatientRequest, StaffUser, TableVersion

NAME = "demonstration"
"""The name of the row in which it is kept."""

TRIED = "price lists tried in a demonstration"
"""The name of the row with the numbers of versions that a command added in demonstration mode."""


class EmptiedMeanwhile(Exception):
    """Somebody emptied the demonstration while it was filled in."""


class HereAlready(Exception):
    """A demonstration is here, or is being filled in: `kept`, None if it was emptied at this moment."""

    def __init__(self, kept: Kept | None) -> None:
        self.kept = kept
        super().__init__(kept)


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


def began() -> datetime | None:
    """Return the moment at which the filling that is kept began; None if there is none."""
    row = db.session.get(InstallationState, NAME)
    return None if row is None else row.at


def begin(found: Kept, now: datetime) -> None:
    """Keep that a filling begins at a moment, by which it is known from any other; the caller commits at once.

    Raises HereAlready if another one has begun; of several that begin at once, one does.
    """
    if not insert_if_absent(InstallationState, {"name": NAME, "value": _written(found), "at": now}):
        raise HereAlready(kept())


def keep(found: Kept, now: datetime) -> None:
    """Keep what the filling of a moment has made, in the transaction that makes it; raises EmptiedMeanwhile."""
    ours = update(InstallationState).filter_by(name=NAME, at=now)
    if changed_rows(ours.values(value=_written(found))) != 1:
        raise EmptiedMeanwhile


def goes_on(now: datetime) -> bool:
    """Whether the filling that began at a moment is still the one that is kept."""
    ours = exists().where(InstallationState.name == NAME, InstallationState.at == now)
    return bool(db.session.scalar(select(ours)))


def _written(found: Kept) -> str:
    return json.dumps(asdict(found), sort_keys=True)


def forget() -> None:
    """Forget it, once all of it is gone."""
    changed_rows(delete(InstallationState).where(InstallationState.name == NAME))


def belongs_to_somebody(act: Act) -> bool:
    """Whether somebody works with this installation: real staff, a real list in force, or a request of somebody real.

    What people try in a demonstration does not make it a real one: lists that its invented people published, or that
    a command added in demonstration mode, and requests that were made with those or with the invented ones.
    """
    if db.session.scalar(select(exists().where(StaffUser.demonstration.is_(False)))):
        return True
    tried = _tried()
    if any(_is_real(version, tried) for version in price_lists.all_in_force(act.now)):
        return True
    asked = select(PatientRequest.table_version_id).where(
        not_(demonstration_marks.marked(PatientRequest.reference))
    )
    used = db.session.scalars(select(TableVersion).where(TableVersion.id.in_(asked)))
    return any(_is_real(version, tried) for version in used)


def keep_tried(act: Act, version: TableVersion) -> None:
    """Keep whether a version that a command brings was tried: added in demonstration mode, and never outside of it."""
    tried = set(_added())
    if not act.settings.demo:
        tried.discard(version.id)
    elif version.created_at >= act.now:
        tried.add(version.id)
    if tried == _added():
        return
    values = {"value": json.dumps(sorted(tried)), "at": act.now}
    if not insert_if_absent(InstallationState, {"name": TRIED, **values}):
        changed_rows(update(InstallationState).filter_by(name=TRIED).values(**values))


def _tried() -> frozenset[int]:
    """Return the numbers of versions that a command added in demonstration mode, or somebody invented published."""
    invented = [
        f"user:{number}" for number in db.session.scalars(select(StaffUser.id).filter_by(demonstration=True))
    ]
    published = db.session.scalars(select(TableVersion.id).where(TableVersion.published_by.in_(invented)))
    return _added().union(published)


def _added() -> frozenset[int]:
    row = db.session.get(InstallationState, TRIED, populate_existing=True)
    return frozenset() if row is None else frozenset(json.loads(row.value))


def _is_real(version: TableVersion, tried: Container[int]) -> bool:
    return version.id not in tried and not price_lists.parsed(version).demo
