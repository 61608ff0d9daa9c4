"""Who of the staff has read a request is written down, on whichever page of the desk they read it."""

from __future__ import annotations

from flask import current_app
from sqlalchemy.exc import DBAPIError

from estimator import requests
from estimator.db import unavailable
from estimator.models import PatientRequest
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing


def write_down(found: PatientRequest) -> None:
    """Write down that somebody reads a request; where the database takes nothing, it is read all the same and logged.

    The transaction ends with it: rows that were loaded before are loaded anew.
    """
    if found.erased_at is not None:
        return
    reference = found.reference
    try:
        with committing():
            requests.seen(act(), found)
    except DBAPIError as error:
        if unavailable(error) is None:
            raise
        current_app.logger.warning("who opened %s could not be written down", reference)
