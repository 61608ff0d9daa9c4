"""What must hold on either database: two at the same moment, a killed server, a closed list, a clock set back."""

from __future__ import annotations

import http.client
import os
import signal
import threading
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from estimator import audit, price_lists, staff
from estimator.db import db
from estimator.models import AuditEntry, Draft, DraftSave, PriceList
from estimator.models.staff import Role
from estimator.price_lists import drafts
from estimator.staff import invitations
from tests.support.acts import acting
from tests.support.commands import Running, environment
from tests.support.delhi_list import NOW
from tests.support.mail_server import wait_until
from tests.support.staff_browser import Staff

pytestmark = pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)

APPROVE = "Approve, and schedule it for 1 December 2026"


@pytest.fixture
def second_approver(app: Flask) -> Staff:
    """Return a second person who may approve."""
    settings = app.config["SETTINGS"]
    with app.app_context():
        user = staff.accounts._add(
            "second@demonstration.example.org", ["approver"], language="en", demonstration=True, now=NOW
        )
        _link, token = invitations.make(acting(now=NOW, settings=settings), user, "demonstration")
        db.session.commit()
    person = Staff(app)
    page = person.see(f"/staff/demonstration/{token}")
    button = next(button for form in page.all("form") for button in form.iter("button"))
    person.press("".join(button.itertext()).strip())
    return person


def asked_for(editor: Staff, draft: str) -> None:
    """Ask for approval, with every warning accepted."""
    editor.see(f"{draft}/publish")
    warnings = [str(box.get("value")) for box in editor.page.all("input", type="checkbox")]
    editor.send("Ask for approval", {"ack": warnings})
    assert "another person has to approve" in editor.page.text


def at_once(*sends: tuple[FlaskClient, str, object]) -> list[int]:
    """Send several forms at the same moment and return the status of each answer."""
    ready = threading.Barrier(len(sends))
    found: dict[int, int] = {}

    def one(number: int, client: FlaskClient, path: str, data: object) -> None:
        ready.wait()
        answer = client.post(path, data=data)
        found[number] = answer.status_code
        answer.close()

    threads = [threading.Thread(target=one, args=(number, *send)) for number, send in enumerate(sends)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[number] for number in range(len(sends))]


def actions() -> Sequence[str]:
    return db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def versions() -> list[str]:
    return [version.version for version in price_lists.versions("delhi")]


@pytest.mark.long
def test_a_draft_is_edited_proposed_approved_and_in_force_on_its_day(
    app: Flask, editor: Staff, approver: Staff, draft: str, clock: time_machine.Traveller
) -> None:
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "sixty", "f.note.en": "Mit Balkon – مع شرفة"})
    assert editor.page.value("f.price") == "sixty"
    editor.send("save", {"f.price": "64"})
    saved = editor.post(
        f"{draft}/section/charge", {"over": "3", "base": "3", "act": "autosave", "c.price.ward": "45"}
    )
    assert saved.json["saves"] == 4
    assert len(editor.see(f"{draft}/saves").all("tr")) == 5
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    approver.press(APPROVE)
    assert "scheduled" in approver.page.text
    clock.move_to(datetime(2026, 12, 1, 0, 0, tzinfo=UTC))
    with app.app_context():
        current = price_lists.in_force("delhi", datetime.now(UTC))
        assert (current.version, current.valid_from) == ("2026-12", date(2026, 12, 1))
        assert "Mit Balkon – مع شرفة" in current.text
        assert audit.verify().broken is None


@pytest.mark.long
def test_of_two_who_save_at_the_same_moment_one_is_told_and_nothing_is_lost(
    app: Flask, editor: Staff, draft: str, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    other = sign_in(app, "price_editor")
    sends = []
    for person, price in ((editor, "70"), (other, "71")):
        person.see(f"{draft}/entry/charge/single")
        path, fields = person.page.sent("save", {"f.price": price})
        sends.append((person.client, path, fields))
    found = at_once(*sends)
    assert sorted(found) == [303, 409]
    with app.app_context():
        assert drafts.find(1).saves == 2
        assert f"price = 7{found.index(303)}\n" in drafts.find(1).text
        assert db.session.scalars(select(DraftSave.number)).all() == [1, 2]


@pytest.mark.long
def test_of_two_approvers_at_the_same_moment_one_publishes(
    app: Flask, editor: Staff, approver: Staff, second_approver: Staff, draft: str
) -> None:
    asked_for(editor, draft)
    sends = []
    for person in (approver, second_approver):
        person.see(f"{draft}/publish")
        path, fields = person.page.sent(APPROVE, {})
        sends.append((person.client, path, fields))
    found = at_once(*sends)
    assert found.count(303) == 1
    assert set(found) <= {303, 404, 409}, "the other one is told, not shown a mistake of ours"
    with app.app_context():
        assert versions() == ["2026-12", "2026-09"]
        assert actions().count("table.published") == 2, "the first list, and this version once"
        assert db.session.scalars(select(Draft)).all() == []
        assert audit.verify().broken is None


def test_a_save_at_the_moment_of_approval_is_published_or_kept_never_lost(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    path, fields = approver.page.sent(APPROVE, {})
    editor.see(f"{draft}/entry/charge/single")
    save, typed = editor.page.sent("save", {"f.price": "77"})
    approved, saved = at_once((approver.client, path, fields), (editor.client, save, typed))
    with app.app_context():
        if approved == 303:
            assert saved in (404, 409)
            assert versions() == ["2026-12", "2026-09"]
            assert "price = 77\n" not in price_lists.find("delhi", "2026-12").text
        else:
            assert (approved, saved) == (409, 303)
            assert versions() == ["2026-09"]
            assert "price = 77\n" in drafts.find(1).text
        assert audit.verify().broken is None


# A server that is killed

SERVER = """
import os, signal
from datetime import UTC, datetime
import time_machine
from flask import request, has_request_context
from sqlalchemy import event
from werkzeug.serving import make_server
from estimator import config, create_app
from estimator.db import db
with time_machine.travel(datetime.fromisoformat("{now}"), tick=False):
    app = create_app(config.load())
    with app.app_context():
        @event.listens_for(db.session, "{moment}")
        def _end(*_):
            if has_request_context() and request.path.endswith("{path}"):
                os.kill(os.getpid(), signal.SIGKILL)
    server = make_server("127.0.0.1", 0, app)
    print(server.server_port, flush=True)
    server.serve_forever()
"""


def killed_while(app: Flask, tmp_path: Path, person: Staff, moment: str, path: str, act: str) -> None:
    """Press a button of the page in a server of its own that is killed at a moment of that request."""
    script = SERVER.format(now=NOW.isoformat(), moment=moment, path=path)
    log = tmp_path / "server.log"
    log.write_text("")
    server = Running(
        environment={**os.environ, **environment(app.config["SETTINGS"])}, log=log, before=script
    )
    try:
        wait_until(lambda: log.read_text().endswith("\n"), 60)
        port = int(log.read_text().splitlines()[0])
        cookie = person.client.get_cookie("session")
        assert cookie is not None
        action, fields = person.page.sent(act, {})
        body = urllib.parse.urlencode(list(fields.items(multi=True))).encode()
        sent = urllib.request.Request(
            f"http://127.0.0.1:{port}{action}",
            data=body,
            headers={"Cookie": f"session={cookie.value}", "Host": "localhost"},
        )
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            urllib.request.urlopen(sent, timeout=30)
        assert server.wait(30) == -signal.SIGKILL
    finally:
        server.kill_group()


@pytest.mark.long
@pytest.mark.both_databases
def test_a_server_killed_while_somebody_approves_leaves_all_or_nothing(
    app: Flask, editor: Staff, approver: Staff, draft: str, tmp_path: Path
) -> None:
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    killed_while(app, tmp_path, approver, "before_commit", "/approve", APPROVE)
    with app.app_context():
        assert versions() == ["2026-09"], "nothing half published"
        assert drafts.find(1).proposed_save == 1, "nothing lost"
        assert actions()[-1] == "draft.proposed"
    approver.see(f"{draft}/publish")
    killed_while(app, tmp_path, approver, "after_commit", "/approve", APPROVE)
    with app.app_context():
        assert versions() == ["2026-12", "2026-09"], "what was committed is whole"
        assert actions()[-2:] == ["table.published", "table.warnings_acknowledged"]
        assert audit.verify().broken is None
    page = approver.press(APPROVE)
    assert page.status == 200
    assert "2026-12" in page.text, "whoever was not answered is led to what was published"
    with app.app_context():
        assert versions() == ["2026-12", "2026-09"]


@pytest.mark.long
@pytest.mark.both_databases
def test_a_server_killed_while_somebody_asks_for_the_effect_leaves_a_preview_or_none(
    app: Flask, editor: Staff, draft: str, tmp_path: Path
) -> None:
    editor.see(f"{draft}/effect")
    killed_while(app, tmp_path, editor, "before_commit", "/effect", "Work it out")
    page = editor.see(f"{draft}/effect")
    assert "Work it out" in page.text
    killed_while(app, tmp_path, editor, "after_commit", "/effect", "Work it out")
    assert "Waiting for a worker" in editor.see(f"{draft}/effect").text


# A list that is closed, rights that are taken away, a clock that is set back


def test_a_scheduled_version_of_a_closed_list_never_comes_into_force_until_it_is_opened(
    app: Flask, editor: Staff, approver: Staff, draft: str, clock: time_machine.Traveller
) -> None:
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    approver.press(APPROVE)
    approver.see("/staff/tables/lists/delhi/close")
    assert "scheduled versions will not come into force" in approver.page.text
    approver.press("Close the list")
    clock.move_to(datetime(2026, 12, 5, 9, 0, tzinfo=UTC))
    stranger = Staff(app)
    assert stranger.see("/estimate/delhi").status == 404
    with app.app_context(), pytest.raises(price_lists.UnknownTable):
        price_lists.in_force("delhi", datetime.now(UTC))
    clock.move_to(NOW)
    approver.see("/staff/tables/lists/delhi/reopen")
    approver.press("Open it again")
    clock.move_to(datetime(2026, 12, 5, 9, 0, tzinfo=UTC))
    with app.app_context():
        assert price_lists.in_force("delhi", datetime.now(UTC)).version == "2026-12"


def test_what_was_proposed_is_not_approved_for_a_list_that_was_closed_meanwhile(
    app: Flask, editor: Staff, approver: Staff, second_approver: Staff, draft: str
) -> None:
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    second_approver.see("/staff/tables/lists/delhi/close")
    second_approver.press("Close the list")
    page = approver.press(APPROVE)
    assert page.status == 422
    assert "Nothing was published." in page.text
    assert "The list is closed. Open it again first." in page.text
    with app.app_context():
        assert versions() == ["2026-09"]
        assert drafts.find(1).proposed_by is not None


def test_a_list_that_has_versions_cannot_be_deleted_not_even_by_hand(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(IntegrityError):
            db.session.execute(delete(PriceList).filter_by(slug="delhi"))
        db.session.rollback()
        assert price_lists.in_force("delhi", NOW).version == "2026-09"


def take_roles_away(app: Flask, address: str) -> None:
    with app.app_context():
        user = staff.find(address)
        assert user is not None
        staff.set_roles(acting(actor="command line", now=datetime.now(UTC)), user, ["coordinator"])
        db.session.commit()


def test_whoever_loses_their_role_while_they_edit_keeps_what_they_typed(
    app: Flask, editor: Staff, draft: str
) -> None:
    editor.see(f"{draft}/entry/charge/ward")
    take_roles_away(app, "editor@demonstration.example.org")
    action, fields = editor.page.sent("save", {"f.note.en": "An hour of work"})
    alone = editor.client.post(
        action, data={**fields.to_dict(), "act": "autosave"}, headers={"Accept": "application/json"}
    )
    assert (alone.status_code, alone.json) == (401, {"error": "signed out"})
    page = editor.send("save", {"f.note.en": "An hour of work"})
    assert page.status == 401
    assert "An hour of work" in page.text
    with app.app_context():
        assert drafts.find(1).saves == 1


def test_whoever_loses_their_role_while_they_look_cannot_approve(
    app: Flask, editor: Staff, approver: Staff, draft: str
) -> None:
    asked_for(editor, draft)
    approver.see(f"{draft}/publish")
    take_roles_away(app, "approver@demonstration.example.org")
    page = approver.press(APPROVE)
    assert page.status in (401, 403)
    with app.app_context():
        assert versions() == ["2026-09"]
        assert drafts.find(1).proposed_by is not None


def test_a_clock_set_back_while_somebody_edits_and_approves_loses_nothing(
    app: Flask,
    editor: Staff,
    draft: str,
    clock: time_machine.Traveller,
    sign_in: Callable[[Flask, Role], Staff],
) -> None:
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "70"})
    clock.move_to(NOW - timedelta(hours=2))
    page = editor.send("save", {"f.note.en": "Typed before the clock was set back"})
    assert page.status == 401, "a session of the future is none"
    assert "Typed before the clock was set back" in page.text
    editor = sign_in(app, "price_editor")
    editor.see(f"{draft}/entry/charge/single")
    editor.send("save", {"f.price": "72"})
    asked_for(editor, draft)
    assert "3 now" in editor.see(f"{draft}/saves").text, "the order is that of the saves, not of the clock"
    clock.move_to(NOW - timedelta(hours=4))
    approver = sign_in(app, "approver")
    approver.see(f"{draft}/publish")
    approver.press(APPROVE)
    with app.app_context():
        assert "price = 72\n" in price_lists.find("delhi", "2026-12").text
        assert audit.verify().broken is None
    clock.move_to(datetime(2026, 12, 2, 9, 0, tzinfo=UTC))
    with app.app_context():
        assert price_lists.in_force("delhi", datetime.now(UTC)).version == "2026-12"
    clock.move_to(NOW)
    with app.app_context():
        assert price_lists.in_force("delhi", datetime.now(UTC)).version == "2026-09"
