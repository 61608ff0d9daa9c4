"""A mail server that takes connections and says nothing holds up mail, and nothing else."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import estimates
from estimator.db import db
from estimator.models import QuoteRevision, TableVersion
from tests.estimator.processes.killing import Killed, app, environment, server
from tests.support.acts import acting
from tests.support.example_quotes import PLAN, issue, list_text, prepare, publish
from tests.support.example_quotes import ask as ask_for_quote
from tests.support.mail_server import wait_until

__all__ = ["app", "environment", "server"]

MAILS = 40


class Silent:
    """A server that greets nobody; it counts who asked."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.asked: list[socket.socket] = []
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        while True:
            try:
                self.asked.append(self._listening.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for client in self.asked:
            client.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    found = Silent()
    yield found
    found.close()


@pytest.fixture
def database_url(tmp_path: object) -> str:
    return f"sqlite:///{tmp_path}/estimator.sqlite"


def ask_for_mails(app: Flask, version: TableVersion) -> None:
    settings, now = app.config["SETTINGS"], datetime.now(UTC)
    act = acting(now=now, settings=settings)
    token = estimates.make(act, version, PLAN, language="en", submission="form")
    record = estimates.find(acting(now=now, kept_days=90), token)
    assert record is not None
    for number in range(MAILS):
        estimates.email(act, record, f"patient{number}@example.org", attached=False, submission=f"{number}")
    db.session.commit()


def test_documents_of_quotes_are_made_while_the_mail_server_says_nothing(
    app: Flask, environment: dict[str, str], silent: Silent
) -> None:
    version = publish(list_text().replace("demo = true", "demo = false"))
    ask_for_mails(app, version)
    workers = Killed.workers({**environment, "MAIL_PORT": str(silent.port)}, 1)
    try:
        wait_until(lambda: len(silent.asked) >= 2)
        now = datetime.now(UTC)
        request = ask_for_quote(version, now, submission="form")
        prepare(request, now)
        revision_id = issue(request, now).id

        def is_made() -> bool:
            db.session.rollback()
            wanted = select(QuoteRevision.pdf_sha256).filter_by(id=revision_id)
            return db.session.scalar(wanted) is not None

        wait_until(is_made, seconds=15)
        assert len(silent.asked) <= 3, (
            "one mail of each lane's threads, and then none until the server is back"
        )
    finally:
        workers.end()
