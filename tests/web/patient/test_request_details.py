"""What is promised about the patient's name, the injury and the way of the answer: asked, shown, and never required."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask

from estimator import requests
from estimator.requests import Person
from tests.support.asking import asked, filled, last_look, settings_of, stored
from tests.support.browser import words
from tests.support.clinic import ANSWERS
from tests.support.example_papers import text_of
from tests.support.quote_clinic import Desk, list_text
from tests.support.visitor import Page, Visitor
from tests.web.patient.test_my_data import confirmed
from tests.web.patient.test_quote_page import facts

SAID: dict[str, str | None] = {
    "answer_by": "whatsapp",
    "answer_hours": "weekdays after 18:00",
    "for_whom": "other",
    "patient_name": "Bartholomea Quill",
    "injury_level": "T6",
    "injury_completeness": "A",
    "injury_month": "March 2024",
    "age_group": "50-59",
    "consent_on_behalf": "yes",
}

WORDED = (
    "By WhatsApp",
    "weekdays after 18:00",
    "Bartholomea Quill",
    "T6 (chest)",
    "Complete: no feeling and no movement below it (AIS A)",
    "March 2024",
    "50 to 59",
)


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list has a regulatory basis, so that it can be quoted."""
    return start(list_text())


@pytest.fixture
def form(visitor: Visitor) -> Page:
    """Return the empty form for the visitor's estimate."""
    return visitor.open(f"{visitor.estimate(ANSWERS).path}/ask")


def row_of(page: Page, label: str) -> str:
    """Return what a page says beside a label."""
    (found,) = [words(row) for row in page.all("div") if words(row).startswith(label)]
    return found.removeprefix(label).removesuffix(f"Change: {label}").strip()


def person(app: Flask) -> Person:
    (record,) = stored(app)
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        person = requests.person_of(found, settings_of(app).data_keys)
        assert person is not None
        return person


def test_everything_that_was_said_is_looked_at_once_more_and_kept(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    look = last_look(visitor, form, **SAID)
    for text in WORDED:
        assert text in look.text()
    assert visitor.send(look, button="send").status == 303
    assert person(app) == Person(
        "Wilhelmina Quill",
        "mina@quillworth.org",
        "+49 30 901820",
        "My stairs are steep.\nIs there a lift?",
        patient_name="Bartholomea Quill",
        injury_level="T6",
        injury_completeness="A",
        injury_month="2024-03",
        age_group="50-59",
        answer_hours="weekdays after 18:00",
    )
    (record,) = stored(app)
    assert (record.for_whom, record.full_name is None) == ("other", False)


@pytest.mark.long
@pytest.mark.parametrize("way", ["whatsapp", "telephone"])
def test_a_number_to_answer_by_is_taken_with_the_code_of_the_country_they_live_in(
    app: Flask, visitor: Visitor, form: Page, way: str
) -> None:
    look = last_look(visitor, form, answer_by=way, phone="030 901820")
    assert "+49 30 901820" in look.text()
    assert visitor.send(look, button="send").status == 303
    assert person(app).phone == "+49 30 901820"


def test_a_number_to_answer_by_that_no_country_has_is_asked_again(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, filled(answer_by="whatsapp", phone="0301234", country="US"), "check")
    assert page.status == 422
    assert any("from which country this number is" in problem for problem in page.problems)
    assert page.control("phone") == "0301234"
    assert last_look(visitor, form, answer_by="email", phone="0301234", country="US")


def test_a_number_that_cannot_exist_is_told_once_and_stays_if_it_is_meant(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    page = visitor.send(form, filled(answer_by="whatsapp", phone="0022376451"), "check")
    assert page.status == 422
    assert any("too short. Digits after \u2066+223\u2069: 5; needed: 8." in one for one in page.problems)
    look = visitor.send(page, {}, "check")
    assert "0022376451" in look.text()
    assert visitor.send(look, button="send").status == 303
    assert person(app).phone == "0022376451"


def test_the_summary_names_the_field_that_is_too_long(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, filled(full_name="a" * 218), "check")
    sentence = "This has 218 characters; there is room for 200. Shorten it."
    assert page.problems == [f"Name: {sentence}"]
    assert page.text("p", id="error-full_name") == f"Error: {sentence}"


def test_each_question_about_the_injury_says_why_it_is_asked_and_can_be_left_open(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    for name in ("injury_level", "injury_completeness", "injury_month", "age_group"):
        assert form.text("p", id=f"help-{name}")
    look = last_look(visitor, form)
    for label in ("Level of the injury", "How complete it is", "When it happened", "Age"):
        assert row_of(look, label) == "not answered"
    assert row_of(look, "How we should answer") == "not answered"
    visitor.send(look, button="send")
    left_open = Person("Wilhelmina Quill", "mina@quillworth.org", "+49 30 901820", person(app).message)
    assert person(app) == left_open


def test_what_was_said_stands_in_the_form_again_when_it_is_changed(visitor: Visitor, form: Page) -> None:
    look = last_look(visitor, form, **SAID)
    targets = [button.get("formaction") or "" for button in look.all("button", value="change")]
    back = visitor.post(targets[0].partition("#")[0], {**look.typed(), "act": "change"})
    assert {name: back.control(name) for name in SAID} == SAID
    ids = {element.get("id") for element in back.one("form").iter()}
    assert {target.partition("#")[2] for target in targets} <= ids


def test_who_asks_for_themselves_is_not_asked_for_another_name(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    asked(visitor, form, patient_name="Bartholomea Quill")
    assert person(app).patient_name is None
    assert person(app).patient == "Wilhelmina Quill"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3 2024", "2024-03"),
        ("03/2024", "2024-03"),
        ("2024-3", "2024-03"),
        ("mar. 2024", "2024-03"),
        ("March, 2024", "2024-03"),
        ("٣ ٢٠٢٤", "2024-03"),
        ("2024", "2024"),
        ("3 2026", "2026-03"),
    ],
)
def test_a_month_is_read_as_people_write_it(
    app: Flask, visitor: Visitor, form: Page, typed: str, kept: str
) -> None:
    asked(visitor, form, injury_month=typed)
    assert person(app).injury_month == kept


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"injury_month": "last spring"}, "Enter a month and a year, for example 3 2024."),
        ({"injury_month": "13 2024"}, "Enter a month and a year"),
        ({"injury_month": "1824"}, "Enter a month and a year"),
        ({"injury_month": "4 2026"}, "This month has not come yet."),
        ({"injury_month": "2027"}, "This month has not come yet."),
        ({"injury_level": "X9"}, "Choose a level of the list."),
        ({"injury_completeness": "Z"}, "Choose an answer of the list."),
        ({"age_group": "12"}, "Choose an age of the list."),
        ({"answer_by": "pigeon"}, "Choose one of the ways that are offered."),
        ({"answer_by": "whatsapp", "phone": ""}, "enter the number, with its country code."),
        ({"answer_by": "telephone", "phone": ""}, "enter the number, with its country code."),
        ({"answer_hours": "q" * 101}, "This has 101 characters; there is room for 100."),
        (
            {"for_whom": "other", "consent_on_behalf": "yes", "patient_name": " "},
            "Enter the name of the patient: the quote is made out to them.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    app: Flask, visitor: Visitor, form: Page, changed: dict[str, str | None], sentence: str
) -> None:
    page = visitor.send(form, filled(**changed), "check")
    assert page.status == 422
    assert len(page.problems) == 1
    assert sentence in page.problems[0]
    assert stored(app) == []


@pytest.mark.long
def test_a_quote_is_made_out_to_the_patient_and_says_who_asked(app: Flask) -> None:
    desk = Desk(app, patient_name="Bartholomea Quill")
    patient = desk.patient(desk.issue())
    page = patient.open(patient.path)
    assert facts(page)["For"] == "Bartholomea Quill asked by Wilhelmina Quill"
    paper = " ".join(text_of(desk.draw()).split())
    assert "For Bartholomea Quill asked by Wilhelmina Quill" in paper


@pytest.mark.long
def test_the_quote_of_a_patient_who_asks_names_nobody_else(app: Flask) -> None:
    desk = Desk(app)
    desk.issue()
    assert "asked by" not in text_of(desk.draw())


@pytest.mark.long
def test_all_of_it_is_among_my_data(app: Flask) -> None:
    desk = Desk(
        app,
        patient_name="Bartholomea Quill",
        injury_level="T6",
        injury_completeness="A",
        injury_month="2024-03",
        answer_hours="weekdays after 18:00",
    )
    visitor = confirmed(desk)
    page = visitor.open(f"/request/{desk.reference}/data")
    paper = " ".join(text_of(visitor.open(f"/request/{desk.reference}/data.pdf").body).split())
    for label, said in (
        ("Name of the patient", "Bartholomea Quill"),
        ("Level of the injury", "T6 (chest)"),
        ("How complete it is", "Complete: no feeling and no movement below it (AIS A)"),
        ("When it happened", "March 2024"),
        ("Age", "not answered"),
        ("How we should answer", "not answered"),
        ("When we can reach you", "weekdays after 18:00"),
    ):
        assert row_of(page, label) == said
        assert said in paper
    found = json.loads(visitor.open(f"/request/{desk.reference}/data.json").body)
    told = found["person"]
    assert (told["patient_name"], told["injury_level"], told["age_group"]) == (
        "Bartholomea Quill",
        "T6",
        None,
    )
    assert found["answer_by"] is None
