"""Open quotes that name an account which is not in force any more, or none: each is revised, or left, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from estimator import audit, clinic, requests
from estimator.act import Act
from estimator.db import db
from estimator.models import (
    FinalBill,
    PatientRequest,
    PaymentAccount,
    Quote,
    QuoteAccount,
    QuoteRevision,
    RequestEvent,
)
from estimator.quotes.issued_revisions import locked
from estimator.quotes.waiting import COUNTED, EARLIEST

MOST = 100
"""Maximum number of quotes listed, those issued last first."""

STILL_PAID = timedelta(days=365)
"""Time after its acceptance in which money may still be on its way for a quote."""


LEFT_WITHOUT = "no_account_left"
"""The kind of the event with which a quote that names no account is left as it is; its account is the one in force."""


@dataclass(frozen=True)
class Older:
    """A revision that is to be revised or left, and the account that it names, None if it names none."""

    revision: QuoteRevision
    account: PaymentAccount | None


class NotOpen(Exception):
    """The quote names the account in force, cannot be paid any more, or somebody left it already."""


class NoReason(Exception):
    """Nobody leaves a quote as it is without saying why."""


class CardNumber(Exception):
    """The reason may hold the number of a payment card, which is kept nowhere."""


def count(now: datetime) -> int:
    """Return how many quotes are to be revised or left; COUNTED + 1 stands for more."""
    return db.session.scalar(select(func.count()).select_from(_open(now).limit(COUNTED + 1).subquery())) or 0


def requests_of(now: datetime) -> Select[int]:
    """Return a query of the numbers of the requests whose quotes are to be revised or left."""
    return _open(now).with_only_columns(PatientRequest.id.label("id"))


def listed(now: datetime) -> Sequence[Older]:
    """Return the quotes to be revised or left, at most MOST of them, those issued last first."""
    ids = db.session.scalars(_open(now).order_by(QuoteRevision.id.desc()).limit(MOST)).all()
    found = (
        select(QuoteRevision, PaymentAccount)
        .outerjoin(QuoteAccount, QuoteAccount.revision_id == QuoteRevision.id)
        .outerjoin(PaymentAccount, PaymentAccount.id == QuoteAccount.account_id)
        .where(QuoteRevision.id.in_(ids))
        .options(joinedload(QuoteRevision.quote).joinedload(Quote.request))
        .order_by(QuoteRevision.id.desc())
    )
    return [Older(*row) for row in db.session.execute(found)]


def names_older(revision: QuoteRevision, now: datetime) -> bool:
    """Whether a revision is one of those to be revised or left."""
    return db.session.scalar(_open(now).where(QuoteRevision.id == revision.id)) is not None


def named_by(revision: QuoteRevision) -> PaymentAccount | None:
    """Return the version of the account that a revision names; None if it names none."""
    found = db.session.get(QuoteAccount, revision.id)
    return None if found is None else found.account


def leave(act: Act, revision: QuoteRevision, *, reason: str, account: int) -> None:
    """Leave a quote with the older account that it names, or without any; why stands with its request, for colleagues.

    `account` is the number of the version in force that the page showed. Raises NotOpen, NoReason, CardNumber, and
    requests.Erased.
    """
    words = reason.strip()
    if not any(sign.isalnum() for sign in words):
        raise NoReason
    if clinic.card_numbers.has_one(words):
        raise CardNumber
    request = locked(revision)
    in_force = clinic.accounts.in_force()
    if in_force is None or in_force.id != account or not names_older(revision, act.now):
        raise NotOpen
    row = db.session.get(QuoteAccount, revision.id)
    number = revision.quote.number
    said: dict[str, Any] = {"quote": number, "revision": revision.number}
    if row is None:
        requests.add_event(act, request, LEFT_WITHOUT, words=words, account=in_force.sha256, **said)
    else:
        row.left_with_id, row.left_by, row.left_at = in_force.id, act.actor, act.now
        requests.add_event(act, request, "account_left", words=words, **said)
    audit.add(
        act,
        "quote.account_left",
        subject=f"quote_revision:{revision.id}",
        number=number,
        revision=revision.number,
        account=in_force.sha256,
    )


def _open(now: datetime) -> Select[int]:
    """Return a query of the numbers of revisions that can be paid, name another account, and nobody has left.

    Once its final bill is entered, nothing is paid by the account that a quote names.
    """
    is_billed = exists().where(FinalBill.request_id == PatientRequest.id, FinalBill.ended_at.is_(None))
    in_force = clinic.accounts.in_force()
    named, left_with = aliased(PaymentAccount), aliased(PaymentAccount)
    can_be_accepted = and_(
        QuoteRevision.state == "current", QuoteRevision.valid_until >= (now - EARLIEST).date()
    )
    is_paid = and_(QuoteRevision.state == "accepted", QuoteRevision.state_since > now - STILL_PAID)
    to_decide: ColumnElement[bool] = false()
    if in_force is not None:
        sha256 = in_force.sha256
        names_another = and_(
            named.sha256 != sha256, or_(left_with.sha256.is_(None), left_with.sha256 != sha256)
        )
        names_none = QuoteAccount.revision_id.is_(None)
        # Where nothing is said of how to pay any more, a quote that says nothing of it is as it should be.
        to_decide = (
            names_another
            if in_force.details is None
            else or_(names_another, and_(names_none, ~_left_without(sha256)))
        )
    return (
        select(QuoteRevision.id)
        .outerjoin(QuoteAccount, QuoteAccount.revision_id == QuoteRevision.id)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .join(PatientRequest, PatientRequest.id == Quote.request_id)
        .outerjoin(named, named.id == QuoteAccount.account_id)
        .outerjoin(left_with, left_with.id == QuoteAccount.left_with_id)
        .where(to_decide, or_(can_be_accepted, is_paid), PatientRequest.erased_at.is_(None), ~is_billed)
    )


def _left_without(sha256: str) -> ColumnElement[bool]:
    """Return whether the newest revision of a request was left without an account while this one was in force."""
    issued = aliased(RequestEvent)
    last_issued = (
        select(func.max(issued.id))
        .where(issued.request_id == PatientRequest.id, issued.kind == "issued")
        .correlate(PatientRequest)
        .scalar_subquery()
    )
    return (
        select(RequestEvent.id)
        .where(
            RequestEvent.request_id == PatientRequest.id,
            RequestEvent.kind == LEFT_WITHOUT,
            RequestEvent.detail.contains(f'"account": "{sha256}"', autoescape=True),
            RequestEvent.id > last_issued,
        )
        .correlate(PatientRequest)
        .exists()
    )
