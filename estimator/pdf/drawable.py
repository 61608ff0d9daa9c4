"""Whether a document can be drawn, which only drawing shows, and which is not asked twice about the same text."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime

from estimator.pdf import renderer

MOST_KEPT = 256
"""How many texts are remembered as drawn, by their digests alone."""

_drawn: dict[bytes, None] = {}
_lock = threading.Lock()


def is_known(html: str) -> bool:
    """Return whether this very text was drawn by this process before, so that `check` does not draw it."""
    return _digest(html) in _drawn


def check(html: str, *, created: datetime) -> None:
    """Draw a document, unless the same text was drawn before; raises RenderingFailed where it cannot be."""
    if not is_known(html):
        renderer.document(html, created=created)
        _remember(html)


def forget() -> None:
    """Forget what was drawn, so that everything is drawn once more."""
    with _lock:
        _drawn.clear()


def _remember(html: str) -> None:
    with _lock:
        _drawn[_digest(html)] = None
        while len(_drawn) > MOST_KEPT:
            del _drawn[next(iter(_drawn))]


def _digest(html: str) -> bytes:
    return hashlib.sha256(html.encode("utf-8", "surrogatepass")).digest()
