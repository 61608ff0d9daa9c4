"""Amounts are rounded once, in the mode that is named, and split so that nothing is lost."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.money import Rounder, as_written, decimals, exactly, plain

D = Decimal
MODES = ["half-up", "half-even", "up", "down"]
UNITS = ["0.01", "0.05", "0.25", "0.5", "1", "10", "0.001", "0.020", "25", "0.000000000000000001", "3"]


@pytest.mark.parametrize(
    ("unit", "exact", "rounded"),
    [
        # half-up, half-even, up, down
        ("0.01", "1.005", ("1.01", "1.00", "1.01", "1.00")),
        ("0.01", "1.015", ("1.02", "1.02", "1.02", "1.01")),
        ("0.01", "-1.005", ("-1.01", "-1.00", "-1.01", "-1.00")),
        ("0.01", "-1.0049", ("-1.00", "-1.00", "-1.01", "-1.00")),
        ("0.01", "-0.004", ("0.00", "0.00", "-0.01", "0.00")),
        ("0.01", "-0.005", ("-0.01", "0.00", "-0.01", "0.00")),
        ("0.01", "0", ("0.00", "0.00", "0.00", "0.00")),
        ("0.01", "-0", ("0.00", "0.00", "0.00", "0.00")),
        ("0.05", "1.025", ("1.05", "1.00", "1.05", "1.00")),
        ("0.05", "1.075", ("1.10", "1.10", "1.10", "1.05")),
        ("0.05", "-1.025", ("-1.05", "-1.00", "-1.05", "-1.00")),
        ("0.05", "-0.01", ("0.00", "0.00", "-0.05", "0.00")),
        ("0.25", "0.3", ("0.25", "0.25", "0.50", "0.25")),
        ("0.25", "-0.375", ("-0.50", "-0.50", "-0.50", "-0.25")),
        ("10", "15", ("20", "20", "20", "10")),
        ("10", "25", ("30", "20", "30", "20")),
        ("10", "-25", ("-30", "-20", "-30", "-20")),
        ("10", "4.999", ("0", "0", "10", "0")),
        ("10", "-4.999", ("0", "0", "-10", "0")),
        ("1", "-0.5", ("-1", "0", "-1", "0")),
        ("0.001", "2.0005", ("2.001", "2.000", "2.001", "2.000")),
        ("0.010", "2.005", ("2.01", "2.00", "2.01", "2.00")),
    ],
)
def test_each_mode_rounds_the_size_of_an_amount(unit: str, exact: str, rounded: tuple[str, ...]) -> None:
    for mode, wanted in zip(MODES, rounded, strict=True):
        money = Rounder(D(unit), mode)  # type: ignore[arg-type]
        assert money.text(money.amount(D(exact))) == wanted
        assert money.text(money.ratio(Fraction(exact))) == wanted


ROUNDERS = st.builds(Rounder, st.sampled_from(UNITS).map(Decimal), st.sampled_from(MODES))
AMOUNTS = st.builds(
    lambda digits, places: Decimal(f"{digits}E-{places}"), st.integers(-(10**12), 10**12), st.integers(0, 20)
)


@given(ROUNDERS, AMOUNTS)
def test_a_rounded_amount_is_the_next_multiple_and_rounds_to_itself(money: Rounder, exact: Decimal) -> None:
    rounded = money.amount(exact)
    assert Fraction(rounded) % Fraction(money.unit) == 0
    assert abs(Fraction(rounded) - Fraction(exact)) < Fraction(money.unit)
    assert money.amount(rounded) == rounded == money.ratio(Fraction(exact))
    assert money.amount(-exact) == -rounded
    text = money.text(rounded)
    assert Decimal(text) == rounded
    assert len(text.partition(".")[2]) == money.decimals
    assert not set(text) & set("Ee+")
    assert not (text.startswith("-") and not rounded)


@given(ROUNDERS, AMOUNTS)
def test_an_amount_that_may_be_finer_is_written_with_all_of_its_digits(
    money: Rounder, exact: Decimal
) -> None:
    for amount in (exact, money.amount(exact)):
        text = money.longer_text(amount)
        assert Decimal(text) == amount
        places = len(text.partition(".")[2])
        assert places == max(money.decimals, decimals(amount))
        assert not set(text) & set("Ee+")
        assert not (text.startswith("-") and not amount)


@given(
    ROUNDERS,
    st.integers(0, 10**9),
    st.lists(
        st.sampled_from(["0", "0.05", "1", "33.3", "33.333333333333333333", "50", "100"]),
        min_size=1,
        max_size=9,
    ),
)
def test_shares_add_up_and_none_is_a_whole_unit_away_from_its_part(
    money: Rounder, units: int, weights: list[str]
) -> None:
    parts = [Decimal(weight) for weight in weights] + [Decimal("0.5")]
    with exactly():
        total = units * money.unit
    shares = money.shares(total, parts)
    exact = [Fraction(total) * Fraction(part) / sum(map(Fraction, parts)) for part in parts]
    assert sum(map(Fraction, shares)) == Fraction(total)
    for share, part, weight in zip(shares, exact, parts, strict=True):
        assert share >= 0
        assert Fraction(share) % Fraction(money.unit) == 0
        assert abs(Fraction(share) - part) < Fraction(money.unit)
        assert weight or not share
    # Who got a unit more had lost at least as much as who did not, and stands earlier where it was the same.
    lost = [part % Fraction(money.unit) for part in exact]
    more = [Fraction(share) > part - rest for share, part, rest in zip(shares, exact, lost, strict=True)]
    for i, got in enumerate(more):
        for j, other in enumerate(more):
            if got and not other:
                assert (-lost[i], i) < (-lost[j], j)


@pytest.mark.parametrize(
    ("unit", "total", "weights", "shares"),
    [
        ("0.01", "0.05", ["50", "50"], ["0.03", "0.02"]),
        ("0.01", "100", ["33.3", "33.3", "33.4"], ["33.30", "33.30", "33.40"]),
        ("0.01", "0.01", ["1", "1", "98"], ["0.00", "0.00", "0.01"]),
        ("1", "100", ["33.5", "33.5", "33"], ["34", "33", "33"]),
        ("0.05", "0.15", ["50", "50"], ["0.10", "0.05"]),
        ("10", "70", ["30", "30", "40"], ["20", "20", "30"]),
        ("0.01", "0", ["100"], ["0.00"]),
    ],
)
def test_what_is_left_goes_to_those_who_lost_most(
    unit: str, total: str, weights: list[str], shares: list[str]
) -> None:
    money = Rounder(D(unit), "half-up")
    assert [
        money.text(share) for share in money.shares(D(total), [D(weight) for weight in weights])
    ] == shares


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "0"), ("-0", "0"), ("0.00", "0"), ("-0.00", "0"), ("0E+5", "0"), ("1E+5", "100000"), ("1.50", "1.5"),
        ("-1.50", "-1.5"), ("100", "100"), ("1E-7", "0.0000001"), ("-100.0", "-100"),
    ],
)  # fmt: skip
def test_plain_numbers_have_no_exponent_no_idle_zeros_and_no_sign_at_zero(number: str, text: str) -> None:
    assert plain(D(number)) == text


@pytest.mark.parametrize(
    ("number", "text"), [("1.480", "1.480"), ("3000", "3000"), ("0.00", "0"), ("1E+3", "1000")]
)
def test_a_number_as_it_was_written_keeps_its_last_zeros(number: str, text: str) -> None:
    assert as_written(Decimal(number)) == text


def test_a_result_that_does_not_fit_is_an_error_and_never_a_rounded_one() -> None:
    with exactly(), pytest.raises(decimal.Inexact):
        D(1) / D(3)
    with exactly():
        assert D("1e900") + D("1e-900") - D("1e900") == D("1e-900")


def test_rounding_does_not_depend_on_the_callers_decimal_context() -> None:
    with decimal.localcontext(decimal.Context(prec=1, Emax=1, Emin=-1, rounding=decimal.ROUND_UP)):
        for unit in ("0.01", "0.05"):
            money = Rounder(D(unit), "half-up")
            assert money.text(money.amount(D("123456.70"))) == "123456.70"
            assert money.text(money.amount(D("-0.001"))) == "0.00"
            assert [money.text(share) for share in money.shares(D("1000.05"), [D(50), D(50)])] == (
                ["500.03", "500.02"] if unit == "0.01" else ["500.05", "500.00"]
            )
