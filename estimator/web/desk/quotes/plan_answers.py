"""The answers of a plan that is being prepared, in words."""

from __future__ import annotations

from typing import TypedDict

import pricing
from estimator import price_lists
from estimator.i18n import Words
from estimator.quotes.plans import Prepared
from estimator.web.desk.quotes.told_here import ToldHere
from estimator.web.language import current_reader
from estimator.wording import answer_words, not_answered
from pricing.left_open import left_open


class PlanRow(TypedDict):
    """One answer of the plan; `supposed` if the list supposed it. A question that was left open says so.

    `told` is what the patient answered to it on the page of the request, if they did.
    """

    label: Words
    answer: Words
    supposed: bool
    told: str


def answers_in_words(prepared: Prepared, told: ToldHere | None = None) -> list[PlanRow]:
    """Return the plan in sight in words, as far as the list that is chosen knows its answers."""
    reader, table = current_reader(), price_lists.parsed(prepared.version)
    answers = prepared.answers if prepared.chosen is None else prepared.chosen.breakdown["answers"]
    left = left_open(table, answers)
    found: list[PlanRow] = []
    for driver in table.drivers:
        if driver.code in left:
            label = reader.words(driver.label, table.main_language)
            found.append({"label": label, "answer": not_answered(), "supposed": False, "told": ""})
        if driver.code not in answers:
            continue
        try:
            words = answer_words(driver, answers[driver.code], table, reader)
        except (KeyError, ValueError, pricing.BadAnswers):
            words = None
        found.append(
            {
                "label": reader.words(driver.label, table.main_language),
                "answer": words or Words(str(answers[driver.code])),
                "supposed": driver.code not in prepared.answers,
                "told": "" if told is None else told.sentence(driver.code, prepared.answers),
            }
        )
    return found


def supposed_in_words(prepared: Prepared) -> list[PlanRow]:
    """Return the answers that the list supposed in any plan, because nobody gave them, each once."""
    found: list[PlanRow] = []
    for plan in prepared.plans:
        found += [
            row
            for row in answers_in_words(prepared.seen(plan.letter))
            if row["supposed"] and row not in found
        ]
    return found
