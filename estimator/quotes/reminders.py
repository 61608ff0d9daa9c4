"""The one mail before the last day of a quote, and how somebody says that they want none.

Nobody is hurried: it is put once for each revision that can still be accepted, never on the last day, and not for one
that was issued so late that its own mail has just told the day. What is done for a revision is marked with it in the
transaction that puts the mail, so that a worker killed in between doubles and loses nothing.
"""

from __future__ import annotations

import hmac
from datetime import UTC, timedelta

from sqlalchemy import select

from estimator import links, price_lists, requests
from estimator.act import Act
from estimator.db import db
from estimator.models import PatientRequest, Quote, QuoteRevision
from estimator.quotes import notifications
from estimator.quotes.issued_revisions import by_number, locked, state_at

TEMPLATE = "quote_reminder"

KIND = "no reminders"
"""What the links open that say so; part of their tokens."""


def put_due(act: Act, *, most: int = 100) -> int:
    """Put the mails that are due into the outbox, of a batch of revisions; return how many.

    There is none where the clinic wants none or no mail can be sent; nothing is marked then.
    """
    days = act.clinic.reminder_days
    if not days or not act.settings.sends_mail:
        return 0
    today = act.now.astimezone(UTC).date()
    perhaps = (
        select(QuoteRevision.id)
        .where(
            QuoteRevision.state == "current",
            QuoteRevision.reminded_at.is_(None),
            # A day more on both sides: which day it is depends on the zone.
            QuoteRevision.valid_until >= today - timedelta(days=1),
            QuoteRevision.valid_until <= today + timedelta(days=days + 1),
        )
        .order_by(QuoteRevision.valid_until, QuoteRevision.id)
        .limit(most)
    )
    return sum(_put(act, revision_id, days) for revision_id in db.session.scalars(perhaps).all())


def _put(act: Act, revision_id: int, days: int) -> int:
    revision = db.session.get_one(QuoteRevision, revision_id)
    request = locked(revision)
    today = price_lists.day_of(act.now, revision.time_zone)
    first = revision.valid_until - timedelta(days=days)
    if revision.reminded_at is not None or state_at(revision, act.now) != "current" or today < first:
        return 0
    revision.reminded_at = act.now
    person = requests.readable_person(request, act.settings.data_keys)
    was_told = price_lists.day_of(revision.issued_at, revision.time_zone) >= first
    if was_told or today >= revision.valid_until or request.no_reminders_at is not None:
        return 0
    if person is None or person.email is None:
        return 0
    notifications.put(
        act,
        TEMPLATE,
        revision,
        person.email,
        language=revision.language,
        submission=f"{TEMPLATE} {revision.name}",
    )
    return 1


def token_of(quote: Quote, link_key: str) -> str:
    """Compose the token by which whoever has the mail says that they want none, and can do nothing else."""
    return links.compose(link_key, KIND, quote.number, 1)


def find(number: str, token: str, link_key: str) -> Quote | None:
    """Return the quote of such a link; None if it is none."""
    quote = by_number(number)
    if quote is None or not hmac.compare_digest(token.encode(), token_of(quote, link_key).encode()):
        return None
    return quote


def stop(act: Act, request: PatientRequest, *, wanted: bool) -> None:
    """Record that somebody wants no such mail, or wants it again; nothing where it is so already.

    Raises requests.Erased.
    """
    requests.lock(request)
    if (request.no_reminders_at is None) == wanted:
        return
    request.no_reminders_at = None if wanted else act.now
    requests.add_event(act, request, "reminders_wanted" if wanted else "no_reminders")
