"""Bills that are still to be entered: requests whose quote was accepted, and for which no final bill counts yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, exists, func, select

from estimator import demonstration_marks
from estimator.db import db
from estimator.models import FinalBill, PatientRequest, Quote, QuoteDecision, QuoteRevision

PAGE = 50
"""Maximum number of requests on one page."""


class Awaited(NamedTuple):
    """One request whose bill is still to be entered, with what was accepted and when."""

    decision: int
    request: int
    reference: str
    number: str
    accepted_at: datetime
    time_zone: str
    #: what was accepted, as a plain decimal
    total: str
    currency: str


def awaited(after: int | None = None, *, invented: bool) -> tuple[Sequence[Awaited], int | None]:
    """Return a page of them, the longest accepted first, and after which decision the next page begins.

    Those of a demonstration are there only where `invented` ones are looked at. Of erased people there is none, because
    no bill can be entered for them.
    """
    wanted = _wanted(
        select(
            QuoteDecision.id,
            PatientRequest.id,
            PatientRequest.reference,
            Quote.number,
            QuoteDecision.at,
            QuoteRevision.time_zone,
            func.coalesce(QuoteDecision.total, QuoteRevision.total),
            QuoteRevision.currency,
        ),
        invented=invented,
    )
    if after is not None:
        wanted = wanted.where(QuoteDecision.id > after)
    found = [Awaited(*row) for row in db.session.execute(wanted.order_by(QuoteDecision.id).limit(PAGE + 1))]
    return found[:PAGE], found[PAGE - 1].decision if len(found) > PAGE else None


def how_many_awaited(*, invented: bool) -> int:
    """Return for how many requests a bill is still to be entered."""
    return db.session.scalar(_wanted(select(func.count(QuoteDecision.id)), invented=invented)) or 0


def _wanted(asked: Select[*tuple[Any, ...]], *, invented: bool) -> Select[*tuple[Any, ...]]:
    standing = exists().where(FinalBill.request_id == PatientRequest.id, FinalBill.ended_at.is_(None))
    found = (
        asked.select_from(QuoteRevision)
        .join(QuoteDecision, QuoteDecision.revision_id == QuoteRevision.id)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .join(PatientRequest, PatientRequest.id == Quote.request_id)
        .where(
            QuoteRevision.state == "accepted",
            QuoteDecision.kind == "accepted",
            QuoteDecision.taken_back_at.is_(None),
            PatientRequest.erased_at.is_(None),
            ~standing,
        )
    )
    return found if invented else found.where(~demonstration_marks.marked(PatientRequest.reference))
