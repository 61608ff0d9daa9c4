"""Promises about every plan, tried on tables in which everything meets everything."""

from __future__ import annotations

import dataclasses
import decimal
import hashlib
import os
import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

import pricing
from pricing.breakdown import Breakdown
from pricing.table import ChoiceIs, PriceTable
from tests.pricing.dense import Table
from tests.support import profile

PLANS = profile.count(200, 2_000)


@cache
def plans(number: int = PLANS) -> tuple[tuple[PriceTable, dict[str, Any], Breakdown], ...]:
    """Tables with answers and what they come to."""
    found = []
    for seed in range(5_000, 5_000 + number):
        plan = Table(seed)
        table = pricing.read(plan.text)
        with suppress(pricing.BadAnswers):
            found.append((table, plan.answers, pricing.estimate(table, plan.answers)))
    return tuple(found)


@pytest.mark.long
def test_the_steps_of_an_item_lead_from_its_quantity_to_its_amount() -> None:
    told = 0
    for _, _, found in plans():
        for item in found.as_dict()["items"]:
            if item["quantity"]["likely"] == "0":
                assert item["steps"] == []
                continue
            amount = walked(item["quantity"]["likely"], item["steps"])
            assert amount == (None if item["amount"]["likely"] is None else Decimal(item["amount"]["likely"]))
            told += len(item["steps"])
    assert told > 500


def walked(quantity: str, steps: Sequence[Mapping[str, Any]]) -> Decimal | None:
    """The amount that somebody arrives at who follows the steps; None on request."""
    left, amount = Decimal(quantity), Decimal(0)
    for step in steps:
        kind = step["kind"]
        if kind in ("included", "covered"):
            left -= Decimal(step["quantity"])
            assert left >= 0
        elif kind == "blocks":
            size, blocks = Decimal(step["size"]), Decimal(step["quantity"])
            assert (blocks - 1) * size < left <= blocks * size
            left = blocks
        elif kind == "unit":
            assert Decimal(step["quantity"]) == left
            amount = left * Decimal(step["price"])
            assert amount == Decimal(step["amount"])
            left = Decimal(0)
        elif kind == "tier":
            units, price, flat = (Decimal(step[key] or 0) for key in ("quantity", "price", "flat"))
            part = price if step["mode"] == "stairstep" else units * price + flat
            assert part == Decimal(step["amount"])
            amount, left = amount + part, left - units
        elif kind == "percent":
            amount = Decimal(step["base"]) * Decimal(step["percent"]) / 100
            assert amount == Decimal(step["amount"])
            left = Decimal(0)
        elif kind == "at_least":
            assert amount < Decimal(step["bound"])
            amount = Decimal(step["bound"])
        elif kind == "at_most":
            assert amount > Decimal(step["bound"])
            amount = Decimal(step["bound"])
        elif kind == "rounded":
            assert amount == Decimal(step["from"]) != Decimal(step["to"])
            amount = Decimal(step["to"])
        else:
            assert step == {"kind": "on_request"}
            assert step is steps[-1]
            return None
    assert left == 0
    return amount


@pytest.mark.long
def test_payments_add_up_to_the_likely_provider_total_or_are_zero() -> None:
    schedules = 0
    for table, _, found in plans():
        total = max(found.totals["provider"][1], Decimal(0))
        if table.payments:
            assert sum(found.payments) == total
            assert min(found.payments) >= 0
            fixed = [
                p
                for p, payment in zip(found.payments, table.payments, strict=True)
                if payment.amount is not None
            ]
            wanted = [payment.amount for payment in table.payments if payment.amount is not None]
            assert sum(fixed) == min(sum(wanted), total)
            schedules += bool(total)
    assert schedules > 30


NEVER = (("cells", ChoiceIs(("fat",))),)
"""Holds for a choice that is not offered."""


def test_a_package_saves_what_the_plan_costs_more_where_nobody_gets_one() -> None:
    used = 0
    for table, answers, found in plans():
        if table.packages:
            barred = tuple(dataclasses.replace(package, when=NEVER) for package in table.packages)
            bare = pricing.estimate(dataclasses.replace(table, packages=barred), answers)
            saved = sum(
                bare.totals[name][1] - found.totals[name][1] for name in ("provider", "others", "reserve")
            )
            assert saved == (found.package_saves or 0)
            assert (saved > 0) == (found.package is not None)
            used += saved > 0
    assert used > 30


HOSTILE = [
    decimal.Context(prec=1, Emax=1, Emin=-1, rounding=decimal.ROUND_UP, traps=[]),
    decimal.Context(prec=2, Emax=0, Emin=0, traps=[decimal.Inexact, decimal.Rounded, decimal.Clamped]),
    decimal.Context(prec=3, clamp=1, capitals=0, rounding=decimal.ROUND_05UP, traps=[decimal.FloatOperation]),
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=["coarse", "easily offended", "odd"])
def test_the_callers_decimal_context_does_not_matter(hostile: decimal.Context) -> None:
    for table, answers, found in plans():
        wanted, text = found.as_json(), pricing.write(table)
        with decimal.localcontext(hostile):
            fresh = pricing.read(text)
            again = pricing.estimate(fresh, answers)
            assert again.as_json() == wanted
            assert pricing.write(fresh) == text


def test_what_was_priced_before_does_not_matter() -> None:
    first = [(table, answers, found.as_json()) for table, answers, found in plans()]
    random.Random(1).shuffle(first)
    for table, answers, wanted in first:
        assert pricing.estimate(table, answers).as_json() == wanted


@pytest.mark.long
def test_nothing_that_was_given_is_changed() -> None:
    for table, answers, found in plans():
        before, text = dict(answers), pricing.write(pricing.read(pricing.write(table)))
        found.as_dict()["items"].clear()
        assert found.as_json() == pricing.estimate(table, answers).as_json()
        assert (dict(answers), pricing.write(pricing.read(text))) == (before, text)


def digest(seed: int) -> str:
    """A hash over all breakdowns, with the answers of each plan in another order."""
    dice, bytes_so_far = random.Random(seed), hashlib.sha256()
    for number, (table, answers, _) in enumerate(plans(100)):
        pairs = list(answers.items())
        dice.shuffle(pairs)
        bytes_so_far.update(pricing.estimate(table, dict(pairs)).as_json())
        bytes_so_far.update(pricing.write(table).encode())
        if number < 10:
            warnings = [(warning.place, warning.text) for warning in pricing.lint(table)]
            bytes_so_far.update(repr(warnings).encode())
    return bytes_so_far.hexdigest()


@pytest.mark.long
def test_processes_with_other_hash_seeds_and_orders_of_answers_give_the_same_bytes() -> None:
    printed = set()
    for seed in ("0", "1", "4294967295"):
        done = subprocess.run(
            [sys.executable, __file__, seed],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            },
            capture_output=True,
            check=True,
            text=True,
        )
        printed.add(done.stdout)
    assert printed == {digest(7)}


if __name__ == "__main__":
    print(digest(int(sys.argv[1])), end="")
