"""A confirmation of an accepted quote for others: it shows what was ticked, in two languages, and can be checked."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from estimator import quotes
from estimator.db import db
from estimator.models import Certificate
from pricing.quote_options import Option
from tests.support.example_papers import text_of
from tests.support.quote_clinic import NAME, Desk, Patient, list_text
from tests.support.visitor import Page, Visitor

ALL = ("name", "treatment", "dates", "total")


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list quotes can be issued from, with the hospital's registration."""
    registered = 'name = "Example clinic"\nregistration = "R-77/2026"'
    return start(list_text().replace('name = "Example clinic"', registered), languages=("en", "fr"))


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Return the desk with a request in French."""
    return Desk(app, language="fr")


@pytest.fixture
def patient(desk: Desk) -> Patient:
    """Return a patient who has accepted a quote."""
    patient = desk.patient(desk.issue(pdf=b"%PDF-1.7"))
    patient.accept()
    return patient


def make(patient: Patient, *ticked: str, language: str = "fr") -> Page:
    """Tick what is to be shown, and press the button."""
    page = patient.open(f"{patient.path}/certificate")
    typed: dict[str, Any] = dict.fromkeys(ticked, "yes")
    made = patient.press(page, None, language=language, **typed)
    assert made.headers["Content-Type"] == "application/pdf", made.problems
    return made


def test_it_needs_the_button_of_its_page_and_keeps_what_was_ticked(patient: Patient) -> None:
    page = patient.open(f"{patient.path}/certificate")
    refused = patient.press(page, None, language="fr", csrf_token="old", name="yes")
    assert refused.status == 400
    assert refused.problems == [
        "This page was open for too long. What you typed is still here; press the button again."
    ]
    assert refused.one("input", name="name").get("checked") is not None


def accept_with(patient: Patient, plan: str, line: str) -> None:
    """Accept a plan with an optional line."""
    page = patient.open(f"{patient.path}/accept?plan={plan}")
    name = patient.press(page, "choose", option=line)
    patient.press(patient.press(name, "check", typed_name=NAME, agreed="yes"), "accept")


def told(page: Page) -> str:
    """Return what the page says that was made, as another program reads it."""
    return " ".join(text_of(page.answer.data).split())


def upload(app: Flask, content: bytes) -> Page:
    visitor = Visitor(app)
    token = visitor.open("/verify").all("input", name="csrf_token")[0].get("value")
    return visitor.post("/verify", {"csrf_token": token, "file": (io.BytesIO(content), "page.pdf")})


@pytest.mark.long
def test_it_shows_hospital_registration_number_and_what_was_ticked_in_two_languages(patient: Patient) -> None:
    text = told(make(patient, *ALL))
    for words in (
        "Example clinic",
        "R-77/2026",
        patient.desk.number,
        NAME,
        "Confirmation of a firm quote",
        "Firm total",
        f"/verify/{patient.desk.number}/1",
    ):
        assert words in text, words
    assert "Total ferme" in text
    assert "4 211,05" in text.replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.long
@pytest.mark.parametrize("alone", ALL)
def test_what_is_not_ticked_is_not_in_the_file(patient: Patient, alone: str) -> None:
    page = make(patient, alone, language="en")
    text = told(page)
    shown = {"name": NAME, "treatment": "Treatment", "dates": "Accepted", "total": "Firm total"}
    assert {code for code, words in shown.items() if words in text} == {alone}


def test_nothing_is_ticked_beforehand_and_with_nothing_ticked_no_page_is_made(
    app: Flask, patient: Patient
) -> None:
    page = patient.open(f"{patient.path}/certificate")
    assert not [box for box in page.all("input", type="checkbox") if box.get("checked") is not None]
    refused = patient.press(page, None)
    assert (refused.status, refused.problems) == (422, ["Tick what the page is to show."])
    with app.app_context():
        assert db.session.scalars(select(Certificate)).all() == []


def test_only_an_accepted_quote_is_confirmed(desk: Desk) -> None:
    patient = desk.patient(desk.issue(pdf=b"%PDF-1.7"))
    assert "A confirmation for others" not in patient.open(patient.path).html
    page = patient.open(f"{patient.path}/certificate")
    assert (page.status, "There is nothing to confirm to others" in page.html) == (409, True)
    patient.accept()
    assert f"{patient.path}/certificate" in patient.open(patient.path).html


@pytest.mark.long
def test_whoever_is_shown_one_can_have_it_checked(app: Flask, patient: Patient) -> None:
    made = make(patient, "total").answer.data
    page = upload(app, made)
    assert "Genuine: we made exactly this confirmation" in page.html
    assert "The quote is still accepted." in page.html
    assert NAME not in page.html
    assert "we made exactly this confirmation" not in upload(app, made + b" ").html


def test_after_the_acceptance_was_taken_back_the_check_says_not_to_rely_on_it(
    app: Flask, patient: Patient
) -> None:
    made = make(patient, "name").answer.data
    patient.press(patient.open(f"{patient.path}/take-back"), None)
    page = upload(app, made)
    assert "The acceptance that this confirms does not hold any more" in page.html
    assert patient.open(f"{patient.path}/certificate").status == 409


def test_whoever_has_it_on_paper_is_told_by_the_number_once_the_acceptance_was_taken_back(
    app: Flask, desk: Desk, patient: Patient
) -> None:
    no_more = "at present it is not accepted"
    address = f"/verify/{desk.number}/1"
    make(patient, "name")
    assert no_more not in Visitor(app).open(address).html
    patient.press(patient.open(f"{patient.path}/take-back"), None)
    assert no_more in Visitor(app).open(address).html
    patient.accept()
    assert no_more not in Visitor(app).open(address).html


def test_without_a_confirmation_nothing_is_told_of_an_acceptance(
    app: Flask, desk: Desk, patient: Patient
) -> None:
    patient.press(patient.open(f"{patient.path}/take-back"), None)
    assert "at present" not in Visitor(app).open(f"/verify/{desk.number}/1").html


def test_of_several_plans_it_states_what_was_accepted_with_what_was_taken(app: Flask, desk: Desk) -> None:
    patient = desk.patient(
        desk.issue(plans=[3], options=[Option(Decimal("120.00"), "Interpreter")], pdf=b"%PDF")
    )
    with desk.revision() as revision:
        content = quotes.content_of(revision)
    accept_with(patient, plan="B", line="1")
    firm = Decimal(content["alternatives"][0]["total"])
    stated = told(make(patient, "total", language="en")).replace("\xa0", " ")
    for label, amount in (
        ("Firm total", firm),
        ("Taken with it", Decimal("120.00")),
        ("All together", firm + 120),
    ):
        assert f"{label} USD {amount:,}" in " ".join(stated.split())
    assert f"{Decimal(content['total']):,}" not in stated


@pytest.mark.long
def test_one_that_confirms_an_earlier_acceptance_is_not_relied_on(
    app: Flask, desk: Desk, clock: time_machine.Traveller
) -> None:
    patient = desk.patient(desk.issue(plans=[3], pdf=b"%PDF"))
    patient.accept(plan="B")
    made = make(patient, "total").answer.data
    patient.press(patient.open(f"{patient.path}/take-back"), None)
    clock.shift(timedelta(minutes=1))
    patient.accept(plan="A")
    assert "The acceptance that this confirms does not hold any more" in upload(app, made).html


def test_after_its_last_day_it_is_still_accepted_and_the_word_of_the_number_says_so(
    app: Flask, patient: Patient, clock: time_machine.Traveller
) -> None:
    made = make(patient, "name").answer.data
    clock.shift(timedelta(days=40))
    page = upload(app, made)
    assert "The quote is still accepted." in page.html
    assert "What somebody agreed with the provider in time is not changed by it." in page.html


def test_the_history_says_what_was_shown_and_the_page_itself_is_kept_nowhere(
    app: Flask, patient: Patient
) -> None:
    make(patient, "total", "name")
    assert patient.desk.events()[-1] == "certificate"
    with app.app_context():
        row = db.session.scalars(select(Certificate)).one()
        assert (row.shown, row.made_by) == ("name total", "patient")


def test_a_stranger_to_the_quote_makes_none(app: Flask, patient: Patient) -> None:
    assert Visitor(app).open(f"{patient.path}/certificate").status == 401
