"""Dead links: one page for all of them, a rate limit on requests for them, and links that erasing ended.

Only misses count. Thousands of phones share one address, and none of them is kept from its own link by the others.
"""

from __future__ import annotations

from flask import make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from estimator import throttle
from estimator.db import unavailable
from estimator.i18n import gettext as _
from estimator.web import client_network, errors, request_context
from estimator.web.patient import whom_to_ask
from estimator.web.request_context import act
from estimator.web.transaction import committing
from pricing.table import Provider

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


class Erased(errors.Missing):
    """The person was erased, and only a contract is kept: a link that was opened before opens nothing any more."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        super().__init__(provider)

    def answer(self) -> ResponseReturnValue:
        """Return the page that says so, and whom to write to; it keeps what was typed."""
        ways = whom_to_ask.about_a_contract(self.provider)
        return errors.page(
            410,
            _("The links do not open this any more"),
            _("What we kept about the person was deleted, as they asked. Only the contract is still kept."),
            ways or _("If it is yours, ask the provider for it."),
            *([_("Nothing was sent.")] if request.method == "POST" else []),
            kept=errors.typed() if request.method == "POST" else (),
        )


def _too_many() -> bool:
    """Count a miss, unless the limit is reached: then return true. False if the database cannot be written."""
    who = f"{client_network.counted()} {request_context.now():%Y-%m-%d %H:%M}"
    try:
        with committing():
            if not throttle.has_room(act(), "links", who, most=MOST_A_MINUTE):
                return True
            throttle.take(act(), "links", who, most=MOST_A_MINUTE)
    except DBAPIError as error:
        if unavailable(error) is None:
            raise
    return False
