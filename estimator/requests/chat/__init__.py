"""What a message from a chat says: who writes of whom, and what another clinic asks. Only ever suggestions."""

from __future__ import annotations

from estimator.requests.chat import message, months, offer, prices

__all__ = ["message", "months", "offer", "prices"]
