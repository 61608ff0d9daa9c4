"""The price list in force for anybody to read, on a page and as PDF, where the clinic says so."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from estimator import price_lists, throttle, wording
from estimator.i18n import gettext as _
from estimator.models import TableVersion
from estimator.pdf import renderer
from estimator.web import errors, networks, request_context
from estimator.web.language import current_reader
from estimator.web.patient import pdf_line
from estimator.web.request_context import act
from estimator.web.transaction import committing

pages = Blueprint("prices", __name__)


@pages.get("/prices/<slug>")
def page(slug: str) -> ResponseReturnValue:
    """Show every charge of the list in force, in the reader's language; missing unless the clinic shows its lists."""
    rows = wording.price_list(price_lists.parsed(_in_force(slug)), current_reader())
    return render_template("patient/price_list.html", rows=rows, slug=slug)


@pages.get("/prices/<slug>.pdf")
def document(slug: str) -> ResponseReturnValue:
    """Send the list in force as PDF: in the same line, and within the same limit, as PDFs of estimates."""
    version = _in_force(slug)
    way_out = url_for("prices.page", slug=slug), _("Price list")
    key = f"prices {version.sha256} {current_reader().tag} {networks.counted()}"
    return pdf_line.in_turn(key, way_out, lambda: _drawn(version, way_out))


def _in_force(slug: str) -> TableVersion:
    """Return the version in force; raises errors.Missing, also where the clinic does not show its lists."""
    if not request_context.clinic().public_prices:
        raise errors.Missing
    try:
        return price_lists.in_force(slug, request_context.now())
    except LookupError:
        raise errors.Missing from None


def _drawn(version: TableVersion, way_out: pdf_line.WayOut) -> ResponseReturnValue:
    """Draw the list, unless the network has asked for too many PDFs."""
    name, number = f"{version.slug}-{version.valid_from.isoformat()}", version.id
    with committing():
        wait = throttle.take(
            act(), "pdf", networks.counted(), most=request_context.settings().pdfs_per_network
        )
    if wait is not None:
        return pdf_line.too_many(way_out)
    try:
        content = price_lists.pdf_document.document(version, current_reader())
    except renderer.RenderingFailed as failure:
        current_app.logger.error("no PDF of version %s: %s", number, failure)
        return pdf_line.not_made(way_out)
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
