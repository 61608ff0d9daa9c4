"""What became of a quote at the desk: its mail, its document, the patient's answer, and what ends it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from estimator import quotes, requests
from estimator.db import db
from estimator.models import Mail, QuoteDraft
from estimator.models.staff import Role
from estimator.privacy import erasure
from estimator.quotes import drafts
from estimator.web.desk.requests import beside
from pricing.quote_options import Option
from tests.support.acts import acting
from tests.support.quote_desk import (
    NAME,
    accept,
    ask,
    decline,
    draw,
    give_up,
    newest,
    now,
    page,
    request_of,
    settings_of,
)
from tests.support.quote_form import SPACE, issue, line, prepare, total
from tests.support.staff_browser import Page, Staff


def test_a_new_link_ends_the_old_one(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference)

    def link() -> str:
        return str(coordinator.page.all("input", id="link")[0].get("value"))

    old = link().removeprefix(settings_of(app).public_url)
    coordinator.see(f"{page(reference)}/link")
    shown = coordinator.press("Make a new link")
    assert "The quote and its request have new links." in shown.text
    new = link().removeprefix(settings_of(app).public_url)
    stranger = app.test_client()
    assert stranger.get(old).status_code == 404
    assert stranger.get(new).status_code == 303


def test_what_was_issued_in_another_language_has_the_figures_of_the_desk_and_its_optional_lines(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, language="fr")
    prepare(coordinator, reference, **line(0, "-100"))
    with app.app_context(), request_of(app, reference) as found:
        draft = drafts.for_request(found)
        assert draft is not None
        act = acting(actor="user:1", now=now(), settings=settings_of(app))
        drafts.change(act, draft, save=draft.save, options=[Option(Decimal("250"), "Interprète", ())])
        db.session.commit()
    coordinator.see(f"{page(reference)}/issue")
    shown = coordinator.press("Issue this quote").text.replace(SPACE, " ")
    assert "\N{MINUS SIGN}USD 100.00" in shown
    assert "100,00" not in shown
    assert "Can be taken with it, taxes included: Interprète, USD 250.00" in shown


def test_who_prepares_or_approves_a_revision_reads_that_the_patient_has_accepted_meanwhile(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    coordinator.see(page(reference))
    accepted = "The patient has accepted revision 1."
    assert accepted not in coordinator.press("Prepare a revision").text
    accept(app, reference)
    assert accepted in coordinator.see(page(reference)).text
    assert accepted in coordinator.see(f"{page(reference)}/issue").text


def test_the_request_says_until_when_a_quote_can_be_accepted_only_while_it_can(
    app: Flask, coordinator: Staff, clock: time_machine.Traveller
) -> None:
    first, second = ask(app), ask(app, address="another@example.org")
    for reference in (first, second):
        issue(coordinator, reference)
        assert ", valid until " in coordinator.see(f"/desk/requests/{reference}").text
    with newest(app, first) as revision:
        quotes.withdraw(
            acting(actor="user:1", now=now(), settings=settings_of(app)), revision, reason="mistake"
        )
        db.session.commit()
    assert "valid until" not in coordinator.see(f"/desk/requests/{first}").text
    clock.shift(timedelta(days=90))
    with app.test_request_context(), request_of(app, second) as found:
        told = beside.quote(found)
    assert told is not None
    assert (told["until"] or "").startswith("it could be accepted until ")


@pytest.mark.long
def test_what_became_of_its_mail_is_said_and_it_can_be_sent_again(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    assert "It is about to be sent." in coordinator.page.text
    number = give_up(app, "quote_issued", "550 mailbox unknown")
    shown = coordinator.see(page(reference))
    assert "The reason: 550 mailbox unknown" in shown.text
    action, fields = next(
        (form.get("action"), shown.typed(form).to_dict())
        for form in shown.all("form")
        if str(form.get("action")).startswith("/desk/outbox/")
    )
    shown = Page(coordinator.client.post(str(action), data=fields, follow_redirects=True))
    assert shown.path == page(reference)
    assert "It is sent again." in shown.text
    assert "It is about to be sent." in shown.text
    with app.app_context():
        assert db.session.get_one(Mail, number).state == "waiting"


@pytest.mark.long
def test_the_document_at_the_desk_is_the_one_that_was_mailed(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    shown = issue(coordinator, reference)
    assert "The PDF is being made." in shown.text
    assert coordinator.see(f"{page(reference)}/revisions/1.pdf").status == 404
    made = draw(app, reference)
    assert coordinator.see(f"{page(reference)}/revisions/1.pdf").content == made
    assert coordinator.see(f"{page(reference)}/revisions/2.pdf").status == 404


@pytest.mark.long
def test_what_the_patient_decided_and_asked_is_shown(app: Flask, coordinator: Staff) -> None:
    first, second = ask(app), ask(app, name="Otto Plumb", address="otto@plumb.example")
    issue(coordinator, first)
    accept(app, first)
    shown = coordinator.see(page(first))
    assert "Accepted on 10 November 2026, 14:30 (India)." in shown.text
    assert "It can be taken back until the end of 17 November 2026 (India)" in shown.text
    for letter in ("A quote", "What happened to a quote"):
        assert f"{letter}, m…@quillworth.org" in shown.text
    assert "Notice to the desk: a decision" in shown.text
    assert f"Typed name: {NAME}" in shown.text
    assert not shown.links("Withdraw it"), "what is accepted is not withdrawn"
    issue(coordinator, second)
    with newest(app, second) as revision:
        quotes.ask_question(
            acting(now=now(), settings=settings_of(app)), revision.quote.request, "Is the <ramp> included?"
        )
    decline(app, second, "elsewhere", "My sister found\nanother one.")
    shown = coordinator.see(page(second))
    assert "goes somewhere else" in shown.text
    assert "My sister found another one." in shown.text
    assert "Is the <ramp> included?" in shown.text


@pytest.mark.long
def test_a_request_whose_quote_can_be_accepted_is_not_closed_and_says_what_to_do(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    refusal = "Its quote can still be accepted. Withdraw the quote first, then close the request."
    coordinator.see(f"/desk/requests/{reference}")
    coordinator.press("Change status", state="in_work", why="")
    refused = coordinator.press("Change status", state="closed", why="Found another clinic.")
    assert refused.status == 409
    assert refusal in refused.text
    assert "Found another clinic." in refused.html
    pick = coordinator.see("/desk/requests").all("input", name="pick")[0].get("value")
    assert f"{reference}: {refusal}" in coordinator.send("state", {"pick": pick, "state": "closed"}).text


def test_an_acceptance_that_ended_with_another_revision_is_said_to_have_ended(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    accept(app, reference)
    coordinator.see(page(reference))
    coordinator.press("Prepare a revision")
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    shown = coordinator.see(page(reference)).text
    assert "This acceptance ended with revision 2." in shown
    assert "It can be taken back" not in shown


@pytest.mark.long
def test_what_was_answered_stands_below_the_question(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    act = acting(now=now(), settings=settings_of(app))
    with request_of(app, reference) as found:
        quotes.ask_question(act, found, "Is the ramp included?")
        requests.answer(replace(act, actor="user:1"), found, "Yes, and the lift.", way="telephone")
    (said,) = coordinator.see(page(reference)).all("ol", class_="plain said-in-turn")
    words = ["".join(quote.itertext()) for quote in said.iter("blockquote")]
    assert words == ["Is the ramp included?", "Yes, and the lift."]
    assert "by telephone" in "".join(said.itertext())


def test_a_quote_that_expired_is_said_to_be(
    app: Flask,
    coordinator: Staff,
    sign_in: Callable[[Flask, Role], Staff],
    clock: time_machine.Traveller,
) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    clock.move_to("2026-12-10T18:29:00Z")
    coordinator = sign_in(app, "coordinator")
    assert [*_marks(coordinator, reference)] == ["current"]
    clock.move_to("2026-12-10T18:31:00Z")  # midnight in Kolkata has passed
    assert [*_marks(coordinator, reference)] == ["expired"]
    assert "expired" in coordinator.see(f"{page(reference)}/withdraw").text


def _marks(coordinator: Staff, reference: str) -> list[str]:
    shown = coordinator.see(page(reference))
    return ["".join(mark.itertext()) for mark in shown.all("span", class_="mark")]


def test_what_is_prepared_can_be_thrown_away(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-250"))
    old = coordinator.page
    shown = coordinator.see(f"{page(reference)}/discard").text
    assert "Discard the quote that is being prepared?" in shown
    assert "What was issued stays as it is." not in shown
    assert "No revision is being prepared" in coordinator.press("Discard it").text
    coordinator.page = old
    late = coordinator.send("save", line(0, "-250", "Not lost"))
    assert late.status == 404
    assert "Not lost" in late.html, "what was typed is shown again"


def test_what_a_colleague_saved_meanwhile_is_not_thrown_away_unseen(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-250"))
    coordinator.see(f"{page(reference)}/discard")
    colleague = sign_in(app, "coordinator")
    colleague.see(page(reference))
    colleague.send("save", line(0, "-300", "Colleague's work"))
    told = coordinator.press("Discard it")
    assert told.status == 409
    assert "has saved this quote meanwhile" in told.html
    assert "Colleague&#39;s work" in coordinator.see(page(reference)).html
    coordinator.see(f"{page(reference)}/discard")
    assert "No revision is being prepared" in coordinator.press("Discard it").text


@pytest.mark.long
@pytest.mark.every_variant
@pytest.mark.parametrize(
    ("path", "button", "act"),
    [
        ("/discard", "Discard it", ""),
        ("", "save", "save"),
        ("/answers", "save", "save"),
        ("/issue", "Issue this quote", ""),
    ],
)
def test_a_page_of_the_revision_before_changes_nothing_of_the_next_one(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff], path: str, button: str, act: str
) -> None:
    reference = ask(app)
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    coordinator.see(f"{page(reference)}{path}")
    colleague = sign_in(app, "coordinator")
    colleague.see(f"{page(reference)}/issue")
    colleague.press("Issue this quote")
    colleague.see(page(reference))
    colleague.press("Prepare a revision")
    with app.app_context():
        before = db.session.scalars(select(QuoteDraft)).one()
        assert before.save == 1
        db.session.expunge(before)
    form, _button = coordinator.page.form(button)
    action = form.get("action") or f"{page(reference)}{path}"
    fields = {**coordinator.page.typed(form).to_dict(), "act": act}
    if path == "":
        fields |= line(0, "-250")
    assert coordinator.client.post(action, data=fields).status_code == 409
    with app.app_context():
        after = db.session.scalars(select(QuoteDraft)).one()
        assert (after.name, after.save) == (before.name, 1)


@pytest.mark.long
def test_the_person_is_erased_and_the_figures_stay(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    with request_of(app, reference) as found:
        erasure.erase(acting(now=now()), found)
    shown = coordinator.see(page(reference))
    assert NAME not in shown.html
    assert "USD 15,890.40" in shown.text.replace(SPACE, " ")
    for path in ("revisions/1", "revisions/1.pdf"):
        gone = coordinator.see(f"{page(reference)}/{path}")
        assert (gone.status, "has been deleted" in gone.text) == (410, True), path


@pytest.mark.long
def test_a_locked_database_costs_nobody_what_they_typed(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    lock = sqlite3.connect(settings_of(app).database_url.removeprefix("sqlite:///"), isolation_level=None)
    with app.app_context():
        db.engine.dispose()
    lock.execute("BEGIN IMMEDIATE")
    shown = coordinator.send("save", line(0, "-250", "Typed while it was locked"))
    lock.execute("ROLLBACK")
    lock.close()
    assert shown.status == 503
    assert shown.value("label-0") == "Typed while it was locked"
    assert coordinator.press("Try again").value("label-0") == "Typed while it was locked"
    assert total(coordinator.page) == f"USD{SPACE}15,640.40"


@pytest.mark.parametrize(
    "path",
    ["", "/preview", "/preview.pdf", "/answers", "/issue", "/withdraw", "/link", "/revisions/1", "/discard"],
)
def test_an_unknown_request_has_no_quote(coordinator: Staff, path: str) -> None:
    assert coordinator.see(f"{page('REQ-2222-2222')}{path}").status == 404


@pytest.mark.long
def test_whoever_was_erased_and_takes_an_acceptance_back_by_telephone_has_the_rest_deleted(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    accept(app, reference)
    assert coordinator.see(f"{page(reference)}/withdraw").status == 409
    with request_of(app, reference) as found:
        erasure.erase(acting(now=now()), found)
    shown = coordinator.see(page(reference))
    assert shown.all("input", id="link") == [], "no link opens it any more"
    assert NAME in shown.html
    asked = coordinator.see(f"{page(reference)}/withdraw")
    assert "written or called to take that back" in asked.text
    done = coordinator.send("Withdraw it", {"reason": "asked"})
    assert "what was still kept about the person is deleted" in done.text
    assert NAME not in coordinator.see(page(reference)).html
    with request_of(app, reference) as found:
        assert (found.full_name, found.state) == (None, "closed")
