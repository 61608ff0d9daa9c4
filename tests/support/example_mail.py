"""An estimate of the example list, and mail with it, as the pages and the worker make them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from estimator import estimates, price_lists
from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Estimate, Mail
from tests.support.acts import acting
from tests.support.example_list import table_text

ADDRESS = "anna@example.org"
PLAN: dict[str, Any] = {"cells": "own", "sessions": 2}


def settings() -> Settings:
    """Return the settings of the app whose context this is."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def estimate(
    now: datetime, *, text: str | None = None, plan: dict[str, Any] = PLAN, language: str = "en"
) -> tuple[Estimate, str]:
    """Make an estimate and commit it; return it with the token of its link."""
    version = price_lists.import_(acting(actor="command line", now=now), text or table_text())
    token = estimates.make(
        acting(now=now, settings=settings()), version, plan, language=language, submission=""
    )
    db.session.commit()
    return found(token, now), token


def found(token: str, now: datetime) -> Estimate:
    record = estimates.find(acting(now=now, kept_days=90), token)
    assert record is not None
    return record


def ask(
    record: Estimate,
    now: datetime,
    *,
    address: str = ADDRESS,
    attached: bool = False,
    details: bool = False,
    submission: str = "form",
) -> int:
    """Ask for a mail, commit, and return its row's number."""
    mail = estimates.email(
        acting(now=now, settings=settings()),
        record,
        address,
        attached=attached,
        details=details,
        submission=submission,
    )
    mail_id = mail.id
    db.session.commit()
    return mail_id


def claimed(mail_id: int, now: datetime) -> outbox.Claimed:
    """Claim a mail for a minute."""
    mail = outbox.claim(acting(now=now, lease_seconds=60), mail_id)
    db.session.commit()
    assert mail is not None
    return mail


def row(mail_id: int) -> Mail:
    """Return the row as it is in the database now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Mail).filter_by(id=mail_id)).one()
