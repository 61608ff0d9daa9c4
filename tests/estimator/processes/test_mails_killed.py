"""What is promised when processes are killed: no mail lost, none twice unless the outbox says that it may be.

A few mails each time, 500 in `make soak`.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import estimates, price_lists
from estimator.config import Settings
from estimator.db import db
from estimator.models import Document, Mail
from tests.estimator.processes.killing import Killed, app, environment, server
from tests.support import profile
from tests.support.acts import acting
from tests.support.example_list import table_text
from tests.support.mail_server import MailServer, wait_until

MAILS = profile.count(10, 500)
KILLS = profile.count(4, 50)
"""About so often is a worker killed, at even steps on the way, so that mails go out however long a start takes."""
__all__ = ["app", "environment", "server"]

PLAN: dict[str, object] = {"cells": "own", "sessions": 2}
SECONDS_FOR_ALL = 300 + 2 * MAILS


def ask_for_mails(app: Flask, number: int, *, enqueued: bool = False) -> None:
    """Ask for mails of one estimate, every fourth with its PDF, as the page does; the queue loses them unless told."""
    settings: Settings = app.config["SETTINGS"]
    now = datetime.now(UTC)
    version = price_lists.import_(acting(actor="command line", now=now), table_text())
    token = estimates.make(
        acting(now=now, settings=settings), version, PLAN, language="en", submission="form"
    )
    record = estimates.find(acting(now=now, kept_days=90), token)
    assert record is not None
    for each in range(number):
        estimates.email(
            acting(now=now, settings=settings),
            record,
            f"patient{each}@example.org",
            attached=each % 4 == 0,
            submission=f"form {each}",
        )
    db.session.commit()
    if not enqueued:
        app.extensions["jobs"].huey.flush()


def states() -> Counter[str]:
    db.session.rollback()
    rows = db.session.execute(select(Mail.state, func.count()).group_by(Mail.state))
    return Counter(dict(rows.all()))


@pytest.mark.soak
def test_no_mail_is_lost_or_doubled_without_a_word_however_often_workers_are_killed(
    app: Flask, environment: dict[str, str], server: MailServer
) -> None:
    ask_for_mails(app, MAILS)
    workers = Killed.workers(environment, 2)
    kills = 0
    try:
        until = time.monotonic() + SECONDS_FOR_ALL
        while states()["sent"] < MAILS:
            assert time.monotonic() < until, f"{states()}; {workers.log.read_text()[-2000:]}"
            time.sleep(random.uniform(0, 0.1))
            found = states()
            if found["working"] and kills * MAILS // KILLS <= found["sent"] < MAILS * 9 // 10:
                workers.kill_one()
                kills += 1
    finally:
        workers.end()
    assert kills > 0
    assert states() == {"sent": MAILS}

    copies: dict[str, list[bytes]] = {}
    for mail in server.taken:
        copies.setdefault(mail.message_id, []).append(mail.content)
    db.session.rollback()
    rows = db.session.scalars(select(Mail)).all()
    assert set(copies) == {f"<{row.name}@clinic.example.org>" for row in rows}, "a mail was lost, or invented"
    doubled = {message_id for message_id, contents in copies.items() if len(contents) > 1}
    said = {f"<{row.name}@clinic.example.org>" for row in rows if row.perhaps_twice}
    assert doubled <= said, "a mail came twice and nobody says so"
    assert all(len(set(contents)) == 1 for contents in copies.values()), (
        "the second time it was not the same mail"
    )
    assert len(db.session.scalars(select(Document.key)).all()) == 1, "a document was made and kept twice"
    assert "Traceback" not in workers.log.read_text()
    assert "example.org" not in workers.log.read_text().replace("estimate.example.org", "")


@pytest.mark.long
def test_a_worker_that_is_told_to_end_finishes_the_mail_under_way(
    app: Flask, environment: dict[str, str], server: MailServer
) -> None:
    server.behaviour.seconds = 1
    ask_for_mails(app, 2)
    workers = Killed.workers(environment, 1)
    try:
        wait_until(lambda: states()["working"] > 0)
        time.sleep(0.3)
        workers.processes[0].terminate()
        assert workers.processes[0].wait(20) == 0
    finally:
        workers.end()
    assert states()["working"] == 0
    assert states()["sent"] == len(server.taken) > 0


@pytest.mark.long
@pytest.mark.parametrize("enqueued", [True, False], ids=["enqueued", "lost"])
def test_a_mail_that_is_asked_for_while_a_worker_runs_goes_out(
    app: Flask, environment: dict[str, str], server: MailServer, enqueued: bool, load: Callable[..., Settings]
) -> None:
    if not enqueued:
        ask_for_mails(app, 1)  # before the worker starts: its first sweep finds it
    workers = Killed.workers(environment, 1)
    try:
        if enqueued:
            wait_until(lambda: "patient" not in workers.log.read_text(), 1)
            time.sleep(3)
            ask_for_mails(app, 1, enqueued=True)
            wait_until(server.behaviour.told.is_set)
        wait_until(lambda: states()["sent"] == 1, 20)
    finally:
        workers.end()
