"""How long a request is kept, and how the person in it is erased.

What becomes of each part when a person is erased:

- name, address, number, message, planned month, what was said about the injury, when they can be reached, what they
  are found by, notes, questions, mail, codes and a quote that is being prepared are removed at once;
- the plan and its figures, the country and the states it went through stay: nothing in them tells who it was;
- a final bill keeps its figures; the note and the names of lines that somebody typed are removed. Once the request
  itself is removed, nothing leads from those figures to it;
- consents stay as facts, marked as withdrawn on that day: they show that all that was done until then was allowed;
- an issued quote keeps its number and its figures, so that it can still be computed again. Name, worded rows and
  PDF are removed, its link opens nothing, and if it could still be accepted it is withdrawn;
- a quote that was accepted is a contract. It, with its PDF and the name on it, is kept until its years are over, or
  until the acceptance is taken back. No link opens it any more: a browser in which the code of the mail was typed
  shows it until that visit ends, and nobody else can confirm who they are without an address.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, update
from sqlalchemy import delete as sql_delete

from estimator import audit, demonstration_marks, links
from estimator.act import Act, Clinic
from estimator.db import advisory_lock, changed_rows, db
from estimator.mail import outbox
from estimator.models import (
    FinalBill,
    Mail,
    NameWord,
    PatientRequest,
    Quote,
    QuoteCode,
    QuoteDecision,
    QuoteDraft,
    QuoteRevision,
    RequestConsent,
    RequestEvent,
)
from estimator.quotes import notifications
from estimator.requests import Erased, add_event, lock, person_index, readable_person

BATCH = 200
"""Number of requests removed in one transaction, so that no other writer waits long."""


_AT_ONCE = (PatientRequest.email, PatientRequest.phone, PatientRequest.message)
"""Columns that are emptied whatever is kept of a person."""

_LEFT_AT_ONCE = (
    *(column.is_not(None) for column in _AT_ONCE),
    exists().where(RequestEvent.request_id == PatientRequest.id, RequestEvent.words.is_not(None)),
    *(exists().where(model.request_id == PatientRequest.id) for model in (QuoteDraft, QuoteCode)),
    exists().where(Mail.about == PatientRequest.reference, Mail.address.is_not(None)),
)
"""What is still there of somebody and never has to be."""


def accepted(request: PatientRequest) -> QuoteRevision | None:
    """Return the revision of a request's quote that was accepted, None if none is."""
    return db.session.scalar(
        select(QuoteRevision)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.request_id == request.id, QuoteRevision.state == "accepted")
    )


def kept_until(request: PatientRequest, clinic: Clinic) -> datetime:
    """Return the retention limit: when a request without a quote is removed, or the person in a quote erased."""
    issued = db.session.scalar(
        select(func.max(QuoteRevision.issued_at))
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.request_id == request.id)
    )
    if issued is not None:
        return years_after(issued, clinic.quotes_kept_years)
    return request.active_at + timedelta(days=clinic.requests_kept_days)


def years_after(moment: datetime, years: int) -> datetime:
    """Return a moment some years later or, if negative, earlier; 29 February may become 1 March."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


def mails_of(request: PatientRequest) -> list[str]:
    """Return the names of all mail about a request and its quote, by which it may be kept as files."""
    quote = db.session.scalar(select(Quote).filter_by(request_id=request.id))
    about = [request.reference]
    if quote is not None:
        numbers = db.session.scalars(select(QuoteRevision.number).filter_by(quote_id=quote.id))
        about += [f"{quote.number}/{number}" for number in numbers]
    return [mail.name for name in about for mail in outbox.mails_about(name)]


def erase(act: Act, request: PatientRequest, *, whole: bool = False, spared: Collection[str] = ()) -> bool:
    """Remove everything that tells who asked; return whether all of it is gone.

    It is not while a quote that was accepted has to be kept; with `whole`, that goes as well. Mail about the quote of
    the templates in `spared` still goes out. What was erased before and has nothing more to erase stays as it is.
    """
    lock(request, erased_too=True)
    quote = db.session.scalar(select(Quote).filter_by(request_id=request.id))
    contract = None if whole else accepted(request)
    if contract is not None and request.erased_at is not None and not _is_left(request):
        return False
    outbox.drop(request.reference)
    if quote is not None:
        _erase_revisions(quote, contract, act.now, spared)
    for model in (QuoteDraft, QuoteCode):
        changed_rows(sql_delete(model).filter_by(request_id=request.id))
    changed_rows(update(RequestEvent).where(RequestEvent.request_id == request.id).values(words=None))
    changed_rows(update(FinalBill).where(FinalBill.request_id == request.id).values(words=None))
    not_withdrawn = RequestConsent.request_id == request.id, RequestConsent.withdrawn_at.is_(None)
    changed_rows(update(RequestConsent).where(*not_withdrawn).values(withdrawn_at=act.now))
    request.email = request.phone = request.message = request.answer_hours = None
    request.injury_level = request.injury_completeness = request.injury_month = request.age_group = None
    request.email_lookup = request.planned_month = request.answer_by = None
    request.question_due_at = request.untold_since = request.no_reminders_at = None
    # Drop the idempotency key: sending the form once more must not return the erased request.
    request.submission = secrets.token_hex()
    request.erased_at = act.now
    request.link_hash = _nothing()
    if quote is not None:
        quote.link_hash = _nothing()
    changed_rows(sql_delete(NameWord).filter_by(request_id=request.id))
    if contract is not None:
        _find_by_name(act, request)
    else:
        request.full_name = request.patient_name = None
        if request.state in ("new", "in_work", "waiting", "quoted") or (
            request.state == "accepted" and not whole  # what was accepted was taken back
        ):
            request.state = "closed"
    db.session.flush()
    held: dict[str, Any] = {} if contract is None else {"held": "accepted"}
    add_event(act, request, "erased", erased_too=True, **held)
    audit.add(act, "request.erased", subject=request.reference, **held)
    return contract is None


def erase_rest(act: Act, request: PatientRequest) -> bool:
    """Erase what was kept of an erased person for a contract that is none any more; return whether that was done."""
    if request.erased_at is None or request.full_name is None or accepted(request) is not None:
        return False
    # The desk still hears what was answered; there is no word about the person in that mail.
    return erase(act, request, spared=(notifications.DECIDED,))


def erase_leftovers(act: Act) -> int:
    """Erase a batch of what is still there of erased people and need not be; return of how many, 0 when none is left.

    It is there because a contract was kept that is none any more, or because it came in while they were erased.
    """
    contract = (
        exists()
        .where(Quote.request_id == PatientRequest.id)
        .where(QuoteRevision.quote_id == Quote.id, QuoteRevision.state == "accepted")
    )
    left = or_(and_(PatientRequest.full_name.is_not(None), ~contract), *_LEFT_AT_ONCE)
    return _erase_those(act, PatientRequest.erased_at.is_not(None), left)


def remove_old(act: Act) -> int:
    """Remove a batch of requests without a quote past their limit; return how many, 0 when none is left.

    One that somebody works on at this moment is left: it begins its time anew.
    """
    advisory_lock("requests past their limit")
    quoted = exists().where(Quote.request_id == PatientRequest.id)
    is_old = PatientRequest.active_at <= act.now - timedelta(days=act.clinic.requests_kept_days)
    # Nothing is added to what is locked here, so what was true of it is true until it is removed.
    old = db.session.scalars(
        select(PatientRequest.id)
        .where(is_old, ~quoted)
        .order_by(PatientRequest.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    outbox.drop(select(PatientRequest.reference).where(PatientRequest.id.in_(old)))
    reference = FinalBill.estimate_reference
    changed_rows(
        update(FinalBill)
        .where(FinalBill.request_id.in_(old))
        # An invented bill keeps its mark: without it, it would count among real ones.
        .values(
            words=None,
            request_id=None,
            estimate_reference=case((demonstration_marks.marked(reference), reference), else_=None),
        )
    )
    return changed_rows(sql_delete(PatientRequest).where(PatientRequest.id.in_(old))) if old else 0


def erase_old(act: Act) -> int:
    """Erase a batch of people whose quotes are past their limit; return how many, 0 when none is left."""
    before = years_after(act.now, -act.clinic.quotes_kept_years)
    newest = (
        select(func.max(QuoteRevision.issued_at))
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.request_id == PatientRequest.id)
        .correlate(PatientRequest)
        .scalar_subquery()
    )
    older = (
        select(Quote.request_id)
        .join(QuoteRevision, QuoteRevision.quote_id == Quote.id)
        .where(QuoteRevision.issued_at <= before)
    )
    over = PatientRequest.id.in_(older), PatientRequest.full_name.is_not(None), newest <= before
    return _erase_those(act, *over, whole=True)


def _erase_those(act: Act, *due: ColumnElement[bool], whole: bool = False) -> int:
    """Erase a batch of people of whose requests something is true; return of how many, 0 when none is left.

    It has to be true still once they are locked. All are locked before the first is erased, because the lock of the
    trail, which every erasure takes, is the last one that a transaction takes.
    """
    some = select(PatientRequest).where(*due).order_by(PatientRequest.id)
    while found := db.session.scalars(some.limit(BATCH)).all():
        numbers = [request.id for request in found]
        for request in found:
            with suppress(Erased):
                lock(request, erased_too=True)
        still = db.session.scalars(some.where(PatientRequest.id.in_(numbers))).all()
        for request in still:
            erase(act, request, whole=whole)
        if still:
            return len(still)
    return 0


def _erase_revisions(
    quote: Quote, contract: QuoteRevision | None, now: datetime, spared: Collection[str]
) -> None:
    revisions = db.session.execute(
        select(QuoteRevision.id, QuoteRevision.number).filter_by(quote_id=quote.id)
    )
    gone = []
    for revision_id, number in revisions.all():
        outbox.drop(f"{quote.number}/{number}", but=spared)
        if contract is None or revision_id != contract.id:
            gone.append(revision_id)
    changed_rows(
        update(QuoteRevision).where(QuoteRevision.id.in_(gone)).values(patient=None, rows=None, pdf=None),
    )
    current = QuoteRevision.id.in_(gone), QuoteRevision.state == "current"
    changed_rows(update(QuoteRevision).where(*current).values(state="withdrawn", state_since=now))
    changed_rows(
        update(QuoteDecision)
        .where(QuoteDecision.revision_id.in_(gone))
        .values(typed_name=None, words=None, network="")
    )
    db.session.expire_all()


def _find_by_name(act: Act, request: PatientRequest) -> None:
    """Let staff find a contract by the names in it, and by nothing else of the person."""
    person = readable_person(request, act.settings.data_keys)
    if person is not None:
        person_index.keep(request, person, act.settings.lookup_key)


def _nothing() -> str:
    """Return the hash of a random token that nobody has, so that no link opens the row."""
    return links.stored(secrets.token_hex())


def _is_left(request: PatientRequest) -> bool:
    """Whether something is still there of somebody that never has to be."""
    left = select(PatientRequest.id).where(PatientRequest.id == request.id, or_(*_LEFT_AT_ONCE))
    return db.session.scalar(left) is not None
