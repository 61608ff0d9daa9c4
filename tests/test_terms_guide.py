"""docs/terms.md: every block can be copied into a list, is read, and can be published; what it says is what happens."""

from __future__ import annotations

import re
from datetime import date

import pytest

import pricing
from pricing import legal_terms
from tests.test_guide import FIRST_LIST, ROOT, completed, fenced

DOCUMENT = (ROOT / "docs" / "terms.md").read_text(encoding="utf-8")
BLOCKS = {part.split("\n", 1)[0]: "".join(fenced("toml", part)) for part in DOCUMENT.split("\n## ")}
COUNTRIES = {title: block for title, block in BLOCKS.items() if block}
PROVIDER = """
[provider]
name = "A clinic"
country = "FR"
address = "1 rue de l’Exemple"
registration = "17"
"""


def read(block: str) -> pricing.PriceTable:
    """Read the first list of the guide, also in French, with a block in it."""
    return pricing.read(completed('languages = ["en", "fr"]\n\n' + block))


def test_there_are_blocks_for_two_countries() -> None:
    assert {title.partition(":")[0] for title in COUNTRIES} == {"France", "Germany"}


@pytest.mark.parametrize("title", COUNTRIES)
def test_a_block_can_be_copied_into_a_list_and_published(title: str) -> None:
    table = read(PROVIDER + "\n" + COUNTRIES[title])
    assert table.terms
    assert pricing.blocking(table) == []
    kinds = {warning.kind for warning in pricing.lint(table)}
    assert kinds <= {"missing_translation"}


def test_what_the_french_block_requires_is_missing_without_it() -> None:
    block = COUNTRIES["France: aesthetic surgery"]
    terms = block[: block.index("[notice.")]
    table = pricing.read(completed(terms))
    assert {warning.place for warning in pricing.blocking(table)} == {
        "terms.article.notice",
        "provider.registration",
        "provider.address",
    }


def test_a_french_quote_can_be_accepted_after_fifteen_whole_days() -> None:
    terms = legal_terms.of(
        pricing.read(completed('languages = ["en", "fr"]\n\n' + COUNTRIES["France: aesthetic surgery"]))
    )
    assert terms.accept_from(date(2026, 3, 1)) == date(2026, 3, 17)
    assert "issued on 1 March" in " ".join(DOCUMENT.split())
    assert "accepted from 17 March on" in " ".join(DOCUMENT.split())


def test_each_rule_names_a_source_and_a_day() -> None:
    for block in COUNTRIES.values():
        for term in read(block).terms:
            assert len(term.source) > 20
            assert term.as_of <= date(2026, 11, 29)


def test_every_kind_and_every_field_is_explained() -> None:
    words = re.findall(r"`\"(\w+)\"`", DOCUMENT)
    assert set(legal_terms._KINDS) | set(legal_terms._FIELDS) <= set(words)
    assert FIRST_LIST
