"""The estimate form, built from the drivers of whichever table is in force.

The form only reads what was typed. Whether an answer is possible is decided in `pricing` alone; the one
thing that is refused here is a number or a day that cannot be read at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from math import ceil
from typing import Any

from wtforms import Field

from estimator import figures
from estimator.i18n import Reader, Words, lazy_gettext
from estimator.i18n import gettext as _
from estimator.web import typed_money
from estimator.web.day_fields import DayField
from estimator.web.fields import CarriedField, SubmissionField, TextField
from estimator.web.forms import Form
from estimator.web.language import current_reader
from estimator.web.typed_days import iso_day, read_day
from estimator.web.validators import NO_DAY
from estimator.wording import EVIDENCE, SECTIONS, answer_words, likely_answer, notes_to, typed_amount, usual
from pricing.answers import Refused, normal_form, value_of
from pricing.money import plain
from pricing.plans import named
from pricing.table import Choice, ChoiceDriver, DateDriver, Driver, NumberDriver, PriceTable, YesNoDriver

PREFIX = "q_"
"""Prefix of field names, followed by a driver's code, so that no code can shadow an attribute of the form."""

LONGEST_ANSWER = 100
"""Maximum number of characters of an answer."""

_CYRILLIC = re.compile("[\u0400-\u04ff]")

_SENT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")

UNREADABLE = "?"
"""Placeholder for an answer that cannot be parsed; no number and no day, so that `pricing` refuses it."""


class EstimateForm(Form):
    """What every estimate form carries besides its questions.

    `submission` is random for each form that is handed out, so that the same form sent twice is one
    estimate; `table_sha256` names the table the figures beside it were worked out with.
    """

    submission = SubmissionField()
    table_sha256 = CarriedField()

    def refuse_answers(self, sentences: Mapping[str, Sequence[str]]) -> None:
        """Put what is wrong with answers at their questions; sentences by driver, as from `Running.refused`."""
        for driver, texts in sentences.items():
            if (name := PREFIX + driver) in self:
                for text in texts:
                    self.refuse(text, self[name])


@lru_cache(maxsize=64)
def form_class(questions: tuple[tuple[str, type[Field]], ...]) -> type[EstimateForm]:
    """Return a form class with a field for each driver; cached for the same questions."""
    return type("EstimateForm", (EstimateForm,), {PREFIX + code: kind() for code, kind in questions})


def build(table: PriceTable, answers: Mapping[str, str | bool] | None = None) -> EstimateForm:
    """Return the form of a table, filled with what was sent or else with earlier answers in normal form."""
    kinds = tuple(
        (driver.code, DayField if isinstance(driver, DateDriver) else TextField)
        for role in SECTIONS
        for driver in table.drivers
        if driver.role == role
    )
    data = {}
    for driver in table.drivers:
        answer = only_answer(driver) or (answers or {}).get(driver.code)
        if answer is not None and (typed := _typed(driver, answer)) is not None:
            data[PREFIX + driver.code] = typed
    form = form_class(kinds)(data=data)
    reader = current_reader()
    for driver in table.drivers:
        form[PREFIX + driver.code].called = reader.words(driver.label, table.main_language)
    return form


def only_answer(driver: Driver) -> str | None:
    """Return the only possible answer in normal form; None if there are several, or it may be left open."""
    if driver.open:
        return None
    if isinstance(driver, ChoiceDriver):
        offered = [choice.code for choice in driver.choices if choice.offered]
        return offered[0] if len(offered) == 1 else None
    if isinstance(driver, NumberDriver) and driver.least + driver.step > driver.most:
        return plain(driver.least)
    return None


def _typed(driver: Driver, answer: str | bool) -> Any:
    """Write an earlier answer as it would be typed; None if it does not fit the driver of a newer list."""
    if isinstance(answer, bool) is not isinstance(driver, YesNoDriver):
        return None
    if isinstance(driver, DateDriver):
        day = iso_day(str(answer))
        if day is None:
            return None
        return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return figures.unambiguous(answer) if isinstance(driver, NumberDriver) and driver.money else answer


def fill(form: EstimateForm, table: PriceTable, sent: str) -> None:
    """Put a number into its field, as a button that names both ("flights=1850") asks for."""
    code, _equals, number = sent.partition("=")
    for driver in table.drivers:
        if driver.code == code and isinstance(driver, NumberDriver) and _SENT.fullmatch(number):
            form[PREFIX + code].fill(number)


def use_usual(form: EstimateForm, table: PriceTable, code: str) -> None:
    """Put what most people answer into the field of a question, if the price list knows it."""
    for driver in table.drivers:
        if driver.code == code and isinstance(driver, NumberDriver) and driver.usual is not None:
            form[PREFIX + code].fill(plain(driver.usual.likely))


@dataclass(frozen=True)
class Reading:
    """One amount that somebody may mean: what a button sends for it, and how it is written."""

    sent: str
    amount: str


@dataclass
class Read:
    """What a form says: answers for `pricing`, and sentences about what could not be read, by driver.

    What could not be read is among the answers as UNREADABLE; `readings` are what an amount among it may mean.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    unreadable: dict[str, list[str]] = field(default_factory=dict)
    readings: dict[str, list[Reading]] = field(default_factory=dict)


def read(form: EstimateForm, table: PriceTable, reader: Reader) -> Read:
    """Take the answers out of a form; what was left open is not among them."""
    found = Read()
    for driver in table.drivers:
        typed = form[PREFIX + driver.code].data
        if isinstance(driver, DateDriver):
            if any(typed.values()):
                day = read_day(typed, reader)
                if day is None:
                    found.answers[driver.code] = UNREADABLE
                    found.unreadable[driver.code] = [str(NO_DAY)]
                else:
                    found.answers[driver.code] = day
            continue
        if not typed:
            continue
        if isinstance(driver, NumberDriver):
            _read_number(found, driver, typed, table, reader)
        elif isinstance(driver, YesNoDriver):
            found.answers[driver.code] = {"yes": True, "no": False}.get(typed, typed)
        else:
            found.answers[driver.code] = typed
    return found


def _read_number(found: Read, driver: NumberDriver, typed: str, table: PriceTable, reader: Reader) -> None:
    """Take a number or an amount of money out of what was typed, or say what is wrong with it."""
    if driver.money:
        amounts = typed_money.readings(typed, table.currency, reader)
        number = amounts[0] if len(amounts) == 1 else None
        wrong = _ambiguous(typed) if amounts else _no_amount(typed, table.currency, reader)
        found.readings[driver.code] = _readings(driver, amounts, table, reader)
    else:
        number = reader.read_number(typed) if len(typed) <= LONGEST_ANSWER else None
        wrong = _not_a_number(typed, driver, reader)
    found.answers[driver.code] = UNREADABLE if number is None else number
    if number is None:
        found.unreadable[driver.code] = [wrong]


def readings_of(driver: Driver, form: EstimateForm, table: PriceTable, reader: Reader) -> list[Reading]:
    """Return what the amount that was typed for a question may mean, if that is more than one thing."""
    if not isinstance(driver, NumberDriver) or not driver.money:
        return []
    amounts = typed_money.readings(form[PREFIX + driver.code].data or "", table.currency, reader)
    return _readings(driver, amounts, table, reader) if len(amounts) > 1 else []


def _readings(
    driver: NumberDriver, amounts: Sequence[str], table: PriceTable, reader: Reader
) -> list[Reading]:
    """Return what an amount may mean, as far as it is a possible answer, or the nearest one to it."""
    possible = dict.fromkeys(near for amount in amounts if (near := _nearest(driver, amount)) is not None)
    return [
        Reading(f"{driver.code}={figures.unambiguous(amount)}", typed_amount(amount, table.currency, reader))
        for amount in possible
    ]


def _nearest(driver: NumberDriver, amount: str) -> str | None:
    """Return an amount that is a possible answer, or the nearest one where it falls between two; else None."""
    try:
        return plain(Decimal(str(value_of(driver, amount))))
    except Refused as refused:
        near = refused.values.get("example")
        return str(near) if refused.kind == "answer_off_step" else None


def _ambiguous(typed: str) -> str:
    return _("“%(typed)s” can be read in two ways. Choose the one that you mean.", typed=_short(typed))


def _no_amount(typed: str, currency: str, reader: Reader) -> str:
    if typed_money.is_of_another(typed, currency):
        return typed_money.another_said(typed, currency)
    return _(
        "“%(typed)s” cannot be read as an amount. Enter it in %(currency)s with digits, for example %(example)s.",
        typed=_short(typed),
        currency=currency,
        example=typed_amount(typed_money.example(typed, "1850", "2400"), currency, reader),
    )


def _short(typed: str) -> str:
    return typed if len(typed) <= 40 else typed[:40] + "…"


def _not_a_number(typed: str, driver: NumberDriver, reader: Reader) -> str:
    return _(
        "“%(typed)s” cannot be read as one number. Enter digits only, for example %(example)s.",
        typed=_short(typed),
        example=reader.number(plain(driver.least + driver.step)),
    )


@dataclass(frozen=True)
class Option:
    """One possible answer, or one that is not offered and says why."""

    value: str
    label: Words
    note: Words | None
    why: Words | None
    evidence: str | None
    basis: Words | None
    chosen: bool


@dataclass(frozen=True)
class Question:
    """One question as the page shows it.

    `only` is the one possible answer, where there is nothing to choose. `unknown` says which answer is used while it is
    not known; None if it must be answered, or if it `may_stay_open`. `usual` says what most people answer, `use` what a
    button sends that enters it. `says_unknown` is what a button sends that says that it is not known. `readings` are
    what an amount may mean, if that is more than one thing. `notes` are what is said to whoever gives an answer, by
    what the form sends for it. Not `asked` questions are hidden.
    """

    code: str
    name: str
    kind: str
    label: Words
    help: Words | None
    hint: str | None
    unit: Words | None
    options: Sequence[Option]
    typed: Any
    field: Field
    only: Words | None
    only_value: str
    unknown: Words | None
    required: bool
    asked: bool
    notes: Mapping[str, Words]
    step: str = ""
    least: str = ""
    most: str = ""
    may_stay_open: bool = False
    says_unknown: str = ""
    usual: str | None = None
    use: Reading | None = None
    readings: Sequence[Reading] = ()

    @property
    def errors(self) -> Sequence[str]:
        """What is wrong with the answer."""
        found: Sequence[str] = self.field.errors
        return found


@dataclass(frozen=True)
class Section:
    """The questions of one role under their heading, or what follows of them in another step."""

    role: str
    heading: str
    questions: Sequence[Question]
    continued: bool = False

    @property
    def may_stay_open(self) -> str:
        """What becomes of questions that are left open, said once for all of them; empty if none may be."""
        if not any(question.may_stay_open for question in self.questions):
            return ""
        if self.role.startswith("about_you"):
            return _("What you do not know yet may stay open; we ask you again before a firm quote.")
        return _("What you do not know yet may stay open; it is then not counted, and the estimate says so.")


@dataclass(frozen=True)
class Step:
    """What a phone shows of the form at a time: the sections that belong together."""

    code: str
    heading: str
    sections: Sequence[Section]


STEPS = (
    ("cells", ("cell_type",), None),
    ("stay", ("sessions", "hospital_stay"), lazy_gettext("Sessions and hospital stay")),
    ("rehabilitation", ("rehabilitation",), None),
    ("travel", ("extras",), None),
    ("about-you", ("about_you",), None),
)
"""The steps of the form: code, the roles of their questions, and the heading where there are several."""

HEIGHT, FIRST_HEIGHT = 920, 760
"""About how many pixels of a phone the questions of a step may take, so that a step has two screens at most."""

WIDER = 1.12
"""How much wider than a Latin letter a Cyrillic one is."""


def sections(form: EstimateForm, table: PriceTable, reader: Reader, asked: Sequence[str]) -> list[Section]:
    """Return the whole form in the order of the page; in each section, what must be answered comes first."""
    found = []
    for role, heading in SECTIONS.items():
        questions = [
            _question(driver, form, table, reader, driver.code in asked)
            for driver in _required_first(table)
            if driver.role == role
        ]
        if questions:
            found.append(Section(role, str(heading), questions))
    return found


def steps(found: Sequence[Section]) -> list[Step]:
    """Return the sections of a form by the step that they stand in; a long section is divided."""
    by_role = {section.role: section for section in found}
    assert set(by_role) <= {role for _code, roles, _heading in STEPS for role in roles}
    rows: list[Step] = []
    for code, roles, heading in STEPS:
        here = [by_role[role] for role in roles if role in by_role]
        room = HEIGHT if rows else FIRST_HEIGHT
        if (
            len(here) > 1
            and sum(map(_height, (each for section in here for each in section.questions))) <= room
        ):
            rows.append(Step(code, str(heading), here))
            continue
        pieces = [piece for section in here for piece in _pieces(section, room)]
        rows += [
            Step(f"{code}-{n}" if n > 1 else code, piece.heading, [piece])
            for n, piece in enumerate(pieces, 1)
        ]
    return rows


def _pieces(section: Section, room: float) -> list[Section]:
    """Divide a section into parts of about the same height, none much higher than the room."""
    whole = sum(_height(question) for question in section.questions)
    share = whole / -(-whole // room)
    parts: list[list[Question]] = []
    done = 0.0
    for question in section.questions:
        height = _height(question)
        if not parts or done + height / 2 > share * len(parts):
            parts.append([])
        parts[-1].append(question)
        done += height
    return [
        replace(section, questions=part) if n == 1 else _continued(section, part, n)
        for n, part in enumerate(parts, 1)
    ]


def _continued(section: Section, part: Sequence[Question], number: int) -> Section:
    heading = _("%(section)s (%(number)s)", section=section.heading, number=number)
    return Section(f"{section.role}-{number}", heading, part, continued=True)


def _height(question: Question) -> float:
    """Return about how many pixels of a phone 360 pixels wide a question takes."""

    def lines(text: object, letters: int) -> int:
        return ceil(_width(str(text or "")) / letters)

    above = 27 * lines(question.label, 28) + 22 * lines(f"{question.help or ''}{question.unknown or ''}", 38)
    options = [option for option in question.options if not option.why]
    chosen = sum(
        17
        + 27 * lines(option.label, 26)
        + 22 * (lines(option.note, 34) + lines(option.basis, 34))
        + (20 if option.evidence else 0)
        for option in options
    )
    not_offered = ", ".join(str(option.label) for option in question.options if option.why)
    below = 22 * lines(question.usual, 40) + 76 if question.usual else 0
    if not_offered:
        below += 27 + 24 * lines(not_offered, 32)
    return above + (chosen or 44) + below + (44 if options and not question.required else 0) + 20


def _width(text: str) -> float:
    """Return how wide a text is, in letters of English: those of Cyrillic scripts are wider."""
    return len(text) * (WIDER if _CYRILLIC.search(text) else 1)


def _required_first(table: PriceTable) -> list[Driver]:
    """Return the drivers, those that may be left open last; what an answer leads to stays below its question."""
    last: dict[str, bool] = {}
    roles = {driver.code: driver.role for driver in table.drivers}
    for driver in table.drivers:
        above = [code for code in named(driver.when, driver.unless) if roles[code] == driver.role]
        last[driver.code] = (
            any(last[code] for code in above)
            if above
            else not is_required(driver) and only_answer(driver) is None
        )
    return sorted(table.drivers, key=lambda driver: last[driver.code])


def is_required(driver: Driver) -> bool:
    """Whether there is no total before a question is answered, by somebody who is asked it."""
    return not driver.open and driver.default is None and only_answer(driver) is None  # type: ignore[attr-defined]


def _question(
    driver: Driver,
    form: EstimateForm,
    table: PriceTable,
    reader: Reader,
    asked: bool,
) -> Question:
    main = table.main_language
    name = PREFIX + driver.code
    typed = form[name].data if isinstance(driver, DateDriver) else form[name].shown
    common: dict[str, Any] = {
        "code": driver.code,
        "name": name,
        "label": reader.words(driver.label, main),
        "help": None if driver.help is None else reader.words(driver.help, main),
        "typed": typed,
        "unknown": _unknown(driver, table, reader),
        "required": is_required(driver),
        "asked": asked,
        "field": form[name],
        "hint": None,
        "unit": None,
        "options": (),
        "only": None,
        "only_value": "",
        "may_stay_open": driver.open,
        "usual": usual(driver, table, reader),
        "notes": notes_to(driver, table, reader),
        "readings": readings_of(driver, form, table, reader),
    }
    likely = likely_answer(driver, table, reader)
    if isinstance(driver, NumberDriver) and driver.usual is not None and likely is not None:
        common |= {"use": Reading(f"{driver.code}={plain(driver.usual.likely)}", likely)}
    match driver:
        case ChoiceDriver():
            common |= {"kind": "choice", "options": [_option(c, typed, main, reader) for c in driver.choices]}
        case YesNoDriver():
            common |= {"kind": "yes_no"}
        case NumberDriver():
            common |= _number(driver, table, reader)
        case DateDriver():
            common |= {"kind": "date"}
    only = only_answer(driver)
    if only is not None:
        common |= {"only": answer_words(driver, only, table, reader), "only_value": only}
    return Question(**common)


def _option(choice: Choice, typed: str | None, main: str, reader: Reader) -> Option:
    return Option(
        value=choice.code,
        label=reader.words(choice.label, main),
        note=None if choice.note is None else reader.words(choice.note, main),
        why=None if choice.why is None else reader.words(choice.why, main),
        evidence=None if choice.evidence is None else str(EVIDENCE[choice.evidence]),
        basis=None if choice.basis is None else reader.words(choice.basis, main),
        chosen=choice.offered and choice.code == typed,
    )


def _number(driver: NumberDriver, table: PriceTable, reader: Reader) -> dict[str, Any]:
    least, most = reader.number(plain(driver.least)), reader.number(plain(driver.most))
    hint = _("From %(least)s to %(most)s.", least=least, most=most)
    if driver.step != 1:
        hint = _(
            "From %(least)s to %(most)s in steps of %(step)s.",
            least=least,
            most=most,
            step=reader.number(plain(driver.step)),
        )
    if driver.money:
        hint = _("In %(currency)s, up to %(most)s.", currency=table.currency, most=most)
    found: dict[str, Any] = {
        "kind": "money" if driver.money else "number",
        "hint": hint,
        "step": plain(driver.step),
        "least": plain(driver.least),
        "most": plain(driver.most),
    }
    if driver.money:
        found["unit"] = Words(table.currency)
    elif driver.unit is not None:
        found["unit"] = reader.unit(driver.unit, "5", table.main_language)
    return found


def _unknown(driver: Driver, table: PriceTable, reader: Reader) -> Words | None:
    """The answer that is used while a question is not answered; None if there is none."""
    if driver.open or driver.default is None:  # type: ignore[attr-defined]
        return None
    value = normal_form({driver.code: value_of(driver, None)})[driver.code]
    return answer_words(driver, value, table, reader)
