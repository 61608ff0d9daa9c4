"""What is legal but suspicious is warned of at its place; a careful table has no warnings."""

from __future__ import annotations

import decimal
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pricing
from pricing.lint import lint
from pricing.plans import Plans
from pricing.problems import SENTENCES
from pricing.table import PriceTable, Role
from pricing.warnings import Warning
from tests.pricing.strategies import answers_for, price_tables

CASES = Path(__file__).parent / "cases"

CAREFUL = """
format = 1
table = "careful"
version = "1"
valid_from = 2026-01-01
currency = "USD"
languages = ["en", "ar"]
title = { en = "A careful list", ar = "قائمة دقيقة" }
time_zone = "UTC"
provider = { name = "Example clinic", country = "IN" }

[driver.cells]
kind = "choice"
role = "cell_type"
label = { en = "Cells", ar = "الخلايا" }
choice.own.label = { en = "Own", ar = "خاصة" }
choice.cord.label = { en = "Cord", ar = "الحبل" }

[driver.sessions]
kind = "number"
role = "sessions"
label = { en = "Sessions", ar = "جلسات" }
least = 1
most = 6

[driver.nights]
kind = "number"
role = "hospital_stay"
label = { en = "Nights", ar = "ليالٍ" }
least = 0
most = 30

[driver.rehab]
kind = "yes_no"
role = "rehabilitation"
label = { en = "Rehabilitation", ar = "تأهيل" }

[group.care]
label = { en = "Care", ar = "رعاية" }

[charge.own]
label = { en = "Own cells", ar = "خلايا" }
group = "care"
when = { cells = "own" }
per = "sessions"
price = 4000
source = "List, page 1"

[charge.cord]
label = { en = "Cord cells", ar = "خلايا" }
group = "care"
when = { cells = "cord" }
per = "sessions"
price = 5000
source = "List, page 1"

[charge.ward]
label = { en = "Ward", ar = "جناح" }
group = "care"
per = "nights"
volume = [{ up_to = 7, price = 310 }, { price = 280 }]
source = "List, page 2"

[charge.training]
label = { en = "Training", ar = "تدريب" }
group = "care"
when = { rehab = true }
price = 900
source = "List, page 3"

[package.three]
label = { en = "Three sessions", ar = "ثلاث جلسات" }
group = "care"
price = 11000
covers = { own = 3, ward = 3 }
source = "List, page 4"

[notice.not_included]
kind = "not_included"
text = { en = "Flights are not included.", ar = "الرحلات غير مشمولة" }

[notice.about]
kind = "about_this_estimate"
text = { en = "An estimate, not an offer.", ar = "تقدير وليس عرضًا" }
"""


def warnings(text: str) -> list[Warning]:
    return lint(pricing.read(text))


def places(*changes: tuple[str, str], more: str = "") -> list[tuple[str, str]]:
    """Place and kind of each warning about the careful table with some changes."""
    text = CAREFUL
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return [(warning.place, warning.kind) for warning in warnings(text + more)]


def charge(code: str, rest: str) -> str:
    return f'\n[charge.{code}]\nlabel = {{ en = "x", ar = "y" }}\ngroup = "care"\nsource = "x"\n{rest}\n'


def vials(rest: str, code: str = "vials") -> str:
    label = 'label = { en = "x", ar = "y" }'
    return f'\n[driver.{code}]\nkind = "number"\nrole = "extras"\n{label}\nleast = 1\nmost = 3\n{rest}\n'


PACKAGE = """
[package.fat]
label = {{ en = "x", ar = "y" }}
group = "care"
when = {{ {when} }}
price = 100
covers = {{ ward = 7 }}
source = "x"
"""


def test_a_careful_table_has_no_warnings() -> None:
    assert warnings(CAREFUL) == []


def test_a_missing_translation_is_warned_of_wherever_it_is_missing() -> None:
    assert places(
        (', ar = "قائمة دقيقة"', ""),
        (', ar = "الحبل"', ""),
        (', ar = "تدريب"', ""),
        (', ar = "الرحلات غير مشمولة"', ""),
    ) == [
        ("title.ar", "missing_translation"),
        ("driver.cells.choice.cord.label.ar", "missing_translation"),
        ("charge.training.label.ar", "missing_translation"),
        ("notice.not_included.text.ar", "missing_translation"),
    ]  # fmt: skip


def test_a_unit_is_translated_too() -> None:
    unit = 'most = 6\nunit.en = { one = "session", other = "sessions" }'
    assert places(("most = 6", unit)) == [("driver.sessions.unit.ar", "missing_translation")]


def test_a_text_known_to_be_english_is_warned_of_in_a_list_of_another_language() -> None:
    known = {"A careful list", "Cord", "session", "Flights are not included."}
    unit = 'most = 6\nunit = { de = { one = "session", other = "Sitzungen" }, ar = { other = "x" } }'
    text = CAREFUL.replace("{ en =", "{ de =").replace('"en"', '"de"').replace("most = 6", unit)
    found = lint(pricing.read(text), in_english=known)
    assert [(each.place, each.kind) for each in found] == [
        ("title.de", "still_english"),
        ("driver.cells.choice.cord.label.de", "still_english"),
        ("driver.sessions.unit.de", "still_english"),
        ("notice.not_included.text.de", "still_english"),
    ]
    assert found[0].text == (
        "This text is still in English, as it came with the starting list. Write it in the language of the list, “de”."
    )
    assert lint(pricing.read(text)) == []
    assert lint(pricing.read(CAREFUL), in_english=known) == [], "the main language is English"


def test_a_price_without_source_is_warned_of() -> None:
    assert places(('source = "List, page 3"', ""), ('source = "List, page 4"', "")) == [
        ("charge.training", "missing_source"),
        ("package.three", "missing_source"),
    ]
    assert places(('source = "List, page 3"', ""), ("price = 900", "on_request = true")) == []


def test_what_patients_type_themselves_needs_no_source() -> None:
    more = charge("flights", 'per = "flights"\nprice = 1')
    more += '\n[driver.flights]\nkind = "number"\nrole = "extras"\nlabel = { en = "Flights", ar = "رحلات" }\n'
    more += "money = true\nleast = 0\nmost = 9000\n"
    assert places(more=more.replace('source = "x"\n', "")) == []
    counted = more.replace("money = true\n", "").replace('source = "x"\n', "")
    assert places(more=counted) == [("charge.flights", "missing_source")]


def test_a_package_that_costs_nothing_is_warned_of() -> None:
    assert ("package.three.price", "zero_price") in places(("price = 11000", "price = 0"))


@pytest.mark.parametrize(
    ("price", "place"),
    [
        ("price = 0", "price"),
        ("price = { low = 0, likely = 0, high = 0 }", "price"),
        ("percent = 0\nof = ['own']", "percent"),
        ("graduated = [{ up_to = 1, price = 0 }, { price = 1 }]", "graduated[0].price"),
        ("stairstep = [{ price = 0 }]", "stairstep[0].price"),
    ],
)
def test_a_price_of_0_is_warned_of(price: str, place: str) -> None:
    assert places(more=charge("free", price)) == [("charge.free." + place, "zero_price")]


@pytest.mark.parametrize(
    ("price", "place", "given"),
    [
        ("price = 630.000", "price", "630.000"),
        ("price = 1.485", "price", "1.485"),
        ("price = { low = 1, likely = 1.480, high = 2 }", "price", "1.480"),
        ("graduated = [{ up_to = 1, price = 1 }, { price = 1.200 }]", "graduated[1].price", "1.200"),
        ("graduated = [{ price = 1, flat = 2.500 }]", "graduated[0].flat", "2.500"),
        ("price = 5\nper = 'sessions'\nat_least = 6.000", "at_least", "6.000"),
        ("price = 5\nper = 'sessions'\nat_most = 16.005", "at_most", "16.005"),
    ],
)
def test_a_price_with_more_decimals_than_its_currency_is_warned_of(
    price: str, place: str, given: str
) -> None:
    per = "" if "per" in price else "\nper = 'sessions'"
    (warning,) = warnings(CAREFUL + charge("dear", price + per))
    assert (warning.place, warning.kind) == ("charge.dear." + place, "finer_than_currency")
    assert warning.text.startswith(f"{given} has more decimals than USD has (2). If its point stands for")


def test_a_range_with_several_fine_amounts_is_told_alike_however_the_table_came_about() -> None:
    price = "price = { low = 1.001, likely = 1.002, high = 2 }\nper = 'sessions'"
    table = pricing.read(CAREFUL + charge("dear", price))
    assert [warning.values["given"] for warning in lint(table)] == ["1.001"]
    assert lint(replace(table, finer={})) == lint(table)


def test_a_currency_without_cents_has_no_decimals_and_one_with_three_has_three() -> None:
    yen = ('currency = "USD"', 'currency = "JPY"')
    price = charge("dear", "price = 630.0\nper = 'sessions'")
    assert ("charge.dear.price", "finer_than_currency") in places(yen, more=price)
    dinar = ('currency = "USD"', 'currency = "KWD"')
    assert places(dinar, more=charge("dear", "price = 1.480\nper = 'sessions'")) == []


def test_other_amounts_of_money_and_no_other_numbers_are_looked_at() -> None:
    assert ("package.three.price", "finer_than_currency") in places(("price = 11000", "price = 11.000"))
    percent = "percent = 5.125\nof = ['own']"
    assert places(more=charge("part", percent)) == []
    times = charge("times", "price = 5\nper = 'sessions'\ntimes = 0.125")
    assert places(more=times) == []
    assert pricing.read(CAREFUL + charge("part", percent) + times).finer == {}


def test_a_price_that_may_be_0_is_no_price_of_0() -> None:
    assert places(more=charge("free", "price = { low = 0, likely = 0, high = 10 }")) == []
    assert places(more=charge("free", "volume = [{ price = 0, flat = 10 }]")) == []


def test_a_volume_total_that_falls_is_warned_of_with_its_figures() -> None:
    (warning,) = warnings(CAREFUL.replace("{ price = 280 }", "{ price = 270 }"))
    assert (warning.place, warning.kind) == ("charge.ward.volume[1]", "amount_falls")
    assert warning.values == {"fewer": "7", "higher": "2170", "more": "8", "lower": "2160"}
    assert warning.text.startswith("8 units cost 2160, which is less than 7 units cost, 2170.")


@pytest.mark.parametrize(
    ("rest", "falls"),
    [
        ("per = 'nights'\nstairstep = [{ up_to = 7, price = 500 }, { price = 400 }]", True),
        ("per = 'nights'\nstairstep = [{ up_to = 7, price = 400 }, { price = 400 }]", False),
        ("per = 'nights'\nstairstep = [{ up_to = 30, price = 500 }, { price = 400 }]", False),
        ("per = 'nights'\nincluded = 25\nvolume = [{ up_to = 7, price = 500 }, { price = 100 }]", False),
        ("per = 'nights'\nblock = 10\nvolume = [{ up_to = 2, price = 500 }, { price = 100 }]", True),
        (
            "per = ['sessions', 'nights']\nblock = 10\nvolume = [{ up_to = 2, price = 500 }, { price = 100 }]",
            True,
        ),
        ("per = 'nights'\nat_least = 9000\nvolume = [{ up_to = 7, price = 500 }, { price = 100 }]", False),
        ("per = 'nights'\nvolume = [{ up_to = 7, price = 9, flat = 90 }, { price = 9 }]", True),
        ("per = 'nights'\nvolume = [{ up_to = 7, price = { low = 9, likely = 10, high = 99 } }, { price = 10 }]", True),
        ("per = ['nights', 'sessions']\nvolume = [{ up_to = 7, price = 500 }, { price = 100 }]", True),
        ("per = ['nights', 'sessions']\nvolume = [{ up_to = 7, price = 310 }, { price = 280 }]", False),
        ("per = 'nights'\nvolume = [{ up_to = 7, price = -5 }, { price = -10 }]", False),
        ("per = 'nights'\ngraduated = [{ up_to = 7, price = 500 }, { price = 100 }]", False),
        ("volume = [{ up_to = 7, price = 500 }, { price = 100 }]", False),
    ],
)  # fmt: skip
def test_only_a_total_that_really_falls_is_warned_of(rest: str, falls: bool) -> None:
    found = [kind for _, kind in places(more=charge("more", rest)) if kind == "amount_falls"]
    assert found == ["amount_falls"] * falls


NEVER = [
    "when = { sessions = 9 }",
    "when = { nights = { most = 3 } }\nunless = { nights = { least = 0 } }",
    "when = { sessions = { least = 2 } }\nunless = { sessions = { least = 2, most = 6 } }",
    "when = { sessions = 2.5 }",
    "when = { nights = 0 }\nper = 'nights'",
    "when = { cells = ['own', 'cord'] }\nunless = { cells = ['cord', 'own'] }",
    "when = { hidden = true }",
    "when = { hours = { least = 1 }, rehab = false }",
    "when = { arrival = { months = [2], from = 2026-03-01, to = 2027-01-31 } }",
    "when = { rehab = true, cells = 'own', sessions = 6 }",
]
MORE_DRIVERS = """
[driver.hidden]
kind = "yes_no"
role = "extras"
label = { en = "x", ar = "y" }
when = { sessions = 7 }

[driver.hours]
kind = "number"
role = "extras"
label = { en = "x", ar = "y" }
when = { rehab = true }
least = 0
most = 10

[driver.arrival]
kind = "date"
role = "extras"
label = { en = "x", ar = "y" }

[rule.limit]
when = { rehab = true, sessions = { least = 5 } }
why = { en = "x", ar = "y" }
"""


@pytest.mark.parametrize("condition", NEVER)
def test_a_charge_that_no_answers_can_reach_is_warned_of(condition: str) -> None:
    found = places(more=MORE_DRIVERS + charge("more", f"{condition}\nprice = 1"))
    assert ("charge.more", "never_reached") in found


@pytest.mark.parametrize(
    "condition",
    [
        "when = { sessions = 6 }",
        "when = { nights = { most = 3 } }\nunless = { nights = { least = 3 } }",
        "when = { hours = { least = 1 } }\nunless = { sessions = { least = 2 } }",
        "unless = { hidden = true }",
        "when = { arrival = { months = [2], from = 2026-03-01, to = 2027-02-01 } }",
        "when = { arrival = { from = 9999-12-31 } }",
        "when = { arrival = { months = [12], from = 9999-12-31 } }",
        "when = { arrival = { to = 0001-01-01 } }",
        "when = { arrival = { months = [12] } }\nunless = { arrival = { from = 2026-01-01, to = 2026-12-30 } }",
        "when = { rehab = true, cells = 'own', sessions = 4 }",
    ],
)
def test_a_charge_that_some_answers_reach_is_not(condition: str) -> None:
    found = places(more=MORE_DRIVERS + charge("more", f"{condition}\nprice = 1"))
    assert ("charge.more", "never_reached") not in found


def test_a_choice_that_is_not_offered_reaches_nothing() -> None:
    why = 'choice.cord.offered = false\nchoice.cord.why = { en = "x", ar = "y" }\n'
    found = places(("choice.cord.label = {", why + "choice.cord.label = {"))
    assert found == [("charge.cord", "never_reached")]


def test_a_percent_of_nothing_is_warned_of() -> None:
    group = '\n[group.empty]\nlabel = { en = "x", ar = "y" }\n'
    assert places(more=group + charge("fee", "percent = 10\nof = ['empty']")) == [
        ("charge.fee", "percent_of_nothing")
    ]
    assert places(more=group + charge("fee", "percent = 10\nof = ['empty', 'three']")) == []
    assert places(more=group + charge("fee", "percent = 10\nof = ['care']")) == []


def test_a_package_that_is_never_the_cheapest_is_warned_of_with_the_plans_that_were_tried() -> None:
    found = warnings(CAREFUL.replace("price = 11000", "price = 13000"))
    assert [(warning.place, warning.kind) for warning in found] == [
        ("package.three", "package_never_cheapest")
    ]
    assert int(found[0].values["tried"]) > 5
    assert places(("price = 11000", "price = 12929")) == []  # 3 * 4000 and 3 * 310 are 12930


def test_a_package_for_nobody_is_warned_of() -> None:
    package = "price = 11000\nwhen = { sessions = 9 }"
    assert places(("price = 11000", package)) == [("package.three", "package_never_reached")]


def test_a_package_that_covers_a_charge_on_request_is_warned_of() -> None:
    assert places(
        ("price = 5000", "on_request = true"), ("covers = { own = 3", "covers = { cord = 1, own = 3")
    ) == [("package.three.covers.cord", "package_covers_on_request")]
    tiers = (
        "volume = [{ up_to = 7, price = 310 }, { price = 280 }]",
        "volume = [{ up_to = 7, price = 310 }]",
    )
    assert ("package.three.covers.ward", "package_covers_on_request") in places(tiers)


def test_an_offered_choice_without_a_charge_is_warned_of() -> None:
    fat = 'choice.fat.label = { en = "Fat", ar = "دهون" }\n[driver.sessions]'
    assert places(("[driver.sessions]", fat)) == [("driver.cells.choice.fat", "choice_without_charge")]
    everything_else = charge("more", "unless = { cells = 'own' }\nprice = 1")
    assert places(("[driver.sessions]", fat), more=everything_else) == [
        ("driver.cells.choice.fat", "choice_without_charge")
    ]
    ends = fat.replace(
        "[driver", "choice.fat.offered = false\nchoice.fat.why = { en = 'x', ar = 'y' }\n[driver"
    )
    assert places(("[driver.sessions]", ends)) == []


FAT = 'choice.fat.label = { en = "Fat", ar = "دهون" }\n'
CHARGED_BY = {
    "a charge": charge("fat", "when = { cells = 'fat' }\nprice = 1"),
    "a charge for several": charge("fat", "when = { cells = ['own', 'fat'] }\nprice = 1"),
    "a package": PACKAGE.format(when="cells = 'fat'"),
    "a number asked only then": vials("when = { cells = 'fat' }") + charge("fat", "per = 'vials'\nprice = 1"),
    "a charge on an answer asked only then": vials("when = { cells = 'fat' }")
    + charge("fat", "when = { vials = { least = 2 } }\nprice = 1"),
    "questions that lead on": vials("when = { cells = 'fat' }")
    + vials("when = { vials = 2 }", "grades")
    + charge("fat", "per = 'grades'\nprice = 1"),
}
CHARGED_BY_NOTHING = {
    "nothing": "",
    "what is excluded for another answer": charge("fat", "unless = { cells = 'own' }\nprice = 1"),
    "what is excluded for it": charge("fat", "unless = { cells = 'fat' }\nprice = 1"),
    "a question that leads nowhere": vials("when = { cells = 'fat' }"),
    "a question that leads to a refusal": vials("when = { cells = 'fat' }")
    + "\n[rule.many]\nwhen = { vials = 2 }\nwhy = { en = 'x', ar = 'y' }\n",
    "a question that a charge excludes": vials("when = { cells = 'fat' }")
    + charge("fat", "unless = { vials = 2 }\nprice = 1"),
    "a question that is not asked for others": vials("unless = { cells = 'own' }")
    + charge("fat", "per = 'vials'\nprice = 1"),
    "a tax": "\n[tax.fat]\nlabel = { en = 'x', ar = 'y' }\nwhen = { cells = 'fat' }\npercent = 5\nof = ['care']\n",
    "a notice": '\n[notice.fat]\nkind = "risk"\nwhen = { cells = "fat" }\ntext = { en = "x", ar = "y" }\n',
}


def blocked(text: str) -> list[str]:
    """Where a list cannot be published; the whole look and the quick one agree."""
    table = pricing.read(text)
    found = [warning for warning in lint(table) if warning.blocks]
    assert pricing.blocking(table) == found
    assert {warning.kind for warning in found} <= {"choice_without_charge"}
    return [warning.place for warning in found]


@pytest.mark.parametrize("more", CHARGED_BY.values(), ids=CHARGED_BY)
def test_cells_with_a_charge_of_their_own_do_not_block(more: str) -> None:
    assert blocked(CAREFUL.replace("[driver.sessions]", FAT + "[driver.sessions]") + more) == []


@pytest.mark.parametrize("more", CHARGED_BY_NOTHING.values(), ids=CHARGED_BY_NOTHING)
def test_cells_that_nothing_charges_block_whatever_else_there_is(more: str) -> None:
    text = CAREFUL.replace("[driver.sessions]", FAT + "[driver.sessions]") + more
    assert blocked(text) == ["driver.cells.choice.fat"]
    free = text.replace("choice.fat.label", "choice.fat.no_charge = true\nchoice.fat.label")
    assert blocked(free) == []
    assert "choice_without_charge" not in {warning.kind for warning in warnings(free)}
    said = text.replace("choice.fat.label", "choice.fat.no_charge = false\nchoice.fat.label")
    assert blocked(said) == ["driver.cells.choice.fat"]
    assert pricing.write(pricing.read(said)) == pricing.write(pricing.read(text))


@pytest.mark.parametrize("role", get_args(Role))
def test_only_cells_stay_and_rehabilitation_block(role: str) -> None:
    question = f'\n[driver.other]\nkind = "choice"\nrole = "{role}"\nlabel = {{ en = "x", ar = "y" }}\n'
    question += "".join(f'choice.{code}.label = {{ en = "x", ar = "y" }}\n' for code in ("one", "two"))
    text = CAREFUL + question + charge("one", "when = { other = 'one' }\nprice = 1")
    blocks = role in ("cell_type", "hospital_stay", "rehabilitation")
    assert blocked(text) == ["driver.other.choice.two"] * blocks
    assert [(warning.place, warning.kind, warning.blocks) for warning in warnings(text)] == [
        ("driver.other.choice.two", "choice_without_charge", blocks)
    ]
    excluded = text + charge("others", "unless = { other = 'one' }\nprice = 1")
    assert [warning.place for warning in warnings(excluded)] == ["driver.other.choice.two"]
    taxed = text + CHARGED_BY_NOTHING["a tax"].replace("cells = 'fat'", "other = 'two'")
    assert ("driver.other.choice.two" in {warning.place for warning in warnings(taxed)}) == blocks


def test_a_question_with_one_offered_answer_does_not_block() -> None:
    why = "choice.{0}.offered = false\nchoice.{0}.why = {{ en = 'x', ar = 'y' }}\n[driver.sessions]"
    one = CAREFUL.replace('when = { cells = "own" }', "").replace('when = { cells = "cord" }', "")
    assert blocked(one) == ["driver.cells.choice.own", "driver.cells.choice.cord"]
    assert blocked(one.replace("[driver.sessions]", why.format("cord"))) == []
    three = one.replace("[driver.sessions]", FAT + why.format("fat"))
    assert blocked(three) == ["driver.cells.choice.own", "driver.cells.choice.cord"]


def test_an_answer_that_is_meant_to_cost_nothing_and_has_a_charge_is_warned_of() -> None:
    free = ("choice.own.label", "choice.own.no_charge = true\nchoice.own.label")
    assert places(free) == [("driver.cells.choice.own.no_charge", "no_charge_is_charged")]
    assert blocked(CAREFUL.replace(*free)) == []


def test_the_key_changes_no_price_and_stands_in_the_text_only_where_it_is_said() -> None:
    plain, free = (
        pricing.read(CAREFUL),
        pricing.read(CAREFUL.replace("choice.own.label", "choice.own.no_charge = true\nchoice.own.label")),
    )
    assert "no_charge" not in pricing.write(plain)
    assert pricing.write(free).replace("no_charge = true\n", "") == pricing.write(plain)
    answers = {"cells": "own", "sessions": 2, "nights": 3, "rehab": False}
    before, after = (dict(pricing.estimate(table, answers).as_dict()) for table in (plain, free))
    assert before.pop("table_sha256") != after.pop("table_sha256")
    assert before == after


def test_a_question_that_changes_nothing_is_warned_of() -> None:
    question = '\n[driver.age]\nkind = "number"\nrole = "about_you"\nlabel = { en = "x", ar = "y" }\n'
    question += "least = 18\nmost = 90\n"
    rule = '\n[rule.old]\nwhen = { age = { least = 80 } }\nwhy = { en = "x", ar = "y" }\n'
    assert places(more=question) == [("driver.age", "driver_without_effect")]
    assert places(more=question + rule) == []


def test_a_quantity_range_that_ends_on_request_is_warned_of() -> None:
    tiers = "volume = [{ up_to = 7, price = 310 }, { price = 280 }]"
    more = "graduated = [{ up_to = 7, price = 310 }, { up_to = 20, price = 280 }]"
    warning, _ = warnings(CAREFUL.replace(tiers, more))
    assert (warning.place, warning.kind) == ("charge.ward.graduated[1].up_to", "ends_on_request")
    assert warning.values == {"up_to": "20", "most": "30"}


@pytest.mark.parametrize(
    ("rest", "ends"),
    [
        ("per = 'nights'\ngraduated = [{ up_to = 30, price = 1 }]", False),
        ("per = 'nights'\nincluded = 10\ngraduated = [{ up_to = 20, price = 1 }]", False),
        ("per = 'nights'\ntimes = 2\ngraduated = [{ up_to = 30, price = 1 }]", True),
        ("per = 'nights'\nblock = 10\ngraduated = [{ up_to = 3, price = 1 }]", False),
        ("per = 'nights'\nwhen = { nights = { most = 7 } }\ngraduated = [{ up_to = 7, price = 1 }]", False),
        ("per = ['nights', 'sessions']\nvolume = [{ up_to = 179, price = 1 }]", True),
        ("stairstep = [{ up_to = 1, price = 1 }]", False),
    ],
)  # fmt: skip
def test_only_a_range_that_answers_can_leave_is_warned_of(rest: str, ends: bool) -> None:
    assert [kind for _, kind in places(more=charge("more", rest))] == ["ends_on_request"] * ends


def test_what_the_high_case_adds_counts_too() -> None:
    when = charge(
        "more", "per = 'nights'\nwhen = { nights = { most = 7 } }\ngraduated = [{ up_to = 7, price = 1 }]"
    )
    assert places(("most = 30", "most = 30\nvaries = { more = 1 }"), more=when) == [
        ("charge.more.graduated[0].up_to", "ends_on_request")
    ]


def test_warnings_come_in_the_order_of_the_table_and_say_what_may_be_wrong() -> None:
    table = pricing.read((CASES / "whole-notation.toml").read_text(encoding="utf-8"))
    found = lint(table)
    sections = [warning.place.split(".")[0] for warning in found]
    order = ["title", "driver", "rule", "group", "stage", "charge", "package", "tax", "payment", "notice"]
    assert sections == sorted(sections, key=order.index)
    for warning in found:
        assert warning.kind in SENTENCES
        assert warning.line is None
        assert len(warning.text) > 20


def test_looking_does_not_depend_on_the_callers_decimal_context() -> None:
    table = pricing.read((CASES / "volume-and-stairstep.toml").read_text(encoding="utf-8"))
    wanted = lint(table)
    with decimal.localcontext(decimal.Context(prec=1, traps=[])):
        assert lint(table) == wanted


def test_a_table_with_too_many_answers_to_look_through_is_left_in_peace() -> None:
    """Forty yes/no questions have a million million combinations, and the rules refuse every one."""
    questions = [f"extra_{number}" for number in range(40)]
    text = CAREFUL + "".join(
        f'\n[driver.{code}]\nkind = "yes_no"\nrole = "extras"\nlabel = {{ en = "x", ar = "y" }}\n'
        for code in questions
    )
    every = ", ".join(f"{code} = true" for code in [*questions, "rehab"])
    text += f'\n[rule.all]\nunless = {{ {every} }}\nwhy = {{ en = "x", ar = "y" }}\n'
    text += '\n[rule.none]\nwhen = { rehab = true }\nwhy = { en = "x", ar = "y" }\n'
    found = warnings(text + charge("more", "when = { extra_0 = true }\nprice = 1"))
    assert [warning for warning in found if warning.kind == "never_reached"] == []


def test_questions_that_hang_on_each_other_in_a_long_chain_are_looked_at() -> None:
    chain = "".join(
        f'\n[driver.extra_{number}]\nkind = "yes_no"\nrole = "extras"\nlabel = {{ en = "x", ar = "y" }}\n'
        + (f"when = {{ extra_{number - 1} = true }}\n" if number else "")
        for number in range(2_000)
    )
    found = warnings(CAREFUL + chain + charge("more", "when = { extra_1999 = true }\nprice = 1"))
    assert [warning.kind for warning in found] == []


def test_thousands_of_tiers_are_looked_at_and_a_step_over_many_is_told_once() -> None:
    tiers = [f"{{ up_to = {number}, price = {5_001 - number} }}" for number in range(1, 5_001)]
    rest = f"per = 'nights'\ntimes = 1000\nstairstep = [{', '.join(tiers)}]"
    found = [
        warning for warning in warnings(CAREFUL + charge("more", rest)) if warning.kind == "amount_falls"
    ]
    assert [(warning.place, warning.values["fewer"], warning.values["more"]) for warning in found] == [
        (f"charge.more.stairstep[{more - 1}]", str(more - 1_000), str(more))
        for more in (2_000, 3_000, 4_000, 5_000)
    ]


@pytest.mark.long
def test_hundreds_of_packages_are_tried_as_long_as_there_is_time() -> None:
    more = "".join(
        f'\n[package.more_{number}]\nlabel = {{ en = "x", ar = "y" }}\ngroup = "care"\nsource = "x"\n'
        f"price = {20_000 + number}\ncovers = {{ own = 1 }}\n"
        for number in range(300)
    )
    found = warnings(CAREFUL + more)
    assert {warning.kind for warning in found} == {"package_never_cheapest"}
    assert found[0].place == "package.more_0"
    assert len(found) < 300


def test_units_that_only_the_high_case_has_are_reached() -> None:
    calls = '\n[driver.calls]\nkind = "number"\nrole = "extras"\nlabel = { en = "x", ar = "y" }\n'
    text = CAREFUL + calls + "least = 0\nmost = 1\nstep = 2\nvaries = { less = 0, more = 1 }\n"
    found = warnings(text + charge("call", "per = 'calls'\nprice = 1"))
    assert [warning for warning in found if warning.kind == "never_reached"] == []


@pytest.mark.long
@given(st.data())
def test_what_is_said_never_to_happen_does_not_happen(data: Any) -> None:
    table: PriceTable = data.draw(price_tables())
    found = lint(table)
    assert lint(pricing.read(pricing.write(table))) == found
    never = {
        warning.place.partition(".")[2]
        for warning in found
        if warning.kind in ("never_reached", "percent_of_nothing", "package_never_reached")
    }
    for _ in range(5):
        try:
            breakdown = pricing.estimate(table, data.draw(answers_for(table)))
        except pricing.BadAnswers:
            continue
        assert not never & {item.code for item in breakdown.items}


def test_a_search_that_takes_too_many_steps_ends_and_says_so() -> None:
    found = list(Plans(pricing.read(CAREFUL), {}).search(["sessions", "nights"], lambda *_: True, 5))
    assert found[-1] is None
    assert 0 < len(found) <= 5
