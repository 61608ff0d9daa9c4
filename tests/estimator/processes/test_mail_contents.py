"""What a row of the outbox becomes: the same mail in the same bytes, or a reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update

from estimator import clinic, estimates, keys, price_lists, quotes
from estimator.config import Settings
from estimator.db import db
from estimator.estimates import pdf_cache, pdf_document
from estimator.folders import templates_folder
from estimator.mail import outbox
from estimator.models import Document, Mail, QuoteRevision
from estimator.pdf import renderer
from estimator.processes import mail_contents
from tests.support.acts import acting
from tests.support.example_list import NOW, table_text
from tests.support.example_mail import ask, claimed, estimate, settings
from tests.support.example_papers import text_of
from tests.support.example_quotes import COORDINATOR, accept, decline, issue, prepare, quoted


def written(mail: outbox.Claimed, *, days: int = 0) -> EmailMessage:
    return mail_contents.compose(acting(settings=settings(), now=NOW + timedelta(days=days)), mail)


def attachment(message: EmailMessage) -> bytes:
    (part,) = message.iter_attachments()
    content: bytes = part.get_content()
    return content


@pytest.fixture
def database_url(tmp_path: object) -> str:
    """Return the address of an empty SQLite file: nothing here depends on the kind of database."""
    return f"sqlite:///{tmp_path}/estimator.sqlite"


@pytest.mark.long
def test_the_same_row_is_the_same_bytes_at_every_attempt(app: Flask) -> None:
    record, _token = estimate(NOW)
    mail_id = ask(record, NOW, attached=True)
    first = claimed(mail_id, NOW)
    message = written(first)
    db.session.commit()
    second = claimed(mail_id, NOW + timedelta(seconds=60))
    assert second.lease != first.lease
    assert written(second, days=3).as_bytes() == message.as_bytes()


@pytest.mark.long
def test_mails_of_one_estimate_share_nothing_but_their_words(app: Flask) -> None:
    record, _token = estimate(NOW)
    mails = [claimed(ask(record, NOW, submission=f"form {number}"), NOW) for number in range(2)]
    first, second = (written(mail) for mail in mails)
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Message-ID"] == f"<{mails[0].name}@localhost.localdomain>"
    assert first["To"] == second["To"] == "anna@example.org"


@pytest.mark.long
@pytest.mark.parametrize("pages", [True])
def test_the_attached_pdf_is_the_one_that_the_page_sends(app: Flask) -> None:
    record, token = estimate(NOW)
    mail = claimed(ask(record, NOW, attached=True), NOW)
    message = written(mail)
    db.session.commit()
    assert message.get_content_type() == "multipart/mixed"
    with time_machine.travel(NOW + timedelta(days=3)):
        answer = app.test_client().get(f"/e/{token}/estimate.pdf")
    assert answer.status_code == 200
    assert answer.data == attachment(message)
    assert answer.data.startswith(b"%PDF-")
    (part,) = message.iter_attachments()
    assert part.get_filename() == f"{record.reference}.pdf"
    assert part.get_content_type() == "application/pdf"


def test_a_pdf_that_is_there_already_is_not_made_again(app: Flask) -> None:
    record, token = estimate(NOW)
    look = pdf_document.look_of(None, settings().public_url)
    pdf_cache.keep(pdf_document.key_of(token, look), record, b"%PDF there", NOW)
    db.session.commit()
    assert attachment(written(claimed(ask(record, NOW, attached=True), NOW))) == b"%PDF there"
    assert db.session.scalar(select(func.count()).select_from(Document)) == 1


@pytest.mark.long
def test_a_mail_says_that_its_price_list_was_withdrawn_meanwhile(app: Flask) -> None:
    act = acting(actor="user:1", now=NOW)
    good = price_lists.import_(act, table_text())
    text = table_text(version="wrong", valid_from="2026-03-10", price="1.00")
    record, _token = estimate(NOW, text=text)
    before = claimed(ask(record, NOW, attached=True), NOW)
    assert "withdrawn" not in str(written(before).get_body(("plain",)))
    later = act.at(NOW + timedelta(minutes=40))
    price_lists.returns.go_back(later, good, instead_of=record.table_version_id, reason="A wrong price.")
    message = written(claimed(ask(record, NOW, attached=True, submission="another"), NOW))
    sentence = "made with a price list that was withdrawn on 10 March 2026, 12:40 (UTC)"
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert sentence in " ".join(body.get_content().split())
    assert sentence in " ".join(text_of(attachment(message)).split())


def test_no_pdf_is_made_for_a_mail_that_has_only_the_link(app: Flask) -> None:
    record, token = estimate(NOW)
    message = written(claimed(ask(record, NOW), NOW))
    assert list(message.iter_attachments()) == []
    assert db.session.scalar(select(func.count()).select_from(Document)) == 0
    body = message.get_body(("plain",))
    assert body is not None
    assert f"http://127.0.0.1:8000/e/{token}" in body.get_content()


def test_a_pdf_that_cannot_be_made_is_no_mail_without_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "SECONDS", 0)
    record, _token = estimate(NOW)
    with pytest.raises(renderer.RenderingFailed):
        written(claimed(ask(record, NOW, attached=True), NOW))


@pytest.mark.parametrize("details", [True, False])
def test_treatment_and_total_stand_in_a_mail_only_if_its_reader_asked_for_them(
    app: Flask, details: bool
) -> None:
    record, _token = estimate(NOW)
    message = written(claimed(ask(record, NOW, details=details), NOW))
    title = str(price_lists.parsed(record.table_version).title["en"])
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert (title in text) is details
        assert ("Likely total" in text) is details


def test_the_words_of_the_clinic_stand_in_the_language_of_the_mail(app: Flask) -> None:
    words = {
        "estimate": {
            "before": {"en": "Good day.\n\nRead this first:\nhttps://example.org/a?b=1&c=2", "ar": "مرحبا"},
            "after": {"en": "The team"},
        },
        "quote_issued": {"before": {"en": "Something else"}},
    }
    clinic.change(acting(actor="user:1", now=NOW), "letters", words)
    record, _token = estimate(NOW)
    message = written(claimed(ask(record, NOW), NOW))
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert page is not None
    text = plain.get_content()
    name = price_lists.parsed(record.table_version).provider.name
    assert text.startswith(f"{name}\n\nGood day.\n\nRead this first:\nhttps://example.org/a?b=1&c=2\n\n")
    assert text.endswith("\n\nThe team\n")
    assert "<p>Read this first:<br>https://example.org/a?b=1&amp;c=2</p>" in page.get_content()
    assert "Something else" not in text
    assert "مرحبا" not in text


def test_of_a_deleted_estimate_nothing_is_sent(app: Flask) -> None:
    record, _token = estimate(NOW)
    mail = claimed(ask(record, NOW), NOW)
    estimates.delete(record)
    db.session.commit()
    with pytest.raises(mail_contents.Gone):
        written(mail)


def test_an_estimate_that_is_too_old_is_not_sent_any_more(app: Flask) -> None:
    record, _token = estimate(NOW)
    mail = claimed(ask(record, NOW, attached=True), NOW)
    with pytest.raises(mail_contents.Gone):
        written(mail, days=90)
    assert db.session.scalar(select(func.count()).select_from(Document)) == 0


def test_a_forgotten_address_gets_nothing(app: Flask) -> None:
    record, _token = estimate(NOW)
    mail = claimed(ask(record, NOW), NOW)
    with pytest.raises(mail_contents.Gone):
        written(replace(mail, address=None))


def test_an_address_of_another_row_gets_nothing(app: Flask) -> None:
    record, _token = estimate(NOW)
    first, second = (
        claimed(ask(record, NOW, submission=f"form {number}", address=f"{number}@example.org"), NOW)
        for number in range(2)
    )
    with pytest.raises(keys.Unreadable):
        written(replace(first, address=second.address))


def test_without_its_key_an_address_gets_nothing(app: Flask, load: Callable[..., Settings]) -> None:
    record, _token = estimate(NOW)
    mail = claimed(ask(record, NOW), NOW)
    other = load(DATA_KEYS=f"otherkey {'e' * 64}")
    with pytest.raises(keys.Unreadable, match="the key testkey1 is not there"):
        mail_contents.compose(acting(settings=other, now=NOW), mail)


def test_whatever_a_row_may_be_written_from_is_a_folder_of_templates(app: Flask) -> None:
    for template in mail_contents.WRITERS:
        assert (templates_folder() / "email" / template / "subject.txt").is_file()


# Firm quotes --------------------------------------------------------------------------------------------------


def about_quote(template: str) -> EmailMessage:
    """Write the newest mail of a template."""
    newest = select(Mail.id).filter_by(template=template).order_by(Mail.id.desc()).limit(1)
    message = written(claimed(db.session.scalars(newest).one(), NOW))
    db.session.commit()
    return message


@pytest.mark.long
def test_the_mail_with_a_quote_has_the_document_that_is_kept_and_a_link_that_opens_it(app: Flask) -> None:
    revision = quoted()
    message = about_quote("quote_issued")
    assert attachment(message) == quotes.pdf_of(revision, settings().data_keys)
    (part,) = message.iter_attachments()
    assert part.get_filename() == "Q-2026-00001-1.pdf"
    body = message.get_body(("plain",))
    assert body is not None
    token = body.get_content().partition("/q/")[2].partition("?")[0]
    found = quotes.find(token)
    assert found is not None
    assert found.id == revision.quote_id
    assert "Kowalska" not in body.get_content()


@pytest.mark.long
def test_the_mail_with_a_quote_is_the_same_bytes_at_every_attempt(app: Flask) -> None:
    quoted()
    mail_id = db.session.scalars(select(Mail.id).filter_by(template="quote_issued")).one()
    first = written(claimed(mail_id, NOW)).as_bytes()
    db.session.commit()
    assert written(claimed(mail_id, NOW + timedelta(seconds=60)), days=3).as_bytes() == first


def test_a_quote_that_was_withdrawn_or_replaced_before_its_mail_went_out_is_not_sent(app: Flask) -> None:
    first = quoted()
    prepare(first.quote.request)
    second = issue(first.quote.request)
    quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), second, reason="mistake")
    db.session.commit()
    for mail_id in db.session.scalars(select(Mail.id).filter_by(template="quote_issued")).all():
        with pytest.raises(mail_contents.Overtaken):
            written(claimed(mail_id, NOW))


def test_a_quote_of_somebody_who_was_erased_is_not_sent(app: Flask) -> None:
    quoted()
    db.session.execute(update(QuoteRevision).values(patient=None, rows=None, pdf=None))
    db.session.commit()
    with pytest.raises(mail_contents.Gone):
        about_quote("quote_issued")


def test_the_desk_is_told_what_was_said_and_where_it_stands_and_nothing_else(app: Flask) -> None:
    revision = quoted()
    decline(revision)
    message = about_quote("quote_decided")
    assert message["Subject"] == "Quote Q-2026-00001 was declined"
    text = message.as_string()
    assert f"/desk/requests/{revision.quote.request.reference}" in text
    assert "Too much" not in text
    assert "Kowalska" not in text


def test_a_receipt_says_what_happened_without_a_name_or_an_amount_and_its_link_opens_the_quote(
    app: Flask,
) -> None:
    revision = quoted()
    accept(revision)
    message = about_quote("quote_receipt")
    assert message["Subject"] == "You accepted quote Q-2026-00001"
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "You can take this back until the end of 17 March 2026 (UTC)" in " ".join(text.split())
    found = quotes.find(text.partition("/q/")[2].partition("?")[0])
    assert found is not None
    assert found.id == revision.quote_id
    for secret in ("Kowalska", revision.currency, str(revision.total)):
        assert secret not in text


def test_a_receipt_for_somebody_who_was_erased_is_not_sent(app: Flask) -> None:
    accept(quoted())
    db.session.execute(update(QuoteRevision).values(patient=None, rows=None, pdf=None))
    db.session.commit()
    with pytest.raises(mail_contents.Gone):
        about_quote("quote_receipt")


def test_the_desk_is_told_of_a_question_without_its_words(app: Flask) -> None:
    revision = quoted()
    quotes.ask_question(acting(now=NOW, settings=settings()), revision.quote.request, "May my brother come?")
    db.session.commit()
    message = about_quote("quote_question")
    assert message["Subject"] == "A question about quote Q-2026-00001"
    assert "brother" not in message.as_string()
