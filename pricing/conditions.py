"""Whether a `when` or an `unless` holds for the answers as given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from pricing.table import ChoiceIs, Condition, DateIs, FlagIs, NumberIs, Test

Value = str | Decimal | bool | date
"""A checked answer: a choice's code, a number, yes or no, a day."""


def applies(when: Condition | None, unless: Condition | None, values: Mapping[str, Value]) -> bool:
    """Whether something with these conditions applies: `when` must hold and `unless` must not."""
    if when is not None and not holds(when, values):
        return False
    return unless is None or not holds(unless, values)


def holds(condition: Condition, values: Mapping[str, Value]) -> bool:
    """Whether every part of a condition holds; a part on a driver without a value never does."""
    for driver, test in condition:
        value = values.get(driver)
        if value is None or not _passes(test, value):
            return False
    return True


def _passes(test: Test, value: Value) -> bool:
    match test:
        case ChoiceIs(codes):
            return value in codes
        case NumberIs(least, most):
            assert isinstance(value, Decimal)
            return (least is None or least <= value) and (most is None or value <= most)
        case FlagIs(wanted):
            return value is wanted
        case DateIs(months, start, end):
            assert isinstance(value, date)
            return (
                (not months or value.month in months)
                and (start is None or start <= value)
                and (end is None or value <= end)
            )
