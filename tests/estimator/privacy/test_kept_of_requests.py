"""What is promised about whoever asks for a quote: whoever gets the database, the queue and the logs knows nobody."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from estimator import price_lists, quotes, requests
from estimator.config import Settings
from estimator.db import db
from estimator.models import Mail, PatientRequest, QuoteRevision
from estimator.processes import worker
from estimator.quotes import drafts, pdf_document
from pricing.quote import Adjustment
from tests.estimator.privacy.test_kept_of_mails import disguises, everything_stored
from tests.support.acts import acting
from tests.support.apps import Apps
from tests.support.example_quotes import COORDINATOR, issue, list_text, prepare
from tests.support.mail_server import MailServer

FIRST = {
    "full_name": "Zebulonia Thistlewick",
    "email": "zebulonia@thistlewickham.org",
    "phone": "+44 7700 918273",
    "message": "My grandmother Perpetua fell off Brambleberry Hill.",
}
SECOND = {
    "full_name": "Дарьюшка Жаворонкова",
    "email": "darjushka@zhavoronkovo.net",
    "phone": "+7 495 091-82-73",
    "message": "Мне нужна коляска-вездеход.",
}
PATIENT = {
    "patient_name": "Marigolda Underbough",
    "answer_hours": "When the cuckoo clock strikes.",
}
NOTE = "Spoke with Perpetua's nephew Ignatius about wheelchairs."
QUESTION = "Does Ignatius get a bed next to hers?"
TYPED = "Z. Thistlewick-Ponsonby"
DECLINED = "Our neighbour Quentinella lent us nothing."
ANSWERED = "The ramp suits Ignatius, says Clementinus."
REASON = "Perpetua is a friend of the house."
LABEL = "Kindness for Zebulonia"

PLANTED = (
    *FIRST.values(),
    *SECOND.values(),
    *PATIENT.values(),
    ANSWERED,
    NOTE,
    QUESTION,
    TYPED,
    DECLINED,
    REASON,
    LABEL,
    # Whatever of them nobody else has:
    "Zebulonia",
    "Thistlewick",
    "thistlewickham",
    "918273",
    "Perpetua",
    "Brambleberry",
    "Дарьюшка",
    "Жаворонков",
    "darjushka",
    "zhavoronkovo",
    "0918273",
    "коляска",
    "Ignatius",
    "Quentinella",
    "Marigolda",
    "Underbough",
    "cuckoo",
    "Clementinus",
    "Ponsonby",
)


def found(where: bytes) -> list[str]:
    return [text for text in PLANTED if any(part in where for part in disguises(text))]


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
        DATA_KEYS="",
        LOOKUP_KEY="",
        **server.settings(MAIL_SECURITY="unencrypted"),
    )
    app = started.start(settings)
    with app.app_context():
        price_lists.import_(acting(actor="command line", now=datetime.now(UTC)), list_text())
        db.session.commit()
        yield app


@pytest.fixture
def log(app: Flask) -> Iterator[io.StringIO]:
    """Return all that is logged, as it is written to standard error."""
    import logging

    from flask.logging import default_handler

    from estimator import logs

    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.Masked(default_handler.formatter))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


class Person:
    """Somebody at the pages."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def ask(self, person: dict[str, str], **more: str) -> str:
        """Go from the form to the confirmation; return the reference."""
        # A request in the context of the test would be taken for a part of the one before it.
        return Context().run(self._ask, person, more)

    def _ask(self, person: dict[str, str], more: dict[str, str]) -> str:
        made = self._send("/estimate/example", {"q_cells": "own", "q_sessions": "2", "act": "show"})
        path = made + "/ask"
        consents = {"consent_health_data": "yes", "consent_contact": "yes"}
        rest = {"country": "GB", "language": "en", "for_whom": "self", "planned_month": "", **consents}
        rest |= more
        for typed in ({**person, "email": "nobody"}, {**person, "full_name": person["full_name"] + "\u202e"}):
            refused = self.client.post(path, data={**self._hidden(path), **typed, **rest})
            assert refused.status_code == 422
        look = self.client.post(path, data={**self._hidden(path), **person, **rest, "act": "check"})
        assert look.status_code == 200
        sent = self.client.post(f"{path}/check", data=hidden(look.get_data(as_text=True)))
        assert sent.status_code == 303
        page = self.client.get(sent.headers["Location"]).get_data(as_text=True)
        return re.findall(r"REQ-\w{4}-\w{4}", page)[0]

    def question(self, reference: str, words: str) -> None:
        """Ask the coordinator something."""
        Context().run(self._question, reference, words)

    def _question(self, reference: str, words: str) -> None:
        page = f"/request/{reference}"
        data = {"csrf_token": self._hidden(page)["csrf_token"], "words": words}
        assert self.client.post(f"{page}/question", data=data).status_code == 303

    def read(self, path: str) -> bytes:
        """Open a page."""
        answer = Context().run(self.client.get, path)
        assert answer.status_code == 200
        return answer.data

    def erase(self, reference: str) -> None:
        """Delete everything."""
        Context().run(self._send, f"/request/{reference}/erase", {}, 200)

    def _send(self, path: str, data: dict[str, str], status: int = 303) -> str:
        answer = self.client.post(path, data={**self._hidden(path), **data})
        assert answer.status_code == status
        return answer.headers.get("Location", "")

    def _hidden(self, path: str) -> dict[str, str]:
        return hidden(self.client.get(path).get_data(as_text=True))


def hidden(page: str) -> dict[str, str]:
    """Return what a page carries in its hidden fields."""
    inputs = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    pairs = [(re.search(r'name="([^"]*)"', each), re.search(r'value="([^"]*)"', each)) for each in inputs]
    return {name[1]: unescape(value[1]) for name, value in pairs if name and value}


def record_of(reference: str) -> PatientRequest:
    record = requests.get(reference)
    assert record is not None
    return record


def send_everything(app: Flask) -> None:
    for mail_id in db.session.scalars(select(Mail.id).filter_by(state="waiting")).all():
        worker._in_app(app, worker.send, mail_id)
    db.session.expire_all()


def quoted(app: Flask, reference: str, settings: Settings, now: datetime) -> QuoteRevision:
    """Write a note, prepare a quote with an adjustment, issue it, and make its document."""
    record = record_of(reference)
    requests.note(acting(actor=COORDINATOR, now=now, settings=settings), record, NOTE)
    requests.answer(acting(actor=COORDINATOR, now=now, settings=settings), record, ANSWERED)
    prepare(record, now)
    draft = drafts.for_request(record)
    assert draft is not None
    lines = [Adjustment(Decimal("-10.00"), LABEL, REASON)]
    coordinator = acting(actor=COORDINATOR, now=now, settings=settings)
    drafts.change(coordinator, draft, save=draft.save, adjustments=lines, prices="keep")
    db.session.commit()
    revision = issue(record, now)
    content = pdf_document.render(revision, settings)
    assert content is not None
    db.session.commit()
    return revision


ANSWER: dict[str, Any] = {"language": "en", "network": "203.0.113.0/24", "pdf_sha256": None}


@pytest.mark.long
def test_nobody_who_asked_can_be_known_from_database_queue_and_logs(
    app: Flask,
    server: MailServer,
    log: io.StringIO,
    tmp_path: Path,
    database_url: str,
    dump_postgresql: Callable[[str], str],
) -> None:
    settings: Settings = app.config["SETTINGS"]
    now = datetime.now(UTC)
    first, second = Person(app), Person(app)
    one, two = first.ask(FIRST, for_whom="other", consent_on_behalf="yes", **PATIENT), second.ask(SECOND)
    first.question(one, QUESTION)
    assert FIRST["full_name"].encode() in first.read(f"/request/{one}/data")
    first.read(f"/request/{one}/data.json")

    accepted = quoted(app, one, settings, now)
    quotes.accept(
        acting(settings=settings), accepted, typed_name=TYPED, agreed_to="I accept this quote.", **ANSWER
    )
    declined = quoted(app, two, settings, now)
    quotes.decline(
        acting(settings=settings),
        declined,
        reason="price",
        words=DECLINED,
        agreed_to="I decline this quote.",
        **ANSWER,
    )
    db.session.commit()
    send_everything(app)
    addresses = {mail.address for mail in server.taken}
    assert {FIRST["email"], SECOND["email"]} <= addresses

    stored = everything_stored(app, tmp_path, database_url, dump_postgresql)
    for there in (one, two, "Hospital exemption", "I accept this quote."):
        assert there.encode() in stored, "whoever searches finds what is there"
    assert found(stored) == []
    assert found(log.getvalue().encode()) == []

    person = requests.person_of(record_of(one), settings.data_keys)
    assert person is not None
    assert person.full_name == FIRST["full_name"], "with the keys it is all there"


def test_of_whoever_was_erased_the_keys_open_nothing(
    app: Flask, server: MailServer, tmp_path: Path, database_url: str
) -> None:
    from estimator.models import sealed_columns

    settings: Settings = app.config["SETTINGS"]
    now = datetime.now(UTC)
    visitor = Person(app)
    reference = visitor.ask(FIRST)
    visitor.question(reference, QUESTION)
    quoted(app, reference, settings, now)
    send_everything(app)
    visitor.erase(reference)
    db.session.expire_all()
    opened = [
        settings.data_keys.open_bytes(sealed, table.name, column, name)
        for table, column in sealed_columns()
        for name, sealed in db.session.execute(select(table.c.name, table.c[column]))
        if sealed is not None
    ]
    # What the desk was told by mail holds its own address, and no word of theirs.
    assert found(b"\n".join(opened)) == []
    assert record_of(reference).erased_at is not None
