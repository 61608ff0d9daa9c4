"""Issued quotes as they are found and read: by link, by number, by request; words, figures, document, state."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from estimator import demonstration_marks, keys, links, price_lists, wording
from estimator.db import changed_rows, db
from estimator.models import PatientRequest, Quote, QuoteDecision, QuoteRevision
from estimator.models.quotes import RevisionState
from estimator.requests import lock
from estimator.wording import FirmRows
from pricing.stored import StoredQuote, read_quote

KIND = "quote"
"""What the links of quotes open; part of their tokens."""

TABLE = QuoteRevision.__tablename__


def find(token: str) -> Quote | None:
    """Return the quote that a token opens; None if there is none, or its link was replaced."""
    return db.session.scalar(select(Quote).filter_by(link_hash=links.stored(token)))


def for_request(request: PatientRequest) -> Quote | None:
    """Return the quote of a request; None before the first revision is issued."""
    return db.session.scalar(select(Quote).filter_by(request_id=request.id))


def by_number(number: str) -> Quote | None:
    """Return the quote of a number, however it is typed; None if there is none."""
    typed = number.strip().upper()
    if "\x00" in typed:  # PostgreSQL refuses to look for it
        return None
    return db.session.scalar(select(Quote).filter_by(number=typed))


def token_of(quote: Quote, link_key: str) -> str:
    """Compose the token of a quote's link again."""
    return links.compose(link_key, KIND, quote.number, quote.link_serial)


def revisions(quote: Quote) -> Sequence[QuoteRevision]:
    """Return every revision, the newest first."""
    found = select(QuoteRevision).filter_by(quote_id=quote.id).order_by(QuoteRevision.number.desc())
    return db.session.scalars(found).all()


def open_with(version_id: int, now: datetime, *, most: int) -> list[QuoteRevision]:
    """Return at most `most` revisions made with a version that can still be accepted; those issued last go first."""
    found = (
        select(QuoteRevision)
        .filter_by(table_version_id=version_id, state="current")
        .options(joinedload(QuoteRevision.quote).joinedload(Quote.request))
        .order_by(QuoteRevision.id.desc())
        .limit(most)
    )
    return [each for each in db.session.scalars(found) if state_at(each, now) == "current"]


def newest(quote: Quote) -> QuoteRevision:
    """Return the newest revision; a quote has at least one."""
    found = select(QuoteRevision).filter_by(quote_id=quote.id).order_by(QuoteRevision.number.desc()).limit(1)
    return db.session.scalars(found).one()


def state_at(revision: QuoteRevision, now: datetime) -> RevisionState:
    """Return the state of a revision at a moment: expired as soon as its last day is over in its time zone."""
    if revision.state == "current" and price_lists.day_of(now, revision.time_zone) > revision.valid_until:
        return "expired"
    return revision.state


def content_of(revision: QuoteRevision) -> StoredQuote:
    """Return the content of a revision, as `pricing.quote.content` made it."""
    return read_quote(revision.content)


def rows_of(revision: QuoteRevision, keyring: keys.Keyring) -> FirmRows | None:
    """Return the words of a revision as they were when it was issued; None once the person is erased."""
    said = _opened(revision.rows, "rows", revision.name, keyring)
    return None if said is None else wording.from_json(FirmRows, said)


def patient_of(revision: QuoteRevision, keyring: keys.Keyring) -> str | None:
    """Return the name on a revision; None once the person is erased."""
    return _opened(revision.patient, "patient", revision.name, keyring)


def pdf_of(revision: QuoteRevision, keyring: keys.Keyring) -> bytes | None:
    """Return the document's bytes; None before they are made, and once the person is erased."""
    if revision.pdf is None:
        return None
    return keyring.open_bytes(revision.pdf, TABLE, "pdf", revision.name)


def decision_of(revision: QuoteRevision) -> QuoteDecision | None:
    """Return the last decision on a revision, also an acceptance that was taken back; None if there is none."""
    said = select(QuoteDecision).filter_by(revision_id=revision.id).order_by(QuoteDecision.id.desc()).limit(1)
    return db.session.scalar(said)


def taken_with(said: QuoteDecision | None) -> list[int]:
    """Return the numbers of the lines that were taken with an acceptance."""
    return [] if said is None or said.taken is None else [int(number) for number in said.taken.split()]


def last_day_to_take_back(said: QuoteDecision, time_zone: str) -> date | None:
    """Return the last day, in a time zone, on which an acceptance can be taken back; None if it never can."""
    until = said.reversible_until
    return None if until is None else price_lists.day_of(until - timedelta(seconds=1), time_zone)


def about(revision: QuoteRevision) -> str:
    """Return the `about` of mails about a revision: Q-2026-00017/1."""
    return f"{revision.quote.number}/{revision.number}"


def of_about(about: str) -> QuoteRevision | None:
    """Return the revision that a mail is about; None if there is none."""
    number, _slash, revision = about.partition("/")
    return db.session.scalar(
        select(QuoteRevision)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.number == number, QuoteRevision.number == int(revision or 0))
    )


def without_pdf(now: datetime, *, within: timedelta, most: int) -> Sequence[int]:
    """Return the revisions of the last days whose document is not made yet, the oldest first.

    Those of a demonstration are made for whoever asks for one.
    """
    lacking = (
        select(QuoteRevision.id)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(
            ~demonstration_marks.marked(Quote.number),
            QuoteRevision.issued_at > now - within,
            QuoteRevision.pdf_sha256.is_(None),
            QuoteRevision.rows.is_not(None),
        )
        .order_by(QuoteRevision.id)
        .limit(most)
    )
    return db.session.scalars(lacking).all()


def keep_pdf(revision: QuoteRevision, content: bytes, keyring: keys.Keyring) -> bool:
    """Store a document with its revision, unless it has one already or the person was erased meanwhile."""
    values = {
        "pdf": keyring.seal_bytes(content, TABLE, "pdf", revision.name),
        "pdf_sha256": hashlib.sha256(content).hexdigest(),
    }
    first = update(QuoteRevision).where(
        QuoteRevision.id == revision.id, QuoteRevision.pdf_sha256.is_(None), QuoteRevision.rows.is_not(None)
    )
    kept = changed_rows(first.values(**values)) == 1
    db.session.refresh(revision)
    return kept


def locked(revision: QuoteRevision) -> PatientRequest:
    """Lock a revision's request until the transaction ends, and read both anew; also one whose person is erased."""
    request = revision.quote.request
    lock(request, erased_too=True)
    db.session.refresh(revision)
    return request


def set_state(revision: QuoteRevision, state: RevisionState, now: datetime) -> None:
    """Set the state of a revision, and since when."""
    revision.state, revision.state_since = state, now


def _opened(sealed: bytes | None, column: str, name: str, keyring: keys.Keyring) -> str | None:
    return None if sealed is None else keyring.open(sealed, TABLE, column, name)
