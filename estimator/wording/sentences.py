"""Single things in words: a span of amounts, an answer, a problem, the notices, the head of a document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from estimator.i18n import Reader, Words, listed
from estimator.i18n import gettext as _
from estimator.marked_text import hole, through
from estimator.wording import at_least
from estimator.wording import past_bills as past_bills_said
from estimator.wording.headings import NOTICES
from estimator.wording.rows import Head, NoticeRow, NoticeSection
from pricing import BadAnswers, Problem
from pricing.answers import Answers, look, refused_so_far
from pricing.conditions import applies
from pricing.currencies import MINOR_UNIT
from pricing.left_open import Lack
from pricing.money import decimals, plain
from pricing.past_bills import Said
from pricing.problems import SENTENCES, say
from pricing.stored import Cases, CasesOrRequest
from pricing.table import (
    Amount,
    ChoiceDriver,
    ChoiceIs,
    DateDriver,
    Driver,
    FlagIs,
    Notice,
    NumberDriver,
    PriceTable,
    Test,
)

_PLAIN_AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")


def notice_sections(
    codes: Sequence[str], table: PriceTable, reader: Reader, kinds: Sequence[str] = tuple(NOTICES)
) -> list[NoticeSection]:
    """Word notices by kind, in the order of NOTICES."""
    sections = []
    for kind in kinds:
        section = [
            NoticeRow(reader.words(notice.text, table.main_language), notice.link, _answers(notice, table))
            for notice in table.notices
            if notice.kind == kind and notice.code in codes
        ]
        if section:
            sections.append(NoticeSection(kind, str(NOTICES[kind]), section))
    return sections


def notes_to(driver: Driver, table: PriceTable, reader: Reader) -> dict[str, Words]:
    """Return what is said to whoever gives an answer about themselves, by what a form sends for the answer.

    It is what the list says about who is suitable if that one answer is given, and nothing else matters.
    """
    found: dict[str, Words] = {}
    for notice in table.notices:
        if notice.kind != "suitability" or notice.unless or not _answers(notice, table):
            continue
        for code, test in notice.when or ():
            if len(notice.when or ()) == 1 and code == driver.code:
                found |= dict.fromkeys(_sent(test), reader.words(notice.text, table.main_language))
    return found


def called_for(answers: Answers, table: PriceTable, reader: Reader) -> list[NoticeRow]:
    """Return what answers of the patient call for before anything else, such as a sore that must heal.

    It is what stands first in a breakdown; the answers may be unfinished.
    """
    values, _problems = look(table, answers)
    return [
        NoticeRow(reader.words(notice.text, table.main_language), notice.link, answers=True)
        for notice in table.notices
        if notice.kind == "suitability"
        and _answers(notice, table)
        and applies(notice.when, notice.unless, values)
    ]


class Refusal(NamedTuple):
    """Why a rule of a list refuses a plan, with the question whose answer would have to be another one."""

    driver: str
    label: Words
    why: Words


def refused(answers: Answers, table: PriceTable, reader: Reader) -> list[Refusal]:
    """Return why the rules of a list refuse answers, which may be unfinished; nothing is supposed about the rest."""
    main = table.main_language
    labels = {driver.code: reader.words(driver.label, main) for driver in table.drivers}
    return [
        Refusal(problem.driver, labels[problem.driver], reader.words(problem.values["why"], main))
        for problem in refused_so_far(table, answers)
    ]


def refusals_of(driver: Driver, table: PriceTable, reader: Reader) -> dict[str, Words]:
    """Return why a list refuses one answer, whatever the others are, by what a form sends for the answer."""
    return {
        sent: reader.words(rule.why, table.main_language)
        for rule in table.rules
        if not rule.unless and [code for code, _test in rule.when or ()] == [driver.code]
        for _code, test in rule.when or ()
        for sent in _sent(test)
    }


def _sent(test: Test) -> Sequence[str]:
    """Return the answers that pass a test, as a form sends them; none of numbers and days, of which there are many."""
    if isinstance(test, FlagIs):
        return ["yes" if test.value else "no"]
    return sorted(test.codes) if isinstance(test, ChoiceIs) else []


def _answers(notice: Notice, table: PriceTable) -> bool:
    """Whether a notice is there because of what somebody told of themselves."""
    if notice.when is None:
        return False
    about_you = {driver.code for driver in table.drivers if driver.role == "about_you"}
    return about_you.issuperset(code for code, _test in notice.when)


def problem_sentence(
    problem: Problem, reader: Reader, template: str | None = None, table: PriceTable | None = None
) -> str:
    """Say one problem in the reader's language; `template` has the same values in other words.

    With its `table`, what is wrong with an amount of money is said with its currency.
    """
    if table is not None and _is_too_fine_an_amount(problem, table):
        near = str(problem.values["example"])
        return too_fine(table.currency, typed_amount(near, table.currency, reader), reader)
    holes: list[object] = []
    given = problem.values if table is None else _as_money(problem, table, reader)
    values = {name: hole(_of_a_list(value, reader), holes) for name, value in given.items()}
    said = say(
        replace(problem, values=values), template or _(SENTENCES[problem.kind]), (reader.tag, "en"), listed
    )
    return through(said, holes)


def _is_too_fine_an_amount(problem: Problem, table: PriceTable) -> bool:
    driver = next((each for each in table.drivers if each.code == problem.driver), None)
    return (
        problem.kind == "answer_off_step"
        and isinstance(driver, NumberDriver)
        and driver.money
        and is_too_fine(str(problem.values["given"]), table.currency)
    )


def is_too_fine(amount: str, currency: str) -> bool:
    """Whether an amount in plain decimal text has more decimals than its currency."""
    return len(amount.partition(".")[2].rstrip("0")) > decimals(MINOR_UNIT[currency])


def too_fine(currency: str, example: str, reader: Reader) -> str:
    """Say what amounts a currency has, to somebody who typed a finer one."""
    step = plain(Decimal(1).scaleb(-decimals(MINOR_UNIT[currency])))
    return _(
        "Amounts in %(currency)s go in steps of %(step)s. Enter one without finer decimals, for example %(example)s.",
        currency=currency,
        step=reader.number(step),
        example=example,
    )


def _as_money(problem: Problem, table: PriceTable, reader: Reader) -> Mapping[str, Any]:
    """Return the values of a problem, the amounts among them as money if the question asks for some."""
    driver = next((each for each in table.drivers if each.code == problem.driver), None)
    if not getattr(driver, "money", False):
        return problem.values
    return {
        name: reader.money(with_cents(value, table.currency) if "." in value else value, table.currency)
        if isinstance(value, str) and _PLAIN_AMOUNT.fullmatch(value)
        else value
        for name, value in problem.values.items()
    }


def _of_a_list(value: object, reader: Reader) -> object:
    """Return a text of a price list in the reader's language or in English, else in the first that it has."""
    if not isinstance(value, Mapping) or not value:
        return value
    return reader.words(value, "en" if "en" in value else next(iter(value)))


def problem_sentences(
    refusal: BadAnswers, reader: Reader, table: PriceTable | None = None
) -> dict[str, list[str]]:
    """Say the problems of refused answers, by driver; with their `table`, amounts with its currency."""
    sentences: dict[str, list[str]] = {}
    for problem in refusal.problems:
        sentences.setdefault(problem.driver, []).append(problem_sentence(problem, reader, table=table))
    return sentences


def three(amounts: Cases | CasesOrRequest) -> tuple[str | None, str | None, str | None]:
    """Return the low, the likely and the high of an amount."""
    return amounts["low"], amounts["likely"], amounts["high"]


def span(amounts: Cases | CasesOrRequest, currency: str, reader: Reader) -> str | None:
    """Say the range from the lowest to the highest of three amounts, None if they are all the same."""
    known = {amount for amount in three(amounts) if amount is not None}
    if len(known) < 2:
        return None
    ordered = sorted(known, key=Decimal)
    return _(
        "%(low)s to %(high)s",
        low=reader.money(ordered[0], currency),
        high=reader.number(ordered[-1]),
    )


def sum_and_span(amounts: Cases, currency: str, reader: Reader, lack: Lack) -> tuple[str, str | None]:
    """Say a sum, with what it lacks or that alone if there is nothing else, and its range if it has one."""
    between, likely = span(amounts, currency, reader), amounts["likely"]
    said = at_least.sum_said(likely, reader.money(likely, currency), lack, has_range=between is not None)
    return said, between


def not_answered() -> Words:
    """Return what stands in place of the answer to a question that was left open."""
    return Words(_("Not answered"))


def typed_amount(number: str | Decimal, currency: str, reader: Reader) -> str:
    """Say an amount that somebody typed, with the decimals of its currency."""
    return reader.money(with_cents(number, currency), currency)


def with_cents(number: str | Decimal, currency: str) -> str:
    """Return an amount as plain digits, with the decimals of its currency at least."""
    amount = Decimal(number)
    places = max(decimals(MINOR_UNIT[currency]), decimals(amount) if amount else 0)
    return f"{amount:.{places}f}"


FAR = 10
"""So many times what most people spend at the high end, or as small a part of the low end, an amount is asked about."""


def usual(driver: Driver, table: PriceTable, reader: Reader) -> str | None:
    """Say what most people answer and where that comes from; None if the price list does not know."""
    if not isinstance(driver, NumberDriver) or driver.usual is None:
        return None
    said = _usual_alone(driver, driver.usual, table, reader)
    if not driver.source:
        return said
    return _("%(usual)s (%(source)s)", usual=said, source=source(driver.source, table, reader))


def source(text: str, table: PriceTable, reader: Reader) -> Words:
    """Return where a figure comes from, as the price list has it; that it was made up, in the reader's language."""
    if text == "Illustrative, made for this demonstration":
        return Words(_("Illustrative, made for this demonstration"))
    return reader.own(text, table.main_language)


def far_from_usual(driver: NumberDriver, typed: str, table: PriceTable, reader: Reader) -> str | None:
    """Ask about an amount that is far from what most people spend; None of any other, and of 0."""
    amount, most = Decimal(typed), driver.usual
    if most is None or not driver.money or not amount:
        return None
    if most.low < amount * FAR and amount < most.high * FAR:
        return None
    return _(
        "Is %(amount)s right? %(usual)s",
        amount=typed_amount(typed, table.currency, reader),
        usual=_usual_alone(driver, most, table, reader),
    )


def _usual_alone(driver: NumberDriver, most: Amount, table: PriceTable, reader: Reader) -> str:
    low, high = plain(most.low), plain(most.high)
    if driver.money:
        first, last = (text if "." not in text else with_cents(text, table.currency) for text in (low, high))
        amount = reader.money(first, table.currency)
        said = _("Most people spend %(low)s to %(high)s.", low=amount, high=reader.number(last))
        if low == high:
            said = _("Most people spend %(amount)s.", amount=amount)
    else:
        last = answer_words(driver, high, table, reader).marked
        said = _("Most people: %(low)s to %(high)s.", low=reader.number(low), high=last)
        if low == high:
            said = _("Most people: %(number)s.", number=last)
    return said


def answer_words(driver: Driver, answer: str | bool, table: PriceTable, reader: Reader) -> Words:
    """Say an answer in normal form: a choice's label, a number with its unit, money, yes or no, a day."""
    main = table.main_language
    if isinstance(driver, ChoiceDriver):
        labels = {choice.code: choice.label for choice in driver.choices}
        return reader.words(labels[str(answer)], main)
    if isinstance(driver, NumberDriver):
        if driver.money:
            return Words(typed_amount(str(answer), table.currency, reader))
        if driver.unit is None:
            return Words(reader.number(str(answer)))
        return reader.counted(driver.unit, str(answer), main)
    if isinstance(driver, DateDriver):
        return Words(reader.day(str(answer)))
    return Words(_("Yes") if answer else _("No"))


def provider(table: PriceTable, reader: Reader) -> Words:
    """Return the name of whoever treats, marked where it is in another language than the reader's."""
    return reader.own(table.provider.name, table.main_language)


def head(
    table: PriceTable,
    reader: Reader,
    *,
    reference: str | None,
    created: datetime,
    valid_until: date,
    withdrawn: datetime | None = None,
    past_bills: Said | None = None,
) -> Head:
    """Word the head of an estimate; days are those of the table's time zone.

    `withdrawn` is the moment at which its price list was withdrawn, if it was; `past_bills` what it says of those.
    """
    whose = table.provider

    def own(text: str | None) -> str | None:
        return None if text is None else reader.own(text, table.main_language).marked

    return Head(
        reference=reference or _("not saved"),
        saved=reference is not None,
        provider=provider(table, reader).marked,
        address=own(whose.address),
        registration=own(whose.registration),
        tax_number=own(whose.tax_number),
        contact=whose.email,
        phone=whose.phone,
        made_on=reader.moment(created, table.time_zone),
        valid_until=reader.day(valid_until),
        time_zone=reader.zone(table.time_zone),
        version=reader.isolated(table.version),
        valid_from=reader.day(table.valid_from),
        created=created.isoformat(timespec="seconds"),
        withdrawn=None if withdrawn is None else withdrawn_words(withdrawn, table.time_zone, reader),
        past_bills=list(past_bills_said.sentences(past_bills, table.currency, reader)),
        past_range=list(past_bills_said.of_range(past_bills, table.currency, reader)),
    )


def withdrawn_words(moment: datetime, time_zone: str, reader: Reader) -> str:
    """Say that an estimate was made with a price list that was withdrawn since."""
    return _(
        "This estimate was made with a price list that was withdrawn on %(moment)s. Its prices may be wrong. Work the "
        "estimate out again before you rely on it.",
        moment=reader.clock(moment, time_zone),
    )
