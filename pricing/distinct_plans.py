"""Past plans deduplicated: those that two tables price alike are grouped, so that each is priced only once.

Two plans are the same if they differ only in answers that no price, tax, package, question or rule of either
table looks at. Answers to questions that a table does not ask any more are left out for that table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pricing import PriceTable
from pricing.answers import Refused, value_of
from pricing.plans import named

MOST = 200_000
"""Maximum number of distinct plans that are priced; of more, those of the newest estimates."""


class Distinct:
    """Counts the plans of each distinct set of answers; of too many sets, those added first are kept."""

    def __init__(self, tables: Iterable[PriceTable], most: int = MOST) -> None:
        self.plans: dict[str, int] = {}
        self.left_out = 0
        self._most = most
        self._tables = tuple(tables)
        self._order = list(dict.fromkeys(driver.code for table in self._tables for driver in table.drivers))
        self._known = {code: _askers(code, self._tables) for code in self._order}
        self._idle = set(self._order).difference(*map(_relevant, self._tables))
        self._orders: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._same: dict[tuple[str, str | bool], str | bool] = {}
        self._first: dict[str, str | bool] = {}
        self._seen: dict[str, str] = {}

    def add(self, plan: str, plans: int) -> None:
        """Add a number of plans with these answers, which are JSON."""
        key = self._seen.get(plan)
        if key is None:
            key = self._key(plan)
            if len(self._seen) >= 2 * self._most:
                self._seen.clear()
            self._seen[plan] = key
        if key in self.plans:
            self.plans[key] += plans
        elif len(self.plans) < self._most:
            self.plans[key] = plans
        else:
            self.left_out += plans

    def _key(self, plan: str) -> str:
        """Return the JSON of a plan's representative answers; mostly the plan itself."""
        answers: dict[str, str | bool] = json.loads(plan)
        codes = tuple(answers)
        ordered = self._orders.get(codes)
        if ordered is None:
            ordered = self._orders[codes] = tuple(code for code in self._order if code in answers)
        kept = answers if ordered == codes else {code: answers[code] for code in ordered}
        changed = kept is not answers
        for code in self._idle.intersection(ordered):
            answer = self._answer(code, kept[code])
            if answer != kept[code]:
                kept[code], changed = answer, True
        return json.dumps(kept) if changed else plan

    def _answer(self, code: str, answer: str | bool) -> str | bool:
        """Return the representative of an answer that no price depends on: the first that both tables accept."""
        found = self._same.get((code, answer))
        if found is None:
            found = answer
            if all(_takes(driver, answer) for driver in self._known[code]):
                found = self._first.setdefault(code, answer)
            self._same[code, answer] = found
        return found


def asked(table: PriceTable, answers: Mapping[str, str | bool]) -> dict[str, str | bool]:
    """Return the answers to questions that a table has."""
    codes = {driver.code for driver in table.drivers}
    return {code: answer for code, answer in answers.items() if code in codes}


def _askers(code: str, tables: Iterable[PriceTable]) -> list[Any]:
    return [driver for table in tables for driver in table.drivers if driver.code == code]


def _takes(driver: Any, answer: str | bool) -> bool:
    try:
        value_of(driver, answer)
    except Refused:
        return False
    return True


def _relevant(table: PriceTable) -> set[str]:
    """Return the drivers on which a plan's price, or its refusal, depends."""
    entries: list[Any] = [*table.drivers, *table.rules, *table.charges, *table.packages, *table.taxes]
    found = {code for charge in table.charges for code in charge.per}
    for entry in entries:
        found |= named(entry.when, entry.unless)
    return found
