"""The desk: the list of requests, one request, and requests that a coordinator enters for somebody who called."""

from __future__ import annotations

from estimator.web.desk import entering, one, queue
from estimator.web.desk.page import pages

__all__ = ["entering", "one", "pages", "queue"]
