"""The PDF of an estimate is drawn while its page is read, so that its button answers like a stored file.

That is done when the worker has nothing else to do, and only for as many as one who reads could ask for: whoever makes
estimates in floods has their PDFs drawn when they ask.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy.exc import IntegrityError

from estimator.db import db
from estimator.estimates import pdf_cache, pdf_document
from estimator.models import Estimate
from estimator.pdf import renderer
from estimator.processes import task

LOOKS_EVERY = 1
"""Seconds between two looks for estimates without a PDF."""

WITHIN = timedelta(minutes=1)
"""Time for which somebody is expected to look at a page before they ask for its PDF."""

MOST = 10
"""Number of estimates of that time without a PDF above which they come in a flood, and none is drawn ahead."""

logger = logging.getLogger(__name__)


class DrawingAhead:
    """What draws ahead in one worker; it tries each estimate once."""

    def __init__(self, may_go_on: Callable[[], bool]) -> None:
        """`may_go_on` is asked before each document: nothing that somebody waits for waits for these."""
        self._may_go_on = may_go_on
        self._failed: set[int] = set()

    def look(self, app: Flask) -> None:
        """Draw the PDFs that may be asked for soon, the newest first."""
        wanted = pdf_cache.lacking(task.now() - WITHIN, MOST + 1)
        self._failed &= set(wanted)
        db.session.rollback()
        if len(wanted) > MOST:
            return
        for number in wanted:
            if number in self._failed:
                continue
            if not self._may_go_on():
                return
            self._draw(app, number)

    def _draw(self, app: Flask, number: int) -> None:
        record = db.session.get(Estimate, number)
        if record is None:  # it was deleted meanwhile
            return
        try:
            pdf_document.drawn_once(task.act_of(app), record)
            db.session.commit()
        except renderer.RenderingFailed as error:
            logger.error("the PDF of %s could not be drawn ahead: %s", record.reference, error)
            self._failed.add(number)
        except IntegrityError:  # it was deleted while it was drawn
            db.session.rollback()
