"""A coordinator finds a request, takes it, writes notes, changes its state; two people at once lose nothing."""

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
from sqlalchemy import select

from estimator import estimates, price_lists, requests, staff
from estimator.db import db
from estimator.i18n import reader
from estimator.mail import outbox
from estimator.models import Mail, RequestEvent
from estimator.models.staff import Role
from estimator.privacy import erasure
from estimator.requests import consents, search
from tests.support.acts import acting
from tests.support.quote_desk import ADDRESS, NAME, PLAN, ask, give_up, request_of, settings_of
from tests.support.staff_browser import Staff

SignIn = Callable[[Flask, Role], Staff]


@pytest.fixture
def coordinator(app: Flask, sign_in: SignIn) -> Staff:
    """Return somebody who answers requests."""
    return sign_in(app, "coordinator")


@pytest.fixture
def reference(app: Flask) -> str:
    """Return the reference of a request that was just made."""
    return ask(app)


def kinds(app: Flask, reference: str) -> list[str]:
    """Return what happened to a request, the newest first."""
    with request_of(app, reference) as found:
        return [entry.kind for entry in requests.history(found, settings_of(app).data_keys)]


def other_coordinator(app: Flask) -> int:
    with app.app_context():
        user, _link, _token = staff.invite(
            acting(actor="test", now=datetime.now(UTC), settings=settings_of(app)),
            "ada@example.org",
            ["coordinator"],
            language="en",
        )
        user.demonstration, user.password = False, "x"
        db.session.commit()
        return user.id


def test_the_start_of_a_coordinator_leads_to_the_requests(coordinator: Staff) -> None:
    page = coordinator.see("/staff")
    (address,) = set(page.links("Requests"))
    assert "Requests" in coordinator.see(address).text


def test_a_list_without_requests_says_what_will_stand_there(coordinator: Staff, approver: Staff) -> None:
    text = coordinator.see("/desk/requests").text
    assert "No request has been made yet." in text
    assert coordinator.page.links("Enter a request for them") == ["/desk/requests/new"]
    assert "0 new" in text
    assert approver.see("/desk/requests").links("Enter a request for them") == []


def test_one_request_is_a_row_with_everything_that_matters(coordinator: Staff, reference: str) -> None:
    text = coordinator.see("/desk/requests").text
    assert "1 request" in text
    row = "".join(coordinator.page.all("tbody")[0].itertext())
    for part in (reference, NAME, "Germany", "USD", "0 minutes", "Fri 13 Nov", "new", "nobody"):
        assert part in " ".join(row.replace("\xa0", " ").split()), part
    assert "overdue" not in row


def test_a_mail_address_is_written_to_and_nobody_else(app: Flask, coordinator: Staff) -> None:
    typed = "desk%40example.com?bcc=someone%40example.net&body=x@example.org"
    coordinator.see(f"/desk/requests/{ask(app, address=typed)}")
    links = coordinator.page.links(start="mailto:")
    assert [unquote(urlsplit(link).path) for link in links] == [typed]
    assert [urlsplit(link).query for link in links] == [""]


def test_what_is_overdue_is_said_and_counted(
    app: Flask, sign_in: SignIn, reference: str, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=3, hours=2))  # Friday 13 November, 16:30 at the clinic
    coordinator = sign_in(app, "coordinator")
    assert "today" in coordinator.see("/desk/requests").text
    clock.shift(timedelta(days=1))
    coordinator = sign_in(app, "coordinator")
    text = coordinator.see("/desk/requests").text
    assert "overdue by 1 day" in text
    assert "1 overdue" in text
    (address,) = coordinator.page.links("overdue")
    assert reference in coordinator.see(address).text
    with request_of(app, reference) as found:
        requests.move(
            acting(actor="user:1", now=datetime.now(UTC), settings=settings_of(app)), found, "closed"
        )
    assert "overdue by" not in coordinator.see("/desk/requests").text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=wilhel", 1),
        ("q=quill", 2),
        ("q=quill+ben", 1),
        ("q=BEN@example.org", 1),
        ("q=nobody", 0),
        ("country=DE", 1),
        ("country=fr", 1),
        ("country=IN", 0),
        ("state=new", 2),
        ("state=open&order=due", 2),
        ("state=closed", 0),
        ("state=nonsense", 2),
        ("who=nobody", 2),
        ("who=me", 0),
        ("who=999", 0),
        ("who=x", 2),
        ("list=delhi", 2),
        ("list=other", 0),
        ("q=quill&country=FR&state=new&who=nobody&list=delhi&order=due", 1),
        ("after=0", 0),
        ("after=x", 2),
        ("order=due&after=5", 2),
    ],
)
def test_filters_are_an_ordinary_form(app: Flask, coordinator: Staff, query: str, count: int) -> None:
    ask(app)
    ask(app, name="Ben Quill", address="ben@example.org", country="FR")
    page = coordinator.see(f"/desk/requests?{query}")
    assert page.status == 200
    assert len(page.all("input", name="pick")) == count


def test_the_form_keeps_what_was_asked_for(app: Flask, coordinator: Staff, reference: str) -> None:
    coordinator.see("/desk/requests?q=%20quill&state=new&country=de&who=nobody&order=due")
    page = coordinator.page
    assert [page.value(name) for name in ("q", "state", "country", "who", "order")] == [
        "quill",
        "new",
        "DE",
        "nobody",
        "due",
    ]
    assert page.links("Show all") == ["/desk/requests"]


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "\x00\x07", "%" * 300, "'; drop table", "ﷺ" * 200]
)
def test_whatever_is_typed_into_the_search_finds_nothing_and_breaks_nothing(
    coordinator: Staff, reference: str, typed: str
) -> None:
    answer = coordinator.client.get("/desk/requests", query_string={"q": typed})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_fifty_stand_on_a_page_and_the_others_on_the_next(
    app: Flask, coordinator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PAGE", 2)
    made = [ask(app, country="FR") for _number in range(5)]
    shown = []
    page = coordinator.see("/desk/requests?country=FR")
    assert "The newest 2" in page.text
    for _number in range(3):
        shown += [a.text for a in page.tree.iter("bdi") if (a.text or "").startswith("REQ-")]  # type: ignore[union-attr]
        following = page.links("Older requests")
        if following:
            page = coordinator.see(following[0])
    assert shown == made[::-1]
    assert page.links("Older requests") == []
    assert page.links("To the beginning") == ["/desk/requests?country=FR"]


def test_a_search_that_looked_at_enough_says_so(
    app: Flask, coordinator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FIRST_DEPTH": 1, "MOST_DEPTH": 1, "MOST_STEPS": 1}.items():
        monkeypatch.setattr(search, name, value)
    old = ask(app, name="Ben Quill", country="FR")
    for name, country in (("Ada Quill", "FR"), ("Ben Quill", "DE"), ("Ada Quill", "FR"), ("Ben Quill", "DE")):
        ask(app, name=name, country=country)
    page = coordinator.see("/desk/requests?country=FR&q=ben")
    assert "No match among the requests searched so far." in page.text
    for _step in range(4):
        if old in page.text:
            break
        page = coordinator.see(page.links("Search further")[0])
    assert old in page.text


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
    assert (
        coordinator.page.form("Prepare a quote")[0].get("action") == f"/desk/requests/{reference}/quote/begin"
    )


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


@pytest.fixture
def question(app: Flask) -> str:
    """Return the reference of a question about an estimate, for which nobody asked for a quote."""
    with app.app_context():
        act = acting(now=datetime.now(UTC), settings=settings_of(app))
        version = price_lists.in_force("delhi", act.now)
        estimate = estimates.find(act, estimates.make(act, version, PLAN, language="en", submission=""))
        assert estimate is not None
        found = requests.ask_first(
            act,
            estimate,
            "Is there a heliotrope lift?",
            email="mina@quillworth.org",
            phone=None,
            language="en",
            consent=consents.for_question(reader("en"), "Example"),
            submission="",
        )
        db.session.commit()
        return found.reference


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
    coordinator.send("Send the answer", {"words": "Yes."})
    assert "a mail says that it is there" in coordinator.page.text
    assert "heliotrope" not in stored(app)


def test_a_mere_question_is_found_by_its_address(coordinator: Staff, question: str) -> None:
    assert question in coordinator.see("/desk/requests?q=mina@quillworth.org").text


def test_small_letters_are_the_same_reference_and_another_one_is_missing(
    coordinator: Staff, reference: str
) -> None:
    assert NAME in coordinator.see(f"/desk/requests/{reference.lower()}").text
    for wrong in ("REQ-2222-2222", "x" * 200, "%C3%A9"):
        page = coordinator.see(f"/desk/requests/{wrong}")
        assert page.status == 404
        assert "There is no such request" in page.text


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
    assert "The mail server took it on 10 November 2026, 14:30 (Asia/Kolkata)." in text


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
    page = coordinator.press("Change status", state="waiting", words="Asked for the MRI.")
    assert "It is waiting for patient now." in page.text
    assert "new → waiting for patient Asked for the MRI." in page.text
    assert "Asked for the MRI." not in stored(app)


def test_only_what_may_follow_can_be_chosen(app: Flask, coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    coordinator.press("Change status", state="closed", words="")
    options = {o.get("value") for s in coordinator.page.all("select", id="state") for o in s.iter("option")}
    assert options == {"", "in_work"}
    for wrong, status in (("waiting", 409), ("quoted", 422), ("accepted", 422), ("", 422)):
        data = {"state": wrong, "changes": changes(app, reference), "words": "because"}
        page = coordinator.post(f"/desk/requests/{reference}/state", data)
        assert page.status == status, wrong
        assert "because" in page.html
    with request_of(app, reference) as found:
        assert found.state == "closed"


def test_a_note_is_kept_sealed_and_read_by_staff(app: Flask, coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    words = "Prefers calls <b>after</b> 18:00.\nלילה"
    page = coordinator.send("Keep the note", {"words": words})
    assert "The note is kept." in page.text
    assert "Prefers calls <b>after</b> 18:00." in page.text
    assert "after</b>" not in page.html
    assert "Prefers calls" not in stored(app)


def test_an_answer_is_kept_sealed_and_told_by_mail_once(
    app: Flask, coordinator: Staff, reference: str
) -> None:
    page = coordinator.see(f"/desk/requests/{reference}")
    fields = {"words": "Heliotrope lifts go to every floor."}
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
    coordinator.send("Send the answer", {"words": " \u200b "})
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
    page = coordinator.send("Keep the note", {"words": words})
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
    colleague.press("Change status", state="in_work", words="")
    page = coordinator.press("Change status", state="waiting", words="I asked for the MRI.")
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
    colleague.send("Keep the note", {"words": "One."})
    coordinator.send("Keep the note", {"words": "Two."})
    assert kinds(app, reference).count("note") == 2


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


@pytest.mark.parametrize(("path", "typed"), [("note", "words"), ("answer", "words"), ("state", "words")])
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
        data = {"words": "x", "to": "nobody", "state": "closed", "changes": "1"}
        assert approver.post(f"/desk/requests/{reference}/{path}", data).status == 403
    assert approver.see("/desk/requests").all("input", name="pick") == []
    assert approver.post("/desk/requests/together", {"pick": f"{reference}.1", "act": "state"}).status == 403


def test_who_was_signed_out_meanwhile_has_their_note_shown(coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    action, fields = coordinator.page.sent("Keep the note", {"words": "Long thoughts."})
    coordinator.client.delete_cookie("session")
    answer = coordinator.client.post(action, data=fields)
    assert answer.status_code == 401
    assert "Long thoughts." in answer.text


def test_several_are_given_to_somebody_at_once(app: Flask, coordinator: Staff) -> None:
    made = [ask(app) for _number in range(3)]
    other = other_coordinator(app)
    page = coordinator.see("/desk/requests?state=new")
    picks = [str(box.get("value")) for box in page.all("input", name="pick")][:2]
    page = coordinator.send("assign", {"pick": picks, "to": str(other)})
    assert "2 requests were changed." in page.text
    assert page.value("state") == "new", "the filters are as they were"
    mine = coordinator.see(f"/desk/requests?who={other}")
    assert [reference in mine.text for reference in made] == [False, True, True]


def test_of_several_only_those_change_that_can(app: Flask, coordinator: Staff) -> None:
    made = [ask(app) for _number in range(3)]
    page = coordinator.see("/desk/requests")
    picks = [str(box.get("value")) for box in page.all("input", name="pick")]
    with request_of(app, made[0]) as found:
        requests.note(acting(actor="user:1", now=datetime.now(UTC), settings=settings_of(app)), found, "x")
    with request_of(app, made[1]) as found:
        requests.move(
            acting(actor="user:1", now=datetime.now(UTC), settings=settings_of(app)), found, "closed"
        )
    picks = [pick for pick in picks if not pick.startswith(made[1])] + [f"{made[1]}.{changes(app, made[1])}"]
    page = coordinator.send("state", {"pick": picks[:-1], "state": "waiting"})
    again = coordinator.post(
        "/desk/requests/together",
        {"pick": picks[-1], "state": "waiting", "act": "state"},
        follow_redirects=True,
    )
    assert "1 request was changed." in page.text
    assert f"{made[0]} was changed by somebody else meanwhile, so it was left as it is." in page.text
    assert f"{made[1]} is closed, so its status cannot be changed to waiting for patient." in again.text
    with request_of(app, made[2]) as found:
        assert found.state == "waiting"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"act": "assign", "to": "nobody"}, "Tick at least one request first."),
        (
            {"pick": "REQ-2222-2222.1", "act": "assign", "to": "nobody"},
            "REQ-2222-2222 is not there any more.",
        ),
        ({"pick": "REQ-2222-2222.1", "act": "assign", "to": ""}, "First choose whom to assign them to"),
        (
            {"pick": "REQ-2222-2222.1", "act": "state", "state": "quoted"},
            "First choose whom to assign them to",
        ),
        ({"pick": "nonsense", "act": "state", "state": "closed"}, "is not there any more."),
        ({"pick": "x", "act": "y"}, "First choose"),
    ],
)
def test_what_cannot_be_done_to_several_is_said(
    coordinator: Staff, reference: str, data: dict[str, Any], sentence: str
) -> None:
    assert sentence in coordinator.post("/desk/requests/together", data, follow_redirects=True).text


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org", "/staff", "/desk/requests\\x"])
def test_after_a_change_nobody_is_led_anywhere_else(coordinator: Staff, back: str) -> None:
    page = coordinator.post("/desk/requests/together", {"back": back})
    assert (page.status, page.headers["Location"]) == (303, "/desk/requests")


def test_words_of_people_stand_nowhere_in_the_clear(app: Flask, coordinator: Staff) -> None:
    reference = enter(coordinator)
    coordinator.send("Keep the note", {"words": "Heliotrope umbrella"})
    kept = stored(app)
    assert reference in kept
    for planted in ("Heliotrope", "Zephyrine", "zephyrine@", "901820", "Violet stairs"):
        assert planted not in kept, planted


def enter(person: Staff, **other: Any) -> str:
    """Enter a request for somebody who called; return its reference."""
    from tests.web.desk.test_request_entering import PERSON, typed

    person.see("/desk/requests/new/delhi")
    person.send("Enter the request", {**typed(), **PERSON, **other})
    assert person.page.status == 200, person.page.errors()
    return person.page.path.rpartition("/")[2]


def changes(app: Flask, reference: str) -> int:
    with request_of(app, reference) as found:
        return found.changes


def stored(app: Flask) -> str:
    """Return everything in the database as text."""
    with app.app_context():
        driver = db.session.connection().connection.driver_connection
        assert driver is not None
        return "\n".join(driver.iterdump())


def test_events_are_only_added(app: Flask, coordinator: Staff, reference: str) -> None:
    coordinator.see(f"/desk/requests/{reference}")
    coordinator.send("Keep the note", {"words": "One."})
    coordinator.press("Assign it to me")
    with app.app_context():
        numbers = db.session.scalars(select(RequestEvent.id).order_by(RequestEvent.id)).all()
    assert list(numbers) == list(range(1, len(numbers) + 1))


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
