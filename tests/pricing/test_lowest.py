"""The lowest total that unfinished answers can come to is that of the cheapest way to complete them, or not told."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import pricing
from pricing import lowest, terms, trials
from pricing.answers import Refused, value_of
from pricing.conditions import applies
from pricing.explore import outcome
from pricing.table import ChoiceDriver, DateDriver, Driver, NumberDriver, PriceTable, YesNoDriver
from tests.pricing.dense import Table
from tests.pricing.strategies import answers_for, price_tables

SHIPPED = ("delhi", "japan", "mexico")
FEW = 400
"""Ways to complete answers that are tried one by one."""
DENSE_DAYS = [
    date(2025, 2, 1), date(2025, 12, 31), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 31),
    date(2026, 4, 1), date(2026, 12, 31), date(2027, 2, 5), date(2027, 3, 5),
]  # fmt: skip
"""A day of every kind that a condition of a dense table tells from others."""

TEXT = """
format = 1
table = "list"
version = "1"
valid_from = 2026-01-01
currency = "USD"
languages = ["en"]
title.en = "A list"
time_zone = "UTC"
provider = {{ name = "Example clinic", country = "IN" }}

[driver.cells]
kind = "choice"
role = "cell_type"
label.en = "Cells"
choice.own.label.en = "Own"
choice.cord.label.en = "Cord"
choice.fat = {{ label.en = "Fat", offered = false, why.en = "Not here" }}

[driver.sessions]
kind = "number"
role = "sessions"
label.en = "Sessions"
least = 1
most = 6

[driver.nights]
kind = "number"
role = "hospital_stay"
label.en = "Nights"
least = 2
most = {most}
step = 0.5
default = 7

[driver.rehab]
kind = "yes_no"
role = "rehabilitation"
label.en = "Rehabilitation"
open = true

[driver.days]
kind = "number"
role = "rehabilitation"
label.en = "Days"
when = {{ rehab = true }}
least = 5
most = 20

[driver.arrival]
kind = "date"
role = "about_you"
label.en = "Arrival"

[group.care]
label.en = "Care"

[group.trip]
label.en = "Trip"
total = "others"

[group.spare]
label.en = "Spare"
total = "reserve"

[charge.own]
label.en = "Own cells"
group = "care"
when = {{ cells = "own" }}
per = "sessions"
price = 300

[charge.cord]
label.en = "Cord cells"
group = "care"
when = {{ cells = "cord" }}
per = "sessions"
price = 200

[charge.travel]
label.en = "Travel"
group = "trip"
when = {{ cells = "cord" }}
price = 450

[charge.ward]
label.en = "Ward"
group = "care"
per = "nights"
price = 10

[charge.training]
label.en = "Training"
group = "care"
per = "days"
price = 7

[charge.buffer]
label.en = "To set aside"
group = "spare"
per = "days"
price = 1000

[notice.not_included]
kind = "not_included"
text.en = "Flights"

[notice.about]
kind = "about_this_estimate"
text.en = "An estimate"
"""


def priced(more: str = "", most: str = "30", **changes: str) -> PriceTable:
    """The list with further sections, and with other lines in place of some."""
    text = TEXT.format(most=most)
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return pricing.read(text + more)


def charge(code: str, rest: str, group: str = "care") -> str:
    return f'\n[charge.{code}]\nlabel.en = "x"\ngroup = "{group}"\n{rest}\n'


def package(code: str, rest: str, group: str = "care") -> str:
    return f'\n[package.{code}]\nlabel.en = "x"\ngroup = "{group}"\n{rest}\n'


def tax(rest: str) -> str:
    return f'\n[tax.vat]\nlabel.en = "x"\n{rest}\n'


MOST_NUMBERS = 200


def possible(driver: Driver, days: list[date]) -> list[Any]:
    """Every answer to a question; of days, those that are given, and of very many numbers some, the ends among them."""
    if isinstance(driver, ChoiceDriver):
        return [choice.code for choice in driver.choices if choice.offered]
    if isinstance(driver, NumberDriver):
        steps = int((driver.most - driver.least) / driver.step)
        among = range(steps + 1) if steps <= MOST_NUMBERS else range(0, steps + 1, steps // MOST_NUMBERS)
        return [driver.least + number * driver.step for number in sorted({*among, steps})]
    if isinstance(driver, YesNoDriver):
        return [True, False]
    assert isinstance(driver, DateDriver)
    return days


def usable(driver: Driver, answer: Any) -> bool:
    try:
        return answer is not None and value_of(driver, answer) is not None
    except Refused:
        return False


def ways(table: PriceTable, answers: dict[str, Any], days: list[date]) -> Iterator[dict[str, Any]]:
    """Every way to complete answers, one by one."""

    def go(position: int, plan: dict[str, Any], values: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if position == len(table.drivers):
            yield plan
            return
        driver = table.drivers[position]
        if not applies(driver.when, driver.unless, values):
            yield from go(position + 1, plan, values)
            return
        given = answers.get(driver.code)
        tried = [given] if usable(driver, given) else possible(driver, days)
        for answer in tried:
            value = value_of(driver, answer)
            yield from go(position + 1, {**plan, driver.code: answer}, {**values, driver.code: value})
        if driver.open and not usable(driver, given):
            yield from go(position + 1, plan, values)

    yield from go(0, {}, {})


def cheapest(table: PriceTable, answers: dict[str, Any], days: list[date]) -> Decimal | str | None:
    """The lowest total of all ways; None if all are refused, "many" if they are too many to try."""
    totals = []
    for number, plan in enumerate(ways(table, answers, days)):
        if number == FEW:
            return "many"
        found = outcome(table, plan).total
        if found is not None:
            totals.append(found[1])
    return min(totals, default=None)


def all_days(table: PriceTable) -> list[date]:
    """A day on each side of every end that conditions name, in every month."""
    ends = {table.valid_from}
    entries: list[Any] = [*table.drivers, *table.rules, *table.charges, *table.packages, *table.taxes]
    for entry in entries:
        for condition in (entry.when, entry.unless):
            for _, test in condition or ():
                ends |= {end for end in (getattr(test, "start", None), getattr(test, "end", None)) if end}
    around = [end.fromordinal(end.toordinal() + shift) for end in ends for shift in (-1, 0, 1)]
    return [*around, *(end.replace(month=month, day=1) for end in ends for month in range(1, 13))]


# Against every way, one by one


@pytest.mark.long
@pytest.mark.parametrize("batch", range(4))
def test_it_is_the_cheapest_of_all_ways_or_is_not_told(batch: int) -> None:
    told: Counter[str] = Counter()
    for seed in range(batch * 40, batch * 40 + 40):
        plan, dice = Table(seed), random.Random(seed)
        table = pricing.read(plan.text)
        answers = dict(plan.answers)
        for code in dice.sample(list(answers), min(len(answers), dice.choice([1, 2, 2]))):
            del answers[code]
        wanted = cheapest(table, answers, DENSE_DAYS)
        if wanted == "many":
            continue
        found = pricing.so_far(table, answers)
        assert found is None or found == wanted, f"dense.Table({seed}), answers {answers}"
        told["told" if found is not None else "not told"] += 1
    assert told["told"] > told["not told"] > 0


@settings(suppress_health_check=list(HealthCheck))
@given(st.data())
def test_it_is_the_cheapest_of_all_ways_in_tables_with_every_word(data: st.DataObject) -> None:
    table = data.draw(price_tables())
    answers = data.draw(answers_for(table))
    for code in data.draw(st.lists(st.sampled_from(sorted(answers)), max_size=2)) if answers else ():
        answers.pop(code, None)
    wanted = cheapest(table, answers, all_days(table))
    assume(wanted != "many")
    assert pricing.so_far(table, answers) in (None, wanted)


@pytest.mark.long
@settings(suppress_health_check=list(HealthCheck))
@given(st.data())
def test_answers_that_are_complete_come_to_their_own_total(data: st.DataObject) -> None:
    table = data.draw(price_tables())
    answers = data.draw(answers_for(table))
    try:
        found = pricing.estimate(table, answers)
    except pricing.BadAnswers:
        assume(False)
        raise
    assume(all(driver.code in found.answers or not driver.open for driver in table.drivers))
    told = pricing.so_far(table, dict(found.answers))
    assert told in (None, found.totals["total"][1])


# One thing at a time


def test_it_is_the_cheapest_answer_to_each_question_that_is_left() -> None:
    # Own cells, one session, two nights, no training: 300 + 20.
    assert pricing.so_far(priced(), {}) == Decimal("320.00")
    assert pricing.so_far(priced(), {"cells": "cord"}) == Decimal("670.00")
    assert pricing.so_far(priced(), {"sessions": 5}) == Decimal("1470.00")
    assert pricing.so_far(priced(), {"rehab": True}) == Decimal("355.00")
    assert pricing.so_far(priced(), {"rehab": True, "days": 20}) == Decimal("460.00")


def test_a_default_is_no_answer_before_it_is_given() -> None:
    assert pricing.so_far(priced(), {"nights": 7}) == Decimal("370.00")


def test_an_answer_that_cannot_be_used_counts_as_none() -> None:
    assert pricing.so_far(priced(), {"sessions": 99, "cells": "fat", "moon": 1}) == Decimal("320.00")


def test_an_answer_to_a_question_that_is_not_asked_does_not_matter() -> None:
    assert pricing.so_far(priced(), {"rehab": False, "days": 20}) == Decimal("320.00")


def test_a_way_that_a_rule_refuses_is_no_way() -> None:
    rule = '\n[rule.own]\nwhy.en = "x"\nwhen = { cells = "own", sessions = { most = 2 } }\n'
    assert pricing.so_far(priced(rule), {}) == Decimal("670.00")
    assert pricing.so_far(priced(rule), {"cells": "own"}) == Decimal("920.00")
    assert pricing.so_far(priced(rule), {"cells": "own", "sessions": 1}) is None


def test_a_day_and_a_choice_are_tried_once_for_each_difference_that_they_make() -> None:
    season = charge("season", "when = { arrival = { months = [12] } }\nprice = 5")
    rest = charge("rest", "unless = { arrival = { months = [12], from = 2027-01-01 } }\nprice = 50")
    assert pricing.so_far(priced(season + rest), {}) == Decimal("325.00")
    assert pricing.so_far(priced(season + rest), {"arrival": "2026-12-01"}) == Decimal("375.00")


def test_a_tier_in_which_prices_fall_is_found() -> None:
    tiers = "volume = [{ up_to = 4, price = 100 }, { up_to = 6, price = 20 }, { price = 90 }]"
    scan = charge("scan", f'per = "nights"\nincluded = 1\n{tiers}')
    # 3.5 nights to pay for, at 20 each from the first above 4.
    assert pricing.so_far(priced(scan), {}) == Decimal("420.00")
    assert pricing.so_far(priced(scan), {"nights": 5}) == Decimal("750.00")
    fast = charge("scan", f'per = ["nights", "sessions"]\n{tiers}')
    assert pricing.so_far(priced(fast), {"sessions": 2}) == Decimal("300") * 2 + 25 + 100
    assert pricing.so_far(priced(fast), {}) == cheapest(
        priced(fast), {"cells": "own", "rehab": False, "arrival": "2026-01-01"}, []
    )
    never = charge("scan", 'per = "nights"\nvolume = [{ up_to = 40, price = 1 }, { price = 0.5 }]')
    assert pricing.so_far(priced(never), {}) == Decimal("322.00")


def test_a_price_that_ends_on_request_counts_nothing_there() -> None:
    scan = charge("scan", 'per = "nights"\ngraduated = [{ up_to = 9, price = 100 }]')
    assert pricing.so_far(priced(scan), {}) == Decimal("395.00")
    asked = charge("scan", "on_request = true")
    assert pricing.so_far(priced(asked), {}) == Decimal("320.00")


def test_a_discount_for_each_unit_is_tried_with_every_number() -> None:
    less = charge("less", 'per = "nights"\nprice = -10.5')
    assert pricing.so_far(priced(less), {}) == Decimal("285.00")
    once = charge("less", "when = { nights = { least = 9 } }\nprice = -100")
    assert pricing.so_far(priced(once), {}) == Decimal("290.00")


def test_too_many_numbers_are_not_tried() -> None:
    less = charge("less", 'per = "nights"\nwhen = { cells = "cord" }\nprice = -10.5')
    assert pricing.so_far(priced(less, most="500"), {}) is None
    assert pricing.so_far(priced(less, most="500"), {"nights": 3}) is not None
    # What cannot stand in the plan does not matter.
    assert pricing.so_far(priced(less, most="500"), {"cells": "own"}) == Decimal("320.00")


def test_too_many_tiers_are_not_looked_for_one_by_one() -> None:
    rows = ", ".join(f"{{ up_to = {number}, price = {500 - number} }}" for number in range(1, 402))
    many = charge("scan", f'per = "nights"\nvolume = [{rows}]')
    assert pricing.so_far(priced(many), {}) == cheapest(
        priced(many), {"cells": "own", "sessions": 1, "rehab": False, "arrival": "2026-01-01"}, []
    )
    assert pricing.so_far(priced(many, most="500"), {}) is None


@pytest.mark.long
def test_a_list_of_thousands_of_charges_percentages_and_taxes_is_within_the_steps_that_it_may_take() -> None:
    charges = "".join(
        charge(f"more_{number}", 'per = "nights"\nwhen = { cells = "cord" }\nprice = 1')
        for number in range(3_000)
    )
    fees = "".join(charge(f"fee_{number}", 'percent = 1\nof = ["care"]') for number in range(100))
    taxes = "".join(
        tax('percent = 1\nof = ["care"]').replace("vat", f"vat_{number}") for number in range(100)
    )
    table = priced(charges + fees + taxes)
    assert pricing.so_far(table, {"cells": "own"}) is not None
    assert pricing.so_far(table, {"cells": "cord"}) is not None


def test_too_many_ways_are_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lowest, "MOST_STEPS", 5)
    assert pricing.so_far(priced(), {}) is None


def test_percentages_and_taxes_are_part_of_it() -> None:
    fee = charge("fee", 'percent = 10\nof = ["care"]\nat_least = 35\nat_most = 90')
    assert pricing.so_far(priced(fee), {}) == Decimal("355.00")
    assert pricing.so_far(priced(fee), {"sessions": 6}) == Decimal("1760.00")
    seldom = charge("fee", 'percent = 50\nof = ["care"]\nwhen = { cells = "own" }')
    assert pricing.so_far(priced(seldom), {}) == Decimal("480.00")
    assert pricing.so_far(priced(seldom), {"sessions": 4}) == Decimal("1270.00")
    vat = tax('percent = 10\nof = ["care", "fee"]')
    assert pricing.so_far(priced(fee + vat), {}) == Decimal("390.50")
    assert pricing.so_far(priced(vat.replace(', "fee"', "") + "\nincluded = true"), {}) == Decimal("320.00")


def test_what_is_taken_of_the_reserve_counts_and_what_belongs_to_it_does_not() -> None:
    fee = charge("fee", 'percent = 1\nof = ["spare"]')
    assert pricing.so_far(priced(fee), {"rehab": True}) == Decimal("405.00")
    spare = charge("more", 'percent = 1\nof = ["care"]', group="spare")
    assert pricing.so_far(priced(spare), {}) == Decimal("320.00")
    through = charge("fee", 'percent = 50\nof = ["more"]')
    assert pricing.so_far(priced(spare + through), {}) == Decimal("321.60")


def test_a_tax_above_a_price_is_looked_at_unit_by_unit() -> None:
    vat = tax('percent = 50\nof = ["own", "ward"]\nabove = 200')
    assert pricing.so_far(priced(vat), {}) == Decimal("470.00")
    rounded = charge("room", 'per = "sessions"\nblock = 2\nprice = 250')
    vat = tax('percent = 10\nof = ["own", "room", "fee"]\nabove = 260')
    fee = charge("fee", 'percent = 90\nof = ["own"]')
    assert (
        pricing.so_far(priced(rounded + fee + vat), {"cells": "own"}) == Decimal("300") + 20 + 250 + 270 + 57
    )
    least = charge("room", 'per = "sessions"\nprice = 50\nat_least = 290')
    vat = tax('percent = 90\nof = ["room"]\nabove = 200')
    # One session is a unit that costs 290, two are units of 145.
    assert pricing.so_far(priced(least + vat), {"cells": "cord"}) == Decimal("450") + 20 + 400 + 290
    below = tax('percent = 10\nof = ["room"]\nabove = -1')
    assert pricing.so_far(priced(least + below), {}) is None


def test_a_percentage_that_is_taken_off_is_not_told_where_it_may_be() -> None:
    for rest in ("percent = -5", "percent = 5\nat_most = -1", "percent = 5\nat_least = 3"):
        less = charge("credit", "price = -1") + charge(
            "fee", f'when = {{ cells = "own" }}\nof = ["care"]\n{rest}'
        )
        assert pricing.so_far(priced(less), {"cells": "own"}) is None
        assert pricing.so_far(priced(less), {"cells": "cord"}) == Decimal("669.00")


def test_the_package_that_makes_it_cheapest_is_used() -> None:
    start = package("start", "price = 500\ncovers = { own = 3, ward = 7 }")
    assert pricing.so_far(priced(start), {"sessions": 3}) == Decimal("500.00")
    assert pricing.so_far(priced(start), {}) == Decimal("320.00")
    cord = package("all", 'price = 100\nwhen = { cells = "cord" }\ncovers = { cord = "all", travel = "all" }')
    assert pricing.so_far(priced(cord), {}) == Decimal("120.00")
    assert pricing.so_far(priced(cord), {"cells": "own"}) == Decimal("320.00")


def test_a_package_that_is_cheapest_for_another_reason_is_not_told() -> None:
    # It makes the reserve lower and the total higher, and is used for that.
    spare = charge("risk", "price = 900", group="spare")
    odd = package("odd", 'price = 40\ncovers = { risk = "all", own = "all" }', group="spare")
    assert pricing.so_far(priced(spare + odd), {"cells": "own"}) == Decimal("20.00")
    dear = package("dear", 'price = 400\ncovers = { risk = "all" }')
    assert pricing.so_far(priced(spare + dear), {"cells": "own"}) is None


def test_a_plan_that_is_priced_to_be_sure_answers_every_question() -> None:
    odd = package("odd", "price = 1\ncovers = { own = 1 }")
    more = (
        '\n[driver.meals]\nkind = "number"\nrole = "extras"\nlabel.en = "x"\nleast = 1\nmost = 3\n'
        '\n[driver.guest]\nkind = "yes_no"\nrole = "extras"\nlabel.en = "x"\nwhen = {{ meals = 2 }}\n'
        '\n[driver.name]\nkind = "yes_no"\nrole = "extras"\nlabel.en = "x"\nopen = true\n'
    ).format()
    assert pricing.so_far(priced(odd + more), {}) == Decimal("21.00")
    assert pricing.so_far(priced(odd + more), {"meals": 2}) == Decimal("21.00")


# Shipped lists


def shipped(name: str) -> PriceTable:
    return pricing.read((resources.files("pricing.tables") / f"{name}.toml").read_text(encoding="utf-8"))


def some_answers(table: PriceTable, dice: random.Random) -> dict[str, Any]:
    days = [table.valid_from]
    return {driver.code: dice.choice(possible(driver, days)) for driver in table.drivers}


@pytest.mark.long
@pytest.mark.parametrize("name", SHIPPED)
def test_no_way_through_a_shipped_list_is_cheaper_than_what_is_told(name: str) -> None:
    table, dice = shipped(name), random.Random(name)
    tried = 0
    for _ in range(150):
        answers = some_answers(table, dice)
        known = dict(dice.sample(list(answers.items()), dice.randrange(len(answers))))
        told = pricing.so_far(table, known)
        for _ in range(5):
            found = outcome(table, {**some_answers(table, dice), **known}).total
            if found is not None:
                assert told is not None
                assert told <= found[1]
                tried += 1
    assert tried > 50


@pytest.mark.parametrize("name", SHIPPED)
def test_a_form_may_ask_at_each_answer(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the steps that a hostile list may take are enough for a shipped one."""
    monkeypatch.setattr(lowest, "MOST_STEPS", lowest.MOST_STEPS // 10)
    assert pricing.so_far(shipped(name), {}) is not None


def test_what_is_kept_of_a_table_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "MOST_KEPT", 2)
    monkeypatch.setattr(terms, "MOST_KEPT", 2)
    tiers = "volume = [{ up_to = 4, price = 100 }, { price = 20 }]"
    table = priced(charge("scan", f'per = ["nights", "sessions"]\n{tiers}'))
    found = [pricing.so_far(table, {"sessions": number}) for number in (1, 2, 3, 4, 1, 2)]
    assert found[:2] == found[4:]
    kept = table.kept["trials"]
    assert len(kept.numbers) <= 2
