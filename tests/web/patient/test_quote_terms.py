"""What the law asks of a quote, as its patient sees it: on the page, in the document, the text and the mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from estimator.i18n import reader, speaking
from estimator.quotes import pdf_document
from estimator.quotes.issued_revisions import rows_of
from tests.support.clinic import ANSWERS
from tests.support.quote_clinic import NAME, Desk, Patient, fields, list_text
from tests.support.visitor import Visitor, words

SOURCE = "An act, article 1"
FROM = f'source = "{SOURCE}"\nas_of = 2026-01-01\n'
TERMS = f"""
[terms.wait]
kind = "accept_after"
days = 15
{FROM}
[terms.back]
kind = "take_back"
days = 3
{FROM}
[terms.form]
kind = "text_form"
{FROM}
[terms.higher]
kind = "overrun"
percent = 12.5
{FROM}
"""
NOT_BEFORE = (
    "It can be accepted from 26 March 2026 on (UTC). Before that day nothing may be accepted, signed or paid."
)
PAID = "Nothing is to be paid before 26 March 2026."
RIGHTS = [
    "At least 15 whole days pass after a quote is issued before anything is accepted, signed or paid.",
    "After accepting a quote, you can take that back for 3 days, without giving a reason.",
    "You are told the expected costs in text form before the treatment begins.",
    "If the bill is expected to be more than 12.5 % above the quote, you are told at once, in text form.",
]


@pytest.fixture
def desk(start: Callable[..., Flask]) -> Desk:
    """Return the desk of a clinic whose list has terms, with a request."""
    return Desk(start(list_text() + TERMS))


@pytest.fixture
def patient(desk: Desk) -> Patient:
    """Return a patient who has opened their quote."""
    return desk.patient(desk.issue())


def flat(text: str) -> str:
    """Return a text with plain spaces."""
    return " ".join(text.split())


def markup(desk: Desk, language: str = "en") -> str:
    with desk.revision() as revision:
        rows = rows_of(revision, desk.settings.data_keys)
        assert rows is not None
        with speaking(reader(language)):
            return flat(
                pdf_document.html(
                    rows, patient=NAME, reader=reader(language), check="https://x.example/v", created=""
                )
            )


def test_before_the_first_day_the_page_names_it_and_has_no_button_to_accept(patient: Patient) -> None:
    page = patient.open(patient.path)
    assert "Accept this quote" not in page.text()
    assert NOT_BEFORE in page.text()
    heads = [words(line) for line in page.all("dt")]
    assert "Can be accepted from" in heads
    assert PAID in page.text()
    for said in RIGHTS:
        assert said in flat(page.text())
    assert f"({SOURCE}; as of 1 January 2026)" in page.text()


def test_an_acceptance_before_the_first_day_is_refused_with_that_day_and_nothing_typed_is_lost(
    desk: Desk, patient: Patient
) -> None:
    early = patient.open(f"{patient.path}/accept")
    assert early.status == 409
    assert NOT_BEFORE in early.text()
    other = fields(patient.open(f"{patient.path}/decline"))
    typed = {**other, "typed_name": NAME, "agreed": "yes", "act": "accept"}
    refused = patient.post(f"{patient.path}/accept", typed)
    assert refused.status == 409
    assert refused.text("h1") == "This quote cannot be accepted yet"
    assert NOT_BEFORE in refused.text()
    assert "Nothing was sent." in refused.text()
    assert NAME in refused.html
    assert desk.decisions() == []


def test_from_the_first_day_on_it_is_accepted_and_taken_back_with_a_button(
    desk: Desk, patient: Patient, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=16))
    patient.open(desk.new_link())
    patient.confirm()
    assert "Accept this quote" in patient.open(patient.path).text()
    assert "the end of 29 March 2026 (UTC)" in patient.open(f"{patient.path}/accept").text()
    done = patient.accept()
    assert "You can take this back until the end of 29 March 2026 (UTC)" in done.text()
    (receipt,) = desk.mails("quote_receipt")
    assert "29 March 2026" in str(receipt.get_body(("plain",)))
    page = patient.open(patient.path)
    assert "It can be taken back until the end of 29 March 2026 (UTC)" in page.text()
    asked = patient.open(f"{patient.path}/take-back")
    for _again in range(2):
        taken = patient.press(asked, None)
        assert taken.status == 303
    assert "The acceptance is taken back" in patient.open(taken.location).text()
    (said,) = desk.decisions()
    assert said.taken_back_at is not None
    assert len(desk.mails("quote_decided")) == 2


def test_the_document_says_from_when_on_it_can_be_signed_and_paid(desk: Desk, patient: Patient) -> None:
    text = markup(desk)
    assert NOT_BEFORE in text
    assert "It can be signed from 26 March 2026 on, and not before." in text
    assert f"({SOURCE}; as of 1 January 2026)" in text
    for said in RIGHTS:
        assert said in text


def test_the_plain_text_says_the_same(patient: Patient) -> None:
    text = flat(patient.open(f"{patient.path}/1.txt").html)
    for said in (NOT_BEFORE, *RIGHTS):
        assert said in text


@pytest.mark.long
def test_the_mail_names_the_first_day(desk: Desk, patient: Patient) -> None:
    (mail,) = desk.mails("quote_issued")
    body = mail.get_body(("plain",))
    assert body is not None
    assert NOT_BEFORE in flat(body.get_content())


@pytest.mark.long
def test_a_list_without_terms_says_nothing_of_them(start: Callable[..., Flask]) -> None:
    desk = Desk(start(list_text()))
    patient = desk.patient(desk.issue())
    page = patient.open(patient.path)
    assert "Accept this quote" in page.text()
    assert "as of" not in page.text()
    (mail,) = desk.mails("quote_issued")
    assert "It can be accepted from" not in str(mail.get_body(("plain",)))


def test_an_estimate_tells_the_terms_of_a_firm_quote_before_one_is_asked_for(
    start: Callable[..., Flask],
) -> None:
    visitor = Visitor(start(list_text() + TERMS))
    page = visitor.estimate(ANSWERS)
    for said in RIGHTS:
        assert said in flat(page.text())


def test_the_tax_number_of_the_provider_is_printed(start: Callable[..., Flask]) -> None:
    numbered = list_text().replace('country = "', 'tax_number = "DE 123"\ncountry = "', 1)
    desk = Desk(start(numbered))
    patient = desk.patient(desk.issue())
    assert "Tax number: DE 123" in patient.open(patient.path).text()
    assert "Tax number: DE 123" in patient.open(f"{patient.path}/1.txt").html
    assert "DE 123" in markup(desk)
