"""Breakdowns side by side: what is the same stands in one line, what is not is said to be, and no false sum is made."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pricing
from pricing import side_by_side
from pricing.side_by_side import Doubt, Line, Section, Side, Sum, Verdict, align, cheapest, for_each
from tests.pricing.small_list import HEAD, NOTICES

TABLE = (
    HEAD
    + """
[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Cells"
[driver.cells.choice.marrow]
label.en = "Bone marrow"
no_charge = true
[driver.cells.choice.donor]
label.en = "Donor"
no_charge = true

[driver.sessions]
kind = "number"
role = "sessions"
label.en = "Sessions"
unit.en = "{unit}"
least = 0
most = 9

[driver.nights]
kind = "number"
role = "hospital_stay"
label.en = "Nights"
unit.en = "{night}"
least = 0
most = 9
default = 0

[driver.rehab]
kind = "yes_no"
role = "rehabilitation"
label.en = "Rehabilitation"
default = false

[driver.visa]
kind = "yes_no"
role = "extras"
label.en = "Visa"
open = true

[driver.guide]
kind = "yes_no"
role = "extras"
label.en = "Guide"
open = true

{groups}
{charges}

"""
    + NOTICES
)


def group(code: str, total: str = "provider") -> str:
    return f'[group.{code}]\nlabel.en = "{code.title()}"\ntotal = "{total}"\n'


def charge(code: str, of: str, price: str = "100", **more: str) -> str:
    said = "".join(f"{key} = {value}\n" for key, value in more.items())
    amount = "on_request = true" if price == "on request" else f"price = {price}"
    return (
        f'[charge.{code}]\nlabel.en = "{code.title()}"\ngroup = "{of}"\n{amount}\n'
        f'{said}source = "Made for the tests."\n'
    )


def side(groups: list[str], charges: list[str], answers: dict[str, Any] | None = None, **more: str) -> Side:
    """Return a plan of one session under a list with these groups and charges."""
    text = TABLE.format(
        currency=more.get("currency", "USD"),
        unit=more.get("unit", "session"),
        night=more.get("night", "night"),
        groups="\n".join(groups),
        charges="\n".join(charges),
    )
    if "language" in more:
        text = text.replace('["en"]', f'["{more["language"]}"]').replace(".en = ", f".{more['language']} = ")
    table = pricing.read(text)
    plan = {"cells": "marrow", "sessions": "1", **(answers or {})}
    return Side(pricing.estimate(table, plan).as_dict(), table)


def states(line: Line) -> list[str]:
    return [cell.state for cell in line.cells]


def codes(section: Section) -> list[list[str | None]]:
    return [[cell.item["code"] if cell.item else None for cell in line.cells] for line in section.lines]


def groups_of(section: Section) -> list[str | None]:
    return [None if each is None else each.code for each in section.groups]


# Groups --------------------------------------------------------------------------------------------------------------


def test_groups_with_the_same_code_stand_beside_each_other() -> None:
    one = side([group("tests"), group("stay")], [charge("blood", "tests"), charge("ward", "stay")])
    two = side([group("stay"), group("tests")], [charge("ward", "stay"), charge("blood", "tests")])
    assert [groups_of(each) for each in align([one, two])] == [["tests", "tests"], ["stay", "stay"]]


def test_groups_with_the_same_code_in_another_total_are_not_the_same() -> None:
    one = side([group("base"), group("hotel", "others")], [charge("bed", "hotel"), charge("a", "base")])
    two = side([group("base"), group("hotel")], [charge("bed", "hotel"), charge("a", "base")])
    assert [groups_of(each) for each in align([one, two])] == [
        ["base", "base"],
        [None, "hotel"],
        ["hotel", None],
    ]


def test_groups_of_the_same_role_stand_beside_each_other_whatever_they_are_called() -> None:
    one = side([group("ward")], [charge("bed", "ward", per='"nights"')], {"nights": "2"})
    two = side([group("hospital")], [charge("room", "hospital", per='"nights"')], {"nights": "2"})
    (section,) = align([one, two])
    assert groups_of(section) == ["ward", "hospital"]
    assert codes(section) == [["bed", "room"]]


def test_extras_may_be_anything_so_that_their_role_says_nothing() -> None:
    one = side([group("visas", "others")], [charge("visa", "visas", when="{ visa = true }")], {"visa": True})
    two = side([group("taxis", "others")], [charge("taxi", "taxis", when="{ visa = true }")], {"visa": True})
    assert [groups_of(each) for each in align([one, two])] == [["visas", None], [None, "taxis"]]


def test_two_groups_of_a_role_are_not_guessed_between() -> None:
    nights = {"nights": "2"}
    one = side([group("ward")], [charge("bed", "ward", per='"nights"')], nights)
    two = side(
        [group("beds"), group("food")],
        [charge("room", "beds", per='"nights"'), charge("meals", "food", per='"nights"')],
        nights,
    )
    assert [groups_of(each) for each in align([one, two])] == [["ward", None], [None, "beds"], [None, "food"]]


def test_a_group_in_which_two_roles_are_as_frequent_has_none() -> None:
    charges = [charge("bed", "ward", per='"nights"'), charge("cells", "ward", per='"sessions"')]
    one = side([group("ward")], charges, {"nights": "1"})
    two = side([group("stay")], [charge("room", "stay", per='"nights"')], {"nights": "1"})
    assert [groups_of(each) for each in align([one, two])] == [["ward", None], [None, "stay"]]


def test_a_third_plan_joins_the_groups_of_the_first_two() -> None:
    bed = charge("bed", "ward", per='"nights"')
    plans = [side([group("ward")], [bed], {"nights": str(nights)}) for nights in (1, 2, 3)]
    (section,) = align(plans)
    assert groups_of(section) == ["ward", "ward", "ward"]
    assert codes(section) == [["bed", "bed", "bed"]]


def test_a_group_without_an_item_is_left_out() -> None:
    groups, charges = (
        [group("base"), group("ward")],
        [charge("a", "base"), charge("b", "ward", when="{ visa = true }")],
    )
    assert [groups_of(each) for each in align([side(groups, charges), side(groups, charges)])] == [
        ["base", "base"]
    ]


# Lines ---------------------------------------------------------------------------------------------------------------


def test_an_item_stands_beside_the_one_with_its_code_or_says_what_there_is() -> None:
    groups = [group("tests")]
    visa = charge("visa", "tests", when="{ visa = true }")
    full = side(groups, [charge("blood", "tests"), charge("mri", "tests"), visa], {"visa": True})
    request = side(
        groups, [charge("blood", "tests"), charge("mri", "tests", "on request"), visa], {"visa": False}
    )
    open_ = side(groups, [charge("blood", "tests", "90"), visa])
    (section,) = align([full, request, open_])
    assert [states(line) for line in section.lines] == [
        ["priced", "priced", "priced"],
        ["priced", "request", "no_line"],
        ["priced", "not_in_plan", "open"],
    ]
    assert [line.same for line in section.lines] == [False, False, False]


def test_a_line_is_the_same_if_every_plan_says_the_same_amount_in_one_currency() -> None:
    groups, charges = [group("tests")], [charge("blood", "tests"), charge("mri", "tests", "on request")]
    lines = align([side(groups, charges), side(groups, charges)])[0].lines
    assert [line.same for line in lines] == [True, True]
    lines = align([side(groups, charges), side(groups, charges, currency="EUR")])[0].lines
    assert [line.same for line in lines] == [False, True]


def test_the_only_line_of_a_role_stands_beside_the_only_one_of_another_plan() -> None:
    groups = [group("treatment")]
    one = side(groups, [charge("dose", "treatment", per='"sessions"'), charge("talk", "treatment")])
    two = side(groups, [charge("infusion", "treatment", per='"sessions"'), charge("call", "treatment")])
    (section,) = align([one, two])
    assert codes(section) == [["dose", "infusion"], ["talk", None], [None, "call"]]


def test_two_lines_of_a_role_are_not_guessed_between() -> None:
    groups = [group("treatment")]
    one = side(groups, [charge("dose", "treatment", per='"sessions"')])
    two = side(
        groups,
        [charge("infusion", "treatment", per='"sessions"'), charge("room", "treatment", per='"sessions"')],
    )
    (section,) = align([one, two])
    assert codes(section) == [["dose", None], [None, "infusion"], [None, "room"]]


def test_lines_with_the_same_words_stand_beside_each_other_whatever_their_code() -> None:
    groups = [group("tests")]
    one = side(groups, [charge("blood", "tests"), charge("call", "tests")])
    two = side(
        groups, [charge("blood_work", "tests").replace("Blood_Work", "Blood"), charge("talk", "tests")]
    )
    (section,) = align([one, two])
    assert codes(section) == [["blood", "blood_work"], ["call", None], [None, "talk"]]


def test_without_a_language_in_common_no_words_are_the_same() -> None:
    groups = [group("tests")]
    one = side(groups, [charge("blood", "tests")])
    two = side(groups, [charge("blood_work", "tests").replace("Blood_Work", "Blood")], language="fr")
    (section,) = align([one, two])
    assert codes(section) == [["blood", None], [None, "blood_work"]]


def test_a_package_stands_in_a_line_of_its_own() -> None:
    groups = [group("treatment")]
    bundle = (
        '[package.bundle]\nlabel.en = "Bundle"\ngroup = "treatment"\nprice = 50\n'
        'covers = { dose = "all" }\nsource = "Made for the tests."\n'
    )
    one = side(groups, [charge("dose", "treatment", per='"sessions"'), bundle])
    two = side(groups, [charge("dose", "treatment", per='"sessions"')])
    (section,) = align([one, two])
    found = {line.cells[0].item["code"]: states(line) for line in section.lines if line.cells[0].item}
    assert found == {"dose": ["priced", "priced"], "bundle": ["priced", "no_line"]}


def test_a_line_in_other_units_says_so_and_is_not_the_same() -> None:
    groups, charges, two = [group("stay")], [charge("bed", "stay", per='"nights"')], {"nights": "2"}
    (section,) = align([side(groups, charges, two), side(groups, charges, two, night="hour")])
    (line,) = section.lines
    assert line.other_units
    assert not line.same


def test_a_session_is_one_whatever_a_clinic_calls_it() -> None:
    groups, charges = [group("treatment")], [charge("dose", "treatment", per='"sessions"')]
    (section,) = align([side(groups, charges), side(groups, charges, unit="infusion")])
    (line,) = section.lines
    assert not line.other_units
    assert line.same


def test_every_item_of_every_demonstration_list_stands_in_one_line() -> None:
    plans: dict[str, dict[str, Any]] = {
        "delhi": {"cells": "marrow", "sessions": "1", "room": "ward", "nights": "7", "rehab": "day"},
        "japan": {"cells": "marrow", "sessions": "1", "rehab": True, "flights": "150000"},
        "mexico": {"cells": "donor", "iv": True, "iv_dose": "m100", "intrathecal": False, "local": False}
        | {"sessions": "1", "rehab": True},
    }
    sides = []
    for name, plan in plans.items():
        table = pricing.read((Path(pricing.__file__).parent / "tables" / f"{name}.toml").read_text("utf-8"))
        sides.append(Side(pricing.estimate(table, plan).as_dict(), table))
    found = [line for section in align(sides) for line in section.lines]
    for number, each in enumerate(sides):
        items = [line.cells[number].item for line in found if line.cells[number].item]
        assert sorted(item["code"] for item in items if item) == sorted(
            item["code"] for item in each.breakdown["items"]
        )


# Which costs less ----------------------------------------------------------------------------------------------------


def total(low: str | None, high: str | None = None, likely: str | None = None, **more: Any) -> Sum:
    cases = (
        [None, None, None] if low is None else [Decimal(each) for each in (low, likely or low, high or low)]
    )
    return Sum(*cases, **more)


def less(found: Verdict) -> list[tuple[int, str, str]]:
    return [(each.than, str(each.by), each.sure) for each in found.by]


def test_the_plan_whose_highest_sum_is_below_all_others_costs_less() -> None:
    found = cheapest([total("100", "150"), total("151", "300"), total("200")])
    assert (found.less, found.sure, found.doubts) == (0, "whole_range", ())
    assert less(found) == [(1, "51", "whole_range"), (2, "100", "whole_range")]
    assert cheapest([total("100"), total("90")]).less == 1
    assert cheapest([None, total("100"), total("90")]).less == 2


def test_where_ranges_touch_the_least_is_only_likely_to_be() -> None:
    found = cheapest([total("100", "150"), total("150", "300"), total("400")])
    assert (found.less, found.sure) == (0, "likely")
    assert less(found) == [(1, "50", "likely"), (2, "300", "whole_range")]


def test_under_one_list_each_case_is_compared_with_the_same_case() -> None:
    one, two = total("90", "120", "100", price_list="clinic"), total("95", "130", "105", price_list="clinic")
    found = cheapest([two, one])
    assert (found.less, found.sure, less(found)) == (1, "each_case", [(0, "5", "each_case")])
    elsewhere = total("95", "130", "105", price_list="other")
    assert cheapest([elsewhere, one]).sure == "likely"
    higher_once = total("90", "130", "105", price_list="clinic")
    assert cheapest([higher_once, one]).sure == "likely"


def test_equal_totals_cost_the_same_but_equal_ranges_only_under_one_list() -> None:
    assert cheapest([total("100"), total("100")]) == Verdict(same=True)
    assert cheapest([total("100", "150"), total("100", "150")]) == Verdict(doubts=(Doubt("ranges", (0, 1)),))
    assert cheapest([total("100", "150", price_list="clinic")] * 2) == Verdict(same=True)


def test_two_that_cost_the_same_and_less_than_a_third_are_not_told_apart() -> None:
    assert cheapest([total("100"), total("100"), total("300")]) == Verdict(doubts=(Doubt("ranges", (0, 1)),))


@pytest.mark.parametrize(
    ("why", "lacking"),
    [
        ("past", total("1", past=True)),
        ("no_rate", total(None)),
        ("request", total("1", request=True)),
        ("open", total("1", open=True)),
    ],
)
def test_what_is_not_known_of_one_plan_keeps_it_from_being_compared(why: Any, lacking: Sum) -> None:
    assert cheapest([total("100"), lacking]).doubts == (Doubt(why, (1,)),)
    of_three = cheapest([total("100"), lacking, total("90")])
    assert (of_three.less, [each.than for each in of_three.by]) == (2, [0])
    assert of_three.doubts == (Doubt(why, (1,)),)


def test_what_two_plans_leave_out_alike_keeps_nothing_from_being_compared() -> None:
    one, two = total("100", request=True, unknown="mri"), total("90", request=True, unknown="mri")
    assert cheapest([one, two]).less == 1
    assert cheapest([one, total("90", request=True, unknown="ct")]).doubts == (Doubt("request", (0, 1)),)
    assert cheapest([total("1", open=True), total("2", open=True)]).doubts == (Doubt("open", (0, 1)),)


def test_every_doubt_is_told() -> None:
    found = cheapest([total("1", request=True), total(None, open=True), total("9", request=True)])
    assert found.doubts == (Doubt("no_rate", (1,)), Doubt("request", (0, 2)), Doubt("open", (1,)))


def test_one_plan_alone_is_compared_with_nothing() -> None:
    assert cheapest([None, total("100")]).doubts == (Doubt("alone", (1,)),)
    assert cheapest([]).doubts == (Doubt("alone", ()),)


# What totals leave out -----------------------------------------------------------------------------------------------

TAX = '[tax.vat]\nlabel.en = "VAT"\npercent = 10\nof = ["{of}"]\n'


def leaves_out(*charges: str, **answers: Any) -> object:
    return side_by_side.unknown(side([group("tests"), group("fees")], list(charges), answers))


def test_the_same_thing_on_request_is_the_same_and_another_amount_of_it_is_not() -> None:
    blood, mri = charge("blood", "tests", per='"nights"'), charge("mri", "tests", "on request")
    assert leaves_out(blood, mri) == leaves_out(blood, mri, nights="3")
    night = charge("bed", "tests", "on request", per='"nights"')
    assert leaves_out(night, nights="2") != leaves_out(night, nights="3")


def test_what_depends_on_an_open_question_is_the_same_if_all_else_that_it_depends_on_is() -> None:
    visa = charge("visa", "tests", per='"nights"', when="{ visa = true }")
    other = charge("mri", "tests", per='"sessions"')
    assert leaves_out(visa, other, nights="2") == leaves_out(visa, other, nights="2", sessions="3")
    assert leaves_out(visa, other, nights="2") != leaves_out(visa, other, nights="3")


def percent(**more: str) -> str:
    said = "".join(f"{key} = {value}\n" for key, value in more.items())
    return (
        '[charge.fee]\nlabel.en = "Fee"\ngroup = "fees"\npercent = 10\nof = ["tests"]\n'
        f'{said}source = "Made for the tests."\n'
    )


def test_a_percentage_of_it_is_the_same_unless_it_has_a_bound_or_is_not_in_both() -> None:
    blood, mri = charge("blood", "tests", per='"nights"'), charge("mri", "tests", "on request")
    visa = charge("visa", "tests", when="{ visa = true }")
    two = {"nights": "2", "visa": True}, {"nights": "3", "visa": True}
    assert leaves_out(blood, mri, percent(), **two[0]) == leaves_out(blood, mri, percent(), **two[1])
    bounded = percent(at_most="25")
    assert leaves_out(blood, mri, bounded, **two[0]) != leaves_out(blood, mri, bounded, **two[1])
    once = percent(when="{ rehab = true }")
    assert leaves_out(blood, mri, once, rehab=True) != leaves_out(blood, mri, once, rehab=False)
    assert leaves_out(blood, visa, percent(), nights="2") == leaves_out(blood, visa, percent(), nights="3")


def test_a_tax_on_it_is_the_same_unless_it_begins_above_a_price_or_is_not_in_both() -> None:
    blood, mri = charge("blood", "tests", per='"nights"'), charge("mri", "tests", "on request")
    fee = charge("fee", "fees")
    taxed = TAX.format(of="tests")
    assert leaves_out(blood, fee, mri, taxed, nights="2") == leaves_out(blood, fee, mri, taxed, nights="3")
    above = f"{taxed}above = 50\n"
    assert leaves_out(blood, fee, mri, above, nights="2") != leaves_out(blood, fee, mri, above, nights="3")
    once = f"{taxed}when = {{ rehab = true }}\n"
    assert leaves_out(blood, fee, mri, once, rehab=True) != leaves_out(blood, fee, mri, once, rehab=False)
    other = TAX.format(of="fees") + "above = 50\n"
    assert leaves_out(blood, fee, mri, other, nights="2") == leaves_out(blood, fee, mri, other, nights="3")


# For each session or night -------------------------------------------------------------------------------------------


def test_a_share_is_rounded_as_the_list_rounds() -> None:
    table = side([group("a")], [charge("b", "a")]).table
    assert for_each("100.00", Decimal(3), table) == "33.33"
    assert for_each("200.00", Decimal(3), table) == "66.67"


@pytest.mark.parametrize("number", ["0", "-1"])
def test_nothing_is_divided_by_nothing(number: str) -> None:
    assert for_each("100.00", Decimal(number), side([group("a")], [charge("b", "a")]).table) is None


def test_at_most_three_are_compared() -> None:
    assert side_by_side.MOST == 3
