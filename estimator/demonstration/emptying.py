"""Emptying the demonstration: every record with a mark goes with all that hangs on it, and nothing else.

It is one transaction: either all of it is there still, or nothing. What the database guards against being deleted may
be deleted within it alone. The trail is only added to, so that what was written about the demonstration stays there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, exists, false, func, or_, select

from estimator import audit, demonstration_marks
from estimator.act import Act
from estimator.db import advisory_lock, changed_rows, db
from estimator.demonstration import invented_settings, lists, registry, show
from estimator.mail import smtp
from estimator.migrations import protection
from estimator.models import (
    Counter,
    Estimate,
    FinalBill,
    Mail,
    PatientRequest,
    PriceList,
    Quote,
    StaffUser,
    TableVersion,
    metadata,
)

LISTS = ("table_version", "price_list", "staff_user")
"""Tables of which only what the demonstration made itself goes, and only where nothing real refers to it."""


@dataclass(frozen=True)
class Emptied:
    """How many of each were removed."""

    estimates: int = 0
    requests: int = 0
    quotes: int = 0
    #: versions of price lists that stay, because something real was made with them
    versions_left: int = 0
    #: what invented people had set, which is at its default again
    set_back: Sequence[str] = ()
    #: price lists that filling had opened, and that are closed now
    closed: Sequence[str] = ()


def empty(act: Act, *, real: bool = False) -> Emptied:
    """Remove the demonstration whole, with the files of mail about it; the caller commits.

    In a `real` installation the lists that filling had opened are closed: a demonstration keeps what each start adds.
    Safe to call where there is none, and after a filling that was broken off.
    """
    advisory_lock("demonstration")
    kept, began = registry.kept(), registry.began()
    going = _going()
    set_back = invented_settings.take_back(act)
    removed: dict[str, int] = {}
    names = db.session.scalars(select(Mail.name).where(demonstration_marks.marked(Mail.about))).all()
    changed_rows(delete(Mail).where(demonstration_marks.marked(Mail.about)))
    with protection.may_delete(db.session.connection()):
        for table in reversed(metadata().sorted_tables):
            if table.name in going:
                removed[table.name] = changed_rows(delete(table).where(going[table.name]))
        left = 0 if kept is None else _remove_lists(kept)
    if kept is not None:
        show.switch_off(act, kept.settings)
    closed = lists.close_opened(act, began) if real and began is not None else []
    changed_rows(delete(Counter).where(Counter.series == f"quote {demonstration_marks.WORD}"))
    registry.forget()
    if kept is not None or any(removed.values()):
        audit.add(act, "demonstration.emptied", subject="demonstration", requests=removed["patient_request"])
    smtp.forget_these(act.settings.mail_folder, names)
    db.session.expire_all()
    return Emptied(removed["estimate"], removed["patient_request"], removed["quote"], left, set_back, closed)


def _going() -> Mapping[str, ColumnElement[bool]]:
    """Return which rows of each table go: those with a mark, and those that refer to one of them, however far."""
    marked = demonstration_marks.marked
    found: dict[str, ColumnElement[bool]] = {
        PatientRequest.__tablename__: marked(PatientRequest.reference),
        Estimate.__tablename__: marked(Estimate.reference),
        Quote.__tablename__: marked(Quote.number),
        # A request that was too old may have gone before its bill.
        FinalBill.__tablename__: marked(FinalBill.estimate_reference),
    }
    for table in metadata().sorted_tables:
        of_parents = [
            key.parent.in_(select(key.column).where(found[key.column.table.name]).scalar_subquery())
            for key in table.foreign_keys
            if key.column.table.name in found and key.column.table is not table
        ]
        if of_parents and table.name not in LISTS:
            found[table.name] = or_(found.get(table.name, false()), *of_parents)
    return found


def _remove_lists(kept: registry.Kept) -> int:
    """Remove what was made besides, where nothing refers to it any more; return how many versions stay."""
    version, person = TableVersion.__table__, StaffUser.__table__
    assert isinstance(version, Table)
    assert isinstance(person, Table)
    changed_rows(delete(version).where(version.c.id.in_(kept.versions), *_not_referred_to(version)))
    used = select(TableVersion.slug)
    changed_rows(delete(PriceList).where(PriceList.slug.in_(kept.lists), PriceList.slug.not_in(used)))
    changed_rows(delete(person).where(person.c.id.in_(kept.staff), *_not_referred_to(person)))
    left = select(func.count()).select_from(version).where(version.c.id.in_(kept.versions))
    return db.session.scalar(left) or 0


def _not_referred_to(table: Table) -> list[ColumnElement[bool]]:
    """Return that no row of another table refers to a row, but for those that go with it."""
    return [
        ~exists().where(key.parent == key.column)
        for other in metadata().sorted_tables
        for key in other.foreign_keys
        if key.column.table is table and key.ondelete is None
    ]
