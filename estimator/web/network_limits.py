"""How much one network may ask for in a quarter of an hour: estimates, PDFs, mails, comparisons, requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from estimator import throttle
from estimator.web import client_network
from estimator.web.request_context import act, settings

Kind = Literal["estimate", "pdf", "mail", "compare", "ask", "question"]

COMPARISONS = 60
REQUESTS = 30
"""Requests, and as many questions: a whole hospital may share one network."""


def most(what: Kind) -> int:
    """Return how many of a kind one network may ask for; those of estimates, PDFs and mails are settings."""
    if what == "estimate":
        return settings().estimates_per_network
    if what == "pdf":
        return settings().pdfs_per_network
    if what == "mail":
        return settings().mails_per_network
    return COMPARISONS if what == "compare" else REQUESTS


def has_room(what: Kind) -> bool:
    """Whether the network of this request may ask for one more; counts nothing."""
    return throttle.has_room(act(), what, client_network.counted(), most=most(what))


def take(what: Kind) -> timedelta | None:
    """Count one more; return how long to wait if there have been more than there may be, else None. Commit at once."""
    return throttle.take(act(), what, client_network.counted(), most=most(what))
