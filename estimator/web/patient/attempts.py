"""Attempts of a network at pages that store nothing else, so that they are of use while nothing can be stored."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from estimator import throttle
from estimator.db import unavailable
from estimator.web import client_network
from estimator.web.request_context import act
from estimator.web.transaction import committing


def count(what: str, most: int) -> timedelta | None:
    """Count one more attempt of the reader's network; return how long to wait after more than `most`, else None.

    Where the database cannot be written, nothing is counted and nobody has to wait.
    """
    try:
        with committing():
            return throttle.take(act(), what, client_network.counted(), most=most)
    except DBAPIError as error:
        if unavailable(error) is None:
            raise
        return None
