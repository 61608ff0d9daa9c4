"""A coordinator corrects a mistyped address, and what was sent goes out again to the right one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import quotes, requests
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail
from estimator.models.staff import Role
from estimator.processes import mail_contents
from tests.support.acts import acting
from tests.support.example_quotes import accept
from tests.support.quote_desk import (
    ADDRESS,
    NAME,
    ask,
    draw,
    give_up,
    newest,
    now,
    page,
    request_of,
    settings_of,
)
from tests.support.quote_form import issue
from tests.support.staff_browser import Page, Staff
from tests.support.visitor import Visitor

RIGHT = "wilhelmina@quillworth.org"

BUTTON = "Save the contact"

SignIn = Callable[[Flask, Role], Staff]


def contact(reference: str) -> str:
    return f"/desk/requests/{reference}/contact"


def waiting(app: Flask) -> list[tuple[str, str | None]]:
    """Return the mails that wait to be sent: the template and the address of each."""
    with app.app_context():
        return [
            (mail.template, outbox.address_of(mail, settings_of(app).data_keys))
            for mail in db.session.scalars(select(Mail).filter_by(state="waiting").order_by(Mail.id))
        ]


def send_all(app: Flask) -> list[tuple[str, bytes]]:
    """Let a mail server take all that waits, as the worker does; return Message-ID and attachment of each."""
    taken = []
    with app.app_context():
        act = acting(now=now(), settings=settings_of(app))
        for number in db.session.scalars(select(Mail.id).filter_by(state="waiting").order_by(Mail.id)).all():
            claimed = outbox.claim(act, number)
            assert claimed is not None
            message = mail_contents.compose(act, claimed)
            attached = [part.get_payload(decode=True) for part in message.iter_attachments()]
            taken.append((message["Message-ID"], b"".join(attached)))  # type: ignore[arg-type]
            outbox.sent(act, claimed, words="250 OK")
            db.session.commit()
    return taken


def test_a_mistyped_address_is_corrected_and_what_was_sent_goes_to_the_right_one(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    give_up(app, "request_received", "550 mailbox unknown")
    shown = coordinator.see(f"/desk/requests/{reference}")
    assert "The last mail to this address did not arrive." in shown.text
    assert shown.links("Correct the contact") == [contact(reference)]
    coordinator.see(contact(reference))
    shown = coordinator.press(BUTTON, email=RIGHT, again=["request_received"])
    assert shown.path == f"/desk/requests/{reference}"
    assert "The contact is corrected. 1 mail is sent again." in shown.text
    assert "did not arrive" not in shown.text
    assert "corrected the contact: email address" in shown.text
    assert "sent again: Mail that confirms the request" in shown.text
    assert waiting(app) == [("request_received", RIGHT)]
    give_up(app, "request_received", "550 mailbox unknown")
    assert "did not arrive" in coordinator.see(f"/desk/requests/{reference}").text, "the new one bounced too"


@pytest.mark.long
def test_the_patient_gets_quote_and_code_at_the_new_address_and_the_old_links_are_dead(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    draw(app, reference)
    send_all(app)
    with newest(app, reference) as revision:
        settings = settings_of(app)
        old = f"/q/{quotes.token_of(revision.quote, settings.link_key)}"
        words, document = revision.rows, quotes.pdf_of(revision, settings.data_keys)
    coordinator.see(contact(reference))
    shown = coordinator.press(
        BUTTON, email=RIGHT, full_name="Wilma Quill", again=["quote_issued"], end_links="yes"
    )
    assert "The old links no longer work; the new one stands on this page." in shown.text
    assert Visitor(app).open(old).status == 404
    assert waiting(app) == [("quote_issued", RIGHT)]
    ((_name, attached),) = send_all(app)
    assert attached == document
    with newest(app, reference) as revision:
        assert revision.rows == words
        assert quotes.patient_of(revision, settings.data_keys) == NAME, "what was issued keeps what it says"
        new = f"/q/{quotes.token_of(revision.quote, settings.link_key)}"
    patient = Visitor(app)
    gate = patient.open(patient.open(new).location)
    patient.send(gate, button="send")
    assert waiting(app) == [("quote_code", RIGHT)]


@pytest.mark.long
def test_a_quote_that_the_server_took_is_sent_again_with_the_same_bytes(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    draw(app, reference)
    first = send_all(app)[-1]
    coordinator.see(page(reference))
    shown = coordinator.press("Send again: 10 November 2026, 14:30 (India)")
    assert "It is sent again, to the address that the request has now." in shown.text
    assert waiting(app) == [("quote_issued", ADDRESS)]
    ((name, content),) = send_all(app)
    assert content == first[1]
    assert content.startswith(b"%PDF")
    assert name != first[0], "a mailbox that had it would drop it otherwise"
    with app.app_context():
        (number, *_rest) = db.session.scalars(select(Mail.id).filter_by(template="quote_issued")).all()
    for _twice in range(2):
        coordinator.post(f"/desk/outbox/{number}/again", {})
    assert waiting(app) == [("quote_issued", ADDRESS)], "pressed twice, it goes out once"


def test_mail_that_was_given_up_goes_to_the_address_that_was_corrected_meanwhile(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    number = give_up(app, "request_received", "550 mailbox unknown")
    coordinator.see(contact(reference))
    coordinator.press(BUTTON, email=RIGHT)
    assert waiting(app) == []
    coordinator.post(f"/desk/outbox/{number}/again", {})
    assert waiting(app) == [("request_received", RIGHT)]
    shown = coordinator.see(f"/desk/requests/{reference}").text
    assert shown.count(", the address before") == 1, "masked, both addresses look alike"


def test_whoever_is_late_is_told_of_the_correction_and_not_only_of_the_mail_behind_it(
    app: Flask, coordinator: Staff, sign_in: SignIn
) -> None:
    reference = ask(app)
    late = sign_in(app, "coordinator")
    late.see(contact(reference))
    give_up(app, "request_received", "550 mailbox unknown")
    coordinator.see(contact(reference))
    coordinator.press(BUTTON, email=RIGHT, again=["request_received"])
    shown = late.press(BUTTON, full_name="Wilma Quill")
    assert shown.status == 409
    assert "corrected the contact: email address" in shown.text
    assert "sent again: Mail that confirms the request" in shown.text


def test_once_a_quote_was_accepted_its_receipt_is_offered_and_its_mail_is_not(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    with newest(app, reference) as revision:
        accept(revision, now())
    assert "The mail with the quote and its PDF" not in coordinator.see(contact(reference)).text
    shown = coordinator.press(BUTTON, email=RIGHT, again=["quote_receipt"])
    assert "1 mail is sent again." in shown.text
    assert waiting(app)[1:] == [("quote_receipt", RIGHT)], "behind the notice to the desk"


@pytest.mark.long
def test_mail_that_waited_for_the_old_address_is_given_up(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    assert waiting(app) == [("request_received", ADDRESS), ("quote_issued", ADDRESS)]
    coordinator.see(contact(reference))
    coordinator.press(BUTTON, email=RIGHT)
    assert waiting(app) == []
    shown = coordinator.see("/desk/outbox?state=failed")
    assert "The address of the request was corrected before it was sent." in shown.text


@pytest.mark.long
def test_two_coordinators_at_once_lose_nothing_that_they_typed(
    app: Flask, coordinator: Staff, sign_in: SignIn
) -> None:
    reference = ask(app)
    coordinator.see(contact(reference))
    other = sign_in(app, "coordinator")
    other.see(contact(reference))
    other.press(BUTTON, phone="+49 30 901820")
    shown = coordinator.press(BUTTON, email=RIGHT, again=["request_received"])
    assert shown.status == 409
    assert "corrected the contact: telephone" in shown.text
    assert "Kept now: +49 30 901820" in shown.text
    assert (shown.value("email"), shown.value("phone")) == (RIGHT, "")
    assert waiting(app) == [("request_received", ADDRESS)]
    shown = coordinator.press(BUTTON, phone="+49 30 901820")
    assert shown.path == f"/desk/requests/{reference}"
    with request_of(app, reference) as found:
        kept = requests.person_of(found, settings_of(app).data_keys)
        assert kept is not None
        assert (kept.email, kept.phone) == (RIGHT, "+49 30 901820")


@pytest.mark.long
def test_a_quote_withdrawn_or_a_person_erased_meanwhile_is_a_sentence(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, address=None)
    issue(coordinator, reference)
    coordinator.see(contact(reference))
    with newest(app, reference) as revision:
        quotes.withdraw(acting(now=now(), settings=settings_of(app)), revision, reason="mistake")
    shown = coordinator.press(BUTTON, email=RIGHT, again=["quote_issued"])
    assert shown.status == 409
    assert "This request was changed while you were looking at it" in shown.text
    assert shown.value("email") == RIGHT
    assert "The mail with the quote and its PDF" not in shown.text
    patient = Visitor(app)
    with request_of(app, reference) as found:
        link = f"/r/{requests.token_of(found, settings_of(app).link_key)}"
    patient.open(link)
    patient.send(patient.open(f"/request/{reference}/erase"), button=None)
    shown = coordinator.press(BUTTON)
    assert shown.status == 409
    assert "deleted meanwhile" in shown.text
    assert RIGHT in shown.html
    assert waiting(app) == []


def test_taking_the_address_away_ends_the_links_that_would_open_everything(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    with request_of(app, reference) as found:
        old = f"/r/{requests.token_of(found, settings_of(app).link_key)}"
    coordinator.see(contact(reference))
    assert "Enter an email address or a telephone number." in coordinator.press(BUTTON, email="").text
    shown = coordinator.press(BUTTON, email="", phone="+49 30 901820")
    assert "The old links no longer work" in shown.text
    assert Visitor(app).open(old).status == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "wilhelmina@"}, "This is not an email address."),
        ({"email": "wilhelmina@gmial.com"}, "Perhaps you meant wilhelmina@gmail.com."),
        ({"full_name": " "}, "Enter the name of the person who is asking."),
        ({"phone": "call me"}, "This is not a telephone number."),
        ({"language": "tlh"}, "Choose a language."),
        ({"country": "XX"}, "Choose a country."),
        ({"country": ""}, "Choose a country."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    app: Flask, coordinator: Staff, typed: dict[str, str], sentence: str
) -> None:
    reference = ask(app)
    coordinator.see(contact(reference))
    shown = coordinator.press(BUTTON, **typed)
    assert shown.status == 422
    assert sentence in shown.text
    with request_of(app, reference) as found:
        assert requests.person_of(found, settings_of(app).data_keys) == requests.Person(
            NAME, ADDRESS, None, ""
        )


def test_a_number_that_cannot_exist_is_told_at_the_field_and_kept_by_a_second_press(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    coordinator.see(contact(reference))
    shown = coordinator.press(BUTTON, phone="0022376451")
    assert shown.status == 422
    assert "too short. Digits after \u2066+223\u2069: 5; needed: 8." in shown.text
    assert shown.value("phone") == "0022376451"
    shown = coordinator.press(BUTTON, phone="002237645")
    assert "Digits after \u2066+223\u2069: 4; needed: 8." in shown.text, "another one is told as well"
    assert "The contact is corrected." in coordinator.press(BUTTON).text
    with request_of(app, reference) as found:
        kept = requests.person_of(found, settings_of(app).data_keys)
        assert kept is not None
        assert kept.phone == "002237645"


def test_a_country_that_was_guessed_from_a_telephone_number_is_corrected(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    coordinator.see(contact(reference))
    shown = coordinator.press(BUTTON, country="MA")
    assert "The contact is corrected." in shown.text
    assert "corrected the contact: country" in shown.text
    assert "Morocco" in shown.text
    with request_of(app, reference) as found:
        assert found.country == "MA"


def test_other_requests_of_the_same_person_stand_at_each_of_them(app: Flask, coordinator: Staff) -> None:
    first, second = ask(app), ask(app)
    ask(app, address="otto@plumb.example")
    for here, there in ((first, second), (second, first)):
        shown = coordinator.see(f"/desk/requests/{here}")
        assert "1 other request of this person" in shown.text
        assert shown.links(there) == [f"/desk/requests/{there}"]
    coordinator.see(contact(first))
    shown = coordinator.press(BUTTON, email=RIGHT)
    assert "of this person" not in shown.text


def test_whoever_may_only_read_corrects_nothing(app: Flask, approver: Staff) -> None:
    reference = ask(app)
    shown = approver.see(f"/desk/requests/{reference}")
    assert shown.links("Correct the contact") == []
    assert isinstance(approver.see(contact(reference)), Page)
    assert approver.page.status in (403, 404)


@pytest.mark.long
def test_a_quote_has_a_text_for_a_chat_without_a_figure(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, language="fr")
    coordinator.see(contact(reference))
    coordinator.press(BUTTON, phone="030 901820")
    shown = issue(coordinator, reference)
    (area,) = [area for area in shown.all("textarea") if area.get("id") == "chat"]
    first, second = "".join(area.itertext()).strip().split("\n")
    assert first.startswith("Votre devis Q-2026-00001 ")
    with newest(app, reference) as revision:
        settings = settings_of(app)
        token = quotes.token_of(revision.quote, settings.link_key)
        assert second == f"{settings.public_url}/q/{token}?written=fr"
        assert revision.total.partition(".")[0] not in first.replace(",", "")
    assert "https://wa.me/4930901820?text=Q-2026-00001%0A" in shown.html
