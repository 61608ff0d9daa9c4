"""The account that patients pay into: proposed by one person, confirmed by another, and never changed afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import cast

from sqlalchemy import select

from estimator import audit
from estimator.act import Act
from estimator.clinic import account_details, numbers_in_words
from estimator.clinic.account_details import Account
from estimator.db import advisory_lock, db
from estimator.models import PaymentAccount
from pricing import canonical_json
from pricing.stored import PayTo

MOST_SHOWN = 50
"""Maximum number of earlier versions listed, the newest first."""


class SamePerson(Exception):
    """Whoever proposed an account cannot confirm it."""


class Waiting(Exception):
    """Another change waits for its confirmation already."""


class Unchanged(Exception):
    """The account that is proposed is the one in force."""


class ChangedMeanwhile(Exception):
    """What was shown is not what waits any more: it was decided, or something else is in force since."""


def in_force() -> PaymentAccount | None:
    """Return the version that quotes are issued with; None before one was confirmed. Its details may be None."""
    found = select(PaymentAccount).filter_by(state="confirmed").order_by(PaymentAccount.id.desc()).limit(1)
    return db.session.scalar(found)


def proposed() -> PaymentAccount | None:
    """Return the version that waits for its confirmation; None if nothing does."""
    return db.session.scalar(select(PaymentAccount).filter_by(state="proposed"))


def versions() -> Sequence[PaymentAccount]:
    """Return what was decided, the newest first, at most MOST_SHOWN of them."""
    found = select(PaymentAccount).where(PaymentAccount.state != "proposed")
    return db.session.scalars(found.order_by(PaymentAccount.id.desc()).limit(MOST_SHOWN)).all()


def stored_of(version: PaymentAccount | None) -> PayTo | None:
    """Return the details of a version as a quote keeps them; None if there are none."""
    if version is None or version.details is None:
        return None
    return cast(PayTo, json.loads(version.details))


def account_of(version: PaymentAccount | None) -> Account | None:
    """Return the details of a version part by part; None if there are none."""
    stored = stored_of(version)
    return None if stored is None else account_details.of(stored)


Tell = Callable[[PaymentAccount], None]
"""What tells others of a version. It is called before the audit trail is written, whose lock is taken last."""


def paid_elsewhere(words: str) -> numbers_in_words.Named | None:
    """Return what a text for patients names besides the account in force that they could pay to; None for nothing."""
    if not any(sign.isdecimal() for sign in words):
        return None
    return numbers_in_words.other_than(account_of(in_force()), words)


def propose(
    act: Act, account: Account | None, *, over: int | None, tell: Tell | None = None
) -> PaymentAccount:
    """Propose what is to be in force next, None for no account any more; nothing of it shows before it is confirmed.

    `over` is the number of the version that was in force when the page was shown. Raises WrongAccount, Waiting,
    Unchanged, and ChangedMeanwhile.
    """
    checked = None if account is None else account_details.checked(account)
    details = None if checked is None else canonical_json(checked.stored()).decode()
    advisory_lock("payment account")
    before = in_force()
    if (None if before is None else before.id) != over:
        raise ChangedMeanwhile
    if proposed() is not None:
        raise Waiting
    if details == (None if before is None else before.details):
        raise Unchanged
    row = PaymentAccount(
        details=details,
        sha256=hashlib.sha256((details or "").encode()).hexdigest(),
        state="proposed",
        proposed_by=act.actor,
        proposed_at=act.now,
    )
    db.session.add(row)
    db.session.flush()
    if tell is not None:
        tell(row)
    _tell_trail(act, "account.proposed", row)
    return row


def confirm(act: Act, number: int, *, sha256: str, tell: Tell | None = None) -> PaymentAccount:
    """Put a proposed version in force, exactly as it was shown; raises SamePerson and ChangedMeanwhile.

    What was issued keeps the account that it names.
    """
    row = _waiting(number, sha256)
    if row.proposed_by == act.actor:
        raise SamePerson
    return _decide(act, row, "confirmed", tell)


def refuse(act: Act, number: int, *, sha256: str) -> PaymentAccount:
    """End a proposal, also one's own; raises ChangedMeanwhile."""
    return _decide(act, _waiting(number, sha256), "refused")


def _waiting(number: int, sha256: str) -> PaymentAccount:
    advisory_lock("payment account")
    row = db.session.get(PaymentAccount, number, populate_existing=True)
    if row is None or row.state != "proposed" or row.sha256 != sha256:
        raise ChangedMeanwhile
    return row


def _decide(act: Act, row: PaymentAccount, state: str, tell: Tell | None = None) -> PaymentAccount:
    row.state, row.decided_by, row.decided_at = state, act.actor, act.now  # type: ignore[assignment]
    db.session.flush()
    if tell is not None:
        tell(row)
    is_own = state == "refused" and row.proposed_by == act.actor
    _tell_trail(act, "account.taken_back" if is_own else f"account.{state}", row)
    return row


def _tell_trail(act: Act, action: str, row: PaymentAccount) -> None:
    audit.add(act, action, subject=f"payment_account:{row.id}", account=row.sha256)
