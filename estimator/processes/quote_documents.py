"""The documents of issued quotes, each drawn once; the mails that carry one go out when it is made."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from estimator import demonstration_marks, jobs, quotes
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, QuoteRevision
from estimator.pdf import renderer
from estimator.processes import task
from estimator.quotes import pdf_document

DRAWN_WITHIN = timedelta(days=7)
"""Time after which a document that cannot be made is not retried, until somebody sends its mail again."""

logger = logging.getLogger(__name__)

_failed: set[int] = set()
"""The revisions whose document this process could not make: their mails try it themselves, and say why they wait."""


def draw(app: Flask, revision_id: int) -> None:
    """Make the document of an issued quote, unless it exists, and enqueue the mails that wait for it."""
    revision = db.session.get(QuoteRevision, revision_id)
    if revision is None:
        return
    about = quotes.about(revision)
    try:
        pdf_document.render(revision, app.config["SETTINGS"])
        _failed.discard(revision_id)
        outbox.make_due(about, "quote_issued", task.now())
    except DBAPIError:
        raise  # of the document nothing is known; the sweep asks for it again
    except Exception as error:
        db.session.rollback()
        _failed.add(revision_id)
        if isinstance(error, renderer.RenderingFailed):
            logger.error("the PDF of revision %s could not be made: %s", revision_id, error)
        else:
            logger.exception("the PDF of revision %s could not be made", revision_id)
    for mail_id in outbox.waiting(about):
        jobs.enqueue("prompt_mail", mail_id)
    db.session.commit()


def is_awaited(mail_id: int, now: datetime) -> bool:
    """Whether a mail is about an issued quote whose document is about to be made, which enqueues the mail again."""
    about = db.session.scalar(select(Mail.about).filter_by(id=mail_id, template="quote_issued"))
    if not about or demonstration_marks.is_marked(about):  # of a demonstration nothing is drawn ahead
        return False
    revision = quotes.of_about(about)
    return (
        revision is not None
        and revision.pdf_sha256 is None
        and revision.rows is not None
        and revision.id not in _failed
        and revision.issued_at > now - DRAWN_WITHIN
    )
