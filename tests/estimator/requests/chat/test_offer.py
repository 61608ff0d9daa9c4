"""A message of another clinic: its price and what it says of each part are found, and nothing is guessed."""

from __future__ import annotations

import pytest

from estimator.requests.chat import offer
from estimator.requests.chat.offer import Found, Said, look
from estimator.requests.chat.prices import Money

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
    assert isinstance(look(text), offer.Found)


@pytest.mark.parametrize("text", ["hotel included " * 330, "hotel extra free " * 290, "الفندق شامل " * 400])
def test_of_more_words_than_a_sentence_has_nothing_is_said(text: str) -> None:
    assert dict(look(text).parts) == {}


@pytest.mark.parametrize(
    "text",
    [
        "The price is 12000 dollars and includes 4 injections and 10 days in hospital, hotel 60 dollars per night",
        "Le prix est 12000 euros, comprend 4 injections, hôtel 60 euros par nuit, visa non compris",
        "El precio es 12000 dólares, incluye 4 inyecciones y 10 días, hotel 60 dólares por noche",
        "Цена 12000 долларов, включает 4 укола, гостиница 60 долларов в сутки",
        "تكلفة العلاج ١٢٠٠٠ دولار تشمل ٤ حقن و١٠ أيام إقامة في المستشفى، الفندق ٦٠ دولار لليلة",
        "इसमें शामिल: 4 इंजेक्शन, होटल 60 डॉलर प्रति रात",
        "অন্তর্ভুক্ত: 4 ইনজেকশন, হোটেল প্রতি রাত 60 ডলার",
        "Total 12000 USD. It includes hotel 60 USD per night and visa.",
        "Includes visa, hotel, 60 USD per night",
        "Includes visa and 60 USD per night hotel",
        "Hotel included. Hotel 60 USD per night",
        "✅ Hotel 60 USD per night",
        "Includes 4 injections, hotel 500 USD",
        "It includes hotel 500 USD and visa",
    ],
)
def test_a_part_with_an_amount_behind_included_is_not_said_to_be_included(text: str) -> None:
    found = look(text)
    assert "hotel" in found.unclear
    assert found.parts.get("hotel", Said()).standing == ""


def test_an_amount_before_the_word_included_leaves_its_part_included() -> None:
    assert look("USD 12,000, hotel USD 500 included") == look("USD 12,000, hotel USD 500 included, ")
    assert look("USD 12,000, hotel USD 500 included").parts["hotel"].standing == "included"
    assert look("USD 12,000, hotel USD 60 per night not included").parts["hotel"].standing == "excluded"


@pytest.mark.parametrize(
    "text",
    [
        "hotel 60$ daily",
        "hotel 60$ a day",
        "hotel 60$/day",
        "hotel 60 dollars/night",
        "hotel 60$ each day",
        "hotel 60$ p.n.",
        "hotel 60$ pp",
        "hotel 60 USD pppn",
        "nightly rate of the hotel: 60$",
        "hotel 60$ x 10 nights",
        "hotel 10 nights x 60$",
        "hôtel 60 euros la nuitée",
        "hôtel 60 euros par jour",
        "interprète 50 € la journée",
        "hotel 60 dólares al día",
        "hotel 60 dólares diarios",
        "hotel 60 dólares la noche",
        "переводчик 50$ в день",
        "гостиница 60 долларов в сутки",
        "гостиница 60 долларов/сутки",
        "переводчик 50$ с человека",
        "الفندق 60 دولار في الليلة",
        "الفندق 60 دولار يوميا",
        "المترجم 50 دولار باليوم",
        "होटल 60 डॉलर रोज",
        "होटल एक रात का 60 डॉलर",
        "হোটেল 60 ডলার দৈনিক",
        "হোটেল দিনে 60 ডলার",
    ],
)
def test_a_price_for_one_of_several_is_told_in_every_language(text: str) -> None:
    found = look(text)
    assert (len(found.each), found.totals, dict(found.parts)) == (1, (), {})


@pytest.mark.parametrize(
    "text",
    ["12000$ в частной клинике", "10 दिन का 12000 डॉलर", "10 أيام 12000 دولار", "12000 USD for 10 days"],
)
def test_a_price_for_all_days_is_no_price_for_one(text: str) -> None:
    assert [money.figure for money in look(text).totals] == ["12000"]


@pytest.mark.parametrize(
    "text",
    [
        "9k usd for 3 sessions, 13k for 5",
        "9000 usd for 3 sessions, 13000 for 5",
        "9k for 3 sessions, 13k usd for 5",
    ],
)
def test_a_bare_figure_beside_other_prices_is_one(text: str) -> None:
    found = look(text)
    assert (len(found.totals), found.sessions) == (2, ("3", "5"))


def test_millions_of_cells_are_no_price() -> None:
    assert [money.figure for money in look("12000 usd, 4 x 200 million cells, 100k cells").totals] == [
        "12000"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "9800 USD (was 13500 USD)",
        "Was $13500 now $9800",
        "$13500 before, $9800 today",
        "$9800 only (old price 13500)",
        "$9800 instead of $13500",
        "~$13500~ $9800",
        "Regular price $13500. Today: $9800",
        "9800 € au lieu de 13500 €",
        "ancien prix 13500 euros, prix 9800 euros",
        "9800 euros en lugar de 13500 euros",
        "antes 13500 euros, ahora 9800 euros",
        "9800$ вместо 13500$",
        "старая цена 13500$, новая 9800$",
        "раньше 13500 долларов, сейчас 9800 долларов",
        "9800 دولار بدلا من 13500 دولار",
        "السعر القديم 13500 دولار والسعر الجديد 9800 دولار",
        "13500 डॉलर की जगह 9800 डॉलर",
        "पहले 13500 डॉलर था अब 9800 डॉलर",
        "১৩৫০০ টাকার পরিবর্তে ৯৮০০ টাকা",
        "আগের দাম ১৩৫০০ টাকা, এখন ৯৮০০ টাকা",
    ],
)
def test_a_price_that_is_no_more_is_told_and_not_taken(text: str) -> None:
    found = look(text)
    assert [money.figure for money in found.totals] == ["9800"]
    assert [money.figure for money in found.old] == ["13500"]
    assert "cells" not in found.parts


@pytest.mark.parametrize(
    "text", ["Pay USD 9800 before travel", "The treatment is usually USD 9800", "9800 euros avant le voyage"]
)
def test_a_price_to_pay_before_something_still_holds(text: str) -> None:
    found = look(text)
    assert ([money.figure for money in found.totals], found.old) == (["9800"], ())


def test_an_amount_above_the_one_that_is_called_whole_is_no_part_of_it() -> None:
    found = look("Total USD 9,800. USD 13,500")
    assert [money.figure for money in found.totals] == ["9,800", "13,500"]
    assert "cells" not in found.parts


@pytest.mark.parametrize(
    "text",
    [
        "4 inj of stem cell",
        "4 stem cell injections",
        "4 UC-MSC injections",
        "4 inj. of cells",
        "4 введения стволовых клеток",
        "4 aplicaciones",
        "4 إبر",
        "4 इन्जेक्शन",
        "4টি ইঞ্জেকশন",
    ],
)
def test_short_and_other_words_for_injections_give_their_number(text: str) -> None:
    assert look(text).sessions == ("4",)


def test_an_abbreviation_ends_no_sentence() -> None:
    assert [money.figure for money in look("Package Rs. 850000").totals] == ["850000"]
