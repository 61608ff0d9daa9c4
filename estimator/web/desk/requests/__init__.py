"""The desk: the list of requests, one request, and requests that a coordinator enters for somebody who called."""

from __future__ import annotations

from estimator.web.desk.requests import contact, enter, new_link, queue, request
from estimator.web.desk.requests.blueprint import pages

__all__ = [
    "contact",
    "enter",
    "new_link",
    "pages",
    "queue",
    "request",
]
