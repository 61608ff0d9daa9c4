"""How views commit: what is done inside `committing` is kept whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from estimator.db import db


@contextmanager
def committing() -> Iterator[None]:
    """Commit what is done inside; whatever is raised there, a verb's refusal too, takes it back and goes on up.

    What has to be kept of a refused attempt, as the count of it, is committed by returning instead of raising.
    Rows that were read before are read anew when they are next looked at.
    """
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def trying() -> Iterator[None]:
    """Take back what is done inside, whatever comes of it: it was done to see what a verb says to it."""
    try:
        yield
    finally:
        db.session.rollback()
