"""Answers that somebody gave on the page of their request, as question and answer in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimator.i18n import Reader, Words, with_colon
from estimator.i18n import gettext as _
from estimator.wording.sentences import answer_words
from pricing import PriceTable


@dataclass(frozen=True)
class ToldAnswer:
    """One question, and what was answered to it."""

    label: Words
    answer: Words


def told_answers(
    table: PriceTable, answers: Mapping[str, str | bool | None], reader: Reader
) -> list[ToldAnswer]:
    """Return answers in normal form in words, in the order of the price list; None is said to be not known."""
    return [
        ToldAnswer(
            reader.words(driver.label, table.main_language),
            told_answer(table, driver.code, answers[driver.code], reader),
        )
        for driver in table.drivers
        if driver.code in answers
    ]


def as_line(told: ToldAnswer) -> str:
    """Return question and answer in one line; a question mark needs no colon after it."""
    return with_colon(told.label, told.answer)


def told_answer(table: PriceTable, code: str, answer: str | bool | None, reader: Reader) -> Words:
    """Say one answer in normal form that a price list knows; None is said to be not known."""
    if answer is None:
        return Words(_("I do not know yet"))
    driver = next(driver for driver in table.drivers if driver.code == code)
    return answer_words(driver, answer, table, reader)
