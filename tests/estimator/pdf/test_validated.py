"""What validators say about every kind of document, in each language: PDF/UA-1 and PDF/A-3."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import outloud  # type: ignore[import-untyped]
import pytest
from flask import Flask
from pikepdf.pdfa import validate_written
from PIL import Image

import pricing
from estimator import estimates, quotes, wording
from estimator.db import db
from estimator.i18n import reader
from estimator.models import PatientRequest
from estimator.pdf import images
from estimator.privacy import data_export
from estimator.quotes import drafts, pdf_document
from estimator.quotes.plans import Prepared
from estimator.web.countries import countries
from pricing.quote_options import Option
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_papers import (
    DELHI,
    EVERY_LANGUAGE,
    FIVE,
    FIVE_SCRIPTS,
    MADE,
    TABLES,
    largest,
    pair_of,
    pdf_of,
    plan,
    table_of,
)
from tests.support.example_quotes import CLINIC, COORDINATOR, ask, prepare, publish, settings, state
from tests.support.profile import sampled

NO_FAULTS = {
    "TBL-010": "more headers than cells: a table with two pairs in a row, of which one has no partner, is right so",
    "LNK-010": "an address that is no link: mail addresses are printed to be read",
    "FIG-012": "no words: what a bar shows is a name and an amount",
    "TAG-002": "words in an artifact: the foot of a document with one page, which this rule finds by its repetition",
    "ORD-001": "painted in another order than read: the signs of lists, which are painted last",
}
"""Rules of `outloud` that guess from what is usual, and why our documents are right where they speak up."""

OTHER_LEVEL = {"ISO_19005_3:6.6.4-3": 1, "ISO_19005_3:6.6.2.3.1-1": 5, "pikepdf:schema-Resources": 2}
"""What the validator of PDF/A-3b finds in our documents, exactly.

We claim level A and not B; the metadata declare the words of PDF/UA, by a schema that it does not know; and it does not
know patterns and shadings, of which there is an empty list.
"""

MIDDLE = 400
"""The height of about half a page in points, counted from its foot."""


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Return the address of an empty SQLite file: documents do not depend on the kind of database."""
    return f"sqlite:///{tmp_path}/estimator.sqlite"


def is_right(finding: Any) -> bool:
    """Whether it only tells something, or that several glyphs of syllables stand for a letter that nobody sees.

    Or what stands at the top of several pages: no page has a head of its own, and of a table that goes on each part is
    a table to whoever hears it, which has its headings.
    """
    return (
        finding.severity == "info"
        or (finding.rule == "TXT-004" and "all map to U+2060" in finding.message)
        or (finding.rule == "PAG-001" and all(box["y0"] > MIDDLE for box in finding.boxes))
    )


def is_sound(content: bytes, tmp_path: Path) -> None:
    """Look at a document with both validators."""
    path = tmp_path / "document.pdf"
    path.write_bytes(content)
    result = outloud.check(str(path), skip=NO_FAULTS)
    found = [(one.rule, one.page, one.message, one.evidence) for one in result.findings if not is_right(one)]
    assert (result.error, found) == (None, [])
    assert (
        dict(Counter(one.rule for one in validate_written(io.BytesIO(content), "3b").findings)) == OTHER_LEVEL
    )


OPTIONS = [Option(Decimal("120.00"), "Interpreter 山田"), Option(Decimal("33.33"), "A larger room")]
OTHERS: dict[str, str | bool] = {"cells": "donor", "sessions": "2", "nights": "10", "transfer": True}


def _quote(language: str, second: str | None = None) -> bytes:
    return _drawn(*_prepared(language, second), language)


def _quote_of_plans(language: str, second: str | None = None) -> bytes:
    request, _prepared_plan = _prepared(language, second)
    act = acting(actor=COORDINATOR, now=NOW, settings=settings())
    draft = drafts.for_request(request)
    assert draft is not None
    draft = drafts.add_plan(act, draft, save=draft.save)
    drafts.change(act, draft, save=draft.save, plan="B", answers={**OTHERS, "sessions": "1"})
    db.session.commit()
    return _drawn(request, state(request), language)


def _prepared(language: str, second: str | None) -> tuple[PatientRequest, Prepared]:
    """Return a quote of another plan than was asked about, with adjustments and lines that may be taken."""
    text = FIVE_SCRIPTS.read_text(encoding="utf-8").replace(
        'evidence = "trial"', 'evidence = "trial"\nbasis.en = "X"'
    )
    request = ask(publish(text), plan=FIVE, language=language)
    prepared = prepare(
        request,
        answers=OTHERS,
        adjustments=[("-50.00", "Goodwill 山田"), ("12.00", "Courier")],
        options=OPTIONS,
        second=second,
    )
    return request, prepared


def _drawn(request: PatientRequest, prepared: Prepared, language: str) -> bytes:
    act = acting(clinic=CLINIC, now=NOW, settings=settings())
    content, rows = quotes.worded(act, request, prepared, number="Q-2026-00001")
    return pdf_document.document(
        content, rows, patient="Zoë 👩‍🦽 山田 花子", language=language, settings=settings()
    )


def _my_data(language: str) -> bytes:
    request = ask(publish(FIVE_SCRIPTS.read_text(encoding="utf-8")), plan=FIVE, language=language)
    reading = reader(language)
    found = data_export.of_request(acting(clinic=CLINIC, now=NOW, settings=settings()), request)
    return data_export.document(request, found, reading, countries(reading), ["All of it."], NOW)


@pytest.mark.long
@pytest.mark.parametrize("language", sampled(["ar", "bn", "en"], EVERY_LANGUAGE))
def test_an_estimate_in_each_language_passes_the_validators(language: str, tmp_path: Path) -> None:
    is_sound(pdf_of(*plan(language)), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("language", sampled(["ar"], [tag for tag in EVERY_LANGUAGE if tag != "en"]))
def test_an_estimate_in_two_languages_passes_the_validators(
    language: str, app: Flask, tmp_path: Path
) -> None:
    table = table_of(next(path for path in TABLES if path.stem == "delhi"))
    is_sound(pair_of(table, DELHI["package"], language, "en"), tmp_path)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_largest_plan_of_each_list_passes_the_validators(path: Path, tmp_path: Path) -> None:
    table = table_of(path)
    is_sound(pdf_of(table, largest(table)), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", sampled(["bn"], [tag for tag in EVERY_LANGUAGE if tag != "en"]))
def test_the_largest_plan_of_each_list_passes_the_validators_in_two_languages(
    path: Path, language: str, app: Flask, tmp_path: Path
) -> None:
    table = table_of(path)
    is_sound(pair_of(table, largest(table), language, "en"), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("language", sampled(["ar", "hi"], EVERY_LANGUAGE))
@pytest.mark.parametrize("made", [_quote, _quote_of_plans, _my_data], ids=["quote", "plans", "my data"])
def test_a_quote_and_my_data_in_each_language_pass_the_validators(
    made: Callable[[str], bytes], language: str, app: Flask, tmp_path: Path
) -> None:
    is_sound(made(language), tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("language", sampled(["ar"], [tag for tag in EVERY_LANGUAGE if tag != "en"]))
@pytest.mark.parametrize("made", [_quote, _quote_of_plans], ids=["quote", "plans"])
def test_a_quote_in_two_languages_passes_the_validators(
    made: Callable[..., bytes], language: str, app: Flask, tmp_path: Path
) -> None:
    is_sound(made(language, "en"), tmp_path)


LOGOS = {
    "one pixel": ("PNG", Image.new("RGB", (1, 1), "navy")),
    "a line": ("PNG", Image.new("L", (4000, 1), 90)),
    "a line that stands": ("PNG", Image.new("1", (1, 4000))),
    "seen through": ("PNG", Image.new("RGBA", (300, 80), (10, 90, 120, 100))),
    "sixteen bits": ("PNG", Image.new("I;16", (300, 80), 30_000)),
    "colours of printers": ("JPEG", Image.new("CMYK", (300, 80), (90, 10, 10, 0))),
}


@pytest.mark.long
@pytest.mark.parametrize(("kind", "picture"), LOGOS.values(), ids=LOGOS)
def test_a_logo_that_is_accepted_is_drawn_and_passes_the_validators(
    kind: str, picture: Image.Image, tmp_path: Path
) -> None:
    sent = io.BytesIO()
    picture.save(sent, kind)
    table, answers, language = plan("en")
    breakdown = pricing.estimate(table, answers).as_dict()
    until = (MADE + timedelta(days=30)).date()
    head = wording.head(table, reader(language), reference="EST-2222-3333", created=MADE, valid_until=until)
    logo = images.as_png(sent.getvalue()).content
    is_sound(
        estimates.pdf_document.document(breakdown, table, head, reader(language), list(answers), MADE, logo),
        tmp_path,
    )
