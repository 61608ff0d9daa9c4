"""Dead links: one page for all of them, and a rate limit on requests for them.

Only misses count. Thousands of phones share one address, and none of them is kept from its own link by the others.
"""

from __future__ import annotations

from flask import make_response
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from estimator import throttle
from estimator.db import unavailable
from estimator.i18n import gettext as _
from estimator.web import errors, networks, request_context
from estimator.web.request_context import act
from estimator.web.transaction import committing

MOST_A_MINUTE = 20


class DeadLink(errors.Missing):
    """A link is unknown or was replaced, whichever it is."""

    def answer(self) -> ResponseReturnValue:
        """Return the 404 page, or 429 after too many dead links from one network."""
        if not _too_many():
            return super().answer()
        response = make_response(
            errors.page(
                429,
                _("Too many links that open nothing"),
                _(
                    "Wait a minute, and open the link of the mail again. If it is cut off, copy the whole of it."
                ),
            )
        )
        response.headers["Retry-After"] = "60"
        return response


def _too_many() -> bool:
    """Count a miss, unless the limit is reached: then return true. False if the database cannot be written."""
    who = f"{networks.counted()} {request_context.now():%Y-%m-%d %H:%M}"
    try:
        with committing():
            if not throttle.has_room(act(), "links", who, most=MOST_A_MINUTE):
                return True
            throttle.take(act(), "links", who, most=MOST_A_MINUTE)
    except DBAPIError as error:
        if unavailable(error) is None:
            raise
    return False
