"""What a browser may see of a request: its link was opened here, and perhaps the code of a mail was typed here.

Both stand in the signed cookie of the visit, with the serial of the link, so that a new link ends them, and the
moments, so that they end by themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import session

from estimator import requests
from estimator.models import PatientRequest
from estimator.web import current

KEY = "requests"
LASTS = timedelta(hours=12)
AHEAD = timedelta(minutes=5)
"""A moment from further ahead than this does not count: the clock was set back."""

MOST = 10
"""So many requests are open in one browser; a cookie has only so much room."""


def begin(request: PatientRequest, *, confirmed: bool = False) -> None:
    """Remember that the link of a request was opened here; a code that was typed already still counts."""
    kept = _entries()
    earlier = kept.pop(request.reference, {})
    same = earlier.get("serial") == request.link_serial
    moment = _stamp() if confirmed else earlier.get("confirmed") if same else None
    entry = {"serial": request.link_serial, "since": _stamp(), "confirmed": moment}
    session[KEY] = dict([*kept.items(), (request.reference, entry)][-MOST:])


def end(reference: str) -> None:
    """Forget a request in this browser."""
    session[KEY] = {other: entry for other, entry in _entries().items() if other != reference}


def opened(reference: str) -> PatientRequest | None:
    """Return the request that this browser may see; None if its link was not opened here, or too long ago."""
    entry = _entries().get(reference)
    if entry is None or not _is_recent(entry.get("since")):
        return None
    found = requests.get(reference)
    if found is None or found.full_name is None or entry.get("serial") != found.link_serial:
        return None
    return found


def is_confirmed(request: PatientRequest) -> bool:
    """Whether this browser may see what is personal in a request.

    It may once the code of the mail was typed here, or if no mail can reach whoever asked.
    """
    if request.email is None or not current.settings().sends_mail:
        return True
    return _is_recent(_entries().get(request.reference, {}).get("confirmed"))


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
