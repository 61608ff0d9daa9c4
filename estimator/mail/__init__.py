"""Mail: addresses, the outbox, how a message is composed, and how a mail server takes it."""

from __future__ import annotations

from estimator.mail import addresses, back_off, composing, holding, notices, outbox, smtp

__all__ = [
    "addresses",
    "back_off",
    "composing",
    "holding",
    "notices",
    "outbox",
    "smtp",
]
