"""Attempts, counted for a quarter of an hour in the database, so that a limit holds for all processes together.

Nothing is locked for ever, however often strangers try: a count expires a quarter of an hour after it began. How many
mails somebody gets is limited in `mail.outbox`, how many codes in `requests.mailed_codes`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, or_, select
from sqlalchemy import delete as sql_delete
from sqlalchemy.dialects import postgresql, sqlite

from estimator import keys
from estimator.act import Act
from estimator.db import changed_rows, db
from estimator.models import Attempts

WINDOW = timedelta(minutes=15)
AHEAD = timedelta(minutes=1)
"""A count that began further ahead than this is over: the clock was set back."""


def take(act: Act, what: str, who: str, *, most: int) -> timedelta | None:
    """Count one more attempt; return how long to wait if there have been more than `most`, else None.

    Commit at once, whatever comes of the attempt.
    """
    key = keys.lookup(act.settings.lookup_key, f"attempts {what}", who)
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    over = or_(Attempts.since <= act.now - WINDOW, Attempts.since > act.now + AHEAD)
    # One statement: between two of them somebody else could reset or remove the count.
    counted = (
        insert(Attempts)
        .values(key=key, count=1, since=act.now)
        .on_conflict_do_update(
            index_elements=[Attempts.key],
            set_={
                "count": case((over, 1), else_=Attempts.count + 1),
                "since": case((over, act.now), else_=Attempts.since),
            },
        )
        .returning(Attempts.count, Attempts.since)
    )
    count, since = db.session.execute(counted).one()
    return since + WINDOW - act.now if count > most else None


def has_room(act: Act, what: str, who: str, *, most: int) -> bool:
    """Whether one more attempt is within the limit; counts nothing."""
    key = keys.lookup(act.settings.lookup_key, f"attempts {what}", who)
    found = db.session.execute(select(Attempts.count, Attempts.since).filter_by(key=key)).one_or_none()
    if found is None:
        return True
    count, since = found
    return count < most or not act.now - WINDOW < since <= act.now + AHEAD


def forget(what: str, who: str, *, lookup_key: str) -> None:
    """Reset a count after a successful attempt."""
    db.session.execute(
        sql_delete(Attempts).where(Attempts.key == keys.lookup(lookup_key, f"attempts {what}", who)),
        execution_options={"synchronize_session": False},
    )


def purge(now: datetime) -> int:
    """Remove the counts that are over; return how many."""
    over = or_(Attempts.since <= now - WINDOW, Attempts.since > now + AHEAD)
    return changed_rows(sql_delete(Attempts).where(over))
