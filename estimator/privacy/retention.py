"""One function that enforces every retention limit of “What is kept, and where”.

The worker calls it each night, and `estimator purge` where there is no worker. Erasure of a new table with personal
data belongs here, so that no other place has to remember it.
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
from estimator.requests import mailed_codes, person_index

What = Literal[
    "documents",
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
"""Number of rows by kind, without anything personal."""


def run(act: Act, *, commit: Callable[[], None] | None) -> Report:
    """Erase everything past its retention limit, and return the number of rows by kind.

    `commit` is called after each batch, so that no other writer waits long. Without it this is a dry run: everything is
    done in one transaction and rolled back, so that the numbers are exact.
    """
    found = Report()
    act = act.by(CLOCK)  # the clock is the actor, also where a person runs the command
    try:
        _run(act, found, commit or db.session.flush)
    finally:
        if commit is None:
            db.session.rollback()
    before = act.now - timedelta(days=act.settings.addresses_kept_days)
    found["mail files"] = smtp.forget(act.settings.mail_folder, before, dry_run=commit is None)
    return found


def _run(act: Act, found: Report, done: Callable[[], None]) -> None:
    found["documents"] = _until_none(partial(estimates.pdf_cache.remove_old, act), done)
    found["estimates"] = estimates.purge(act)
    done()
    found["previews"] = previews.purge(act)
    done()
    found["staff sessions"], found["staff links"], found["attempts"] = staff.purge(act.now)
    done()
    found["codes blanked"], found["codes removed"] = mailed_codes.forget(act.now)
    done()
    found["quotes expired"] = _until_none(partial(quotes.expire_due, act), done)
    found["requests"] = _until_none(partial(erasure.remove_old, act), done)
    found["people in quotes"] = _until_none(partial(erasure.erase_old, act), done)
    found["people in quotes"] += _until_none(partial(erasure.erase_leftovers, act), done)
    # Nothing is removed by it; it is what an older program left undone that a request is found by.
    _until_none(partial(person_index.index_some, act), done)
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
