"""Addresses as chat programs and hands spoil them: with a sign or a letter that nobody sees behind, or in capitals.

A link that is followed from a sentence often has the full stop or the bracket of it. Whoever asks for such a page
is sent to the one that is meant, if there can be one; whether that opens anything is only told there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

SECRET = frozenset({"patient.breakdown", "comparing.page", "quote.open", "asking.open"})
"""Endpoints of secret links."""

NAMED = frozenset({"patient.estimate", "prices.page", "checking.start", "checking.reference", "staff.start"})
"""Endpoints of addresses that people read out and type."""

SMALL = frozenset({"patient.estimate", "prices.page", "checking.start", "staff.start"})
"""Those of them in which there are no capitals."""

_BEHIND = frozenset({"Po", "Pe", "Pf", "Pi", "Zs", "Zl", "Zp", "Cc", "Cf"})
"""Categories of what is no letter of a link, behind it: signs, brackets, spaces, and what nobody sees."""

_NAME = re.compile(r"[A-Za-z0-9_-]+")
"""What stands in such addresses: the name of a list, a secret, a reference."""

_SIGNS = frozenset("<>`^~|")


def init_app(app: Flask) -> None:
    """Have the pages that are meant shown in place of such addresses."""
    app.before_request(_lead_on)


def _lead_on() -> ResponseReturnValue | None:
    if request.method not in ("GET", "HEAD"):
        return None
    meant = _meant(request.path)
    currency: dict[str, Any] = {"in": request.args["in"]} if "in" in request.args else {}
    return None if meant is None else redirect(url_for(meant[0], **currency, **meant[1]), code=303)


def _meant(path: str) -> tuple[str, dict[str, Any]] | None:
    """Return the endpoint, and its parts, of the page that a path means; None if it is that page, or none."""
    for wanted, endpoints in _spellings(path):
        if wanted == path:
            continue
        try:
            endpoint, parts = current_app.url_map.bind("").match(wanted, method="GET")
        except HTTPException:
            continue
        if endpoint in endpoints and all(_NAME.fullmatch(part) for part in parts.values()):
            return endpoint, dict(parts)
    return None


def _spellings(path: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield how a path may be meant, with the endpoints for which it may."""
    end = len(path)
    while end and (path[end - 1] in _SIGNS or unicodedata.category(path[end - 1]) in _BEHIND):
        end -= 1
    tidied = path[:end]
    first, slash, rest = tidied[1:].partition("/")
    yield tidied.lower(), SMALL
    yield tidied, SECRET | NAMED
    yield f"/{first.lower()}{slash}{rest}", SECRET | NAMED
