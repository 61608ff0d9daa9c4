"""Answers go over to another list where it asks the same; everything else is lost with a reason, and asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pricing
from pricing.carrying import Lost, carry, counterpart, same_unit
from pricing.table import Driver
from tests.pricing.small_list import HEAD, NOTICES

TABLE = (
    HEAD
    + """
{drivers}

[group.all]
label.en = "All"

[charge.base]
label.en = "Base"
group = "all"
price = 100
source = "Made for the tests."


[notice.evidence]
kind = "evidence"
text.en = "Not proven."
"""
    + NOTICES
)

CELLS = """
[driver.{code}]
kind = "choice"
role = "cell_type"
label.en = "{label}"
[driver.{code}.choice.marrow]
label.en = "Bone marrow"
no_charge = true
[driver.{code}.choice.donor]
label.en = "Donor"
no_charge = true
"""

WITHOUT_DONOR = """
[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Cells"
[driver.cells.choice.marrow]
label.en = "Bone marrow"
no_charge = true
[driver.cells.choice.fat]
label.en = "Fat"
no_charge = true
[driver.cells.choice.donor]
label.en = "Donor"
offered = false
why.en = "Not allowed here."
"""


def table(*drivers: str, currency: str = "USD") -> pricing.PriceTable:
    """Return a list that asks these questions, and one with a default for each other role that a list has to have."""
    text = "\n".join(drivers)
    for role in ("cell_type", "sessions", "hospital_stay", "rehabilitation"):
        if f'role = "{role}"' not in text:
            text += "\n" + yes_no(f"no_{role}", role, f"No {role}?", "default = true")
    return pricing.read(TABLE.format(currency=currency, drivers=text))


def cells(code: str = "cells", label: str = "Cells") -> str:
    return CELLS.format(code=code, label=label)


def number(code: str, role: str, unit: str | None = None, **more: object) -> str:
    """Return a question for a number from 1 to 9, unless it says otherwise."""
    keys = {"least": 1, "most": 9, **more}
    lines = [f"{key} = {str(value).lower()}" for key, value in keys.items() if key != "label"]
    label = more.get("label", code.title())
    said = "" if unit is None else f'unit.en = "{unit}"\n'
    return f'[driver.{code}]\nkind = "number"\nrole = "{role}"\nlabel.en = "{label}"\n{said}' + "\n".join(
        lines
    )


def yes_no(code: str, role: str, label: str, more: str = "") -> str:
    return f'[driver.{code}]\nkind = "yes_no"\nrole = "{role}"\nlabel.en = "{label}"\n{more}'


def driver(of: pricing.PriceTable, code: str) -> Driver:
    return next(each for each in of.drivers if each.code == code)


# What goes over -----------------------------------------------------------------------------------------------------


def test_an_answer_goes_over_to_the_question_with_the_same_role_kind_and_code() -> None:
    """
    Both ask for cells and sessions.
    """
    here = table(cells(), number("sessions", "sessions", "session"))
    there = table(cells(label="Which cells"), number("sessions", "sessions", "session"))
    found = carry(here, {"cells": "donor", "sessions": "2"}, there)
    assert found.answers == {"cells": "donor", "sessions": "2"}
    assert found.come_from == {"cells": "cells", "sessions": "sessions"}
    assert found.lost == ()
    assert found.asked == ()


def test_the_only_question_of_a_role_that_all_treatments_have_needs_no_common_code() -> None:
    here = table(cells("kind_of_cells", "What"), number("nights", "hospital_stay", "night"))
    there = table(cells("cells", "Which"), number("stay", "hospital_stay", "night"))
    found = carry(here, {"kind_of_cells": "marrow", "nights": "3"}, there)
    assert found.answers == {"cells": "marrow", "stay": "3"}
    assert found.come_from == {"cells": "kind_of_cells", "stay": "nights"}


def test_two_questions_of_a_kind_are_not_guessed_between() -> None:
    here = table(number("nights", "hospital_stay", "night"))
    there = table(
        number("ward", "hospital_stay", "night"), number("intensive", "hospital_stay", "night", default=1)
    )
    found = carry(here, {"nights": "3"}, there)
    assert found.answers == {}
    assert found.lost == (Lost("nights", "no_question"),)
    assert found.asked == ("ward",)


@pytest.mark.parametrize("role", ["extras", "about_you"])
def test_the_only_extra_of_each_list_may_be_something_else(role: str) -> None:
    found = carry(table(number("visas", role)), {"visas": "2"}, table(number("guides", role)))
    assert found.lost == (Lost("visas", "no_question"),)


def test_the_same_words_are_the_same_question() -> None:
    here = table(yes_no("helper", "extras", "A helper at night?"))
    there = table(yes_no("attendant", "extras", "A helper at night?"))
    assert carry(here, {"helper": True}, there).answers == {"attendant": True}


def test_the_same_code_with_another_role_is_another_question() -> None:
    here = table(yes_no("mri", "about_you", "An MRI?"))
    there = table(yes_no("mri", "extras", "An MRI?"))
    assert carry(here, {"mri": True}, there).lost == (Lost("mri", "no_question"),)


def test_what_was_not_answered_is_neither_carried_nor_lost() -> None:
    here = table(cells(), yes_no("visa", "extras", "A visa?", "open = true"))
    found = carry(here, {"cells": "marrow"}, here)
    assert (found.answers, found.lost, found.asked) == ({"cells": "marrow"}, (), ())


# What is lost, and asked ---------------------------------------------------------------------------------------------


def test_an_answer_that_is_not_offered_is_lost_with_the_other_lists_reason_and_asked() -> None:
    found = carry(table(cells()), {"cells": "donor"}, table(WITHOUT_DONOR))
    assert found.lost == (Lost("cells", "not_offered", "cells", {"en": "Not allowed here."}),)
    assert found.asked == ("cells",)


def test_an_answer_that_the_other_list_does_not_know_has_no_reason() -> None:
    found = carry(table(WITHOUT_DONOR), {"cells": "fat"}, table(cells()))
    assert found.lost == (Lost("cells", "not_offered", "cells", None),)


@pytest.mark.parametrize("there", [{"most": 2}, {"least": 5}, {"step": 2}])
def test_a_number_that_is_not_possible_there_is_lost(there: dict[str, Any]) -> None:
    found = carry(
        table(number("sessions", "sessions")),
        {"sessions": "4"},
        table(number("sessions", "sessions", **there)),
    )
    assert found.lost == (Lost("sessions", "not_possible", "sessions"),)
    assert found.asked == ("sessions",)


def test_a_number_in_other_units_is_lost_but_a_session_is_one_whatever_it_is_called() -> None:
    here = table(number("training", "rehabilitation", "day"), number("sessions", "sessions", "session"))
    there = table(number("training", "rehabilitation", "hour"), number("sessions", "sessions", "infusion"))
    found = carry(here, {"training": "5", "sessions": "2"}, there)
    assert found.answers == {"sessions": "2"}
    assert found.lost == (Lost("training", "other_units", "training"),)


def test_units_are_the_same_in_a_language_that_both_lists_have() -> None:
    one = driver(table(number("stay", "hospital_stay", "night")), "stay")
    none = driver(table(number("stay", "hospital_stay")), "stay")
    sessions = driver(table(number("stay", "sessions")), "stay")
    assert same_unit(one, one)
    assert same_unit(none, none)
    assert not same_unit(one, none)
    assert same_unit(sessions, driver(table(number("stay", "sessions", "visit")), "stay"))
    assert same_unit(one, driver(table(cells()), "cells"))


def test_an_amount_goes_over_in_its_own_currency_only() -> None:
    flights = number("flights", "extras", money=True, most=9000)
    here = table(flights)
    assert carry(here, {"flights": "900"}, here).answers == {"flights": "900"}
    found = carry(here, {"flights": "900"}, table(flights, currency="JPY"))
    assert found.lost == (Lost("flights", "other_currency", "flights"),)
    assert found.asked == ("flights",)


def test_another_kind_of_question_is_asked_again() -> None:
    here = table(yes_no("rehab", "rehabilitation", "Rehabilitation?"))
    there = table(number("rehab", "rehabilitation", "day", default=1))
    found = carry(here, {"rehab": True}, there)
    assert found.lost == (Lost("rehab", "other_kind", "rehab"),)
    assert found.asked == ("rehab",)  # although it has a default


def test_money_is_another_kind_than_a_number() -> None:
    here = table(number("hotel", "extras", "night", label="Hotel", open=True))
    there = table(number("hotel_price", "extras", label="Hotel", money=True, open=True))
    found = carry(here, {"hotel": "3"}, there)
    assert found.lost == (Lost("hotel", "other_kind", "hotel_price"),)
    assert found.asked == ("hotel_price",)


def test_yes_to_other_words_is_no_answer() -> None:
    here = table(yes_no("mri", "about_you", "An MRI of the last six months?", "open = true"))
    there = table(yes_no("mri", "about_you", "An MRI of the last twelve months?", "open = true"))
    found = carry(here, {"mri": True}, there)
    assert found.lost == (Lost("mri", "other_words", "mri"),)
    assert found.asked == ("mri",)


def test_what_may_stay_open_and_was_not_lost_is_not_asked() -> None:
    there = table(cells(), yes_no("guide", "extras", "A guide?", "open = true"))
    assert carry(table(cells()), {"cells": "marrow"}, there).asked == ()


def test_a_question_that_the_carried_answers_do_not_lead_to_is_not_asked() -> None:
    rehab = yes_no("rehab", "rehabilitation", "Rehabilitation?")
    hours = number("hours", "rehabilitation", "hour", when="{ rehab = true }")
    days = number("hours", "rehabilitation", "day", when="{ rehab = true }")
    here = table(rehab, hours)
    assert carry(here, {"rehab": True, "hours": "5"}, table(rehab, days)).asked == ("hours",)
    assert carry(here, {"hours": "5"}, table(rehab, days)).asked == ("rehab",)


def test_what_is_needed_is_asked_in_the_order_of_the_other_list() -> None:
    there = table(number("sessions", "sessions"), cells(), number("nights", "hospital_stay"))
    assert carry(table(cells()), {"cells": "marrow"}, there).asked == ("sessions", "nights")


def test_a_question_has_no_counterpart_in_a_list_that_asks_nothing_like_it() -> None:
    here = table(yes_no("rehab", "rehabilitation", "Rehabilitation?"))
    assert counterpart(here.drivers[0], here, table(yes_no("gym", "rehabilitation", "A gym?"))) is None


# The demonstration lists ----------------------------------------------------------------------------------------------

SHIPPED = {
    name: pricing.read((Path(pricing.__file__).parent / "tables" / f"{name}.toml").read_text("utf-8"))
    for name in ("delhi", "japan", "mexico")
}


def test_every_worked_example_goes_over_to_every_other_list_without_an_impossible_answer() -> None:
    plan = {
        "cells": "marrow",
        "sessions": "1",
        "room": "ward",
        "nights": "7",
        "rehab": "none",
        "flights": "900",
    }
    for name, other in SHIPPED.items():
        found = carry(SHIPPED["delhi"], plan, other)
        _values, problems = pricing.answers.look(other, found.answers)
        assert {problem.driver for problem in problems} <= set(found.asked), name
        assert {problem.kind for problem in problems} <= {"answer_missing"}, name
    assert carry(SHIPPED["delhi"], plan, SHIPPED["delhi"]).lost == ()
    found = carry(SHIPPED["delhi"], plan, SHIPPED["mexico"])
    assert {each.driver: each.reason for each in found.lost} == {
        "cells": "not_offered",
        "room": "no_question",
        "rehab": "other_kind",
    }
