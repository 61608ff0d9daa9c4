"""An estimate as PDF, from the cache or drawn in turn, with what is said while it is not there; and as plain text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from estimator import estimates, paper, price_lists
from estimator.db import unavailable
from estimator.estimates import other_currency, pdf_cache, pdf_document, plain_text
from estimator.i18n import gettext as _
from estimator.models import Estimate
from estimator.pdf import renderer
from estimator.web import network_limits, request_context
from estimator.web.language import current_reader
from estimator.web.patient import pdf_line, worded
from estimator.web.patient.breakdown import head_of, rate_of, readers_paper, second_of
from estimator.web.patient.estimate import pages
from estimator.web.transaction import committing
from pricing.stored import counts_nothing


@pages.get("/e/<token>/estimate.pdf")
def document(token: str) -> ResponseReturnValue:
    """Send an estimate as PDF; one that was made already is not made again."""
    settings = request_context.settings()
    after = request_context.now() - timedelta(days=settings.kept_days)
    look = pdf_document.look_of(request_context.clinic().logo, settings.public_url)
    look = replace(look, paper=paper.named(request.args.get("paper", "")) or readers_paper())
    found = None
    if request.args.get("in") or request.args.get("beside"):
        found = request_context.estimate_of(token)
        look = replace(look, rate=rate_of(price_lists.parsed(found.table_version)), second=_second_of(found))
        look = replace(look, withdrawn=estimates.withdrawn_at(found))
    key = pdf_document.key_of(token, look)
    kept = pdf_cache.find(key, made_after=after, even_withdrawn=found is not None)
    if kept is not None:
        reference, content = kept
        return _attachment(_name(reference, found, look), content)
    if found is None:
        found = request_context.estimate_of(token)
        look = replace(look, withdrawn=estimates.withdrawn_at(found))
        key = pdf_document.key_of(token, look)
    way_out = url_for("patient.breakdown", token=token), _("Back to the estimate")
    return pdf_line.in_turn(key, way_out, lambda: _drawn(found, look, key, token, way_out))


@pages.get("/e/<token>/estimate.txt")
def plain(token: str) -> ResponseReturnValue:
    """Send an estimate as plain text, which any device shows, and any program reads aloud."""
    found = request_context.estimate_of(token)
    reader = current_reader()
    table, words = price_lists.parsed(found.table_version), worded.words_of(found, reader)
    rate = None if counts_nothing(words.stored) else rate_of(table)
    beside = None if rate is None else other_currency.beside(words.stored, table, rate, reader)
    head = head_of(found, table, reader)
    text = plain_text.text(words.rows, words.changes, head, words.ranges, beside)
    response = Response(text, mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.reference}.txt"'
    return response


def _second_of(found: Estimate) -> str | None:
    """Return the second language that the address asks for; None if a document of this estimate cannot have it."""
    offered = second_of(found)
    return None if offered is None or request.args.get("beside") != offered.tag else offered.tag


def _drawn(
    found: Estimate, look: pdf_document.Look, key: str, token: str, way_out: pdf_line.WayOut
) -> ResponseReturnValue:
    """Draw a PDF, keep it, and send it."""
    kept = pdf_cache.find(key, made_after=found.created_at - timedelta(seconds=1), even_withdrawn=True)
    if kept is not None:  # somebody else asked for the same one a moment ago
        reference, content = kept
        return _attachment(_name(reference, found, look), content)
    if not network_limits.has_room("pdf"):
        return pdf_line.too_many(way_out)
    try:
        content = pdf_document.pdf_of(found, look)
    except renderer.RenderingFailed as failure:
        current_app.logger.error("no PDF of %s: %s", found.reference, failure)
        with committing():  # what failed took as long as what succeeds, or longer
            network_limits.take("pdf")
        return pdf_line.not_made(way_out)
    reference, name = found.reference, pdf_document.name_of(found, look.second)
    try:
        with committing():
            network_limits.take("pdf")
            pdf_cache.keep(key, found, content, request_context.now())
    except DBAPIError as error:
        if unavailable(error) is None:
            request_context.estimate_of(token)  # which is missing if it was deleted while its PDF was made
            raise
        current_app.logger.warning("the PDF of %s could not be kept", reference)
    return _attachment(name, content)


def _name(reference: str, found: Estimate | None, look: pdf_document.Look) -> str:
    """Return the name of a file without asking for its estimate, where only the language of that is in it."""
    return f"{reference}.pdf" if found is None else pdf_document.name_of(found, look.second)


def _attachment(name: str, content: bytes) -> Response:
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
