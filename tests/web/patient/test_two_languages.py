"""An estimate's PDF in two languages: who is offered it, where it is chosen, and that it is a document of its own."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator.db import db
from estimator.models import Document, Mail
from estimator.processes import worker
from tests.support.clinic import ANSWERS, table_text
from tests.support.visitor import Page, Visitor, words


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app in three languages, of which English is the clinic's."""
    return start(table_text(), languages=("en", "ru", "ar"))


@pytest.fixture
def estimate(visitor: Visitor) -> Page:
    """Return the breakdown of an estimate that was made in Russian."""
    visitor.open("/?language=ru")
    return visitor.estimate(ANSWERS)


def read(page: Page) -> str:
    assert (page.status, page.headers["Content-Type"]) == (200, "application/pdf")
    done = subprocess.run(["pdftotext", "-", "-"], input=page.body, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def offered(page: Page) -> list[str]:
    return [str(link.get("href")) for link in page.all("a") if "beside=" in str(link.get("href"))]


@pytest.mark.long
def test_a_breakdown_offers_its_pdf_with_english_below_each_line(
    app: Flask, visitor: Visitor, estimate: Page
) -> None:
    [link] = offered(estimate)
    assert link == f"{estimate.path}/estimate.pdf?beside=en"
    [element] = [one for one in estimate.all("a") if one.get("href") == link]
    assert words(element) == "PDF на двух языках (Русский, English)"
    assert [part.get("lang") for part in element] == ["ru", "en"]
    both = visitor.open(link)
    text = read(both)
    assert "Расчёт стоимости" in text
    assert "Cost estimate · not a firm price" in text
    assert visitor.open(link).body == both.body
    plain = read(visitor.open(f"{estimate.path}/estimate.pdf"))
    for asked in ("", "?beside=en"):
        header = visitor.open(f"{estimate.path}/estimate.pdf{asked}").headers["Content-Disposition"]
        tags = "-ru-en" if asked else ""
        assert re.search(rf'filename="EST-\w{{4}}-\w{{4}}{tags}\.pdf"', header), "two files beside each other"
    assert "Расчёт стоимости" in plain
    assert "Cost estimate" not in plain
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Document)) == 2, "each is kept"


@pytest.mark.long
def test_another_second_language_is_as_if_none_was_asked_for(visitor: Visitor, estimate: Page) -> None:
    plain = visitor.open(f"{estimate.path}/estimate.pdf")
    for asked in ("ru", "ar", "EN", "", "xx", "en%00", "x" * 3000):
        assert visitor.open(f"{estimate.path}/estimate.pdf?beside={asked}").body == plain.body


def test_whoever_reads_the_clinics_language_only_is_offered_no_second_one(visitor: Visitor) -> None:
    page = visitor.estimate(ANSWERS)
    assert offered(page) == []
    assert visitor.open(f"{page.path}/email").all("input", id="beside") == []


def test_the_second_language_of_who_reads_english_is_the_clinics(start: Callable[..., Flask]) -> None:
    visitor = Visitor(start(table_text(), languages=("ar", "en")), headers={"Accept-Language": "en"})
    page = visitor.estimate(ANSWERS)
    assert offered(page) == [f"{page.path}/estimate.pdf?beside=ar"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("chosen", "options"),
    [
        ({"attached": "yes", "beside": "yes"}, '{"attached": true, "second": "en"}'),
        ({"attached": "yes"}, '{"attached": true}'),
        ({"attached": "no", "beside": "yes"}, '{"attached": false}'),
    ],
)
def test_a_mail_brings_the_pdf_in_two_languages_to_whoever_ticks_that(
    app: Flask, visitor: Visitor, estimate: Page, chosen: dict[str, str], options: str
) -> None:
    form = visitor.open(f"{estimate.path}/email")
    assert words(form.one("label", **{"for": "beside"})) == "PDF на двух языках (Русский, English)"
    assert form.one("input", id="beside").get("checked") is None
    sent = visitor.send(form, {"address": "anna@example.org", "beside": None, **chosen})
    assert sent.status == 303
    with app.app_context():
        [mail] = db.session.scalars(select(Mail)).all()
        assert mail.options == options
        worker.send(app, mail.id)
        kept = db.session.scalars(select(Document.content)).all()
    assert len(kept) == (chosen["attached"] == "yes")
    if "second" in options:
        assert kept == [visitor.open(f"{estimate.path}/estimate.pdf?beside=en").body]
