"""The outbox at the desk: what became of every mail, and sending again what was given up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from estimator import audit
from estimator.db import db
from estimator.mail import outbox, smtp
from estimator.models import Mail
from estimator.models.staff import Role
from estimator.web.desk import outbox as pages
from tests.support.acts import acting
from tests.support.quote_desk import ADDRESS, NAME, ask, give_up, now, page, settings_of
from tests.support.quote_form import issue
from tests.support.staff_browser import Page, Staff


def rows(shown: Page) -> list[str]:
    """Return the rows of the table as text."""
    return [" ".join("".join(row.itertext()).split()) for row in shown.all("tr")[1:]]


def put(app: Flask, count: int) -> None:
    """Put so many mails about estimates into the outbox."""
    settings = settings_of(app)
    with app.app_context():
        for number in range(count):
            outbox.put(
                acting(now=now(), settings=settings),
                outbox.Message(
                    "estimate",
                    about=f"EST-{number:04d}-2222",
                    address=ADDRESS,
                    language="en",
                    options={"attached": False},
                    submission=f"form {number}",
                    limits=outbox.Limits(per_address=10**6, per_record=10),
                ),
            )
        db.session.commit()


@pytest.mark.long
def test_each_mail_says_what_it_is_about_to_whom_and_what_became_of_it(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    give_up(app, "quote_issued", "550 mailbox unknown")
    shown = coordinator.see("/desk/outbox")
    quote, confirmation = rows(shown)
    assert quote.startswith(f"A quote {NAME} Q-2026-00001/1 {ADDRESS}"), "a coordinator checks it here"
    assert "we have stopped trying. The reason: 550 mailbox unknown" in quote
    assert confirmation.startswith(f"Confirmation of a request {NAME} {reference}")
    assert "(India)" in confirmation, "in the time zone of the list"
    assert shown.links("Q-2026-00001/1") == [page(reference)]
    assert shown.links(reference) == [f"/desk/requests/{reference}"]
    put(app, 1)
    assert rows(coordinator.see("/desk/outbox"))[0].startswith("An estimate EST-0000-2222 m…@quillworth.org")


def test_what_was_given_up_is_sent_again_once(app: Flask, coordinator: Staff) -> None:
    ask(app)
    number = give_up(app, "request_received", "550 mailbox unknown")
    shown = coordinator.see("/desk/outbox?state=failed")
    action, fields = next(
        (str(form.get("action")), shown.typed(form).to_dict())
        for form in shown.all("form")
        if form.get("action") == f"/desk/outbox/{number}/again"
    )
    shown = Page(coordinator.client.post(action, data=fields, follow_redirects=True))
    assert "It is sent again." in shown.text
    assert "There is no such mail." in shown.text, "it is not among those given up any more"
    with app.app_context():
        assert db.session.get_one(Mail, number).state == "waiting"
        assert [entry.action for entry in audit.page(None, 1)] == ["mail.again"]
    shown = Page(coordinator.client.post(action, data=fields, follow_redirects=True))
    assert "It was not sent again" in shown.text


def test_a_mail_that_was_mended_waits_no_more_and_an_old_page_sends_it_to_nobody_twice(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    number = give_up(app, "request_received", "550 mailbox unknown")
    assert len(rows(coordinator.see("/desk/outbox?state=again"))) == 1
    coordinator.see(f"/desk/requests/{reference}/contact")
    coordinator.press("Save the contact", email="wilhelmina@quillworth.org", again=["request_received"])
    assert "There is no such mail." in coordinator.see("/desk/outbox?state=again").text
    shown = coordinator.see("/desk/outbox?state=failed")
    assert "A later mail stands in its place." in shown.text
    assert not [form for form in shown.all("form") if f"/{number}/" in str(form.get("action"))]
    answer = coordinator.post(f"/desk/outbox/{number}/again", {}, follow_redirects=True)
    assert "a later mail of this kind stands in its place" in answer.text
    with app.app_context():
        states = db.session.scalars(select(Mail.state).order_by(Mail.id)).all()
    assert states == ["failed", "waiting"]


def test_a_mail_that_failed_is_left_by_one_press_and_the_history_says_who(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    number = give_up(app, "request_received", "550 mailbox unknown")
    assert "1 mail that failed" in coordinator.see("/staff").text
    coordinator.see("/desk/outbox?state=again")
    shown = coordinator.press(f"Leave it: Confirmation of a request, {reference}")
    assert "It is left as it is, and not counted any more." in shown.text
    assert "There is no such mail." in shown.text
    assert "0 mail that failed" in coordinator.see("/staff").text
    history = coordinator.see(f"/desk/requests/{reference}").text
    assert "left a mail that failed: Mail that confirms the request" in history
    with app.app_context():
        entry = audit.page(None, 1)[0]
        assert (entry.action, entry.subject) == ("mail.left", f"mail:{number}")
    shown = coordinator.see("/desk/outbox?state=failed")
    assert "Somebody decided to leave it." in shown.text
    answer = coordinator.post(f"/desk/outbox/{number}/leave", {}, follow_redirects=True)
    assert "Nothing was changed: this mail waits for nobody any more." in answer.text


def test_mail_about_no_patient_says_in_words_what_it_is_about(app: Flask, coordinator: Staff) -> None:
    with app.app_context():
        for about, template, options in (
            ("account-changed:2", "staff_approval", {"what": "account_changed"}),
            ("account:2", "staff_approval", {"what": "account"}),
            ("draft:3", "staff_approval", {"what": "draft_returned"}),
            ("staff:999", "staff_notice", {"notice": "password"}),
        ):
            message = outbox.Message(template, about, ADDRESS, "en", f"form {about}", options)
            outbox.put(acting(now=now(), settings=settings_of(app)), message)
        db.session.commit()
    notice, returned, asked, changed = rows(coordinator.see("/desk/outbox"))
    assert changed.startswith("Notice to staff: another account to pay into Account to pay into 2")
    assert asked.startswith("Notice to staff: an approval Account to pay into 2")
    assert returned.startswith("Notice to staff: a price list was sent back Draft 3 of a price list")
    assert notice.startswith("A notice to staff Somebody of the staff who is not there any more")


def test_a_code_is_called_one_of_a_quote_only_where_there_may_be_one(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    with app.app_context():
        message = outbox.Message("quote_code", reference, ADDRESS, "en", "form", {"code": "1"})
        outbox.put(acting(now=now(), settings=settings_of(app)), message)
        db.session.commit()
    assert rows(coordinator.see("/desk/outbox"))[0].startswith(f"A code for a request or its quote {NAME}")


def test_the_trail_says_about_what_a_mail_is_that_was_sent_again(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app)
    number = give_up(app, "request_received", "550 mailbox unknown")
    coordinator.post(f"/desk/outbox/{number}/again", {})
    trail = sign_in(app, "administrator").see("/staff/audit").text
    assert f"Email {number}: Confirmation of a request, {reference}" in trail


def test_a_mail_whose_address_is_forgotten_cannot_be_sent_again(app: Flask, coordinator: Staff) -> None:
    put(app, 1)
    number = give_up(app, "estimate", "550 mailbox unknown")
    with app.app_context():
        db.session.execute(update(Mail).values(address=None, address_lookup=None))
        db.session.commit()
    shown = coordinator.see("/desk/outbox")
    assert "an address that we have deleted" in shown.text
    assert not [form for form in shown.all("form") if "again" in str(form.get("action"))]
    answer = coordinator.post(f"/desk/outbox/{number}/again", {}, follow_redirects=True)
    assert "It was not sent again" in answer.text


def test_a_long_outbox_is_read_page_by_page(app: Flask, coordinator: Staff) -> None:
    put(app, pages.PAGE * 2 + 1)
    seen = []
    shown = coordinator.see("/desk/outbox")
    while True:
        seen += rows(shown)
        older = shown.links("Older mail")
        if not older:
            break
        shown = coordinator.see(f"/desk/outbox{older[0]}" if older[0].startswith("?") else older[0])
    assert len(seen) == len(set(seen)) == pages.PAGE * 2 + 1
    assert "The newest" in shown.text


def test_mail_is_filtered_by_what_became_of_it(app: Flask, coordinator: Staff) -> None:
    ask(app)
    give_up(app, "request_received", "550 mailbox unknown")
    put(app, 2)
    assert len(rows(coordinator.see("/desk/outbox"))) == 3
    assert len(rows(coordinator.see("/desk/outbox?state=waiting"))) == 2
    assert len(rows(coordinator.see("/desk/outbox?state=failed"))) == 1
    assert "There is no such mail." in coordinator.see("/desk/outbox?state=sent").text
    assert coordinator.see("/desk/outbox?state=nonsense").status == 404
    assert len(rows(coordinator.see("/desk/outbox?before=nonsense"))) == 3


@pytest.mark.parametrize("role", ["price_editor", "approver"])
def test_only_coordinators_see_it(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff], role: Role
) -> None:
    person = sign_in(make_app(), role)
    assert person.see("/desk/outbox").status == 403
    assert "Outbox" not in person.see("/staff").html


@pytest.mark.long
def test_the_desk_is_told_when_no_more_estimates_are_mailed_in_this_hour(
    app: Flask, coordinator: Staff
) -> None:
    told = "emails in an hour that visitors may cause is reached"
    most = settings_of(app).mails_per_hour
    put(app, most - 1)
    for path in ("/desk/outbox", "/desk/requests"):
        assert told not in coordinator.see(path).text
    with app.app_context():
        db.session.execute(update(Mail).where(Mail.about == "EST-0000-2222").values(submission="other"))
        db.session.commit()
    put(app, 1)
    for path in ("/desk/outbox", "/desk/requests"):
        assert f"The limit of {most} {told}" in coordinator.see(path).text
    with pytest.raises(outbox.TooMany) as refused:
        put(app, most + 1)
    assert refused.value.what == "installation"


@pytest.mark.long
def test_mail_is_found_by_name_number_reference_and_address(app: Flask, coordinator: Staff) -> None:
    first = ask(app)
    other = ask(app, name="Otto Beispiel", address="otto@beispiel.example.org")
    issue(coordinator, first)
    for typed, found in (
        ("Quill", 2),
        ("q-2026-00001", 1),
        ("Q 2026 1/1", 1),
        ("Q-2026-00001/2", 0),
        (first.lower(), 2),
        (other[-5:], 1),
        ("otto@beispiel.example.org", 1),
        ("Nobody", 0),
    ):
        assert len(rows(coordinator.see(f"/desk/outbox?q={typed}"))) == found, typed
    shown = coordinator.see("/desk/outbox?q=Quill&state=sent")
    assert "There is no such mail." in shown.text
    assert "/desk/outbox?q=Quill" in shown.links("All")


def test_a_mail_that_was_kept_in_the_folder_was_not_taken_by_the_server_that_is_set_now(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    app = make_app(MAIL_SERVER="127.0.0.1", MAIL_FROM="quotes@example.org")
    put(app, 2)
    with app.app_context():
        for number, words in ((1, smtp.KEPT), (2, "250 ok")):
            claimed = outbox.claim(acting(now=now(), lease_seconds=60), number)
            assert claimed is not None
            outbox.sent(acting(now=now()), claimed, words=words)
        db.session.commit()
    taken, kept = rows(sign_in(app, "coordinator").see("/desk/outbox"))
    assert "The mail server took it on" in taken
    assert "The mail server took it" not in kept
    assert "It was sent to nobody: no mail server was set, and it was kept in a folder." in kept


def test_a_mail_that_a_server_took_stays_so_where_none_is_set_now(app: Flask, coordinator: Staff) -> None:
    put(app, 1)
    with app.app_context():
        claimed = outbox.claim(acting(now=now(), lease_seconds=60), 1)
        assert claimed is not None
        outbox.sent(acting(now=now()), claimed, words="250 ok")
        db.session.commit()
    (taken,) = rows(coordinator.see("/desk/outbox"))
    assert "The mail server took it on" in taken
