"""What would change the cost: other answers to one table, another table for the same plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from pricing.answers import Answers, look, normal_form, refusals
from pricing.breakdown import Three
from pricing.conditions import Value
from pricing.estimate import Near, total
from pricing.left_open import not_counted
from pricing.money import exactly, plain
from pricing.problems import Problem
from pricing.table import ChoiceDriver, Driver, NumberDriver, PriceTable, YesNoDriver
from pricing.unfinished import check_unfinished
from pricing.writing import entries, header, provider


class Alternative(NamedTuple):
    """A plan with one answer changed, and what that does to its total.

    `answer` is the other answer in normal form. `change` is what is added to `total` in the low, likely and
    high case, None if the plan would be refused, for `problems`. `assumed` are answers that were filled in
    for drivers which only the other answer asks. `on_request` are the codes of items without a price that
    the plan did not have, `no_longer` of those that it would lose; `not_counted` are the drivers that it newly
    leaves open, `counted` those that it no longer does. With any of them, the change is not the whole change.
    `package` is the one that it is priced with; None if there is none.
    """

    driver: str
    answer: str | bool
    change: Three | None
    problems: tuple[Problem, ...]
    assumed: Mapping[str, str | bool]
    on_request: tuple[str, ...]
    no_longer: tuple[str, ...]
    not_counted: tuple[str, ...]
    counted: tuple[str, ...]
    package: str | None


class Outcome(NamedTuple):
    """What a plan comes to under one table: `total` in the three cases, or the problems that refuse it.

    `package` is the one that is used; None if there is none. `not_counted` are the drivers that it leaves open and on
    which a charge or package of the table depends.
    """

    total: Three | None
    on_request: tuple[str, ...]
    package: str | None
    not_counted: tuple[str, ...]
    problems: tuple[Problem, ...]


class Effect(NamedTuple):
    """One plan under two tables."""

    answers: Answers
    old: Outcome
    new: Outcome


class KeyChange(NamedTuple):
    """One key of a part that both tables have; values are as they stand in the file, None where it is absent."""

    key: str
    old: str | None
    new: str | None


class PartChange(NamedTuple):
    """What happened to one part of a table: `charge.ward` was added, removed or changed.

    `keys` says what differs in a changed part. `perhaps_renamed` is the place under which a part that
    vanished seems to live on, or from which one that appeared seems to come: the same label, another code.
    """

    place: str
    change: Literal["added", "removed", "changed"]
    keys: tuple[KeyChange, ...]
    perhaps_renamed: str | None


def difference(old: PriceTable, new: PriceTable) -> list[PartChange]:
    """Return what differs between two tables, part by part and key by key, in the order of the files.

    The header is the part "", everything else stands under its heading (`driver.cells.choice.own`).
    """
    before = {"": dict(header(old)), "provider": dict(provider(old)), **entries(old)}
    after = {"": dict(header(new)), "provider": dict(provider(new)), **entries(new)}
    renamed = _renamed(before, after)
    changes = []
    for place, keys in before.items():
        if place not in after:
            changes.append(PartChange(place, "removed", (), renamed.get(place)))
        elif keys != after[place]:
            changes.append(PartChange(place, "changed", _keys(keys, after[place]), None))
    back = {now: then for then, now in renamed.items()}
    changes += [PartChange(place, "added", (), back.get(place)) for place in after if place not in before]
    return changes


def _keys(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[KeyChange, ...]:
    return tuple(
        KeyChange(key, before.get(key), after.get(key))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    )


def _renamed(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Pairs of a part that vanished and one of its kind that appeared with the same label."""
    appeared: dict[object, list[str]] = {}
    for place in after:
        if place not in before and _label(after[place]):
            appeared.setdefault((_kind(place), _label(after[place])), []).append(place)
    pairs: dict[str, str] = {}
    for place in before:
        if place not in after and (alike := appeared.get((_kind(place), _label(before[place])))):
            pairs[place] = alike.pop(0)
    return pairs


def _kind(place: str) -> str:
    return place.rpartition(".")[0]


def _label(keys: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((key, text) for key, text in keys.items() if key.startswith("label."))


def sensitivity(table: PriceTable, answers: Answers) -> list[Alternative]:
    """Return the nearest other answers to every driver that was asked, each with what it would change.

    A number goes one step down and one up, a choice to each other offered one, yes to no and no to yes; dates,
    money and what was left open stay. A driver that is newly asked takes its default, or the least, the first
    that is offered, or no; one that may be left open is left open. A plan that lacks answers has no alternatives
    yet. Raises BadAnswers if the plan itself is refused.
    """
    values, unknown = check_unfinished(table, answers)
    if unknown:
        return []
    near = Near(table, values)
    plan = near.answers
    before, requested, _package = near.total
    left_open = not_counted(table, values)
    alternatives = []
    for driver in table.drivers:
        if driver.code not in plan:
            continue
        for answer in nearest(driver, plan[driver.code]):
            assumed, outcome = tried(table, plan, {driver.code: answer}, near)
            priced = outcome.total is not None
            stays = outcome.on_request if priced else requested
            still_open = outcome.not_counted if priced else left_open
            alternatives.append(
                Alternative(
                    driver.code,
                    answer,
                    None if outcome.total is None else _change(before, outcome.total),
                    outcome.problems,
                    assumed,
                    tuple(code for code in outcome.on_request if code not in requested),
                    tuple(code for code in requested if code not in stays),
                    tuple(code for code in still_open if code not in left_open),
                    tuple(code for code in left_open if code not in still_open),
                    outcome.package,
                )
            )
    return alternatives


def effect(old: PriceTable, new: PriceTable, plans: Iterable[Answers]) -> Iterator[Effect]:
    """Price each plan under both tables, one after the other, so that a caller can show progress and stop."""
    for answers in plans:
        yield Effect(answers, outcome(old, answers), outcome(new, answers))


def outcome(table: PriceTable, answers: Answers) -> Outcome:
    """Return what a plan comes to, or why it is refused; never raises BadAnswers."""
    return _outcome(table, *look(table, answers))


def _outcome(
    table: PriceTable, values: Mapping[str, Value], problems: Sequence[Problem], near: Near | None = None
) -> Outcome:
    problems = problems or refusals(table, values)
    if problems:
        return Outcome(None, (), None, (), tuple(problems))
    found = total(table, values) if near is None else near.total_of(values)
    return Outcome(*found, not_counted(table, values), ())


def nearest(driver: Driver, answer: str | bool) -> list[str | bool]:
    """Return the other answers to a question that `sensitivity` looks at; both in normal form."""
    if isinstance(driver, ChoiceDriver):
        return [choice.code for choice in driver.choices if choice.offered and choice.code != answer]
    if isinstance(driver, YesNoDriver):
        return [not answer]
    if isinstance(driver, NumberDriver) and not driver.money:
        with exactly():
            number = Decimal(answer)
            steps = (number - driver.step, number + driver.step)
        return [plain(step) for step in steps if driver.least <= step <= driver.most]
    return []


def filled_in(table: PriceTable, answers: Answers, driver: str, answer: str | bool) -> dict[str, str | bool]:
    """Return what `sensitivity` fills in for one answer to questions that only it asks and that must be answered.

    `answers` and `answer` are in normal form.
    """
    return filled_in_for(table, answers, {driver: answer})


def filled_in_for(
    table: PriceTable, answers: Answers, changes: Mapping[str, str | bool]
) -> dict[str, str | bool]:
    """Return what is filled in for questions that only several other answers ask together, as `filled_in` does."""
    plan = {**answers, **changes}
    filled, _values, _problems = _completed(table, plan)
    return {code: value for code, value in filled.items() if code not in plan}


def tried(
    table: PriceTable,
    answers: Mapping[str, str | bool],
    changes: Mapping[str, str | bool],
    near: Near | None = None,
) -> tuple[dict[str, str | bool], Outcome]:
    """Change answers; return what was filled in for questions that only then are asked, and what the plan comes to.

    `answers` and `changes` are in normal form. Many changes of one plan are priced sooner with the plan `near` them.
    Never raises BadAnswers.
    """
    _plan, values, problems = _completed(table, {**answers, **changes}, near)
    assumed = normal_form({code: value for code, value in values.items() if code not in answers})
    return assumed, _outcome(table, values, problems, near)


def _completed(
    table: PriceTable, answers: Mapping[str, Any], near: Near | None = None
) -> tuple[dict[str, str | bool], Mapping[str, Value], Sequence[Problem]]:
    """Fill in the least for what is asked and has no answer; return the plan, its values and its problems."""
    plan = dict(answers)
    drivers = {entry.code: entry for entry in table.drivers}
    known = None if near is None else near.known
    while True:
        values, problems = look(table, plan, known)
        missing = [
            p.driver for p in problems if p.kind == "answer_missing" and _least(drivers[p.driver]) is not None
        ]
        if not missing:
            return plan, values, problems
        for code in missing:
            least = _least(drivers[code])
            assert least is not None
            plan[code] = least


def _least(driver: Driver) -> str | bool | None:
    if isinstance(driver, ChoiceDriver):
        return next((choice.code for choice in driver.choices if choice.offered), None)
    if isinstance(driver, YesNoDriver):
        return False
    return plain(driver.least) if isinstance(driver, NumberDriver) else None


def _change(before: Three, after: Three) -> Three:
    with exactly():
        low, likely, high = (new - old for old, new in zip(before, after, strict=True))
    return low, likely, high
