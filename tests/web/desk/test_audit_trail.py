"""The audit trail in names, filtered, searched and taken out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

import estimator
from estimator import audit, requests
from estimator.db import db
from estimator.models import Mail
from estimator.models.staff import Role
from estimator.web.staff.audit_trail import SENTENCES
from tests.support.acts import acting
from tests.support.audited_actions import written
from tests.support.delhi_list import NOW
from tests.support.quote_desk import NAME, ask, page
from tests.support.quote_form import issue, line, prepare
from tests.support.staff_browser import Staff

TRAIL = "/staff/audit"
PACKAGE = Path(estimator.__file__).parent


@pytest.mark.long
def test_the_trail_names_lists_requests_quotes_and_people(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], draft: str
) -> None:
    coordinator, approver = sign_in(app, "coordinator"), sign_in(app, "approver")
    reference = ask(app)
    issue(coordinator, reference)
    with app.app_context():
        act = acting(actor="command line", now=NOW)
        audit.add(act, "staff.signed_in", subject="user:1")
        audit.add(act, "table.closed", subject="price_list:delhi")
        audit.add(act, "draft.thrown_away", subject="draft:77")
        db.session.commit()
    shown = approver.see(TRAIL)
    assert shown.status == 200
    for words in (
        "issued a quote: Quote Q-2026-00001, revision 1",
        "began a draft: Draft 1 of “delhi”",
        "published a version: Version 2026-09 of “delhi”",
        "closed a list: Price list “delhi”",
        "editor@demonstration.example.org",
        "discarded a draft: Draft 77 of “–”",
    ):
        assert words in shown.text
    assert NAME not in shown.html
    assert shown.links("Quote Q-2026-00001, revision 1") == [page(reference)]
    assert shown.links("Draft 1 of “delhi”") == [draft]
    assert shown.links("Version 2026-09 of “delhi”") == ["/staff/tables/versions/1"]
    assert shown.links("Draft 77 of “–”") == []


def test_the_trail_is_searched_by_what_staff_know(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], draft: str
) -> None:
    coordinator, approver = sign_in(app, "coordinator"), sign_in(app, "approver")
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-2500"))
    coordinator.see(page(reference))
    coordinator.press("Ask for approval")
    other = ask(app)
    issue(coordinator, other)
    with app.app_context():
        found = requests.get(reference)
        assert found is not None
        audit.add(acting(actor="command line", now=NOW), "request.new_link", subject=found.reference)
        for about in (other, "Q-2026-00001/1"):
            mail = db.session.scalars(select(Mail.id).filter_by(about=about)).first()
            audit.add(acting(actor="command line", now=NOW), "mail.again", subject=f"mail:{mail}")
        db.session.commit()
    shown = approver.see(f"{TRAIL}?q={reference.lower()}").text
    assert "asked for approval of a quote’s adjustments and given prices: Request" in shown
    assert "made a new link for a request: Request" in shown
    assert "issued a quote:" not in shown
    shown = approver.see(f"{TRAIL}?q=Q-2026-00001").text
    assert "issued a quote: Quote Q-2026-00001" in shown
    assert shown.count("sent a mail again: Email") == 2, "one about the request, one about the revision"
    assert reference not in shown
    shown = approver.see(f"{TRAIL}?q=delhi").text
    assert "began a draft: Draft 1" in shown
    assert "published a version: Version" in shown
    assert "issued a quote:" not in shown
    shown = approver.see(f"{TRAIL}?q=editor@demonstration.example.org").text
    assert "began a draft: Draft 1" in shown
    nothing = approver.see(f"{TRAIL}?q=REQ-2222-2222").text
    assert "Nothing of this stands in the trail." in nothing
    assert "asked and answered at a request stands in its history, on its page." in nothing


def test_whatever_is_written_into_the_trail_has_a_name_there_and_can_be_filtered() -> None:
    assert written(PACKAGE) == set(SENTENCES)


def test_what_cannot_be_filtered_by_is_said_and_nothing_is_taken_out(approver: Staff) -> None:
    for kind in ("", ".csv", ".xlsx"):
        shown = approver.see(f"{TRAIL}{kind}?what=bill.unheard")
        assert (shown.status, "Choose one." in shown.text) == (422, True)
    assert "downloaded the audit trail:" not in approver.see(TRAIL).text


def test_the_trail_is_filtered_by_person_kind_subject_and_day(
    app: Flask, approver: Staff, clock: time_machine.Traveller
) -> None:
    with app.app_context():
        for day, subject in ((9, "price_list:early"), (10, "price_list:noon"), (11, "user:9")):
            moment = NOW.replace(day=day)
            audit.add(acting(actor="user:1", now=moment), "table.closed", subject=subject)
        audit.add(acting(actor="command line", now=NOW), "table.reopened", subject="price_list:late")
        db.session.commit()

    def found(query: str) -> list[str]:
        shown = approver.see(f"{TRAIL}?{query}")
        names = ("price_list:early", "price_list:noon", "user:9", "price_list:late", "table_version:1")
        codes = [code.text for code in shown.all("code")]
        return [name for name in names if name in codes]

    assert found("who=user:1") == ["price_list:early", "price_list:noon", "user:9"]
    assert found("what=table.reopened") == ["price_list:late"]
    assert found("about=staff") == ["user:9"]
    assert found("since=2026-11-10&until=10.11.2026") == [
        "price_list:noon",
        "price_list:late",
        "table_version:1",
    ]
    assert found("who=user:1&since=10/11/2026&until=") == ["price_list:early", "price_list:noon", "user:9"]
    assert "can be 10 November 2026 or 11 October 2026" in approver.page.text
    assert approver.page.status == 422
    assert found("since=31.12.2026") == []
    assert approver.page.status == 200


def test_the_trail_is_taken_out_as_asked_and_that_is_written_down(app: Flask, approver: Staff) -> None:
    with app.app_context():
        audit.add(acting(actor="command line", now=NOW), "table.closed", subject="price_list:delhi")
        db.session.commit()
    answer = approver.client.get(f"{TRAIL}.csv?what=table.closed")
    assert answer.status_code == 200
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Price list “delhi”" in lines[1]
    assert "price_list:delhi" in lines[1]
    assert approver.see(f"{TRAIL}.xlsx").content.startswith(b"PK")
    assert "downloaded the audit trail: Audit trail" in approver.see(TRAIL).text
    with app.app_context():
        assert audit.verify().broken is None
