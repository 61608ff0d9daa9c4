"""Answers as people and programs give them, checked against a table's drivers and rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_DOWN, Context, Decimal
from fractions import Fraction
from math import floor
from typing import TypeVar

from pricing.conditions import Value, applies, may_apply
from pricing.money import decimals, plain
from pricing.problems import BadAnswers, Problem
from pricing.reading import shown
from pricing.table import ChoiceDriver, DateDriver, Driver, NumberDriver, PriceTable, Rule, YesNoDriver

Answers = Mapping[str, object]
"""Answers by driver: a choice's code, an int, Decimal or numeric text, True or False, a date or ISO text.

None is the same as no answer.
"""

T = TypeVar("T")

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_WIDE = Context(prec=MAX_PREC, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
_LONGEST_ECHO = 40
"""Maximum number of characters of a refused answer that the problem's sentence repeats."""


class Refused(Exception):
    """One answer that cannot be used; carries the problem's kind and values."""

    def __init__(self, kind: str, **values: object) -> None:
        self.kind = kind
        self.values = values
        super().__init__(kind)


def check(table: PriceTable, answers: Answers) -> dict[str, Value]:
    """Return the value of every driver that is asked and not left open, in the order of the file, defaults filled in.

    Raises BadAnswers with all problems at once: unknown drivers, missing and impossible answers, and, when
    every answer is possible, the rules that refuse them. Answers to drivers that are not asked are ignored.
    """
    values, problems = look(table, answers)
    problems = problems or refusals(table, values)
    if problems:
        raise BadAnswers(problems)
    return values


def look(
    table: PriceTable, answers: Answers, known: Mapping[str, tuple[object, Value]] | None = None
) -> tuple[dict[str, Value], list[Problem]]:
    """Return what can be used of answers that may be unfinished, and a problem for each that cannot.

    Leaving a question open that may be left open is no problem. A driver without a usable answer has no value,
    so drivers that depend on it are not asked yet. Rules are not looked at. `known` are answers with their values, by
    driver: the same object is not read again.
    """
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for driver in table.drivers:
        if not applies(driver.when, driver.unless, values):
            continue
        given = answers.get(driver.code)
        if given is None and driver.open:
            continue
        if known is not None and driver.code in known and given is known[driver.code][0]:
            values[driver.code] = known[driver.code][1]
            continue
        try:
            values[driver.code] = value_of(driver, given)
        except Refused as refused:
            problems.append(Problem(driver.code, None, refused.kind, refused.values))
    asked = {driver.code for driver in table.drivers}
    problems += [
        Problem(_echo(code), None, "answer_unknown_driver", {"driver": _echo(code)})
        for code in answers
        if code not in asked
    ]
    return values, problems


def refusals(
    table: PriceTable, values: Mapping[str, Value], unknown: frozenset[str] = frozenset()
) -> list[Problem]:
    """Return a problem for each rule that refuses values of which every one is possible.

    A rule with an exception that names an `unknown` driver refuses nothing: perhaps the exception holds.
    """
    return [
        _rule_problem(table, rule)
        for rule in table.rules
        if _refuses(rule, values) and may_apply(rule.unless, unknown)
    ]


def refused_so_far(table: PriceTable, answers: Answers) -> list[Problem]:
    """Return a problem for each rule that refuses answers already, whatever those will be that are still missing.

    A question that was not answered has no default here: its answer may still be another one.
    """
    values, _problems = look(table, answers)
    known = {code: value for code, value in values.items() if answers.get(code) is not None}
    return refusals(
        table, known, frozenset(driver.code for driver in table.drivers if driver.code not in known)
    )


def normal_form(values: Mapping[str, Value]) -> dict[str, str | bool]:
    """Write checked values as they stand in a breakdown: codes, plain decimal text, true/false, ISO dates."""
    return {code: _normal(value) for code, value in values.items()}


def value_of(driver: Driver, given: object) -> Value:
    """Return the value that an answer gives a driver, or its default for None; raises Refused."""
    match driver:
        case ChoiceDriver():
            return _choice(driver, given)
        case NumberDriver():
            return _number(driver, given)
        case YesNoDriver():
            return _yes_no(driver, given)
        case DateDriver():
            return _day(driver, given)
    raise TypeError(f"not a driver: {driver!r}")


def _choice(driver: ChoiceDriver, given: object) -> str:
    if given is None:
        return _default(driver.default)
    for choice in driver.choices:
        if choice.code == given:
            if not choice.offered:
                raise Refused("answer_not_offered", label=choice.label, why=choice.why)
            return choice.code
    offered = [choice.code for choice in driver.choices if choice.offered]
    raise Refused("answer_unknown_choice", given=_echo(given), allowed=offered)


def _number(driver: NumberDriver, given: object) -> Decimal:
    if given is None:
        return _default(driver.default)
    number = _decimal(given)
    if number is None:
        raise Refused("answer_not_a_number", given=_echo(given), example=plain(driver.least))
    if number < driver.least:
        raise Refused("answer_below_least", given=_number_echo(number), least=plain(driver.least))
    if number > driver.most:
        raise Refused("answer_above_most", given=_number_echo(number), most=plain(driver.most))
    # A possible number needs no more decimals than these. What has more is not touched before it is cut: the
    # exponent of a Decimal can stand for more digits than any memory holds.
    digits = max(decimals(driver.least), decimals(driver.step))
    short = number
    if digits or not isinstance(given, str) or not given.isdigit():
        short = _cut(number, digits)
    if short != number or not _on_step(driver, short):
        raise Refused(
            "answer_off_step",
            given=_number_echo(number),
            least=plain(driver.least),
            step=plain(driver.step),
            example=_near(driver, _cut(number, digits + 1)),  # half a step has one more
        )
    return short


def _cut(number: Decimal, digits: int) -> Decimal:
    return number.quantize(Decimal((0, (1,), -digits)), ROUND_DOWN, _WIDE)


def _on_step(driver: NumberDriver, number: Decimal) -> bool:
    if driver.step == 1 and _is_whole(driver.least):
        return _is_whole(number)
    return (Fraction(number) - Fraction(driver.least)) % Fraction(driver.step) == 0


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


def _decimal(given: object) -> Decimal | None:
    if isinstance(given, str):
        return Decimal(given) if _NUMBER.match(given) else None
    if isinstance(given, Decimal):
        return given if given.is_finite() else None
    return Decimal(given) if isinstance(given, int) and not isinstance(given, bool) else None


def _near(driver: NumberDriver, number: Decimal) -> str:
    """The possible number that is nearest to one that falls between the steps; the larger one of two."""
    least, step = Fraction(driver.least), Fraction(driver.step)
    steps = (Fraction(number) - least) / step
    above = least + floor(steps + Fraction(1, 2)) * step
    near = above if above <= Fraction(driver.most) else above - step
    digits = max(decimals(driver.least), decimals(driver.step))
    return plain(Decimal(f"{int(near * 10**digits)}E-{digits}"))


def _yes_no(driver: YesNoDriver, given: object) -> bool:
    if given is None:
        return _default(driver.default)
    if not isinstance(given, bool):
        raise Refused("answer_not_yes_or_no", given=_echo(given))
    return given


def _day(driver: DateDriver, given: object) -> date:
    if given is None:
        return _default(driver.default)
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    if isinstance(given, str) and _DAY.match(given):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    raise Refused("answer_not_a_date", given=_echo(given))


def _default(default: T | None) -> T:
    if default is None:
        raise Refused("answer_missing")
    return default


def _refuses(rule: Rule, values: Mapping[str, Value]) -> bool:
    return applies(rule.when, rule.unless, values)


def _rule_problem(table: PriceTable, rule: Rule) -> Problem:
    named = {driver for condition in (rule.when, rule.unless) for driver, _ in condition or ()}
    last = [driver.code for driver in table.drivers if driver.code in named][-1]
    return Problem(last, None, "answer_refused_by_rule", {"rule": rule.code, "why": rule.why})


def _normal(value: Value) -> str | bool:
    match value:
        case bool() | str():
            return value
        case Decimal():
            return plain(value)
    return value.isoformat()


def _echo(given: object) -> str:
    return shown(given, _LONGEST_ECHO)


def _number_echo(number: Decimal) -> str:
    """A number in plain digits, or with an exponent if those would be endless."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    is_short = abs(exponent) + len(digits) <= _LONGEST_ECHO
    return _echo(plain(number) if is_short else number)
