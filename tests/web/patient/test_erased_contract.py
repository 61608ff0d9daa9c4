"""What is promised about a contract whose person was erased: no link opens it, and taking it back removes the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from estimator import requests
from estimator.db import db
from estimator.models import AuditEntry, QuoteRevision
from estimator.privacy import erasure
from tests.support.acts import acting
from tests.support.clinic import NOW
from tests.support.quote_clinic import NAME, Desk, Patient, list_text
from tests.support.visitor import Page, Visitor

DOCUMENT = b"%PDF-1.7 kept"


@pytest.fixture
def desk(start: object) -> Desk:
    """Return the desk with one request, whose quote can be issued."""
    app: Flask = start(list_text())  # type: ignore[operator]
    return Desk(app)


def request_link(desk: Desk) -> str:
    with desk.request() as request:
        return f"/r/{requests.token_of(request, desk.settings.link_key)}"


def accepted(desk: Desk) -> tuple[str, Patient]:
    """Return the link of a quote that was accepted, and the patient, in whose browser the code was typed."""
    link = desk.issue(pdf=DOCUMENT)
    patient = desk.patient(link)
    patient.accept()
    return link, patient


def shows_nothing(page: Page) -> bool:
    return NAME not in page.html and "4,211" not in page.html and b"%PDF" not in page.body


def test_who_presses_delete_again_and_again_writes_nothing_more(desk: Desk) -> None:
    accepted(desk)
    desk.erase()
    with desk.request() as request:
        first, events = request.erased_at, len(requests.history(request, desk.settings.data_keys))
        entries = db.session.scalar(select(func.count()).select_from(AuditEntry))
    with desk.request() as request:
        assert not erasure.erase(acting(now=NOW + timedelta(hours=1)), request)
    with desk.request() as request:
        assert (request.erased_at, len(requests.history(request, desk.settings.data_keys))) == (first, events)
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == entries


def test_the_links_open_nothing_any_more(desk: Desk) -> None:
    link, _patient = accepted(desk)
    own = request_link(desk)
    desk.erase()
    for stray in (link, own):
        assert Visitor(desk.app).open(stray).status == 404


def test_who_opened_a_link_before_without_the_code_sees_and_changes_nothing(desk: Desk) -> None:
    link, _patient = accepted(desk)
    stray = desk.patient(link, confirmed=False)
    stray.open(request_link(desk))
    gate = stray.open(stray.path)
    desk.erase()
    for path in ("", "/1", "/1.pdf", "/answered", "/take-back", "/question"):
        page = stray.open(stray.path + path)
        assert (page.status, shows_nothing(page)) == (410, True), path
        assert page.text("h1") == "The links do not open this any more"
    for path in ("", "/data", "/data.json", "/data.pdf", "/erase", "/code"):
        page = stray.open(f"/request/{desk.reference}{path}")
        assert (page.status, shows_nothing(page)) == (410, True), path
    sent = stray.press(gate, "send")
    assert sent.status == 410
    with desk.revision() as revision:
        assert revision.state == "accepted"
    with desk.request() as request:
        assert request.full_name is not None


def test_who_typed_the_code_before_keeps_the_visit_until_it_ends(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    _link, patient = accepted(desk)
    desk.erase()
    page = patient.open(patient.path)
    assert page.status == 200
    assert NAME in page.html
    assert patient.open(f"{patient.path}/1.pdf").body == DOCUMENT
    clock.move_to(NOW + timedelta(hours=13))
    assert patient.open(patient.path).status != 200


def test_who_had_no_address_keeps_it_open_where_it_was_erased_and_nowhere_else(start: object) -> None:
    app: Flask = start(list_text())  # type: ignore[operator]
    desk = Desk(app, address=None)
    link = desk.issue(pdf=DOCUMENT)
    patient, other = (desk.patient(link, confirmed=False) for _each in range(2))
    patient.accept()
    own = request_link(desk)
    patient.open(own)
    other.open(own)
    check = patient.open(f"/request/{desk.reference}/erase")
    done = patient.send(check, button=None)
    assert "write to the provider or call" in done.text()
    assert patient.open(patient.path).status == 200
    assert patient.open(f"/request/{desk.reference}/data").status == 200
    assert other.open(other.path).status == 410
    assert other.open(f"/request/{desk.reference}/data").status == 410


def test_the_page_says_before_that_links_end_and_how_an_acceptance_is_taken_back_then(desk: Desk) -> None:
    _link, patient = accepted(desk)
    patient.open(request_link(desk))
    code = patient.press(patient.open(f"/request/{desk.reference}/code"), "send")
    patient.press(patient.open(code.location), "check", code=desk.code())
    text = patient.open(f"/request/{desk.reference}/erase").text()
    assert "The links of the request and of the quote stop working at once." in text
    assert "To take the acceptance back after that, write to the provider or call." in text
    assert "keep your own copy" in text


def test_an_acceptance_that_is_taken_back_after_erasing_takes_the_rest_with_it(desk: Desk) -> None:
    _link, patient = accepted(desk)
    desk.erase()
    done = patient.press(patient.open(f"{patient.path}/take-back"), None)
    assert done.status == 303
    page = patient.open(done.location)
    assert "The acceptance is taken back" in page.text("h1")
    assert "deleted as well" in page.text()
    with desk.revision() as revision:
        assert (revision.state, revision.patient, revision.rows, revision.pdf) == (
            "withdrawn",
            None,
            None,
            None,
        )
    with desk.request() as request:
        assert (request.full_name, request.state) == (None, "closed")
    (mail,) = desk.mails("quote_decided")
    assert "taken back" in mail.as_string(), "the desk hears of it"


@pytest.mark.long
def test_the_night_finds_what_was_kept_for_a_contract_that_is_none_any_more(desk: Desk) -> None:
    accepted(desk)
    desk.erase()
    with desk.app.app_context():
        assert erasure.erase_leftovers(acting(actor="clock", now=NOW)) == 0
        revision = db.session.scalars(select(QuoteRevision)).one()
        revision.state = "current"
        db.session.commit()
        assert erasure.erase_leftovers(acting(actor="clock", now=NOW)) == 1
        assert erasure.erase_leftovers(acting(actor="clock", now=NOW)) == 0
        db.session.commit()
        assert (revision.state, revision.patient, revision.rows) == ("withdrawn", None, None)


def test_nothing_can_be_asked_any_more_and_what_was_typed_is_shown_again(desk: Desk) -> None:
    _link, patient = accepted(desk)
    patient.open(request_link(desk))
    form = patient.open(f"{patient.path}/question")
    own = patient.open(f"/request/{desk.reference}")
    desk.erase()
    refused = patient.press(form, None, words="MY SECRET ILLNESS")
    assert refused.status == 409
    assert refused.text("h1") == "The person’s details were deleted meanwhile"
    assert "MY SECRET ILLNESS" in refused.html
    stray = patient.press(own, None, words="MY SECRET ILLNESS")
    assert stray.status == 410, "no code was typed for the request itself"
    assert "MY SECRET ILLNESS" in stray.html
    assert f"{patient.path}/question" not in set(patient.open(patient.path).links())
    assert "MY SECRET ILLNESS" not in {entry.words for entry in desk.history()}
