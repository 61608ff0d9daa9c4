"""A comparison as PDF, in the same line and within the same limit as PDFs of estimates, and as plain text."""

from __future__ import annotations

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from estimator import estimates, wording
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
        return estimates.comparison_pdf.document(_rows(token), current_reader(), request_context.now())

    return pdf_line.in_turn(key, way_out, lambda: pdf_line.drawn(NAME, way_out, draw))


@pages.get("/compare/<token>/comparison.txt")
def plain(token: str) -> ResponseReturnValue:
    """Send a comparison as plain text, which any device shows, and any program reads aloud."""
    response = Response(estimates.comparison_text.text(_rows(token)), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{NAME}.txt"'
    return response


def _rows(token: str) -> wording.comparison.ComparisonRows:
    _found, compared = comparing.opened(token)
    gathered = estimates.compared.gather(act(), compared, request.args.get("in", ""), own_currency())
    return estimates.compared.rows(gathered, current_reader())
