"""Open quotes that name an account which is not in force any more: each is revised, or left, and somebody says why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from estimator import audit, clinic, requests
from estimator.act import Act
from estimator.db import db
from estimator.models import PatientRequest, PaymentAccount, Quote, QuoteAccount, QuoteRevision
from estimator.quotes.issued_revisions import locked
from estimator.quotes.waiting import COUNTED, EARLIEST

MOST = 100
"""Maximum number of quotes listed, those issued last first."""

STILL_PAID = timedelta(days=365)
"""Time after its acceptance in which money may still be on its way for a quote."""


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


def listed(now: datetime) -> Sequence[QuoteAccount]:
    """Return the quotes to be revised or left, each with the account that it names, at most MOST."""
    ids = db.session.scalars(_open(now).order_by(QuoteAccount.revision_id.desc()).limit(MOST)).all()
    found = select(QuoteAccount).where(QuoteAccount.revision_id.in_(ids))
    whole = joinedload(QuoteAccount.revision).joinedload(QuoteRevision.quote).joinedload(Quote.request)
    return db.session.scalars(
        found.options(whole, joinedload(QuoteAccount.account)).order_by(QuoteAccount.revision_id.desc())
    ).all()


def names_older(revision: QuoteRevision, now: datetime) -> bool:
    """Whether a revision is one of those to be revised or left."""
    return db.session.scalar(_open(now).where(QuoteAccount.revision_id == revision.id)) is not None


def named_by(revision: QuoteRevision) -> PaymentAccount | None:
    """Return the version of the account that a revision names; None if it names none."""
    found = db.session.get(QuoteAccount, revision.id)
    return None if found is None else found.account


def leave(act: Act, revision: QuoteRevision, *, reason: str, account: int) -> None:
    """Leave a quote with the older account that it names; why stands with its request, for colleagues.

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
    row = db.session.get_one(QuoteAccount, revision.id)
    row.left_with_id, row.left_by, row.left_at = in_force.id, act.actor, act.now
    number = revision.quote.number
    requests.add_event(act, request, "account_left", words=words, quote=number, revision=revision.number)
    audit.add(
        act,
        "quote.account_left",
        subject=f"quote_revision:{revision.id}",
        number=number,
        revision=revision.number,
        account=in_force.sha256,
    )


def _open(now: datetime) -> Select[int]:
    """Return a query of the numbers of revisions that can be paid, name another account, and nobody has left."""
    in_force = clinic.accounts.in_force()
    sha256 = None if in_force is None else in_force.sha256
    named, left_with = aliased(PaymentAccount), aliased(PaymentAccount)
    can_be_accepted = and_(
        QuoteRevision.state == "current", QuoteRevision.valid_until >= (now - EARLIEST).date()
    )
    is_paid = and_(QuoteRevision.state == "accepted", QuoteRevision.state_since > now - STILL_PAID)
    return (
        select(QuoteAccount.revision_id)
        .join(QuoteRevision, QuoteRevision.id == QuoteAccount.revision_id)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .join(PatientRequest, PatientRequest.id == Quote.request_id)
        .join(named, named.id == QuoteAccount.account_id)
        .outerjoin(left_with, left_with.id == QuoteAccount.left_with_id)
        .where(
            named.sha256 != sha256,
            or_(left_with.sha256.is_(None), left_with.sha256 != sha256),
            or_(can_be_accepted, is_paid),
            PatientRequest.erased_at.is_(None),
        )
    )
