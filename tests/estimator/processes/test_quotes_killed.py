"""What is promised when processes are killed while quotes are issued: each once, numbered without a gap, and mailed.

A few quotes each time, 500 in `make soak`.
"""

from __future__ import annotations

import hashlib
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import audit, price_lists, quotes
from estimator.db import db
from estimator.models import AuditEntry, Counter, Mail, Quote, QuoteDraft, QuoteRevision
from pricing import quote as quote_content
from tests.estimator.processes.killing import Killed, app, environment, server
from tests.support import profile
from tests.support.example_quotes import ask, list_text, person, prepare, publish
from tests.support.mail_server import MailServer

__all__ = ["app", "environment", "server"]

QUOTES = profile.count(10, 500)
SECONDS_FOR_ALL = 300 + 3 * QUOTES
KILLS = profile.count(5, 10)
"""About so often is somebody who issues killed, and a worker, at even steps on the way."""


def count(model: type, *where: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def prepare_all() -> None:
    """Ask for quotes and prepare them."""
    now = datetime.now(UTC)
    version = publish(list_text().replace("demo = true", "demo = false"))
    for number in range(QUOTES):
        request = ask(version, now, submission=f"form {number}", person=person(number))
        prepare(request, now)


def numbers() -> set[str]:
    """Return the numbers of so many quotes without a gap, in whichever years they were issued."""
    db.session.rollback()
    return {
        f"Q-{counter.series.removeprefix('quote ')}-{number:05d}"
        for counter in db.session.scalars(select(Counter))
        for number in range(1, counter.last + 1)
    }


@pytest.mark.soak
def test_every_quote_is_issued_once_numbered_without_a_gap_and_mailed_whoever_is_killed(
    app: Flask, environment: dict[str, str], server: MailServer
) -> None:
    prepare_all()
    workers = Killed.workers(environment, 2)
    issuers = Killed(environment, 3, "issuers.log", before=(Path(__file__).parent / "issuing.py").read_text())
    is_sent = (Mail.template == "quote_issued", Mail.state == "sent")
    kills = {"issuers": 0, "workers": 0}
    try:
        until = time.monotonic() + SECONDS_FOR_ALL
        step = max(QUOTES // KILLS, 1)
        while (sent := count(Mail, *is_sent)) < QUOTES:
            logs = issuers.log.read_text()[-2000:] + workers.log.read_text()[-2000:]
            assert time.monotonic() < until, f"{sent} of {QUOTES} sent; {logs}"
            assert not issuers.ended_by_themselves(), logs
            assert not workers.ended_by_themselves(), logs
            issued = count(Quote)
            if kills["issuers"] * step <= issued < QUOTES:
                time.sleep(random.uniform(0, 0.1))
                issuers.kill_one()
                kills["issuers"] += 1
            if kills["workers"] * step < sent < QUOTES * 9 // 10:
                time.sleep(random.uniform(0, 1))
                workers.kill_one()
                kills["workers"] += 1
            time.sleep(0.02)
    finally:
        issuers.end()
        workers.end()
    assert min(kills.values()) > 1, kills

    assert count(QuoteDraft) == 0
    assert count(Quote) == count(QuoteRevision) == QUOTES
    found = set(db.session.scalars(select(Quote.number)))
    assert found == numbers()
    assert len(found) == QUOTES
    assert count(AuditEntry, AuditEntry.action == "quote.issued") == QUOTES
    assert audit.verify().broken is None

    copies: dict[str, list[bytes]] = {}
    for mail in server.taken:
        copies.setdefault(mail.message_id, []).append(mail.content)
    rows = db.session.scalars(select(Mail).filter_by(template="quote_issued")).all()
    assert len(rows) == QUOTES
    mine = {f"<{row.name}@clinic.example.org>": row for row in rows}
    assert mine.keys() <= copies.keys(), "a mail was lost"
    for message_id, row in mine.items():
        contents = copies[message_id]
        assert len(contents) == 1 or row.perhaps_twice, "a mail came twice and nobody says so"
        assert len(set(contents)) == 1, "the second time it was not the same mail"

    documents = {
        hashlib.sha256(part.get_content()).hexdigest()
        for mail in server.taken
        for part in mail.message.iter_attachments()
    }
    for revision in db.session.scalars(select(QuoteRevision)):
        assert revision.pdf_sha256 in documents, "another document was sent than the one that is kept"
        content = quotes.content_of(revision)
        assert quote_content.recompute(content, price_lists.parsed(revision.table_version)).differences == []
    for log in (issuers.log, workers.log):
        assert "Traceback" not in log.read_text()
        assert "Patient Number" not in log.read_text()
