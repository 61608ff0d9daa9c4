"""A comparison as PDF, in the same line and within the same limit as PDFs of estimates, and as plain text."""

from __future__ import annotations

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue

from estimator import estimates, throttle
from estimator.i18n import gettext as _
from estimator.pdf import renderer
from estimator.web import networks, request_context
from estimator.web.language import current_reader, own_currency
from estimator.web.patient import comparing, pdf_line
from estimator.web.patient.comparing import pages
from estimator.web.request_context import act
from estimator.web.transaction import committing

NAME = "comparison"
"""The name of the files; it says nothing about anybody."""


@pages.get("/compare/<token>/comparison.pdf")
def document(token: str) -> ResponseReturnValue:
    """Send a comparison as PDF, in the reader's language; it is drawn each time, because rates and days change."""
    comparing.opened(token)
    way_out = url_for("comparing.page", token=token), _("Back to the comparison")
    key = f"comparison {token} {current_reader().tag} {request.args.get('in', '')[:3]}"
    return pdf_line.in_turn(key, way_out, lambda: _drawn(token, way_out))


@pages.get("/compare/<token>/comparison.txt")
def plain(token: str) -> ResponseReturnValue:
    """Send a comparison as plain text, which any device shows, and any program reads aloud."""
    _found, compared = comparing.opened(token)
    gathered = estimates.compared.gather(act(), compared, request.args.get("in", ""), own_currency())
    rows = estimates.compared.rows(gathered, current_reader())
    return _attached(Response(estimates.comparison_text.text(rows), mimetype="text/plain"), "txt")


def _drawn(token: str, way_out: pdf_line.WayOut) -> ResponseReturnValue:
    """Draw a comparison, unless the network has asked for too many PDFs."""
    _found, compared = comparing.opened(token)
    reader = current_reader()
    gathered = estimates.compared.gather(act(), compared, request.args.get("in", ""), own_currency())
    rows = estimates.compared.rows(gathered, reader)
    with committing():
        wait = throttle.take(
            act(), "pdf", networks.counted(), most=request_context.settings().pdfs_per_network
        )
    if wait is not None:
        return pdf_line.too_many(way_out)
    try:
        content = estimates.comparison_pdf.document(rows, reader, request_context.now())
    except renderer.RenderingFailed as failure:
        current_app.logger.error("no PDF of a comparison: %s", failure)
        return pdf_line.not_made(way_out)
    return _attached(Response(content, mimetype="application/pdf"), "pdf")


def _attached(response: Response, ending: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{NAME}.{ending}"'
    return response
