"""Long lists, long texts, rights that are taken away, and a database that cannot work: nothing typed is lost."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from estimator import price_lists, staff
from estimator.db import db
from estimator.models.staff import Role
from estimator.price_lists import drafts
from estimator.web import guard
from estimator.web.staff import audit_trail
from pricing.syntax import MOST_CHARACTERS
from tests.support import profile
from tests.support.acts import acting
from tests.support.delhi_list import DELHI
from tests.support.folders import ROOT
from tests.support.staff_browser import Page, Staff


def long_list(charges: int) -> str:
    more = "".join(
        f'\n[charge.extra_{number}]\nlabel.en = "Extra {number}"\ngroup = "stay"\nper = "nights"\n'
        'price = 3\nsource = "own"\n'
        for number in range(charges)
    )
    before, package, after = DELHI.partition("[package.")
    return f"{before}{more}\n{package}{after}"


@pytest.mark.long
@pytest.mark.soak
def test_thousands_of_charges_are_edited_a_page_at_a_time(app: Flask, editor: Staff) -> None:
    charges = profile.count(1_000, 5_000)
    last = (charges + 33) // 600 + 1
    editor.see("/staff/tables")
    editor.send("Begin the draft", {"text": long_list(charges)})
    overview = editor.page.path
    assert f"{charges + 33}" in editor.page.text
    page = editor.see(f"{overview}/section/charge")
    assert len([box for box in page.all("input", type="checkbox") if box.get("name") == "tick"]) == 600
    assert f"page 1 of {last}" in page.text
    page = editor.see(f"{overview}/section/charge?page={last}&q=extra_{charges - 1}")
    editor.send("save", {f"c.price.extra_{charges - 1}": "4"})
    assert editor.page.value(f"c.price.extra_{charges - 1}") == "4", "the page stays the same"
    editor.send("raise", {"every": "yes", "by": "10", "tick": []})
    editor.press("Change these prices")
    with app.app_context():
        text = drafts.find(1).text
    assert text.count("price = 3.3\n") == charges - 1
    assert "price = 4.4\n" in text


def test_a_text_longer_than_any_list_is_refused_and_shown_again(
    app: Flask, editor: Staff, draft: str
) -> None:
    long = "# " + "x" * (MOST_CHARACTERS + 1)
    editor.see(f"{draft}/text")
    with app.app_context():
        before = drafts.find(1).text
    editor.send("Save", {"text": long})
    assert editor.page.status == 413
    assert "a price list has at most 2,000,000" in editor.page.text
    assert editor.page.value("text").strip() == long
    with app.app_context():
        assert drafts.find(1).text == before


def send_file(person: Staff, content: bytes) -> Page:
    """Choose a file and begin a draft with it; the body is written by hand, so that no temporary file stays open."""
    token = person.see("/staff/tables").all("input", name="csrf_token")[0].get("value")
    parts = [
        b'Content-Disposition: form-data; name="csrf_token"\r\n\r\n' + str(token).encode(),
        b'Content-Disposition: form-data; name="file"; filename="list.toml"\r\n\r\n' + content,
    ]
    body = b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"
    kind = "multipart/form-data; boundary=limit"
    return Page(
        person.client.post("/staff/tables/begin", data=body, content_type=kind, follow_redirects=True)
    )


def test_a_file_begins_a_draft(app: Flask, editor: Staff) -> None:
    send_file(editor, b"\xef\xbb\xbf" + DELHI.replace("\n", "\r\n").encode())
    with app.app_context():
        assert drafts.find(1).text == DELHI
        assert drafts.find(1).slug == "delhi"


@pytest.mark.long
def test_ten_megabytes_are_refused_with_a_sentence(app: Flask, editor: Staff) -> None:
    page = send_file(editor, b"# " + b"x" * 10_000_000)
    assert page.status == 413
    assert "a price list has at most 2,000,000" in page.text
    assert send_file(editor, b"\xff\xfe\x00").status == 422
    assert editor.post("/staff/tables/begin", {"text": "  "}).status == 422
    with app.app_context():
        assert drafts.all_drafts() == []


def test_who_lost_their_role_sees_what_they_typed(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/entry/charge/ward")
    with app.app_context():
        user = staff.find("editor@demonstration.example.org")
        assert user is not None
        staff.set_roles(acting(actor="command line", now=datetime.now(UTC)), user, ["coordinator"])
        db.session.commit()
    page = editor.send("save", {"f.note.en": "A long note that took an hour"})
    assert page.status == 401
    assert "A long note that took an hour" in page.text
    assert "csrf" not in page.text
    with app.app_context():
        assert "took an hour" not in drafts.find(1).text


def test_who_may_not_edit_sees_what_they_typed(approver: Staff, draft: str) -> None:
    page = approver.post(f"{draft}/entry/charge/ward", {"over": "1", "base": "1", "f.note.en": "My words"})
    assert page.status == 403
    assert "My words" in page.text


def test_a_token_that_is_not_ours_saves_nothing_and_shows_what_was_typed(
    app: Flask, editor: Staff, draft: str
) -> None:
    answer = editor.client.post(
        f"{draft}/entry/charge/ward", data={"over": "1", "base": "1", "f.price": "77.77"}
    )
    assert answer.status_code == 400
    assert "77.77" in answer.text
    with app.app_context():
        assert "77.77" not in drafts.find(1).text


def test_a_locked_database_costs_nobody_what_they_typed(
    app: Flask, editor: Staff, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("estimator.db.BUSY_SECONDS", 0.2)
    path = app.config["SETTINGS"].database_url.removeprefix("sqlite:///")
    editor.see(f"{draft}/entry/charge/ward")
    lock = sqlite3.connect(path, isolation_level=None)
    with app.app_context():
        db.engine.dispose()
    lock.execute("BEGIN IMMEDIATE")
    page = editor.send("save", {"f.note.en": "Typed while it was locked"})
    lock.execute("ROLLBACK")
    lock.close()
    assert page.status == 503
    assert page.value("f.note.en") == "Typed while it was locked"
    editor.press("Try again")
    with app.app_context():
        assert "Typed while it was locked" in drafts.find(1).text


def test_every_page_of_price_lists_asks_for_a_right(app: Flask) -> None:
    ours = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("price_lists.", "trail."))
    }
    assert ours == {name for name in guard.STAFF if name.startswith(("price_lists.", "trail."))}
    assert {guard.STAFF[name] for name in ours} == {
        "tables.read",
        "tables.edit",
        "tables.approve",
        "audit.read",
    }


def test_strangers_are_sent_to_sign_in(app: Flask) -> None:
    stranger = Staff(app)
    page = stranger.see("/staff/tables")
    assert page.path == "/staff/sign-in"


def test_who_may_only_read_has_no_forms(app: Flask, approver: Staff, draft: str) -> None:
    for page in ("", "/differences", "/try", "/examples", "/effect", "/saves", "/publish"):
        assert approver.see(draft + page).status == 200
    for page in ("/text", "/section/charge", "/entry/header", "/discard"):
        assert approver.see(draft + page).status == 403


# Publication


def test_nobody_approves_what_they_asked_for(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    editor.see(f"{draft}/publish")
    warnings = [str(box.get("value")) for box in editor.page.all("input", type="checkbox")]
    editor.send("Ask for approval", {"ack": warnings})
    with app.app_context():
        user = staff.find("editor@demonstration.example.org")
        assert user is not None
        staff.set_roles(
            acting(actor="command line", now=datetime.now(UTC)), user, ["price_editor", "approver"]
        )
        db.session.commit()
    again = sign_in(app, "price_editor")
    page = again.post(f"{draft}/approve", {"over": "1"})
    assert page.status == 409
    assert "Another person has to give it" in page.text
    with app.app_context():
        assert len(price_lists.versions("delhi")) == 1


def test_a_change_after_the_request_takes_it_back(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    editor.see(f"{draft}/publish")
    warnings = [str(box.get("value")) for box in editor.page.all("input", type="checkbox")]
    editor.send("Ask for approval", {"ack": warnings})
    approver.see(f"{draft}/publish")
    editor.see(f"{draft}/entry/charge/ward")
    editor.send("save", {"f.price": "45"})
    approver.press("Approve, and schedule it for 1 December 2026")
    assert approver.page.status == 409
    assert "nothing was published" in approver.page.text
    with app.app_context():
        assert len(price_lists.versions("delhi")) == 1


def test_where_one_person_is_enough_whoever_may_approve_publishes(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    app = make_app(SECOND_APPROVER="0")
    editor, approver = sign_in(app, "price_editor"), sign_in(app, "approver")
    editor.see("/staff/tables")
    editor.press("Begin a draft")
    approver.see(f"{editor.page.path}/publish")
    warnings = [str(box.get("value")) for box in approver.page.all("input", type="checkbox")]
    approver.send("Publish, in force from 1 December 2026", {"ack": warnings})
    assert "scheduled" in approver.page.text


def test_nobody_publishes_alone_where_two_are_needed(approver: Staff, draft: str) -> None:
    page = approver.post(f"{draft}/publish-alone", {"over": "1"})
    assert page.status == 409


def test_a_day_in_the_past_stands_in_the_way(app: Flask, editor: Staff, draft: str) -> None:
    editor.see(f"{draft}/publish")
    editor.send("Save", {"valid_from": "2026-11-09", "version": "2026-09"})
    assert "The first day lies in the past." in editor.page.text
    assert "Another version of this list has the same name." in editor.page.text
    assert "Ask for approval" not in editor.page.text
    editor.send("Save", {"valid_from": "soon", "version": "2026-12"})
    assert "“soon” is not a day" in editor.page.text
    assert editor.page.value("valid_from") == "soon"


def test_a_scheduled_version_is_taken_back_into_a_draft(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    editor.see(f"{draft}/publish")
    warnings = [str(box.get("value")) for box in editor.page.all("input", type="checkbox")]
    editor.send("Ask for approval", {"ack": warnings})
    approver.see(f"{draft}/publish")
    approver.press("Approve, and schedule it for 1 December 2026")
    approver.see(approver.page.links("2026-12")[0])
    approver.see(approver.page.links("Take it back")[0])
    approver.press("Take it back")
    assert approver.page.path.startswith("/staff/tables/drafts/")
    with app.app_context():
        assert [version.version for version in price_lists.versions("delhi")] == ["2026-09"]
    for page in (
        approver.see("/staff/tables/versions/1/take-back"),
        approver.post("/staff/tables/versions/1/take-back", {}),
    ):
        assert page.status == 409
        assert "cannot be taken back" in page.text


def test_a_list_is_closed_and_opened_again(app: Flask, approver: Staff) -> None:
    approver.see("/staff/tables")
    approver.see(approver.page.links("Close this list")[0])
    approver.press("Close the list")
    assert "This list is closed." in approver.page.text
    assert "delhi" not in approver.see("/").html
    approver.see("/staff/tables")
    approver.see(approver.page.links("Open the list again")[0])
    approver.press("Open it again")
    assert "in force" in approver.page.text


def test_every_action_of_the_trail_has_its_sentence() -> None:
    source = [path.read_text(encoding="utf-8") for path in (ROOT / "estimator").rglob("*.py")]
    added = {
        name
        for text in source
        for name in re.findall(r"audit\.add\(\s*(?:[a-z_.]+(?:\([^()]*\))?,\s*)?\"([a-z_.]+)\"", text)
    }
    assert len(added) > 10
    assert added <= set(audit_trail.SENTENCES)
