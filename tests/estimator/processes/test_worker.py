"""What the worker promises for each mail, whatever mail server, database, renderer and clock do."""

from __future__ import annotations

import io
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from estimator import estimates, logs
from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Document, Estimate, Mail
from estimator.pdf import renderer
from estimator.processes import mail_contents, task, worker
from tests.support.acts import acting
from tests.support.apps import Apps
from tests.support.example_mail import ADDRESS, ask, claimed, estimate, row, settings
from tests.support.mail_server import MailServer

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
LOCKED_SECONDS = 0.7


class Clock:
    """What the worker takes for the time."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(task, "now", found)
    return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    found = MailServer(tmp_path, encrypted=False)
    yield found
    found.stop()


@pytest.fixture
def app(
    load: Callable[..., Settings],
    tmp_path: Path,
    server: MailServer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    started: Apps,
) -> Iterator[Flask]:
    """Return an app with a mail server; its parameter is what the settings have besides."""
    monkeypatch.setattr("estimator.db.BUSY_SECONDS", 0.2)
    given = {"DATABASE_URL": f"sqlite:///{tmp_path / 'estimator.sqlite'}"}
    made = load(**{**given, **server.settings(MAIL_SECURITY="unencrypted"), **getattr(request, "param", {})})
    app = started.start(made)
    with app.app_context():
        yield app


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Return what the worker's log says, as it is written to standard error."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.MaskedLine(logging.Formatter("%(levelname)s %(message)s")))
    logger = logging.getLogger("estimator.processes")
    logger.addHandler(handler)
    yield written
    logger.removeHandler(handler)


def waiting_mail(**given: Any) -> int:
    """Put a mail, and take what the commit of it enqueued out of the queue again."""
    record, _token = estimate(NOW)
    number = ask(record, NOW, **given)
    current_app.extensions["jobs"].huey.flush()
    return number


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def bells(app: Flask) -> list[tuple[int, bool]]:
    """Return which mails are in the queue, and whether each is only for later."""
    return [(bell.args[1], bell.eta is not None) for bell in app.extensions["jobs"].huey.pending()]


def test_a_mail_goes_out_with_the_server_s_words(app: Flask, server: MailServer) -> None:
    mail_id = waiting_mail()
    worker.send(app, mail_id)
    (taken,) = server.taken
    assert taken.address == ADDRESS
    sent = row(mail_id)
    assert (sent.state, sent.words, sent.ended_at) == ("sent", "250 2.0.0 OK: taken", NOW)
    assert taken.message_id == f"<{sent.name}@clinic.example.org>"
    assert not sent.perhaps_twice
    worker.send(app, mail_id)
    assert len(server.taken) == 1


def test_a_mail_that_a_greylisting_server_puts_off_is_sent_later(
    app: Flask, server: MailServer, clock: Clock
) -> None:
    mail_id = waiting_mail()
    server.behaviour.to_address = "451 4.7.1 Greylisted"
    worker.send(app, mail_id)
    put_off = row(mail_id)
    assert (put_off.state, put_off.words, put_off.attempts) == ("waiting", "451 4.7.1 Greylisted", 1)
    assert put_off.due_at == NOW + timedelta(seconds=30)
    server.behaviour.to_address = None
    clock.pass_by(seconds=29)
    worker.send(app, mail_id)
    assert server.taken == []
    clock.pass_by(seconds=1)
    worker.send(app, mail_id)
    assert (row(mail_id).state, row(mail_id).attempts) == ("sent", 2)
    assert len(server.taken) == 1


def test_a_bell_is_rung_for_when_a_mail_that_waits_is_due(app: Flask, server: MailServer) -> None:
    mail_id = waiting_mail()
    server.behaviour.to_address = "451 4.7.1 Greylisted"
    worker.send(app, mail_id)
    assert bells(app) == [(mail_id, True)]


def test_a_mail_that_is_refused_is_given_up_at_once_and_says_why(app: Flask, server: MailServer) -> None:
    mail_id = waiting_mail()
    server.behaviour.to_address = f"550 5.1.1 <{ADDRESS}> no mailbox of that name"
    worker.send(app, mail_id)
    refused = row(mail_id)
    assert (refused.state, refused.attempts) == ("failed", 1)
    assert refused.words == "550 5.1.1 <…> no mailbox of that name"
    assert bells(app) == []


@pytest.mark.parametrize("app", [{"MAIL_GIVE_UP_HOURS": "3"}], indirect=True)
def test_a_mail_that_nobody_takes_is_given_up_in_the_end_and_says_why(
    app: Flask, server: MailServer, clock: Clock
) -> None:
    mail_id = waiting_mail()
    server.stop()
    while row(mail_id).state == "waiting":
        clock.now = max(clock.now, row(mail_id).due_at)
        worker.send(app, mail_id)
        assert clock.now < NOW + timedelta(hours=5)
    given_up = row(mail_id)
    assert given_up.state == "failed"
    assert given_up.words == "The mail server cannot be reached: Connection refused."
    assert given_up.ended_at is not None
    assert given_up.ended_at >= NOW + timedelta(hours=3)


def test_a_connection_that_breaks_after_the_mail_is_a_doubt_and_one_message(
    app: Flask, server: MailServer, clock: Clock
) -> None:
    mail_id = waiting_mail()
    server.behaviour.after_mail = "hang up"
    worker.send(app, mail_id)
    assert (row(mail_id).state, row(mail_id).perhaps_twice) == ("waiting", True)
    server.behaviour.after_mail = None
    clock.pass_by(seconds=30)
    worker.send(app, mail_id)
    assert row(mail_id).state == "sent"
    first, second = server.taken
    assert first.content == second.content


@pytest.mark.long
def test_a_pdf_that_cannot_be_made_now_is_made_later(
    app: Flask, server: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    mail_id = waiting_mail(attached=True)
    with monkeypatch.context() as too_slow:
        too_slow.setattr(renderer, "SECONDS", 0)
        worker.send(app, mail_id)
    assert row(mail_id).state == "waiting"
    assert row(mail_id).words == "The PDF could not be made. `estimator doctor` may say why."
    assert log.getvalue().startswith(f"ERROR the PDF for mail {mail_id} could not be made")
    assert server.taken == []
    clock.pass_by(seconds=30)
    worker.send(app, mail_id)
    assert row(mail_id).state == "sent"
    (part,) = server.taken[0].message.iter_attachments()
    assert part.get_content().startswith(b"%PDF-")


def test_a_mistake_of_ours_costs_no_mail_and_is_logged_without_the_address(
    app: Flask, server: MailServer, clock: Clock, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    def broken(*_given: object) -> None:
        raise LookupError(f"nothing for {ADDRESS}\nand дарья@пример.рф")

    mail_id = waiting_mail()
    with monkeypatch.context() as mistaken:
        mistaken.setitem(mail_contents.WRITERS, "estimate", broken)
        worker.send(app, mail_id)
    assert (row(mail_id).state, row(mail_id).words) == (
        "waiting",
        "Something went wrong on our side; our log says what.",
    )
    assert f"ERROR mail {mail_id} could not be written" in log.getvalue()
    assert "LookupError: nothing for …" in log.getvalue()
    assert log.getvalue().count("\n") == 1
    for part in (*ADDRESS.split("@"), "дарья", "пример"):
        assert part not in log.getvalue()
    clock.pass_by(seconds=30)
    worker.send(app, mail_id)
    assert len(server.taken) == 1


class Lock:
    """Another process that writes into the SQLite file while the server takes a mail."""

    def __init__(self, server: MailServer, monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
        self.path = path
        self.take_mail = server.behaviour.handle_DATA
        monkeypatch.setattr(server.behaviour, "handle_DATA", self.handle_data)
        self.release: Callable[[sqlite3.Connection], None] = self.after_a_while

    def after_a_while(self, other: sqlite3.Connection) -> None:
        def give_up() -> None:
            other.rollback()
            other.close()

        threading.Timer(LOCKED_SECONDS, give_up).start()

    async def handle_data(self, *given: Any) -> str:
        other = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        answer: str = await self.take_mail(*given)
        self.release(other)
        return answer


@pytest.mark.long
def test_a_database_that_is_locked_after_the_mail_is_waited_for(
    app: Flask, server: MailServer, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_id = waiting_mail()
    Lock(server, monkeypatch, tmp_path / "estimator.sqlite")
    worker.send(app, mail_id)
    assert (row(mail_id).state, row(mail_id).perhaps_twice) == ("sent", False)
    clock.pass_by(days=1)
    worker.send(app, mail_id)
    assert len(server.taken) == 1


def test_a_mail_that_could_not_be_written_down_as_sent_comes_again_and_says_so(
    app: Flask, server: MailServer, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "TRIES_TO_WRITE", 1)
    mail_id = waiting_mail()
    with monkeypatch.context() as locked:
        lock = Lock(server, locked, tmp_path / "estimator.sqlite")
        held: list[sqlite3.Connection] = []
        lock.release = held.append
        with pytest.raises(DBAPIError):
            worker.send(app, mail_id)
        for other in held:
            other.rollback()
            other.close()
    assert row(mail_id).state == "working"
    worker.send(app, mail_id)
    assert len(server.taken) == 1, "its lease is not over"
    clock.pass_by(seconds=settings().lease_seconds)
    worker.send(app, mail_id)
    assert (row(mail_id).state, row(mail_id).perhaps_twice) == ("sent", True)
    first, second = server.taken
    assert first.content == second.content


def test_a_database_that_is_away_is_one_line_in_the_log(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    mail_id = waiting_mail()
    with sqlite3.connect(tmp_path / "estimator.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        worker._in_app(app, worker.send, mail_id)
        other.rollback()
    other.close()
    assert log.getvalue() == "WARNING send: Our database is busy at the moment.\n"
    assert row(mail_id).state == "waiting"


def test_of_an_estimate_that_was_deleted_nothing_is_sent(app: Flask, server: MailServer) -> None:
    record, _token = estimate(NOW)
    mail_id = ask(record, NOW)
    estimates.delete(record)
    db.session.commit()
    worker.send(app, mail_id)
    assert server.taken == []


def test_a_mail_whose_estimate_became_too_old_meanwhile_is_given_up_and_says_why(
    app: Flask, server: MailServer, clock: Clock
) -> None:
    mail_id = waiting_mail()
    clock.pass_by(days=90)
    worker.send(app, mail_id)
    assert row(mail_id).state == "failed"
    assert row(mail_id).words == "What it was about has been deleted. Nothing was sent."
    assert server.taken == []


def test_a_mail_whose_key_is_missing_is_given_up_and_says_why(app: Flask, server: MailServer) -> None:
    mail_id = waiting_mail()
    db.session.execute(update(Mail).values(address=b"otherkey" + b"\0" * 40))
    db.session.commit()
    worker.send(app, mail_id)
    assert row(mail_id).state == "failed"
    assert row(mail_id).words == "The address cannot be read: its key is missing. Nothing was sent."
    assert server.taken == []


@pytest.mark.long
@pytest.mark.parametrize("app", [{"MAIL_SERVER": ""}], indirect=True)
def test_without_a_server_a_mail_is_kept_in_the_folder(app: Flask, server: MailServer) -> None:
    mail_id = waiting_mail(attached=True)
    worker.send(app, mail_id)
    kept = row(mail_id)
    assert (kept.state, kept.words) == ("sent", "Kept in the folder for mail; no mail server is set.")
    (path,) = settings().mail_folder.iterdir()
    assert path.name == f"{kept.name}.eml"
    assert message_from_bytes(path.read_bytes(), policy=SMTPUTF8)["To"] == ADDRESS
    assert server.taken == []


@pytest.mark.parametrize("app", [{"MAIL_SERVER": ""}], indirect=True)
def test_a_folder_that_cannot_be_written_is_tried_again(app: Flask, clock: Clock) -> None:
    mail_id = waiting_mail()
    settings().mail_folder.write_text("in the way")
    worker.send(app, mail_id)
    assert (row(mail_id).state, row(mail_id).words) == (
        "waiting",
        "The folder for mail cannot be written: File exists.",
    )
    settings().mail_folder.unlink()
    clock.pass_by(seconds=30)
    worker.send(app, mail_id)
    assert row(mail_id).state == "sent"


def test_the_sweep_rings_for_what_is_due_and_what_soon_will_be(
    app: Flask, server: MailServer, clock: Clock
) -> None:
    record, _token = estimate(NOW)
    due, soon, sent, late = (ask(record, NOW, submission=f"form {number}") for number in range(4))
    outbox.later(acting(now=NOW, mail_give_up_hours=48), claimed(soon, NOW), words="451")
    outbox.sent(acting(now=NOW), claimed(sent, NOW), words="250")
    outbox.later(
        acting(now=NOW + timedelta(minutes=5), mail_give_up_hours=48), claimed(late, NOW), words="451"
    )
    db.session.commit()
    app.extensions["jobs"].huey.flush()
    worker.sweep(app)
    assert bells(app) == [(due, False), (soon, True)]


def test_a_worker_that_was_killed_leaves_its_mail_to_the_sweep(
    app: Flask, server: MailServer, clock: Clock
) -> None:
    mail_id = waiting_mail()
    claimed(mail_id, NOW)
    clock.pass_by(seconds=60)
    worker.sweep(app)
    assert bells(app) == [(mail_id, False)]


def test_the_sweep_rings_nothing_while_many_bells_wait(app: Flask) -> None:
    jobs = app.extensions["jobs"]
    mail_id = waiting_mail()
    for _each in range(worker.ENOUGH_ENQUEUED):
        jobs.wake("mail", mail_id)
    worker.sweep(app)
    assert jobs.waiting() == worker.ENOUGH_ENQUEUED


def test_a_clock_that_was_set_back_holds_no_mail_up(app: Flask, server: MailServer, clock: Clock) -> None:
    mail_id = waiting_mail()
    server.behaviour.to_address = "451 later"
    worker.send(app, mail_id)
    server.behaviour.to_address = None
    clock.pass_by(days=-2)
    worker.sweep(app)
    assert (mail_id, False) in bells(app)
    worker.send(app, mail_id)
    assert row(mail_id).state == "sent"


def test_the_night_removes_what_was_promised_to_be_removed(
    app: Flask, server: MailServer, clock: Clock
) -> None:
    old, _token = estimate(NOW)
    ask(old, NOW, submission="old")
    record, _token = estimate(NOW + timedelta(days=80))
    clock.now = NOW + timedelta(days=80)
    young = ask(record, clock.now, address="bert@example.org", attached=True)
    worker.send(app, young)
    kept, other = settings().mail_folder / f"{'a' * 32}.eml", settings().mail_folder / f"{'b' * 32}.eml"
    kept.parent.mkdir()
    for path, days in ((other, 83), (kept, 84)):
        path.touch()
        moment = (NOW + timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))

    clock.now = NOW + timedelta(days=86)
    worker.night(app)
    assert (count(Estimate), count(Document), count(Mail)) == (2, 1, 2)
    assert row(young).address is not None

    clock.now = NOW + timedelta(days=90, seconds=1)
    worker.night(app)
    assert (count(Estimate), count(Document), count(Mail)) == (1, 0, 1), (
        "documents are drawn again when asked for"
    )
    forgotten = row(young)
    assert (forgotten.state, forgotten.address, forgotten.address_lookup) == ("sent", None, None)
    assert list(kept.parent.iterdir()) == [kept]


def test_a_task_that_fails_does_not_keep_the_database(
    app: Flask, server: MailServer, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise LookupError

    with monkeypatch.context() as mistaken:
        mistaken.setattr(estimates, "purge", broken)
        worker._in_app(app, worker.night)
    assert "ERROR night failed" in log.getvalue()
    worker.send(app, waiting_mail())
    assert len(server.taken) == 1
