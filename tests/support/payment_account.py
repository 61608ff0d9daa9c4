"""An account that a clinic is paid into, as it is typed, and how it comes in force."""

from __future__ import annotations

from datetime import datetime

from estimator.clinic import accounts
from estimator.clinic.account_details import Account
from estimator.db import db
from estimator.models import PaymentAccount
from tests.support.acts import acting

ACCOUNT = Account(
    beneficiary="Example Hospital GmbH",
    address="7 Hill Road, Example Town",
    bank="Example Bank, Frankfurt",
    iban="DE89 3704 0044 0532 0130 00",
    bic="COBADEFF",
    charges="shared",
)
"""With the IBAN that the standard has as its example."""

WITHOUT_IBAN = Account(
    beneficiary="Example Hospital Pvt Ltd",
    bank="Example Bank, Delhi",
    account="50100 2345 6781",
    branch="IFSC EXAM0001234",
    bic="EXAMINBB",
    charges="patient",
)


def put_in_force(account: Account | None, now: datetime | None = None) -> PaymentAccount:
    """Have an account proposed by one person and confirmed by another, and commit."""
    before = accounts.in_force()
    row = accounts.propose(acting("user:1", now), account, over=None if before is None else before.id)
    accounts.confirm(acting("user:2", now), row.id, sha256=row.sha256)
    db.session.commit()
    return row
