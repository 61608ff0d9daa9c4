"""The price list in force for anybody to read, where the clinic says so."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from estimator import price_lists, wording
from estimator.web import errors, request_context
from estimator.web.language import current_reader

pages = Blueprint("prices", __name__)


@pages.get("/prices/<slug>")
def page(slug: str) -> ResponseReturnValue:
    """Show every charge of the list in force, in the reader's language; missing unless the clinic shows its lists."""
    if not request_context.clinic().public_prices:
        raise errors.Missing
    try:
        version = price_lists.in_force(slug, request_context.now())
    except LookupError:
        raise errors.Missing from None
    rows = wording.price_list(price_lists.parsed(version), current_reader())
    return render_template("patient/price_list.html", rows=rows, slug=slug)
