"""Which estimate a browser has just made, so that its own list has it, however it was made."""

from __future__ import annotations

from flask import session

KEY = "made"
"""Under this name the cookie of a visit holds the link of an estimate, until its page is shown."""


def remember(token: str) -> None:
    """Remember that this browser has made an estimate."""
    session[KEY] = token


def is_new(token: str) -> bool:
    """Whether this browser has made an estimate and sees it for the first time; it is told once."""
    if session.get(KEY) != token:
        return False
    del session[KEY]
    return True
