"""A second person's approval of a quote's adjustments: who asks for it, what waits, and what was sent back."""

from __future__ import annotations

from sqlalchemy import select

from estimator import audit, keys, requests
from estimator.act import Act
from estimator.config import Settings
from estimator.db import db
from estimator.models import PatientRequest, QuoteDraft
from estimator.quotes.drafts import ChangedMeanwhile, SamePerson, authors, for_request, preview
from estimator.requests import lock

MOST = 100
"""Maximum number of quotes listed as waiting, the longest waiting first."""


class NotAsked(Exception):
    """Nobody has asked for approval of the quote as it is now, or it needs none."""


def propose(act: Act, draft: QuoteDraft, *, fingerprint: str) -> QuoteDraft:
    """Ask for the approval of the adjustments with this fingerprint; any later change ends the request.

    Raises ChangedMeanwhile if the draft has another fingerprint now, and NotAsked if it needs no approval.
    """
    request, current = _locked(draft)
    prepared = None if current is None else preview(act, current)
    if current is None or prepared is None or prepared.fingerprint != fingerprint:
        raise ChangedMeanwhile
    if not prepared.needs_approval or prepared.approved:
        raise NotAsked
    if current.proposed_by == act.actor:
        return current  # pressed twice; any change of the draft would have ended it
    current.proposed_by, current.proposed_at = act.actor, act.now
    current.returned_by = current.returned_at = current.returned_to = current.returned_words = None
    db.session.flush()
    requests.add_event(act, request, "approval_asked", fingerprint=fingerprint)
    audit.add(act, "quote.proposed", subject=f"request:{request.id}", fingerprint=fingerprint)
    return current


def send_back(act: Act, draft: QuoteDraft, *, fingerprint: str, words: str) -> QuoteDraft:
    """End a request for approval with a comment, which stays with the draft until approval is asked for again.

    Raises ChangedMeanwhile, NotAsked, and SamePerson for whoever asked.
    """
    request, current = _locked(draft)
    if current is None or preview(act, current).fingerprint != fingerprint:
        raise ChangedMeanwhile
    if current.proposed_by is None:
        raise NotAsked
    if current.proposed_by == act.actor:
        raise SamePerson
    current.returned_to, current.returned_by, current.returned_at = current.proposed_by, act.actor, act.now
    current.returned_words = act.settings.data_keys.seal(
        words, QuoteDraft.__tablename__, "returned_words", current.name
    )
    current.proposed_by = current.proposed_at = None
    db.session.flush()
    requests.add_event(act, request, "sent_back", fingerprint=fingerprint)
    audit.add(act, "quote.sent_back", subject=f"request:{request.id}", fingerprint=fingerprint)
    return current


def words_of(draft: QuoteDraft, settings: Settings) -> str | None:
    """Return what was said by whoever sent a quote back; None if nobody did. Raises keys.Unreadable."""
    if draft.returned_words is None:
        return None
    return settings.data_keys.open(
        draft.returned_words, QuoteDraft.__tablename__, "returned_words", draft.name
    )


def waiting(settings: Settings, *, but: str) -> list[tuple[QuoteDraft, PatientRequest]]:
    """Return the quotes that wait for approval, the longest waiting first; not those that `but` cannot approve."""
    found = db.session.execute(
        select(QuoteDraft, PatientRequest)
        .join(PatientRequest, PatientRequest.id == QuoteDraft.request_id)
        .where(QuoteDraft.proposed_by.is_not(None), QuoteDraft.proposed_by != but)
        .order_by(QuoteDraft.proposed_at)
        .limit(MOST)
    )
    return [(draft, request) for draft, request in found if not _wrote(draft, settings, but)]


def sent_back(to: str) -> list[tuple[QuoteDraft, PatientRequest]]:
    """Return the quotes that were sent back to whoever asked for their approval, the newest first."""
    found = db.session.execute(
        select(QuoteDraft, PatientRequest)
        .join(PatientRequest, PatientRequest.id == QuoteDraft.request_id)
        .where(QuoteDraft.returned_to == to)
        .order_by(QuoteDraft.returned_at.desc())
        .limit(MOST)
    )
    return [(draft, request) for draft, request in found]


def _wrote(draft: QuoteDraft, settings: Settings, who: str) -> bool:
    """Whether somebody wrote an adjustment; not where that cannot be decrypted, which the page of the quote says."""
    try:
        return who in authors(draft, settings)
    except keys.Unreadable:
        return False


def _locked(draft: QuoteDraft) -> tuple[PatientRequest, QuoteDraft | None]:
    request = db.session.get_one(PatientRequest, draft.request_id)
    lock(request)
    return request, for_request(request)
