"""The worked examples of a price list: answers with what they should come to, kept beside its text as JSON.

Whoever changes a price sees at once which examples come to something else, and either corrects the price or
writes down the new sum.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pricing
from estimator.i18n import gettext as _
from pricing import PriceTable, Problem
from pricing.explore import Outcome, outcome
from pricing.money import Rounder

MOST = 200
"""Maximum number of examples of a list."""

LONGEST_NAME = 80
MOST_CHARACTERS = 500_000
CASES = ("low", "likely", "high")

_AMOUNT = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,6})?\Z")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,79}\Z")


class BadExamples(ValueError):
    """A text that holds no worked examples; `sentences` says what is wrong with it."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(sentences))


@dataclass(frozen=True)
class Expected:
    """What a plan comes to in the three cases, as text; or None, and the drivers whose answers are refused.

    `on_request` are the items without a price, in the order of the breakdown.
    """

    total: tuple[str, str, str] | None
    on_request: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """One plan with a name, and what it should come to."""

    name: str
    answers: Mapping[str, str | bool]
    expected: Expected


@dataclass(frozen=True)
class Compared:
    """An example beside what a table makes of it; `problems` says why the table refuses it, if it does."""

    example: Example
    found: Expected
    equal: bool
    problems: tuple[Problem, ...] = ()


def parsed(text: str) -> list[Example]:
    """Read examples from JSON; raises BadExamples with a sentence for everything that is wrong."""
    if len(text) > MOST_CHARACTERS:
        raise BadExamples([_("The examples are longer than %(most)s characters.", most=MOST_CHARACTERS)])
    try:
        rows = json.loads(text, parse_float=str, parse_int=str)
    except (json.JSONDecodeError, RecursionError):
        raise BadExamples([_("The examples are no JSON.")]) from None
    if not isinstance(rows, list):
        raise BadExamples([_("The examples must be a list.")])
    if len(rows) > MOST:
        raise BadExamples([_("There are more than %(most)s examples. Remove some.", most=MOST)])
    found: list[Example] = []
    sentences: list[str] = []
    for number, row in enumerate(rows, 1):
        try:
            example = _example(row)
        except BadExamples as bad:
            sentences += [f"{_('Example %(number)s', number=number)}: {what}" for what in bad.sentences]
            continue
        if any(other.name == example.name for other in found):
            sentences.append(_("Two examples are called “%(name)s”. Rename one.", name=example.name))
        found.append(example)
    if sentences:
        raise BadExamples(sentences)
    return found


def written(examples: Iterable[Example]) -> str:
    """Return examples as JSON that `parsed` reads back."""
    rows = []
    for example in examples:
        expected = example.expected
        what: dict[str, Any] = (
            {"problems": list(expected.refused)}
            if expected.total is None
            else dict(zip(CASES, expected.total, strict=True))
        )
        if expected.on_request:
            what["on_request"] = list(expected.on_request)
        rows.append({"name": example.name, "answers": dict(example.answers), "expected": what})
    return json.dumps(rows, ensure_ascii=False, indent=1)


def made(name: str, answers: Mapping[str, Any], table: PriceTable) -> Example:
    """Return an example that expects what a table makes of the answers now; raises BadExamples for its name.

    Answers are kept in normal form if the table takes them, so that defaults are written down as well.
    """
    normal: Mapping[str, Any] = {code: answer for code, answer in answers.items() if answer is not None}
    try:
        normal = pricing.estimate(table, answers).answers
    except pricing.BadAnswers:
        normal = {
            code: answer if isinstance(answer, bool) else str(answer) for code, answer in normal.items()
        }
    return Example(_name(name), dict(normal), _expected_of(outcome(table, normal), table))


def put(examples: Sequence[Example], example: Example) -> list[Example]:
    """Return the examples with this one, in the place of the one of the same name if there is one.

    Raises BadExamples if there are too many.
    """
    if any(other.name == example.name for other in examples):
        return [example if other.name == example.name else other for other in examples]
    if len(examples) >= MOST:
        raise BadExamples([_("There are more than %(most)s examples. Remove some.", most=MOST)])
    return [*examples, example]


def removed(examples: Sequence[Example], name: str) -> list[Example]:
    """Return the examples without the one of that name."""
    return [example for example in examples if example.name != name]


def compared(examples: Iterable[Example], table: PriceTable) -> list[Compared]:
    """Price every example with a table, and say which come to something else than they should."""
    rows = []
    for example in examples:
        priced = outcome(table, example.answers)
        found = _expected_of(priced, table)
        rows.append(Compared(example, found, _same(example.expected, found), priced.problems))
    return rows


def off(text: str, table: PriceTable) -> list[str]:
    """Return the names of the examples in a text that come to something else than they should, or are refused."""
    try:
        return [row.example.name for row in compared(parsed(text), table) if not row.equal]
    except BadExamples:  # the page of the examples says what is wrong with the text
        return []


def _expected_of(priced: Outcome, table: PriceTable) -> Expected:
    if priced.total is None:
        return Expected(None, (), tuple(dict.fromkeys(problem.driver for problem in priced.problems)))
    low, likely, high = map(Rounder(table.round_to, table.rounding).text, priced.total)
    return Expected((low, likely, high), priced.on_request)


def _same(one: Expected, other: Expected) -> bool:
    if one.total is None or other.total is None:
        return one.total is other.total and set(one.refused) == set(other.refused)
    equal = all(Decimal(a) == Decimal(b) for a, b in zip(one.total, other.total, strict=True))
    return equal and set(one.on_request) == set(other.on_request)


def _example(row: Any) -> Example:
    if not isinstance(row, dict) or set(row) != {"name", "answers", "expected"}:
        raise BadExamples([_("An example has a name, answers and what is expected, and nothing else.")])
    return Example(_name(row["name"]), _answers(row["answers"]), _expected(row["expected"]))


def _name(given: Any) -> str:
    name = " ".join(given.split()) if isinstance(given, str) else ""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadExamples([_("Give it a name of at most %(most)s characters.", most=LONGEST_NAME)])
    return name


def _answers(given: Any) -> dict[str, str | bool]:
    sound = isinstance(given, dict) and all(
        _CODE.match(code) and isinstance(answer, (str, bool)) and len(str(answer)) <= 100
        for code, answer in given.items()
    )
    if not sound:
        raise BadExamples([_("The answers must be codes of questions, each with its answer.")])
    return dict(given)


def _expected(given: Any) -> Expected:
    if isinstance(given, dict) and set(given) == {"problems"} and _codes(given["problems"]):
        return Expected(None, (), tuple(given["problems"]))
    sound = isinstance(given, dict) and set(CASES) <= set(given) <= {*CASES, "on_request"}
    if not sound or not all(isinstance(given[case], str) and _AMOUNT.match(given[case]) for case in CASES):
        raise BadExamples([_("What is expected are three amounts, low, likely and high, or problems.")])
    if not _codes(given.get("on_request", ["none"])):
        raise BadExamples([_("What is on request is a list of codes.")])
    low, likely, high = (given[case] for case in CASES)
    return Expected((low, likely, high), tuple(given.get("on_request", ())))


def _codes(given: Any) -> bool:
    return (
        isinstance(given, list) and bool(given) and all(isinstance(c, str) and _CODE.match(c) for c in given)
    )
