"""Make an estimate for a patient: with the price list of today, and no more than a network may make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from estimator import estimates, price_lists
from estimator.i18n import gettext as _
from estimator.models import Estimate, TableVersion
from estimator.web import errors, network_limits, request_context, typed_answers
from estimator.web.language import current_reader
from estimator.web.patient import made_here
from estimator.web.request_context import act
from estimator.web.transaction import committing


class TooMany(errors.Missing):
    """More estimates were asked for from a network than may be."""

    def answer(self) -> ResponseReturnValue:
        """Return the page that says when to press again."""
        return errors.page(
            429,
            _("Try again in a quarter of an hour"),
            _("Many estimates were made from your network just now."),
            _("Your estimate stays as it is."),
            way_out=_way_back(),
        )


class Closed(errors.Missing):
    """No estimates are made from the price list of an estimate any more."""

    def __init__(self, earlier: TableVersion) -> None:
        self.earlier = earlier
        super().__init__(earlier)

    def answer(self) -> ResponseReturnValue:
        """Return the page that says so, with the other answers that were given."""
        return errors.page(
            404,
            _("This price list is closed"),
            _("No new estimates are made from it. Yours stays as it is."),
            way_out=_way_back(),
            kept=typed_answers.kept(self.earlier) if request.method == "POST" else (),
        )


def todays(earlier: Estimate) -> TableVersion:
    """Return the list that an estimate is made with today; its own one, where none is in force yet. Raises Closed."""
    try:
        return price_lists.in_force(earlier.table_version.slug, request_context.now())
    except price_lists.NotInForce:
        return earlier.table_version
    except price_lists.UnknownTable:
        raise Closed(earlier.table_version) from None


def make(version: TableVersion, answers: Mapping[str, Any], submission: str) -> str:
    """Make an estimate and return the token of its link; raises pricing.BadAnswers and TooMany."""
    if not network_limits.has_room("estimate"):
        raise TooMany
    with committing():
        token = estimates.make(act(), version, answers, language=current_reader().tag, submission=submission)
        network_limits.take("estimate")
    made_here.remember(token)
    return token


def too_many() -> str:
    """Say when to press again, in a form that keeps what was typed."""
    return _(
        "Many estimates were made from your network just now. Your answers are still here: press the button again "
        "in a quarter of an hour."
    )


def _way_back() -> tuple[str, str]:
    token = (request.view_args or {})["token"]
    return url_for("patient.breakdown", token=token), _("To your estimate")
