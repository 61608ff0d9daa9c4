"""Read from right to left, versions, numbers and percentages stand as they are written: they have no letter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

import pricing
from estimator import wording
from estimator.i18n import reader
from estimator.mail import composing
from estimator.template_environment import amount, environment
from tests.support.open_list import ANSWERS, OPEN
from tests.support.visitor import Visitor

ARABIC = reader("ar")


@pytest.mark.parametrize("written", ["2026-11.8", "+49 30 901820", "12/345", "(030) 12-34"])
def test_a_number_without_a_letter_is_read_from_left_to_right(written: str) -> None:
    assert amount(written) == f'<bdi dir="ltr">{written}</bdi>'


@pytest.mark.parametrize("written", ["EST-2222-2222", "USD\N{NO-BREAK SPACE}1.00", "من 3 إلى 4"])
def test_what_has_letters_has_the_direction_of_its_first_one(written: str) -> None:
    assert amount(written) == f"<bdi>{written}</bdi>"


def test_a_percentage_has_its_sign_on_one_side_everywhere() -> None:
    assert ARABIC.percent("15") == "\u206615\N{NO-BREAK SPACE}%\u2069"
    assert reader("en").percent("15") == "15\N{NO-BREAK SPACE}%"


def test_the_version_of_a_price_list_is_not_turned_round(start: Callable[..., Flask]) -> None:
    visitor = Visitor(start(OPEN, languages=("en", "ar")))
    page = visitor.estimate(ANSWERS, "delhi")
    visitor.open(f"{page.path}?language=ar")
    assert "\u20682026-09\u2069" in visitor.open(page.path).html
    assert wording.price_list(pricing.read(OPEN), ARABIC).version == "\u20682026-09\u2069"
    direction = environment().globals["direction_of"]
    assert direction("\u2068v2026\u2069، سارية من 1 مارس") == "rtl"  # type: ignore[operator]
    assert direction("\u20682026\u2069") == "ltr"  # type: ignore[operator]


@pytest.mark.parametrize(("tag", "written"), [("ar", "\u2068+49 30 901820\u2069"), ("en", "+49 30 901820")])
def test_a_telephone_number_in_the_text_of_a_mail_is_not_turned_round(tag: str, written: str) -> None:
    letterhead = composing.Letterhead("Example", phone="+49 30 901820")
    letter = composing.compose(
        "staff_invitation",
        reader(tag),
        letterhead,
        {"link": "https://example.org", "host": "example.org", "until": "tomorrow"},
    )
    assert written in letter.text
    assert "\u2068" not in letter.html
