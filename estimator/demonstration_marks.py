"""The marks of a demonstration's records: what stands in their references and numbers, and in no real one.

A reference that is given to somebody real has no O in it, and a real quote has a year where these have a word. So desk,
patient, mail and trail show what is invented, and it can be told apart in the database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

WORD = "DEMO"
"""What stands in the place of the first letters of a reference, or of the year of a quote."""

ESTIMATES, REQUESTS, QUOTES = f"EST-{WORD}-", f"REQ-{WORD}-", f"Q-{WORD}-"
"""What the references of estimates and requests, and the numbers of quotes, begin with."""


def is_marked(reference: str) -> bool:
    """Whether a reference, or the number of a quote or of one of its revisions, is that of something invented."""
    return reference.startswith((ESTIMATES, REQUESTS, QUOTES))


def marked(column: Any) -> ColumnElement[bool]:
    """Return the SQL condition that a column with references or numbers has one of something invented."""
    found: ColumnElement[bool] = (
        column.startswith(ESTIMATES, autoescape=True)
        | column.startswith(REQUESTS, autoescape=True)
        | column.startswith(QUOTES, autoescape=True)
    )
    return found
