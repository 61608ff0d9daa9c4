"""The mail that tells the desk of what is new: how many requests and questions, and nothing else of them.

A request is marked in the transaction in which it comes (`untold_since`). A worker puts one mail about all that are
marked, and takes the marks away in the same transaction, so that a worker killed in between doubles and loses nothing.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select, update

from estimator.act import Act
from estimator.db import advisory_lock, changed_rows, db
from estimator.mail import notices, outbox
from estimator.models import PatientRequest

TEMPLATE = "desk_news"
ABOUT = "desk"
"""What such a mail is about: no request, so that it stays whatever becomes of one."""

PAUSES = {"at_once": timedelta(minutes=10), "hourly": timedelta(hours=1)}
"""Time after such a mail in which there is no other one: what comes meanwhile is in the next."""

MOST = 1_000
"""Maximum number of requests that one mail tells of."""


def tell(act: Act) -> bool:
    """Put a mail about what the desk was not told of, unless there was one a moment ago; return whether one was put.

    Where the clinic wants none, or no mail can be sent, the marks are taken away all the same.
    """
    if (
        db.session.scalar(select(PatientRequest.id).where(PatientRequest.untold_since.is_not(None)).limit(1))
        is None
    ):
        return False
    advisory_lock("mail to the desk of what is new")
    pause = PAUSES.get(act.clinic.desk_mail) if act.settings.sends_mail else None
    if pause is not None and outbox.put_since(act.now - pause, TEMPLATE) > 0:
        return False
    marked = db.session.execute(
        select(PatientRequest.id, PatientRequest.kind, PatientRequest.created_at, PatientRequest.untold_since)
        .where(PatientRequest.untold_since.is_not(None))
        .order_by(PatientRequest.untold_since)
        .limit(MOST)
        .with_for_update()
    ).all()
    if not marked:
        return False
    is_told = update(PatientRequest).where(PatientRequest.id.in_([row.id for row in marked]))
    changed_rows(is_told.values(untold_since=None))
    if pause is None:
        return False
    new = sum(row.kind == "quote" and row.created_at == row.untold_since for row in marked)
    counted = {"requests": str(new), "questions": str(len(marked) - new)}
    notices.put(act, TEMPLATE, about=ABOUT, submission=secrets.token_hex(16), options=counted)
    return True
