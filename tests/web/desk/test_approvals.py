"""A second person's approval arrives: on their Start page, by mail, and back with a comment."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from estimator import audit, staff
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail
from estimator.models.staff import Role
from estimator.price_lists import approvals, drafts
from estimator.privacy import data_export, erasure
from estimator.processes import mail_contents
from tests.support.acts import acting
from tests.support.delhi_list import NOW
from tests.support.quote_desk import NAME, ask, changed_list, page, request_of, settings_of
from tests.support.quote_form import line, prepare
from tests.support.staff_browser import Staff

APPROVE = "Approve, and schedule it for 1 December 2026"


@pytest.fixture(autouse=True)
def boss(app: Flask) -> str:
    """Add somebody with an account of their own who may approve, and somebody who was only invited."""
    with app.app_context():
        for address, password in (("boss@example.org", "x"), ("new@example.org", None)):
            user, _link, _token = staff.invite(
                acting(now=NOW, settings=settings_of(app)), address, ["approver"], language="de"
            )
            user.password = password
        db.session.commit()
    return "boss@example.org"


def asked_for(editor: Staff, draft: str) -> None:
    """Ask for approval, with every warning accepted."""
    editor.see(f"{draft}/publish")
    warnings = [str(box.get("value")) for box in editor.page.all("input", type="checkbox")]
    editor.send("Ask for approval", {"ack": warnings})
    assert "Approval was asked for." in editor.page.body.decode()
    assert "another person has to approve" in editor.page.text


def mails(app: Flask) -> list[tuple[str, str, str]]:
    """Return the mails about approvals but those to the invented approver: about what, of which kind, to whom."""
    with app.app_context():
        found = db.session.scalars(db.select(Mail).filter_by(template="staff_approval").order_by(Mail.id))
        everybody = [
            (
                mail.about,
                json.loads(mail.options)["what"],
                str(outbox.address_of(mail, settings_of(app).data_keys)),
            )
            for mail in found
        ]
    return [mail for mail in everybody if not mail[2].startswith("approver@")]


def written(app: Flask, what: str) -> str:
    """Return the subject and the text of the newest mail of a kind."""
    with app.app_context():
        act = acting(now=NOW + timedelta(hours=1), settings=settings_of(app))
        found = db.session.scalars(db.select(Mail).filter_by(template="staff_approval").order_by(Mail.id))
        mail = [mail for mail in found if json.loads(mail.options)["what"] == what][-1]
        claimed = outbox.claim(act, mail.id)
        assert claimed is not None
        message = mail_contents.compose(act, claimed)
        body = message.get_body(("plain",))
        assert body is not None
        return f"{message['Subject']}\n{body.get_content()}"


@pytest.mark.long
def test_what_waits_for_approval_stands_on_the_start_page_of_those_who_may(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    assert "Wait for your approval" not in approver.see("/staff").text
    asked_for(editor, draft)
    assert "Send them the address" not in editor.page.text
    shown = approver.see("/staff")
    assert "Draft 1 of the price list “delhi”: 2026-12" in shown.text
    assert "asked for by editor@demonstration.example.org" in shown.text
    assert shown.links("Draft 1 of the price list “delhi”: 2026-12") == [f"{draft}/publish"]
    assert "Wait for your approval" not in editor.see("/staff").text
    approver.see(f"{draft}/publish")
    approver.press(APPROVE)
    assert "“2026-12” is published, in force from 1 December 2026." in approver.page.body.decode()
    assert "Wait for your approval" not in approver.see("/staff").text


def test_what_begins_today_is_put_in_force_by_its_approval(
    editor: Staff, approver: Staff, draft: str
) -> None:
    editor.see(f"{draft}/publish")
    editor.press("Save", valid_from=NOW.date().isoformat())
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    approver.press("Approve, and put it in force now")
    assert "“2026-12” is in force now." in approver.page.body.decode()


def test_what_came_into_force_since_the_page_was_opened_is_not_overruled_unseen(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    editor.see(f"{draft}/publish")
    editor.press("Save", valid_from=NOW.date().isoformat())
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    changed_list(app, version="2026-11b", valid_from=NOW.date().isoformat())
    approver.press("Approve, and put it in force now")
    assert approver.page.status == 409
    assert "Meanwhile “2026-11b” was published" in approver.page.text
    assert "“2026-11b” begins on the same day." in approver.page.text
    approver.press("Approve, and put it in force now")
    assert "“2026-12” is in force now." in approver.page.body.decode()


def test_those_who_may_approve_get_one_mail_in_ten_minutes_without_a_name(
    app: Flask, editor: Staff, draft: str, clock: time_machine.Traveller, boss: str
) -> None:
    asked_for(editor, draft)
    assert mails(app) == [("draft:1", "draft", boss)], "nobody who has not begun, and nobody invented"
    said = written(app, "draft")
    assert "Waits for approval: delhi" in said
    assert f"{draft}/publish" in said
    assert "editor@" not in said
    for after, count in ((timedelta(minutes=9), 1), (timedelta(minutes=11), 2)):
        clock.move_to(NOW + after)
        editor.see(f"{draft}/entry/charge/single")
        editor.send("save", {"f.price": str(60 + count)})
        asked_for(editor, draft)
        assert len(mails(app)) == count


def test_whoever_asks_gets_no_mail_of_their_own(app: Flask, editor: Staff, draft: str, boss: str) -> None:
    with app.app_context():
        user = staff.find(boss)
        assert user is not None
        act = acting(now=NOW, settings=settings_of(app), actor=user.actor)
        staff.tell_approvers(act, "tables.approve", "draft", "draft:1", but={act.actor})
        db.session.commit()
    assert mails(app) == []


@pytest.mark.long
def test_a_draft_is_sent_back_with_a_comment_that_leads_to_its_place(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    assert "Write what is to be changed." in approver.send("Send it back", {"words": " "}).text
    typed = {"words": "The single room is too cheap.\nSee the contract.", "place": "no_such"}
    assert "There is no entry “no_such” in this list." in approver.send("Send it back", typed).text
    approver.send("Send it back", {**typed, "place": "charge.single"})
    assert "Approve, and schedule" not in approver.page.text
    with app.app_context():
        found = drafts.find(1)
        assert found.proposed_by is None
        (said,) = approvals.comments(found)
        assert (said.save, said.place) == (1, "charge.single")
        assert [entry.action for entry in audit.entries(1)] == ["draft.sent_back"]
    start = editor.see("/staff")
    assert "Sent back to you" in start.text
    assert start.links("Draft 1 of the price list “delhi”: 2026-12") == [draft]
    for path in (draft, f"{draft}/publish", f"{draft}/section/charge"):
        shown = editor.see(path)
        assert "The single room is too cheap." in shown.text
        assert shown.links("To the entry “Single room”") == [f"{draft}/entry/charge/single"]
    assert "it was changed since" not in editor.page.text
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "64"})
    assert "That was about save 1; it was changed since." in editor.see(draft).text
    asked_for(editor, draft)
    assert "Sent back to you" not in editor.see("/staff").text
    assert "What was said when it was sent back" in approver.see(f"{draft}/publish").text
    approver.press(APPROVE)
    assert "scheduled" in approver.page.text


def test_sending_back_is_told_to_whoever_asked_and_lets_the_next_request_through(
    app: Flask, editor: Staff, approver: Staff, draft: str, clock: time_machine.Traveller, boss: str
) -> None:
    asked_for(editor, draft)
    clock.move_to(NOW + timedelta(minutes=1))
    approver.see(f"{draft}/publish")
    approver.send("Send it back", {"words": "Not yet."})
    assert mails(app)[-1] == ("draft:1", "draft_returned", "editor@demonstration.example.org")
    said = written(app, "draft_returned")
    assert "Sent back: delhi" in said
    assert "Not yet." not in said
    clock.move_to(NOW + timedelta(minutes=2))
    asked_for(editor, draft)
    assert mails(app)[-1] == ("draft:1", "draft", boss), "it waits again, and that is news"


def test_whoever_asked_does_not_send_their_own_request_back(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    asked_for(editor, draft)
    with app.app_context():
        found = drafts.find(1)
        with pytest.raises(drafts.SamePerson):
            approvals.send_back(acting(now=NOW, actor=str(found.proposed_by)), found, over=1, words="No.")
    approver.see(f"{draft}/publish")
    approver.send("Send it back", {"words": "No."})
    answer = approver.post(f"{draft}/send-back", {"over": "1", "words": "Again."})
    assert answer.status == 409


def test_a_mail_about_what_was_approved_meanwhile_is_not_sent(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    approver.send("Send it back", {"words": "Not yet."})
    with pytest.raises(mail_contents.Overtaken):
        written(app, "draft")
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    approver.press(APPROVE)
    for what in ("draft", "draft_returned"):
        with pytest.raises(mail_contents.Overtaken):
            written(app, what)


def asked(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> tuple[Staff, Staff, str]:
    """Return a coordinator who has asked for approval of a quote, an approver, and the reference of its request."""
    coordinator, approver = sign_in(app, "coordinator"), sign_in(app, "approver")
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-2500"))
    coordinator.see(page(reference))
    coordinator.press("Ask for approval")
    return coordinator, approver, reference


@pytest.mark.long
def test_adjustments_above_the_limit_wait_at_those_who_may_approve_them(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], boss: str
) -> None:
    coordinator, approver = sign_in(app, "coordinator"), sign_in(app, "approver")
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-2500"))
    assert "Wait for your approval" not in approver.see("/staff").text, "nobody has asked yet"
    coordinator.see(page(reference))
    coordinator.press("Ask for approval")
    assert "Approval was asked for." in coordinator.page.text
    assert mails(app) == [(reference, "quote", boss)]
    said = written(app, "quote")
    assert reference in said
    assert NAME not in said
    shown = approver.see("/staff")
    assert shown.links(f"The quote for {reference}") == [f"{page(reference)}#approval"]
    approver.see(page(reference))
    approver.send("Send it back", {"words": " "})
    assert approver.page.errors() == ["Error: Write what is to be changed."]
    approver.send("Send it back", {"words": "Half of it."})
    assert "sent it back" in approver.page.text
    assert mails(app)[-1] == (reference, "quote_returned", "coordinator@demonstration.example.org")
    start = coordinator.see("/staff")
    assert "Sent back to you" in start.text
    assert "1 sent back to you" in start.text
    assert "<title>(1) " in start.html, "the request is new as well, and one thing"
    assert "Half of it." in coordinator.see(page(reference)).text
    coordinator.press("Ask for approval")
    assert "Half of it." not in coordinator.page.text
    approver.see(page(reference))
    approver.press("Approve these adjustments")
    assert "Wait for your approval" not in approver.see("/staff").text
    history = coordinator.see(f"/desk/requests/{reference}").text
    for what in (
        "asked for approval of the quote",
        "sent the quote back with a comment",
        "approved adjustments of the quote",
    ):
        assert what in history


def test_nobody_approves_a_quote_over_a_comment_that_they_have_not_read(
    app: Flask, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    coordinator, approver, reference = asked(app, sign_in)
    other = sign_in(app, "approver")
    other.see(page(reference))
    approver.see(page(reference))
    approver.send("Send it back", {"words": "This discount is wrong."})
    other.press("Approve these adjustments")
    assert other.page.status == 409
    assert "nothing was approved" in other.page.text
    assert "This discount is wrong." in coordinator.see(page(reference)).text
    approver.see(page(reference))
    approver.press("Approve these adjustments")
    assert "Approved." in approver.page.text, "with the comment before their eyes they may"


def test_saving_a_quote_ends_its_request_for_approval(
    app: Flask, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    coordinator, approver, reference = asked(app, sign_in)
    assert f"The quote for {reference}" in approver.see("/staff").text
    coordinator.see(page(reference))
    ended = "With this save the request for approval has ended."
    coordinator.send("save", line(0, "-2600"))
    assert ended in coordinator.page.text
    coordinator.send("save", {})
    assert ended not in coordinator.page.text, "nothing was asked for any more"
    assert f"The quote for {reference}" not in approver.see("/staff").text


def test_after_issue_the_desk_still_reads_why_an_adjustment_was_made_by_whom_and_who_approved(
    app: Flask, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    coordinator, approver, reference = asked(app, sign_in)
    approver.see(page(reference))
    approver.press("Approve these adjustments")
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    shown = coordinator.see(page(reference)).text
    for what in ("For friends", "2,500.00", "Agreed by telephone", "Approved by approver@"):
        assert what in shown, what
    (table,) = coordinator.page.all("table", class_="cards adjustments-read")
    assert "coordinator@demonstration.example.org" in "".join(table.itertext())
    history = coordinator.see(f"/desk/requests/{reference}").text
    assert "approved adjustments of the quote" in history, "no price was given"
    with request_of(app, reference) as record:
        kept = data_export.of_request(acting(now=NOW, settings=settings_of(app)), record)
        assert "user:" not in data_export.as_json(kept).decode(), "the patient's data name no member of staff"
        erasure.erase(acting(now=NOW, settings=settings_of(app)), record)
    erased = coordinator.see(page(reference))
    assert erased.status == 200
    assert "Agreed by telephone" not in erased.text


def test_nobody_invented_is_offered_or_told_anything_once_somebody_real_administers(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], boss: str
) -> None:
    sign_in(app, "coordinator"), sign_in(app, "approver")
    with app.app_context():
        act = acting(now=NOW, settings=settings_of(app))
        asked_by = staff.find("coordinator@demonstration.example.org")
        assert asked_by is not None
        assert asked_by.id in staff.who_may("requests.work", demonstration=True)
        staff.invite(act, "head@example.org", ["administrator"], language="en")[0].password = "x"
        assert not staff.who_may("requests.work", demonstration=True)
        staff.tell_approvers(act, "quotes.approve", "quote", "REQ-1", but=())
        staff.tell_who_asked(act, "quote_returned", "REQ-1", asked_by.actor)
        assert db.session.scalars(db.select(Mail.about)).all() == ["REQ-1"]
        assert list(staff.who_may("quotes.approve", demonstration=True).values()) == [boss]


def test_a_second_press_of_approve_is_led_to_what_the_first_one_published(
    editor: Staff, approver: Staff, draft: str
) -> None:
    asked_for(editor, draft)
    shown = approver.see(f"{draft}/publish")
    approver.press(APPROVE)
    approver.page = shown
    twice = approver.press(APPROVE)
    assert twice.status == 200
    assert "It had been published already, by the press before." in twice.text
    assert "2026-12" in twice.text


def test_approval_that_is_asked_for_twice_is_asked_for_once(app: Flask, editor: Staff, draft: str) -> None:
    shown = editor.see(f"{draft}/publish")
    asked_for(editor, draft)
    editor.page = shown
    warnings = [str(box.get("value")) for box in shown.all("input", type="checkbox")]
    editor.send("Ask for approval", {"ack": warnings})
    with app.app_context():
        assert [entry.action for entry in audit.entries(20)].count("draft.proposed") == 1
