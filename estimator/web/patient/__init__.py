"""Patients' pages: the estimate and its mail, a request, a firm quote, one's own data, checking a document."""

from __future__ import annotations

from estimator.web.patient import (
    changing,
    estimate,
    estimate_email,
    estimate_pdf,
    explore,
    first_question,
    my_data,
    prices,
    quote,
    request,
    request_page,
    verify,
)

blueprints = (
    estimate.pages,
    changing.pages,
    explore.pages,
    estimate_email.pages,
    request.pages,
    my_data.pages,
    quote.pages,
    verify.pages,
    prices.pages,
)

__all__ = ["blueprints", "estimate_pdf", "first_question", "request_page"]
