"""The price list in force for anybody to read, on a page and as PDF, where the clinic says so."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from estimator import price_lists, wording
from estimator.i18n import gettext as _
from estimator.models import TableVersion
from estimator.web import client_network, errors, request_context
from estimator.web.language import current_reader
from estimator.web.patient import pdf_line

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
    key = f"prices {version.sha256} {current_reader().tag} {client_network.counted()}"
    name, reader = f"{version.slug}-{version.valid_from.isoformat()}", current_reader()

    def draw() -> bytes:
        return price_lists.pdf_document.document(version, reader)

    return pdf_line.in_turn(key, way_out, lambda: pdf_line.drawn(name, way_out, draw))


def _in_force(slug: str) -> TableVersion:
    """Return the version in force; raises errors.Missing, also where the clinic does not show its lists."""
    if not request_context.clinic().public_prices:
        raise errors.Missing
    try:
        return price_lists.in_force(slug, request_context.now())
    except LookupError:
        raise errors.Missing from None
