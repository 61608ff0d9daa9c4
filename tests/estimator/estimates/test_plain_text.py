"""An estimate as plain text: what its lines keep together, and the signs of its language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

import pricing
from estimator import wording
from estimator.estimates import plain_text
from estimator.i18n import reader, speaking
from pricing.explore import sensitivity
from tests.support.example_papers import TABLES, largest, side_of, table_of


def text_of(path: Path, tag: str) -> str:
    """Return the largest plan of a list as plain text."""
    table, language = table_of(path), reader(tag)
    answers = largest(table)
    breakdown = pricing.estimate(table, answers).as_dict()
    head = side_of(table, tag).head
    with speaking(language):
        return plain_text.text(
            wording.rows(breakdown, table, language, list(answers)),
            wording.changes(sensitivity(table, breakdown["answers"]), breakdown, table, language),
            head,
            wording.range_sources(breakdown, table, language, list(answers)),
        )


def test_no_figure_is_on_another_line_than_its_currency() -> None:
    long = "x" * 70
    assert plain_text.wrapped(f"{long} INR 5,000 a night") == [f"  {long}", "  INR\xa05,000 a night"]
    assert [line.split() for line in plain_text.labelled(f"{'x' * 50} INR 5,000", "USD\xa01")] == [
        ["x" * 50],
        ["INR", "5,000", "USD", "1"],
    ]


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_what_is_read_from_right_to_left_has_no_comma_of_another_script_behind_a_word(
    path: Path, app: Flask
) -> None:
    said = text_of(path, "ar")
    assert "، " in said
    assert re.findall(r"[\u0621-\u064a]\S*,(?: |$).*", said, re.MULTILINE) == []
