"""What happened to requests: events are only added, each with the words of a person sealed by themselves."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from estimator import keys
from estimator.act import PATIENT, Act
from estimator.db import advisory_lock, db
from estimator.models import PatientRequest, RequestEvent
from estimator.requests import answered

_EVENTS = RequestEvent.__tablename__

SEEN = "seen"
"""The kind of event for opening a request; it is no change, and does not prolong retention."""

SEEN_AGAIN = timedelta(hours=1)

STATE = "state"
"""The kind of event for another state, which follows from something else that somebody did."""

STAFF = "user:"
"""How the actor begins who is one of the staff."""

DAY = timedelta(days=1)
MOST_OF_A_KIND = 20
"""Maximum number of events of a kind that the patient adds to a request within 24 hours, whatever link they come by,
so that nobody lengthens a history without end, or keeps the desk from saving by changing something all the time."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the request since the page was shown."""


class TooManyToday(Exception):
    """The patient, or whoever has a link of theirs, did the same thing MOST_OF_A_KIND times within a day."""


class Erased(ChangedMeanwhile):
    """The person was erased, perhaps a moment ago: nothing is added to their request, and no mail goes out."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened, as it can be read; `answered` are questions of the price list that were answered."""

    at: datetime
    actor: str
    kind: str
    detail: Mapping[str, Any]
    words: str | None
    answered: answered.Answered | None = None


def lock(request: PatientRequest, *, erased_too: bool = False) -> None:
    """Lock a request against changes by others until this transaction ends, and read it anew.

    Raises Erased if the person is erased, unless `erased_too`, and if the whole request was removed meanwhile.
    """
    db.session.flush()  # or else the refresh would overwrite what was changed in this transaction
    advisory_lock(f"request {request.reference}")
    # A refresh of a row that is gone is a fault of the program to SQLAlchemy.
    if db.session.scalar(select(PatientRequest.id).filter_by(id=request.id).with_for_update()) is None:
        raise Erased
    db.session.refresh(request)
    if request.erased_at is not None and not erased_too:
        raise Erased


def add_event(
    act: Act,
    request: PatientRequest,
    kind: str,
    *,
    words: str | None = None,
    erased_too: bool = False,
    **detail: object,
) -> RequestEvent:
    """Add an event to a request, which restarts its retention time; locks the request.

    Raises Erased if the person is erased, unless `erased_too`, which no event with words may be; and TooManyToday.
    """
    lock(request, erased_too=erased_too and words is None)
    if act.actor == PATIENT and kind != STATE:
        _check_limit(act, request, kind)
    name = secrets.token_hex(16)
    event = RequestEvent(
        name=name,
        request_id=request.id,
        at=act.now,
        actor=act.actor,
        kind=kind,
        detail=json.dumps(detail, sort_keys=True),
        words=None if words is None else act.settings.data_keys.seal(words, _EVENTS, "words", name),
    )
    db.session.add(event)
    if act.actor.startswith(STAFF):
        request.acceptance_waits_since = None
    request.changes += 1
    request.active_at = max(request.active_at, act.now)
    db.session.flush()
    return event


def _check_limit(act: Act, request: PatientRequest, kind: str) -> None:
    recent = select(func.count()).where(
        RequestEvent.request_id == request.id,
        RequestEvent.kind == kind,
        RequestEvent.actor == PATIENT,
        RequestEvent.at > act.now - DAY,
    )
    if (db.session.scalar(recent) or 0) >= MOST_OF_A_KIND:
        raise TooManyToday


def history(request: PatientRequest, keyring: keys.Keyring) -> list[Entry]:
    """Return what happened to a request, the newest first. Raises keys.Unreadable."""
    events = db.session.scalars(
        select(RequestEvent).filter_by(request_id=request.id).order_by(RequestEvent.id.desc())
    )
    return [_entry(event, keyring) for event in events]


def _entry(event: RequestEvent, keyring: keys.Keyring) -> Entry:
    detail = json.loads(event.detail)
    words, given = answered.read(detail, words_of(event, keyring))
    return Entry(at=event.at, actor=event.actor, kind=event.kind, detail=detail, words=words, answered=given)


def words_of(event: RequestEvent, keyring: keys.Keyring) -> str | None:
    """Return what was written with an event; None if nothing was. Raises keys.Unreadable."""
    return None if event.words is None else keyring.open(event.words, _EVENTS, "words", event.name)


def seen(act: Act, request: PatientRequest) -> bool:
    """Record that somebody has opened a request, at most once an hour; return whether it was recorded.

    It neither counts as a change, which would refuse those of others, nor prolongs retention. Raises Erased if the
    request was removed meanwhile.
    """
    newest = db.session.scalar(
        select(RequestEvent.at)
        .where(
            RequestEvent.request_id == request.id,
            RequestEvent.kind == SEEN,
            RequestEvent.actor == act.actor,
            RequestEvent.at > act.now - SEEN_AGAIN,
        )
        .limit(1)
    )
    if newest is not None:
        return False
    lock(request, erased_too=True)
    name = secrets.token_hex(16)
    db.session.add(
        RequestEvent(
            name=name, request_id=request.id, at=act.now, actor=act.actor, kind=SEEN, detail="{}", words=None
        )
    )
    db.session.flush()
    return True
