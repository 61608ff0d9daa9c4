"""What paper must bear: words without end, nine digits of any currency, A4 and US Letter; and letters one can read."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from flask import Flask

import pricing
from estimator import paper, wording
from estimator.estimates import pdf_document
from estimator.folders import templates_folder
from estimator.i18n import gettext as _
from estimator.i18n import reader, speaking
from estimator.paper import Paper
from pricing import PriceTable
from pricing.currencies import MINOR_UNIT
from pricing.money import decimals
from tests.support import media, profile
from tests.support.example_papers import MADE, TABLES, html_of, largest, plainest, plan, table_of, text_of

MILLIMETRE = 72 / 25.4
MARGIN = 11 * MILLIMETRE

SIZES: Mapping[Paper, tuple[int, int]] = {"A4": (595, 842), "letter": (612, 792)}

CHECK = "https://estimate.example.org/verify/EST"

ENDLESS = "https://example.org/" + "x" * 132
"""An address of 152 letters."""


def drawn(table: PriceTable, answers: Mapping[str, Any], paper: Paper = "A4", language: str = "en") -> bytes:
    """Return the document of a plan on some paper, with where it can be checked."""
    breakdown, reading = pricing.estimate(table, answers).as_dict(), reader(language)
    head = wording.head(table, reading, reference="EST-2222-3333", created=MADE, valid_until=MADE.date())
    return pdf_document.document(
        breakdown, table, head, reading, list(answers), MADE, check=CHECK, paper=paper
    )


def words_outside(content: bytes, size: Paper = "A4") -> list[str]:
    """Return the words that leave the text area of their page, or stand upon each other in a line."""
    found = re.findall(
        r'<word xMin="([-\d.]+)" yMin="[-\d.]+" xMax="([-\d.]+)"[^>]*>(.*?)</word>', text_of(content, "-bbox")
    )
    width = SIZES[size][0]
    return [
        word for left, right, word in found if float(left) < MARGIN - 1 or float(right) > width - MARGIN + 1
    ]


def lines_of(content: bytes) -> list[str]:
    """Return each line of text as it stands, cells of a table apart, without spaces."""
    boxes = text_of(content, "-bbox-layout")
    lines = re.findall(r"<line.*?</line>", boxes, re.DOTALL)
    return ["".join(re.findall(r">([^<]+)</word>", line)) for line in lines]


def expensive(currency: str) -> str:
    """Return a list in a currency whose every amount has nine digits before the point."""
    places = decimals(MINOR_UNIT[currency])
    amount = "123456789" + (f".{'1' * places}" if places else "")
    text = media.LIST.replace('currency = "USD"', f'currency = "{currency}"')
    text = re.sub(r"^price = [\d.]+$", f"price = {amount}", text, flags=re.MULTILINE)
    return re.sub(
        r"price = \{ low = [\d.]+, likely = [\d.]+, high = [\d.]+ \}",
        f"price = {{ low = {amount}, likely = {amount.replace('1', '2', 1)}, high = {amount.replace('1', '3', 1)} }}",
        text,
    )


PLAN = {
    "cells": "own",
    "sessions": 2,
    "nights": 3,
    "meals": "all",
    "training": True,
    "training_hours": 2,
    "arrival": "2026-06-15",
}

WIDEST = [
    max(
        (code for code, unit in MINOR_UNIT.items() if decimals(unit) == places),
        key=lambda code: sum(letter in "MW" for letter in code),
    )
    for places in (0, 2, 3, 4)
]
"""Of each number of decimals the currency with the widest letters."""


def amounts(rows: Any) -> list[str]:
    """Return every amount of some rows."""
    found = [text for _place, text in media.texts(rows)]
    return [amount for text in found for amount in re.findall(r"[A-Z]{3}\xa0[\d.,]+\d", text)]


@pytest.mark.long
@pytest.mark.parametrize("currency", sorted(MINOR_UNIT) if profile.NAME == "soak" else WIDEST)
def test_no_amount_of_nine_digits_is_broken_and_none_leaves_the_paper(currency: str) -> None:
    table = pricing.read(expensive(currency))
    content = drawn(table, PLAN)
    stored = pricing.estimate(table, PLAN).as_dict()
    rows = wording.rows(stored, table, reader("en"), list(PLAN))
    lines = "\n".join(lines_of(content)).replace("\xa0", "")
    found = {amount.replace("\xa0", "") for amount in amounts(rows)}
    assert len(found) > 5
    spans = {amount[3:] for amount in found}  # a column of ranges names the currency once
    assert {amount for amount in found if amount not in lines and amount[3:] not in lines} == set()
    assert spans
    assert words_outside(content) == []


def test_a_figure_whose_groups_stand_apart_is_not_broken_between_them() -> None:
    table, answers, _language = plan("typical")
    cells = re.findall(r'<td class="money">(.*?)</td>', html_of(table, answers, "ru"))
    assert [cell for cell in cells if re.search(r"\d\xa0\d", cell)]
    assert [cell for cell in cells if re.search(r"\d \d", cell)] == []


@pytest.mark.long
@pytest.mark.parametrize("size", ["A4", "letter"])
def test_words_without_end_stay_on_the_paper(size: Paper) -> None:
    endless = "W" * 200
    text = media.LIST
    for said in (
        "7 Hill Road, Example Town",
        "R-77/2026",
        "Example clinic",
        "Own bone marrow cells",
        "Hospital exemption 7/2026.",
        "Night",
        "Session",
        "B-100",
        "Paid on arrival and not paid back, also if we cannot treat you.",
        "Made for the tests.",
        "The airline",
        "Reserve",
        "At once",
        "on arrival",
        "Visas are not included.",
        "The benefit is unproven.",
        "Treatment",
        "Tax",
        "Tax that is inside",
    ):
        text = text.replace(f'"{said}"', f'"{said[:2]}{endless}"')
    text = text.replace("https://example.org/evidence", ENDLESS)
    content = drawn(pricing.read(text), PLAN, size)
    assert words_outside(content, size) == []
    assert "".join(text_of(content, "-raw").split()).count("W" * 20) > 10


@pytest.mark.long
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("size", ["A4", "letter"])
def test_the_largest_plan_has_four_pages_at_most_and_five_on_the_shorter_us_letter(
    path: Path, size: Paper
) -> None:
    table = table_of(path)
    content = drawn(table, largest(table), size)
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.pages) <= (4 if size == "A4" else 5)
        for page in document.pages:
            assert tuple(round(float(edge)) for edge in page.mediabox)[2:] == SIZES[size]
    assert words_outside(content, size) == []


@pytest.mark.long
@pytest.mark.parametrize("language", profile.sampled(["bn", "fr"], ["ar", "bn", "es", "fr", "hi"]))
def test_the_largest_plan_has_four_pages_at_most_in_languages_that_need_more_words(
    language: str, app: Flask
) -> None:
    table = table_of(next(path for path in TABLES if path.stem == "delhi"))
    with pikepdf.open(io.BytesIO(drawn(table, largest(table), language=language))) as document:
        assert len(document.pages) <= 4


ENDS_A_PAGE = {
    "cells": "umbilical",
    "sessions": "2",
    "room": "single",
    "nights": "10",
    "rehab": "day",
    "rehab_days": "12",
    "companions": "1",
    "attendant": False,
    "hotel_nights": "0",
    "transfer": "none",
    "interpreter": "none",
    "visa": True,
    "flights": "900",
    "own_mri": True,
    "breathing": False,
    "blood_thinners": "no",
    "infection": False,
}
"""A plan of which the items and what is not included fill a page but for two lines, in Hindi."""


@pytest.mark.long
def test_a_heading_stands_on_the_page_of_what_it_heads() -> None:
    table = table_of(next(path for path in TABLES if path.stem == "delhi"))
    pages = text_of(drawn(table, ENDS_A_PAGE, language="hi"), "-raw").split("\f")
    with speaking(reader("hi")):
        heading, first = _("What would change the cost"), _("Other answer")
    (page,) = [page for page in pages if heading in page]
    assert first in page.partition(heading)[2]


@pytest.mark.long
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_page_one_says_what_each_part_comes_to_the_taxes_and_the_total(path: Path) -> None:
    table = table_of(path)
    plan = plainest(table)
    stored = pricing.estimate(table, plan).as_dict()
    rows = wording.rows(stored, table, reader("en"), list(plan))
    first = media.squeezed(text_of(drawn(table, plan), "-raw", "-l", "1"))
    said = [(str(part.label), part.amount) for part in rows.parts]
    said += [(str(total.label), total.amount) for total in rows.totals]
    for label, amount in said:
        assert media.squeezed(label) in first
        assert media.squeezed(amount) in first


def sizes_in(sheet: str) -> Sequence[float]:
    """Return every size of letters that a style sheet names."""
    return [float(size) for size in re.findall(r"font(?:-size)?: (?:\w+ )?([\d.]+)pt", sheet)]


def test_letters_have_the_size_of_a_banks() -> None:
    sheet = (templates_folder() / "pdf" / "print.css").read_text(encoding="utf-8")
    assert re.search(r"^html \{ font: 9\.5pt/", sheet, re.MULTILINE)
    assert min(sizes_in(sheet)) >= 8.5
    for name in ("estimate", "quote", "my_data", "_parts"):
        assert sizes_in((templates_folder() / "pdf" / f"{name}.html").read_text(encoding="utf-8")) == []


def test_what_an_included_tax_comes_to_stands_outside_the_column_of_amounts() -> None:
    table = pricing.read(media.LIST)
    text = text_of(drawn(table, PLAN), "-layout").replace("\xa0", " ")
    (line,) = [line for line in text.splitlines() if "Tax that is inside" in line and "8" in line]
    assert line.split("  ")[-1].strip() == "included"
    assert (
        "USD 4,000.00, of which USD 296.30 is this tax; already inside the prices above; nothing is added"
        in " ".join(text.split())
    )


def test_an_estimate_names_the_check_page_and_no_secret() -> None:
    content = drawn(pricing.read(media.LIST), PLAN)
    assert CHECK in "".join(text_of(content, "-raw").split())
    with pikepdf.open(io.BytesIO(content)) as document:
        links = [
            str(note.A.URI) for page in document.pages for note in page.get("/Annots", []) if "/A" in note
        ]
    assert CHECK in links
    assert not [link for link in links if "/e/" in link]


def test_every_minus_of_a_document_is_the_same_and_stands_at_its_amount() -> None:
    reading = reader("en")
    assert reading.money("-60.00", "USD") == reading.money("-60.00", "USD", sign=True) == "−USD\xa060.00"
    assert reading.money("60.00", "USD", sign=True) == "+USD\xa060.00"


@pytest.mark.parametrize(
    ("country", "languages", "expected"),
    [
        ("US", [], "letter"),
        ("PH", ["en-GB"], "letter"),
        ("IN", ["en-US"], "A4"),
        (None, ["en-US", "en"], "letter"),
        (None, ["es-MX"], "letter"),
        (None, ["en", "en-GB"], "A4"),
        (None, ["zh-Hant-TW"], "A4"),
        ("", ["ar"], "A4"),
        (None, [], "A4"),
    ],
)
def test_paper_is_that_of_the_country_then_of_the_language(
    country: str | None, languages: list[str], expected: str
) -> None:
    assert paper.of(country, languages) == expected


def test_a_paper_that_nobody_prints_on_is_none() -> None:
    assert [paper.named(name) for name in ("a4", "Letter", "legal", "")] == ["A4", "letter", None, None]
