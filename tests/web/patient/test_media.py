"""Page, PDF, plain text and command line say the same: every field of the rows, above all the conditions of a price."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from estimator import estimates, price_lists, quotes, wording
from estimator.db import db
from estimator.estimates import pdf_document
from estimator.i18n import reader
from estimator.mail import outbox
from estimator.models import Estimate, Mail
from estimator.processes import mail_contents
from estimator.wording import Change, DriverChanges, Head, RangeSources, Rows
from estimator.wording.rows import GroupRows
from pricing.explore import sensitivity
from tests.support import media
from tests.support.acts import acting
from tests.support.clinic import ANSWERS
from tests.support.media import LIST, unsaid
from tests.support.payment_account import ACCOUNT, put_in_force
from tests.support.quote_clinic import NAME, PLAN, Desk, now, settings_of
from tests.support.visitor import Page, Visitor, words

CONDITION = "Paid on arrival and not paid back, also if we cannot treat you."

OF_AN_ESTIMATE = {
    "Headline.label": "a quote has a firm total",
    "Headline.amount": "a quote has a firm total",
    "Headline.span": "a firm total has no range",
    "Headline.reasons": "a firm total has no range",
    "ItemRow.span": "what is firm has no range, and what is not part of the quote has one below its sums",
    "FirmRows.totals": "its own total, and what is beside it, stand in their place",
    "FirmRows.price": "by the price list: said where there are adjustments",
}
"""What rows of a quote have from an estimate and no quote says, with the reason."""


def pdf_words(content: bytes) -> str:
    """Return what another program reads in a PDF in the order of its content, and the addresses that it links to."""
    command = ["pdftotext", "-raw", "-", "-"]
    text = subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()
    with pikepdf.open(io.BytesIO(content)) as document:
        notes = [note for page in document.pages for note in page.get("/Annots", [])]
        return " ".join([text, *(str(note.A.URI) for note in notes if "/A" in note)])


def page_words(page: Page) -> str:
    """Return all words of a page with the addresses that it links to."""
    assert page.tree is not None
    return " ".join([words(page.tree), *(link.get("href") or "" for link in page.tree.iter("a"))])


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list has a text in every field."""
    return start(LIST)


@pytest.fixture
def page(app: Flask) -> Page:
    """Return the page of an estimate."""
    return Visitor(app).estimate({**ANSWERS, "q_nights": "3"})


def said_of(record: Estimate) -> tuple[Rows, list[DriverChanges], Head, RangeSources | None]:
    """Return everything that a document of an estimate has to say."""
    table, reading = price_lists.parsed(record.table_version), reader("en")
    stored = estimates.breakdown_of(record)
    return (
        wording.rows(stored, table, reading, list(estimates.answers_of(record))),
        wording.changes(sensitivity(table, stored["answers"]), stored, table, reading),
        wording.head(
            table,
            reading,
            reference=record.reference,
            created=record.created_at,
            valid_until=record.valid_until,
        ),
        wording.range_sources(stored, table, reading, list(estimates.answers_of(record))),
    )


def test_data_say_of_a_range_what_its_page_says(app: Flask, page: Page) -> None:
    with app.app_context():
        record = db.session.scalars(select(Estimate)).one()
        ranges = said_of(record)[3]
    assert ranges is not None
    data = json.loads(Visitor(app).client.get(f"{page.path}/data.json").data)["range"]
    read = reader("en")
    assert [read.money(part["amount"], "USD") for part in data["parts"]] == [
        row.amount for row in ranges.rows
    ]
    assert read.money(data["width"], "USD") == ranges.width
    for known, sentence in zip(data["narrower"], ranges.narrower, strict=True):
        assert read.money(known["amount"], "USD") in sentence
    assert len(data["outside"]) == len(ranges.outside)


def test_what_of_the_prices_is_a_tax_within_them_is_said_without_a_sum_that_does_not_come_out(
    app: Flask, page: Page
) -> None:
    with app.app_context():
        record = db.session.scalars(select(Estimate)).one()
        (tax,) = [tax for tax in said_of(record)[0].taxes if tax.included]
        pdf = pdf_document.pdf_of(record)
    plain = Visitor(app).open(f"{page.path}/estimate.txt").html
    for said in (page_words(page), pdf_words(pdf), plain):
        whole = " ".join(said.replace("\xa0", " ").split())
        sentence = f"{tax.base}, of which {tax.amount} is this tax".replace("\xa0", " ")
        assert sentence in whole
        assert "of USD" not in whole[whole.index("Tax that is inside") : whole.index(sentence)]
        assert "= USD" not in whole[whole.index("Tax that is inside") :][:200]


def _told(group: GroupRows) -> GroupRows:
    """Return a group as paper says it: without sources, and without what its columns say already."""
    return replace(group, rows=[replace(item, steps=item.telling_steps, source=None) for item in group.rows])


def _short(row: Change) -> Change:
    """Return an answer as paper says it: of one that is not possible, without the reason."""
    return row if row.value is not None else replace(row, remarks=row.requests)


def test_every_text_of_an_estimate_stands_on_its_page_in_its_pdf_and_in_its_plain_text(
    app: Flask, page: Page
) -> None:
    with app.app_context():
        record = db.session.scalars(select(Estimate)).one()
        said, pdf = said_of(record), pdf_document.pdf_of(record)
    assert CONDITION in [text for _place, text in media.texts(said)]
    plain = Visitor(app).open(f"{page.path}/estimate.txt")
    assert (plain.status, plain.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    rows, changes, head, ranges = said
    assert ranges is not None
    explored = Visitor(app).open(f"{page.path}/explore")  # where the page has room for the shortest of it
    assert unsaid(ranges.largest, page_words(page)) == {}
    assert unsaid((rows, changes, head, ranges), page_words(page) + page_words(explored)) == {}
    assert unsaid(said, plain.html) == {}
    rows = replace(rows, groups=[_told(group) for group in rows.groups])
    on_paper = (
        rows,
        [[driver.label, [_short(row) for row in driver.rows if row.matters]] for driver in changes],
        head,
        [[row.label, row.amount] for row in ranges.largest],  # its headline says why
        ranges.narrower,
        ranges.outside,
    )
    assert unsaid(on_paper, pdf_words(pdf)) == {}


@pytest.mark.long
def test_every_text_of_a_quote_stands_on_its_page_in_its_pdf_and_in_its_plain_text(app: Flask) -> None:
    desk = Desk(app)
    desk.issue()
    with app.app_context():
        put_in_force(ACCOUNT)
    adjusted = ("-50.00", "Goodwill"), ("12.00", "Courier")
    patient = desk.patient(
        desk.issue(
            *adjusted, sessions=3, told=True, words="We are glad to help.\n\nThe ward is on the ground floor."
        )
    )
    pdf = desk.draw()
    with desk.revision() as revision:
        rows = quotes.rows_of(revision, desk.settings.data_keys)
    assert rows is not None
    assert CONDITION in [text for _place, text in media.texts(rows)]
    assert "DE89 3704 0044 0532 0130 00" in [text for _place, text in media.texts(rows)]
    page = patient.open(patient.path)
    plain = patient.open(f"{patient.path}/2.txt")
    for shown in (page_words(page), plain.html):
        assert unsaid(rows, shown, OF_AN_ESTIMATE) == {}
        assert NAME in shown
    on_paper = replace(rows, groups=[_told(group) for group in rows.groups])
    assert unsaid(on_paper, pdf_words(pdf), OF_AN_ESTIMATE) == {}
    assert "The quote is its PDF" in plain.html
    body = desk.mails("quote_issued")[-1].get_body(("plain",))
    assert body is not None
    beside = [row.why or "" for row in rows.adjustments] + (rows.personal or "").split("\n\n")
    assert [text for text in beside if media.squeezed(text) not in media.squeezed(body.get_content())] == []


@pytest.mark.long
def test_a_reason_for_colleagues_is_told_to_no_patient(app: Flask) -> None:
    desk = Desk(app)
    patient = desk.patient(desk.issue(("-50.00", "Goodwill")))
    pdf = desk.draw()
    body = desk.mails("quote_issued")[-1].get_body(("plain",))
    assert body is not None
    page = patient.open(patient.path)
    plain = patient.open(f"{patient.path}/1.txt")
    for said in (page_words(page), plain.html, pdf_words(pdf), body.get_content()):
        assert "Agreed on Goodwill." not in said
        assert "writes:" not in said


@pytest.mark.long
def test_the_command_line_says_the_conditions_of_a_price(tmp_path: Path) -> None:
    table, answers = tmp_path / "list.toml", tmp_path / "answers.json"
    table.write_text(LIST, encoding="utf-8")
    plan = {**PLAN, "nights": 3}
    answers.write_text(json.dumps(plan), encoding="utf-8")
    command = [sys.executable, "-m", "estimator", "price", str(table), "--answers", str(answers)]
    printed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert media.squeezed(CONDITION) in media.squeezed(printed)
    drawn = subprocess.run([*command, "--pdf", str(tmp_path / "out.pdf")], capture_output=True, check=True)
    assert drawn.stderr == b""
    assert media.squeezed(CONDITION) in media.squeezed(pdf_words((tmp_path / "out.pdf").read_bytes()))


def test_a_mail_with_the_total_says_the_conditions_of_its_prices(app: Flask, page: Page) -> None:
    with app.app_context():
        record = db.session.scalars(select(Estimate)).one()
        act = acting(now=now(), settings=settings_of(app))
        estimates.email(act, record, "anna@example.org", attached=False, details=True, submission="")
        db.session.commit()
        number = db.session.scalars(select(Mail.id)).one()
        claimed = outbox.claim(acting(now=now(), lease_seconds=60), number)
        assert claimed is not None
        body = mail_contents.compose(act, claimed).get_body(("plain",))
    assert body is not None
    assert media.squeezed(CONDITION) in media.squeezed(body.get_content())
