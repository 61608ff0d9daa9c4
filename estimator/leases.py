"""Work that one process has for a while: rows that are claimed for a lease, renewed, and free again when it is over.

A row is the truth, a queue only the bell. If whoever has a row ends, another one claims it when the lease is over. A
clock that is set back must not hold anything up: a moment further ahead than any lease or delay can be is over.

A model has the columns `id`, `state`, `lease`, `leased_until` and `attempts`, and is `waiting` or `working` until it
has ended.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from estimator.db import changed_rows

NO_TIME = timedelta(0)


class LostLease(Exception):
    """Somebody else has claimed the row meanwhile, or it is gone; what was done with it does not count."""


@dataclass(frozen=True)
class Leased:
    """The rows of a model that are worked on under a lease.

    `due_at` is the column that says from when on a row that waits is due, and `longest_delay` how far ahead that can
    be; without it a row that waits is due at once. `free` are values that a row has when nobody has it, besides the
    lease itself.
    """

    model: Any
    due_at: InstrumentedAttribute[datetime] | None = None
    longest_delay: timedelta = NO_TIME
    free: tuple[tuple[str, Any], ...] = ()

    def is_due(self, now: datetime, lease: timedelta, within: timedelta = NO_TIME) -> ColumnElement[bool]:
        """Return the condition that a row is due within a time: it waits, or its lease is over and it was left."""
        model = self.model
        ready: ColumnElement[bool] = model.state == "waiting"
        if self.due_at is not None:
            ready = and_(ready, _over(self.due_at, now, self.longest_delay, within))
        abandoned = and_(model.state == "working", _over(model.leased_until, now, lease, within))
        return or_(ready, abandoned)

    def claim(self, row_id: int, *, now: datetime, lease: timedelta, **values: Any) -> str | None:
        """Take a row that is due, for a lease; return the lease's name, or None. Commit at once.

        `values` are written with it. None if it is not due, or somebody else has it.
        """
        model, name = self.model, secrets.token_hex(16)
        # On PostgreSQL a row that somebody is claiming at this moment is skipped, not waited for.
        due = (
            select(model.id)
            .where(model.id == row_id, self.is_due(now, lease))
            .with_for_update(skip_locked=True)
        )
        claimed = update(model).where(model.id.in_(due))
        leased = {"state": "working", "lease": name, "leased_until": now + lease}
        changed = changed_rows(claimed.values(**leased, attempts=model.attempts + 1, **values))
        return name if changed == 1 else None

    def write(self, row_id: int, lease: str, /, **values: Any) -> None:
        """Write into a row that is ours by a lease; raises LostLease."""
        ours = (self.model.id == row_id, self.model.lease == lease)
        if changed_rows(update(self.model).where(*ours).values(**values)) != 1:
            raise LostLease

    def renew(self, row_id: int, lease: str, until: datetime, /, **values: Any) -> None:
        """Have a row until another moment; raises LostLease. Commit at once."""
        self.write(row_id, lease, leased_until=until, **values)

    def end(self, row_id: int, lease: str, /, **values: Any) -> None:
        """Write what became of a row, and let it go; raises LostLease."""
        self.write(row_id, lease, **values, **self.freed())

    def freed(self) -> dict[str, Any]:
        """Return the values of a row that nobody has."""
        return {"lease": None, "leased_until": None, **dict(self.free)}


def wait_until(moment: datetime | None, now: datetime, within: timedelta) -> timedelta:
    """Return how long a row that is due within a time still waits; a moment that cannot be is over."""
    wait = NO_TIME if moment is None else moment - now
    return wait if NO_TIME < wait <= within else NO_TIME


def _over(column: Any, now: datetime, longest: timedelta, within: timedelta) -> ColumnElement[bool]:
    return or_(column <= now + within, column > now + longest + within)
