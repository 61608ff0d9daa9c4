"""How a revision stands, in the desk's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.i18n import lazy_gettext

STANDINGS: Mapping[str, Any] = {
    "current": lazy_gettext("current"),
    "replaced": lazy_gettext("replaced"),
    "withdrawn": lazy_gettext("withdrawn"),
    "expired": lazy_gettext("expired"),
    "accepted": lazy_gettext("accepted"),
    "declined": lazy_gettext("declined"),
}


def standing_words(standing: str) -> str:
    """Return what a standing is called."""
    return str(STANDINGS.get(standing, standing))
