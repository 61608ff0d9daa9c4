"""Who else earns from a treatment stands beside its price: on the estimate, the quote, its document, text and mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator.i18n import reader, speaking
from estimator.quotes import pdf_document
from estimator.quotes.issued_revisions import content_of, rows_of
from tests.support.clinic import ANSWERS
from tests.support.quote_clinic import NAME, TOTAL, Desk, list_text
from tests.support.visitor import Visitor

INSIDE = """
[commission.agency]
payee.en = "Example Agency"
amount = 300.00
source = "Contract"
"""
SAID = "Example Agency gets a commission of USD 300.00. It is part of the price: nothing is added for it."


def flat(text: str) -> str:
    """Return a text with plain spaces."""
    return " ".join(text.split())


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list has a commission."""
    return start(list_text() + INSIDE)


def test_an_estimate_says_it_beside_the_total(app: Flask) -> None:
    page = Visitor(app).estimate(ANSWERS)
    beside = page.one("section", class_="sums-of")
    assert SAID in flat("".join(beside.itertext()))
    assert flat(page.text()).count(SAID) == 1


def test_a_quote_says_it_on_its_page_in_its_document_its_text_and_its_data(app: Flask) -> None:
    desk = Desk(app)
    patient = desk.patient(desk.issue())
    page = patient.open(patient.path)
    assert SAID in flat(page.text())
    assert page.text("p", class_="total-amount") == TOTAL
    assert SAID in flat(patient.open(f"{patient.path}/1.txt").html)
    with desk.revision() as revision:
        rows = rows_of(revision, desk.settings.data_keys)
        content = content_of(revision)
    assert rows is not None
    with speaking(reader("en")):
        drawn = pdf_document.html(
            rows, patient=NAME, reader=reader("en"), check="https://x.example/v", created=""
        )
    assert SAID in flat(drawn)
    (found,) = content["breakdown"]["commissions"]
    assert (found["payee"]["en"], found["amount"]["likely"]) == ("Example Agency", "300.00")


def test_the_mail_with_a_quote_names_who_earns_from_it_and_no_amount(app: Flask) -> None:
    desk = Desk(app)
    desk.issue()
    (mail,) = desk.mails("quote_issued")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Somebody else earns from this: Example Agency. The quote says how much." in flat(
        body.get_content()
    )
    assert "300" not in body.get_content()


def test_on_top_of_the_price_it_is_a_line_with_its_amount_in_the_firm_total(
    start: Callable[..., Flask],
) -> None:
    fee = """
[charge.agency_fee]
label.en = "Fee of the agency"
group = "treatment"
price = 120.00
source = "Contract"

[commission.agency]
payee.en = "Example Agency"
charge = "agency_fee"
"""
    desk = Desk(start(list_text() + fee))
    patient = desk.patient(desk.issue())
    text = flat(patient.open(patient.path).text())
    assert (
        "Example Agency gets a commission of USD 120.00. It is added to the price, in the line “Fee of the"
        in text
    )
    assert "USD 4,331.05" in text


@pytest.mark.long
def test_without_one_nothing_is_said(start: Callable[..., Flask]) -> None:
    desk = Desk(start(list_text()))
    patient = desk.patient(desk.issue())
    assert "commission" not in patient.open(patient.path).text()
    (mail,) = desk.mails("quote_issued")
    assert "earns" not in str(mail.get_body(("plain",)))
