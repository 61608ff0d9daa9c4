"""Firm quotes: prepared at the desk, issued once and never changed, answered by the patient, and told about."""

from __future__ import annotations

from estimator.quotes import drafts, notifications, pdf_document, reports
from estimator.quotes.decisions import (
    AlreadyDecided,
    NotCurrent,
    TooLate,
    accept,
    ask_question,
    decline,
    take_back,
)
from estimator.quotes.issued_revisions import (
    about,
    by_number,
    content_of,
    decision_of,
    find,
    for_request,
    keep_pdf,
    last_day_to_take_back,
    newest,
    patient_of,
    pdf_of,
    revisions,
    rows_of,
    state_at,
    token_of,
    without_pdf,
)
from estimator.quotes.issuing import NotReady, expire_due, issue, new_link, withdraw, worded

__all__ = [
    "AlreadyDecided",
    "NotCurrent",
    "NotReady",
    "TooLate",
    "about",
    "accept",
    "ask_question",
    "by_number",
    "content_of",
    "decision_of",
    "decline",
    "drafts",
    "expire_due",
    "find",
    "for_request",
    "issue",
    "keep_pdf",
    "last_day_to_take_back",
    "new_link",
    "newest",
    "notifications",
    "patient_of",
    "pdf_document",
    "pdf_of",
    "reports",
    "revisions",
    "rows_of",
    "state_at",
    "take_back",
    "token_of",
    "withdraw",
    "without_pdf",
    "worded",
]
