"""The mail that tells a patient what became of their quote: a receipt of what they said, or that it was withdrawn.

A receipt also tells them of what somebody else did in their name. There is none for somebody without an address.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from estimator import keys, outbox, requests, tables
from estimator.config import Settings
from estimator.db import db
from estimator.issued_quotes import about, decision_of
from estimator.models import Mail, QuoteRevision

TEMPLATE = "quote_receipt"

MOST_A_DAY = 10
"""So many of these go out in 24 hours about one revision, however often it is accepted and taken back."""

SECOND = timedelta(seconds=1)

NO_LIMIT = 10**6
"""Nobody's share of other mail is touched."""

What = Literal["accepted", "declined", "taken_back", "withdrawn"]


def put(revision: QuoteRevision, what: What, submission: str, settings: Settings, now: datetime) -> None:
    """Put the mail into the outbox, in the language of the quote; the caller has taken its turn by the request."""
    try:
        person = requests.person_of(revision.quote.request, settings.data_keys)
    except keys.Unreadable:
        return  # an answer counts even while addresses cannot be read
    if person is None or person.email is None or _put_today(revision, now) >= MOST_A_DAY:
        return
    outbox.put(
        TEMPLATE,
        about=about(revision),
        address=person.email,
        language=revision.language,
        options={"what": what, **_last_day(revision, what)},
        submission=submission,
        keyring=settings.data_keys,
        lookup_key=settings.lookup_key,
        per_address=NO_LIMIT,
        per_record=NO_LIMIT,
        now=now,
    )


def _put_today(revision: QuoteRevision, now: datetime) -> int:
    today = (
        Mail.template == TEMPLATE,
        Mail.about == about(revision),
        Mail.created_at > now - timedelta(days=1),
    )
    return db.session.scalar(select(func.count()).select_from(Mail).where(*today)) or 0


def _last_day(revision: QuoteRevision, what: What) -> dict[str, str]:
    """Return the last day on which what was said can be taken back, where it can, as an option of the mail."""
    said = decision_of(revision) if what == "accepted" else None
    if said is None or said.reversible_until is None:
        return {}
    return {"last_day": tables.day_of(said.reversible_until - SECOND, revision.time_zone).isoformat()}
