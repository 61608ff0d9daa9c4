"""An amount and its currency stand on one line, and a unit is not cut in two, however long a language's words are."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from estimator.estimates import pdf_document
from pricing import estimate
from tests.support.example_papers import DELHI, MADE, TABLES, side_of, table_of, text_of

LEFT_OPEN = {code: answer for code, answer in DELHI["request"].items() if code != "flights"}
"""A plan whose sums are "at least" so much, with people who come along."""


def document(language: str) -> bytes:
    table = table_of(next(path for path in TABLES if path.stem == "delhi"))
    breakdown, side = estimate(table, LEFT_OPEN).as_dict(), side_of(table, language)
    return pdf_document.document(breakdown, table, side.head, side.reader, list(LEFT_OPEN), MADE)


@pytest.mark.long
@pytest.mark.parametrize(("language", "at_least"), [("ru", "не менее"), ("fr", "au moins"), ("bn", "অন্তত")])
def test_no_amount_is_parted_from_its_currency(app: Flask, language: str, at_least: str) -> None:
    text = text_of(document(language), "-layout")
    assert re.search(rf"{at_least} USD\s\d", text)
    assert not re.search(rf"{at_least} +USD$", text, re.MULTILINE)


def test_the_longest_unit_stands_on_one_line(app: Flask) -> None:
    text = text_of(document("ru"), "-layout")
    assert re.search(r"^Визы сопровождающих +2 .*(\n +)?сопровождающих", text, re.MULTILINE)
