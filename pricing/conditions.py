"""Whether a `when` or an `unless` holds for the answers as given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from pricing.table import ChoiceIs, Condition, FlagIs, NumberIs, Test

Value = str | Decimal | bool | date
"""A checked answer: a choice's code, a number, yes or no, a day."""


def applies(when: Condition | None, unless: Condition | None, values: Mapping[str, Value]) -> bool:
    """Whether something with these conditions applies: `when` must hold and `unless` must not."""
    if when is not None and not holds(when, values):
        return False
    return unless is None or not holds(unless, values)


def may_apply(unless: Condition | None, unknown: frozenset[str]) -> bool:
    """Whether nothing that is still unknown decides over an exception."""
    return not unknown or unless is None or all(driver not in unknown for driver, _ in unless)


def holds(condition: Condition, values: Mapping[str, Value]) -> bool:
    """Whether every part of a condition holds; a part on a driver without a value never does."""
    for driver, test in condition:
        value = values.get(driver)
        if value is None or not _passes(test, value):
            return False
    return True


def _passes(test: Test, value: Value) -> bool:
    if isinstance(test, ChoiceIs):
        return value in test.codes
    if isinstance(test, FlagIs):
        return value is test.value
    if isinstance(test, NumberIs):
        assert isinstance(value, Decimal)
        return (test.least is None or test.least <= value) and (test.most is None or value <= test.most)
    assert isinstance(value, date)
    return (
        (not test.months or value.month in test.months)
        and (test.start is None or test.start <= value)
        and (test.end is None or value <= test.end)
    )
