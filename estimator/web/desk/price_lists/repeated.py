"""Payments and credits that repeat a price which a draft changes: named where prices are changed."""

from __future__ import annotations

from estimator.models import Draft
from estimator.price_lists import editing, version_before
from estimator.web.desk.price_lists.problems import ProblemRow, problems_in_words
from estimator.web.request_context import now
from pricing.slips import repeated

MOST_NAMED = 5
"""Maximum number that are named beside the prices; the page of publication names all."""

CHANGES_PRICES = ("charge", "package", "payment")
"""The sections in which a price is changed, or what repeats it."""


def still_said(draft: Draft) -> list[ProblemRow]:
    """Return what a draft still says of prices that it changes, each with the page where it is mended."""
    table = editing.look(draft.text).table
    before = None if table is None else version_before.of(table, now())
    if table is None or before is None:
        return []
    return problems_in_words(draft, list(repeated(table, before)), MOST_NAMED)
