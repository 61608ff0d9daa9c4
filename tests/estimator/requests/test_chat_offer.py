"""A message of another clinic: its price and what it says of each part are found, and nothing is guessed."""

from __future__ import annotations

import pytest

from estimator.requests import chat_offer
from estimator.requests.chat_money import Money
from estimator.requests.chat_offer import Found, Said, look

INCLUDED, EXCLUDED = Said("included"), Said("excluded")


@pytest.mark.parametrize(
    ("text", "price"),
    [
        (
            "USD 12,000, 4 injections, 10 days, hotel included, flights not included",
            Money("USD 12,000", "12,000", "USD"),
        ),
        (
            "12 000 € pour 4 injections, 10 jours, hôtel compris, vols non compris",
            Money("12 000 €", "12 000", "EUR"),
        ),
        (
            "12.000 euros por 4 inyecciones, 10 noches, hotel incluido pero vuelos aparte",
            Money("12.000 euros", "12.000", "EUR"),
        ),
        (
            "Пакет 12 тыс. долларов: 4 укола, 10 дней, проживание включено, перелёт не входит",
            Money("12 тыс. долларов", "12", "USD", 1000),
        ),
        (
            "١٢٬٠٠٠ دولار، ٤ حقن، ١٠ أيام، الفندق شامل، الطيران غير شامل",
            Money("12٬000 دولار", "12٬000", "USD"),
        ),
        (
            "१२,००० डॉलर, ४ इंजेक्शन, १० दिन, होटल शामिल, टिकट शामिल नहीं",
            Money("12,000 डॉलर", "12,000", "USD"),
        ),
        (
            "১২,০০০ টাকা, ৪টি ইনজেকশন, ১০ দিন, হোটেল অন্তর্ভুক্ত, টিকিট অন্তর্ভুক্ত নয়",
            Money("12,000 টাকা", "12,000", "BDT"),
        ),
    ],
    ids=["en", "fr", "es", "ru", "ar", "hi", "bn"],
)
def test_a_price_and_what_it_is_for_are_found_in_every_language(text: str, price: Money) -> None:
    assert look(text) == Found(
        totals=(price,),
        sessions=("4",),
        days=("10",),
        parts={"cells": INCLUDED, "flights": EXCLUDED, "hotel": INCLUDED},
    )


def standings(text: str) -> dict[str, str]:
    return {part: said.standing for part, said in look(text).parts.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Including hotel, visa, airport pick-up.", {"transfers": "included", "visa": "included", "hotel": "included"}),
        ("Hotel, visa and MRI are included", {"tests": "included", "visa": "included", "hotel": "included"}),
        ("Includes:\n- hotel\nNot included:\n- visa", {"hotel": "included", "visa": "excluded"}),
        ("hotel included but not flights", {"flights": "excluded", "hotel": "included"}),
        ("no hotel, no hidden costs, visa free", {"visa": "included", "hotel": "excluded"}),
        ("no extra charge for the hotel", {"hotel": "included"}),
        ("✅ Hotel\n✅ Visa\n❌ Flights", {"visa": "included", "flights": "excluded", "hotel": "included"}),
        ("❌ Flights\n✅ Hotel", {"flights": "excluded", "hotel": "included"}),
        ("Hotel ✅ Flights ❌", {"flights": "excluded", "hotel": "included"}),
        ("Not included:\n✔ flights\n✔ visa", {"visa": "excluded", "flights": "excluded"}),
        ("Not included: flights USD 900, visa USD 80", {"visa": "excluded", "flights": "excluded"}),
        ("hotel, 10 days", {}),
    ],
)  # fmt: skip
def test_what_is_said_to_be_included_and_what_is_not(text: str, expected: dict[str, str]) -> None:
    assert standings(text) == expected


def test_a_part_that_is_said_to_be_both_is_neither() -> None:
    found = look("Hotel included. The hotel is not included.")
    assert (dict(found.parts), found.contradictory) == ({}, ("hotel",))


def test_amounts_of_parts_are_no_part_of_the_price() -> None:
    found = look("Total USD 8,500: injections USD 8,000, hotel USD 500. MRI extra USD 250")
    assert [money.figure for money in found.totals] == ["8,500"]
    assert found.parts["cells"].money == Money("USD 8,000", "8,000", "USD")
    assert found.parts["tests"] == Said("excluded", Money("USD 250", "250", "USD"))
    assert found.parts["hotel"].money == Money("USD 500", "500", "USD")


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("USD 12,000-15,000", ["12,000", "15,000"]),
        ("from 9,000 to 11,000 usd", ["9,000", "11,000"]),
        ("USD 9,000 or 4 payments", ["9,000"]),
        ("USD 9,000 or INR 8,50,000", ["9,000", "8,50,000"]),
        ("12000", ["12000"]),
    ],
)
def test_of_a_range_both_ends_are_found_and_never_the_low_one_alone(text: str, figures: list[str]) -> None:
    assert [money.figure for money in look(text).totals] == figures


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello dear",
        "-12000 USD",
        "USD -5",
        "Call +91 98765 43210",
        "On 30.11.2026 at 14:30",
        "call 9876543210",
        "in 2026",
        "twelve thousand",
    ],
)
def test_what_is_no_price_is_none(text: str) -> None:
    assert look(text).totals == ()


def test_a_price_for_one_night_is_no_price_of_the_hotel() -> None:
    found = look("Hotel USD 80/night. USD 3,000 per injection")
    assert (found.totals, dict(found.parts)) == ((), {})
    assert found.each == ("Hotel USD 80/night", "USD 3,000 per injection")


@pytest.mark.parametrize("text", ["from USD 9,000", "à partir de 9 000 €", "от 9000 долларов"])
def test_a_price_from_which_others_begin_is_told(text: str) -> None:
    assert look(text).is_from


def test_a_code_says_more_exactly_than_a_sign_what_a_currency_is() -> None:
    assert [money.currency for money in look("$180,000 MXN").totals] == ["MXN"]
    assert [money.currency for money in look("MX$ 180,000").totals] == ["MXN"]
    assert [money.currency for money in look("12,000 ALL INCLUDED").totals] == [None]


@pytest.mark.parametrize(
    "text", ["1," * 2500, "hotel " * 830, "USD " * 1250, "not " * 1250, "9" * 5000, "hotel included " * 330]
)
def test_a_message_of_nothing_but_one_word_is_read_to_its_end(text: str) -> None:
    assert isinstance(look(text), chat_offer.Found)
