"""What is promised about addresses: whoever gets the database, the queue and the logs reads none of them."""

from __future__ import annotations

import io
import logging
import re
import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from contextvars import Context
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.logging import default_handler
from sqlalchemy import select

from estimator import estimates, logs
from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail
from estimator.processes import mail_contents, worker
from tests.support.acts import acting
from tests.support.apps import Apps
from tests.support.example_mail import estimate
from tests.support.mail_server import MailServer

SENT = "wilhelmina.quill@quillworth.org"
REFUSED = "refusenik77@brambleford.net"
WAITING = "patiencia_w@thistlemere.com"
UNTRIED = "untouchedly@larkspurton.org"
UNICODE = "дарьюшка@жаворонково.рф"
MISTAKEN = "oopsadaisy@mistletoeham.org"
DELETED = "vanishling@gonersby.org"
TOO_MANY = "flooderino@overmuchly.org"
SLIP = "slipperella@gmial.com"
NO_ADDRESS = "notquite an address@halfwayton.org"

PLANTED = (SENT, REFUSED, WAITING, UNTRIED, UNICODE, MISTAKEN, DELETED, TOO_MANY, SLIP, NO_ADDRESS)


def needles() -> Iterator[str]:
    """Yield every planted address and its parts, but for parts that are anybody's."""
    for address in PLANTED:
        yield address
        yield from address.split("@")
    yield UNICODE.rpartition("@")[2].encode("idna").decode().partition(".")[0]


def disguises(needle: str) -> Iterator[bytes]:
    """Yield the bytes that a text may be stored as."""
    for text in {needle, needle.lower(), needle.upper()}:
        yield from (text.encode(), text.encode("utf-16-le"))
        yield text.encode().hex().encode()
        yield text.encode("unicode_escape")
        for shift in range(3):  # base64 looks different at each of three places in a text
            yield b64encode(b"\0" * shift + text.encode())[4 * bool(shift) : -4]


def found(where: bytes) -> list[str]:
    return [needle for needle in needles() if any(part in where for part in disguises(needle))]


@pytest.fixture
def log(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Return all that is logged, as it is written to standard error."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.Masked(default_handler.formatter))
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    found = MailServer(tmp_path, encrypted=False)
    yield found
    found.stop()


@pytest.fixture
def app(
    load: Callable[..., Settings],
    database_url: str,
    tmp_path: Path,
    server: MailServer,
    started: Apps,
) -> Iterator[Flask]:
    """Return an app with keys in its folder, as an installation has them, and a mail server."""
    from estimator import config

    config.prepare_secrets(tmp_path)
    settings = load(
        DATABASE_URL=database_url,
        MAILS_PER_ADDRESS="1",
        DATA_KEYS="",
        LOOKUP_KEY="",
        **server.settings(MAIL_SECURITY="unencrypted"),
    )
    app = started.start(settings)
    with app.app_context():
        yield app


def ask_on_the_page(app: Flask, token: str, address: str) -> int:
    """Fill the form beside an estimate in and send it; return the status of the answer."""
    # A request in the context of the test would be taken for a part of the one before it.
    return Context().run(_ask_on_the_page, app, token, address)


def _ask_on_the_page(app: Flask, token: str, address: str) -> int:
    client = app.test_client()
    page = client.get(f"/e/{token}/email").get_data(as_text=True)
    form = page[page.index('class="email"') :]
    data = {
        name: unescape(re.search(rf'name="{name}"[^>]* value="([^"]*)"', form)[1])  # type: ignore[index]
        for name in ("csrf_token", "submission")
    }
    answer = client.post(f"/e/{token}/email", data={**data, "address": address, "attached": "no"})
    if answer.status_code == 303:
        client.get(answer.headers["Location"])
    return answer.status_code


def mail_to(number: int) -> int:
    """Return the row of the mail that was asked for as the nth."""
    return db.session.scalars(select(Mail.id).order_by(Mail.id)).all()[number]


def everything_stored(
    app: Flask, tmp_path: Path, database_url: str, dump_postgresql: Callable[[str], str]
) -> bytes:
    """Return all bytes of database and queue, as files and written out."""
    db.session.remove()
    stored = [
        path.read_bytes() for path in tmp_path.iterdir() if re.match(r"(estimator|queue)\.sqlite", path.name)
    ]
    for path in tmp_path.glob("*.sqlite"):
        with closing(sqlite3.connect(path)) as connection:
            stored.append("\n".join(connection.iterdump()).encode())
    if database_url.startswith("postgresql"):
        stored.append(dump_postgresql(database_url).encode())
    return b"\n".join(stored)


def test_no_address_and_no_part_of_one_can_be_read_in_database_queue_and_logs(
    app: Flask,
    server: MailServer,
    log: io.StringIO,
    tmp_path: Path,
    database_url: str,
    dump_postgresql: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = datetime.now(UTC)
    record, token = estimate(now)
    reference = record.reference

    assert [ask_on_the_page(app, token, address) for address in (SLIP, NO_ADDRESS)] == [422, 422]
    assert ask_on_the_page(app, token, SENT) == 303
    worker._in_app(app, worker.send, mail_to(0))

    assert ask_on_the_page(app, token, REFUSED) == 303
    local, _at, domain = REFUSED.partition("@")
    server.behaviour.to_address = (
        f"550 <{REFUSED}>: {local.upper()} unknown at {domain}, not {local}+x@{domain}"
    )
    worker._in_app(app, worker.send, mail_to(1))

    assert ask_on_the_page(app, token, WAITING) == 303
    server.behaviour.to_address = f"451 {WAITING} greylisted"
    worker._in_app(app, worker.send, mail_to(2))

    server.behaviour.to_address = None
    assert ask_on_the_page(app, token, MISTAKEN) == 303

    def broken(*_given: object) -> None:
        raise LookupError(f"nothing for {MISTAKEN}")

    with monkeypatch.context() as mistaken:
        mistaken.setitem(mail_contents.WRITERS, "estimate", broken)
        worker._in_app(app, worker.send, mail_to(3))

    assert ask_on_the_page(app, token, UNICODE) == 303
    worker._in_app(app, worker.send, mail_to(4))

    _other, other_token = estimate(now)
    assert ask_on_the_page(app, other_token, UNTRIED) == 303
    assert ask_on_the_page(app, other_token, TOO_MANY) == 303
    assert ask_on_the_page(app, token, TOO_MANY) == 429

    gone, gone_token = estimate(now)
    assert ask_on_the_page(app, gone_token, DELETED) == 303
    estimates.delete(gone)
    db.session.commit()

    states = db.session.scalars(select(Mail.state).order_by(Mail.id)).all()
    assert states == ["sent", "failed", "waiting", "waiting", "sent", "waiting", "waiting", "failed"]
    assert [mail.address for mail in server.taken] == [SENT, f"дарьюшка@{idna(UNICODE)}"]

    stored = everything_stored(app, tmp_path, database_url, dump_postgresql)
    assert reference.encode() in stored, "whoever searches finds what is there"
    assert b"greylisted" in stored
    assert found(stored) == []
    assert "LookupError" in log.getvalue()
    assert found(log.getvalue().encode()) == []


def idna(address: str) -> str:
    return address.rpartition("@")[2].encode("idna").decode()


def test_who_searches_finds_an_address_in_every_disguise() -> None:
    for text in (
        SENT.encode(),
        SENT.encode().hex().encode(),
        b64encode(b"to " + SENT.encode()),
        b"QUILLWORTH.ORG",
    ):
        assert found(b"\0\0" + text + b"\0") != []
    assert found(UNICODE.encode("unicode_escape")) != []
    assert found(idna(UNICODE).encode()) != []


def test_an_address_that_was_forgotten_cannot_be_found_by_whoever_has_the_keys(
    app: Flask, server: MailServer, tmp_path: Path, database_url: str
) -> None:
    _record, token = estimate(datetime.now(UTC))
    assert ask_on_the_page(app, token, SENT) == 303
    worker._in_app(app, worker.send, mail_to(0))
    outbox.forget_addresses(acting(now=datetime.now(UTC) + timedelta(days=8), addresses_kept_days=7))
    db.session.commit()
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.address, mail.address_lookup) == (None, None)
    assert outbox.address_of(mail, app.config["SETTINGS"].data_keys) is None
    page = Context().run(app.test_client().get, f"/e/{token}/email").get_data(as_text=True)
    assert "an address that we have deleted" in page
