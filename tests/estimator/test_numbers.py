"""Numbers are grouped as each language does, after the code of the currency, and read in digits of any script."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from babel.numbers import format_decimal

from estimator.i18n import reader

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("en", "1,250,000.50"),
        ("en-IN", "12,50,000.50"),
        ("hi", "12,50,000.50"),
        ("bn", "12,50,000.50"),
        ("ar", "1,250,000.50"),
        ("es", "1.250.000,50"),
        ("ru", f"1{SPACE}250{SPACE}000,50"),
        ("fr", "1\N{NARROW NO-BREAK SPACE}250\N{NARROW NO-BREAK SPACE}000,50"),
    ],
)
def test_an_amount_is_grouped_as_its_readers_write_it_after_the_code_of_its_currency(
    tag: str, written: str
) -> None:
    assert reader(tag).money("1250000.50", "INR") == f"INR{SPACE}{written}"


@pytest.mark.parametrize(
    ("tag", "begin", "end"),
    [("en", "", ""), ("ar", "\N{LEFT-TO-RIGHT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}")],
)
def test_a_sign_stays_before_its_number_in_a_sentence_that_is_read_from_the_right(
    tag: str, begin: str, end: str
) -> None:
    language = reader(tag)
    assert language.money("-50.00", "USD") == f"{begin}\N{MINUS SIGN}USD{SPACE}50.00{end}"
    assert language.money("50.00", "USD", sign=True) == f"{begin}+USD{SPACE}50.00{end}"
    assert language.number("-5") == f"{begin}\N{MINUS SIGN}5{end}"
    assert language.money("50.00", "USD") == f"USD{SPACE}50.00"
    assert language.money("0.00", "USD", sign=True) == f"USD{SPACE}0.00"


@pytest.mark.parametrize(
    "tag", ["en", "en-IN", "hi", "bn", "ar", "es", "ru", "fr", "de-CH", "fa", "pl", "sw"]
)
@pytest.mark.parametrize("number", ["0", "999", "1000", "12345.6", "123456.075", "12345678901234567890"])
def test_a_number_is_grouped_as_unicode_says_for_its_language(tag: str, number: str) -> None:
    language = reader(tag)
    assert language.number(number) == format_decimal(
        Decimal(number), locale=language.locale, numbering_system="latn", decimal_quantization=False
    )


@pytest.mark.parametrize(
    ("typed", "tag", "number"),
    [
        ("১২", "bn", "12"),
        ("১২।", "bn", "12"),
        ("१२", "hi", "12"),
        ("١٢", "ar", "12"),
        ("۱۲", "fa", "12"),
        ("৪২", "en", "42"),
        ("১,৫০,০০০", "bn", "150000"),
        ("1,50,000.5", "hi", "150000.5"),
        ("1 234", "en", "1234"),
        ("1 50 000", "hi", "150000"),
        ("1 234 567,5", "ru", "1234567.5"),
        (" 12 ", "en", "12"),
        ("- 12", "en", "-12"),
        ("1,50,000", "en-IN", "150000"),
        ("١٬٢٣٤٫٥", "ar", "1234.5"),
        ("١٫٥", "fr", "1.5"),
        ("1 234,5", "fr", "1234.5"),
        ("1 234,5", "ru", "1234.5"),
        ("1.234,5", "es", "1234.5"),
    ],
)
def test_a_number_is_read_in_the_digits_and_marks_of_its_writer(typed: str, tag: str, number: str) -> None:
    assert reader(tag).read_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "tag"),
    [
        ("1 2", "en"),
        ("1 85 0", "ru"),
        ("12 345 6", "fr"),
        ("1.5 0", "en"),
        ("5²", "en"),
        ("²", "hi"),
        ("1,5", "en"),
        ("1.5", "es"),
        ("1.850,5", "en"),
        ("١٬٢٣", "ar"),
        ("١٫٢٫٣", "ar"),
        ("١٬٢٣٤,٥", "ar"),
    ],
)
def test_what_could_be_another_number_is_asked_back(typed: str, tag: str) -> None:
    assert reader(tag).read_number(typed) is None


def test_between_a_day_and_its_time_stands_the_comma_of_the_reader() -> None:
    at = datetime(2026, 5, 4, 11, 14, tzinfo=UTC)
    assert reader("ar").clock(at, "UTC") == "4 مايو 2026، 11:14 (UTC)"
    assert reader("en").clock(at, "UTC") == "4 May 2026, 11:14 (UTC)"
