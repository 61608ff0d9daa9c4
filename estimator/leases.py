"""Leases: a worker claims a row for a limited time, renews the lease, and releases the row; others wait for its end.

The row is the record of the work; the queue only wakes a worker. If the holder of a lease dies, another worker claims
the row when the lease expires. A clock that was set back must not block anything: a moment further ahead than any lease
or delay can be counts as past.

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
    """Another worker has claimed the row meanwhile, or it is gone; the caller must discard its result."""


@dataclass(frozen=True)
class Leased:
    """A model whose rows are worked on under a lease.

    `due_at` is the column with the moment from which a waiting row is due, and `longest_delay` how far ahead that can
    be; without it a waiting row is due at once. `free` are the values, besides those of the lease, that a row gets
    when it is released.
    """

    model: Any
    due_at: InstrumentedAttribute[datetime] | None = None
    longest_delay: timedelta = NO_TIME
    free: tuple[tuple[str, Any], ...] = ()

    def is_due(self, now: datetime, lease: timedelta, within: timedelta = NO_TIME) -> ColumnElement[bool]:
        """Return the SQL condition that a row is due `within` a time: it is waiting, or its lease expires by then."""
        model = self.model
        ready: ColumnElement[bool] = model.state == "waiting"
        if self.due_at is not None:
            ready = and_(ready, _over(self.due_at, now, self.longest_delay, within))
        abandoned = and_(model.state == "working", _over(model.leased_until, now, lease, within))
        return or_(ready, abandoned)

    def claim(self, row_id: int, *, now: datetime, lease: timedelta, **values: Any) -> str | None:
        """Claim a row that is due, and return the name of the lease; the caller commits at once.

        `values` are written with it. It is None if the row is not due, or another worker has it.
        """
        model, name = self.model, secrets.token_hex(16)
        # On PostgreSQL a row that another worker is claiming at this moment is skipped, not waited for.
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
        """Update a row that this lease holds; raises LostLease."""
        ours = (self.model.id == row_id, self.model.lease == lease)
        if changed_rows(update(self.model).where(*ours).values(**values)) != 1:
            raise LostLease

    def renew(self, row_id: int, lease: str, until: datetime, /, **values: Any) -> None:
        """Renew a lease until another moment; raises LostLease. The caller commits at once."""
        self.write(row_id, lease, leased_until=until, **values)

    def end(self, row_id: int, lease: str, /, **values: Any) -> None:
        """Write the result into a row and release it; raises LostLease."""
        self.write(row_id, lease, **values, **self.freed())

    def freed(self) -> dict[str, Any]:
        """Return the values of a row without a lease, by column."""
        return {"lease": None, "leased_until": None, **dict(self.free)}


def wait_until(moment: datetime | None, now: datetime, within: timedelta) -> timedelta:
    """Return how long until `moment`; zero if it is past, None, or implausible: further ahead than `within`."""
    wait = NO_TIME if moment is None else moment - now
    return wait if NO_TIME < wait <= within else NO_TIME


def _over(column: Any, now: datetime, longest: timedelta, within: timedelta) -> ColumnElement[bool]:
    return or_(column <= now + within, column > now + longest + within)
