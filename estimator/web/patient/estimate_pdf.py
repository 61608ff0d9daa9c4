"""An estimate as PDF, from the cache or drawn in turn, with what is said while it is not there; and as plain text."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Response, current_app, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from estimator import paper, price_lists, throttle
from estimator.db import unavailable
from estimator.estimates import pdf_cache, pdf_document, plain_text
from estimator.i18n import gettext as _
from estimator.i18n import ngettext
from estimator.models import Estimate
from estimator.pdf import renderer
from estimator.web import errors, networks, request_context, turns
from estimator.web.language import current_reader
from estimator.web.patient import worded
from estimator.web.patient.estimate import head_of, pages, rate_of, readers_paper
from estimator.web.request_context import act
from estimator.web.transaction import committing

DRAWING = "drawing"
"""What the turn at drawing a PDF is called."""

ASK_AGAIN_SECONDS = 3
"""Interval at which the page of somebody who waits for a PDF asks again."""


@pages.get("/e/<token>/estimate.pdf")
def document(token: str) -> ResponseReturnValue:
    """Send an estimate as PDF; one that was made already is not made again."""
    settings = request_context.settings()
    after = request_context.now() - timedelta(days=settings.kept_days)
    look = pdf_document.look_of(request_context.clinic().logo, settings.public_url)
    look = replace(look, paper=paper.named(request.args.get("paper", "")) or readers_paper())
    found = None
    if request.args.get("in"):
        found = request_context.estimate_of(token)
        look = replace(look, rate=rate_of(price_lists.parsed(found.table_version)))
    key = pdf_document.key_of(token, look)
    kept = pdf_cache.find(key, made_after=after)
    if kept is not None:
        reference, content = kept
        return _attachment(reference, content)
    found = found or request_context.estimate_of(token)
    before = turns.stand_in_line(DRAWING, key, networks.counted())
    if before is None:
        return _no_place(token)
    with turns.turn(DRAWING) as free:
        if before or not free:
            return _in_line(before, token)
        turns.leave(DRAWING, key)
        return _drawn(found, look, key, token)


@pages.get("/e/<token>/estimate.txt")
def plain(token: str) -> ResponseReturnValue:
    """Send an estimate as plain text, which any device shows, and any program reads aloud."""
    found = request_context.estimate_of(token)
    reader = current_reader()
    words = worded.words_of(found, reader)
    head = head_of(found, price_lists.parsed(found.table_version), reader)
    response = Response(plain_text.text(words.rows, words.changes, head), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.reference}.txt"'
    return response


def _drawn(found: Estimate, look: pdf_document.Look, key: str, token: str) -> ResponseReturnValue:
    """Draw a PDF, keep it, and send it."""
    kept = pdf_cache.find(key, made_after=found.created_at - timedelta(seconds=1))
    if kept is not None:  # somebody else asked for the same one a moment ago
        return _attachment(*kept)
    most = request_context.settings().pdfs_per_network
    if not throttle.has_room(act(), "pdf", networks.counted(), most=most):
        return _too_many_pdfs(token)
    try:
        content = pdf_document.pdf_of(found, look)
    except renderer.RenderingFailed as failure:
        current_app.logger.error("no PDF of %s: %s", found.reference, failure)
        return _no_pdf(token)
    reference = found.reference
    try:
        with committing():
            throttle.take(act(), "pdf", networks.counted(), most=most)
            pdf_cache.keep(key, found, content, request_context.now())
    except DBAPIError as error:
        if unavailable(error) is None:
            request_context.estimate_of(token)  # which is missing if it was deleted while its PDF was made
            raise
        current_app.logger.warning("the PDF of %s could not be kept", reference)
    return _attachment(reference, content)


def _in_line(before: int, token: str) -> ResponseReturnValue:
    """Say that a PDF waits for its turn; the page asks again by itself, without a script."""
    place = (
        ngettext(
            "%(num)s other document is made before it.", "%(num)s other documents are made before it.", before
        )
        if before
        else _("It is next in line.")
    )
    page, status = errors.page(
        503,
        _("Your PDF is waiting for its turn"),
        place,
        _(
            "This page asks again by itself every few seconds, and the PDF then comes. You need not do anything."
        ),
        _("The page of the estimate shows the same figures."),
        way_out=(url_for("patient.breakdown", token=token), _("Back to the estimate")),
    )
    return page, status, {"Retry-After": str(ASK_AGAIN_SECONDS), "Refresh": str(ASK_AGAIN_SECONDS)}


def _no_place(token: str) -> ResponseReturnValue:
    return errors.page(
        503,
        _("Too many people are waiting for a PDF"),
        _(
            "Ask for it again in a minute. The page of the estimate shows the same figures, and you can print it."
        ),
        way_out=(url_for("patient.breakdown", token=token), _("Back to the estimate")),
    )


def _too_many_pdfs(token: str) -> ResponseReturnValue:
    page, status = errors.page(
        429,
        _("Try again in a quarter of an hour"),
        _("Many PDFs were asked for from your network just now."),
        _("The page of the estimate shows the same figures, and you can print it."),
        way_out=(url_for("patient.breakdown", token=token), _("Back to the estimate")),
    )
    return page, status, {"Retry-After": str(throttle.WINDOW.seconds)}


def _no_pdf(token: str) -> ResponseReturnValue:
    return errors.page(
        503,
        _("The PDF could not be made"),
        _("The page shows the same figures, and you can print it."),
        _("Or try again in a minute."),
        way_out=(url_for("patient.breakdown", token=token), _("Back to the estimate")),
    )


def _attachment(reference: str, content: bytes) -> Response:
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.pdf"'
    return response
