"""What the patient answered on the page of a request, beside the answers of the quote that is prepared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TypedDict

from estimator import price_lists, quotes, requests
from estimator.i18n import Words
from estimator.i18n import gettext as _
from estimator.models import PatientRequest
from estimator.quotes import given_on_page
from estimator.quotes.plans import Prepared
from estimator.web.estimate_form import Question
from estimator.web.language import current_reader
from estimator.web.request_context import settings
from estimator.wording.told_answers import told_answer, told_answers
from pricing import PriceTable


class ToldHere:
    """The answers that a patient gave on the page of their request, beside the plan of a quote and its price list.

    Raises keys.Unreadable.
    """

    def __init__(self, of: PatientRequest, table: PriceTable) -> None:
        self._of, self._table = of, table
        self._theirs = requests.their_answers(of, settings().data_keys)

    def usable(self, kept: Mapping[str, str | bool]) -> Mapping[str, str | bool]:
        """Return the answers to what is open in a plan, in normal form, by question."""
        return given_on_page.usable(self._table, self._theirs, kept)

    def gave(self, codes: Collection[str], kept: Mapping[str, str | bool]) -> bool:
        """Whether the patient answered any of some questions as it is in a plan."""
        given = self.usable({})
        return any(code in given and given[code] == kept.get(code) for code in codes)

    def unknown(self, codes: Collection[str]) -> list[str]:
        """Return those of some questions to which the patient answered last that they do not know yet."""
        return [code for code in codes if code in self._theirs and self._theirs[code].answer is None]

    def sentence(self, code: str, kept: Mapping[str, str | bool]) -> str:
        """Say what the patient answered to a question beside what is in a plan; empty if they did not answer it."""
        theirs = self._theirs.get(code)
        if theirs is None:
            return ""
        reader = current_reader()
        day = reader.day(price_lists.day_of(theirs.at, self._of.table_version.time_zone))
        answer = theirs.answer
        is_possible = answer is not None and given_on_page.is_possible(self._table, code, answer)
        if is_possible and kept.get(code, answer) == answer:
            return _("The patient answered this here on %(day)s; used unless you change it.", day=day)
        words: Words = told_answer(price_lists.parsed(theirs.version), code, answer, reader)
        said = _("The patient answered here on %(day)s: %(answer)s.", day=day, answer=words)
        if answer is None or is_possible:
            return said
        return f"{said} {_('The price list of this quote does not offer this answer.')}"

    def beside(self, question: Question, kept: Mapping[str, str | bool]) -> Question:
        """Return a question of a form with what the patient answered to it said below what it is called."""
        told = self.sentence(question.code, kept)
        return replace(question, hint=" ".join(filter(None, (question.hint, told))) or None)

    def not_asked(self) -> list[str]:
        """Say what the patient answered to questions that the list of this quote does not ask."""
        asked = {driver.code for driver in self._table.drivers}
        rows = [
            row
            for code, theirs in self._theirs.items()
            if code not in asked
            for row in told_answers(
                price_lists.parsed(theirs.version), {code: theirs.answer}, current_reader()
            )
        ]
        return [
            _(
                "The patient also answered what is not asked by the price list of this quote: “%(question)s” "
                "%(answer)s.",
                question=row.label,
                answer=row.answer,
            )
            for row in rows
        ]


class Overruled(TypedDict):
    """A question to which the patient answered something else than the quote says: both answers, and the day."""

    label: Words
    theirs: Words
    day: str
    ours: list[Words]


def overruled_in_words(
    of: PatientRequest, prepared: Prepared, contradicted: quotes.overruled.Overruled
) -> list[Overruled]:
    """Return what the patient answered about themselves and the quote says otherwise, in words."""
    reader, table = current_reader(), price_lists.parsed(prepared.version)
    labels = {driver.code: reader.words(driver.label, table.main_language) for driver in table.drivers}
    found: list[Overruled] = []
    for code, said in contradicted.items():
        answers = [plan.answers[code] for plan in prepared.plans if code in plan.answers]
        found.append(
            {
                "label": labels[code],
                "theirs": told_answer(price_lists.parsed(said.version), code, said.answer, reader),
                "day": reader.day(price_lists.day_of(said.at, of.table_version.time_zone)),
                "ours": [told_answer(table, code, answer, reader) for answer in dict.fromkeys(answers)],
            }
        )
    return found
