"""What somebody is told about an installation that runs badly, and that nothing is told of one that runs well."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from estimator.db import db
from estimator.jobs import Jobs
from estimator.mail import holding, outbox
from estimator.models import InstallationState, Mail, WorkerHeartbeat
from estimator.operations import heartbeats, situation
from tests.support.acts import acting
from tests.support.commands import environment, estimator
from tests.support.example_mail import ask, estimate, settings
from tests.support.mail_server import MailServer

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def now() -> datetime:
    return datetime.now(UTC)


def troubles(app: Flask) -> list[situation.Trouble]:
    return situation.look(acting(now=now(), settings=settings()), app.extensions["jobs"]).troubles()


def waiting_mail(age: timedelta) -> Mail:
    """Put a mail into the outbox that has been waiting for so long."""
    record, _token = estimate(now())
    number = ask(record, now(), address="anna@example.org", submission="one form")
    moment = now() - age
    db.session.execute(update(Mail).values(created_at=moment, words="451 4.3.0 later"))
    db.session.commit()
    return db.session.get_one(Mail, number)


def beat(**values: object) -> None:
    name = heartbeats.new_name()
    heartbeats.beat(name, now(), 0)
    if values:
        db.session.execute(update(WorkerHeartbeat).where(WorkerHeartbeat.name == name).values(**values))
    db.session.commit()


def test_a_new_installation_and_one_that_works_have_no_trouble(app: Flask) -> None:
    assert troubles(app) == []
    waiting_mail(timedelta(minutes=1))
    beat()
    situation.note_night({"estimates": 3}, now())
    assert troubles(app) == []


def test_no_worker_is_noticed_within_a_minute_of_its_last_sign_of_life(app: Flask) -> None:
    beat(at=now() - timedelta(seconds=50))
    assert troubles(app) == []
    beat(at=now() - timedelta(seconds=70))
    assert troubles(app) == []
    db.session.execute(update(WorkerHeartbeat).values(at=now() - timedelta(seconds=70)))
    assert troubles(app) == ["no worker"]


def test_a_worker_that_ends_is_forgotten_at_once_and_a_dead_one_after_a_day(app: Flask) -> None:
    name = heartbeats.new_name()
    heartbeats.beat(name, now(), 7)
    heartbeats.beat(name, now(), None)
    (row,) = heartbeats.known()
    assert (row.host, row.queue_length) == (socket.gethostname()[:80], None)
    assert abs(row.clock_ahead) < 5
    heartbeats.end(name)
    assert heartbeats.known() == []
    beat(at=now() - timedelta(days=2))
    beat()
    assert len(heartbeats.known()) == 1


def test_mail_that_is_held_is_claimed_by_nobody_until_it_is_released(app: Flask) -> None:
    mail = waiting_mail(timedelta(minutes=1))
    act = acting(now=now(), settings=settings())
    holding.hold(now())
    holding.hold(now())
    db.session.commit()
    assert outbox.claim(act, mail.id) is None
    assert outbox.due(act, within=timedelta(hours=1), most=9) == []
    assert "mail held" in troubles(app)
    assert holding.release()
    assert not holding.release()
    assert [number for number, _wait in outbox.due(act, within=timedelta(hours=1), most=9)] == [mail.id]
    assert outbox.claim(act, mail.id) is not None


@ONE_DATABASE
def test_mail_that_was_held_can_be_given_up_and_sent_again_one_by_one(app: Flask) -> None:
    mail = waiting_mail(timedelta(hours=5))
    given = environment(settings())
    assert estimator("mail", "hold", **given)[1] == "Mail is held. 1 mail is waiting.\n"
    assert estimator("mail", "release", "--give-up-waiting", **given)[1] == (
        "1 mail was given up.\nMail goes out again. 0 mails are waiting.\n"
    )
    db.session.expire_all()
    assert mail.state == "failed"
    assert outbox.again(mail.id, now())


@pytest.fixture
def without_encryption(tmp_path: Path) -> Iterator[MailServer]:
    """Return a mail server that offers no STARTTLS."""
    server = MailServer(tmp_path, encrypted=False)
    yield server
    server.stop()


def test_the_doctor_tells_everything_that_goes_wrong_with_what_to_do(
    app: Flask, without_encryption: MailServer
) -> None:
    waiting_mail(timedelta(days=2))
    beat(at=now() - timedelta(minutes=5), host="worker-1")
    db.session.add(InstallationState(name="night", value="{}", at=now() - timedelta(days=3)))
    db.session.execute(update(WorkerHeartbeat).values(clock_ahead=600.0))
    db.session.commit()
    given = {
        **environment(settings()),
        **without_encryption.settings(),
        "DEMO": "0",
        "PUBLIC_URL": "https://estimate.example.org",
        "QUEUE_URL": "redis://127.0.0.1:1/0",
    }
    code, output, errors = estimator("doctor", **given)
    assert (code, errors) == (1, "")
    for sentence in (
        "PUBLIC_URL begins with https:// and PROXIES is 0, .*Set PROXIES=1",
        r"The mail server 127\.0\.0\.1, port \d+, takes no mail from us: .*(STARTTLS|encrypt)",
        "No worker is running anywhere: .*1 mail waits\\. .*on worker-1, 5 minutes ago",
        "1 mail is not sent, since .*The last reason: 451 4.3.0 later",
        "The queue in QUEUE_URL cannot be reached",
        "The work of the night was last done at .*estimator purge",
    ):
        assert re.search(sentence, output), f"{sentence}\n---\n{output}"
    assert "clock" not in output, "a dead worker's clock is nobody's concern"


@pytest.mark.long
def test_a_clock_that_is_off_is_told(app: Flask) -> None:
    beat(clock_ahead=600.0, host="worker-1")
    assert troubles(app) == ["clock off"]
    code, output, _errors = estimator("doctor", **environment(settings()))
    assert code == 1
    assert "The clock of worker-1 is 600 seconds ahead of the database's." in output


@ONE_DATABASE
def test_records_from_the_future_tell_that_the_clock_was_wrong(app: Flask) -> None:
    waiting_mail(timedelta(minutes=-10))
    beat()
    assert troubles(app) == ["from the future"]


@ONE_DATABASE
def test_a_long_queue_is_told(app: Flask) -> None:
    jobs: Jobs = app.extensions["jobs"]
    for number in range(situation.LONG_QUEUE):
        jobs.wake("mail", number)
    assert troubles(app) == ["queue long"]
