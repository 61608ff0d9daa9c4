"""An amount of money is read as it was meant, and asked back where it can be meant in two ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.figures import unambiguous
from estimator.i18n import reader
from estimator.requests import chat
from estimator.web.typed_money import example, is_of_another, readings
from estimator.wording import is_too_fine
from pricing.currencies import MINOR_UNIT


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1830", "1830"),
        ("1849.50", "1849.5"),
        ("1849,50", "1849.5"),
        ("1,850", "1850"),
        ("1,849.50", "1849.5"),
        ("1.849,50", "1849.5"),
        ("1 849,50", "1849.5"),
        ("1\N{NARROW NO-BREAK SPACE}849,50", "1849.5"),
        ("1'849.50", "1849.5"),
        ("1,50,000", "150000"),
        ("1.850.000", "1850000"),
        ("USD 1850", "1850"),
        ("1850 usd", "1850"),
        ("$1,850", "1850"),
        ("US$1850", "1850"),
        ("١٨٥٠", "1850"),
        ("১৮৫০", "1850"),
        ("१८५०", "1850"),
        ("১,৫০,০০০", "150000"),
        ("१,५०,०००.५०", "150000.5"),
        ("١٬٨٥٠", "1850"),
        ("١٬٨٥٠٫٥٠", "1850.5"),
        ("١٫٨٥٠", "1.85"),
        ("١،٨٥٠", "1850"),
        ("１８５０", "1850"),
        ("0.850", "0.85"),
        ("0", "0"),
        ("1.855", "1855"),
        ("1850 ডলার", "1850"),
        ("১৮৫০ ডলার", "1850"),
        ("১৮৫০।", "1850"),
        ("১৮৫০ ডলার।", "1850"),
        ("१,८५०.५०॥", "1850.5"),
        ("۱۸۵۰۔", "1850"),
        ("1850 دولار", "1850"),
        ("١٨٥٠ دولار أمريكي", "1850"),
        ("1850 долларов", "1850"),
        ("1 850 долл", "1850"),
        ("1850 долл.", "1850"),
        ("1850 у.е.", "1850"),
        ("1850 у. е.", "1850"),
        ("1850 уе", "1850"),
        ("১৮৫০ ইউএসডি", "1850"),
        ("१८५० यूएसडी", "1850"),
        ("1850 долларов США", "1850"),
        ("1 850,50 долларов", "1850.5"),
        ("1850 dólares", "1850"),
        ("1850 dollars", "1850"),
        ("1,850 US dollars", "1850"),
        ("1850 dollars des États-Unis", "1850"),
        ("1850 डॉलर", "1850"),
        ("১৮৫০/-", "1850"),
        ("1850/-", "1850"),
        ("$1850 /-", "1850"),
        ("1850/- ডলার", "1850"),
        ("15k", "15000"),
        ("$15k", "15000"),
        ("15 k USD", "15000"),
        ("1.5k", "1500"),
        ("15 thousand dollars", "15000"),
        ("15 mille", "15000"),
        ("15 mil dólares", "15000"),
        ("15 тыс. долларов", "15000"),
        ("15 ألف دولار", "15000"),
        ("15 हज़ार", "15000"),
        ("১৫ হাজার ডলার", "15000"),
        ("1.5 lakh", "150000"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed: str, amount: str) -> None:
    assert readings(typed, "USD", reader("en")) == [amount]


@pytest.mark.parametrize(
    "typed",
    [
        *("", "abc", "-5", "EUR 1850", "1850 £", "1,2,3", "1.85.0", "1,850,5", "12 or 13", "9" * 41, "12/-5"),
        *(
            "1850 Canadian dollars",
            "1850 টাকা",
            "-5 dollars",
            "dollars",
            "1850 dollars 50",
            "1850 dollars only",
            "15k-20k",
            "15 kr",
            "15L",
            "k",
            "15kg",
            "15 k EUR",
        ),
    ],
)
def test_what_is_no_amount_in_the_list_s_currency_is_never_guessed(typed: str) -> None:
    assert readings(typed, "USD", reader("en")) == []


@pytest.mark.parametrize(
    ("typed", "amount"), [("8.5L", "850000"), ("INR 8.5 L", "850000"), ("₹1.2 Cr", "12000000")]
)
def test_rupees_are_shortened_as_in_india(typed: str, amount: str) -> None:
    assert readings(typed, "INR", reader("en")) == [amount]


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("1850 টাকা", "USD"),
        ("১৮৫০ টাকা", "USD"),
        ("1850 جنيه", "USD"),
        ("Rs 1850", "USD"),
        ("Rs.1850/-", "USD"),
        ("1850 рублей", "USD"),
        ("1850 руб.", "USD"),
        ("1850 долл.", "INR"),
        ("€1850", "USD"),
        ("1850 EUR", "USD"),
        ("15k EUR", "USD"),
        ("1850 रुपये", "USD"),
        ("1850 tk", "USD"),
        ("Tk. 1,850", "USD"),
        ("১৮৫০ টাকা।", "USD"),
        ("1850 dirhams", "USD"),
        ("1850 Canadian dollars", "USD"),
        ("1850 dollars", "EUR"),
        ("$1850", "INR"),
    ],
)
def test_another_currency_is_told_from_what_is_no_amount(typed: str, currency: str) -> None:
    assert is_of_another(typed, currency)
    assert readings(typed, currency, reader("en")) == []


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("", "USD"),
        ("abc", "USD"),
        ("1850", "USD"),
        ("1850 dollars", "USD"),
        ("12 or 13", "USD"),
        ("about 1850", "USD"),
        ("1850 de", "USD"),
        ("-5", "USD"),
        ("1850 টাকা", "BDT"),
        ("1850 tk", "BDT"),
        ("Rs 1850", "PKR"),
        ("$1850", "MXN"),
        ("1850 dollars", "CAD"),
        ("9" * 10_000 + " টাকা", "USD"),
    ],
)
def test_nothing_else_is_taken_for_another_currency(typed: str, currency: str) -> None:
    assert not is_of_another(typed, currency)


def test_dollars_are_meant_as_those_of_the_united_states_by_their_own_lists_alone() -> None:
    found = [readings("1850 dollars", code, reader("en")) for code in ("USD", "CAD", "EUR")]
    assert found == [["1850"], [], []]
    assert readings("1850 тенге", "KZT", reader("ru")) == ["1850"]


@pytest.mark.parametrize("typed", ["1850 abc", "১৮৫০ abc", "1,850 abc", "2400 abc", "abc"])
def test_an_example_does_not_repeat_the_number_that_was_typed(typed: str) -> None:
    assert example(typed, "1850", "2400") == ("2400" if typed[0] in "1১" else "1850")


@pytest.mark.parametrize(
    ("typed", "currency", "language"),
    [
        ("1.850", "USD", "en"),
        ("1,850", "USD", "de"),
        ("1.850", "KWD", "en"),
        ("1,850", "KWD", "en"),
        ("1.850", "USD", "fr"),
    ],
)
def test_what_can_be_thousands_or_cents_is_both(typed: str, currency: str, language: str) -> None:
    assert readings(typed, currency, reader(language)) == ["1850", "1.85"]


@pytest.mark.parametrize("typed", ["1.850", "1,850"])
def test_a_currency_without_cents_has_one_reading_only(typed: str) -> None:
    assert readings(typed, "JPY", reader("en")) == ["1850"]


@pytest.mark.parametrize(
    ("amount", "currency", "fine"),
    [
        ("100.5", "JPY", True),
        ("100", "JPY", False),
        ("0.0001", "USD", True),
        ("1849.5", "USD", False),
        ("1849.55", "USD", False),
        ("1.234", "KWD", False),
        ("1.2345", "KWD", True),
    ],
)
def test_an_amount_may_be_finer_than_its_currency(amount: str, currency: str, fine: bool) -> None:
    assert is_too_fine(amount, currency) is fine


@given(
    amount=st.decimals(min_value=0, max_value=10**9, places=3),
    currency=st.sampled_from(["USD", "JPY", "KWD", "INR"]),
    language=st.sampled_from(["en", "de", "fr", "hi", "ar"]),
)
def test_what_a_button_fills_in_is_never_asked_back(amount: object, currency: str, language: str) -> None:
    places = {"1": 0, "0.01": 2, "0.001": 3}[str(MINOR_UNIT[currency])]
    plain = f"{amount:.{places}f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    assert readings(unambiguous(plain), currency, reader(language)) == [plain]


@pytest.mark.parametrize(
    "typed",
    ["$15000 pesos", "¥15000", "¥15000 RMB", "$15000 colombianos", "15000 Canadian dollars", "$15000 EUR"],
)
def test_a_budget_and_the_message_of_another_clinic_agree_on_what_is_no_dollar(typed: str) -> None:
    assert readings(typed, "USD", reader("en")) == []
    assert [money.currency == "USD" for money in chat.offer.look(typed).totals] == [False]
