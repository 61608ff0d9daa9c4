"""What an estimate was before one of its answers was changed, for the browser in which that was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from estimator import estimates, price_lists, wording
from estimator.i18n import Reader
from estimator.models import Estimate
from estimator.web.request_context import act
from pricing import PriceTable

KEY = "changed_from"
"""Under this name the cookie of a visit holds the links of two estimates: the newest one, and the one before."""


@dataclass(frozen=True)
class Before:
    """How an estimate differs from the one before: in its total, in its answers, and where the other one is."""

    sentence: str
    answers: Sequence[str]
    link: str


def remember(token: str, answer: ResponseReturnValue) -> ResponseReturnValue:
    """Remember, where an answer sends its reader to a new estimate, that it came from the one with this token."""
    if isinstance(answer, Response) and answer.location:
        session[KEY] = [answer.location.rpartition("/")[2], token]
    return answer


def of(token: str, record: Estimate, table: PriceTable, reader: Reader) -> Before | None:
    """Return how an estimate differs from the one that it was changed from; None if that was not here, or is gone."""
    kept = session.get(KEY)
    if not isinstance(kept, list) or len(kept) != 2 or kept[0] != token or kept[1] == token:
        return None
    earlier = estimates.find(act(), str(kept[1]))
    if earlier is None or earlier.table_version.slug != table.table:
        return None
    was, stored = estimates.breakdown_of(earlier), estimates.breakdown_of(record)
    return Before(
        wording.difference(was, stored, reader),
        wording.other_answers((was, price_lists.parsed(earlier.table_version)), (stored, table), reader),
        url_for("patient.breakdown", token=kept[1]),
    )
