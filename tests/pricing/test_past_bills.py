"""Past bills tell how often ranges came true, and which range holds the next bill in 90 of 100 cases."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest

from pricing.past_bills import FEW, LEAST, Case, held, record, trend
from tests.support import simulated_clinics
from tests.support.simulated_clinics import HELD_OUT, TRIED, Drawn

CENT = Decimal("0.01")


def case(bill: str, likely: str = "1000.00", low: str = "900.00", high: str = "1100.00") -> Case:
    return Case(Decimal(low), Decimal(likely), Decimal(high), Decimal(bill))


def bills(*amounts: int) -> list[Case]:
    return [case(f"{amount}.00") for amount in amounts]


@pytest.mark.parametrize(
    ("bill", "inside"), [("899.99", False), ("900.00", True), ("1100.00", True), ("1100.01", False)]
)
def test_the_ends_of_a_range_are_inside_of_it(bill: str, inside: bool) -> None:
    assert case(bill).is_inside == inside


def test_of_fewer_than_11_bills_nothing_is_told() -> None:
    assert record(bills(*[1000] * (FEW - 1))) is None
    assert record(bills(*[1000] * FEW)) is not None


def test_a_record_tells_how_many_were_inside_and_the_ratio_in_the_middle() -> None:
    found = record(bills(800, 950, 1000, 1010, 1020, 1030, 1040, 1050, 1200, 1300, 1400, 1500))
    assert found is not None
    assert (found.count, found.inside) == (12, 7)
    assert found.median == Fraction(104, 100), "of the two in the middle the larger one"


def test_of_fewer_than_19_bills_no_range_can_hold_90_of_100() -> None:
    assert held(bills(*range(1000, 1000 + LEAST - 1))) is None
    found = held(bills(*range(1000, 1000 + LEAST)))
    assert found is not None
    assert (found.low, found.high) == (Fraction(1000, 1000), Fraction(1018, 1000))


@pytest.mark.long
def test_it_holds_at_least_90_of_100_gaps_and_never_one_more_than_it_must() -> None:
    for count in range(LEAST, 400):
        found = held(bills(*range(1, count + 1)))
        assert found is not None
        first, last = (int(ratio * 1000) for ratio in (found.low, found.high))
        gaps = Fraction(last - first, count + 1)
        assert Fraction(90, 100) <= gaps < Fraction(90, 100) + Fraction(1, count + 1), count
        left_out_below, left_out_above = first, count + 1 - last
        assert left_out_below - left_out_above in (0, 1), "a bill above the range is worse than one below"


def test_the_order_of_bills_and_the_size_of_estimates_do_not_matter() -> None:
    small = bills(*range(900, 930))
    large = [case(f"{each.bill * 7}", "7000.00", "1.00", "9000.00") for each in reversed(small)]
    assert held(large) == held(small)


def test_a_range_is_rounded_outwards_to_the_steps_of_the_currency() -> None:
    found = held([case("1000.00", likely="3000.00")] * 10 + [case("2000.00", likely="3000.00")] * 10)
    assert found is not None
    assert found.around(Decimal("100.00"), CENT) == (Decimal("33.33"), Decimal("66.67"))
    assert found.around(Decimal(100), Decimal(5)) == (Decimal(30), Decimal(70))


def inside(known: Sequence[Drawn], later: Sequence[Drawn]) -> Fraction | None:
    """Return the part of later bills that the range of the known ones holds."""
    found = held([Case(*each) for each in known])
    if found is None:
        return None
    ranges = [found.around(each.likely, CENT) for each in later]
    held_bills = [low <= each.bill <= high for each, (low, high) in zip(later, ranges, strict=True)]
    return Fraction(sum(held_bills), len(held_bills))


def test_bills_that_come_to_be_higher_or_lower_are_told_of() -> None:
    rising = bills(*range(1000, 1020))
    assert (trend(rising), trend(rising[::-1])) == ("rising", "falling")
    assert trend(rising[::2] + rising[1::2][::-1]) is None
    assert trend(bills(*[1000] * 40)) is None, "of equal ones the order is kept, and says nothing"
    assert trend([]) is None


@pytest.mark.long
def test_of_bills_in_any_order_hardly_any_are_said_to_rise_or_fall() -> None:
    told = [
        trend([Case(*each) for each in clinic.known]) is not None
        for clinic in simulated_clinics.clinics(TRIED)
        if clinic.kind != "drift"
    ]
    assert sum(told) <= len(told) * Fraction(2, 100)


def test_of_more_than_a_thousand_clinics_the_mean_share_of_bills_inside_is_what_it_promises() -> None:
    shares = [
        inside(clinic.known, clinic.later)
        for clinic in simulated_clinics.clinics(HELD_OUT)
        if clinic.kind not in ("drift", "few")
    ]
    assert len(shares) > 1_000
    told = [share for share in shares if share is not None]
    assert len(told) == len(shares)
    assert Fraction(87, 100) <= sum(told) / len(told) <= Fraction(93, 100)
