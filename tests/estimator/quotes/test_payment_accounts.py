"""A quote names the account that was in force when it was issued, for ever; what was issued before names none."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from estimator import price_lists, quotes, wording
from estimator.db import db
from estimator.i18n import reader
from estimator.mail import outbox
from estimator.models import Mail, QuoteAccount, QuoteRevision
from estimator.processes import mail_contents
from estimator.quotes import drafts, pdf_document
from pricing.quote import as_bytes, recompute
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_papers import text_of
from tests.support.example_quotes import (
    CLINIC,
    COORDINATOR,
    PLAN,
    accept,
    ask,
    issue,
    list_text,
    prepare,
    publish,
    quoted,
    settings,
)
from tests.support.payment_account import ACCOUNT, WITHOUT_IBAN, put_in_force

IBAN = "DE89 3704 0044 0532 0130 00"


def rows_of(revision: QuoteRevision) -> wording.FirmRows:
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    return rows


def said(revision: QuoteRevision) -> dict[str, str]:
    """Return what a revision says of how to pay, by the field of the bank's form."""
    told = rows_of(revision).how_to_pay
    assert told is not None
    return {row.label: row.value for row in told.rows}


def test_a_quote_says_whom_to_pay_where_for_what_and_who_bears_the_charges(app: Flask) -> None:
    put_in_force(ACCOUNT)
    revision = quoted()
    assert said(revision) == {
        "Account holder": "Example Hospital GmbH",
        "Address of the account holder": "7 Hill Road, Example Town",
        "IBAN": IBAN,
        "SWIFT/BIC": "COBADEFF",
        "Bank": "Example Bank, Frankfurt",
        "Purpose of the payment": revision.quote.number,
        "Charges of the banks": "You bear those of your bank, the provider those of its own (SHA).",
    }
    told = rows_of(revision).how_to_pay
    assert told is not None
    assert "We never change an account by mail" in told.warning
    assert "Nothing is to be paid before they are over." in " ".join(told.sentences)


@pytest.mark.long
def test_its_data_names_the_account_without_the_spaces_of_paper(app: Flask) -> None:
    put_in_force(WITHOUT_IBAN)
    made = pdf_document.render(quoted(), settings())
    assert made is not None
    with pikepdf.open(io.BytesIO(made)) as document:
        content = json.loads(document.attachments["quote.json"].get_file().read_bytes())
    assert content["pay_to"] == {
        "beneficiary": "Example Hospital Pvt Ltd",
        "bank": "Example Bank, Delhi",
        "account": "50100 2345 6781",
        "branch": "IFSC EXAM0001234",
        "bic": "EXAMINBB",
        "charges": "patient",
    }


def test_nothing_is_paid_before_the_first_day_on_which_it_may_be_accepted(app: Flask) -> None:
    wait = 'kind = "accept_after"\ndays = 15\nsource = "An act"\nas_of = 2026-01-01\n'
    publish(list_text(more=f"\n[terms.wait]\n{wait}"))
    put_in_force(ACCOUNT)
    told = rows_of(quoted()).how_to_pay
    assert told is not None
    first = reader("en").day(date(2026, 3, 26))
    assert f"Nothing is to be paid before {first}." in told.sentences


@pytest.mark.long
def test_a_quote_keeps_the_account_it_was_issued_with(app: Flask) -> None:
    put_in_force(ACCOUNT)
    revision = quoted()
    before = revision.content, said(revision), pdf_document.render(revision, settings())
    db.session.commit()
    put_in_force(WITHOUT_IBAN, NOW + timedelta(hours=1))
    db.session.expire_all()
    assert (revision.content, said(revision), pdf_document.render(revision, settings())) == before
    prepare(revision.quote.request)
    again = issue(revision.quote.request)
    assert said(again)["Account number"] == "50100 2345 6781"
    changed = [(row.label.text, row.old, row.new) for row in rows_of(again).changed]
    assert changed == [("Account to pay into", f"{IBAN}, COBADEFF", "50100 2345 6781, EXAMINBB")]
    kept = db.session.scalars(select(QuoteAccount).order_by(QuoteAccount.revision_id)).all()
    assert [each.account.state for each in kept] == ["confirmed", "confirmed"]
    assert kept[0].account_id != kept[1].account_id


def test_a_quote_without_an_account_is_to_the_byte_what_it_was(app: Flask) -> None:
    """What was kept of a quote before accounts existed gives the same document: nothing in it is new."""
    revision = quoted()
    content, rows = quotes.content_of(revision), rows_of(revision)
    assert "pay_to" not in content
    assert rows.how_to_pay is None
    kept = json.loads(wording.as_json(rows))
    del kept["how_to_pay"]
    older = wording.from_json(wording.FirmRows, json.dumps(kept))
    assert older == rows
    drawn = pdf_document.html(
        older, patient="Anna", reader=reader("en"), check="https://example.org", created=content["issued"]
    )
    assert "How to pay" not in drawn
    put_in_force(ACCOUNT)
    assert as_bytes(quotes.content_of(revision)).decode() == revision.content
    assert db.session.scalars(select(QuoteAccount)).all() == []


def test_what_is_issued_with_an_account_computes_to_the_same(app: Flask) -> None:
    put_in_force(ACCOUNT)
    revision = quoted()
    assert (
        recompute(quotes.content_of(revision), price_lists.parsed(revision.table_version)).differences == []
    )


@pytest.mark.long
def test_both_languages_say_it_with_the_numbers_once(app: Flask) -> None:
    put_in_force(ACCOUNT)
    request = ask(publish(), language="fr")
    prepare(request, second="en")
    revision = issue(request)
    made = pdf_document.render(revision, settings())
    assert made is not None
    text = " ".join(text_of(made).split())
    assert text.count(IBAN) == 1
    assert "Account holder" in text
    assert "We never change an account" in text


def test_nothing_is_issued_if_the_account_changed_since_somebody_looked(app: Flask) -> None:
    first = put_in_force(ACCOUNT)
    request = ask(publish())
    fingerprint = prepare(request).fingerprint
    draft = drafts.for_request(request)
    assert draft is not None
    act = acting(COORDINATOR, NOW, settings(), CLINIC)
    put_in_force(WITHOUT_IBAN)
    with pytest.raises(drafts.ChangedMeanwhile):
        quotes.issue(act, request, save=draft.save, fingerprint=fingerprint, account=first.id)
    db.session.rollback()
    assert quotes.for_request(request) is None


ANOTHER = "This revision names another account to pay into than the revision before it."


@pytest.mark.long
def test_the_mail_of_a_revision_with_another_account_says_so_and_where_to_check_it(app: Flask) -> None:
    put_in_force(ACCOUNT)
    request = quoted().quote.request
    told = []
    for number in (2, 3):
        if number == 2:
            put_in_force(WITHOUT_IBAN, NOW + timedelta(hours=1))
        prepare(request)
        told.append(mailed(issue(request)))
    assert f"{ANOTHER} Check it on the page of the quote." in told[0]
    assert "50100" not in told[0]
    assert ANOTHER not in told[1]


def mailed(revision: QuoteRevision) -> str:
    """Return the text of the mail with a revision, as one line."""
    number = db.session.scalars(
        select(Mail.id).filter_by(template="quote_issued", about=quotes.about(revision))
    ).one()
    act = acting(now=NOW + timedelta(minutes=1), lease_seconds=60)
    claimed = outbox.claim(act, number)
    assert claimed is not None
    body = mail_contents.compose(act, claimed).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def test_the_mail_says_where_it_stands_and_warns_but_has_no_account_in_it(app: Flask) -> None:
    put_in_force(ACCOUNT)
    revision = quoted()
    pdf_document.render(revision, settings())
    db.session.commit()
    act = acting(now=NOW + timedelta(minutes=1), lease_seconds=60)
    for template in ("quote_issued", "quote_receipt"):
        if template == "quote_receipt":
            accept(revision)
        number = db.session.scalars(select(Mail.id).filter_by(template=template)).one()
        claimed = outbox.claim(act, number)
        assert claimed is not None
        body = mail_contents.compose(act, claimed).get_body(("plain",))
        assert body is not None
        text = " ".join(body.get_content().split())
        assert "How to pay stands in the quote, and not in this mail." in text
        assert "We never change an account by mail" in text
        assert "DE89" not in text
        db.session.rollback()


def test_a_payment_says_its_day_where_it_is_known_and_its_words_alone_where_it_is_not(app: Flask) -> None:
    """The day of arrival less fourteen days; with nothing to be paid in the seven days after acceptance."""
    arrival = '\n[driver.arrival]\nkind = "date"\nrole = "extras"\nopen = true\nlabel.en = "Day of arrival"\n'
    due = 'amount = 500.00\nday_of = "arrival"\ndays_before = 14\n'
    version = publish(list_text(more=arrival).replace("amount = 500.00\n", due))
    days = {}
    for number, answer in enumerate(("2026-06-30", "2026-04-01", "2026-03-31", None)):
        plan = PLAN if answer is None else {**PLAN, "arrival": answer}
        request = ask(version, plan=plan, submission=str(number))
        prepare(request)
        revision = issue(request)
        content = quotes.content_of(revision)
        assert recompute(content, price_lists.parsed(version)).differences == []
        rows = rows_of(revision)
        days[answer] = content.get("payment_days"), [sum_.day for sum_ in rows.payments]
    known = reader("en").day(date(2026, 6, 16))
    # Issued on the 10th, it can be taken back to the end of the 17th: the 18th is the first day.
    first = reader("en").day(date(2026, 3, 18))
    assert days == {
        "2026-06-30": ({"deposit": "2026-06-16"}, [known, None]),
        "2026-04-01": ({"deposit": "2026-03-18"}, [first, None]),
        "2026-03-31": (None, [None, None]),
        None: (None, [None, None]),
    }
