"""Comparisons: lay up to three estimates side by side under a link of its own, find it, and remove what is empty.

A comparison refers to estimates and keeps nothing of them: what was deleted is gone from it, and its link opens none.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete as sql_delete
from sqlalchemy import exists, func, select

from estimator import links
from estimator.act import Act
from estimator.db import changed_rows, db, insert_if_absent
from estimator.models import Comparison, ComparisonColumn, Estimate
from pricing.side_by_side import MOST

KIND = "comparison"
"""What the links of this module open; part of their tokens."""


class WrongNumber(ValueError):
    """Fewer than two estimates, or more than MOST, were to be compared."""


def make(act: Act, compared: Sequence[Estimate], *, submission: str) -> str:
    """Store which estimates are compared, in this order, and return the token of the link; the same one once.

    `submission` is the random name of the form, as that of an estimate. Raises WrongNumber.
    """
    unique = list({estimate.id: estimate for estimate in compared}.values())
    if not 2 <= len(unique) <= MOST:
        raise WrongNumber
    parts = (submission or secrets.token_hex(), *(str(estimate.id) for estimate in unique))
    name = hashlib.sha256("\x00".join(parts).encode()).hexdigest()
    token = links.compose(act.settings.link_key, KIND, name, 1)
    row = {"submission": name, "link_hash": links.stored(token), "created_at": act.now}
    if insert_if_absent(Comparison, row):
        made = db.session.scalars(select(Comparison.id).filter_by(submission=name)).one()
        db.session.add_all(
            ComparisonColumn(comparison_id=made, place=place, estimate_id=estimate.id)
            for place, estimate in enumerate(unique)
        )
        db.session.flush()
    return token


def find(act: Act, token: str) -> Comparison | None:
    """Return the comparison that a token opens; None if it is unknown, or nothing of it is left."""
    found = db.session.scalar(select(Comparison).filter_by(link_hash=links.stored(token)))
    return None if found is None or not any(estimates_of(act, found)) else found


def estimates_of(act: Act, comparison: Comparison) -> list[Estimate | None]:
    """Return its estimates in their order; None in place of one that was deleted or is too old."""
    after = act.now - timedelta(days=act.settings.kept_days)
    return [
        None if column.estimate is None or column.estimate.created_at <= after else column.estimate
        for column in comparison.columns
    ]


def number_with(estimate: Estimate) -> int:
    """Return in how many comparisons an estimate stands."""
    return db.session.scalars(
        select(func.count()).select_from(ComparisonColumn).filter_by(estimate_id=estimate.id)
    ).one()


def drop_empty() -> int:
    """Remove comparisons of which no estimate is left; return how many."""
    left = exists().where(
        ComparisonColumn.comparison_id == Comparison.id, ComparisonColumn.estimate_id.is_not(None)
    )
    return changed_rows(sql_delete(Comparison).where(~left))
