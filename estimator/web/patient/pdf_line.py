"""The line in which visitors wait for a PDF that has to be drawn, one at a time, and what is said to them there."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, current_app
from flask.typing import ResponseReturnValue

from estimator import throttle
from estimator.i18n import gettext as _
from estimator.i18n import ngettext
from estimator.pdf import renderer
from estimator.web import client_network, errors, network_limits, turns
from estimator.web.transaction import committing

DRAWING = "drawing"
"""What the turn at drawing a PDF is called."""

ASK_AGAIN_SECONDS = 3
"""Interval at which the page of somebody who waits for a PDF asks again."""

WayOut = tuple[str, str]
"""The address and the words of a link to the page that shows what the PDF would."""


def in_turn(key: str, way_out: WayOut, draw: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Return what `draw` returns once it is the visitor's turn, before that a page that asks again.

    `key` names the PDF in the line.
    """
    before = turns.stand_in_line(DRAWING, key, client_network.counted())
    if before is None:
        return errors.page(
            503,
            _("Too many people are waiting for a PDF"),
            _("Ask for it again in a minute. The page shows the same, and you can print it."),
            way_out=way_out,
        )
    with turns.turn(DRAWING) as free:
        if before or not free:
            return _waiting(before, way_out)
        turns.leave(DRAWING, key)
        return draw()


def drawn(name: str, way_out: WayOut, draw: Callable[[], bytes]) -> ResponseReturnValue:
    """Draw a PDF that is not kept and send it as a file, unless the network has asked for too many.

    `name` is that of the file, without its ending.
    """
    with committing():
        wait = network_limits.take("pdf")
    if wait is not None:
        return too_many(way_out)
    try:
        content = draw()
    except renderer.RenderingFailed as failure:
        current_app.logger.error("no PDF of %s: %s", name, failure)
        return not_made(way_out)
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def too_many(way_out: WayOut) -> ResponseReturnValue:
    """Say that a network has asked for as many PDFs as it may."""
    page, status = errors.page(
        429,
        _("Try again in a quarter of an hour"),
        _("Many PDFs were asked for from your network just now."),
        _("The page shows the same, and you can print it."),
        way_out=way_out,
    )
    return page, status, {"Retry-After": str(throttle.WINDOW.seconds)}


def not_made(way_out: WayOut) -> ResponseReturnValue:
    """Say that a PDF could not be drawn."""
    return errors.page(
        503,
        _("The PDF could not be made"),
        _("The page shows the same, and you can print it."),
        _("Or try again in a minute."),
        way_out=way_out,
    )


def _waiting(before: int, way_out: WayOut) -> ResponseReturnValue:
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
        _("The page shows the same, and you can print it."),
        way_out=way_out,
    )
    return page, status, {"Retry-After": str(ASK_AGAIN_SECONDS), "Refresh": str(ASK_AGAIN_SECONDS)}
