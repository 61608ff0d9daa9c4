"""What a treatment of a price list typically comes to: the range of the first worked example that it prices."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from estimator.models import TableVersion
from estimator.price_lists import worked_examples
from estimator.price_lists.published import parsed
from pricing import PriceTable
from pricing.explore import outcome

DIGITS = 3
"""How many digits of an amount say something; the others are zeros."""


class Typical(NamedTuple):
    """One plan and what it comes to, rounded away from its middle; with `at_least` something is not in the sum."""

    name: str
    answers: Mapping[str, str | bool]
    low: Decimal
    high: Decimal
    at_least: bool


def typical(version: TableVersion) -> Typical | None:
    """Return what the first worked example of a version comes to; None if there is none that can be priced.

    Kept with the table, so that neither the examples are loaded nor their price is worked out again.
    """
    table = parsed(version)
    return table.once("typical", lambda: _typical(version.examples, table))


def _typical(examples: str, table: PriceTable) -> Typical | None:
    try:
        plans = worked_examples.parsed(examples)
    except worked_examples.BadExamples:
        return None
    for plan in plans:
        found = outcome(table, plan.answers)
        if found.total is not None:
            low, _likely, high = found.total
            incomplete = bool(found.on_request or found.not_counted)
            return Typical(
                plan.name, plan.answers, _short(low, ROUND_FLOOR), _short(high, ROUND_CEILING), incomplete
            )
    return None


def _short(amount: Decimal, rounding: str) -> Decimal:
    """Return an amount in whole units of its currency, with zeros after its first digits."""
    unit = Decimal(10) ** max(0, amount.adjusted() + 1 - DIGITS)
    return (amount / unit).to_integral_value(rounding) * unit
