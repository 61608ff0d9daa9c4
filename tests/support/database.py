"""What tests do in the database directly: add lists, count rows, disturb connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select

from estimator import price_lists
from estimator.db import db
from estimator.models import Comparison, Document, Estimate
from tests.support.acts import acting
from tests.support.clinic import NOW


def publish(app: Flask, text: str) -> None:
    """Add a version of a price list."""
    with app.app_context():
        price_lists.import_(acting(actor="command line", now=NOW), text)
        db.session.commit()


def count(app: Flask, model: type[Estimate | Document | Comparison] = Estimate) -> int:
    """Return how many rows there are."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


@contextmanager
def statement_on_each_connection(app: Flask, statement: str) -> Iterator[None]:
    """Let a statement run on every connection that the app takes from its pool."""

    def run(connection: Any, *_others: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", run)
    try:
        yield
    finally:
        event.remove(engine, "checkout", run)
        engine.dispose()  # what the statement did to a connection ends with it
