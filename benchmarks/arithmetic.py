"""An explained estimate beside the plainest loop of decimals over the same lines."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import pricing
from benchmarks import plan
from benchmarks.measure import Row, in_turns, middle, milliseconds, processor_seconds, ratio
from pricing import Breakdown, PriceTable

CENT = Decimal("0.01")
ONE = Decimal(1)

Lines = list[tuple[str, tuple[Decimal, ...], tuple[Decimal, ...]]]
"""A charge's code, and its quantity and price in each case."""


def rows() -> list[Row]:
    """Price 25 charges, and multiply and add the same 25 lines by hand; then with 3 packages and 2 taxes."""
    return [
        *_rows(plan.small_table(), "25 charges", 25),
        *_rows(plan.taxed_table(), "3 packages, 2 taxes", 26),
    ]


def _rows(table: PriceTable, what: str, items: int) -> list[Row]:
    """The lines that the list itself leads to are what is multiplied by hand: the package that is used is one."""
    answers = plan.small_answers()
    breakdown = pricing.estimate(table, answers)
    lines = _lines(breakdown)
    one_case = [(code, quantity[1], price[1]) for code, quantity, price in lines]
    assert len(breakdown.items) == len(lines) == items
    works: dict[str, Callable[[], object]] = {
        "estimate": lambda: pricing.estimate(table, answers),
        "as_dict": lambda: pricing.estimate(table, answers).as_dict(),
        "as_json": lambda: pricing.estimate(table, answers).as_json(),
        "one case": lambda: plain_loop(one_case),
        "three cases": lambda: plain_loop_of_cases(lines),
        "three cases, written out as text": lambda: itemising_loop(lines),
    }
    loops = [name for name in works if "case" in name]
    sides = {name: processor_seconds(work, 1000 if name in loops else 200) for name, work in works.items()}
    took = {name: middle(seconds) for name, seconds in in_turns(sides, 15).items()}
    return [
        Row(
            f"`{ours}`, {what}",
            milliseconds(took[name]),
            f"plain loop, {loop}: {milliseconds(took[loop])}",
            ratio(took[name], took[loop]),
            "at most 5, better 2.5" if name == "as_dict" else "",
        )
        for name, ours in (
            ("estimate", "estimate(…)"),
            ("as_dict", "estimate(…).as_dict()"),
            ("as_json", "estimate(…).as_json()"),
        )
        for loop in loops
    ]


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
    amounts: dict[str, tuple[Decimal, ...]] = {}
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


def itemising_loop(lines: Lines) -> dict[str, object]:
    """Do the same and write it down as text, line by line: quantity, unit price, amount."""
    items = []
    totals = [Decimal(0)] * 3
    for code, quantities, prices in lines:
        item: dict[str, object] = {"code": code}
        for number, case in enumerate(("low", "likely", "high")):
            amount = (quantities[number] * prices[number]).quantize(CENT, ROUND_HALF_UP)
            totals[number] += amount
            item[case] = {
                "quantity": format(quantities[number], "f"),
                "price": format(prices[number], "f"),
                "amount": format(amount, "f"),
            }
        items.append(item)
    return {"items": items, "totals": [format(total, "f") for total in totals]}


def _lines(breakdown: Breakdown) -> Lines:
    """Take the lines of a breakdown as a plain program would have them: quantity and unit price."""
    found: Lines = []
    for item in breakdown.items:
        prices = [
            amount / quantity if quantity else ONE
            for amount, quantity in zip(item.amount, item.quantity, strict=True)
            if amount is not None
        ]
        found.append((item.code, item.quantity, tuple(price.quantize(CENT) for price in prices)))
    return found
