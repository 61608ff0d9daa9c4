"""Problems of a table or of answers, as data that can be worded in any language.

A problem has a `kind` out of the closed list `SENTENCES` and the `values` of its sentence; `text` is that
sentence in English. Whoever shows problems in another language translates `SENTENCES[kind]`, which is a
`str.format` template, and fills the same values in with `say`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pricing.table_sentences import N_, TABLE_SENTENCES, WARNING_SENTENCES

ANSWER_SENTENCES = {
    "answer_missing": N_("Please answer this question."),
    "answer_unknown_driver": N_("There is no question “{driver}” in this price list."),
    "answer_unknown_choice": N_("“{given}” is not one of the answers. Choose one of: {allowed}."),
    "answer_not_offered": N_("“{label}” is not offered here. {why}"),
    "answer_not_a_number": N_("“{given}” is not a number. Write digits, for example {example}."),
    "answer_below_least": N_("{given} is too low. The least is {least}."),
    "answer_above_most": N_("{given} is too high. The most is {most}."),
    "answer_off_step": N_(
        "{given} falls between the possible numbers. Count from {least} in steps of {step}, "
        "for example {example}."
    ),
    "answer_not_yes_or_no": N_("“{given}” is neither yes nor no."),
    "answer_not_a_date": N_("“{given}” is not a day of the calendar. Write it as 2026-03-31."),
    "answer_refused_by_rule": "{why}",
    "answer_left_open": N_(
        "This question was left open, and prices of the provider depend on it. A firm quote needs an answer."
    ),
}

SENTENCES: Mapping[str, str] = {**ANSWER_SENTENCES, **TABLE_SENTENCES, **WARNING_SENTENCES}
"""The English sentence of every kind of problem and warning, a template for `str.format`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what to do about it.

    `place` is a path in the table (`charge.ward.graduated[1].price`), or the code of a driver when answers
    are refused. `line` is the line in the file, counted from 1, if it can be told. Values are numbers as
    text, codes and words, or lists of them; a table's own words come as text by language under their name.
    """

    place: str
    line: int | None
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def driver(self) -> str:
        """The driver whose answer is refused; the same as `place`."""
        return self.place

    @property
    def text(self) -> str:
        """The English sentence."""
        return say(self, SENTENCES[self.kind])


def say(
    problem: Problem,
    template: str,
    languages: Sequence[str] = ("en",),
    listed: Callable[[Sequence[str]], str] = ", ".join,
) -> str:
    """Fill a problem's values into `template`; words by language in the first language they have.

    `listed` writes several values one after the other, as the language of the template does.
    """
    values = {name: _one(value, languages, listed) for name, value in problem.values.items()}
    return template.format(**values)


def _one(value: Any, languages: Sequence[str], listed: Callable[[Sequence[str]], str]) -> str:
    if isinstance(value, Mapping):
        for language in languages:
            if language in value:
                return str(value[language])
        return str(next(iter(value.values())))
    if isinstance(value, (list, tuple)):
        return listed([str(part) for part in value])
    return str(value)


class BadTable(ValueError):
    """A price table that cannot be used; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{problem.place}: {problem.text}" for problem in self.problems))


class BadAnswers(ValueError):
    """Answers that cannot be priced; `problems` says everything that is wrong with them, driver by driver."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{problem.driver}: {problem.text}" for problem in self.problems))
