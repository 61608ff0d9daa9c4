"""What a browser may see of a quote or a request: its link was opened here, and perhaps the code of a mail typed here.

Both stand in the signed cookie of the visit, with the serial of the link, so that a new link ends them, and the
moments, so that they end by themselves.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import session

from estimator.requests import mailed_codes
from estimator.web import client_network, request_context

LASTS = timedelta(hours=12)
AHEAD = timedelta(minutes=5)
"""A moment from further ahead than this does not count: the clock was set back."""

BROWSER = "browser"
"""What the random name of this browser is called in the cookie: a code by mail can be typed where it was asked for."""

MOST = 10
"""Maximum number of open records of a kind in one browser; a cookie has only so much room."""


@dataclass(frozen=True)
class Visits:
    """Everything of one kind that was opened in this browser, each by its reference and the serial of its link."""

    kind: str

    def begin(self, name: str, serial: int, *, confirmed: bool = False) -> None:
        """Remember that a link was opened here; a code that was typed for the same link already still counts."""
        _browser()
        kept = self._entries()
        earlier = kept.pop(name, {})
        same = earlier.get("serial") == serial
        moment = _stamp() if confirmed else earlier.get("confirmed") if same else None
        entry = {"serial": serial, "since": _stamp(), "confirmed": moment}
        session[self.kind] = dict([*kept.items(), (name, entry)][-MOST:])

    def keep_open(self, name: str, serial: int) -> None:
        """Let a link that is open here count as confirmed until its visit ends, if no code was typed for it."""
        if self.is_open(name, serial) and not self.is_confirmed(name, serial):
            kept = self._entries()
            session[self.kind] = {**kept, name: {**kept[name], "confirmed": kept[name]["since"]}}

    def end(self, name: str) -> None:
        """Forget one in this browser."""
        session[self.kind] = {other: entry for other, entry in self._entries().items() if other != name}

    def knows(self, name: str) -> bool:
        """Whether a link to it was ever opened in this browser, as far as its cookie says."""
        return name in self._entries()

    def is_open(self, name: str, serial: int) -> bool:
        """Whether this very link was opened in this browser, and not too long ago."""
        entry = self._entries().get(name, {})
        return entry.get("serial") == serial and _is_recent(entry.get("since"))

    def is_confirmed(self, name: str, serial: int) -> bool:
        """Whether the code of the mail was typed in this browser too, and not too long ago."""
        return self.is_open(name, serial) and _is_recent(self._entries()[name].get("confirmed"))

    def _entries(self) -> dict[str, dict[str, Any]]:
        found = session.get(self.kind)
        return dict(found) if isinstance(found, dict) else {}


QUOTES = Visits("quotes")
REQUESTS = Visits("requests")


def asker() -> mailed_codes.Asker:
    """Return who asks for a code here, or types one; somebody's link has been opened in this browser."""
    return mailed_codes.Asker(_browser(), client_network.counted())


def _browser() -> str:
    """Return the random name of this browser, which it has from the first link on that is opened in it."""
    if BROWSER not in session:
        session[BROWSER] = secrets.token_hex(8)
    return str(session[BROWSER])


def _stamp() -> str:
    return request_context.now().isoformat(timespec="seconds")


def _is_recent(stamp: object) -> bool:
    if not isinstance(stamp, str):
        return False
    moment = datetime.fromisoformat(stamp)
    return moment - AHEAD <= request_context.now() < moment + LASTS
