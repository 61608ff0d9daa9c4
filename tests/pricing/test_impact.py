"""What another price list does to plans, counted, with every number worked out by hand."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import pricing
from pricing import PriceTable
from pricing.distinct_plans import Distinct
from pricing.impact import Tally
from pricing.money import Rounder
from tests.support.example_list import table_text

SESSION = Decimal("2000.00")


def table(price: str = "2000.00", *, change: tuple[str, str] | None = None, **given: str) -> PriceTable:
    """The example list, a session at `price`; `change` replaces one piece of its text by another."""
    text = table_text(price=price, **given)
    if change is not None:
        assert change[0] in text
        text = text.replace(*change, 1)
    return pricing.read(text)


def result(old: PriceTable, new: PriceTable, plans: list[tuple[dict[str, Any], int]]) -> dict[str, Any]:
    tally = Tally()
    for answers, count in plans:
        tally.add(old, new, answers, count)
    return dict(tally.result(Rounder(new.round_to, new.rounding)))


def bars(found: dict[str, Any]) -> dict[tuple[str | None, str | None], int]:
    return {(bar["from"], bar["to"]): bar["plans"] for bar in found["histogram"] if bar["plans"]}


def kinds(found: dict[str, Any]) -> dict[str, int]:
    from pricing.impact import KINDS

    return {kind: found[kind] for kind in KINDS if found[kind]}


PLANS: list[tuple[dict[str, Any], int]] = [
    ({"cells": "own", "sessions": "1"}, 5),
    ({"cells": "own", "sessions": "2"}, 3),
    ({"cells": "own", "sessions": "6"}, 1),
]


def test_a_price_that_rises_by_four_percent() -> None:
    found = result(table(), table("2080.00"), PLANS)
    assert found["plans"] == 9
    assert kinds(found) == {"up": 9}
    # Changes: five times 80, three times 160, once 480; the fifth of nine is 80.
    assert (found["median"], found["median_percent"]) == ("80", "4")
    assert bars(found) == {("2", "5"): 9}
    assert [(mover["change"], mover["plans"]) for mover in found["movers"]] == [
        ("480.00", 1),
        ("160.00", 3),
        ("80.00", 5),
    ]
    assert found["movers"][0] == {
        "answers": {"cells": "own", "sessions": "6"},
        "plans": 1,
        "old": "12000.00",
        "new": "12480.00",
        "change": "480.00",
        "percent": "4",
    }


def test_the_median_of_an_even_number_is_between_the_middle_two() -> None:
    found = result(table(), table("1990.00"), [*PLANS[:1], ({"sessions": "4"}, 5)])
    # Five times -10 and five times -40.
    assert kinds(found) == {"down": 10}
    assert (found["median"], found["median_percent"]) == ("-25", "-0.5")
    assert bars(found) == {("-2", "0"): 10}


def test_nothing_changes() -> None:
    found = result(table(), table(), PLANS)
    assert kinds(found) == {"unchanged": 9}
    assert (found["median"], found["median_percent"], found["movers"]) == ("0", "0", [])
    assert bars(found) == {("0", "0"): 9}


def test_nothing_is_counted_of_nothing() -> None:
    found = result(table(), table(), [])
    assert (found["plans"], found["median"], found["median_percent"]) == (0, None, None)


@pytest.mark.parametrize(
    ("price", "bar"),
    [
        ("999.99", (None, "-50")),
        ("1000.00", ("-50", "-20")),
        ("1600.00", ("-20", "-10")),
        ("1799.99", ("-20", "-10")),
        ("1800.00", ("-10", "-5")),
        ("1900.00", ("-5", "-2")),
        ("1960.00", ("-2", "0")),
        ("1999.99", ("-2", "0")),
        ("2000.00", ("0", "0")),
        ("2000.01", ("0", "2")),
        ("2040.00", ("0", "2")),
        ("2040.01", ("2", "5")),
        ("2100.00", ("2", "5")),
        ("2200.00", ("5", "10")),
        ("2400.00", ("10", "20")),
        ("3000.00", ("20", "50")),
        ("3000.01", ("50", None)),
    ],
)
def test_a_bar_has_its_edge_that_is_further_from_nothing(
    price: str, bar: tuple[str | None, str | None]
) -> None:
    assert bars(result(table(), table(price), PLANS[:1])) == {bar: 5}


def test_a_plan_that_cost_nothing_has_no_percent() -> None:
    found = result(table("0.00"), table("10.00"), PLANS[:1])
    assert kinds(found) == {"up": 5}
    assert (found["median"], found["median_percent"], bars(found)) == ("10", None, {})
    assert found["movers"][0]["percent"] is None


def test_a_plan_that_is_not_possible_any_more_is_refused_with_its_reason() -> None:
    fewer = table("2100.00", change=("most = 6", "most = 3"))
    found = result(table(), fewer, PLANS)
    assert kinds(found) == {"up": 8, "refused": 1}
    assert found["refused_because"] == [{"driver": "sessions", "problem": "answer_above_most", "plans": 1}]
    assert kinds(result(fewer, table(), PLANS)) == {"down": 8, "accepted": 1}
    assert kinds(result(fewer, fewer, PLANS)) == {"unchanged": 8, "refused_before": 1}


def test_a_plan_that_lacks_answers_is_neither_refused_nor_accepted() -> None:
    plans: list[tuple[dict[str, Any], int]] = [({"cells": "own"}, 2)]
    assert kinds(result(table(), table("2100.00"), plans)) == {"unfinished": 2}


def test_a_question_that_is_not_asked_any_more_refuses_nobody() -> None:
    asks = '[driver.more]\nkind = "yes_no"\nrole = "extras"\nlabel.en = "More"\ndefault = false\n\n[group.treatment]'
    with_it = table(change=("[group.treatment]", asks))
    plans: list[tuple[dict[str, Any], int]] = [({"cells": "own", "sessions": "1", "more": True}, 2)]
    assert kinds(result(with_it, table(), plans)) == {"unchanged": 2}


def test_a_new_question_without_a_default_refuses_whoever_has_not_answered_it() -> None:
    asks = '[driver.more]\nkind = "yes_no"\nrole = "extras"\nlabel.en = "More"\n\n[group.treatment]'
    found = result(table(), table(change=("[group.treatment]", asks)), PLANS)
    assert kinds(found) == {"refused": 9}
    assert found["refused_because"] == [{"driver": "more", "problem": "answer_missing", "plans": 9}]


def test_what_is_on_request_is_neither_up_nor_down() -> None:
    asking = table(change=("price = 2000.00", "on_request = true"))
    found = result(table(), asking, PLANS)
    assert kinds(found) == {"on_request": 9}
    assert found["on_request_because"] == [{"item": "session", "plans": 9}]
    assert (found["median"], found["movers"]) == (None, [])
    assert kinds(result(asking, table(), PLANS)) == {"priced": 9}
    assert kinds(result(asking, asking, PLANS)) == {"unchanged": 9}


def test_what_is_newly_left_open_is_neither_up_nor_down() -> None:
    text = (Path(__file__).parent / "cases" / "left-open.toml").read_text(encoding="utf-8")
    before, flights, after = text.partition("[driver.flights]")
    opened = pricing.read(text)
    closed = pricing.read(before + flights + after.replace("open = true", "default = 0", 1))
    plan = {"cells": "own", "sessions": "2", "nights": "7", "rehab": False, "companion": False}
    open_plan = {**plan, "weight": "80", "scan": True}
    assert kinds(result(closed, opened, [(open_plan, 2)])) == {"left_open": 2}
    assert kinds(result(opened, closed, [(open_plan, 2)])) == {"counted": 2}
    assert kinds(result(opened, opened, [(open_plan, 2)])) == {"unchanged": 2}
    assert kinds(result(closed, opened, [({**open_plan, "flights": "1850.37"}, 3)])) == {"unchanged": 3}


def test_totals_in_two_currencies_are_not_compared() -> None:
    found = result(table(), table(change=('"USD"', '"EUR"')), PLANS)
    assert kinds(found) == {"other_currency": 9}
    assert found["median"] is None


def test_the_ten_largest_movers_are_told_and_no_more() -> None:
    old = table(change=("most = 6", "most = 40"))
    new = table("2001.00", change=("most = 6", "most = 40"))
    plans: list[tuple[dict[str, Any], int]] = [({"sessions": str(number)}, 1) for number in range(1, 31)]
    found = result(old, new, plans)
    assert [mover["change"] for mover in found["movers"]] == [f"{number}.00" for number in range(30, 20, -1)]


def test_parts_that_are_merged_give_what_all_at_once_gives() -> None:
    old, new = table(change=("most = 6", "most = 40")), table("2150.00")
    plans: list[tuple[dict[str, Any], int]] = [({"sessions": str(number)}, number) for number in range(1, 31)]
    parts = Tally()
    for start in range(0, 30, 7):
        part = Tally()
        for answers, count in plans[start : start + 7]:
            part.add(old, new, answers, count)
        parts.merge(part)
    assert parts.result(Rounder(new.round_to, new.rounding)) == result(old, new, plans)


def test_plans_that_differ_only_in_what_no_price_looks_at_are_one() -> None:
    distinct = Distinct([table(), table("2080.00")])
    for given in (
        '{"cells": "own", "sessions": "2", "nights": "3"}',
        '{"cells": "own", "sessions": "2", "nights": "7"}',
        '{"sessions": "2", "cells": "own", "nights": "7"}',
        '{"cells": "own", "sessions": "3", "nights": "7"}',
    ):
        distinct.add(given, 10)
    assert sorted(distinct.plans.values()) == [10, 30]
    assert distinct.left_out == 0


def test_what_one_of_both_tables_refuses_is_not_put_together_with_what_it_takes() -> None:
    distinct = Distinct([table(), table(change=("most = 30", "most = 5"))])
    for nights in ("3", "4", "7", "9"):
        distinct.add(f'{{"cells": "own", "sessions": "2", "nights": "{nights}"}}', 1)
    assert sorted(distinct.plans.values()) == [1, 1, 2]


def test_what_a_price_looks_at_in_either_table_is_told_apart() -> None:
    by_night = table(change=('per = "sessions"', 'per = ["sessions", "nights"]'))
    for tables in ([table(), by_night], [by_night, table()]):
        distinct = Distinct(tables)
        for nights in ("3", "4"):
            distinct.add(f'{{"cells": "own", "sessions": "2", "nights": "{nights}"}}', 1)
        assert len(distinct.plans) == 2


def test_of_too_many_distinct_plans_the_first_are_kept_and_the_rest_is_counted() -> None:
    distinct = Distinct([table()], most=2)
    for sessions, plans in (("1", 5), ("2", 3), ("3", 7), ("1", 1), ("3", 1)):
        distinct.add(f'{{"sessions": "{sessions}"}}', plans)
    assert Counter(distinct.plans.values()) == {6: 1, 3: 1}
    assert distinct.left_out == 8


def test_the_largest_changes_are_kept_however_many_smaller_ones_follow() -> None:
    many: list[tuple[dict[str, Any], int]] = [({"sessions": str(number)}, 1) for number in range(30, 0, -1)]
    widened = ("least = 1\nmost = 6", "least = 1\nmost = 30")
    found = result(table(change=widened), table("2080.00", change=widened), many)
    assert [mover["change"] for mover in found["movers"]] == [
        f"{80 * number}.00" for number in range(30, 20, -1)
    ]


def test_memory_stays_bounded_whatever_number_of_plans_is_added() -> None:
    distinct = Distinct([table()], most=1)
    for nights in range(10):
        distinct.add(f'{{"cells": "own", "sessions": "2", "nights": "{nights}"}}', 1)
    assert distinct.plans == {'{"cells": "own", "sessions": "2"}': 10} or list(distinct.plans.values()) == [
        10
    ]
    assert len(distinct._seen) <= 2
