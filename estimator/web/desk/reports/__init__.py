"""Reports: what became of the requests and quotes of a year, and lists of them to take along."""

from __future__ import annotations

from estimator.web.desk.reports import accuracy, lists, page
from estimator.web.desk.reports.blueprint import pages

__all__ = [
    "accuracy",
    "lists",
    "page",
    "pages",
]
