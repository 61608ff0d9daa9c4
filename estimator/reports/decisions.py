"""Which of the decisions about a quote still stand."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_

from estimator.models import QuoteDecision, QuoteRevision


def stands(
    decision: type[QuoteDecision] = QuoteDecision, revision: type[QuoteRevision] = QuoteRevision
) -> ColumnElement[bool]:
    """Return, as a part of a query, whether a decision stands: it is not taken back, and no acceptance that has ended.

    An acceptance ends when another revision is issued. Who declined has declined until they decide again.
    """
    return and_(
        decision.taken_back_at.is_(None), or_(decision.kind == "declined", revision.state == "accepted")
    )
