"""Questions that may be left open: which of them are, and what is not counted because of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from pricing.answers import Answers, look
from pricing.conditions import Value, applies
from pricing.plans import named
from pricing.table import Driver, Percent, PriceTable

Lack = Literal["request", "open", None]
"""What keeps a sum from being whole: a price on request, a question left open, or nothing."""


def left_open(table: PriceTable, answers: Answers) -> list[str]:
    """Return the codes of the questions that are asked and left open, in the order of the file.

    Never raises BadAnswers: answers may be unfinished.
    """
    values, _ = look(table, answers)
    return [driver.code for driver in _left_open(table.drivers, values)]


def unanswered(table: PriceTable, answers: Answers) -> list[str]:
    """Return the codes of the questions about the patient that are asked and left open, in the order of the file.

    Whether a price depends on them does not matter. Never raises BadAnswers: answers may be unfinished.
    """
    values, _ = look(table, answers)
    return [driver.code for driver in _left_open(table.drivers, values) if driver.role == "about_you"]


def before_a_quote(table: PriceTable, answers: Answers) -> list[str]:
    """Return the codes of the questions that must be answered before a firm quote, in the order of the file.

    Those are the open ones about the patient, those on which a price of the provider depends, and those that may not
    stay open. Never raises BadAnswers: answers may be unfinished.
    """
    values, _ = look(table, answers)
    left = list(_left_open(table.drivers, values))
    firm = set(not_firm(table, (driver.code for driver in left)))
    return [
        driver.code for driver in left if driver.role == "about_you" or driver.code in firm or not driver.open
    ]


def not_counted(table: PriceTable, values: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the drivers that were left open and on which a charge or package depends, in the order of the file.

    `values` are answers that `check` or `check_unfinished` has looked at.
    """
    left = [driver.code for driver in _left_open(table.drivers, values)]
    if not left:
        return ()
    counted = table.once("counted", lambda: frozenset().union(*_needs_of(table).values()))
    return tuple(code for code in left if code in counted)


def not_firm(table: PriceTable, drivers: Iterable[str]) -> list[str]:
    """Return those of `drivers` on which a charge or package of the provider's total depends."""
    firm = table.once("firm", lambda: _firm(table))
    return [code for code in drivers if code in firm]


def depending(table: PriceTable, drivers: Iterable[str]) -> list[str]:
    """Return the codes of the charges and packages that depend on one of `drivers`, in the order of the file."""
    wanted = set(drivers)
    return [code for code, found in _needs_of(table).items() if found & wanted]


def needed(table: PriceTable, entry: str) -> list[str]:
    """Return the drivers that a charge or package depends on, in the order of the file."""
    found = _needs_of(table)[entry]
    return [driver.code for driver in table.drivers if driver.code in found]


def _left_open(drivers: Iterable[Driver], values: Mapping[str, Value]) -> Iterator[Driver]:
    """Those that are asked and have no answer. Conditions look up only, so that all values may be looked at."""
    for driver in drivers:
        if driver.code not in values and applies(driver.when, driver.unless, values):
            yield driver


def _firm(table: PriceTable) -> set[str]:
    """The drivers on which a charge or package of the provider's total depends."""
    totals = {group.code: group.total for group in table.groups}
    group_of = {charge.code: charge.group for charge in table.charges}
    group_of |= {package.code: package.group for package in table.packages}
    return {
        code
        for entry, found in _needs_of(table).items()
        if totals[group_of[entry]] == "provider"
        for code in found
    }


def _needs_of(table: PriceTable) -> dict[str, set[str]]:
    return table.once("needs", lambda: _needs(table))


def _needs(table: PriceTable) -> dict[str, set[str]]:
    """The drivers that each charge and package depends on, also by way of a driver, a base or a package."""
    asked_for: dict[str, set[str]] = {}
    for driver in table.drivers:
        above = named(driver.when, driver.unless)
        asked_for[driver.code] = {driver.code}.union(*(asked_for[code] for code in above))

    def drivers(codes: Iterable[str]) -> set[str]:
        return {code for named_itself in codes for code in asked_for[named_itself]}

    needs = {
        charge.code: drivers({*named(charge.when, charge.unless), *charge.per}) for charge in table.charges
    }
    for package in table.packages:
        covered = [code for code, _ in package.covers]
        needs[package.code] = drivers(named(package.when, package.unless)).union(
            *(needs[code] for code in covered)
        )
    for package in table.packages:  # whether it is used decides what is left to pay of what it covers
        for code, _ in package.covers:
            needs[code] |= needs[package.code]
    members: dict[str, list[str]] = {group.code: [] for group in table.groups}
    for package in table.packages:
        members[package.group].append(package.code)
    for charge in table.charges:
        if isinstance(charge.price, Percent):
            for name in charge.price.of:
                for code in members.get(name, [name]):
                    needs[charge.code] |= needs[code]
        members[charge.group].append(charge.code)
    return needs
