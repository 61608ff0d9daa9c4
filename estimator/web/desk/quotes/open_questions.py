"""The questions that nobody has answered yet, which the form of a quote asks below everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import request

import pricing
from estimator import wording
from estimator.models import PatientRequest
from estimator.quotes.plans import Prepared
from estimator.web import estimate_form
from estimator.web.desk.quotes.missing import OPEN_CODES
from estimator.web.desk.quotes.told_here import ToldHere
from estimator.web.estimate_form import PREFIX, Section
from estimator.web.language import current_reader
from pricing import PriceTable
from pricing.unfinished import read_unfinished


class OpenQuestions:
    """The questions of a price list, with what this request sent for some of them.

    What the patient answered on their page is filled in where the plan leaves it open.
    `answers` are those of the plan with what was typed in place of the `kept` ones that are saved; None where nothing
    was typed.
    """

    answers: Mapping[str, Any] | None = None

    def __init__(self, of: PatientRequest, table: PriceTable, kept: Mapping[str, str | bool]) -> None:
        self.table, self._reader, self._kept = table, current_reader(), kept
        self.told = ToldHere(of, table)
        self.form = estimate_form.build(table, {**self.told.usable(kept), **kept})
        estimate_form.fill(self.form, table, request.form.get("fill", ""))
        self._typed = {
            name.removeprefix(PREFIX).partition("-")[0]
            for name, text in request.form.items()
            if name.startswith(PREFIX) and text.strip()
        }
        found = estimate_form.read(self.form, table, self._reader)
        self._unreadable = {code: said for code, said in found.unreadable.items() if code in self._typed}
        typed = {code: answer for code, answer in found.answers.items() if code in self._typed}
        if typed:
            known = {driver.code for driver in table.drivers}
            before = {code: answer for code, answer in kept.items() if code in known}
            self.answers = {**before, **typed}

    @property
    def to_try(self) -> Mapping[str, Any] | None:
        """The answers without those that cannot be read."""
        if self.answers is None:
            return None
        return {code: answer for code, answer in self.answers.items() if code not in self._unreadable}

    def check(self) -> None:
        """Say at its question what cannot be read; what a rule refuses is saved, and told as missing."""
        if self.answers is not None:
            try:
                read_unfinished(self.table, self.answers)
            except pricing.BadAnswers as refusal:
                self.refuse(refusal)

    def refuse(self, refusal: pricing.BadAnswers) -> None:
        """Say at its question what the price list refuses."""
        self.form.refuse_answers({**wording.problem_sentences(refusal, self._reader), **self._unreadable})

    def sections(self, prepared: Prepared) -> list[Section]:
        """Return the questions that keep the quote from being issued, and those that something was typed for.

        They have no button that fills in what most people answer: it is this patient's answer that is wanted.
        """
        refused = {driver.code for driver in self.table.drivers if self.form[PREFIX + driver.code].errors}
        shown = _open(prepared) | self._typed | refused
        asked = [
            replace(
                section,
                questions=[
                    replace(self.told.beside(each, self._kept), use=None)
                    for each in section.questions
                    if each.code in shown
                ],
            )
            for section in estimate_form.sections(self.form, self.table, self._reader, list(shown))
        ]
        return [section for section in asked if section.questions]


def _open(prepared: Prepared) -> set[str]:
    """Return the questions that nobody has answered, as far as the quote cannot be issued without them."""
    return {
        code
        for one in prepared.missing
        if one.code in OPEN_CODES and one.plan == prepared.letter
        for code in one.detail
    }
