"""Answers to one price table, carried over to another: what fits, what does not and why, and what has to be asked.

Nothing is guessed. An answer goes over where the other table asks a question with the same role and kind that has the
same code or the same words, or, for what every treatment has, is the only one. Amounts of money go over in the same
currency only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from pricing.answers import Refused, look, value_of
from pricing.left_open import left_open
from pricing.table import ChoiceDriver, Driver, NumberDriver, PriceTable, Role, Text, YesNoDriver

Reason = Literal[
    "no_question", "not_offered", "other_units", "other_currency", "other_kind", "other_words", "not_possible"
]

ALIKE: frozenset[Role] = frozenset({"cell_type", "sessions", "hospital_stay", "rehabilitation"})
"""The roles that mean one thing everywhere; what is an extra, or is asked about somebody, may be anything."""


class Lost(NamedTuple):
    """An answer that does not go over, and why.

    `driver` asked for it. `counterpart` is the question of the other table that asks for the same; None if there is
    none. `why` is what that table says of an answer that it does not offer, where it knows the answer.
    """

    driver: str
    reason: Reason
    counterpart: str | None = None
    why: Text | None = None


class Carried(NamedTuple):
    """What becomes of the answers to one table under another.

    `answers` are for the other table, in normal form, by its drivers; `come_from` says which driver each of them comes
    from. `asked` are the drivers of the other table that need an answer now, in the order of its file: those without
    which there is no total, and those that ask for what is `lost`.
    """

    answers: Mapping[str, str | bool]
    come_from: Mapping[str, str]
    lost: tuple[Lost, ...]
    asked: tuple[str, ...]


def carry(table: PriceTable, answers: Mapping[str, str | bool], other: PriceTable) -> Carried:
    """Carry answers in normal form, given to `table`, over to another one; never raises BadAnswers."""
    over: dict[str, str | bool] = {}
    come_from: dict[str, str] = {}
    lost: list[Lost] = []
    for driver in table.drivers:
        if driver.code not in answers:
            continue
        there = counterpart(driver, table, other)
        if there is None:
            lost.append(Lost(driver.code, "no_question"))
        elif (misfit := _misfit(driver, answers[driver.code], table, there, other)) is not None:
            lost.append(misfit)
        else:
            over[there.code] = answers[driver.code]
            come_from[there.code] = driver.code
    return Carried(over, come_from, tuple(lost), _asked(other, over, lost))


def counterpart(driver: Driver, table: PriceTable, other: PriceTable) -> Driver | None:
    """Return the question of another table that asks for the same; None if there is none, or more than one may."""
    for there in other.drivers:
        if there.code == driver.code and there.role == driver.role:
            return there
    by_words = [
        each for each in other.drivers if each.role == driver.role and _same_words(each.label, driver.label)
    ]
    if len(by_words) == 1:
        return by_words[0]
    if driver.role not in ALIKE or not isinstance(driver, ChoiceDriver | NumberDriver):
        return None
    here, found = (
        [each for each in drivers if each.role == driver.role and _kind(each) == _kind(driver)]
        for drivers in (table.drivers, other.drivers)
    )
    return found[0] if len(here) == len(found) == 1 else None


def same_unit(one: Driver, another: Driver) -> bool:
    """Whether two numbers count the same, by the words of a language that both tables have.

    What counts sessions counts them whatever a clinic calls one.
    """
    if not isinstance(one, NumberDriver) or not isinstance(another, NumberDriver):
        return True
    if one.unit is None or another.unit is None:
        return one.unit is another.unit or one.role == "sessions"
    return one.role == "sessions" or any(
        one.unit[tag] == another.unit[tag] for tag in one.unit.keys() & another.unit.keys()
    )


def _misfit(
    driver: Driver, answer: str | bool, table: PriceTable, there: Driver, other: PriceTable
) -> Lost | None:
    """Return why an answer cannot be one to the question of the other table; None if it can."""
    if _kind(driver) != _kind(there):
        return Lost(driver.code, "other_kind", there.code)
    if getattr(driver, "money", False) and table.currency != other.currency:
        return Lost(driver.code, "other_currency", there.code)
    if not same_unit(driver, there):
        return Lost(driver.code, "other_units", there.code)
    if isinstance(driver, YesNoDriver) and not _same_words(driver.label, there.label):
        return Lost(driver.code, "other_words", there.code)
    try:
        value_of(there, answer)
    except Refused as refused:
        if isinstance(there, ChoiceDriver):
            return Lost(driver.code, "not_offered", there.code, _text(refused.values.get("why")))
        return Lost(driver.code, "not_possible", there.code)
    return None


def _asked(other: PriceTable, over: Mapping[str, str | bool], lost: list[Lost]) -> tuple[str, ...]:
    values, problems = look(other, over)
    wanted = {problem.driver for problem in problems if problem.kind == "answer_missing"}
    again = {each.counterpart for each in lost if each.counterpart is not None} - over.keys()
    wanted |= again & {*values, *left_open(other, over)}
    return tuple(driver.code for driver in other.drivers if driver.code in wanted)


def _kind(driver: Driver) -> tuple[type[Driver], bool]:
    return type(driver), bool(getattr(driver, "money", False))


def _same_words(one: Text, another: Text) -> bool:
    return any(one[tag] == another[tag] for tag in one.keys() & another.keys())


def _text(words: object) -> Text | None:
    return words if isinstance(words, Mapping) else None
