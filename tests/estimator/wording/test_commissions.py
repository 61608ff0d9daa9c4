"""What somebody gets for having sent the patient: one plain sentence, the same in every medium."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

import pricing
from estimator import wording
from estimator.estimates import plain_text
from estimator.i18n import reader, speaking
from tests.support.folders import ROOT

TEXT = (ROOT / "tests" / "pricing" / "cases" / "cheapest-package.toml").read_text(encoding="utf-8")
FEE = """
[charge.fee]
label.en = "Fee of the agency"
group = "care"
price = 120
source = "Contract"
"""


def commission(more: str) -> str:
    return f'\n[commission.agency]\npayee.en = "Example Agency"\n{more}\n'


def rows(text: str, language: str = "en") -> wording.Rows:
    table = pricing.read(text)
    found = pricing.estimate(table, {"sessions": 1}).as_dict()
    with speaking(reader(language)):
        return wording.rows(found, table, reader(language))


def said(text: str, language: str = "en") -> list[str]:
    sections = rows(text, language).notice("commission")
    return [str(row.text.text).replace("\N{NO-BREAK SPACE}", " ") for each in sections for row in each.rows]


def test_a_share_inside_the_price() -> None:
    text = TEXT + commission('percent = 15\nof = ["care"]')
    base = next(group.amount for group in rows(text).groups if group.code == "care")
    assert base.endswith("1,000.00")
    assert said(text) == [
        "Example Agency gets a commission of USD 150.00 (15 % of: Care). It is part of the price: nothing is added "
        "for it."
    ]


def test_an_amount_inside_the_price() -> None:
    assert said(TEXT + commission("amount = 300")) == [
        "Example Agency gets a commission of USD 300.00. It is part of the price: nothing is added for it."
    ]


def test_on_top_of_the_price_it_names_the_line() -> None:
    assert said(TEXT + FEE + commission('charge = "fee"')) == [
        "Example Agency gets a commission of USD 120.00. It is added to the price, in the line “Fee of the agency”."
    ]


def test_a_share_of_something_on_request_is_at_least_so_much() -> None:
    asked = '\n[charge.more]\nlabel.en = "More"\ngroup = "care"\non_request = true\n'
    (sentence,) = said(TEXT + asked + commission('percent = 15\nof = ["care"]'))
    assert "a commission of at least USD 150.00 (15 % of: Care)" in sentence
    (sentence,) = said(TEXT + asked + commission('charge = "more"'))
    assert sentence == "Example Agency gets “More” as a commission. It is added to the price."


@pytest.mark.parametrize("language", ["ar", "fr", "es", "ru", "hi", "bn"])
def test_the_sentence_is_said_in_the_readers_language_with_amount_and_name(app: Flask, language: str) -> None:
    (sentence,) = said(TEXT + commission("amount = 300"), language)
    assert "Example Agency" in sentence
    assert "gets a commission" not in sentence


def test_the_plain_text_says_it_before_the_items() -> None:
    text = TEXT + commission("amount = 300")
    table = pricing.read(text)
    found = plain_text.text(rows(text), [], _head(table))
    flat = " ".join(found.split())
    assert "Who else earns from this" in flat
    assert flat.index("Example Agency gets a commission") < flat.index("Every item")
    assert flat.count("Example Agency gets a commission") == 1


def _head(table: pricing.PriceTable) -> wording.Head:
    return wording.head(
        table,
        reader("en"),
        reference=None,
        created=datetime(2026, 3, 1, tzinfo=UTC),
        valid_until=date(2026, 3, 31),
    )


def test_the_public_price_list_tells_it_with_its_condition() -> None:
    text = TEXT + commission('percent = 15\nof = ["care"]\nwhen = { insured = true }')
    sections = wording.price_list(pricing.read(text), reader("en")).notices
    (found,) = [row.text.text for section in sections if section.kind == "commission" for row in section.rows]
    assert "Example Agency gets a commission of 15" in found
    assert "Only with: " in found


def test_without_one_nothing_is_said() -> None:
    assert said(TEXT) == []
