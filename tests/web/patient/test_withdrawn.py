"""Whoever saw a wrong price is told, on every medium, that the list it came from was withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask

from estimator import price_lists
from estimator.db import db
from tests.support.acts import acting
from tests.support.clinic import ANSWERS, NOW, table_text
from tests.support.database import count, publish
from tests.support.example_papers import text_of
from tests.support.visitor import Page, Visitor, words

SENTENCE = "This estimate was made with a price list that was withdrawn on 10 March 2026, 12:40"
CHANGED = "The price list has changed meanwhile."


@pytest.fixture
def wrong(app: Flask) -> None:
    """Publish a version with a wrong price from today on."""
    publish(app, table_text(version="wrong", valid_from="2026-03-10", price="2.00"))


def go_back(app: Flask, clock: time_machine.Traveller, to: str = "2026-1", minutes: int = 40) -> None:
    """Go back to a version some minutes from now."""
    clock.shift(timedelta(minutes=minutes))
    now = NOW + timedelta(minutes=minutes)
    with app.app_context():
        current = price_lists.in_force("clinic", now)
        price_lists.returns.go_back(
            acting(actor="user:1", now=now),
            price_lists.find("clinic", to),
            instead_of=current.id,
            reason="A session is 2000.",
        )
        db.session.commit()


def plain(said: str) -> str:
    """Return what is said in one line with ordinary spaces."""
    return " ".join(said.split())


def last_look(visitor: Visitor, page: Page) -> Page:
    """Fill in the form that asks about an estimate, as far as the look before it is sent."""
    filled: dict[str, str | None] = {
        "full_name": "Wilhelmina Quill",
        "email": "mina@quillworth.org",
        "country": "DE",
        "language": "en",
        "for_whom": "self",
        "consent_health_data": "yes",
        "consent_contact": "yes",
    }
    return visitor.send(visitor.open(f"{page.path}/ask"), filled, "check")


def checked(visitor: Visitor, pdf: bytes) -> Page:
    """Have a document checked."""
    (form,) = visitor.open("/verify").all("form", method="post")
    (token,) = [field.get("value", "") for field in form.iter("input") if field.get("name") == "csrf_token"]
    return visitor.post("/verify", {"csrf_token": token, "file": (BytesIO(pdf), "estimate.pdf")})


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.usefixtures("wrong")
def test_page_pdf_text_and_data_of_an_estimate_say_that_its_list_was_withdrawn(
    app: Flask, visitor: Visitor, clock: time_machine.Traveller
) -> None:
    page = visitor.estimate(ANSWERS)
    pdf = visitor.client.get(f"{page.path}/estimate.pdf").data
    assert SENTENCE not in page.text()
    assert "withdrawn" not in text_of(pdf)
    go_back(app, clock)

    page = visitor.open(page.path)
    (box,) = page.all("div", class_="warning")
    assert SENTENCE in plain(words(box))
    assert f"{page.path}/change" in page.links("Work it out again")
    for address in ("estimate.pdf", "estimate.pdf?in=EUR"):
        later = visitor.client.get(f"{page.path}/{address}").data
        assert SENTENCE in plain(text_of(later)), "what was drawn before is not sent any more"
    assert visitor.client.get(f"{page.path}/estimate.pdf").data != pdf
    assert SENTENCE in plain(visitor.client.get(f"{page.path}/estimate.txt").text)
    kept = visitor.client.get(f"{page.path}/data.json").get_json()
    assert kept["price_list"]["withdrawn_at"].startswith("2026-03-10T12:40:00")


@pytest.mark.long
@pytest.mark.usefixtures("wrong")
def test_who_asks_and_who_checks_a_document_are_told_as_well(
    app: Flask, visitor: Visitor, clock: time_machine.Traveller
) -> None:
    page = visitor.estimate(ANSWERS)
    pdf = visitor.client.get(f"{page.path}/estimate.pdf").data
    request = visitor.send(last_look(visitor, page), button="send").location.removesuffix("/sent")
    assert "withdrawn" not in visitor.open(request).text()
    assert "withdrawn" not in checked(visitor, pdf).text()
    go_back(app, clock)
    assert SENTENCE in plain(visitor.open(request).text())
    assert SENTENCE in plain(checked(visitor, pdf).text())


@pytest.mark.usefixtures("wrong")
def test_who_is_about_to_ask_for_a_quote_is_told_on_the_form_and_at_the_last_look(
    app: Flask, visitor: Visitor, clock: time_machine.Traveller
) -> None:
    page = visitor.estimate(ANSWERS)
    assert "withdrawn" not in visitor.open(f"{page.path}/ask").text()
    go_back(app, clock)
    form = visitor.open(f"{page.path}/ask")
    assert SENTENCE in plain(form.text())
    assert f"{page.path}/change" in form.links("Work it out again")
    assert SENTENCE in plain(last_look(visitor, page).text())


@pytest.mark.usefixtures("wrong")
def test_an_estimate_of_the_version_that_counts_again_says_nothing(
    app: Flask, visitor: Visitor, clock: time_machine.Traveller
) -> None:
    first = visitor.estimate(ANSWERS)
    pdf = visitor.client.get(f"{first.path}/estimate.pdf").data
    go_back(app, clock)
    second = visitor.estimate(ANSWERS)
    assert "withdrawn" not in second.text()
    assert "withdrawn" in visitor.open(first.path).text()
    go_back(app, clock, to="wrong", minutes=50)
    assert "withdrawn" not in visitor.open(first.path).text()
    assert visitor.client.get(f"{first.path}/estimate.pdf").data == pdf
    assert visitor.client.get(f"{first.path}/data.json").get_json()["price_list"]["withdrawn_at"] is None
    assert "withdrawn" in visitor.open(second.path).text()


@pytest.mark.usefixtures("wrong")
def test_who_fills_in_the_form_meanwhile_is_told_and_keeps_the_answers(
    app: Flask, visitor: Visitor, clock: time_machine.Traveller
) -> None:
    form = visitor.open("/estimate/clinic")
    go_back(app, clock)
    sent: Page = visitor.send(form, ANSWERS)
    assert sent.status == 409
    assert sent.problems[0].startswith(CHANGED)
    assert "“2026-1”" in sent.problems[0]
    assert {name: sent.control(name) for name in ANSWERS} == ANSWERS
    assert count(app) == 0
    assert visitor.send(sent).status == 303


@pytest.mark.long
@pytest.mark.parametrize("language", ["ar", "fr", "es", "ru", "hi", "bn"])
def test_it_is_said_in_every_language(
    start: Callable[..., Flask], clock: time_machine.Traveller, language: str
) -> None:
    app = start(table_text(), languages=("en", language))
    publish(app, table_text(version="wrong", valid_from="2026-03-10", price="2.00"))
    visitor = Visitor(app, headers={"Accept-Language": language})
    page = visitor.estimate(ANSWERS)
    go_back(app, clock)
    (box,) = visitor.open(page.path).all("div", class_="warning")
    assert "withdrawn" not in words(box)
    assert "12:40" in words(box)
    pdf = visitor.client.get(f"{page.path}/estimate.pdf?beside=en").data
    assert SENTENCE in plain(text_of(pdf)), "below the same in the first language"
