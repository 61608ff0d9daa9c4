"""What is promised to whoever asks for a firm quote: nothing is lost, nothing is stored before the last button."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select

from estimator import requests
from estimator.db import db
from estimator.models import Mail, RequestConsent
from estimator.requests import consents
from tests.support.asking import FILLED, asked, filled, last_look, link_of, settings_of, stored
from tests.support.clinic import ANSWERS, NOW, table_text
from tests.support.visitor import Page, Visitor


@pytest.fixture
def form(visitor: Visitor, breakdown: Page) -> Page:
    """Return the empty form for the visitor's estimate."""
    return visitor.open(f"{breakdown.path}/ask")


WORDS = {
    "health_data": "Example clinic may store and use what I write here, and my estimate, to prepare a quote. "
    "It says something about health.",
    "contact": "Example clinic may write to me or call me about this request, at the address and the number "
    "that I give here, and about nothing else.",
    "on_behalf": "I am asking for somebody else, and this person has allowed me to give Example clinic what I "
    "write here.",
}


def test_the_breakdown_leads_to_the_form(visitor: Visitor, breakdown: Page) -> None:
    assert f"{breakdown.path}/ask" in set(breakdown.links())


def test_a_request_is_asked_looked_at_and_confirmed(app: Flask, visitor: Visitor, form: Page) -> None:
    page = last_look(visitor, form)
    for text in (
        "Wilhelmina Quill",
        "mina@quillworth.org",
        "Germany",
        "For myself",
        "September 2026",
        "4,811.05",
    ):
        assert text in page.text()
    assert stored(app) == []
    done = visitor.open(visitor.send(page, button="send").location)
    (record,) = stored(app)
    assert record.reference in done.text()
    assert "by the end of 13 March 2026 (UTC)" in done.text()
    assert "m…@q….org" in done.text()
    assert done.one("input", id="link").get("value", "").endswith(f"{link_of(app, record)}?written=en")
    with app.app_context():
        found = requests.get(record.reference)
        assert found is not None
        person = requests.person_of(found, settings_of(app).data_keys)
        assert person == requests.Person(
            "Wilhelmina Quill",
            "mina@quillworth.org",
            "+49 30 901820",
            "My stairs are steep.\nIs there a lift?",
        )
        assert db.session.scalars(select(Mail.template)).all() == ["request_received"]


def test_nothing_is_ticked_chosen_or_filled_in_beforehand(form: Page) -> None:
    typed = form.typed()
    assert {name: typed.get(name) for name in FILLED if typed.get(name)} == {"language": "en"}
    assert form.all("input", type="checkbox", checked="") == []


def test_the_words_that_stood_beside_the_box_are_what_is_stored(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    shown = [" ".join(label.itertext()) for label in form.all("label")]
    asked(visitor, form, for_whom="other", patient_name="Berta Quill", consent_on_behalf="yes")
    with app.app_context():
        kept = db.session.scalars(select(RequestConsent).order_by(RequestConsent.id)).all()
        assert [consent.purpose for consent in kept] == ["health_data", "contact", "on_behalf"]
        for consent in kept:
            assert any(consent.words in label for label in shown)
            assert "Example clinic" in consent.words
            assert consent.version == consents.VERSION


def test_other_words_have_another_version(app: Flask) -> None:
    from estimator.i18n import reader

    with app.test_request_context():
        said = consents.asked(reader("en"), "Example clinic")
    assert {purpose: consent.words for purpose, consent in said.items()} == WORDS
    assert consents.VERSION == "2026-11.1", "write the words of a new version down here"


def test_words_that_changed_between_two_pages_are_agreed_to_again(
    visitor: Visitor, form: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = last_look(visitor, form)
    monkeypatch.setattr(consents, "VERSION", "2027-01.1")
    again = visitor.send(page, button="send")
    assert again.status == 409
    assert "Read them, and tick them again" in again.problems[0]
    assert again.control("full_name") == "Wilhelmina Quill"
    assert again.all("input", type="checkbox", checked="") == []


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_lost(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, {"message": "Hello", "email": "nobody", "phone": "call me"}, "check")
    assert page.status == 422
    targets = [link.get("href") for box in page.all("div", class_="error-summary") for link in box.iter("a")]
    assert targets == [
        "#full_name",
        "#email",
        "#phone",
        "#country",
        "#for_whom",
        "#consent_health_data",
        "#consent_contact",
    ]
    ids = {element.get("id") for element in page.one("form").iter()}
    assert {target[1:] for target in targets if target} <= ids
    assert (page.control("message"), page.control("email"), page.control("phone")) == (
        "Hello",
        "nobody",
        "call me",
    )


@pytest.mark.parametrize(
    "name",
    [
        "Wilhelmina Quill",
        "Дарья Жаворонкова",
        "محمد علي",
        "王小明",
        "प्रिया शर्मा",
        "Nguyễn Thị Ánh",
        "O’Brien-Smith, Jr.",
        "مى‌خواهم",
        "X",
        "q" * 200,
    ],
)
def test_a_name_in_any_script_is_a_name(visitor: Visitor, form: Page, name: str) -> None:
    assert name in last_look(visitor, form, full_name=name).text()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("full_name", "  ", "Enter your name."),
        ("full_name", "12345", "Enter your name."),
        ("full_name", "q" * 201, "This has 201 characters; there is room for 200."),
        ("full_name", "Anna \u202eannA", "reverses the direction of writing"),
        ("full_name", "Anna \u2067annA", "reverses the direction of writing"),
        ("full_name", "Anna\x07", "cannot be shown"),
        ("email", "", "Enter the email address"),
        ("email", "mina@", "This is not an email address."),
        ("email", "mina@quillworth.org, other@example.org", "This is not an email address."),
        ("phone", "123", "This is not a telephone number."),
        ("phone", "+49 30 901820 " + "1" * 40, "This has 54 characters; there is room for 40."),
        ("country", "ZZ", "Choose a country."),
        ("country", "Germany", "Choose a country."),
        ("language", "xx", "Choose a language."),
        ("for_whom", "dog", "Say whom the treatment is for."),
        ("planned_month", "2026-02", "Choose a month of the list."),
        ("planned_month", "soon", "Choose a month of the list."),
        ("message", "q" * 5001, "This has 5,001 characters; there is room for 5,000."),
        ("message", "see \u202egpj.exe", "reverses the direction of writing"),
        ("consent_health_data", None, "Without this we may not read your request."),
        ("consent_contact", "no", "Without this we cannot answer."),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    app: Flask, visitor: Visitor, form: Page, field: str, typed: str | None, sentence: str
) -> None:
    page = visitor.send(form, filled(**{field: typed}), "check")
    assert page.status == 422
    assert len(page.problems) == 1
    assert sentence in page.problems[0]
    kept = {name: page.control(name) for name in FILLED if name != field}
    assert kept == {name: text for name, text in FILLED.items() if name != field}
    assert stored(app) == []


def test_speaking_for_somebody_else_needs_their_word(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, filled(for_whom="other", patient_name="Berta Quill"), "check")
    assert page.problems == [
        "You are asking for somebody else. Tick this if they have allowed it; otherwise ask them first."
    ]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("\u202a+49 30 901820\u202c", "+49 30 901820"),  # as telephones paste it
        ("٠٣٠ ٩٠١٨٢٠", "030 901820"),
        ("(030) 90-18-20 x5", "(030) 90-18-20 x5"),
        ("", "none"),
    ],
)
def test_a_telephone_number_is_read_as_it_is_meant(
    visitor: Visitor, form: Page, typed: str, shown: str
) -> None:
    if typed.startswith("("):
        typed, shown = f"+49 {typed}", f"+49 {shown}"
    assert shown in last_look(visitor, form, phone=typed).text()


def test_a_slip_in_an_address_is_asked_about_once(visitor: Visitor, form: Page) -> None:
    page = visitor.send(form, filled(email="mina@gmial.com"), "check")
    assert page.status == 422
    assert "Perhaps you meant mina@gmail.com" in page.text()
    assert page.control("email") == "mina@gmial.com"
    meant = visitor.send(page, {}, "check")
    assert meant.status == 200
    assert "mina@gmial.com" in meant.text()
    assert visitor.send(meant, button="send").status == 303


def test_every_answer_can_be_changed_from_the_last_look(visitor: Visitor, form: Page) -> None:
    page = last_look(visitor, form)
    targets = [button.get("formaction") or "" for button in page.all("button", value="change")]
    back = visitor.post(targets[0].partition("#")[0], {**page.typed(), "act": "change"})
    assert back.status == 200
    assert back.problems == []
    ids = {element.get("id") for element in back.one("form").iter()}
    assert {target.partition("#")[2] for target in targets} <= ids
    assert {name: back.control(name) for name in FILLED} == FILLED


def test_what_is_sent_past_the_pages_is_checked_all_the_same(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    page = last_look(visitor, form)
    sent = visitor.post(form.path + "/check", {**page.typed(), "full_name": "", "act": "send"})
    assert sent.status == 422
    assert sent.problems == ["Enter your name."]
    assert stored(app) == []


def test_the_same_request_sent_twice_is_one(app: Flask, visitor: Visitor, form: Page) -> None:
    page = last_look(visitor, form)
    first, second = (visitor.send(page, button="send") for _ in range(2))
    assert first.location == second.location
    assert len(stored(app)) == 1
    with app.app_context():
        assert len(db.session.scalars(select(Mail)).all()) == 1


@pytest.mark.long
def test_a_flood_from_one_address_is_held_up_and_loses_nothing(
    app: Flask,
    visitor: Visitor,
    form: Page,
    monkeypatch: pytest.MonkeyPatch,
    clock: time_machine.Traveller,
) -> None:
    monkeypatch.setattr("estimator.web.network_limits.REQUESTS", 2)
    for number in range(2):
        asked(visitor, form, message=f"Message {number}")
    page = last_look(visitor, form, message="One more")
    refused = visitor.send(page, button="send")
    assert refused.status == 429
    assert "send it again in 15 minutes" in refused.problems[0]
    assert "One more" in refused.text()
    assert len(stored(app)) == 2
    clock.move_to(NOW + timedelta(minutes=16))
    assert visitor.send(refused, button="send").status == 303
    assert len(stored(app)) == 3


def test_an_ended_visit_loses_nothing(visitor: Visitor, form: Page) -> None:
    visitor.client.delete_cookie("session")
    page = visitor.send(form, filled(), "check")
    assert page.status == 400
    assert "Everything you entered is still here" in page.problems[0]
    look = visitor.send(page, {}, "check")
    assert look.status == 200
    visitor.client.delete_cookie("session")
    again = visitor.send(look, button="send")
    assert again.status == 400
    assert again.text("h1").startswith("Is this right?")
    assert visitor.send(again, button="send").status == 303


def test_a_database_that_takes_nothing_loses_nothing(
    app: Flask, visitor: Visitor, form: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("estimator.db.BUSY_SECONDS", 0)
    page = last_look(visitor, form)
    path = settings_of(app).database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as other:
        with app.app_context():
            db.engine.dispose()
        other.execute("BEGIN IMMEDIATE")
        refused = visitor.send(page, button="send")
        other.rollback()
    assert refused.status == 503
    assert "everything you wrote is still here" in refused.problems[0]
    assert "Wilhelmina Quill" in refused.text()
    assert visitor.send(refused, button="send").status == 303
    assert len(stored(app)) == 1


def test_a_database_that_goes_away_while_a_request_is_kept_loses_nothing(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    page = last_look(visitor, form)
    failing = [True]

    def broken(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if failing and "INSERT INTO request_consent" in statement:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", broken)
    refused = visitor.send(page, button="send")
    failing.clear()
    assert refused.status == 503
    assert stored(app) == []
    assert visitor.send(refused, button="send").status == 303
    assert len(stored(app)) == 1


def test_a_message_of_a_third_of_a_megabyte_is_told_so_in_the_form(
    app: Flask, visitor: Visitor, form: Page
) -> None:
    page = visitor.send(form, filled(message="word " * 70_000), "check")
    assert page.status == 422
    assert page.problems == ["Message: This has 350,000 characters; there is room for 5,000. Shorten it."]
    assert "keeps the first 100,000 characters" in page.text()
    assert len(page.control("message") or "") == 100_000
    assert page.control("full_name") == "Wilhelmina Quill"
    assert stored(app) == []


@pytest.mark.long
@pytest.mark.parametrize("form_of", ["ask", "question"])
def test_what_is_larger_still_gets_a_page_with_the_way_back(
    visitor: Visitor, breakdown: Page, form_of: str
) -> None:
    form = visitor.open(f"{breakdown.path}/{form_of}")
    long = {"message": "q" * 12_000_001, "words": "q" * 12_000_001}
    page = visitor.post(form.path, {**form.typed(), **long})
    assert page.status == 413
    assert "Go back in your browser" in page.text()
    assert form.path in set(page.links())


@pytest.mark.long
def test_a_form_of_too_many_fields_is_refused_whole(app: Flask, visitor: Visitor, form: Page) -> None:
    hostile = {
        "fields": b"a&" * 950_000,
        "fields with values": b"&".join(b"%d=&1=" % number for number in range(120_000)),
        "few enough bytes": b"a&" * 199_000,
        "bytes that are no letters": b"message=" + b"%ff" * 130_000,
    }
    for path in (form.path, f"{form.path}/check", form.path.replace("/ask", "/question")):
        for what, content in hostile.items():
            page = visitor.client.post(path, data=content, content_type="application/x-www-form-urlencoded")
            assert page.status_code in (400, 413), (path, what)
    assert stored(app) == []


def test_expired_prices_can_be_asked_about_and_that_is_said(
    app: Flask, visitor: Visitor, breakdown: Page, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW + timedelta(days=40))
    form = visitor.open(f"{breakdown.path}/ask")
    assert "were valid until 9 April 2026" in form.text()
    page = last_look(visitor, form)
    assert "were valid until 9 April 2026" in page.text()
    assert visitor.send(page, button="send").status == 303
    assert len(stored(app)) == 1


def test_an_estimate_that_is_gone_cannot_be_asked_about(visitor: Visitor, breakdown: Page) -> None:
    visitor.send(visitor.open(f"{breakdown.path}/delete"), button=None)
    for path in (f"{breakdown.path}/ask", f"{breakdown.path}/ask/check"):
        assert visitor.open(path).status == 404


def test_the_last_look_opened_by_its_address_leads_to_the_form(visitor: Visitor, form: Page) -> None:
    assert visitor.open(f"{form.path}/check").location == form.path


def test_a_request_without_mail_says_so(start: Callable[..., Flask]) -> None:
    app = start(table_text(), demo=False)
    visitor = Visitor(app)
    done = asked(visitor, visitor.open(f"{visitor.estimate(ANSWERS).path}/ask"))
    assert "No confirmation is sent" in done.text()
    assert "Keep it: it is in no email." in done.text()
    with app.app_context():
        assert db.session.scalars(select(Mail)).all() == []


def test_a_request_that_no_mail_confirms_does_not_promise_its_link_in_one(
    start: Callable[..., Flask],
) -> None:
    visitor = Visitor(start(table_text(), mails_per_address=1))
    form = visitor.open(f"{visitor.estimate(ANSWERS).path}/ask")
    assert "It is also in the email that confirms it." in asked(visitor, form).text()
    again = asked(visitor, visitor.open(f"{visitor.estimate({**ANSWERS, 'q_nights': '9'}).path}/ask"))
    assert "We have reached today’s limit of emails" in again.text()
    assert "Keep it: it is in no email." in again.text()
