"""The questions that are open before a quote, asked on the page of a request as the form of an estimate asks them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from flask import request

from estimator import price_lists, quotes, requests, wording
from estimator.i18n import Words
from estimator.i18n import reader as reader_of
from estimator.models import PatientRequest, TableVersion
from estimator.web import estimate_form
from estimator.web.estimate_form import PREFIX, Question
from estimator.web.language import current_reader
from estimator.web.request_context import act
from pricing import Problem
from pricing.answers import Refused, normal_form, value_of
from pricing.table import ChoiceDriver, Driver, YesNoDriver

_HASH = re.compile("[0-9a-f]{64}")

UNKNOWN = "?"
"""What the button "I do not know yet" sends; no code of a choice is called so."""


class OpenQuestions:
    """The open questions of a request, with what a browser sent for some of them.

    They are of the version of the price list whose questions the page showed, so that no answer is lost where another
    one counts meanwhile. What the plan of the request answers already is not asked.
    """

    def __init__(self, record: PatientRequest) -> None:
        # Once there is a quote, the desk asks what it needs for the next revision.
        asked = None if quotes.for_request(record) else quotes.open_questions.asked(act(), record)
        self._is_before = asked is not None
        current = record.table_version if asked is None else asked.version
        self.version = _as_shown(record) or current
        self.table, self._reader = price_lists.parsed(self.version), current_reader()
        known = requests.answers_of(record)
        #: what was answered here already, and may be answered anew
        self._given = {} if asked is None else self._answered(record, known)
        self.form = estimate_form.build(self.table, self._given)
        estimate_form.fill(self.form, self.table, request.form.get("fill", ""))
        self.form.table_sha256.data = self.version.sha256
        self._open = set() if asked is None else set(asked.open)
        self._given = {code: answer for code, answer in self._given.items() if code not in self._open}
        self._plan = known
        self._sent = [
            driver
            for driver in self.table.drivers
            if driver.code in _sent_codes() and (driver.code not in known or driver.code in self._open)
        ]

    def _answered(self, record: PatientRequest, known: Mapping[str, str | bool]) -> dict[str, str | bool]:
        theirs = requests.their_answers(record, act().settings.data_keys)
        return quotes.given_on_page.usable(self.table, theirs, known)

    @property
    def is_asking(self) -> bool:
        """Whether a question is open, or something was sent for one."""
        return bool(self._open or self._sent)

    @property
    def is_refused(self) -> bool:
        """Whether something is wrong with an answer."""
        return any(self.form[PREFIX + driver.code].errors for driver in self._sent)

    def read(self) -> requests.Answered | None:
        """Return what was answered; what cannot be read, or is no possible answer, is said at its question."""
        filled_in = self._given.keys() & request.form.get("given", "").split()
        answers = {
            code: answer
            for code, answer in self._answers()
            if code not in filled_in or answer != self._given[code]
        }
        return requests.Answered(self.version.id, answers) if answers else None

    def _answers(self) -> Iterator[tuple[str, str | bool | None]]:
        found = estimate_form.read(self.form, self.table, self._reader)
        for driver in self._sent:
            field = self.form[PREFIX + driver.code]
            if _may_be_unknown(driver) and field.data == UNKNOWN:
                yield driver.code, None
            elif driver.code in found.unreadable:
                self.form.refuse_answers({driver.code: found.unreadable[driver.code]})
            elif driver.code in found.answers:
                try:
                    value = value_of(driver, found.answers[driver.code])
                except Refused as refused:
                    problem = Problem(driver.code, None, refused.kind, refused.values)
                    self.form.refuse(wording.problem_sentence(problem, self._reader, table=self.table), field)
                else:
                    yield from normal_form({driver.code: value}).items()

    def shown(self) -> Sequence[Question]:
        """Return the questions that are open, and those that something was sent for; each may be left empty.

        Those about the patient come first.
        """
        return self._as_questions(self._open | {driver.code for driver in self._sent} - self._given.keys())

    def given(self) -> Sequence[Question]:
        """Return the questions that were answered here already, with their answers, to be answered anew."""
        return self._as_questions(set(self._given))

    def called_for(self) -> Sequence[Words]:
        """Return what the answers call for before anything else: those of the estimate, and those given here."""
        rows = wording.called_for(self._answered_so_far, self.table, self._reader) if self._is_before else []
        return [row.text for row in rows]

    def refusals(self) -> Sequence[wording.Refusal]:
        """Return why no quote can come of the answers, each with the question that it is about."""
        return wording.refused(self._answered_so_far, self.table, self._reader) if self._is_before else []

    @property
    def _answered_so_far(self) -> Mapping[str, str | bool]:
        return {**self._plan, **self._given}

    def _as_questions(self, shown: set[str]) -> list[Question]:
        drivers = {driver.code: driver for driver in self.table.drivers}
        sections = estimate_form.sections(self.form, self.table, self._reader, list(shown))
        return [
            replace(
                each,
                help=None,
                unknown=None,
                may_stay_open=True,
                says_unknown=UNKNOWN,
                required=False,
                usual=None,
                use=None,
                notes={
                    **wording.refusals_of(drivers[each.code], self.table, self._reader),
                    **each.notes,
                },
            )
            for section in sorted(sections, key=lambda section: section.role != "about_you")
            for each in section.questions
            if each.code in shown and each.only is None
        ]

    @property
    def is_sent(self) -> bool:
        """Whether something was sent for any of the questions."""
        return bool(self._sent)

    def is_asked_in(self, words: str, record: PatientRequest) -> bool:
        """Whether a message of the desk lists questions of the price list, as the page asks them by itself."""
        reader, lines = reader_of(record.language), words.splitlines()
        return any(
            f"– {reader.words(driver.label, self.table.main_language)}" in lines
            for driver in self.table.drivers
        )

    def more_about(self) -> Sequence[tuple[Words, Words]]:
        """Return what the price list says of these questions, each with what it is called."""
        shown, main = {each.code for each in self.shown()}, self.table.main_language
        return [
            (self._reader.words(driver.label, main), self._reader.words(driver.help, main))
            for driver in self.table.drivers
            if driver.code in shown and driver.help is not None
        ]


def _as_shown(record: PatientRequest) -> TableVersion | None:
    """Return the version of the request's price list whose questions were on the page that a form was sent from."""
    sha256 = request.form.get("table_sha256", "")
    found = price_lists.of_hash(sha256) if _HASH.fullmatch(sha256) else None
    return found if found is not None and found.slug == record.slug else None


def _sent_codes() -> set[str]:
    return {
        name.removeprefix(PREFIX).partition("-")[0]
        for name, text in request.form.items()
        if name.startswith(PREFIX) and text.strip()
    }


def _may_be_unknown(driver: Driver) -> bool:
    return isinstance(driver, ChoiceDriver | YesNoDriver)
