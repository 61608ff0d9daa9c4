"""A coordinator takes a request, writes notes and answers, changes its state; two people at once lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import requests, staff
from estimator.db import db
from estimator.models import Mail, RequestEvent
from estimator.models.staff import Role
from estimator.privacy import erasure
from tests.support.acts import acting
from tests.support.quote_desk import NAME, request_of
from tests.support.request_rows import changes, kinds, other_coordinator, stored
from tests.support.staff_browser import Staff

SignIn = Callable[[Flask, Role], Staff]


@pytest.mark.long
def test_a_request_is_taken_handed_on_and_given_to_nobody(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    other = other_coordinator(app)
    page = coordinator.see(f"/desk/requests/{reference}")
    assert "not assigned" in page.text
    assert "It is assigned to coordinator@" in coordinator.press("Assign it to me").text
    assert coordinator.see("/desk/requests?who=me").all("input", name="pick")
    coordinator.see(f"/desk/requests/{reference}")
    text = coordinator.press("Assign", to=str(other)).text
    assert "It is assigned to ada@example.org." in text
    assert "assigned it to ada@example.org" in text
    assert "ada" in coordinator.see("/desk/requests").text
    coordinator.see(f"/desk/requests/{reference}")
    assert "It is no longer assigned to anybody." in coordinator.press("Assign", to="nobody").text
    assert kinds(app, reference)[:3] == ["seen", "assigned", "assigned"] or "assigned" in kinds(
        app, reference
    )


@pytest.mark.parametrize("to", ["", "0", "999", "x", "9" * 30])
def test_nobody_gets_a_request_who_cannot_work_on_it(
    app: Flask, coordinator: Staff, approver: Staff, reference: str, to: str
) -> None:
    page = coordinator.post(f"/desk/requests/{reference}/assign", {"to": to, "changes": "1"})
    assert page.status == 422
    assert "Choose somebody who can work on it." in page.text
    with app.app_context():
        approvers = set(staff.who_may("quotes.approve", demonstration=True))
        assert approvers
        assert not approvers & set(staff.who_may("requests.work", demonstration=True))


def test_a_state_is_changed_with_a_word_about_why(app: Flask, coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    page = coordinator.press("Change status", state="waiting", why="Asked for the MRI.")
    assert "It is waiting for patient now." in page.text
    assert "new → waiting for patient Asked for the MRI." in page.text
    assert "Asked for the MRI." not in stored(app)


def test_only_what_may_follow_can_be_chosen(app: Flask, coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    coordinator.press("Change status", state="closed", why="")
    options = {o.get("value") for s in coordinator.page.all("select", id="state") for o in s.iter("option")}
    assert options == {"", "in_work"}
    for wrong, status in (("waiting", 409), ("quoted", 422), ("accepted", 422), ("", 422)):
        data = {"state": wrong, "changes": changes(app, reference), "why": "because"}
        page = coordinator.post(f"/desk/requests/{reference}/state", data)
        assert page.status == status, wrong
        assert "because" in page.html
    with request_of(app, reference) as found:
        assert found.state == "closed"


def test_a_note_is_kept_sealed_and_read_by_staff(app: Flask, coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    words = "Prefers calls <b>after</b> 18:00.\nלילה"
    page = coordinator.send("Keep the note", {"note": words})
    assert "The note is kept." in page.text
    assert "Prefers calls <b>after</b> 18:00." in page.text
    assert "after</b>" not in page.html
    assert "Prefers calls" not in stored(app)


def test_an_answer_is_kept_sealed_and_told_by_mail_once(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    page = coordinator.see(f"/desk/requests/{reference}")
    fields = {"answer": "Heliotrope lifts go to every floor."}
    coordinator.send("Send the answer", fields)
    assert "a mail says that it is there" in coordinator.page.text
    assert "answered" in coordinator.page.text
    assert "Heliotrope lifts" in coordinator.page.text
    assert "Heliotrope" not in stored(app)
    coordinator.page = page
    coordinator.send("Send the answer", fields)
    assert coordinator.page.status == 409
    assert coordinator.page.text.count("Heliotrope lifts") == 3, (
        "in the conversation, in the form, and in what says so"
    )
    with app.app_context():
        templates = db.session.scalars(select(Mail.template).filter_by(about=reference)).all()
    assert list(templates).count("request_answer") == 1


def test_an_empty_answer_is_none(coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    coordinator.send("Send the answer", {"answer": " \u200b "})
    assert coordinator.page.status == 422
    assert "Enter the answer first." in coordinator.page.text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("  \n ", "Enter something first."),
        ("x" * 5_001, "there is room for 5,000"),
        ("a\u202eb", "invisible character"),
    ],
)
def test_a_note_that_cannot_be_kept_is_shown_again(
    app: Flask, coordinator: Staff, reference: str, words: str, sentence: str
) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    page = coordinator.send("Keep the note", {"note": words})
    assert page.status == 422
    assert sentence in page.text
    assert words.strip() in page.html
    assert "note" not in kinds(app, reference)


def test_two_people_at_once_are_told_and_nothing_typed_is_lost(
    app: Flask, coordinator: Staff, sign_in: SignIn, reference: str
) -> None:
    colleague = sign_in(app, "coordinator")
    for person in (coordinator, colleague):
        person.see(f"/desk/requests/{reference}")
    colleague.press("Change status", state="in_work", why="")
    page = coordinator.press("Change status", state="waiting", why="I asked for the MRI.")
    assert page.status == 409
    assert "This request was changed while you were looking at it" in page.text
    assert "new → in work" in page.text
    assert page.value("state") == "waiting"
    assert "I asked for the MRI." in page.html
    with request_of(app, reference) as found:
        assert found.state == "in_work"
    assert "It is waiting for patient now." in coordinator.press("Change status").text


def test_two_people_who_take_a_request_at_once_do_not_both_have_it(
    app: Flask, coordinator: Staff, sign_in: SignIn, reference: str
) -> None:
    other = other_coordinator(app)
    colleague = sign_in(app, "coordinator")
    for person in (coordinator, colleague):
        person.see(f"/desk/requests/{reference}")
    colleague.press("Assign it to me")
    page = coordinator.press("Assign", to=str(other))
    assert page.status == 409
    assert page.value("to") == str(other)
    with request_of(app, reference) as found:
        assert found.assignee_id != other


def test_a_note_needs_no_page_of_this_moment(
    app: Flask, coordinator: Staff, sign_in: SignIn, reference: str
) -> None:
    colleague = sign_in(app, "coordinator")
    for person in (coordinator, colleague):
        person.see(f"/desk/requests/{reference}")
    colleague.send("Keep the note", {"note": "One."})
    coordinator.send("Keep the note", {"note": "Two."})
    assert kinds(app, reference).count("note") == 2


def test_an_erased_request_keeps_its_plan_and_nobody_works_on_it(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    with request_of(app, reference) as found:
        erasure.erase(acting(now=datetime.now(UTC)), found)
    page = coordinator.see(f"/desk/requests/{reference}")
    assert "The person’s details were deleted on" in page.text
    assert NAME not in page.html
    assert "15,973.40" in page.text.replace("\xa0", " ")
    assert page.all("textarea") == []
    assert "erased" in coordinator.see("/desk/requests").text
    assert requests.SEEN not in kinds(app, reference)


@pytest.mark.parametrize(("path", "typed"), [("note", "note"), ("answer", "answer"), ("state", "why")])
def test_what_is_typed_about_somebody_who_was_erased_meanwhile_is_refused_and_shown_again(
    app: Flask, coordinator: Staff, reference: str, path: str, typed: str
) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    data = {typed: "Wilma called: 0123 456789", "state": "closed", "changes": str(changes(app, reference))}
    with request_of(app, reference) as found:
        erasure.erase(acting(now=datetime.now(UTC)), found)
    answer = coordinator.post(f"/desk/requests/{reference}/{path}", data)
    assert answer.status == 409
    assert "The person’s details were deleted meanwhile" in answer.text
    assert "Wilma called: 0123 456789" in answer.html, "what was typed is shown again"
    assert "Wilma called" not in coordinator.see(f"/desk/requests/{reference}").html


def test_no_quote_is_begun_for_somebody_who_was_erased(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    coordinator.see(f"/desk/requests/{reference}/quote")
    with request_of(app, reference) as found:
        erasure.erase(acting(now=datetime.now(UTC)), found)
    assert coordinator.post(f"/desk/requests/{reference}/quote/begin", {}).status == 409


def test_an_approver_reads_and_changes_nothing(app: Flask, approver: Staff, reference: str) -> None:
    page = approver.see(f"/desk/requests/{reference}")
    assert NAME in page.text
    assert page.all("textarea") == []
    for path in ("note", "assign", "state"):
        data = {"note": "x", "why": "x", "to": "nobody", "state": "closed", "changes": "1"}
        assert approver.post(f"/desk/requests/{reference}/{path}", data).status == 403
    assert approver.see("/desk/requests").all("input", name="pick") == []
    assert approver.post("/desk/requests/together", {"pick": f"{reference}.1", "act": "state"}).status == 403


def test_who_was_signed_out_meanwhile_has_their_note_shown(coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    action, fields = coordinator.page.sent("Keep the note", {"note": "Long thoughts."})
    coordinator.client.delete_cookie("session")
    answer = coordinator.client.post(action, data=fields)
    assert answer.status_code == 401
    assert "Long thoughts." in answer.text


def test_events_are_only_added(app: Flask, coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    coordinator.send("Keep the note", {"note": "One."})
    coordinator.press("Assign it to me")
    with app.app_context():
        numbers = db.session.scalars(select(RequestEvent.id).order_by(RequestEvent.id)).all()
    assert list(numbers) == list(range(1, len(numbers) + 1))


def test_somebody_who_was_invited_and_has_not_begun_is_not_offered_and_names_stand_for_addresses(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    with app.app_context():
        act = acting(actor="command line")
        staff.invite(act, "invited@example.org", ["coordinator"], language="en")
        for address in ("ada@example.org", "grace@example.org"):
            user, _link, _token = staff.invite(act, address, ["coordinator"], language="en")
            staff.begin(act, user, "a hash")
            staff.rename(act, user, "Ada Byron" if address.startswith("ada") else "")
        db.session.commit()
    coordinator.see(f"/desk/requests/{reference}")
    (choice,) = coordinator.page.all("select", id="to")
    offered = ["".join(one.itertext()) for one in choice.iter("option")]
    assert "Ada Byron" in offered
    assert "grace@example.org" in offered
    assert not {"invited@example.org", "ada@example.org"} & set(offered)


def test_of_two_with_one_name_each_has_the_address_beside_it(app: Flask) -> None:
    with app.app_context():
        act = acting(actor="command line")
        people = [staff.invite(act, f"{one}@example.org", ["coordinator"], language="en")[0] for one in "ab"]
        for user in people:
            staff.rename(act, user, "Ada Byron")
        assert sorted(staff.names({user.id for user in people}).values()) == [
            "Ada Byron (a@example.org)",
            "Ada Byron (b@example.org)",
        ]
