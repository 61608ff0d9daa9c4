"""A short word of a message is one only where it stands alone: "transfers." ends a sentence, and "Rs." does not."""

from __future__ import annotations

import pytest

from estimator.requests.chat.offer import look


def standings(text: str) -> dict[str, str]:
    return {part: said.standing for part, said in look(text).parts.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Not included: flights, transfers. Included: hotel, visa. Total 9000 USD",
            {"transfers": "excluded", "flights": "excluded", "hotel": "included", "visa": "included"},
        ),
        (
            "We do not offer transfers. Hotel, visa included. 9000 USD",
            {"hotel": "included", "visa": "included"},
        ),
        ("No transfers. Hotel included. 9000 USD", {"transfers": "excluded", "hotel": "included"}),
        ("No interpreters. Hotel included.", {"interpreter": "excluded", "hotel": "included"}),
        ("No translators. Hotel included.", {"interpreter": "excluded", "hotel": "included"}),
        (
            "9000 USD. Includes hotel, visa and transfers. Flights not included.",
            {"transfers": "included", "visa": "included", "hotel": "included", "flights": "excluded"},
        ),
    ],
)
def test_a_word_that_ends_like_an_abbreviation_ends_its_sentence(text: str, expected: dict[str, str]) -> None:
    assert standings(text) == expected


def test_what_is_said_of_a_deposit_ends_with_its_sentence() -> None:
    found = look("Deposit goes to the doctors. 9000 USD total")
    assert ([money.figure for money in found.totals], found.aside) == (["9000"], ())


@pytest.mark.parametrize(
    "text",
    [
        "Hotel for 5000 Rs. not included",
        "Hotel for 5000rs. not included",
        "Отель за 5 тыс. руб. не входит",
        "Отель за 100 долл. не входит",
        "4 inj. of cells, hotel not included",
        "4 injs. of cells, hotel not included",
    ],
)
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert standings(text)["hotel"] == "excluded"


@pytest.mark.parametrize(
    "text",
    [
        "9000 USD, 3 European doctors",
        "9000 USD, 2 libraries",
        "9000 USD, 2 европейских врача",
        "9000 USD, 2 рубца",
        "9000 USD, 2 уехали",
        "9000 USD, 3 यूरोपीय डॉक्टर",
        "9000 USD, 2 रुटीन टेस्ट",
        "9000 USD, 3 ইউরোপীয় ডাক্তার",
    ],
)
def test_a_word_that_begins_like_a_currency_is_none(text: str) -> None:
    found = look(text)
    assert [(money.figure, money.currency) for money in found.totals] == [("9000", "USD")]
    assert not any(said.money for said in found.parts.values())


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12000 RSD", "RSD"),
        ("12000 rs", "INR"),
        ("12000rs.", "INR"),
        ("Rs.12000", "INR"),
        ("12000 рублей", "RUB"),
        ("12000 руб.", "RUB"),
        ("12000 евро", "EUR"),
        ("12000 रु.", "INR"),
    ],
)
def test_a_short_word_for_a_currency_is_no_longer_code(text: str, currency: str) -> None:
    assert [(money.figure, money.currency) for money in look(text).totals] == [("12000", currency)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9000 USD, hotel for one parent included", {"hotel": "included"}),
        ("9000 USD, transparent, hotel included", {"hotel": "included"}),
        ("Included: hotel, the prices arent low", {"hotel": "included"}),
        ("hotel arent included", {"hotel": "excluded"}),
        ("9000 ডলার, ভিসা সহায়তা", {}),
        ("9000 ডলার, নয়টি ইনজেকশন", {}),
        ("হোটেল অন্তর্ভুক্ত নয়", {"hotel": "excluded"}),
        ("9000 دولار، المستشفى نعمل", {}),
        ("Включено: отель для тех, кто едет с пациентом", {"hotel": "included"}),
        ("Включено: КТ, отель", {"tests": "included", "hotel": "included"}),
        ("9000 دولار شامل الفندق في ابريل", {"hotel": "included"}),
    ],
)
def test_a_word_within_a_longer_one_says_nothing(text: str, expected: dict[str, str]) -> None:
    assert standings(text) == expected


@pytest.mark.parametrize("text", ["الثمن 9000 دولار", "ضمن 9000 دولار"])
def test_the_end_of_a_word_for_a_price_is_no_from(text: str) -> None:
    assert not look(text).is_from


@pytest.mark.parametrize("text", ["من 9000 دولار", "تبدأ من 9000 دولار", "ومن 9000 دولار"])
def test_a_price_that_begins_somewhere_is_told_in_arabic(text: str) -> None:
    assert look(text).is_from


@pytest.mark.parametrize("text", ["12000$ за часть лечения", "في كانون 12000 دولار"])
def test_a_word_that_begins_like_an_hour_or_like_was_leaves_a_price_a_price(text: str) -> None:
    found = look(text)
    assert ([money.figure for money in found.totals], found.each, found.old) == (["12000"], (), ())
