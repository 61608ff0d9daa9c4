"""The desk's pages of a quote: prepare, change the answers, look at it, approve, issue, withdraw, give a new link."""

from __future__ import annotations

from estimator.web.quotes_desk import answers, issued, issuing, prepare, preview
from estimator.web.quotes_desk.page import pages

__all__ = ["answers", "issued", "issuing", "pages", "prepare", "preview"]
