"""Estimates: made from a price list and answers, read by a secret link, drawn as PDF and as plain text."""

from __future__ import annotations

from estimator.estimates import other_currency, pdf_cache, pdf_document, plain_text
from estimator.estimates.lifecycle import (
    LETTERS,
    MOST_ATTEMPTS,
    answers_of,
    breakdown_of,
    by_reference,
    delete,
    email,
    find,
    has_expired,
    make,
    past_bills_of,
    purge,
    token_of,
    withdrawn_at,
)

__all__ = [
    "LETTERS",
    "MOST_ATTEMPTS",
    "answers_of",
    "breakdown_of",
    "by_reference",
    "delete",
    "email",
    "find",
    "has_expired",
    "make",
    "other_currency",
    "past_bills_of",
    "pdf_cache",
    "pdf_document",
    "plain_text",
    "purge",
    "token_of",
    "withdrawn_at",
]
