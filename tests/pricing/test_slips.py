"""What looks like a slip is told at its place: a digit too many, a day too far, a tier that is never reached."""

from __future__ import annotations

from datetime import date

import pytest

import pricing
from tests.pricing.test_lint import CAREFUL, charge, vials

TODAY = date(2026, 1, 1)


def told(text: str, before: str | None = None, today: date | None = None) -> list[tuple[str, str]]:
    """Place and kind of each slip."""
    old = None if before is None else pricing.read(before)
    return [(one.place, one.kind) for one in pricing.slips(pricing.read(text), old, today)]


def test_a_careful_list_has_no_slips() -> None:
    assert told(CAREFUL, CAREFUL, TODAY) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "kind"),
    [
        ("price = 4000", "price = 40000", "charge.own.price", "tenfold"),
        ("price = 4000", "price = 400", "charge.own.price", "a_tenth"),
        ("price = 4000", "price = 41000", "charge.own.price", "tenfold"),
        ("price = 4000", "price = -40000", "charge.own.price", "below_zero"),
        ("price = 4000", "price = 39999", "", ""),
        ("price = 4000", "price = 0", "", ""),
        ("price = 280", "price = 2800", "charge.ward.volume[1].price", "tenfold"),
        ("price = 11000", "price = 1100", "package.three.price", "a_tenth"),
        (
            "price = 900",
            "price = { low = 900, likely = 950, high = 9000 }",
            "charge.training.price",
            "tenfold",
        ),
    ],
)
def test_a_price_is_compared_with_that_of_the_version_before(
    old: str, new: str, place: str, kind: str
) -> None:
    assert told(CAREFUL.replace(old, new), CAREFUL) == ([(place, kind)] if place else [])


def test_a_charge_of_another_kind_of_price_or_in_another_currency_is_not_compared() -> None:
    tiers = CAREFUL.replace("price = 900", "volume = [{ price = 9000 }]")
    assert told(tiers, CAREFUL) == []
    yen = CAREFUL.replace('"USD"', '"JPY"').replace("price = 4000", "price = 400000")
    assert told(yen, CAREFUL) == []


def test_a_percentage_is_compared_too_whatever_the_currency() -> None:
    tax = '\n[tax.vat]\nlabel = { en = "x", ar = "y" }\npercent = {0}\nof = ["care"]\n'
    fee = charge("fee", "percent = {0}\nof = ['care']")
    old, new = ((CAREFUL + fee + tax).replace("{0}", number) for number in ("1.5", "15"))
    wanted = [("charge.fee.percent", "tenfold"), ("tax.vat.percent", "tenfold")]
    assert told(new, old) == told(new.replace('"USD"', '"JPY"'), old) == wanted


DEPOSIT = (
    charge("consultation", "price = 500")
    + charge("credit", "price = -500")
    + """
[payment.deposit]
label = { en = "Deposit", ar = "x" }
due = { en = "first", ar = "x" }
amount = 500
"""
)
REST = """
[payment.rest]
label = { en = "Rest", ar = "x" }
due = { en = "then", ar = "x" }
percent = 100
"""


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({}, []),
        ({"price = 500": "price = 550"}, ["charge.credit.price", "payment.deposit.amount"]),
        ({"price = 500": "price = 550", "amount = 500": "amount = 550"}, ["charge.credit.price"]),
        ({"price = 500": "price = 550", "price = -500": "price = -550"}, ["payment.deposit.amount"]),
        ({"price = 500": "on_request = true"}, []),
        ({"amount = 500": "amount = 400"}, []),
    ],
)
def test_a_payment_or_credit_that_repeats_a_price_that_changed_is_told(
    changes: dict[str, str], places: list[str]
) -> None:
    old = new = CAREFUL + DEPOSIT + REST
    for before, after in changes.items():
        new = new.replace(f"\n{before}\n", f"\n{after}\n")
    assert told(new, old) == [(place, "repeats_old_price") for place in places]


def test_what_repeats_a_price_is_not_told_in_another_currency() -> None:
    old = CAREFUL + DEPOSIT + REST
    assert told(old.replace('"USD"', '"EUR"').replace("\nprice = 500\n", "\nprice = 550\n"), old) == []


def test_what_was_not_in_the_version_before_is_not_compared() -> None:
    assert told(CAREFUL + charge("more", "price = 1"), CAREFUL) == []


@pytest.mark.parametrize(
    ("price", "place"),
    [
        ("graduated = [{ up_to = 2, price = 1 }, { up_to = 3, price = 2 }, { price = 3 }]", "graduated[2]"),
        ("volume = [{ up_to = 3, price = 1 }, { up_to = 4, price = 2 }, { price = 3 }]", "volume[1]"),
        ("graduated = [{ up_to = 2, price = 1 }, { price = 3 }]", ""),
        ("times = 2\ngraduated = [{ up_to = 5, price = 1 }, { price = 3 }]", ""),
        ("included = 3\ngraduated = [{ up_to = 5, price = 1 }, { price = 3 }]", ""),
    ],
)
def test_a_tier_above_the_most_that_can_be_answered_is_told(price: str, place: str) -> None:
    text = CAREFUL + vials("") + charge("vials", f"per = 'vials'\n{price}")
    assert told(text) == ([(f"charge.vials.{place}", "tier_never_reached")] if place else [])


def test_a_price_finer_than_its_currency_is_a_slip() -> None:
    yen = CAREFUL.replace('"USD"', '"JPY"').replace("price = 4000", "price = 630.000")
    assert told(yen) == [("charge.own.price", "finer_than_currency")]


@pytest.mark.parametrize(
    ("day", "far"), [("2027-01-02", False), ("2027-01-03", True), ("9999-12-31", True), ("2020-01-01", False)]
)
def test_a_first_day_more_than_a_year_away_is_told_to_whoever_knows_the_day(day: str, far: bool) -> None:
    text = CAREFUL.replace("2026-01-01", day)
    assert told(text, today=TODAY) == ([("valid_from", "far_first_day")] if far else [])
    assert told(text) == []


def test_lint_tells_what_became_ten_times_as_much() -> None:
    new = pricing.read(CAREFUL.replace("price = 4000", "price = 40000"))
    assert [one.kind for one in pricing.lint(new, pricing.read(CAREFUL))] == ["tenfold"]


@pytest.mark.parametrize(
    ("rest", "place"),
    [
        ("per = 'nights'\nprice = -5", "price"),
        ("per = 'nights'\nprice = { low = -5, likely = 3, high = 5 }", "price"),
        ("price = { low = -5, likely = 0, high = 5 }", "price"),
        ("per = 'nights'\nvolume = [{ up_to = 7, price = 5 }, { price = 4, flat = -1 }]", "volume[1].flat"),
        ("price = -5", ""),
        ("price = { low = -9, likely = -5, high = 0 }", ""),
        ("percent = -5\nof = ['care']", ""),
        ("per = 'nights'\non_request = true", ""),
        ("per = 'nights'\nprice = 0", ""),
    ],
)
def test_a_price_below_nothing_is_told_unless_it_is_an_amount_taken_off_once(rest: str, place: str) -> None:
    found = told(CAREFUL + charge("less", rest))
    assert found == ([(f"charge.less.{place}", "below_zero")] if place else [])


def test_an_ordinary_price_that_gets_a_minus_is_told_and_a_discount_of_the_version_before_is_not() -> None:
    once, off = charge("once", "price = 5"), charge("once", "price = -5")
    assert told(CAREFUL + off, CAREFUL + once) == [("charge.once.price", "below_zero")]
    each = charge("less", "per = 'nights'\nprice = -5")
    assert told(CAREFUL + each, CAREFUL + each) == []
    assert told(CAREFUL + each, CAREFUL + charge("less", "percent = 5\nof = ['care']")) == [
        ("charge.less.price", "below_zero")
    ]


def test_a_package_below_nothing_is_told_with_its_figure() -> None:
    text = CAREFUL.replace("price = 11000", "price = { low = -20, likely = 10, high = 30 }")
    (one,) = pricing.slips(pricing.read(text))
    assert (one.place, one.kind, one.values) == ("package.three.price", "below_zero", {"given": "-20"})
    assert one.text.startswith("The price is -20, below 0")
    assert told(text, text) == []
