"""How many requests and questions one network may send."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from estimator import throttle
from estimator.i18n import ngettext
from estimator.web import networks
from estimator.web.request_context import act

MOST_FROM = 30
"""Maximum number of requests from one network in a quarter of an hour, and of questions; a whole hospital may share
one."""


def too_many(what: Literal["ask", "question"]) -> str | None:
    """Count one more form of a kind from a network; return the error if there were more than MOST_FROM, else None."""
    wait = throttle.take(act(), what, networks.counted(), most=MOST_FROM)
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
