"""What the worker does about firm quotes: documents made once, the mail that waits for them, quotes that expire."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from estimator import quotes
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, QuoteRevision
from estimator.pdf import renderer
from estimator.processes import quote_documents, task, worker
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_quotes import COORDINATOR, issue, prepare, quoted, settings

DAY = timedelta(days=1)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Return the address of an empty SQLite file: nothing here depends on the kind of database."""
    return f"sqlite:///{tmp_path}/estimator.sqlite"


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """Return a list whose only entry is what the worker takes for the time."""
    found = [NOW]
    monkeypatch.setattr(task, "now", lambda: found[0])
    return found


def bells(app: Flask) -> list[tuple[str, int, bool]]:
    """Return what is in the queue: the kind, which row, and whether it is only for later."""
    return sorted((*bell.args, bell.eta is not None) for bell in app.extensions["jobs"].huey.pending())


def nothing_enqueued(app: Flask) -> None:
    """Lose what is in the queue, as a queue without a disk does."""
    app.extensions["jobs"].huey.flush()


def mail_about(revision: QuoteRevision) -> Mail:
    db.session.expire_all()
    return db.session.scalars(
        select(Mail).filter_by(about=quotes.about(revision), template="quote_issued")
    ).one()


def in_the_folder(mail: Mail) -> EmailMessage:
    content = (settings().mail_folder / f"{mail.name}.eml").read_bytes()
    return message_from_bytes(content, policy=SMTPUTF8)


def test_a_document_is_made_and_then_its_mail_is_rung_for(app: Flask) -> None:
    revision = quoted()
    nothing_enqueued(app)
    quote_documents.draw(app, revision.id)
    mail = mail_about(revision)
    assert revision.pdf_sha256 is not None
    assert bells(app) == [("prompt_mail", mail.id, False)]
    worker.send(app, mail.id)
    mail = mail_about(revision)
    assert mail.state == "sent"
    (part,) = in_the_folder(mail).iter_attachments()
    assert part.get_content() == quotes.pdf_of(revision, settings().data_keys)


def test_a_mail_that_is_rung_for_first_makes_the_document_and_keeps_it(app: Flask) -> None:
    revision = quoted()
    worker.send(app, mail_about(revision).id)
    kept = quotes.pdf_of(revision, settings().data_keys)
    assert kept is not None
    (part,) = in_the_folder(mail_about(revision)).iter_attachments()
    assert part.get_content() == kept
    quote_documents.draw(app, revision.id)
    assert quotes.pdf_of(revision, settings().data_keys) == kept


def test_no_mail_makes_a_document_that_is_about_to_be_made(app: Flask) -> None:
    revision = quoted()
    worker.send_when_drawn(app, mail_about(revision).id)
    assert mail_about(revision).state == "waiting"
    assert revision.pdf_sha256 is None
    quote_documents.draw(app, revision.id)
    worker.send_when_drawn(app, mail_about(revision).id)
    assert mail_about(revision).state == "sent"


def test_a_mail_that_waited_for_its_document_is_due_when_that_is_made(app: Flask) -> None:
    revision = quoted()
    claim = outbox.claim(acting(now=NOW), mail_about(revision).id)
    assert claim is not None
    outbox.later(acting(now=NOW, mail_give_up_hours=48), claim, words="", wait=timedelta(hours=1))
    db.session.commit()
    quote_documents.draw(app, revision.id)
    assert mail_about(revision).due_at == NOW


def test_a_quote_whose_words_cannot_be_opened_keeps_no_mail_waiting_in_silence(app: Flask) -> None:
    revision = quoted()
    db.session.execute(update(QuoteRevision).filter_by(id=revision.id).values(rows=b"of another row"))
    db.session.commit()
    quote_documents.draw(app, revision.id)
    worker.send_when_drawn(app, mail_about(revision).id)
    assert mail_about(revision).state == "failed"
    assert "its key is missing" in (mail_about(revision).words or "")


def test_the_sweep_rings_for_documents_that_are_not_made(app: Flask) -> None:
    first, second = quoted(submission="first"), quoted(submission="second")
    quotes.keep_pdf(second, b"%PDF there", settings().data_keys)
    db.session.commit()
    mails = [mail_about(each).id for each in (first, second)]
    nothing_enqueued(app)
    worker.sweep(app)
    quote_bells = [bell for bell in bells(app) if bell[0] == "quote"]
    assert quote_bells == [("quote", first.id, False)]
    mine = [bell for bell in bells(app) if bell[0] == "prompt_mail" and bell[1] in mails]
    assert mine == [("prompt_mail", mails[0], False), ("prompt_mail", mails[1], False)]


@pytest.mark.long
def test_nothing_is_drawn_for_somebody_who_was_erased_or_for_a_quote_of_long_ago(
    app: Flask, moment: list[datetime]
) -> None:
    erased, old = quoted(submission="first"), quoted(submission="second")
    db.session.execute(update(QuoteRevision).filter_by(id=erased.id).values(patient=None, rows=None))
    db.session.commit()
    quote_documents.draw(app, erased.id)
    quote_documents.draw(app, 10**6)
    assert erased.pdf_sha256 is None
    moment[0] = NOW + quote_documents.DRAWN_WITHIN
    nothing_enqueued(app)
    worker.sweep(app)
    assert [bell for bell in bells(app) if bell[0] == "quote"] == []
    assert old.pdf_sha256 is None


def test_a_document_that_cannot_be_made_is_tried_again_and_its_mail_says_so(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = quoted()
    monkeypatch.setattr(renderer, "SECONDS", 0)
    renderer.close()
    quote_documents.draw(app, revision.id)
    assert revision.pdf_sha256 is None
    assert ("prompt_mail", mail_about(revision).id, False) in bells(app)
    worker.send_when_drawn(app, mail_about(revision).id)
    assert mail_about(revision).state == "waiting"
    assert "The PDF could not be made." in (mail_about(revision).words or "")
    monkeypatch.undo()
    renderer.close()
    monkeypatch.setattr(task, "now", lambda: NOW + DAY)
    worker.sweep(app)
    assert ("quote", revision.id, False) in bells(app)


def test_a_mail_about_a_quote_that_was_withdrawn_waits_for_nobody_and_says_why(app: Flask) -> None:
    revision = quoted()
    quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), revision, reason="mistake")
    db.session.commit()
    worker.send(app, mail_about(revision).id)
    mail = mail_about(revision)
    assert mail.state == "failed"
    assert mail.words == "It was withdrawn, replaced or decided before the mail went out. Nothing was sent."
    assert outbox.was_overtaken(mail)
    assert outbox.failed_count(9) == 0


def test_each_minute_quotes_whose_last_day_is_over_expire(app: Flask, moment: list[datetime]) -> None:
    revision = quoted()
    worker.expire(app)
    assert revision.state == "current"
    moment[0] = NOW + 31 * DAY
    worker.expire(app)
    assert revision.state == "expired"
    prepare(revision.quote.request, moment[0])
    assert issue(revision.quote.request, moment[0]).state == "current"
