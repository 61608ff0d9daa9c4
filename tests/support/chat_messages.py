"""Messages from a chat, as the tests have them read."""

from __future__ import annotations

from datetime import date
from typing import Any

from estimator.requests.chat import message

LANGUAGES = ("en", "ar", "fr", "es", "ru", "hi", "bn")
"""The languages in which the clinic answers."""


def look(text: str, **other: Any) -> message.Found:
    """Return what a message says of which no country is chosen, on 29 November 2026."""
    given = {"country": "", "languages": LANGUAGES, "today": date(2026, 11, 29), **other}
    return message.look(text, **given)
