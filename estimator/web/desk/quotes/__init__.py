"""The desk's pages of a quote: prepare, change the answers, look at it, approve, issue, withdraw, give a new link."""

from __future__ import annotations

from estimator.web.desk.quotes import (
    answers,
    certificate,
    copy,
    issue,
    issued,
    leaving,
    options,
    prepare,
    preview,
)
from estimator.web.desk.quotes.blueprint import pages

__all__ = [
    "answers",
    "certificate",
    "copy",
    "issue",
    "issued",
    "leaving",
    "options",
    "pages",
    "prepare",
    "preview",
]
