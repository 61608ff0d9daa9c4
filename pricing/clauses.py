"""How a `when` or an `unless` is read: which driver, and what its answer must be."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pricing.money import plain
from pricing.reading import Section, number_at, shown
from pricing.table import (
    ChoiceDriver,
    ChoiceIs,
    Condition,
    DateIs,
    Driver,
    FlagIs,
    NumberDriver,
    NumberIs,
    Test,
    YesNoDriver,
)


def condition(
    section: Section, key: str, drivers: Mapping[str, Driver | None], above: bool = False
) -> Condition | None:
    """Read a condition on `drivers`; None stands for one that has problems of its own.

    With `above`, the condition belongs to a driver, and `drivers` holds only those above it; the section's
    book knows the others.
    """
    parts = section.section(key)
    if parts is None:
        return None
    found: list[tuple[str, Test]] = []
    if not parts.data:
        section.problem(key, "empty_condition")
    for code, given in parts.data.items():
        parts.known(code)
        if code not in drivers:
            if above and code in parts.book.all_drivers:
                parts.problem(code, "driver_below", given=code)
            else:
                parts.book.unknown(parts.at(code), "driver", code, drivers)
            continue
        driver = drivers[code]
        if driver is not None:
            test = _test(parts, code, driver, given)
            if test is not None:
                found.append((code, test))
    return tuple(found) or None


def _test(parts: Section, code: str, driver: Driver, given: Any) -> Test | None:
    if isinstance(driver, ChoiceDriver):
        return _choice_is(parts, code, driver)
    if isinstance(driver, NumberDriver):
        return _number_is(parts, code, given)
    if isinstance(driver, YesNoDriver):
        if isinstance(given, bool):
            return FlagIs(given)
        parts.problem(code, "condition_yes_no", given=shown(given))
        return None
    return _date_is(parts, code, given)


def _choice_is(parts: Section, code: str, driver: ChoiceDriver) -> ChoiceIs | None:
    known = {choice.code: None for choice in driver.choices}
    names = parts.names(code, alone=True)
    for place, name in names:
        if name not in known:
            parts.book.unknown(place, "word", name, known)
    return ChoiceIs(tuple(name for _, name in names)) if names else None


def _number_is(parts: Section, code: str, given: Any) -> NumberIs | None:
    if isinstance(given, (int, Decimal)) and not isinstance(given, bool):
        number = number_at(parts.book, parts.at(code), given)
        return None if number is None else NumberIs(number, number)
    if not isinstance(given, dict):
        parts.problem(code, "condition_number", given=shown(given))
        return None
    bounds = Section(parts.book, parts.at(code), given)
    least, most = bounds.number("least"), bounds.number("most")
    bounds.close()
    if not given:
        parts.problem(code, "condition_number", given="{}")
    elif least is not None and most is not None and least > most:
        parts.problem(code, "least_above_most", least=plain(least), most=plain(most))
    elif least is not None or most is not None:
        return NumberIs(least, most)
    return None


def _date_is(parts: Section, code: str, given: Any) -> DateIs | None:
    if not isinstance(given, dict) or not given:
        parts.problem(code, "condition_date", given=shown(given))
        return None
    window = Section(parts.book, parts.at(code), given)
    months = _months(window) if window.get("months") is not None else ()
    start, end = window.day("from"), window.day("to")
    window.close()
    if start is not None and end is not None and start > end:
        parts.problem(code, "from_after_to", start=start.isoformat(), end=end.isoformat())
        return None
    if not months and start is None and end is None:
        return None
    return DateIs(months, start, end)


def _months(window: Section) -> tuple[int, ...]:
    months = window.get("months")
    good = (
        isinstance(months, list)
        and months
        and all(
            isinstance(month, int) and not isinstance(month, bool) and 1 <= month <= 12 for month in months
        )
        and len(set(months)) == len(months)
    )
    if not good:
        window.problem("months", "bad_months", given=shown(months))
        return ()
    return tuple(months)
