"""What the lines are called that were taken with an acceptance."""

from __future__ import annotations

from collections.abc import Sequence

from estimator import keys, quotes
from estimator.i18n import gettext as _
from estimator.models import QuoteRevision
from estimator.web.request_context import settings


def labels_of(revision: QuoteRevision, taken: Sequence[int]) -> list[str]:
    """Return the labels of what was taken; their numbers once the words are gone, or if their key is missing."""
    if not taken:
        return []
    try:
        rows = quotes.rows_of(revision, settings().data_keys)
    except keys.Unreadable:
        rows = None
    if rows is None:
        return [_("line %(number)s", number=number) for number in taken]
    return [str(row.label) for row in rows.options if row.number in taken]
