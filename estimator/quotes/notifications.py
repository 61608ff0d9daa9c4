"""Mails about a revision of a quote: to the patient, and notices to the desk without a personal word.

A patient is told what became of their quote: a receipt of what they said, by which they also learn of what somebody
else did in their name, or that it was withdrawn. There is none for somebody without an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from estimator import requests
from estimator.act import Act
from estimator.db import db
from estimator.mail import notices, outbox
from estimator.models import QuoteDecision, QuoteRevision
from estimator.quotes.issued_revisions import about, decision_of, last_day_to_take_back, taken_with

DECIDED = "quote_decided"

TO_DESK = frozenset({DECIDED, "quote_question"})
"""The templates that go to the desk; the others about a revision go to the patient."""

RECEIPT = "quote_receipt"

ANSWERS_A_DAY = 10
"""Maximum number of receipts about one revision in 24 hours, and of notices to the desk, however often it is accepted
and taken back. Each answer is recorded, and stands at the desk."""

Answer = Literal["accepted", "declined", "taken_back"]


def put(
    act: Act,
    template: str,
    revision: QuoteRevision,
    address: str,
    *,
    language: str,
    submission: str,
    options: Mapping[str, str | bool] | None = None,
) -> None:
    """Put a mail about a revision into the outbox."""
    outbox.put(
        act,
        outbox.Message(
            template,
            about=about(revision),
            address=address,
            language=language,
            options=options or {},
            submission=submission,
            limits=outbox.UNLIMITED,
        ),
    )


def tell_desk(
    act: Act,
    template: str,
    revision: QuoteRevision,
    *,
    submission: str,
    options: Mapping[str, str | bool] | None = None,
) -> None:
    """Put a notice about a revision to the desk into the outbox."""
    notices.put(act, template, about=about(revision), submission=submission, options=options)


def tell_desk_of_codes(act: Act, revision: QuoteRevision) -> None:
    """Put a notice to the desk that several networks have used up the codes of a quote, at most one a day."""
    submission = f"codes of {revision.quote.number} used up on {act.now:%Y-%m-%d}"
    tell_desk(act, DECIDED, revision, submission=submission, options={"what": "codes_used_up"})


def tell_patient(
    act: Act, revision: QuoteRevision, what: Answer | Literal["withdrawn"], *, submission: str
) -> None:
    """Put a mail to the patient into the outbox, in the language of the quote; the caller holds the request's lock."""
    # An answer is recorded even if the address cannot be decrypted.
    person = requests.readable_person(revision.quote.request, act.settings.data_keys)
    if person is None or person.email is None:
        return
    if what != "withdrawn" and not has_room(act, RECEIPT, revision):
        return
    put(
        act,
        RECEIPT,
        revision,
        person.email,
        language=revision.language,
        submission=submission,
        options=receipt_of(revision, what),
    )


def receipt_of(revision: QuoteRevision, what: Answer | Literal["withdrawn"]) -> dict[str, str]:
    """Return what a receipt tells besides the moment: of an acceptance its plan, its lines, and how long it can end."""
    said = decision_of(revision) if what in ("accepted", "taken_back") else None
    last = None
    if said is not None and what == "accepted":
        last = last_day_to_take_back(said, revision.time_zone)
    options: dict[str, str] = {"what": what}
    if last is not None:
        options["last_day"] = last.isoformat()
    if said is not None and said.plan is not None:
        options["plan"] = said.plan
    if said is not None and what == "accepted" and (taken := taken_with(said)):
        options["taken"] = str(len(taken))
    return options


def told_at(revision: QuoteRevision, what: str, written: datetime) -> datetime:
    """Return the moment of what a receipt tells that was put into the outbox at `written`, the first time or again.

    It is the last one until then; `written` itself where none is kept.
    """
    if what == "withdrawn":
        return revision.state_since if revision.state == "withdrawn" else written
    if what == "taken_back":
        moment, kind = QuoteDecision.taken_back_at, "accepted"
    else:
        moment, kind = QuoteDecision.at, what
    found = select(func.max(moment)).where(
        QuoteDecision.revision_id == revision.id, QuoteDecision.kind == kind, moment <= written
    )
    return db.session.scalar(found) or written


def has_room(act: Act, template: str, revision: QuoteRevision) -> bool:
    """Whether one more mail of a template may say today what was answered to a revision."""
    return outbox.put_since(act.now - timedelta(days=1), template, about=about(revision)) < ANSWERS_A_DAY
