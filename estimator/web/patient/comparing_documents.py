"""A comparison as PDF, in the same line and within the same limit as PDFs of estimates, and as plain text."""

from __future__ import annotations

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from estimator import estimates
from estimator.i18n import gettext as _
from estimator.web import request_context
from estimator.web.language import current_reader, own_currency
from estimator.web.patient import comparing, pdf_line
from estimator.web.patient.comparing import pages
from estimator.web.request_context import act

NAME = "comparison"
"""The name of the files; it says nothing about anybody."""


@pages.get("/compare/<token>/comparison.pdf")
def document(token: str) -> ResponseReturnValue:
    """Send a comparison as PDF, in the reader's language; it is drawn each time, because rates and days change."""
    comparing.opened(token)
    way_out = url_for("comparing.page", token=token), _("Back to the comparison")
    key = f"comparison {token} {current_reader().tag} {request.args.get('in', '')[:3]}"

    def draw() -> bytes:
        gathered, now = _gathered(token), request_context.now()
        rows, day = (
            estimates.compared.rows(gathered, current_reader()),
            estimates.compared.day_of(gathered, now),
        )
        return estimates.comparison_pdf.document(rows, current_reader(), now, day)

    return pdf_line.in_turn(key, way_out, lambda: pdf_line.drawn(NAME, way_out, draw))


@pages.get("/compare/<token>/comparison.txt")
def plain(token: str) -> ResponseReturnValue:
    """Send a comparison as plain text, which any device shows, and any program reads aloud."""
    rows = estimates.compared.rows(_gathered(token), current_reader())
    response = Response(estimates.comparison_text.text(rows), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{NAME}.txt"'
    return response


def _gathered(token: str) -> estimates.compared.Gathered:
    _found, compared = comparing.opened(token)
    return estimates.compared.gather(act(), compared, request.args.get("in", ""), own_currency())
