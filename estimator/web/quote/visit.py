"""What a browser may see of a quote: its link was opened here, and perhaps its code was typed here.

Both stand in the signed cookie of the visit, with the serial of the link, so that a new link ends them, and the
moments, so that they end by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import session

from estimator.models import Quote
from estimator.web import current

KEY = "quotes"
LASTS = timedelta(hours=12)
AHEAD = timedelta(minutes=5)
"""A moment from further ahead than this does not count: the clock was set back."""

MOST = 10
"""So many quotes are open in one browser; a cookie has only so much room."""


@dataclass(frozen=True)
class Visit:
    """One quote in one browser."""

    #: whether the code of the mail was typed here
    confirmed: bool


def begin(quote: Quote) -> None:
    """Remember that the link of a quote was opened here; a code that was typed already still counts."""
    kept = _entries()
    earlier = kept.pop(quote.number, {})
    confirmed = earlier.get("confirmed") if earlier.get("serial") == quote.link_serial else None
    entry = {"serial": quote.link_serial, "since": _stamp(), "confirmed": confirmed}
    session[KEY] = dict([*kept.items(), (quote.number, entry)][-MOST:])


def confirm(quote: Quote) -> None:
    """Remember that the code of the mail was typed here."""
    entry = {"serial": quote.link_serial, "since": _stamp(), "confirmed": _stamp()}
    session[KEY] = {**_entries(), quote.number: entry}


def end(number: str) -> None:
    """Forget a quote in this browser."""
    session[KEY] = {other: entry for other, entry in _entries().items() if other != number}


def knows(number: str) -> bool:
    """Whether the link of a quote was ever opened in this browser, as far as its cookie says."""
    return number in _entries()


def of(quote: Quote) -> Visit | None:
    """Return what this browser may see of a quote; None if its link was not opened here, or too long ago."""
    entry = _entries().get(quote.number)
    if entry is None or entry.get("serial") != quote.link_serial or not _is_recent(entry.get("since")):
        return None
    return Visit(confirmed=_is_recent(entry.get("confirmed")))


def _entries() -> dict[str, dict[str, Any]]:
    found = session.get(KEY)
    return dict(found) if isinstance(found, dict) else {}


def _stamp() -> str:
    return current.now().isoformat(timespec="seconds")


def _is_recent(stamp: object) -> bool:
    if not isinstance(stamp, str):
        return False
    moment = datetime.fromisoformat(stamp)
    return moment - AHEAD <= current.now() < moment + LASTS
