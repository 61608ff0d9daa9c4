"""A mail server that refuses is told: in the log once, in the figures, and by the doctor, in its own words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from estimator import estimates
from estimator.db import db
from estimator.models import Mail, TableVersion
from estimator.operations.refused_mail import IN_A_ROW
from tests.estimator.operations.test_served import figure, free_port
from tests.estimator.processes.killing import app, environment, server
from tests.support.acts import acting
from tests.support.commands import Running, estimator
from tests.support.example_quotes import PLAN, list_text, publish
from tests.support.mail_server import MailServer, wait_until

__all__ = ["app", "environment", "server"]


class Served:
    """A web server and a worker of an installation, and what they write."""

    def __init__(self, given: dict[str, str], folder: Path) -> None:
        self.port = free_port()
        self.given = {**given, "PORT": str(self.port), "PUBLIC_URL": f"http://127.0.0.1:{self.port}"}
        self.log = folder / "worker.log"
        self.pages = Running(
            "serve", "--no-worker", environment={**os.environ, **self.given}, log=folder / "pages.log"
        )
        self.worker: Running | None = None
        wait_until(lambda: "http://" in (folder / "pages.log").read_text(), 60)

    def start_worker(self) -> None:
        self.worker = Running("worker", environment={**os.environ, **self.given}, log=self.log)

    def trouble(self, what: str) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return figure(text, f'estimator_trouble{{what="{what}"}}') == 1

    def doctor(self) -> str:
        return estimator("doctor", **self.given)[1]

    def lines(self) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if "the mail server" in line]

    def end_worker(self) -> None:
        if self.worker is not None:
            self.worker.terminate()
            self.worker.wait(60)

    def end(self) -> None:
        self.end_worker()
        self.pages.terminate()
        self.pages.wait(60)


@pytest.fixture
def served(app: Flask, environment: dict[str, str], tmp_path: Path) -> Iterator[Served]:
    assert estimator("prepare", **environment)[0] == 0
    found = Served(environment, tmp_path)
    yield found
    found.end()


def ask(app: Flask, version: TableVersion, number: int) -> None:
    settings, now = app.config["SETTINGS"], datetime.now(UTC)
    act = acting(now=now, settings=settings)
    token = estimates.make(act, version, PLAN, language="en", submission=f"form {number}")
    record = estimates.find(acting(now=now, kept_days=90), token)
    assert record is not None
    estimates.email(act, record, f"patient{number}@example.org", attached=False, submission=f"{number}")
    db.session.commit()


def state_of_mails() -> dict[str, int]:
    db.session.rollback()
    counted = select(Mail.state, func.count()).group_by(Mail.state)
    return {str(state): int(count) for state, count in db.session.execute(counted)}


def try_again_at_once() -> None:
    """Make waiting mail due, as time would."""
    db.session.execute(update(Mail).where(Mail.state == "waiting").values(due_at=datetime.now(UTC)))
    db.session.commit()


@pytest.mark.long
def test_a_worker_that_was_never_started_is_told_as_soon_as_pages_are_served(served: Served) -> None:
    assert "No worker is running anywhere" in served.doctor()
    assert served.trouble("no worker")
    served.start_worker()
    wait_until(lambda: not served.trouble("no worker"), 60)
    assert "No worker" not in served.doctor()


@pytest.mark.long
def test_a_sender_that_is_refused_is_told_once_with_its_words_and_so_is_the_end(
    app: Flask, served: Served, server: MailServer
) -> None:
    version = publish(list_text().replace("demo = true", "demo = false"))
    server.behaviour.to_sender = "550 5.7.1 not allowed to send for this domain"
    ask(app, version, 1)
    served.start_worker()
    wait_until(lambda: bool(served.lines()), 60)
    assert served.trouble("mail refused")
    assert "550 5.7.1 not allowed to send for this domain" in served.doctor()
    assert "whether the server may send for MAIL_FROM" in served.doctor()
    (line,) = served.lines()
    assert f"the mail server 127.0.0.1, port {server.port}, refuses mail (550 5.7.1 not allowed" in line
    assert "patient1" not in served.log.read_text()
    server.behaviour.to_sender = None
    served.end_worker()
    try_again_at_once()
    served.start_worker()
    wait_until(lambda: state_of_mails().get("sent") == 1, 60)
    wait_until(lambda: len(served.lines()) == 2, 30)
    assert "takes mail again, after" in served.lines()[1]
    assert not served.trouble("mail refused")
    assert "refused" not in served.doctor()


def test_mistyped_addresses_are_no_trouble_unless_nothing_else_is_sent(
    app: Flask, served: Served, server: MailServer
) -> None:
    version = publish(list_text().replace("demo = true", "demo = false"))
    server.behaviour.to_address = "550 5.1.1 no such person"
    for number in range(1, IN_A_ROW):
        ask(app, version, number)
    served.start_worker()
    wait_until(lambda: state_of_mails().get("failed") == IN_A_ROW - 1, 60)
    assert not served.trouble("mail refused")
    assert served.lines() == []
    ask(app, version, IN_A_ROW)
    wait_until(lambda: state_of_mails().get("failed") == IN_A_ROW, 60)
    assert served.trouble("mail refused")
    said = served.doctor()
    assert f"refused {IN_A_ROW} mails one after another" in said
    assert "550 5.1.1 no such person" in said
    assert len(served.lines()) == 1
    server.behaviour.to_address = None
    ask(app, version, IN_A_ROW + 1)
    wait_until(lambda: len(served.lines()) == 2, 60)
    assert not served.trouble("mail refused")
