"""An explained estimate beside the plainest loop of decimals over the same lines."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pricing
from benchmarks.measure import Row, in_turns, middle, milliseconds, processor_seconds, ratio
from pricing import Breakdown

ANSWERS = {"cells": "umbilical", "sessions": "3", "nights": "14", "days": "24", "companions": "1"}

CENT = Decimal("0.01")
ONE = Decimal(1)

Lines = list[tuple[str, tuple[Decimal, ...], tuple[Decimal, ...]]]
"""A charge's code, and its quantity and price in each case."""


def rows() -> list[Row]:
    """Price 25 charges, and multiply and add the same 25 lines by hand."""
    table = pricing.read((Path(__file__).parent / "clinic.toml").read_text(encoding="utf-8"))
    breakdown = pricing.estimate(table, ANSWERS)
    lines = _lines(breakdown)
    one_case = [(code, quantity[1], price[1]) for code, quantity, price in lines]
    assert len(breakdown.items) == len(lines) == 25
    works: dict[str, Callable[[], object]] = {
        "estimate": lambda: pricing.estimate(table, ANSWERS),
        "as_dict": lambda: pricing.estimate(table, ANSWERS).as_dict(),
        "as_json": lambda: pricing.estimate(table, ANSWERS).as_json(),
        "one case": lambda: plain_loop(one_case),
        "three cases": lambda: plain_loop_of_cases(lines),
    }
    times = {name: 1000 if "case" in name else 200 for name in works}
    found = in_turns({name: processor_seconds(work, times[name]) for name, work in works.items()}, 15)
    took = {name: middle(seconds) for name, seconds in found.items()}
    what = {
        "estimate": "`estimate`, 25 charges",
        "as_dict": "`estimate(…).as_dict()`: with the steps and every text",
        "as_json": "`estimate(…).as_json()`: the canonical bytes as well",
    }
    printed = []
    for name, words in what.items():
        for loop in ("three cases", "one case"):
            aim = "at most 5, better 2.5" if (name, loop) == ("as_dict", "three cases") else ""
            printed.append(
                Row(
                    words,
                    milliseconds(took[name]),
                    f"plain loop, {loop}: {milliseconds(took[loop])}",
                    ratio(took[name], took[loop]),
                    aim,
                )
            )
    return printed


def plain_loop(lines: list[tuple[str, Decimal, Decimal]]) -> tuple[dict[str, Decimal], Decimal]:
    """Multiply, round and add the lines in one case: no range, no tax, no steps, no text."""
    amounts = {}
    total = Decimal(0)
    for code, quantity, price in lines:
        amount = (quantity * price).quantize(CENT, ROUND_HALF_UP)
        amounts[code] = amount
        total += amount
    return amounts, total


def plain_loop_of_cases(lines: Lines) -> tuple[dict[str, tuple[Decimal, ...]], list[Decimal]]:
    """Do the same in the low, the likely and the high case."""
    amounts = {}
    totals = [Decimal(0)] * 3
    for code, quantities, prices in lines:
        low = (quantities[0] * prices[0]).quantize(CENT, ROUND_HALF_UP)
        likely = (quantities[1] * prices[1]).quantize(CENT, ROUND_HALF_UP)
        high = (quantities[2] * prices[2]).quantize(CENT, ROUND_HALF_UP)
        amounts[code] = (low, likely, high)
        totals[0] += low
        totals[1] += likely
        totals[2] += high
    return amounts, totals


def _lines(breakdown: Breakdown) -> Lines:
    """Take the lines of a breakdown as a plain program would have them: so many, at so much."""
    found: Lines = []
    for item in breakdown.items:
        prices = [
            amount / quantity if quantity else ONE
            for amount, quantity in zip(item.amount, item.quantity, strict=True)
            if amount is not None
        ]
        found.append((item.code, item.quantity, tuple(price.quantize(CENT) for price in prices)))
    return found
