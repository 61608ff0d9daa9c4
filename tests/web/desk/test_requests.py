"""The page of a request: what was asked, by whom, with which consents, and what happened to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import time_machine
from flask import Flask

from estimator import price_lists, requests
from estimator.db import db
from estimator.mail import outbox
from estimator.models.staff import Role
from tests.support.acts import acting
from tests.support.quote_desk import ADDRESS, NAME, ask, changed_list, give_up, request_of
from tests.support.request_entering import PERSON, typed
from tests.support.request_rows import changes, kinds, other_coordinator, stored
from tests.support.staff_browser import Staff

SignIn = Callable[[Flask, Role], Staff]


def enter(person: Staff, **other: Any) -> str:
    """Enter a request for somebody who called; return its reference."""
    person.see("/desk/requests/new/delhi")
    person.send("Enter the request", {**typed(), **PERSON, **other})
    assert person.page.status == 200, person.page.errors()
    return person.page.path.rpartition("/")[2]


@pytest.mark.parametrize("what", ["enters", "prepares", "answers"])
def test_who_does_the_work_of_a_request_that_is_nobodys_is_assigned_to_it(
    app: Flask, coordinator: Staff, what: str
) -> None:
    reference = enter(coordinator) if what == "enters" else ask(app)
    page = f"/desk/requests/{reference}"
    if what == "prepares":
        coordinator.see(f"{page}/quote")
        coordinator.press("Prepare a quote")
    elif what == "answers":
        coordinator.see(page)
        coordinator.press("Send the answer", answer="Yes, there is a lift.")
    with request_of(app, reference) as found:
        assert found.assignee_id is not None
        assert found.state == ("new" if what == "enters" else "in_work")
    assert kinds(app, reference).count("assigned") == 1
    assert "took it" in coordinator.see(page).text


def test_nobody_who_has_a_request_is_replaced_by_whoever_works_on_it(app: Flask, coordinator: Staff) -> None:
    reference, other = ask(app), other_coordinator(app)
    with request_of(app, reference) as found:
        requests.assign(acting(actor="user:1", now=datetime.now(UTC)), found, other, changes=found.changes)
    coordinator.see(f"/desk/requests/{reference}")
    coordinator.press("Send the answer", answer="Yes, there is a lift.")
    coordinator.see(f"/desk/requests/{reference}/quote")
    coordinator.press("Prepare a quote")
    with request_of(app, reference) as found:
        assert found.assignee_id == other
    assert kinds(app, reference).count("assigned") == 1


def test_a_mail_address_is_written_to_and_nobody_else(app: Flask, coordinator: Staff) -> None:
    typed = "desk%40example.com?bcc=someone%40example.net&body=x@example.org"
    coordinator.see(f"/desk/requests/{ask(app, address=typed)}")
    links = coordinator.page.links(start="mailto:")
    assert [unquote(urlsplit(link).path) for link in links] == [typed]
    assert [urlsplit(link).query for link in links] == [""]


def test_the_page_of_a_request_shows_what_was_asked_and_the_plan(coordinator: Staff, reference: str) -> None:
    text = coordinator.see(f"/desk/requests/{reference}").text
    for part in (
        NAME,
        ADDRESS,
        "Germany",
        "English",
        "themselves",
        "not known yet",
        "15,973.40",
        "General ward",
    ):
        assert part in text.replace("\xa0", " "), part
    assert "asked for a firm quote" in text
    assert "No quote was issued yet." in text
    button = coordinator.page.form("Prepare a quote")[1]
    assert button.get("formaction") == f"/desk/requests/{reference}/quote/begin"


def test_the_page_says_who_is_the_patient_who_asked_and_what_was_said_about_the_injury(
    coordinator: Staff,
) -> None:
    reference = enter(
        coordinator,
        for_whom="other",
        patient_name="Berta Quill",
        consent_on_behalf="yes",
        injury_level="T6",
        injury_month="2019",
        answer_by="whatsapp",
        answer_hours="weekdays after 18:00",
    )
    text = coordinator.see(f"/desk/requests/{reference}").text
    for part in (
        "Patient Berta Quill",
        "Asked by Zephyrine Quill",
        "Answer By WhatsApp weekdays after 18:00",
        "Level of the injury T6 (chest)",
        "How complete it is not answered",
        "When it happened 2019",
        "Age not answered",
    ):
        assert part in text, part
    assert "Berta Quill" in coordinator.see(f"/desk/requests/{reference}/quote").text
    assert reference in coordinator.see("/desk/requests?q=berta").text


@pytest.mark.long
def test_a_mere_question_is_in_the_list_and_answered_and_has_no_quote(
    app: Flask, coordinator: Staff, question: str
) -> None:
    text = coordinator.see("/desk/requests").text
    assert f"{question} a question" in text
    page = coordinator.see(f"/desk/requests/{question}")
    for part in (
        "Question about an estimate",
        "Is there a heliotrope lift?",
        "mina@quillworth.org",
        "Estimate EST-",
        "They ask for no quote.",
        "wrote from the page of an estimate",
        "To store a question and answer it",
    ):
        assert part in page.text, part
    for never_asked in ("For whom", "About the injury", "not known yet", "asked for a firm quote"):
        assert never_asked not in page.text, never_asked
    assert page.links("Prepare a quote") == []
    assert coordinator.see(f"/desk/requests/{question}/quote").status == 404
    coordinator.see(f"/desk/requests/{question}")
    coordinator.send("Send the answer", {"answer": "Yes."})
    assert "a mail says that it is there" in coordinator.page.text
    assert "heliotrope" not in stored(app)


def test_consents_are_shown_with_their_exact_words(app: Flask, coordinator: Staff) -> None:
    reference = enter(coordinator, for_whom="other", patient_name="Berta Quill", consent_on_behalf="yes")
    text = coordinator.see(f"/desk/requests/{reference}").text
    assert "said, and ticked by staff" in text
    assert "I am asking for somebody else, and this person has allowed me to give" in text
    assert "wording 2026-11.1" in text


def test_mail_stands_in_the_history_with_what_became_of_it(
    make_app: Callable[..., Flask], sign_in: SignIn
) -> None:
    app = make_app(MAIL_SERVER="127.0.0.1", MAIL_FROM="quotes@example.org")
    reference = ask(app)
    coordinator = sign_in(app, "coordinator")
    assert "It is about to be sent." in coordinator.see(f"/desk/requests/{reference}").text
    give_up(app, "request_received", "550 mailbox unknown")
    text = coordinator.see(f"/desk/requests/{reference}").text
    assert "Mail that confirms the request: It was not sent, and we have stopped trying." in text
    assert "550 mailbox unknown" in text
    assert ADDRESS not in text.partition("What happened")[2]


def test_mail_that_the_server_took_is_said_with_its_time(
    make_app: Callable[..., Flask], sign_in: SignIn
) -> None:
    app = make_app(MAIL_SERVER="127.0.0.1", MAIL_FROM="quotes@example.org")
    reference = ask(app)
    with app.app_context():
        (mail,) = outbox.mails_about(reference)
        claimed = outbox.claim(acting(now=datetime.now(UTC), lease_seconds=60), mail.id)
        assert claimed is not None
        outbox.sent(acting(now=datetime.now(UTC)), claimed, words="250 ok")
        db.session.commit()
    text = sign_in(app, "coordinator").see(f"/desk/requests/{reference}").text
    assert "The mail server took it on 10 November 2026, 14:30 (India)." in text


def test_who_opens_a_request_is_written_down_once_an_hour(
    app: Flask,
    coordinator: Staff,
    approver: Staff,
    sign_in: SignIn,
    reference: str,
    clock: time_machine.Traveller,
) -> None:
    before = changes(app, reference)
    for person in (coordinator, coordinator, approver):
        person.see(f"/desk/requests/{reference}")
    assert kinds(app, reference).count(requests.SEEN) == 2
    clock.shift(timedelta(minutes=59))
    coordinator = sign_in(app, "coordinator")
    coordinator.see(f"/desk/requests/{reference}")
    assert kinds(app, reference).count(requests.SEEN) == 2
    clock.shift(timedelta(minutes=1))
    text = coordinator.see(f"/desk/requests/{reference}").text
    assert "Opened 3 times" in text
    assert changes(app, reference) == before, "to read is no change, and stands in nobody's way"
    with request_of(app, reference) as found:
        assert found.active_at < datetime.now(UTC) - timedelta(minutes=59), "to read keeps nothing longer"


def test_who_opens_only_the_quote_of_a_request_is_written_down_too(
    app: Flask, coordinator: Staff, approver: Staff, reference: str
) -> None:
    """Every page of a quote names the patient, so none of them can be read unseen."""
    before = changes(app, reference)
    coordinator.see(f"/desk/requests/{reference}/quote")
    assert kinds(app, reference).count(requests.SEEN) == 1
    assert approver.see(f"/desk/requests/{reference}/quote/revisions/1.pdf").status == 404
    assert kinds(app, reference).count(requests.SEEN) == 2
    assert changes(app, reference) == before, "to read is no change, and stands in nobody's way"


def test_words_of_people_stand_nowhere_in_the_clear(app: Flask, coordinator: Staff) -> None:
    reference = enter(coordinator)
    coordinator.send("Keep the note", {"note": "Heliotrope umbrella"})
    kept = stored(app)
    assert reference in kept
    for planted in ("Heliotrope", "Zephyrine", "zephyrine@", "901820", "Violet stairs"):
        assert planted not in kept, planted


def test_a_database_that_takes_nothing_lets_a_request_be_read(
    app: Flask, coordinator: Staff, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        path = db.engine.url.database
    assert path is not None
    coordinator.see("/desk/requests")
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("estimator.db.BUSY_SECONDS", 0)
        with app.app_context():
            db.session.connection().exec_driver_sql("PRAGMA busy_timeout = 50")
            db.session.remove()
        page = coordinator.see(f"/desk/requests/{reference}")
        other.rollback()
    assert page.status == 200
    assert NAME in page.text
    assert requests.SEEN not in kinds(app, reference)


def test_a_request_says_that_the_price_list_of_its_estimate_was_withdrawn(
    app: Flask, coordinator: Staff, clock: time_machine.Traveller
) -> None:
    changed_list(app, version="wrong", valid_from="2026-11-10")
    reference = ask(app)
    sentence = "The estimate was made with a price list that was withdrawn on"
    assert sentence not in coordinator.see(f"/desk/requests/{reference}").text
    clock.shift(timedelta(minutes=10))
    with app.app_context():
        wrong = price_lists.in_force("delhi", datetime.now(UTC))
        right = price_lists.find("delhi", "2026-09")
        act = acting(actor="user:1", now=datetime.now(UTC))
        price_lists.returns.go_back(act, right, instead_of=wrong.id, reason="A wrong price.")
        db.session.commit()
    assert sentence in coordinator.see(f"/desk/requests/{reference}").text
