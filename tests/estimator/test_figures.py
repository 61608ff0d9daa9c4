"""A figure is read as people write it; where it can be meant in two ways, both readings are given and none is taken."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator import figures


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("31,50", "31.50"),
        ("31.50", "31.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("2 400,00 EUR", "2400.00"),
        ("€ 2400", "2400"),
        ("-€2.400,5", "-2400.5"),
        ("EUR -5", "-5"),
        ("+4", "4"),
        ("\N{MINUS SIGN}2,5", "-2.5"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,23,456", "123456"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("১২১.৫", "121.5"),
        ("١٬٢٣٤٫٥", "1234.5"),
    ],
)
def test_a_figure_is_read_as_it_is_written(typed: str, number: str) -> None:
    assert figures.only(typed, "EUR") == Decimal(number)


@given(st.from_regex(r"[0-9]{1,5}([.,][0-9]{1,4})?", fullmatch=True))
def test_a_figure_means_the_same_with_and_without_what_people_put_around_it(typed: str) -> None:
    assert (
        figures.readings(typed) == figures.readings(f" {typed} ") == figures.readings(f"EUR {typed}", "EUR")
    )


@pytest.mark.parametrize(
    ("typed", "both"),
    [
        ("1.234", ("1234", "1.2340")),
        ("2,500", ("2500", "2.50")),
        ("-1.480", ("-1480", "-1.48")),
        ("EUR 1.480", ("1480", "1.48")),
        ("12,345", ("12345", "12.3450")),
    ],
)
def test_what_can_be_meant_in_two_ways_is_both_and_each_can_be_typed(
    typed: str, both: tuple[str, str]
) -> None:
    assert figures.both(typed, "EUR") == both
    assert figures.only(typed, "EUR") is None
    for one in both:
        assert figures.only(one) == Decimal(one)


@pytest.mark.parametrize(
    "typed", ["", "-", "+-5", "1,2,3", "(6300)", "USD 5", "5 %", "31.50.", "12 or 13", "5²", "9" * 61]
)
def test_what_is_no_figure_is_none(typed: str) -> None:
    assert figures.readings(typed, "EUR") == []


def test_a_percentage_has_its_sign_only_where_one_is_asked_for() -> None:
    assert figures.only("4,5 %", percent=True) == Decimal("4.5")
    assert figures.only("4,5 %") is None


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("322.40000000000003", "322.4"),
        ("13.799999999999999", "13.8"),
        ("0.30000000000000004", "0.3"),
        ("1e21", "1E+21"),
        ("2400.0", "2400"),
    ],
)
def test_what_a_spreadsheet_keeps_loses_how_a_computer_counts(kept: str, shown: str) -> None:
    assert figures.exact(kept) == Decimal(shown)


@pytest.mark.parametrize("kept", ["nan", "inf", "12 pieces"])
def test_what_is_no_number_is_refused(kept: str) -> None:
    with pytest.raises(ValueError, match=kept):
        figures.exact(kept)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_price_comes_back_from_its_plain_digits(number: Decimal) -> None:
    assert figures.only(format(number, "f")) == number


@given(st.text("0123456789.,' -+%€", max_size=20))
def test_no_text_has_more_than_two_readings(typed: str) -> None:
    assert len(figures.readings(typed, "EUR", percent=True)) <= 2
