"""The PDF of an estimate is drawn while its page is read, so that its button answers like a stored file.

That is done when the worker has nothing else to do, for the newest first, and for no more in a minute than PDFS_AHEAD:
what comes in a flood is drawn when it is asked for. Estimates say nothing of the network that made them, so all count
together; as one network makes at most ESTIMATES_PER_NETWORK of them in a quarter of an hour, it cannot use up the
minutes of everybody else, only one or a few of them.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

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

logger = logging.getLogger(__name__)


class DrawingAhead:
    """What draws ahead in one worker; it tries each estimate once."""

    def __init__(self, may_go_on: Callable[[], bool], most: int) -> None:
        """`may_go_on` is asked before each document: nothing that somebody waits for waits for these.

        `most` is the maximum number of documents that are drawn WITHIN that time.
        """
        self._may_go_on, self._most = may_go_on, most
        self._failed: set[int] = set()
        self._drawn_at: deque[datetime] = deque(maxlen=most)

    def look(self, app: Flask) -> None:
        """Draw the PDFs that may be asked for soon, the newest first."""
        wanted = pdf_cache.lacking(task.now() - WITHIN, self._most)
        self._failed &= set(wanted)
        db.session.rollback()
        for number in wanted:
            if number in self._failed:
                continue
            if self._has_drawn_enough() or not self._may_go_on():
                return
            self._drawn_at.append(task.now())
            self._draw(app, number)

    def _has_drawn_enough(self) -> bool:
        """Whether so many were drawn within the last minute that the next has to be asked for."""
        now = task.now()
        # A moment that lies ahead does not count: the clock was set back.
        return sum(now - WITHIN < moment <= now for moment in self._drawn_at) >= self._most

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
