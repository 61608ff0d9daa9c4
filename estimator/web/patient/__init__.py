"""Patients' pages: the estimate and its mail, a request, a firm quote, one's own data, checking a document."""

from __future__ import annotations

from estimator.web.patient import (
    breakdown,
    changing,
    comparing,
    comparing_answers,
    comparing_documents,
    estimate,
    estimate_email,
    estimate_pdf,
    explore,
    first_question,
    my_data,
    other_offer,
    prices,
    quote,
    request,
    request_page,
    start,
    verify,
)

blueprints = (
    estimate.pages,
    changing.pages,
    comparing.pages,
    explore.pages,
    estimate_email.pages,
    request.pages,
    my_data.pages,
    quote.pages,
    verify.pages,
    prices.pages,
    other_offer.pages,
)

__all__ = [
    "blueprints",
    "breakdown",
    "comparing_answers",
    "comparing_documents",
    "estimate_pdf",
    "first_question",
    "request_page",
    "start",
]
