"""A rounded total: short, close to the exact one, and never less than was promised."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.i18n import reader
from estimator.wording import rounding
from pricing.stored import Cases

ENGLISH = reader("en")


def cases(low: str, likely: str, high: str) -> Cases:
    return {"low": low, "likely": likely, "high": high}


def said(*amounts: str, currency: str = "USD", incomplete: bool = False) -> tuple[str, str | None] | None:
    found = rounding.about(cases(*amounts), currency, ENGLISH, incomplete=incomplete)
    if found is None:
        return None
    plain = [None if text is None else text.replace("\xa0", " ") for text in (found.amount, found.span)]
    assert plain[0] is not None
    return plain[0], plain[1]


def test_a_total_and_its_range_are_said_to_three_digits() -> None:
    assert said("15909.35", "16910.10", "25300.15") == ("about USD 16,900", "probably 15,900 to 25,400")
    assert said("3347600", "3347600", "3347600", currency="JPY") == ("about JPY 3,350,000", None)
    assert said("812.50", "812.50", "812.50") == ("about USD 813", None)
    assert said("0.40", "9.40", "12.00") == ("about USD 9", "probably 0 to 12")


def test_a_range_is_rounded_outwards_so_that_it_holds_the_exact_one() -> None:
    assert said("14387.00", "14395.50", "14411.00") == ("about USD 14,400", "probably 14,300 to 14,500")


def test_a_total_that_is_short_already_is_said_once() -> None:
    assert said("8100", "8100", "8100") is None
    assert said("0.00", "0.00", "0.00") is None


def test_at_least_stands_before_the_lowest_that_is_counted() -> None:
    assert said("17017.80", "19483.83", "27473.84", incomplete=True) == (
        "about USD 19,500 so far",
        "at least USD 17,000; what is counted: probably up to 27,500",
    )
    assert said("8128", "8128", "8128", incomplete=True) == ("at least USD 8,120", None), (
        "no “about” beside it"
    )


def test_what_may_come_to_less_is_not_at_least_and_so_is_rounded_to_the_nearest() -> None:
    assert said("28175.00", "29656.10", "38754.00", incomplete=True) == (
        "about USD 29,700 so far",
        "at least USD 28,100; what is counted: probably up to 38,800",
    )


@pytest.mark.parametrize("likely", ["999.99", "1000.00", "99999", "1e19", "-12345.67"])
def test_odd_totals_are_said_too(likely: str) -> None:
    assert said(likely, likely, likely) is None or "USD" in (said(likely, likely, likely) or ("",))[0]


def test_a_number_that_nobody_can_read_is_not_said_shorter() -> None:
    assert said("1e20", "1e20", "1e20") is None


@given(st.decimals("0", "1e15", places=2))
def test_no_total_is_rounded_below_itself_by_more_than_its_precision(likely: Decimal) -> None:
    to = rounding.precision(likely)
    assert abs(rounding.rounded(likely, to) - likely) <= to / 2
    assert 0 <= likely - rounding.rounded(likely, to, down=True) < to
    assert likely < 1 or to * 100 <= likely or to == 1
