"""The first sentence of a notice, and where the rest of it is."""

from __future__ import annotations

import pytest

from estimator.i18n import Words
from estimator.wording.rows import NoticeRow, NoticeSection


def row(text: str, link: str | None = None) -> NoticeRow:
    return NoticeRow(Words(text), link)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("It is not proven. Few are.", "It is not proven."),
        (
            "Fees. Clinics elsewhere publish card fees of 3 to 8 %.",
            "Fees. Clinics elsewhere publish card fees of 3 to 8 %.",
        ),
        ("It costs USD 1.50 a day. Ask.", "It costs USD 1.50 a day."),
        (
            "Studies (e.g. those of 2019) are small. They show nothing.",
            "Studies (e.g. those of 2019) are small.",
        ),
        ("Why do I pay? Trials are free.", "Why do I pay?"),
        ("هل هذا مجاني؟ لا.", "هل هذا مجاني؟"),
        ("これは証明されていません。高価です。", "これは証明されていません。"),
        ("यह सिद्ध नहीं है। पूछें।", "यह सिद्ध नहीं है।"),
        ("No end", "No end"),
        ("", ""),
    ],
)
def test_the_first_sentence_is_said(text: str, first: str) -> None:
    assert row(text).in_short.text == first


def test_nothing_is_lost_between_the_short_and_the_long_notices() -> None:
    section = NoticeSection(
        "risk",
        "Risks",
        [row("One thing."), row("Two things. Both bad."), row("A link.", "https://a.example")],
    )
    assert section.longer == section.rows[1:]
    assert [each.is_short for each in section.rows] == [True, False, False]
