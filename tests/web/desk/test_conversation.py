"""What was said at a request stands in one conversation, answered in the way that was asked for, and never twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from estimator import clinic, quotes, requests
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail
from estimator.models.staff import Role
from estimator.privacy import erasure
from estimator.processes import mail_contents
from tests.support.acts import acting
from tests.support.quote_desk import NAME, ask, request_of, settings_of
from tests.support.staff_browser import Staff

SignIn = Callable[[Flask, Role], Staff]

MRI = clinic.MessageTemplate(
    "We need your MRI",
    {"en": "Dear {name},\n\nplease send us your MRI for {reference}.", "fr": "{name}, {reference} ?"},
    waits=True,
)


@pytest.fixture
def reference(app: Flask) -> str:
    """Return the reference of a request about which there is a question."""
    found = ask(app)
    question(app, found, "Is there a heliotrope lift?")
    return found


def question(app: Flask, reference: str, words: str) -> None:
    with app.app_context(), request_of(app, reference) as found:
        quotes.ask_question(acting(now=datetime.now(UTC), settings=settings_of(app)), found, words)
        db.session.commit()


def with_template(app: Flask) -> None:
    with app.app_context():
        act = acting(actor="user:1", now=datetime.now(UTC), settings=settings_of(app))
        clinic.change(act, "messages", {"mri": MRI})
        db.session.commit()


def mails(app: Flask, reference: str) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Mail.template).filter_by(about=reference)))


@pytest.mark.long
def test_a_question_and_its_answer_stand_in_order_and_the_question_is_due_until_then(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    page = coordinator.see(f"/desk/requests/{reference}")
    assert "An answer is due by the end of" in page.text
    assert coordinator.see("/desk/requests?todo=questions").links(reference)
    coordinator.see(f"/desk/requests/{reference}")
    coordinator.send("Send the answer", {"answer": "There is one."})
    text = coordinator.page.text
    assert text.index("heliotrope lift") < text.index("There is one.")
    assert "An answer is due" not in text
    assert not coordinator.see("/desk/requests?todo=questions").links(reference)


def test_an_answer_by_telephone_is_kept_and_mails_nobody(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    coordinator.send("Send the answer", {"answer": "There is one.", "way": "telephone"})
    assert "by telephone" in coordinator.page.text
    assert "request_answer" not in mails(app, reference)


def test_the_second_of_two_who_answer_reads_what_the_first_said_and_keeps_their_text(
    app: Flask, coordinator: Staff, reference: str, sign_in: SignIn
) -> None:
    colleague = sign_in(app, "coordinator")
    for each in (coordinator, colleague):
        each.see(f"/desk/requests/{reference}")
    coordinator.send("Send the answer", {"answer": "On the left."})
    page = colleague.send("Send the answer", {"answer": "Behind the stairs."})
    assert page.status == 409
    assert "has answered while you were writing: “On the left.”" in page.text
    assert ">\nBehind the stairs.</textarea>" in page.html
    assert mails(app, reference).count("request_answer") == 1
    assert colleague.press("Send the answer").status == 200
    assert mails(app, reference).count("request_answer") == 2


def test_an_answer_to_somebody_erased_meanwhile_is_refused_in_a_sentence_and_shown(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    with app.app_context(), request_of(app, reference) as found:
        erasure.erase(acting(now=datetime.now(UTC), settings=settings_of(app)), found)
        db.session.commit()
    page = coordinator.send("Send the answer", {"answer": "On the left."})
    assert page.status == 409
    assert "On the left." in page.html
    assert mails(app, reference) == []


def test_a_template_is_filled_behind_what_was_typed_and_then_waits(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    with_template(app)
    coordinator.see(f"/desk/requests/{reference}")
    page = coordinator.send("Put it into the answer", {"answer": "Thank you.", "template": "mri"})
    assert page.status == 200
    assert page.value("answer") == f"Thank you.\n\nDear {NAME},\n\nplease send us your MRI for {reference}."
    assert "request_answer" not in mails(app, reference), "nothing is sent yet"
    coordinator.press("Send the answer")
    assert "waiting for patient" in coordinator.page.text
    question(app, reference, "Here it is.")
    assert "in work" in coordinator.see(f"/desk/requests/{reference}").text


def test_a_template_without_the_language_of_the_request_says_so(app: Flask, coordinator: Staff) -> None:
    with_template(app)
    theirs = ask(app, language="ru")
    question(app, theirs, "Есть лифт?")
    coordinator.see(f"/desk/requests/{theirs}")
    page = coordinator.send("Put it into the answer", {"answer": "Thank you.", "template": "mri"})
    assert page.status == 422
    assert "This template has no words in" in page.text
    assert page.value("answer") == "Thank you."


def test_the_subject_of_the_mail_has_no_word_of_the_message(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    coordinator.send("Send the answer", {"answer": "We need your MRI."})
    with app.app_context():
        act = acting(now=datetime.now(UTC) + timedelta(minutes=1), settings=settings_of(app))
        clinic.change(act, "mail_name", "Riverside House")
        mail = db.session.scalars(select(Mail).filter_by(about=reference, template="request_answer")).one()
        claimed = outbox.claim(act, mail.id)
        assert claimed is not None
        message = mail_contents.compose(act, claimed)
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("Riverside House\n")
    for text in (str(message["Subject"]), body.get_content()):
        assert "MRI" not in text


def test_what_waits_is_counted_and_each_number_leads_to_exactly_that(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    other = ask(app)
    for path in ("/staff", "/desk/requests"):
        page = coordinator.see(path)
        assert "2 new" in page.text
        assert "1 question" in page.text
        assert "<title>(2) " in page.html, "the one with a question is new as well"
    found = coordinator.see("/desk/requests?todo=questions")
    assert found.links(reference)
    assert not found.links(other)


def test_the_numbers_of_an_open_page_prolong_no_session_and_end_with_it(
    app: Flask, coordinator: Staff
) -> None:
    ask(app)
    began = datetime.now(UTC)

    def numbers() -> TestResponse:
        return coordinator.client.get("/staff/to-do", headers={"Accept": "application/json"})

    with time_machine.travel(began + timedelta(minutes=29)):
        answer = numbers()
        assert answer.get_json()["sum"] == "1"
        assert "1</strong> new" in answer.get_json()["html"]
    with time_machine.travel(began + timedelta(minutes=31)):
        assert numbers().status_code == 401


def test_whoever_takes_a_new_request_has_begun_the_work(app: Flask, coordinator: Staff) -> None:
    coordinator.see(f"/desk/requests/{ask(app)}")
    page = coordinator.press("Assign it to me")
    assert "new → in work" in page.text
    assert page.one("span", class_="state state-in_work") is not None


@pytest.mark.long
def test_a_note_of_a_colleague_blocks_no_answer(app: Flask, coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    with request_of(app, reference) as found:
        requests.note(acting(actor="user:9", settings=settings_of(app)), found, "She called.")
    shown = coordinator.send("Send the answer", {"answer": "There is one."})
    assert shown.status == 200
    assert shown.errors() == []
    assert "There is one." in shown.text


def test_an_answer_for_a_chat_says_that_nothing_was_sent_and_stands_there_to_be_copied(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    shown = coordinator.send("Send the answer", {"answer": "There is one.", "way": "whatsapp"})
    assert "Nothing was sent: copy it below, and send it in the chat yourself." in shown.text
    (text,) = shown.all("textarea", id="said-in-chat")
    assert "".join(text.itertext()).strip() == "There is one."
    assert "request_answer" not in mails(app, reference)


def test_a_text_far_too_long_is_refused_in_its_form_and_kept(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    shown = coordinator.send("Send the answer", {"answer": "stairs " * 40_000})
    assert shown.status == 422
    assert len(shown.errors()) == 1
    assert shown.value("answer").startswith("stairs stairs")


def test_a_long_message_is_folded(app: Flask, coordinator: Staff, reference: str) -> None:
    question(app, reference, "ramp " * 700)
    coordinator.see(f"/desk/requests/{reference}")
    folded = [one for one in coordinator.page.all("details") if "ramp ramp" in "".join(one.itertext())]
    assert len(folded) == 1


def test_a_mistyped_address_of_the_desk_leads_back_to_the_desk(coordinator: Staff) -> None:
    for path in ("/desk/nothing", "/staff/nothing", "/desk/requests/REQ-2222-2222/quote"):
        shown = coordinator.see(path)
        assert shown.status == 404
        assert "/staff" in shown.links("To the start page"), path
        assert "estimate was deleted" not in shown.text


def test_an_error_page_shows_what_was_typed_and_not_what_pages_carry(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    gone = coordinator.post(
        "/desk/requests/REQ-2222-2222/note", {"note": "Long thoughts.", "changes": "12", "said": "10"}
    )
    assert ["".join(one.itertext()).strip() for one in gone.all("textarea")] == ["Long thoughts."]
    empty = coordinator.post("/desk/requests/REQ-2222-2222/note", {"note": "", "changes": "12"})
    assert "Copy what you need" not in empty.text
