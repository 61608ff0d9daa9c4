"""What is open before a quote is answered on the patient's page with buttons, and is filled in as it is prepared."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from estimator import requests
from estimator.db import db
from estimator.models import RequestEvent
from estimator.models.staff import Role
from estimator.privacy import erasure
from estimator.quotes import drafts
from tests.support.acts import acting
from tests.support.answered_here import (
    BREATHING,
    KNOWN,
    SEND,
    SORE,
    THINNERS,
    UNKNOWN,
    coordinator,
    opened,
    publish,
    reference,
)
from tests.support.browser import words
from tests.support.delhi_list import NOW
from tests.support.example_papers import text_of
from tests.support.open_list import OPEN, PLAN
from tests.support.quote_desk import ask, now, page, request_of, settings_of
from tests.support.staff_browser import Page, Staff

__all__ = ["coordinator", "reference"]


def form_of(shown: Page, **typed: str) -> dict[str, str]:
    """Return what a browser would send of the open questions, with something typed in place of some of it."""
    return {**shown.typed(shown.form(SEND)[0]), **typed}


def send(patient: Staff, reference: str, form: dict[str, str]) -> Page:
    """Send a form as it stands in an older tab, or as somebody made it up."""
    answer: Page = patient.ask("POST", f"/request/{reference}/question", data=form)
    return answer


def questions(shown: Page) -> list[str]:
    """Return the questions that are asked, without those that can be answered anew."""
    anew = {box for fold in shown.all("details", class_="given-answers") for box in fold.iter("div")}
    return [
        (box.get("id") or "").removeprefix("question-")
        for box in shown.all("div")
        if (box.get("id") or "").startswith("question-") and box not in anew
    ]


def answered(shown: Page) -> list[str]:
    """Return the answers in a conversation, as somebody reads them."""
    return [words(row) for told in shown.all("dl", class_="told-answers") for row in told.iter("div")]


def kept(app: Flask, reference: str) -> dict[str, Any]:
    with request_of(app, reference) as found:
        theirs = requests.their_answers(found, settings_of(app).data_keys)
        return {code: one.answer for code, one in theirs.items()}


def test_answers_given_on_the_page_are_in_the_quote_that_the_desk_prepares(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    patient = opened(app, reference)
    assert questions(patient.page) == ["breathing", "blood_thinners", "infection"]
    labels = [
        words(label) for label in patient.page.all("label") if (label.get("for") or "").startswith("q_")
    ]
    assert labels[:3] == ["Yes", "No", UNKNOWN]
    sent = {"q_breathing": "no", "q_infection": "?", "words": "She coughs a little."}
    shown = patient.send(SEND, sent)
    assert questions(shown) == ["blood_thinners", "infection"], "what is not known stays open"
    assert answered(shown) == [f"{BREATHING} No", f"{SORE} {UNKNOWN}"]
    assert "She coughs a little." in shown.text
    estimate = requests_plan(app, reference)
    assert "breathing" not in estimate, "what was asked for stays as it was"

    at_desk = coordinator.see(f"/desk/requests/{reference}")
    assert answered(at_desk) == [f"{BREATHING} No", f"{SORE} {UNKNOWN}"]
    assert "She coughs a little." in at_desk.text
    coordinator.see(page(reference))
    shown = coordinator.press("Prepare a quote")
    assert "The patient answered this here on 10 November 2026; used unless you change it." in shown.text
    assert questions(shown) == ["blood_thinners", "infection"]
    assert f"The patient answered here on 10 November 2026: {UNKNOWN}" in shown.text
    assert f"The patient does not know yet: “{SORE}”. Ask again, and enter the answers." in shown.text
    assert f"Nobody has answered: “{THINNERS}”. Ask the patient, and enter the answers." in shown.text
    assert draft_answers(app, reference)["breathing"] is False


def requests_plan(app: Flask, reference: str) -> dict[str, Any]:
    with request_of(app, reference) as found:
        return dict(requests.answers_of(found))


def draft_answers(app: Flask, reference: str) -> dict[str, Any]:
    with request_of(app, reference) as found:
        draft = drafts.for_request(found)
        assert draft is not None
        return dict(drafts.answers_of(draft, settings_of(app)))


def test_answers_that_come_while_a_quote_is_prepared_are_filled_in_and_saved_with_it(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    opened(app, reference).send(SEND, {"q_breathing": "no", "q_blood_thinners": "no"})
    shown = coordinator.see(page(reference))
    assert questions(shown) == ["breathing", "blood_thinners", "infection"]
    assert "The patient answered this here on 10 November 2026; used unless you change it." in shown.text
    assert (
        f"The patient has answered: “{BREATHING}”, “{THINNERS}”. Save the quote to use the answers."
        in shown.text
    )
    assert f"Nobody has answered: “{SORE}”." in shown.text
    coordinator.press("Save, and enter these answers")
    answers = draft_answers(app, reference)
    assert (answers["breathing"], answers["blood_thinners"], "infection" in answers) == (False, "no", False)


def test_the_page_of_all_answers_has_theirs_filled_in_too(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    opened(app, reference).send(SEND, {"q_breathing": "no", "q_infection": "?"})
    shown = coordinator.see(f"{page(reference)}/answers")
    assert shown.value("q_breathing") == "no"
    assert "The patient answered this here on 10 November 2026; used unless you change it." in shown.text
    assert f"The patient answered here on 10 November 2026: {UNKNOWN}." in shown.text


def test_who_writes_what_is_open_asks_only_what_nobody_has_answered(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    opened(app, reference).send(SEND, {"q_breathing": "no"})
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    shown = coordinator.press("Save, and ask the patient what is open")
    form, _button = shown.form("Send the answer")
    message = str(shown.typed(form)["answer"])
    assert BREATHING not in message
    assert f"– {THINNERS}\n– {SORE}" in message


def test_an_answer_that_a_rule_forbids_can_be_given_and_is_told_to_the_desk(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    shown = opened(app, reference).send(SEND, {"q_breathing": "yes"})
    assert answered(shown) == [f"{BREATHING} Yes"]
    coordinator.see(page(reference))
    shown = coordinator.press("Prepare a quote")
    assert "We cannot care safely for people who use a machine to breathe." in shown.text


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
def test_the_last_answer_counts_also_where_it_is_the_first_one_again(app: Flask, reference: str) -> None:
    first, second = opened(app, reference), opened(app, reference)
    form, stale = form_of(first.page, q_breathing="no"), form_of(second.page)
    assert send(first, reference, form).status == 303
    assert send(second, reference, {**stale, "q_breathing": "yes"}).status == 303
    assert kept(app, reference) == {"breathing": True}, "a tab that is older counts all the same"
    first_again = {**form, "submission": "another"}
    assert send(first, reference, first_again).status == 303
    assert kept(app, reference) == {"breathing": False}


def test_one_press_twice_is_one_answer(app: Flask, reference: str) -> None:
    patient = opened(app, reference)
    form = form_of(patient.page, q_breathing="no", words="She coughs.")
    for again in (form, form, {**form, "submission": "in another tab"}):
        assert send(patient, reference, again).status == 303
    shown = patient.see(f"/request/{reference}")
    assert len(answered(shown)) == 1
    assert shown.text.count("She coughs.") == 1


def test_what_was_changed_in_a_form_whose_answer_did_not_come_back_counts(app: Flask, reference: str) -> None:
    patient = opened(app, reference)
    form = form_of(patient.page, q_breathing="no")
    assert send(patient, reference, form).status == 303
    changed = {**form, "q_breathing": "yes", "words": "At night. Please call me."}
    assert send(patient, reference, changed).status == 303
    assert kept(app, reference) == {"breathing": True}
    assert "At night. Please call me." in patient.see(f"/request/{reference}").text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Answer a question, or write something."),
        ({"q_breathing": "perhaps"}, "neither yes nor no"),
        ({"q_blood_thinners": "leeches"}, "Choose"),
        ({"q_breathing": "no", "q_blood_thinners": "?" * 200}, "Choose"),
    ],
)
def test_what_is_no_answer_is_refused_at_its_question_and_nothing_is_lost(
    app: Flask, reference: str, sent: dict[str, str], said: str
) -> None:
    patient = opened(app, reference)
    answer = send(patient, reference, form_of(patient.page, **sent))
    assert answer.status == 422
    assert any(said in line for line in answer.errors()), answer.errors()
    assert kept(app, reference) == {}
    if "q_breathing" in sent and len(sent) == 2:
        assert form_of(answer)["q_breathing"] == "no"


@pytest.mark.parametrize(
    "sent",
    [
        {"q_nothing": "yes", "words": "x"},
        {"q_cells": "marrow", "words": "x"},
        {"q_breathing": "no\x00", "words": "x", "table_sha256": "\x00" * 64},
        {"q_breathing": "no", "words": "", "table_sha256": "0" * 64, "submission": "x" * 5000},
        {"q_flights-day": "1", "q_": "1", "q_-": "yes", "words": "x"},
    ],
)
def test_hostile_answers_change_no_plan_and_break_nothing(
    app: Flask, reference: str, sent: dict[str, str]
) -> None:
    patient = opened(app, reference)
    before = requests_plan(app, reference)
    answer = send(patient, reference, form_of(patient.page, **sent))
    assert answer.status in (303, 422)
    assert set(kept(app, reference)) <= {"breathing"}
    assert requests_plan(app, reference) == before


def test_answers_to_a_list_that_counts_no_longer_stay_readable_and_are_not_used(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    patient = opened(app, reference)
    form = form_of(patient.page, q_breathing="no", q_blood_thinners="no")
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    text = OPEN.replace('version = "2026-09"', 'version = "2026-10b"').replace("2026-01-01", "2026-10-02")
    text = text.replace("breathing", "ventilation")
    publish(app, text)
    coordinator.see(page(reference))
    coordinator.send("Save, and enter these answers", {"prices": "again"})
    assert send(patient, reference, form).status == 303
    assert kept(app, reference) == {"breathing": False, "blood_thinners": "no"}
    assert answered(patient.see(f"/request/{reference}")) == [f"{BREATHING} No", f"{THINNERS} No"]
    shown = coordinator.see(page(reference))
    assert "not asked by the price list of this quote" in shown.text
    assert BREATHING in shown.text
    assert questions(patient.page) == ["ventilation", "infection"]


def test_whoever_was_not_seen_with_the_code_is_shown_no_question(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan=KNOWN)
    stranger = opened(app, reference)
    assert questions(stranger.page) == []
    form = {"csrf_token": stranger.page.value("csrf_token"), "q_breathing": "no", "words": ""}
    answer = send(stranger, reference, form)
    assert answer.status == 422
    assert kept(app, reference) == {}


def test_what_was_answered_is_sealed_and_goes_with_the_person(app: Flask, reference: str) -> None:
    patient = opened(app, reference)
    patient.send(SEND, {"q_blood_thinners": "no"})
    with app.app_context():
        event = db.session.scalars(select(RequestEvent).filter_by(kind="question")).one()
        assert event.words is not None
        assert b"thinners" not in event.words
        assert "thinners" not in event.detail
    with request_of(app, reference) as found:
        erasure.erase(acting(now=now(), settings=settings_of(app)), found)
    assert kept(app, reference) == {}


def test_what_was_answered_is_in_my_data_and_for_a_program(app: Flask, reference: str) -> None:
    patient = opened(app, reference)
    patient.send(SEND, {"q_breathing": "no", "q_infection": "?"})
    shown = patient.see(f"/request/{reference}/data")
    assert f"{BREATHING} No" in shown.text
    data = json.loads(patient.ask("GET", f"/request/{reference}/data.json").body)
    (event,) = [one for one in data["history"] if one["what"] == "question"]
    assert event["answers"] == {"breathing": False, "infection": None}
    assert event["words"] is None


@pytest.mark.long
def test_what_was_answered_is_in_my_data_on_paper(app: Flask, reference: str) -> None:
    patient = opened(app, reference)
    patient.send(SEND, {"q_breathing": "no"})
    paper = patient.ask("GET", f"/request/{reference}/data.pdf")
    assert f"{BREATHING} No" in " ".join(text_of(paper.body).split())


def test_a_day_takes_no_more_answers_than_questions(app: Flask, reference: str) -> None:
    with request_of(app, reference) as found:
        for number in range(requests.QUESTIONS_A_DAY):
            requests.keep_question(acting(now=now(), settings=settings_of(app)), found, f"Question {number}?")
    patient = opened(app, reference)
    answer = send(patient, reference, form_of(patient.page, q_breathing="no"))
    assert answer.status == 429
    assert form_of(answer)["q_breathing"] == "no"
    with time_machine.travel(NOW + timedelta(days=1, minutes=1), tick=False):
        later = opened(app, reference)
        assert questions(later.send(SEND, {"q_breathing": "no"})) == ["blood_thinners", "infection"]


WEIGHT_AND_DAY = """[driver.weight]
kind = "number"
role = "about_you"
label.en = "Your weight"
unit.en = { one = "kilogram", other = "kilograms" }
least = 20
most = 250
open = true

[driver.discharged]
kind = "date"
role = "about_you"
label.en = "When did you leave the last hospital?"
open = true

"""


def test_numbers_have_their_units_and_days_their_parts(app: Flask, coordinator: Staff) -> None:
    text = OPEN.replace('version = "2026-09"', 'version = "2026-10b"').replace("2026-01-01", "2026-10-02")
    publish(app, text.replace("[driver.breathing]", f"{WEIGHT_AND_DAY}[driver.breathing]"))
    reference = ask(app, plan=KNOWN, address=None)
    patient = opened(app, reference)
    assert "From 20 to 250." in patient.page.text
    assert "kilograms" in patient.page.text
    answer = send(patient, reference, form_of(patient.page, q_weight="700", q_breathing="no"))
    assert answer.status == 422
    assert any("250" in line for line in answer.errors()), answer.errors()
    assert form_of(answer)["q_weight"] == "700"
    day = {"q_discharged-day": "3", "q_discharged-month": "5", "q_discharged-year": "2026"}
    shown = patient.send(SEND, {"q_weight": "70", **day})
    assert answered(shown) == [
        "Your weight: 70 kilograms",
        "When did you leave the last hospital? 3 May 2026",
    ]
    assert kept(app, reference) == {"weight": "70", "discharged": "2026-05-03"}
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    assert draft_answers(app, reference)["discharged"] == "2026-05-03"


def words_of_page(app: Flask, reference: str) -> str:
    return " ".join(opened(app, reference).page.text.split())


def test_a_message_of_the_desk_that_asks_the_same_is_folded_and_other_words_are_not(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    coordinator.press("Save, and ask the patient what is open")
    coordinator.press("Send the answer")
    sentence = "We have asked you something and are waiting for your answer."
    assert f"{sentence} What we asked" not in words_of_page(app, reference), "it stands in the form"
    assert sentence in words_of_page(app, reference)
    with request_of(app, reference) as found:
        requests.answer(acting(actor="user:1", now=now(), settings=settings_of(app)), found, "Good journey!")
    shown = opened(app, reference).page
    folded = [words(fold) for fold in shown.all("details") if "Our answer of" in words(fold)]
    assert len(folded) == 1
    assert f"– {BREATHING}" in folded[0]
    assert "Good journey!" in shown.text


def test_many_open_questions_are_folded_after_four_and_opened_with_what_was_sent(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, plan=PLAN, address=None)
    patient = opened(app, reference)
    (fold,) = patient.page.all("details", class_="more-questions")
    assert words(fold).startswith("4 more questions")
    assert fold.get("open") is None
    answer = send(patient, reference, form_of(patient.page, q_visa="perhaps"))
    (fold,) = answer.all("details", class_="more-questions")
    assert fold.get("open") is not None


def test_a_closed_request_asks_nothing_and_loses_no_answer_from_an_older_tab(
    app: Flask, reference: str
) -> None:
    patient = opened(app, reference)
    form = form_of(patient.page, q_breathing="no")
    with request_of(app, reference) as found:
        requests.move(acting(actor="user:1", now=now(), settings=settings_of(app)), found, "closed")
    assert questions(patient.see(f"/request/{reference}")) == []
    assert send(patient, reference, form).status == 303
    assert answered(patient.see(f"/request/{reference}")) == [f"{BREATHING} No"]


def test_the_questions_are_asked_and_told_in_the_patient_s_language_and_read_in_the_desk_s(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    app = make_app(LANGUAGES="en,bn")
    text = OPEN.replace('version = "2026-09"', 'version = "2026-10b"').replace("2026-01-01", "2026-10-02")
    text = text.replace('languages = ["en"]', 'languages = ["en", "bn"]')
    text = text.replace(
        f'label.en = "{BREATHING}"\n', f'label.en = "{BREATHING}"\nlabel.bn = "যন্ত্রে শ্বাস নেন?"\n'
    )
    publish(app, text)
    reference = ask(app, plan=KNOWN, address=None, language="bn")
    patient = opened(app, reference)
    patient.see(f"/request/{reference}?language=bn")
    shown = patient.send("উত্তরগুলো পাঠান", {"q_breathing": "no"})
    assert answered(shown) == ["যন্ত্রে শ্বাস নেন? না"]
    coordinator = sign_in(app, "coordinator")
    assert answered(coordinator.see(f"/desk/requests/{reference}")) == [f"{BREATHING} No"]


def test_what_must_heal_first_stays_at_the_top_while_the_answer_given_here_says_so(
    app: Flask, reference: str
) -> None:
    patient = opened(app, reference)
    first = "First this must heal."
    shown = patient.send(SEND, {"q_infection": "yes", "q_breathing": "no"})
    assert [each for each in shown.all("p") if each.get("class") == "told" and first in words(each)]
    assert shown.text.index(first) < shown.text.index("Questions and answers")
    shown = patient.send(SEND, {"q_infection": "no"})
    assert [each for each in shown.all("p") if each.get("class") == "told" and first in words(each)] == []
    assert answered(shown) == [f"{BREATHING} No", f"{SORE} Yes", f"{SORE} No"], "nothing else is sent again"
    assert kept(app, reference) == {"breathing": False, "infection": False}


REFUSED = "do not stop them by yourself"


def test_why_an_answer_is_refused_is_said_at_once_and_stays_at_the_top(app: Flask, reference: str) -> None:
    patient = opened(app, reference)
    (note,) = [each for each in patient.page.all("p") if REFUSED in words(each)]
    assert (note.get("class"), note.get("id")) == ("told", "told-blood_thinners-yes")
    assert patient.page.one("input", value="yes", name="q_blood_thinners").get(
        "aria-describedby"
    ) == note.get("id")
    shown = patient.send(SEND, {"q_blood_thinners": "yes", "q_breathing": "yes"})
    lead, told = (
        "Your answers have arrived.",
        [words(each) for each in shown.all("p") if each.get("class") == "told"],
    )
    assert [each for each in told if REFUSED in each], told
    assert [each for each in told if "We cannot care safely" in each], told
    assert shown.text.index(lead) < shown.text.index(REFUSED) < shown.text.index("Questions and answers")
    text = words(shown.one("section", aria_labelledby="refused"))
    assert text.startswith("This plan is not possible ")
    assert f"{BREATHING} We cannot care safely" in text
    assert f"{THINNERS} We do not inject" in text
    for code in ("breathing", "blood_thinners"):
        (question,) = [
            each
            for each in shown.one("details", class_="given-answers", open="").iter("div")
            if each.get("id") == f"question-{code}"
        ]
        assert f"#{question.get('id')}" in shown.links()
    assert "Before a quote can be issued" not in shown.text
    (rest,) = [each for each in shown.all("details", class_="more-questions") if SORE in words(each)]
    assert words(rest).startswith("1 more question")
    assert rest.get("open") is None
    shown = patient.send(SEND, {"q_blood_thinners": "no", "q_breathing": "no"})
    assert "This plan is not possible" not in shown.text
    assert "Before a quote can be issued" in shown.text
    assert REFUSED not in words(shown.one("main")).split("Change an answer")[0]


def test_an_answer_can_be_changed_after_it_was_sent_also_once_nothing_is_open(
    app: Flask, reference: str
) -> None:
    patient = opened(app, reference)
    answers = {"q_breathing": "yes", "q_blood_thinners": "no", "q_infection": "no"}
    shown = patient.send(SEND, answers)
    (fold,) = shown.all("details", class_="given-answers")
    assert words(fold).startswith("Change an answer")
    assert fold.get("open") is not None, "one of them makes the plan impossible"
    typed = shown.typed(shown.form("Send the question")[0])
    assert {name: typed[name] for name in answers} == answers, "they are filled in"
    shown = patient.send("Send the question", {"q_breathing": "no"})
    assert answered(shown)[-1] == f"{BREATHING} No"
    assert f"{BREATHING} Yes" in answered(shown)
    assert shown.one("details", class_="given-answers").get("open") is None
    assert kept(app, reference)["breathing"] is False
    refused = patient.send("Send the question", {})
    assert "Answer a question, or write something." in refused.text


def test_that_answers_have_arrived_is_said_at_the_top(app: Flask, reference: str) -> None:
    patient = opened(app, reference)
    assert "Your request has arrived." in patient.page.text
    sent = patient.page
    answer = send(patient, reference, form_of(sent, q_breathing="no"))
    assert answer.location == f"/request/{reference}", "what is still asked is not jumped past"
    shown = patient.see(f"/request/{reference}")
    (lead,) = [each for each in shown.all("p") if each.get("class") == "lead"]
    assert (words(lead), lead.get("role")) == ("Your answers have arrived. A person reads them.", "status")
    assert "the way you chose" not in shown.text, "none was chosen"
    assert "We answer here" in shown.text
