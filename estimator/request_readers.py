"""Who has opened a request: written down beside what happened to it, once an hour for each person."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select

from estimator.db import db
from estimator.models import PatientRequest, RequestEvent

KIND = "seen"
"""What such an event is called; it is no change, and keeps nothing longer."""

AGAIN = timedelta(hours=1)


def seen(request: PatientRequest, *, actor: str, now: datetime) -> bool:
    """Write down that somebody has opened a request, unless they did within the hour; return whether it was new.

    It neither counts as a change, which would stand in the way of others, nor prolongs how long anything is kept.
    """
    newest = db.session.scalar(
        select(RequestEvent.at)
        .where(
            RequestEvent.request_id == request.id,
            RequestEvent.kind == KIND,
            RequestEvent.actor == actor,
            RequestEvent.at > now - AGAIN,
        )
        .limit(1)
    )
    if newest is not None:
        return False
    name = secrets.token_hex(16)
    db.session.add(
        RequestEvent(
            name=name, request_id=request.id, at=now, actor=actor, kind=KIND, detail="{}", words=None
        )
    )
    db.session.flush()
    return True
