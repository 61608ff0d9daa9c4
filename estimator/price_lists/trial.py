"""Answers to try a price list with, so that nobody has to think of some first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

import pricing
from estimator.price_lists import worked_examples
from pricing import PriceTable
from pricing.plans import Plan, Plans
from pricing.table import NumberDriver

MOST_TRIED = 50
"""Maximum number of plans that are tried until one is not refused."""


class Trial(NamedTuple):
    """Answers in normal form, and the name of the worked example whose they are; None if they are only typical."""

    answers: Mapping[str, str | bool]
    example: str | None = None


def first_trial(table: PriceTable, examples: str) -> Trial:
    """Return the answers of the first worked example that a list prices, else typical ones.

    Without any that the list takes, there are no answers.
    """
    for name, answers in _of_examples(examples):
        taken = accepted(table, answers)
        if taken is not None:
            return Trial(taken, name)
    for plan in _typical(table):
        taken = accepted(table, plan)
        if taken is not None:
            return Trial(taken)
    return Trial({})


def accepted(table: PriceTable, answers: Mapping[str, object]) -> Mapping[str, str | bool] | None:
    """Return answers in normal form, without those to questions that a list does not ask; None if it refuses them."""
    known = {driver.code for driver in table.drivers}
    try:
        return pricing.estimate(
            table, {code: answer for code, answer in answers.items() if code in known}
        ).answers
    except pricing.BadAnswers:
        return None


def _of_examples(text: str) -> Iterator[tuple[str, Mapping[str, str | bool]]]:
    try:
        found: Iterable[worked_examples.Example] = worked_examples.parsed(text)
    except worked_examples.BadExamples:
        return
    for example in found:
        yield example.name, example.answers


def _typical(table: PriceTable) -> Iterator[Mapping[str, object]]:
    """What is likeliest and usual for each question, then other plans far apart."""
    plans = Plans(table, {})
    likeliest = {code: values[0] for code, values in plans.values.items() if values}
    usual = {
        driver.code: driver.usual.likely
        for driver in table.drivers
        if isinstance(driver, NumberDriver) and driver.usual is not None
    }
    first: Plan = {**likeliest, **usual}
    others = plans.spread([driver.code for driver in table.drivers], MOST_TRIED)
    yield from chain([first], ({**first, **plan} for plan in others))
