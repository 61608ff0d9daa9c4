"""What is promised when processes are killed in the middle: a quote with two plans, and a mail before its last day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import quotes
from estimator.clinic import Clinic
from estimator.db import db
from estimator.models import Mail, PatientRequest, Quote, QuoteDraft, QuoteRevision
from estimator.quotes import drafts
from pricing import quote_plans
from tests.estimator.processes.killing import Killed, app, environment, server
from tests.support.acts import acting
from tests.support.commands import Running
from tests.support.example_quotes import PLAN, ask, issue, list_text, prepare, publish, quoted, settings
from tests.support.mail_server import MailServer, wait_until

__all__ = ["app", "environment", "server"]

LIST = list_text().replace("demo = true", "demo = false")

BEFORE_THE_COMMIT = """
import time
from estimator.db import db

def stopped():
    db.session.flush()
    print("written, and not committed", flush=True)
    time.sleep(60)

db.session.commit = stopped
"""

ISSUING = f"""{BEFORE_THE_COMMIT}
from tests.estimator.processes import issuing
issuing.main()
"""

REMINDING = f"""{BEFORE_THE_COMMIT}
import os
from estimator import config, create_app
from estimator.processes import worker

app = create_app(config.load(os.environ))
with app.app_context():
    worker.remind(app)
"""


def killed_when(said: str, environment: dict[str, str], before: str) -> None:
    """Start a process, wait until it says so, and kill it."""
    log = Path(environment["HOME"]) / "killed.log"
    process = Running(environment=environment, log=log, before=before)
    try:
        wait_until(lambda: said in log.read_text(), 30)
    finally:
        process.kill_group()


def sent_by_another_one(
    environment: dict[str, str], template: str, in_the_middle: Callable[[int], bool]
) -> Mail:
    """Kill a worker in the middle, let another one send what waits, and return the only mail of its kind."""
    workers = Killed.workers(environment, 1)
    try:
        wait_until(lambda: in_the_middle(workers.processes[0].pid), 30)
        workers.kill_one()
        assert states(template) != {"sent"}
        wait_until(lambda: states(template) == {"sent"}, 30)
    finally:
        workers.end()
    assert "Traceback" not in workers.log.read_text()
    return db.session.scalars(select(Mail).filter_by(template=template)).one()


def states(template: str) -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(Mail.state).filter_by(template=template)))


def is_drawing(worker: int) -> bool:
    """Whether a worker has started a process that draws its documents."""
    return any(path.read_text().strip() for path in Path(f"/proc/{worker}/task").glob("*/children"))


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def prepared() -> PatientRequest:
    """Prepare two plans of one quote."""
    now = datetime.now(UTC)
    request = ask(publish(LIST), now)
    prepare(request, now)
    draft = drafts.for_request(request)
    assert draft is not None
    act = acting(actor="user:1", now=now, settings=settings())
    draft = drafts.add_plan(act, draft, save=draft.save)
    drafts.change(act, draft, save=draft.save, plan="B", answers={**PLAN, "sessions": "3"})
    db.session.commit()
    return request


def test_a_quote_with_two_plans_is_issued_once_and_its_document_kept_once(
    app: Flask, environment: dict[str, str], server: MailServer
) -> None:
    request = prepared()
    killed_when("written, and not committed", environment, ISSUING)
    assert (count(Quote), count(Mail)) == (0, 1), "of what was not committed nothing is there"
    assert len(drafts.letters_of(db.session.scalars(select(QuoteDraft)).one(), settings())) == 2
    issue(request, datetime.now(UTC))
    mail = sent_by_another_one(environment, "quote_issued", is_drawing)
    revision = db.session.scalars(select(QuoteRevision)).one()
    assert revision.quote.number.endswith("-00001")
    assert quote_plans.letters_of(quotes.content_of(revision)) == ["A", "B"]
    (taken,) = [one for one in server.taken if one.message_id == f"<{mail.name}@clinic.example.org>"]
    (document,) = taken.message.iter_attachments()
    assert hashlib.sha256(document.get_content()).hexdigest() == revision.pdf_sha256


@pytest.mark.long
def test_the_mail_before_the_last_day_is_neither_lost_nor_doubled_without_a_word(
    app: Flask, environment: dict[str, str], server: MailServer
) -> None:
    publish(LIST)
    quoted(datetime.now(UTC) - timedelta(days=26), submission="earlier")
    for mail in db.session.scalars(select(Mail)):
        db.session.delete(mail)
    db.session.commit()
    killed_when("written, and not committed", environment, REMINDING)
    assert (count(Mail), db.session.scalar(select(QuoteRevision.reminded_at))) == (0, None)
    act = acting(actor="clock", now=datetime.now(UTC), settings=settings(), clinic=Clinic())
    assert quotes.reminders.put_due(act) == 1
    db.session.commit()
    server.behaviour.seconds = 1
    mail = sent_by_another_one(
        environment, "quote_reminder", lambda _worker: bool(server.behaviour.handed_over_by)
    )
    assert quotes.reminders.put_due(act) == 0
    copies = [one.content for one in server.taken if one.message_id == f"<{mail.name}@clinic.example.org>"]
    assert len(copies) == 1 or mail.perhaps_twice
    assert len(set(copies)) == 1, "the second time it was not the same mail"
