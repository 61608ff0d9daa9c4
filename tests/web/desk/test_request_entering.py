"""A coordinator enters a request for somebody who called, with the consents that were said."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from sqlalchemy import func, select

import pricing
from estimator import estimates, price_lists, requests
from estimator.db import db
from estimator.models import Estimate, Mail, PatientRequest
from estimator.models.staff import Role
from estimator.verification.document import estimate_again
from tests.support.acts import acting
from tests.support.browser import plain_words
from tests.support.quote_desk import changed_list, request_of, settings_of
from tests.support.request_entering import FORM, PERSON, enter, typed
from tests.support.staff_browser import Staff


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_price_lists_in_force_can_be_chosen(coordinator: Staff) -> None:
    page = coordinator.see("/desk/requests/new")
    assert [a.get("href") for a in page.all("a") if a.get("href") == FORM] == [FORM]


def test_a_call_becomes_a_request_with_a_link_and_two_lines_for_a_chat(
    app: Flask, coordinator: Staff
) -> None:
    page = enter(coordinator).page
    assert page.status == 200
    assert "The request is entered." in page.text
    reference = page.path.rpartition("/")[2]
    (chat,) = [area for area in page.all("textarea") if area.get("id") == "chat"]
    first, second = "".join(chat.itertext()).strip().split("\n")
    assert first.startswith(f"Your request {reference} at ")
    assert first.endswith(": we answer by the end of 13 November 2026.")
    assert re.fullmatch(r"http://[^/]+/r/[A-Za-z0-9_-]{43}\?written=en", second)
    with request_of(app, reference) as found:
        settings = settings_of(app)
        assert found.origin == "staff"
        assert requests.person_of(found, settings.data_keys) == requests.Person(
            "Zephyrine Quill", "zephyrine@example.org", "+49 30 901820", "Violet stairs\nwithout a lift"
        )
        assert requests.find(urlsplit(second).path.rpartition("/")[2], datetime.now(UTC)) is found
        assert [(one.purpose, one.how) for one in requests.consents_of(found)] == [
            ("health_data", "staff"),
            ("contact", "staff"),
        ]
        (event,) = [one for one in requests.history(found, settings.data_keys) if one.kind == "asked"]
        assert event.actor.startswith("user:")
        assert found.total == "15973.40"


def test_the_lines_for_a_chat_promise_no_answer_while_the_clinic_waits_for_the_patient(
    app: Flask, coordinator: Staff
) -> None:
    page = enter(coordinator).page
    with app.app_context(), request_of(app, page.path.rpartition("/")[2]) as found:
        act = acting(actor="user:1", now=datetime.now(UTC), settings=settings_of(app))
        requests.move(act, found, "waiting")
        db.session.commit()
    (chat,) = [area for area in coordinator.see(page.path).all("textarea") if area.get("id") == "chat"]
    assert "".join(chat.itertext()).strip().splitlines()[0].endswith(":")


def test_the_link_opens_the_request_for_the_patient(app: Flask, coordinator: Staff) -> None:
    page = enter(coordinator).page
    reference = page.path.rpartition("/")[2]
    found = re.search(r"/r/[A-Za-z0-9_-]{43}", page.html)
    assert found is not None
    patient = app.test_client()
    answer = patient.get(found[0], follow_redirects=True)
    assert answer.status_code == 200
    assert reference in answer.text
    assert "Zephyrine" not in answer.text


def test_the_words_to_read_aloud_are_those_that_are_kept(app: Flask, coordinator: Staff) -> None:
    form = coordinator.see(FORM).text
    page = enter(coordinator, for_whom="other", patient_name="Berta Quill", consent_on_behalf="yes").page
    with request_of(app, page.path.rpartition("/")[2]) as found:
        kept = [one.words for one in requests.consents_of(found)]
    assert len(kept) == 3
    for words in kept:
        assert f"“{words}”" in form


def test_patient_and_whoever_asks_for_them_are_named_in_the_list_as_on_the_page(coordinator: Staff) -> None:
    page = enter(coordinator, for_whom="other", patient_name="Berta Quill", consent_on_behalf="yes").page
    assert "Patient Berta Quill Asked by Zephyrine Quill" in " ".join(page.text.split())
    (row,) = coordinator.see("/desk/requests").all("td", class_="name")
    assert " ".join("".join(row.itertext()).split()) == "Berta Quill asked by Zephyrine Quill"


@pytest.mark.parametrize(
    ("missing", "there"),
    [({"email": ""}, "telephone"), ({"phone": ""}, "mail")],
    ids=["no mail", "no telephone"],
)
def test_an_address_or_a_number_is_enough(
    app: Flask, coordinator: Staff, missing: dict[str, str], there: str
) -> None:
    page = enter(coordinator, **missing).page
    assert page.status == 200
    with request_of(app, page.path.rpartition("/")[2]) as found:
        person = requests.person_of(found, settings_of(app).data_keys)
        assert person is not None
        assert (person.email is None) == (there == "telephone")
        assert (person.phone is None) == (there == "mail")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "", "phone": ""}, "Enter an email address or a telephone number."),
        ({"email": "nobody", "phone": ""}, "This is not an email address."),
        ({"email": "nobody"}, "This is not an email address."),
        ({"phone": "call me"}, "This is not a telephone number."),
        ({"full_name": " "}, "Enter the name of the person who is asking."),
        ({"country": "XX"}, "Choose a country."),
        ({"for_whom": []}, "Say whom the treatment is for."),
        ({"consent_health_data": []}, "Without it the request cannot be kept."),
        ({"consent_contact": []}, "Without it nobody may answer."),
        ({"for_whom": "other"}, "They ask for somebody else."),
        ({"for_whom": "other", "consent_on_behalf": "yes"}, "Enter the name of the patient"),
        (
            {"phone": "", "answer_by": "whatsapp"},
            "For an answer by WhatsApp or by telephone, enter the number",
        ),
        ({"email": "", "answer_by": "email"}, "For an answer by email, enter the address."),
        ({"injury_month": "some day"}, "Enter a month and a year"),
        ({"injury_month": "12/19"}, "Do you mean 12/2019? Enter the year with four digits."),
        ({"message": "x" * 5_001}, "there is room for 5,000"),
        ({"q_sessions": "two"}, "cannot be read as one number"),
        ({"q_sessions": "99"}, ""),
    ],
)
def test_what_is_missing_is_said_and_everything_typed_is_kept(
    app: Flask, coordinator: Staff, wrong: dict[str, Any], sentence: str
) -> None:
    page = enter(coordinator, **wrong).page
    assert page.status == 422
    assert sentence in page.text
    assert page.errors()
    for name in {"full_name", "email", "phone", "message", "q_nights"} - set(wrong):
        expected = {**typed(), **PERSON}[name].replace("\r\n", "\n")
        assert page.value(name) == expected, name
    assert (count(app, PatientRequest), count(app, Estimate), count(app, Mail)) == (0, 0, 0)


def test_a_country_that_nobody_said_is_not_known_wherever_it_is_read(app: Flask, coordinator: Staff) -> None:
    page = enter(coordinator, country="").page
    assert "The request is entered." in page.text
    assert "Country not known" in " ".join(page.text.split())
    reference = page.path.rpartition("/")[2]
    (cell,) = coordinator.see("/desk/requests").all("td", **{"data-label": "Country"})
    assert "".join(cell.itertext()) == "not known"
    year = datetime.now(UTC).year
    assert coordinator.see(f"/desk/reports?year={year}&by=country").status == 200
    kept = coordinator.client.get(f"/desk/reports/requests.csv?year={year}").text
    assert f"{reference}," in kept
    shown = coordinator.see(f"/desk/requests/{reference}/contact")
    assert shown.value("country") == ""
    shown = coordinator.press("Save the contact", country="MA")
    assert "Morocco" in shown.text
    coordinator.see(f"/desk/requests/{reference}/contact")
    assert "The contact is corrected." in coordinator.press("Save the contact", country="").text, "a guess"


def told(part: Element) -> tuple[str, str, list[str]]:
    """Return what a total is called, the amount, and the open questions that it names."""
    paragraphs = {one.get("class", ""): plain_words(one) for one in part.iter("p")}
    (names,) = [text for name, text in paragraphs.items() if "not-counted" in name or name == "warning"]
    listed = names.removeprefix("Not counted yet: ").rstrip(".").split("; ")
    return paragraphs["total-label"], paragraphs["total-amount"], listed


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"q_cells": "umbilical"},
        {"q_cells": "umbilical", "q_sessions": "2", "q_visa": "yes"},
        {"q_sessions": "2", "q_room": "ward", "q_rehab": "intensive"},
    ],
    ids=["nothing", "one answer alone", "half of it", "what asks for more"],
)
def test_beside_the_form_stands_the_total_that_the_estimate_will_have(
    coordinator: Staff, said: dict[str, str]
) -> None:
    answers = {**dict.fromkeys(typed(), ""), **said}
    coordinator.see(FORM)
    shown = coordinator.send("total", {**answers, **PERSON})
    live = html5lib.parseFragment(
        coordinator.post(f"{FORM}/total", answers).json["html"], namespaceHTMLElements=False
    )
    label, amount, names = told(
        coordinator.send("Enter the request", {**answers, **PERSON}).one("section", class_="plan")
    )
    for panel in (shown.one("div", id="total"), live):
        assert told(panel)[:2] == (label, amount)
        assert told(panel)[2][:3] == names[:3]
        assert [one for one in panel.iter("p") if one.get("class") == "total-left"], (
            "what is still to be asked"
        )


def test_what_they_did_not_say_stays_not_answered_and_is_asked_before_a_quote(
    app: Flask, coordinator: Staff
) -> None:
    page = enter(coordinator, **dict.fromkeys(typed(), "")).page
    assert page.status == 200
    reference = page.path.rpartition("/")[2]
    with request_of(app, reference) as found:
        assert requests.answers_of(found) == {}
        assert found.at_least
    assert "Not answered" in page.text
    shown = coordinator.press("Prepare a quote")
    assert "Left open, and the price depends on it:" in shown.text
    assert "“Sessions”" in shown.text
    shown = coordinator.send("Save, and enter these answers", {"q_sessions": "2", "q_cells": "umbilical"})
    assert shown.status == 200
    assert "“Sessions”" not in shown.text, "what was answered is kept, though more is open"
    refused = coordinator.post(
        f"/desk/requests/{reference}/quote/issue", {"save": shown.value("save"), "fingerprint": "0" * 64}
    )
    assert refused.status == 422
    assert "Nothing was issued. Something is missing." in refused.text
    shown = coordinator.see(f"/desk/requests/{reference}/quote")
    rest = {"q_room": "ward", "q_nights": "14", "q_rehab": "none", "q_own_mri": "yes", "q_visa": "no"}
    shown = coordinator.send("Save, and enter these answers", rest)
    assert "Left open" not in shown.text


@pytest.mark.long
def test_everybody_reads_of_such_a_plan_that_it_is_not_the_whole(app: Flask, coordinator: Staff) -> None:
    page = enter(coordinator, q_sessions="", q_rehab="").page
    found = re.search(r"/r/[A-Za-z0-9_-]{43}", page.html)
    assert found is not None
    with request_of(app, page.path.rpartition("/")[2]) as record:
        settings = settings_of(app)
        estimate = estimates.by_reference(
            acting(settings=settings, now=datetime.now(UTC)), record.estimate_reference
        )
        assert estimate is not None
        link = f"/e/{estimates.token_of(estimate, settings.link_key)}"
        again = estimate_again(estimates.breakdown_of(estimate), price_lists.parsed(record.table_version))
        assert (again.why, again.differences, again.at_least) == (None, [], True)
    patient = app.test_client()
    for address in (found[0], link, f"{link}/estimate.txt", f"{link}/change"):
        answer = patient.get(address, follow_redirects=True)
        assert answer.status_code == 200, address
        if address.endswith(".txt"):
            assert "Not counted yet: Sessions; Rehabilitation programme." in answer.text
    assert patient.get(f"{link}/estimate.pdf").data.startswith(b"%PDF")


@pytest.mark.long
def test_somebody_who_has_said_nothing_yet_has_a_plan_of_no_amount(app: Flask, coordinator: Staff) -> None:
    with app.app_context():
        text = (Path(pricing.__file__).parent / "tables" / "mexico.toml").read_text(encoding="utf-8")
        text = text.replace("valid_from = 2026-11-30", "valid_from = 2026-01-01")
        price_lists.import_(acting(actor="command line", now=datetime.now(UTC)), text)
        db.session.commit()
    coordinator.see("/desk/requests/new/mexico")
    page = coordinator.send("Enter the request", PERSON)
    assert page.status == 200
    plan = " ".join("".join(page.one("section", class_="plan").itertext()).split())
    assert plan.startswith("The plan Likely total not counted yet Not counted yet: ")
    with request_of(app, page.path.rpartition("/")[2]) as record:
        settings = settings_of(app)
        act = acting(settings=settings, now=datetime.now(UTC))
        estimate = estimates.by_reference(act, record.estimate_reference)
        assert estimate is not None
        link = f"/e/{estimates.token_of(estimate, settings.link_key)}"
    patient = app.test_client()
    for address in (
        link,
        f"{link}/estimate.txt",
        f"{link}/estimate.pdf",
        f"{link}/compare",
        f"{link}/other-offer",
    ):
        assert patient.get(address).status_code == 200, address
    assert patient.get(f"{link}/explore").location == f"{link}/change", "there it can be finished"
    (total,) = coordinator.see("/desk/requests").all("td", class_="money")
    assert " ".join("".join(total.itertext()).split()) == "not counted yet"


def test_an_answer_that_the_list_refuses_is_said_also_where_others_are_missing(
    app: Flask, coordinator: Staff
) -> None:
    page = enter(coordinator, q_sessions="99", q_rehab="").page
    assert page.status == 422
    assert [error for error in page.errors() if "answer this question" in error] == []
    assert count(app, PatientRequest) == 0


@pytest.mark.parametrize("answer_by", ["", "whatsapp"])
def test_a_number_that_cannot_exist_is_told_and_may_be_meant(
    app: Flask, coordinator: Staff, answer_by: str
) -> None:
    page = enter(coordinator, phone="0022376451", country="", answer_by=answer_by or []).page
    assert page.status == 422
    assert "too short. Digits after \u2066+223\u2069: 5; needed: 8." in page.text
    page = coordinator.press("Enter the request")
    assert "The request is entered." in page.text
    with request_of(app, page.path.rpartition("/")[2]) as found:
        kept = requests.person_of(found, settings_of(app).data_keys)
        assert kept is not None
        assert kept.phone == "0022376451"


@pytest.mark.long
def test_a_slip_in_the_address_is_pointed_out_and_may_be_meant(app: Flask, coordinator: Staff) -> None:
    page = enter(coordinator, email="zephyrine@gmial.com").page
    assert page.status == 422
    assert "Perhaps you meant zephyrine@gmail.com." in page.text
    assert "The request is entered." in coordinator.press("Enter the request").text


def test_the_same_form_sent_twice_is_one_request(app: Flask, coordinator: Staff) -> None:
    coordinator.see(FORM)
    action, fields = coordinator.page.sent("Enter the request", {**typed(), **PERSON})
    places = {coordinator.client.post(action, data=fields).headers["Location"] for _time in range(2)}
    assert len(places) == 1
    assert (count(app, PatientRequest), count(app, Estimate)) == (1, 1)


def test_the_total_is_worked_out_without_keeping_anything(app: Flask, coordinator: Staff) -> None:
    coordinator.see(FORM)
    page = coordinator.send("total", {**typed(), "full_name": "Zephyrine"})
    assert page.status == 200
    assert "15,973.40" in page.text.replace("\xa0", " ")
    assert page.value("full_name") == "Zephyrine"
    assert page.errors() == []
    assert (count(app, PatientRequest), count(app, Estimate)) == (0, 0)


def test_prices_that_change_during_the_call_are_said(app: Flask, coordinator: Staff) -> None:
    coordinator.see(FORM)
    changed_list(app)
    page = coordinator.send("Enter the request", {**typed(), **PERSON})
    assert page.status == 409
    assert "The price list has changed meanwhile." in page.text
    assert page.value("full_name") == PERSON["full_name"]
    assert "The request is entered." in coordinator.press("Enter the request").text


@pytest.mark.parametrize("slug", ["nothing", "x" * 300, "%C3%A9"])
def test_a_list_that_is_not_in_force_cannot_be_entered_for(coordinator: Staff, slug: str) -> None:
    assert coordinator.see(f"/desk/requests/new/{slug}").status == 404


def test_a_mail_goes_out_where_there_is_an_address(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    app = make_app(MAIL_SERVER="127.0.0.1", MAIL_FROM="quotes@example.org")
    enter(sign_in(app, "coordinator"))
    assert count(app, Mail) == 1
    enter(sign_in(app, "coordinator"), email="")
    assert count(app, Mail) == 1


def test_the_two_lines_are_in_the_language_of_the_patient(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    app = make_app(LANGUAGES="en,ar")
    page = enter(sign_in(app, "coordinator"), language="ar").page
    (chat,) = [area for area in page.all("textarea") if area.get("id") == "chat"]
    assert (chat.get("lang"), chat.get("dir")) == ("ar", "rtl")
    assert "".join(chat.itertext()).strip().startswith("طلبك")
    with request_of(app, page.path.rpartition("/")[2]) as found:
        assert found.language == "ar"
        assert {one.language for one in requests.consents_of(found)} == {"en"}, "they were read in English"


def test_a_request_has_a_chat_with_its_number_that_says_reference_and_link_alone(
    app: Flask, coordinator: Staff
) -> None:
    page = enter(coordinator).page
    reference = page.path.rpartition("/")[2]
    found = re.search(r'href="(https://wa\.me/4930901820\?text=[^"]+)"', page.html)
    assert found is not None
    with request_of(app, reference) as kept:
        settings = settings_of(app)
        link = f"{settings.public_url}/r/{requests.token_of(kept, settings.link_key)}?written=en"
    assert parse_qs(urlsplit(found[1]).query) == {"text": [f"{reference}\n{link}"]}
    (estimate,) = [area for area in page.all("textarea") if area.get("id") == "chat-estimate"]
    assert "".join(estimate.itertext()).strip().startswith("Your estimate EST-")
    without = enter(coordinator, phone="", country="DE").page
    assert "wa.me" not in without.html


def test_consents_are_read_in_another_language_and_what_was_typed_stays(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    app = make_app(LANGUAGES="en, fr")
    coordinator = sign_in(app, "coordinator")
    coordinator.see(FORM)
    english = coordinator.page.text
    shown = coordinator.send("Français", {**typed(), **PERSON})
    assert (shown.status, shown.value("message"), shown.value("full_name")) == (
        200,
        "Violet stairs\nwithout a lift",
        PERSON["full_name"],
    )
    assert shown.errors() == []
    assert "Cela dit quelque chose" in shown.text
    assert "Cela dit quelque chose" not in english
    assert not any(
        one.get("checked")
        for one in shown.all("input", type="checkbox")
        if (one.get("name") or "").startswith("consent")
    ), "they have not heard these words yet"
    assert [
        one.get("value")
        for one in shown.one("select", id="language").iter("option")
        if one.get("selected") is not None
    ] == ["fr"]
    coordinator.send("Enter the request", {"consent_health_data": "yes", "consent_contact": "yes"})
    with app.app_context():
        kept = db.session.scalars(select(PatientRequest)).one()
        assert {one.language for one in requests.consents_of(kept)} == {"fr"}


def text_for_chat(person: Staff) -> tuple[str | None, str]:
    """Return the language of the text that is to be copied into a chat, and the text."""
    (area,) = [one for one in person.page.all("textarea") if one.get("id") == "chat-consents"]
    assert area.get("name") is None, "it is no answer"
    return area.get("lang"), "".join(area.itertext()).strip()


def test_what_they_agree_to_can_be_sent_in_a_chat_in_the_language_that_their_message_suggested(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    coordinator = sign_in(make_app(LANGUAGES="en,fr"), "coordinator")
    coordinator.see(FORM)
    language, text = text_for_chat(coordinator)
    assert language == "en"
    beside = [one.text or "" for one in coordinator.page.all("span", lang="en")]
    agreed = [words.strip("“”") for words in beside if words.startswith("“")]
    assert len(agreed) == 3
    assert all(words in text for words in agreed)
    coordinator.send("look", {"pasted": "Bonjour, c’est pour mon frère, merci", "consent_contact": "yes"})
    assert text_for_chat(coordinator)[0] == "en", "nothing is taken over by itself"
    page = coordinator.send("language=fr", {})
    language, text = text_for_chat(coordinator)
    lines = text.split("\n")
    assert language == "fr"
    assert [line[:3] for line in lines[1:]] == ["1. ", "2. ", "3. "]
    assert "répondez par oui ou par non" in lines[0]
    assert "Cela dit quelque chose" in lines[1]
    assert lines[3].startswith(
        "3. Seulement si vous faites cette demande pour une autre personne\N{NO-BREAK SPACE}: "
    )
    assert page.text.count("Cela dit quelque chose") == 2, "the words beside the boxes are the same"
    assert not any(
        one.get("checked")
        for one in page.all("input", type="checkbox")
        if (one.get("name") or "").startswith("consent")
    ), "what they heard were other words"
    coordinator.send("for_whom=other", {})
    lines = text_for_chat(coordinator)[1].split("\n")
    assert "Seulement" not in lines[3], "it is for somebody else"
