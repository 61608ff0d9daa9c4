"""Every promise of “What is kept, and where” that time makes due, kept by one function.

The worker calls it each night, and `estimator purge` where there is no worker. What a new table keeps about people is
removed here, or the promise holds only where somebody remembers it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Literal, get_args

from estimator import estimates, quotes, staff
from estimator.act import CLOCK, Act
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


def run(act: Act, *, commit: Callable[[], None] | None) -> Report:
    """Remove everything that is kept no longer, and return how much it was.

    `commit` is called after each part, so that nobody waits long for a database that one writes to. Without it nothing
    is changed: all of it is done in one transaction and undone, which counts what would be removed to the last one.
    """
    found = Report()
    act = act.by(CLOCK)  # it is time that makes it due, whoever looks
    try:
        _run(act, found, commit or db.session.flush)
    finally:
        if commit is None:
            db.session.rollback()
    before = act.now - timedelta(days=act.settings.addresses_kept_days)
    found["mail files"] = smtp.forget(act.settings.mail_folder, before, dry_run=commit is None)
    return found


def _run(act: Act, found: Report, done: Callable[[], None]) -> None:
    found["estimates"] = estimates.purge(act)
    done()
    found["previews"] = previews.purge(act)
    done()
    found["staff sessions"], found["staff links"], found["attempts"] = staff.purge(act.now)
    done()
    found["codes blanked"], found["codes removed"] = access_codes.forget(act.now)
    done()
    found["quotes expired"] = _until_none(partial(quotes.expire_due, act), done)
    found["requests"] = _until_none(partial(erasure.remove_old, act), done)
    found["people in quotes"] = _until_none(partial(erasure.erase_old, act), done)
    # Last: whatever is removed above leaves emptied mail behind.
    found["mail addresses"] = outbox.forget_addresses(act)
    found["mail remains"] = outbox.clear_away(act.now)
    done()


def _until_none(some: Callable[[], int], done: Callable[[], None]) -> int:
    total = 0
    while count := some():
        done()
        total += count
    return total
