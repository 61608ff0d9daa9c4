"""One installation in several processes that are killed and started again, and a mail server that outlives them."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from estimator import config, create_app
from estimator.db import db
from tests.support.commands import Running
from tests.support.folders import ROOT
from tests.support.mail_server import MailServer

LEASE_SECONDS = 3


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    found = MailServer(tmp_path, encrypted=False)
    found.behaviour.seconds = 0.05  # so that a kill often falls while the server takes a mail
    yield found
    found.stop()


@pytest.fixture
def environment(tmp_path: Path, database_url: str, server: MailServer) -> dict[str, str]:
    """Return the environment of the processes of one installation."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "INSTANCE": str(tmp_path / "instance"),
        "DATABASE_URL": database_url,
        "PUBLIC_URL": "https://estimate.example.org",
        "LEASE_SECONDS": str(LEASE_SECONDS),
        "MAILS_PER_ADDRESS": "10000",
        "MAILS_PER_ESTIMATE": "10000",
        **server.settings(MAIL_SECURITY="unencrypted"),
    }


@pytest.fixture
def app(environment: dict[str, str], set_up: Callable[[str], None]) -> Iterator[Flask]:
    """Return the app of this installation, with an estimate in it."""
    config.prepare_secrets(Path(environment["INSTANCE"]))
    settings = config.load(environment)
    set_up(settings.database_url)
    app = create_app(settings)
    with app.app_context():
        yield app
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()


class Killed:
    """Processes of one kind, with a log in common, that are killed and started again."""

    def __init__(
        self, environment: dict[str, str], number: int, log: str, *command: str, before: str = ""
    ) -> None:
        self.environment, self.command, self.before = environment, command, before
        self.log = Path(environment["HOME"]) / log
        self.processes = [self.start() for _ in range(number)]

    @classmethod
    def workers(cls, environment: dict[str, str], number: int) -> Killed:
        """Start workers."""
        return cls(environment, number, "workers.log", "worker")

    def start(self) -> Running:
        return Running(*self.command, environment=self.environment, log=self.log, before=self.before)

    def kill_one(self) -> None:
        """Kill a process with everything it has started, and start another one."""
        number = random.randrange(len(self.processes))
        self.processes[number].kill_group()
        self.processes[number] = self.start()

    def ended_by_themselves(self) -> bool:
        """Whether one of them is not there any more although nobody killed it."""
        return any(process.poll() is not None for process in self.processes)

    def end(self) -> None:
        for process in self.processes:
            process.kill_group()
