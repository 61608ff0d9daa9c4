"""Mail: addresses, the outbox, how a message is composed, and how a mail server takes it."""

from __future__ import annotations

from estimator.mail import addresses, composing, outbox, smtp

__all__ = [
    "addresses",
    "composing",
    "outbox",
    "smtp",
]
