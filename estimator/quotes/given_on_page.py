"""Answers that the patient gave on the page of their request, as far as a price list can use them for a quote."""

from __future__ import annotations

from collections.abc import Mapping

from estimator import keys, requests
from estimator.act import Act
from estimator.models import PatientRequest
from estimator.requests import TheirAnswer
from pricing import PriceTable
from pricing.answers import Refused, value_of


def usable(
    table: PriceTable, theirs: Mapping[str, TheirAnswer], kept: Mapping[str, str | bool]
) -> dict[str, str | bool]:
    """Return those of their answers that answer what `kept` leaves open, by question, in normal form.

    An answer that the price list does not offer (any more) is not among them, and none that is not known.
    """
    return {
        driver.code: answer
        for driver in table.drivers
        if driver.code in theirs and driver.code not in kept
        if (answer := theirs[driver.code].answer) is not None and is_possible(table, driver.code, answer)
    }


def told_since(act: Act, request: PatientRequest, table: PriceTable) -> dict[str, str | bool | None]:
    """Return what the patient answered on the page of their request, as far as a list offers it and keys are there.

    None is what they do not know yet.
    """
    try:
        theirs = requests.their_answers(request, act.settings.data_keys)
    except keys.Unreadable:
        return {}
    asked = {driver.code for driver in table.drivers}
    unknown = {code: None for code, said in theirs.items() if code in asked and said.answer is None}
    return {**unknown, **usable(table, theirs, {})}


def is_possible(table: PriceTable, code: str, answer: str | bool) -> bool:
    """Whether a price list has a question, and offers this answer to it."""
    driver = next((driver for driver in table.drivers if driver.code == code), None)
    if driver is None:
        return False
    try:
        value_of(driver, answer)
    except Refused:
        return False
    return True
