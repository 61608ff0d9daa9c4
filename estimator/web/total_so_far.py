"""What answers come to so far, for the panel beside every estimate form: the total, or the least it can come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, jsonify, render_template
from markupsafe import escape

import pricing
from estimator import wording
from estimator.i18n import Reader, Words, listed, ngettext, with_colon
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.web.estimate_form import Read, Reading
from pricing import PriceTable
from pricing.answers import Answers, look, refused_so_far
from pricing.left_open import depending, left_open, not_counted
from pricing.money import Rounder
from pricing.stored import StoredBreakdown
from pricing.table import NumberDriver


@dataclass(frozen=True)
class Open:
    """A question that the panel links to, with what is wrong with its answer."""

    driver: str
    label: Words
    sentence: str = ""
    readings: Sequence[Reading] = ()


@dataclass(frozen=True)
class SoFar:
    """The lowest likely total that unfinished answers can come to, in words, and the parts of the form that are open.

    It is called the likely total only where a plan of the list has a range, which may begin below it. `not_answered`
    are parts of the form, each with the first question of it that is left: what is left is in the sum at its lowest,
    or not at all, and of neither can be said that it is not counted.
    """

    label: str
    amount: str
    said: str
    not_answered: list[wording.NotCounted]


RULED_OUT = "answer_refused_by_rule"
"""The kind of problem with answers that are right one by one."""


@dataclass(frozen=True)
class Running:
    """What the answers come to so far: a headline, or what keeps it from being one.

    `since` says how the headline differs from an earlier estimate's. `so_far` is there while questions are left,
    nothing is wrong, and the least that they can come to is known; of a plan that may lack answers the headline is
    there, and with it what is `left`. Nothing is wrong with the answers to what is
    `ruled_out`: a rule of the clinic makes a plan of them impossible. `amounts` are those that were typed, in words;
    one that is `unusual` is asked about, and counts all the same.
    """

    asked: list[str]
    spoken: str
    headline: wording.Headline | None = None
    since: str | None = None
    so_far: SoFar | None = None
    sums: list[wording.Sum] = field(default_factory=list)
    refusals: list[Open] = field(default_factory=list)
    left: list[Open] = field(default_factory=list)
    sentences: dict[str, list[str]] = field(default_factory=dict)
    ruled_out: frozenset[str] = frozenset()
    amounts: dict[str, str] = field(default_factory=dict)
    unusual: list[Open] = field(default_factory=list)

    @property
    def is_ruled_out(self) -> bool:
        """Whether nothing is wrong with any answer, but a rule of the clinic makes the plan impossible."""
        return bool(self.refusals) and all(each.driver in self.ruled_out for each in self.refusals)

    def as_json(self) -> dict[str, Any]:
        """What a script is told beside the panel; sentences as HTML, because they may name something foreign."""
        refused = {code: [str(escape(text)) for text in texts] for code, texts in self.refused().items()}
        ruled_out = sorted(self.ruled_out)
        return {
            "spoken": str(escape(self.spoken)),
            "asked": self.asked,
            "refused": refused,
            "ruled_out": ruled_out,
            "amounts": {**self.amounts, **{each.driver: each.sentence for each in self.unusual}},
        }

    def refused(self) -> dict[str, list[str]]:
        """What is wrong with answers that were given; not the questions that are still open."""
        left = {question.driver for question in self.left}
        return {driver: texts for driver, texts in self.sentences.items() if driver not in left}


def told(panel: Running, *, changed: str | None = None, **shown: bool) -> Response:
    """Return what the script beside a form asks for: the panel drawn anew, and what to do with its form.

    `changed` says that the price list is another one; `shown` are what else the template of the panel knows.
    """
    html = render_template("patient/_total.html", total=panel, changed=changed, **shown)
    return jsonify({"html": html, **panel.as_json()})


def running(
    table: PriceTable,
    found: Read,
    reader: Reader,
    was: StoredBreakdown | None = None,
    *,
    unfinished: bool = False,
) -> Running:
    """Work out the total of answers that may be unfinished, or the least that they can come to.

    With `was` it says how the total differs from that of an earlier estimate. What may be kept `unfinished` has the
    total that it will be kept with, in which nothing is counted that depends on an open question.
    """
    values, problems = look(table, found.answers)
    known = [*values, *(problem.driver for problem in problems), *left_open(table, found.answers)]
    asked = list(dict.fromkeys(known))
    labels = {driver.code: reader.words(driver.label, table.main_language) for driver in table.drivers}
    # An unreadable answer to a question that is not asked any more does not matter.
    sentences = {driver: texts for driver, texts in found.unreadable.items() if driver in asked}
    amounts, unusual = _amounts(table, found, reader), _unusual(table, found, reader)
    left, ruled_out = [], set()
    if not sentences and {problem.kind for problem in problems} == {"answer_missing"}:
        # Nobody answers the rest of a plan only to learn then that it is not possible.
        problems += refused_so_far(table, found.answers)
    for problem in problems:
        if problem.driver in sentences or problem.driver not in labels:
            continue
        sentence = wording.problem_sentence(problem, reader, table=table)
        if problem.kind == "answer_missing":
            left.append(Open(problem.driver, labels[problem.driver], sentence))
        else:
            sentences[problem.driver] = [sentence]
            if problem.kind == RULED_OUT:
                ruled_out.add(problem.driver)
    if not sentences and (unfinished or not left):
        try:
            breakdown = pricing.estimate(table, found.answers, unfinished=unfinished).as_dict()
        except pricing.BadAnswers as refusal:
            sentences = wording.problem_sentences(refusal, reader, table)
            ruled_out = ruled_out_by(refusal)
        else:
            headline, sums = wording.headline(breakdown, table, reader)
            since = None if was is None else wording.moved(was, breakdown, reader)
            to_answer = _questions_left(left) if left else None
            spoken = joined(" ", filter(None, (_spoken(headline), since, to_answer)))
            return Running(
                asked=asked,
                spoken=spoken,
                headline=headline,
                since=since,
                sums=sums,
                left=left,
                amounts=amounts,
                unusual=unusual,
            )
    refusals = [
        Open(driver, labels[driver], text, found.readings.get(driver, ()))
        for driver, texts in sentences.items()
        for text in texts
    ]
    least = (
        None if refusals else _so_far(table, found.answers, [question.driver for question in left], reader)
    )
    for question in left:
        sentences[question.driver] = [question.sentence]
    spoken = (
        _spoken_so_far(least, left) if not refusals else with_colon(refusals[0].label, refusals[0].sentence)
    )
    return Running(
        asked=asked,
        spoken=spoken,
        so_far=least,
        refusals=refusals,
        left=left,
        sentences=sentences,
        ruled_out=frozenset(ruled_out),
        amounts=amounts,
        unusual=unusual,
    )


def _amounts(table: PriceTable, found: Read, reader: Reader) -> dict[str, str]:
    """Return the amounts of money among the answers as they are written everywhere, by question."""
    money = {each.code for each in table.drivers if isinstance(each, NumberDriver) and each.money}
    return {
        code: wording.typed_amount(answer, table.currency, reader)
        for code, answer in found.answers.items()
        if code in money and code not in found.unreadable
    }


def _unusual(table: PriceTable, found: Read, reader: Reader) -> list[Open]:
    """Return the amounts among the answers that are far from what most people spend, each with what is asked."""
    rows = []
    for driver in table.drivers:
        answer = found.answers.get(driver.code)
        if not isinstance(driver, NumberDriver) or answer is None or driver.code in found.unreadable:
            continue
        sentence = wording.far_from_usual(driver, str(answer), table, reader)
        if sentence is not None:
            rows.append(Open(driver.code, reader.words(driver.label, table.main_language), sentence))
    return rows


def ruled_out_by(refusal: pricing.BadAnswers) -> set[str]:
    """Return the questions whose answers are right, and make a plan that a rule of the clinic refuses."""
    wrong = {problem.driver for problem in refusal.problems if problem.kind != RULED_OUT}
    return {problem.driver for problem in refusal.problems if problem.kind == RULED_OUT} - wrong


def _so_far(table: PriceTable, answers: Answers, left: Sequence[str], reader: Reader) -> SoFar | None:
    """Return the lowest likely total of all that answers can become; None if nobody can tell, or if it is nothing."""
    lowest = pricing.so_far(table, answers)
    if lowest is None or lowest <= 0:
        return None
    amount = Rounder(table.round_to, table.rounding).text(lowest)
    unknown = {code for code in left if depending(table, [code])}
    unknown.update(not_counted(table, look(table, answers)[0]))
    parts = []
    for role, heading in wording.SECTIONS.items():
        first = next((each for each in table.drivers if each.role == role and each.code in unknown), None)
        if first is not None:
            parts.append(wording.NotCounted(first.code, Words(str(heading))))
    has_range, money = wording.may_have_range(table), reader.money(amount, table.currency)
    return SoFar(
        label=wording.likely_total(True) if has_range else _("At least, so far"),
        amount=money,
        said=_("Likely total: at least %(amount)s so far", amount=money)
        if has_range
        else _("At least %(amount)s so far", amount=money),
        not_answered=parts,
    )


def _spoken_so_far(least: SoFar | None, left: Sequence[Open]) -> str:
    if least is None:
        return _questions_left(left)
    names = listed([part.label for part in least.not_answered])
    return _(
        "%(sum)s; not answered yet: %(names)s. %(left)s.",
        sum=least.said,
        names=names,
        left=_questions_left(left),
    )


def _spoken(headline: wording.Headline) -> str:
    said = [_("Likely total: %(amount)s.", amount=headline.amount_said())]
    if headline.span is not None:
        said.append(headline.range_words())
    return joined(" ", filter(None, [*said, headline.not_counted_words()]))


def _questions_left(left: Sequence[Open]) -> str:
    return ngettext("One question left", "%(num)s questions left", len(left))
