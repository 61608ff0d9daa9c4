"""A firm quote for the patient: its link, the code by mail, the page, the document, and what they answer to it."""

from __future__ import annotations

from estimator.web.patient.quote import (
    accepting,
    answered,
    certificate,
    declining,
    opening,
    page,
    questions,
    reminders,
)
from estimator.web.patient.quote.blueprint import pages

__all__ = [
    "accepting",
    "answered",
    "certificate",
    "declining",
    "opening",
    "page",
    "pages",
    "questions",
    "reminders",
]
