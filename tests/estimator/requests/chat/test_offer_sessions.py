"""Amounts that each belong to one session are no whole price, and what is not applicable is neither in nor out."""

from __future__ import annotations

import pytest

from estimator.requests.chat.offer import look


@pytest.mark.parametrize(
    "text",
    [
        "1st session 4000 USD, 2nd 3000 USD",
        "First session 4000 USD, second 3000 USD",
        "1st session: 4000 USD; 2nd: 3000 USD",
        "4000 USD 1st session, 3000 USD 2nd",
        "Session 1: 4000 USD, Session 2: 3000 USD",
        "Injection 1 - 4000 USD, injection 2 - 3000 USD",
        "Session 1 USD 4000, session 2 USD 3000",
        "4000 USD for the first session and 3000 USD for the second",
        "1re séance 4000 €, 2e 3000 €",
        "Première séance 4000 €, deuxième 3000 €",
        "1ª sesión 4000 USD, 2ª 3000 USD",
        "Primera sesión 4000 USD, segunda 3000 USD",
        "1-й сеанс 4000 USD, 2-й 3000 USD",
        "Первый сеанс 4000 долларов, второй 3000 долларов",
        "الجلسة الأولى 4000 دولار، الثانية 3000 دولار",
        "पहला सत्र 4000 डॉलर, दूसरा 3000 डॉलर",
        "প্রথম সেশন 4000 টাকা, দ্বিতীয় 3000 টাকা",
    ],
)
def test_of_amounts_for_a_session_each_none_is_the_price_and_all_are_told(text: str) -> None:
    found = look(text)
    assert (found.totals, len(found.aside), dict(found.parts)) == ((), 2, {})


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("1st session 4000 USD, 2nd 3000 USD. Total 7000 USD", 2),
        ("Session 3 days 7000 USD", 0),
        ("Injection 2 x 100 million cells 7000 USD", 0),
        ("Your second package 7000 USD", 0),
        ("In the second clinic 7000 USD", 0),
    ],
)
def test_a_whole_price_beside_a_word_for_one_of_several_stays_the_price(text: str, aside: int) -> None:
    found = look(text)
    assert ([money.figure for money in found.totals], len(found.aside)) == (["7000"], aside)


@pytest.mark.parametrize(
    "text",
    [
        "9000 USD net, VAT not applicable",
        "9000 USD, VAT does not apply",
        "9000 USD, VAT N/A",
        "9000 USD, includes hotel, VAT not applicable",
        "9000 USD, TVA non applicable",
        "9000 USD, IVA no aplica",
        "9000 долларов, НДС не применяется",
        "9000 долларов, НДС не облагается",
        "9000 دولار، الضريبة غير مطبقة",
        "9000 डॉलर, जीएसटी लागू नहीं",
        "9000 টাকা, ভ্যাট প্রযোজ্য নয়",
    ],
)
def test_what_is_not_applicable_is_neither_included_nor_excluded(text: str) -> None:
    found = look(text)
    assert ("taxes" in found.parts, found.contradictory) == (False, ())


def test_what_is_not_in_the_price_is_still_told() -> None:
    assert look("9000 USD, no VAT, hotel not included").parts["hotel"].standing == "excluded"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9000 دولار، جلستان، الفندق مشمول", "2"),
        ("9000 دولار مقابل جلستين", "2"),
        ("9000 دولار لحقنتين", "2"),
        ("9000 USD, two sessions", "2"),
        ("9000 € pour trois séances", "3"),
        ("9000 USD por cuatro inyecciones", "4"),
        ("9000 долларов, два сеанса", "2"),
        ("9000 डॉलर, दो सत्र", "2"),
        ("9000 টাকা, দুটি সেশন", "2"),
    ],
)
def test_a_number_of_sessions_is_also_read_in_words(text: str, number: str) -> None:
    assert look(text).sessions == (number,)


@pytest.mark.parametrize("text", ["9000 USD, one or two sessions", "9000 USD, two to three sessions"])
def test_one_out_of_two_numbers_of_sessions_is_none(text: str) -> None:
    assert look(text).sessions == ()
