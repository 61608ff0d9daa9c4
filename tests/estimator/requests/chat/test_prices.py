"""Amounts of a message as people shorten them: thousands, lakhs, crores, and both ends of a range."""

from __future__ import annotations

import pytest

from estimator.requests.chat import old_prices, prices


def amounts(text: str) -> list[tuple[int, str | None]]:
    """Return what the amounts of a text come to, each with its currency."""
    return [(int(old_prices.largest(money)), money.currency) for money in prices.amounts_in(text)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Total package Rs 8.5 L for 3 injections", 850_000),
        ("Total Rs 8.5L", 850_000),
        ("INR 8.5L all inclusive", 850_000),
        ("8.5L INR", 850_000),
        ("Rs 8.5l", 850_000),
        ("8.5lk INR", 850_000),
        ("Rs. 8.5L/-", 850_000),
        ("₹8.5L", 850_000),
        ("8.5 lakhs INR", 850_000),
        ("INR 8.5 lacs", 850_000),
        ("1.2 Cr INR", 12_000_000),
        ("INR 1.2Cr", 12_000_000),
        ("Rs 1.2 crore", 12_000_000),
        ("1.2 करोड़ रुपये", 12_000_000),
        ("8.5 लाख रुपये", 850_000),
    ],
)
def test_lakhs_and_crores_are_read_however_they_are_shortened(text: str, number: int) -> None:
    assert amounts(text) == [(number, "INR")]


def test_a_crore_is_read_in_bengali() -> None:
    assert amounts("1.2 কোটি টাকা") == [(12_000_000, "BDT")]


@pytest.mark.parametrize("text", ["5 L oxygen", "level 3 L", "room 4 CR", "2 l of water, 9000 USD"])
def test_a_letter_without_a_currency_makes_nothing_larger(text: str) -> None:
    assert all(money.times == 1 for money in prices.numbers_in(text))


@pytest.mark.parametrize(
    "text",
    [
        "9k–11k USD",
        "9k-11k USD",
        "9k - 11k USD",
        "$9k-$11k",
        "9-11k USD",
        "USD 9k/11k",
        "9k/11k USD",
        "9k to 11k USD",
        "9k to 11000 USD",
        "USD 9k-11",
        "USD 9000/11000",
        "9 тыс. - 11 тыс. долларов",
        "9 à 11 mille dollars",
    ],
)
def test_both_ends_of_a_range_of_thousands_are_read(text: str) -> None:
    assert amounts(text) == [(9_000, "USD"), (11_000, "USD")]


@pytest.mark.parametrize(
    "text", ["USD 9000/month", "USD 9,000 / 3 sessions", "9000 USD, 30/11/2026", "USD 9000/10 days"]
)
def test_what_stands_behind_a_stroke_is_no_other_end(text: str) -> None:
    assert amounts(text) == [(9_000, "USD")]


def test_every_word_that_makes_a_figure_larger_is_read_in_a_field_too() -> None:
    typed = ("3l", "3lk", "3L", "3 lakh", "3lac")
    assert {each: prices.without_times(each, "INR") for each in typed} == dict.fromkeys(typed, ("3", 100_000))
