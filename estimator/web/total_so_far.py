"""What answers come to so far, for the panel beside every estimate form: never a part of a sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pricing
from estimator import wording
from estimator.i18n import Reader, Words, ngettext
from estimator.i18n import gettext as _
from estimator.web.estimate_form import Read
from pricing import PriceTable
from pricing.answers import look


@dataclass(frozen=True)
class Open:
    """A question that the panel links to, with what is wrong with its answer."""

    driver: str
    label: Words
    sentence: str = ""


@dataclass(frozen=True)
class Running:
    """What the answers come to so far: a headline, or what keeps it from being one."""

    asked: list[str]
    spoken: str
    headline: wording.Headline | None = None
    sums: list[wording.Sum] = field(default_factory=list)
    refusals: list[Open] = field(default_factory=list)
    left: list[Open] = field(default_factory=list)
    sentences: dict[str, list[str]] = field(default_factory=dict)
    ruled_out: bool = False

    def refused(self) -> dict[str, list[str]]:
        """What is wrong with answers that were given; not the questions that are still open."""
        left = {question.driver for question in self.left}
        return {driver: texts for driver, texts in self.sentences.items() if driver not in left}


def running(table: PriceTable, found: Read, reader: Reader) -> Running:
    """Work out the total of answers that may be unfinished; never a part of it."""
    values, problems = look(table, found.answers)
    asked = [*values, *(problem.driver for problem in problems)]
    labels = {driver.code: reader.words(driver.label, table.main_language) for driver in table.drivers}
    # An unreadable answer to a question that is not asked any more does not matter.
    sentences = {driver: texts for driver, texts in found.unreadable.items() if driver in asked}
    left = []
    for problem in problems:
        if problem.driver in sentences or problem.driver not in labels:
            continue
        sentence = wording.problem_sentence(problem, reader)
        if problem.kind == "answer_missing":
            left.append(Open(problem.driver, labels[problem.driver], sentence))
        else:
            sentences[problem.driver] = [sentence]
    ruled_out = not left and not sentences
    if ruled_out:
        try:
            breakdown = pricing.estimate(table, found.answers).as_dict()
        except pricing.BadAnswers as refusal:
            sentences = wording.problem_sentences(refusal, reader)
        else:
            headline, sums = wording.headline(breakdown, table, reader)
            return Running(asked=asked, spoken=_spoken(headline), headline=headline, sums=sums)
    refusals = [Open(driver, labels[driver], text) for driver, texts in sentences.items() for text in texts]
    for question in left:
        sentences[question.driver] = [question.sentence]
    spoken = _questions_left(left) if not refusals else f"{refusals[0].label}: {refusals[0].sentence}"
    return Running(
        asked=asked, spoken=spoken, refusals=refusals, left=left, sentences=sentences, ruled_out=ruled_out
    )


def _spoken(headline: wording.Headline) -> str:
    amount, span = headline.amount, headline.span
    if headline.at_least:
        amount = _("at least %(amount)s", amount=amount)
    if span is None:
        return _("Likely total: %(amount)s", amount=amount)
    return _("Likely total: %(amount)s. It may come to %(span)s.", amount=amount, span=span)


def _questions_left(left: Sequence[Open]) -> str:
    return ngettext("One question left", "%(num)s questions left", len(left))
