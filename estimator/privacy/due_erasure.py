"""Every promise of “What is kept, and where” that time makes due, kept by one function.

The worker calls it each night, and `estimator purge` where there is no worker. What a new table keeps about people is
removed here, or the promise holds only where somebody remembers it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, get_args

from estimator import clinic, estimates, quotes, staff
from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox, smtp
from estimator.price_lists import previews
from estimator.privacy import erasure
from estimator.requests import access_codes

What = Literal[
    "estimates",
    "previews",
    "requests",
    "people in quotes",
    "quotes expired",
    "codes blanked",
    "codes removed",
    "mail addresses",
    "mail remains",
    "mail files",
    "staff sessions",
    "staff links",
    "attempts",
]
"""What is removed, emptied or, of a quote whose last day is over, written down."""

WHAT: tuple[What, ...] = get_args(What)

Report = Counter[What]
"""How many of each; nothing in it tells of whom."""


def run(settings: Settings, now: datetime, *, commit: Callable[[], None] | None) -> Report:
    """Remove everything that is kept no longer, and return how much it was.

    `commit` is called after each part, so that nobody waits long for a database that one writes to. Without it nothing
    is changed: all of it is done in one transaction and undone, which counts what would be removed to the last one.
    """
    found = Report()
    try:
        _run(found, settings, now, commit or db.session.flush)
    finally:
        if commit is None:
            db.session.rollback()
    before = now - timedelta(days=settings.addresses_kept_days)
    found["mail files"] = smtp.forget(settings.mail_folder, before, dry_run=commit is None)
    return found


def _run(found: Report, settings: Settings, now: datetime, done: Callable[[], None]) -> None:
    found["estimates"] = estimates.purge(kept_days=settings.kept_days, now=now)
    done()
    found["previews"] = previews.purge(kept_days=settings.kept_days, now=now)
    done()
    found["staff sessions"], found["staff links"], found["attempts"] = staff.purge(now)
    done()
    found["codes blanked"], found["codes removed"] = access_codes.forget(now)
    done()
    found["quotes expired"] = _until_none(partial(quotes.expire_due, now, settings=settings), done)
    rules = clinic.current()
    found["requests"] = _until_none(partial(erasure.remove_old, rules, now), done)
    found["people in quotes"] = _until_none(partial(erasure.erase_old, rules, now), done)
    # Last: whatever is removed above leaves emptied mail behind.
    found["mail addresses"] = outbox.forget_addresses(kept_days=settings.addresses_kept_days, now=now)
    found["mail remains"] = outbox.clear_away(now)
    done()


def _until_none(some: Callable[[], int], done: Callable[[], None]) -> int:
    total = 0
    while count := some():
        done()
        total += count
    return total
