"""What a network is told that sends too many requests or questions."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from estimator.i18n import ngettext
from estimator.web import network_limits


def too_many(what: Literal["ask", "question"]) -> str | None:
    """Count one more form of a kind from a network; return the error if there were too many, else None."""
    wait = network_limits.take(what)
    return None if wait is None else sentence(wait)


def sentence(wait: timedelta) -> str:
    """Say when a form may be sent again."""
    return ngettext(
        "Many requests have come from your network just now. Everything you wrote is still here: "
        "send it again in %(num)s minute.",
        "Many requests have come from your network just now. Everything you wrote is still here: "
        "send it again in %(num)s minutes.",
        -(-wait // timedelta(minutes=1)),
    )
