"""What a phone's keyboard or a copied page adds to what somebody types is taken away, in every field of patients."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from wtforms import Field, StringField
from wtforms.form import BaseForm

from estimator import price_lists, requests
from estimator.web import estimate_form, patient, typed_text
from estimator.web.day_fields import DayField, MonthField
from estimator.web.fields import AddressField, CarriedField, CodeField, PhoneField, TextField
from estimator.web.forms import Form
from estimator.web.patient.request_form import RequestForm
from pricing.table import ChoiceDriver, DateDriver, NumberDriver, YesNoDriver
from tests.support.asking import asked, filled, settings_of, stored
from tests.support.clinic import ANSWERS
from tests.support.visitor import Page, Visitor

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if chr(code).isalnum()}

DIRTY: dict[str, Callable[[str], str]] = {
    "byte order mark": lambda text: "\ufeff" + text,
    "zero-width space": lambda text: text[:2] + "\u200b" + text[2:] + "\u200b",
    "word joiner": lambda text: text[:1] + "\u2060" + text[1:],
    "soft hyphen": lambda text: text[:2] + "\u00ad" + text[2:],
    "joiners": lambda text: "\u200d" + text[:2] + "\u200d" + text[2:] + "\u200c",
    "direction marks": lambda text: "\u200e" + text[:2] + "\u200f" + text[2:] + "\u061c",
    "isolates of a chat": lambda text: f"\u2068{text[:2]}\u2069{text[2:]}",
    "embeddings of a chat": lambda text: f"\u202a{text[:2]}\u202b{text[2:]}\u202c\u202c",
    "spaces around": lambda text: f"\u00a0 {text}\u3000 \u202f",
    "spaces that do not break": lambda text: text.replace(" ", "\u00a0"),
    "full width": lambda text: text.translate(WIDE),
    "all of it": lambda text: f"\ufeff\u200e\u00a0{text.translate(WIDE)}\u200b\u00a0\u200d ",
}

ADDED = pytest.mark.parametrize("dirty", DIRTY.values(), ids=DIRTY)


def forms() -> Iterator[type[Form]]:
    """Every form of patients that does not come from a price list."""
    for module in pkgutil.walk_packages(patient.__path__, f"{patient.__name__}."):
        for found in vars(importlib.import_module(module.name)).values():
            if isinstance(found, type) and issubclass(found, Form) and found.__module__ == module.name:
                yield found


def sample(field: Field) -> str:
    """Something that can be typed into a field."""
    samples: dict[type[Field], str] = {
        AddressField: "mina7@quillworth.org",
        PhoneField: "+49 30 901820",
        CodeField: "123 456",
        MonthField: "3 2024",
    }
    if field.name in ("number", "revision"):
        return "Q-2026-00017"
    return samples.get(type(field), "Wilhelmina 7 Quill")


def typed_fields(form: BaseForm) -> list[Field]:
    """Every field of a form into which something is typed."""
    return [field for field in form if isinstance(field, TextField)]


def made(kind: type[Form]) -> Form:
    if kind is RequestForm:
        return RequestForm(datetime(2026, 3, 10, tzinfo=UTC), "UTC")
    return kind()


def read(app: Flask, kind: type[Form], typed: dict[str, str]) -> dict[str, Any]:
    """Return what a form takes from what was typed."""
    with app.test_request_context("/", method="POST", data=typed):
        return {field.name: field.data for field in typed_fields(made(kind))}


def test_every_form_of_patients_is_among_those_that_are_tried(app: Flask) -> None:
    with app.test_request_context("/", method="POST"):
        names = {(kind.__name__, field.name) for kind in forms() for field in typed_fields(made(kind))}
        others = {
            (kind.__name__, field.name)
            for kind in forms()
            for field in made(kind)
            if isinstance(field, StringField) and not isinstance(field, TextField | CarriedField)
        }
    assert names >= {
        ("RequestForm", "full_name"),
        ("RequestForm", "patient_name"),
        ("RequestForm", "email"),
        ("RequestForm", "phone"),
        ("RequestForm", "answer_hours"),
        ("RequestForm", "message"),
        ("RequestForm", "injury_month"),
        ("QuestionForm", "words"),
        ("EmailForm", "address"),
        ("CodeForm", "code"),
        ("DeclineForm", "words"),
        ("AcceptForm", "typed_name"),
        ("NumberForm", "number"),
        ("NumberForm", "revision"),
    }
    assert {name for name in others if name[1] != "csrf_token"} == set()


@ADDED
def test_what_a_keyboard_adds_is_taken_away_in_every_field(app: Flask, dirty: Callable[[str], str]) -> None:
    for kind in forms():
        with app.test_request_context("/", method="POST"):
            samples = {field.name: sample(field) for field in typed_fields(made(kind))}
        if not samples:
            continue
        clean = read(app, kind, samples)
        assert {name: text for name, text in clean.items() if not text} == {}
        assert read(app, kind, {name: dirty(text) for name, text in samples.items()}) == clean


@ADDED
def test_an_estimate_is_the_same_with_it(
    app: Flask, visitor: Visitor, breakdown: Page, dirty: Callable[[str], str]
) -> None:
    with app.app_context():
        drivers = price_lists.parsed(price_lists.in_force("clinic", datetime.now(UTC))).drivers
    kinds = {estimate_form.PREFIX + driver.code: driver for driver in drivers}
    numbers = {name for name, driver in kinds.items() if isinstance(driver, NumberDriver)}
    days = {
        f"{name}-{part}"
        for name, driver in kinds.items()
        if isinstance(driver, DateDriver)
        for part in ("day", "month", "year")
    }
    assert numbers
    assert days
    assert all(
        isinstance(driver, NumberDriver | DateDriver | ChoiceDriver | YesNoDriver) for driver in drivers
    )
    changed = {
        name: dirty(text) if text and name in numbers | days else text for name, text in ANSWERS.items()
    }
    assert visitor.estimate(changed).text("span", class_="total-amount") == breakdown.text(
        "span", class_="total-amount"
    )


@pytest.mark.parametrize("added", ["\u200b", "\ufeff", "\u00a0", "\u200e \u200d"])
def test_a_field_in_which_nothing_is_seen_is_empty(
    app: Flask, visitor: Visitor, breakdown: Page, added: str
) -> None:
    form = visitor.open(f"{breakdown.path}/ask")
    page = visitor.send(form, filled(full_name=added, email=added), "check")
    assert page.problems == ["Enter your name.", "Enter the email address that we should reply to."]
    asked(visitor, form, phone=added, message=added, answer_hours=added, injury_month=added)
    (record,) = stored(app)
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        person = requests.person_of(found, settings_of(app).data_keys)
    assert person == requests.Person("Wilhelmina Quill", "mina@quillworth.org", None, "")


def test_a_field_of_a_day_has_no_text_of_its_own(app: Flask) -> None:
    with app.test_request_context(
        "/", method="POST", data={"x-day": "\ufeff３", "x-month": "\u200b3", "x-year": "2027\u00a0"}
    ):
        form = type("DayForm", (Form,), {"x": DayField("x")})()
        assert form.x.data == {"day": "3", "month": "3", "year": "2027"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Mina@quillworth.org", "mina@quillworth.org"),
        ("Mina.quill@quillworth.org", "mina.quill@quillworth.org"),
        ("Mina.Quill@quillworth.org", "Mina.Quill@quillworth.org"),
        ("MQ@quillworth.org", "MQ@quillworth.org"),
        ("ｍｉｎａ＠ｑｕｉｌｌｗｏｒｔｈ．ｏｒｇ", "mina@quillworth.org"),
        ("\u202amina@quillworth.org\u202c", "mina@quillworth.org"),
    ],
)
def test_an_address_is_read_as_it_is_meant(visitor: Visitor, breakdown: Page, typed: str, meant: str) -> None:
    page = visitor.send(visitor.open(f"{breakdown.path}/ask"), filled(email=typed), "check")
    assert page.status == 200, page.problems
    assert meant in page.text()


@pytest.mark.parametrize(
    "words",
    [
        "می‌خواهم به خانه‌ام برگردم",
        "PDFها و PDF‌ها",
        "क्‍ष और शक्‍ति",
        "ක්‍රමය",
        "र्‍",
        "👩🏽‍🦽 and 👨‍👩‍👧",
        "മലയാളം ന്‍",
    ],
)
def test_joiners_stay_where_a_script_needs_them(words: str) -> None:
    assert typed_text.cleaned(words) == words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("An\u200dna", "Anna"),
        ("Anna\u200c", "Anna"),
        ("\u200cمی", "می"),
        ("می\u200c خواهم", "می خواهم"),
        ("می\u200c\u200cخواهم", "می\u200cخواهم"),
        ("one\u00a0two\r\nthree", "one two\r\nthree"),
        ("你好，世界！", "你好，世界！"),
        ("call \u202d+49 30 901820\u202c", "call +49 30 901820"),
        ("", ""),
    ],
)
def test_what_joins_nothing_goes_and_other_words_stay(typed: str, meant: str) -> None:
    assert typed_text.cleaned(typed) == meant


@pytest.mark.parametrize("field", ["full_name", "patient_name", "answer_hours", "message", "email", "phone"])
def test_what_turns_a_text_round_is_named(visitor: Visitor, breakdown: Page, field: str) -> None:
    form = visitor.open(f"{breakdown.path}/ask")
    page = visitor.send(form, filled(**{field: "Anna \u202eannA"}), "check")
    assert page.status == 422
    assert "reverses the direction of writing" in page.problems[0]


@pytest.mark.parametrize(
    "round",
    ["\u202ea", "\u202da\u202c", "\u2067a", "a\u2069", "\u202ba", "\u2066a\u202c", "\u2067a\nb\u2069"],
)
def test_a_direction_that_overrides_or_does_not_end_stays_to_be_named(round: str) -> None:
    assert typed_text.cleaned(round) == round


@pytest.mark.parametrize("unseen", ["\u3164", "\u115f\u1160", "\uffa0", "\u2800", "\u3164 12"])
def test_letters_that_nobody_sees_are_no_name(visitor: Visitor, breakdown: Page, unseen: str) -> None:
    page = visitor.send(visitor.open(f"{breakdown.path}/ask"), filled(full_name=unseen), "check")
    assert page.problems == ["Enter your name."]
    assert typed_text.cleaned("\u3164") == ""


def test_a_text_that_no_field_takes_stays_as_it_is_and_costs_nothing() -> None:
    long = "\u0628\u200d" * typed_text.MOST
    assert typed_text.cleaned(long) is long
    assert typed_text.compact(long) is long
