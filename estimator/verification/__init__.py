"""Verification: whether a document is ours and current, and its figures reproducible; one document, or all quotes."""

from __future__ import annotations

from estimator.verification import all_quotes
from estimator.verification.document import (
    LARGEST,
    Checked,
    Computed,
    Difference,
    PlanTotals,
    Reference,
    amount,
    check,
    compute,
    is_accepted_no_more,
    reference_of,
    word_for,
)

__all__ = [
    "LARGEST",
    "Checked",
    "Computed",
    "Difference",
    "PlanTotals",
    "Reference",
    "all_quotes",
    "amount",
    "check",
    "compute",
    "is_accepted_no_more",
    "reference_of",
    "word_for",
]
