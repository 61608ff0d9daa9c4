"""Reading and checking a field takes no time to speak of, whatever stands in it and however long it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Field

from estimator import figures, spreadsheets, telephone
from estimator.mail import addresses
from estimator.price_lists import editing
from estimator.price_lists.editing import kinds, naming, parts, translating, workbook
from estimator.price_lists.editing.document import around
from estimator.requests import chat, name_index
from estimator.spreadsheet_cells import Cell, Found, Line
from estimator.staff import passwords
from estimator.web import day_fields, fields, typed_money, validators
from estimator.web.forms import Form, sent
from estimator.web.language import current_reader
from estimator.web.typed_days import PARTS
from tests.support.hostile import SLOW
from tests.web.staff.conftest import costs, known_settings, make_app

__all__ = ["costs", "known_settings", "make_app"]

MOST_SECONDS = 5.0
"""What no request may take of a processor, on the slowest machine and with every line counted; what grows with the
square of a text's length takes a minute."""

FIELDS: dict[str, Callable[[], Field]] = {
    "text": lambda: fields.TextField(validators=[validators.PrintableLine(), validators.HasLetter("x")]),
    "line": lambda: fields.LineField(validators=[validators.NotTooLong(100), validators.PrintableLine()]),
    "signature": lambda: fields.SignatureField(validators=[validators.PrintableLine()]),
    "words": lambda: fields.WordsField(validators=[validators.Printable()]),
    "whole text": fields.WholeTextField,
    "address": lambda: fields.AddressField(validators=[validators.Address("x")]),
    "phone": lambda: fields.PhoneField(validators=[validators.Telephone()]),
    "code": fields.CodeField,
    "number": lambda: fields.NumberField(validators=[validators.Number("x"), validators.Whole()]),
    "day": day_fields.IsoDayField,
    "days": day_fields.IsoDaysField,
    "three inputs": lambda: day_fields.DayField(validators=[validators.RealDay()]),
    "month": day_fields.MonthField,
    "choice": lambda: fields.ChoiceField(refusal="x", choices=[("a", "b")]),
    "ticks": lambda: fields.TicksField(choices=[("a", "b")]),
    "carried": fields.CarriedField,
}


def slow(work: Callable[[str], object]) -> dict[str, float]:
    """Return how many seconds some work takes on each hostile text on which it takes long."""
    found = {}
    for name, hostile in SLOW.items():
        before = time.process_time()
        work(hostile)
        found[name] = round(time.process_time() - before, 3)
    return {name: seconds for name, seconds in found.items() if seconds > MOST_SECONDS}


@pytest.fixture
def context(make_app: Callable[..., Flask]) -> Iterator[None]:
    """Stand in a request to an app."""
    with make_app().test_request_context():
        yield


@pytest.mark.long
@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_is_read_checked_and_shown_in_no_time(kind: str) -> None:
    class OneField(Form):
        class Meta(Form.Meta):
            csrf = False

        x = FIELDS[kind]()

    def work(hostile: str) -> None:
        parts = {f"x-{part}": hostile for part in PARTS} if kind == "three inputs" else {"x": hostile}
        form = OneField(sent(MultiDict(parts)))
        form.answers_are_right()
        for what in ("address", "number", "day", "days", "month", "shown", "is_empty"):
            getattr(form.x, what, None)
        if kind != "three inputs":
            str(form.x())

    assert slow(work) == {}


def judged(text: str) -> object:
    return passwords.weakness(text[: passwords.LONGEST], "a@example.org", "localhost")


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    "work",
    [
        addresses.counted,
        lambda text: addresses.counted(f"a@{text}"),
        lambda text: addresses.checked(text[: addresses.LONGEST]),
        lambda text: addresses.suggestion(f"a@{text[: addresses.LONGEST]}"),
        lambda text: name_index.beginnings(text, "key"),
        lambda text: name_index.word_of(text, "key"),
        judged,
        editing.code_from,
        lambda text: figures.readings(text[: figures.LONGEST], "EUR", percent=True),
        lambda text: list(spreadsheets.clipboard(text)),
        lambda text: typed_money.readings(text, "EUR", current_reader()),
        lambda text: typed_money.readings(text[: typed_money.LONGEST], "EUR", current_reader()),
        lambda text: current_reader().read_number(text),
        telephone.dial,
    ],
    ids="counted domain checked suggestion names name password code figure pasted money amount number phone".split(),
)
def test_what_is_looked_up_and_judged_takes_no_time_either(work: Callable[[str], object]) -> None:
    assert slow(work) == {}


def message(text: str) -> object:
    return chat.message.look(f"March{text}", country="DE", languages=("en", "ru"), today=date(2026, 3, 1))


@pytest.mark.long
@pytest.mark.parametrize("work", [spreadsheets.guarded, spreadsheets.unguarded, message])
def test_what_is_pasted_or_brought_as_a_file_is_read_in_no_time(work: Callable[[str], object]) -> None:
    assert slow(work) == {}


def test_a_translation_sheet_as_large_as_can_be_is_taken_in_no_time() -> None:
    languages = ["en", *"ar bn es fr hi ru".split()]
    charges = {f"c{number}": {"label": {"en": f"Charge {number}"}} for number in range(workbook.MOST_ROWS)}
    data = {"languages": languages, "currency": "USD", "charge": charges}
    head = [translating.PLACE, *languages]
    rows = [
        head,
        *([f"charge.{code}.label", part["label"]["en"], *"abcdef"] for code, part in charges.items()),
    ]
    lines = [
        Line(at, {column: Cell("typed", said) for column, said in enumerate(row)})
        for at, row in enumerate(rows)
    ]
    before = time.process_time()
    made = translating.translated(data, data, [Found("texts", lines)])
    assert time.process_time() - before < MOST_SECONDS
    assert editing.get(made.data, ("charge", "c9", "label", "ru")) == "f"
    assert editing.get(data, ("charge", "c9", "label", "ru")) is None


BEGINNINGS = "|all: 1|up to 1|arrival month|arrival from 2026-01-01|sessions 1 to|one: a|x =|1+".split("|")
"""What the kinds of fields of a list look for; hostile texts stand behind it."""

MOST_OF_A_FIELD = 30_000
"""About as many characters as a cell of a spreadsheet has room for."""

LIST: dict[str, Any] = {
    "languages": ["en"],
    "driver": {
        "arrival": {"kind": "date", "label": {"en": "Arrival"}},
        "sessions": {"kind": "number", "label": {"en": "Sessions"}},
        "x": {"kind": "choice", "label": {"en": "x"}, "choice": {"abc": {"label": {"en": "abc abc"}}}},
    },
}


@pytest.mark.long
@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_field_of_a_list_is_read_and_taken_apart_in_no_time(kind: str) -> None:
    about = around(LIST, ("header",))
    drivers = {code: driver["kind"] for code, driver in LIST["driver"].items()}

    def work(hostile: str) -> None:
        for beginning in BEGINNINGS:
            text = f"{beginning}{hostile[:MOST_OF_A_FIELD]}x"
            value = kinds.value_of(kind, text, about)
            shown = kinds.text_of(kind, value, about)
            if kind in parts.COLUMNS:
                parts.rows_of(kind, shown, drivers)
            if kind in naming.WORDED:
                naming.Names(LIST).coded(kind, text)

    assert slow(work) == {}
