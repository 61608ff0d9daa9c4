"""Which currency an amount of another clinic's message is in, by all that is written beside it, and no guess."""

from __future__ import annotations

import pytest

from estimator.requests.chat.offer import look


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("250,000 pesos mexicanos", "MXN"),
        ("Total $250,000 pesos mexicanos, 3 sesiones", "MXN"),
        ("Total: 250,000 en pesos mexicanos", "MXN"),
        ("$15,000 M.N.", "MXN"),
        ("$180,000 (MXN)", "MXN"),
        ("Total $9.000.000 colombianos", "COP"),
        ("$9.000.000 colombianos por 3 sesiones", "COP"),
        ("$250,000 (pesos colombianos)", "COP"),
        ("¥180,000 (RMB), 4 sessions", "CNY"),
        ("RMB 180,000", "CNY"),
        ("180,000 yuan", "CNY"),
        ("180000 юаней", "CNY"),
        ("¥180,000 JPY", "JPY"),
        ("180,000 yen", "JPY"),
        ("9000 Canadian dollars", "CAD"),
        ("$9000 Canadian.", "CAD"),
        ("9000 dollars canadiens", "CAD"),
        ("9 000 $ CA", "CAD"),
        ("C$ 9000", "CAD"),
        ("12000 канадских долларов", "CAD"),
        ("12000 دولار كندي", "CAD"),
        ("12000 कनाडाई डॉलर", "CAD"),
        ("12000 কানাডিয়ান ডলার", "CAD"),
        ("500000 белорусских рублей", "BYN"),
        ("12000 جنيه إسترليني", "GBP"),
        ("Rs 500000 PKR", "PKR"),
        ("Цена 9000 у.е. за курс, отель включён", "USD"),
        ("9000 у. е.", "USD"),
        ("9000 уе", "USD"),
        ("у.е. 9000", "USD"),
        ("দাম ৯০০০ ইউএসডি, হোটেল সহ", "USD"),
        ("कुल 9000 यूएसडी", "USD"),
    ],
)
def test_an_exact_word_beside_a_figure_is_its_currency(text: str, currency: str) -> None:
    assert [(money.currency, money.is_doubtful) for money in look(text).totals] == [(currency, False)]


@pytest.mark.parametrize(
    "text",
    [
        "Total $250,000 pesos, 3 sesiones",
        "250,000 pesos",
        "250000 песо",
        "250000 بيزو",
        "250000 पेसो",
        "250000 পেসো",
        "US$ 9000 pesos",
        "$9000 EUR",
        "£9000 USD",
        "¥180,000, 4 sessions",
    ],
)
def test_a_currency_that_is_not_clear_or_contradicts_itself_is_none(text: str) -> None:
    assert [(money.currency, money.is_doubtful) for money in look(text).totals] == [(None, True)]


@pytest.mark.parametrize(
    "text",
    [
        "$9000",
        "$ 9000 dollars",
        "9000 USD for Mexican patients",
        "9000 USD Mexican patients",
        "$9000 Canadian clinic",
        "9000 dollars new price",
        "9000 dollars all included",
        "$9000 top clinic",
        "$ 9000 can be paid later",
        "9000 dollars and Canadian dinner",
        "9000 долларов и отель",
        "9000 американских долларов",
        "9000 अमेरिकी डॉलर",
        "$9000 dólares americanos",
    ],
)
def test_the_usual_meaning_stays_where_no_word_speaks_against_it(text: str) -> None:
    assert [(money.figure, money.currency) for money in look(text).totals] == [("9000", "USD")]


def test_each_amount_has_its_own_currency() -> None:
    found = look("USD 9,000 or EUR 8,500")
    assert [(money.figure, money.currency) for money in found.totals] == [("9,000", "USD"), ("8,500", "EUR")]
    found = look("$250,000 MXN (USD 12,500)")
    assert [(money.figure, money.currency) for money in found.totals] == [
        ("250,000", "MXN"),
        ("12,500", "USD"),
    ]


def test_a_price_for_a_night_in_no_clear_currency_is_one_for_a_night() -> None:
    found = look("Hotel $500 pesos por noche, total 9000 USD")
    assert [money.figure for money in found.totals] == ["9000"]
    assert found.each == ("Hotel $500 pesos por noche",)
