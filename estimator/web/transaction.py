"""How views commit: what is done inside `committing` is one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from estimator.db import db


@contextmanager
def committing() -> Iterator[None]:
    """Commit what is done inside; any exception, also a verb's refusal, rolls back and is raised again.

    What must be kept of a refused attempt, such as its count, is committed by returning instead of raising.
    Rows that were loaded before are reloaded when they are next used.
    """
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def savepoint(*, keep: bool) -> Iterator[None]:
    """Keep what is done inside, or undo it and go on with the transaction; an exception undoes it and is raised again.

    With `keep` or without, the database does the same work.
    """
    nested = db.session.begin_nested()
    try:
        yield
    except BaseException:
        nested.rollback()
        raise
    if keep:
        nested.commit()
    else:
        nested.rollback()


@contextmanager
def trying() -> Iterator[None]:
    """Roll back what is done inside in any case: a dry run to see whether a verb refuses."""
    try:
        yield
    finally:
        db.session.rollback()
