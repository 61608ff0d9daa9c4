"""What an estimate says of past bills is the same in every medium, and in the reader's language on its page."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import estimates, price_lists, wording
from estimator.db import db
from estimator.estimates import pdf_document
from estimator.i18n import reader, speaking
from estimator.mail import outbox
from estimator.models import Estimate, Mail
from estimator.processes import mail_contents
from pricing.past_bills import Said
from tests.support import media
from tests.support.acts import acting
from tests.support.clinic import ANSWERS
from tests.support.visitor import Page, Visitor, words

SAID: Said = {
    "few": False,
    "since": "2025-08-29",
    "until": "2026-11-30",
    "count": 50,
    "inside": 46,
    "median": 3,
    "range": {"low": "3900.00", "high": "5100.00", "list_low": "4000.00", "list_high": "4400.00"},
}
FIRST = "In 46 of 50 comparable cases the provider’s final bill was inside the range of its estimate."
OTHERS = (
    "The bill in the middle was 3 % above the likely total.",
    "by the price list USD 4,000.00 to 4,400.00, by past bills USD 3,900.00 to 5,100.00.",
    "We compared final bills from 29 August 2025 to 30 November 2026",
)


@pytest.fixture
def page(app: Flask, visitor: Visitor) -> Page:
    """Return the page of an estimate that says what past bills said."""
    found = visitor.estimate(ANSWERS)
    with app.app_context():
        db.session.scalars(select(Estimate)).one().past_bills = json.dumps(SAID)
        db.session.commit()
    return visitor.open(found.path)


def says(text: str, *sentences: str) -> bool:
    return all(media.squeezed(sentence) in media.squeezed(text) for sentence in sentences)


def test_page_plain_text_and_data_say_what_past_bills_said(visitor: Visitor, page: Page) -> None:
    assert says(page.text(), FIRST, *OTHERS)
    assert says(visitor.client.get(f"{page.path}/estimate.txt").text, FIRST, *OTHERS)
    kept = json.loads(visitor.client.get(f"{page.path}/data.json").data)
    assert kept["past_bills"] == SAID


WIDER = (
    "Past bills make the range of what is paid to the provider wider: USD 3,900.00 to 5,100.00 instead of "
    "USD 4,000.00 to 4,400.00."
)
CAUSES = "What each item makes of the range is worked out from the price list alone."


def test_where_the_range_comes_from_says_what_past_bills_make_of_it_in_every_medium(
    app: Flask, visitor: Visitor, page: Page
) -> None:
    (fold,) = (each for each in page.all("div") if each.get("id") == "range")
    assert says(words(fold), WIDER, CAUSES, OTHERS[2])
    explored = visitor.open(f"{page.path}/explore")
    assert says(words(explored.one("section", id="range")), WIDER, CAUSES, OTHERS[2])
    assert says(visitor.client.get(f"{page.path}/estimate.txt").text, WIDER, CAUSES)
    with app.app_context():
        record = db.session.scalars(select(Estimate)).one()
        side = pdf_document._side(record, reader("en"), pdf_document.PLAIN)
        table, answered = price_lists.parsed(record.table_version), list(estimates.answers_of(record))
        drawn = pdf_document.page(estimates.breakdown_of(record), table, side, answered)
    assert says(drawn, WIDER, CAUSES)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ("4100.00", "4300.00", "narrower: USD 4,100.00 to 4,300.00 instead of USD 4,000.00 to 4,400.00."),
        (
            "4200.00",
            "4600.00",
            "move the range of what is paid to the provider: USD 4,200.00 to 4,600.00 instead",
        ),
        ("4000.00", "4400.00", "as it is: USD 4,000.00 to 4,400.00."),
        ("4100.00", "4100.00", "narrower: USD 4,100.00 instead of USD 4,000.00 to 4,400.00."),
    ],
)
def test_past_bills_may_make_a_range_narrower_or_leave_its_width(low: str, high: str, said: str) -> None:
    other: Said = {**SAID, "range": {"low": low, "high": high, "list_low": "4000.00", "list_high": "4400.00"}}
    first, last = wording.past_bills.of_range(other, "USD", reader("en"))
    assert says(first, said)
    assert last == CAUSES


def test_where_no_range_of_past_bills_is_told_nothing_is_said_of_it(visitor: Visitor) -> None:
    without: Said = {"few": False, "since": "2025-08-29", "until": "2026-11-30", "count": 50, "inside": 46}
    assert list(wording.past_bills.of_range(without, "USD", reader("en"))) == []
    assert "Past bills" not in visitor.estimate(ANSWERS).text()


def test_the_document_and_a_mail_with_details_say_it(app: Flask, page: Page) -> None:
    with app.app_context():
        record = db.session.scalars(select(Estimate)).one()
        side = pdf_document._side(record, reader("en"), pdf_document.PLAIN)
        assert side.head.past_bills[0] == FIRST
        act = acting()
        estimates.email(act, record, "anna@example.org", attached=False, details=True, submission="")
        db.session.commit()
        claimed = outbox.claim(acting(lease_seconds=60), db.session.scalars(select(Mail.id)).one())
        assert claimed is not None
        body = mail_contents.compose(act, claimed).get_body(("plain",))
    assert body is not None
    assert says(body.get_content(), FIRST)
    assert not says(body.get_content(), OTHERS[0])


def test_an_estimate_says_nothing_of_past_bills_where_nothing_is_kept(visitor: Visitor) -> None:
    assert "comparable" not in visitor.estimate(ANSWERS).text()


@pytest.mark.parametrize("tag", ["ar", "fr", "es", "ru", "hi", "bn"])
def test_readers_of_other_languages_read_it_in_theirs(app: Flask, tag: str) -> None:
    english = list(wording.past_bills.sentences(SAID, "USD", reader("en")))
    with app.app_context(), speaking(reader(tag)):
        told = list(wording.past_bills.sentences(SAID, "USD", reader(tag)))
    assert len(told) == len(english) == 4
    assert not set(told) & set(english)
    with app.app_context(), speaking(reader(tag)):
        moved = list(wording.past_bills.of_range(SAID, "USD", reader(tag)))
    assert not set(moved) & {WIDER, CAUSES}
