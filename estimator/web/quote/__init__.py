"""A firm quote for the patient: its link, the code by mail, the page, the document, and what they answer to it."""

from __future__ import annotations

from estimator.web.quote import accepting, declining, opening, questions, reading
from estimator.web.quote.page import pages

__all__ = ["accepting", "declining", "opening", "pages", "questions", "reading"]
