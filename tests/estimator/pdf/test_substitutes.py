"""A letter never keeps a document from being made: where no font has it, there is a mark with the letter behind it."""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import UTC, datetime
from html import escape

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.pdf import renderer, requirements
from estimator.pdf.page_foot import css_string
from estimator.pdf.substitutes import MARK
from tests.support.example_papers import text_of

MADE = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)

BARLINE = "\N{MUSICAL SYMBOL SINGLE BARLINE}"
"""A letter that is in none of the fonts of documents."""

WITHOUT_FONT = {
    "emoji": "Zoë \N{WOMAN}\N{ZERO WIDTH JOINER}\N{MANUAL WHEELCHAIR} Test",
    "emoji with a colour of skin": "\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4} Ann",
    "flag": "\N{REGIONAL INDICATOR SYMBOL LETTER I}\N{REGIONAL INDICATOR SYMBOL LETTER N} Ravi",
    "music": f"Ann {BARLINE}{BARLINE}",
    "private use": "Ann \ue123\U0010fffd",
    "unassigned": "Ann \u0378\U0003fffd",
    "an accent on it": f"Ann {BARLINE}\N{COMBINING ACUTE ACCENT}",
    "ends of lines": f"{BARLINE}\N{LINE SEPARATOR}{BARLINE}",
    "in Arabic": f"مريم {BARLINE} علي",
    "in Bengali": f"রহিমা {BARLINE} বেগম",
}


def page(text: str, foot: str = "") -> str:
    sheet = f"@page {{ @bottom-left {{ content: {css_string(foot)} }} }}"
    direction = "rtl" if unicodedata.bidirectional(text[0]) == "AL" else "ltr"
    return (
        f"<!doctype html><html lang=en><title>{escape(text)}</title><style>{sheet}</style>"
        f'<p dir="{direction}"><b>{escape(text)}</b>'
    )


def made(text: str, foot: str = "") -> bytes:
    return renderer.document(page(text, foot), created=MADE)


def fonts_of(content: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(content)) as document:
        return {str(font.BaseFont) for one in document.pages for font in one.Resources.Font.values()}


@pytest.mark.parametrize("text", WITHOUT_FONT.values(), ids=WITHOUT_FONT)
def test_a_letter_without_a_font_is_drawn_as_a_mark_and_copied_out_as_itself(text: str) -> None:
    marks = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
    content = made(text, foot=text)
    read = "".join(marks.sub("", text_of(content)).split())
    # The foot is no part of the text, so that it has nothing but the mark.
    assert "".join(text.split()) in read
    assert MARK in read
    assert all("Noto" in name for name in fonts_of(content))


def test_the_same_letters_are_the_same_bytes_whatever_was_drawn_before() -> None:
    first = made(f"Ann {BARLINE}")
    made("\ue123")
    assert made(f"Ann {BARLINE}") == first
    plain = made("Ann")
    assert made("Ann") == plain


@pytest.mark.parametrize(
    "letter", "\x01 \x1f \x7f \x85 \u2028 \u2029 \ud800 \ufffe \u202e \U000e0041".split(" ")
)
def test_whatever_stands_in_a_text_its_document_is_made(letter: str) -> None:
    assert "One" in text_of(made(f"One{letter} two"))


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_any_text_at_all_has_its_document(text: str) -> None:
    assert made(text).startswith(b"%PDF-")


@pytest.mark.parametrize("number", [1, 50, 3000])
def test_any_number_of_accents_on_one_letter_has_its_document(number: int) -> None:
    assert made("e" + "\N{COMBINING ACUTE ACCENT}" * number).startswith(b"%PDF-")


def test_somebody_can_ask_beforehand_which_letters_will_be_marks() -> None:
    assert renderer.undrawable("Ann, Anna; Ünal, Жанна: 1–2 €") == []
    assert renderer.undrawable("<b>&amp;</b>") == []
    assert renderer.undrawable(f"\ue123 Ann {BARLINE}{BARLINE} <&") == ["\ue123", BARLINE]
    assert renderer.undrawable("मरियम রহিমা مريم\N{ZERO WIDTH NON-JOINER}") == []


def test_who_is_asked_about_a_letter_and_who_draws_it_agree() -> None:
    letters = [
        chr(code) for code in range(0x20, 0x30000, 997) if unicodedata.category(chr(code)) not in ("Cs", "Cc")
    ]
    missing = set(renderer.undrawable("".join(letters)))
    assert missing
    assert set(letters) - missing
    for letter in letters[::20]:
        content = made(f"a {letter} b")
        drawn_as_mark = b"/ActualText" in _unpacked(content) and MARK in _drawn_letters(content)
        assert drawn_as_mark == (letter in missing), hex(ord(letter))


def _unpacked(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as document:
        return b"".join(one.Contents.read_bytes() for one in document.pages)


def _drawn_letters(content: bytes) -> str:
    """Return the letters that the glyphs of a document stand for, whatever is said instead of them."""
    with pikepdf.open(io.BytesIO(content)) as document:
        maps = b"".join(
            font.ToUnicode.read_bytes() for one in document.pages for font in one.Resources.Font.values()
        )
    found = re.findall(rb"<[0-9a-f]+> <([0-9a-f]+)>", maps)
    return "".join(bytes.fromhex(code.decode()).decode("utf-16-be") for code in found)


@pytest.mark.long
def test_every_script_in_which_patients_write_their_names_has_a_font() -> None:
    assert requirements.problems() == []


@pytest.mark.long
def test_the_doctor_says_which_script_has_no_font_and_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(requirements.SCRIPTS, "Japanese", BARLINE)
    monkeypatch.setitem(requirements.SCRIPTS, "Tibetan", BARLINE)
    first, second = requirements.problems()
    assert first.startswith("No font for Tibetan is here")
    assert "apt-get install fonts-noto-core." in first
    assert second.startswith("No font for Japanese is here")
    assert "apt-get install fonts-noto-cjk." in second
