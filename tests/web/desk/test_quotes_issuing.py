"""A quote is issued once, revised, and withdrawn for a reason, whoever else does so at the same time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from estimator import price_lists, quotes, requests, staff
from estimator.db import db
from estimator.mail import outbox
from estimator.models.staff import Role
from estimator.pdf import drawable, renderer
from estimator.web import turns
from tests.support.acts import acting
from tests.support.example_papers import text_of
from tests.support.quote_desk import (
    ADDRESS,
    NAME,
    accept,
    ask,
    draw,
    issued,
    newest,
    now,
    page,
    request_of,
    settings_of,
)
from tests.support.quote_form import SPACE, dearer, drafts, issue, line, prepare, total
from tests.support.staff_browser import Page, Staff


def test_a_quote_is_issued_once_from_a_page_that_says_what(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-250"))
    shown = coordinator.send("issue", {})
    assert shown.path == f"{page(reference)}/issue"
    for words in (
        NAME,
        ADDRESS,
        "USD 15,640.40",
        "the end of 10 December 2026 (India)",
        "English",
    ):
        assert words in shown.text.replace(SPACE, " ")
    form, fields = shown.sent("Issue this quote", {})
    coordinator.press("Issue this quote")
    assert coordinator.page.path == page(reference)
    assert "The quote is issued, and on its way by mail." in coordinator.page.text
    assert "Q-2026-00001" in coordinator.page.text
    assert drafts(app) == 0
    twice = Page(coordinator.client.post(form, data=fields, follow_redirects=True))
    assert (twice.status, twice.path) == (200, page(reference))
    assert "The quote had been issued already" in twice.text
    assert issued(app) == ["Q-2026-00001/1"]
    with app.app_context():
        assert len(outbox.mails_about("Q-2026-00001/1")) == 1


def test_before_a_quote_is_issued_what_the_list_assumed_is_named_with_the_way_to_change_it(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    shown = " ".join(coordinator.see(f"{page(reference)}/issue").text.split())
    assert "Assumed, not answered" in shown
    assert "Planned nights in intensive care: 0 nights" in shown.replace(SPACE, " ")
    assert f"{page(reference)}/answers" in coordinator.page.links("Change the answers")


@pytest.mark.long
def test_before_a_quote_is_issued_the_desk_says_which_letters_will_be_marks(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, name="Zoë \N{BRAIN} 山田")
    prepare(coordinator, reference, **line(0, "-250"))
    shown = coordinator.send("issue", {})
    assert "\N{BRAIN} (U+1F9E0)" in shown.text
    assert "U+5C71" not in shown.text, "it has a font"
    coordinator.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/1"]
    assert "\N{BRAIN}" in text_of(draw(app, reference))


@pytest.mark.long
def test_of_letters_that_all_have_a_font_nothing_is_said(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, name="Анна Şahin 山田")
    prepare(coordinator, reference)
    assert "U+" not in coordinator.send("issue", {}).text


@pytest.mark.parametrize(
    "label", ["Ann \N{RIGHT-TO-LEFT OVERRIDE}nnA", "Ann \ue123", "A" + "\N{COMBINING ACUTE ACCENT}" * 99]
)
def test_an_adjustment_says_nothing_that_a_document_cannot(
    app: Flask, coordinator: Staff, label: str
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    refused = coordinator.send("save", {**line(0, "-250"), "label-0": label})
    assert refused.status == 422


@pytest.mark.long
def test_whoever_has_no_address_gets_the_link_from_the_coordinator(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, address=None)
    prepare(coordinator, reference)
    shown = coordinator.send("issue", {})
    assert "nobody: there is no email address. Hand the link over yourself." in shown.text
    shown = coordinator.press("Issue this quote")
    assert "Nobody gets a mail" in shown.text
    link = shown.all("input", id="link")[0].get("value")
    with newest(app, reference) as revision:
        token = quotes.token_of(revision.quote, settings_of(app).link_key)
    assert link == f"{settings_of(app).public_url}/q/{token}?written=en"


@pytest.mark.long
def test_of_two_who_issue_the_same_quote_one_is_told(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    with app.app_context():
        act = acting(now=datetime.now(UTC), settings=settings_of(app))
        staff.set_roles(act, staff.demonstration("approver", language="en", now=act.now), ["coordinator"])
        db.session.commit()
    other = sign_in(app, "approver")
    other.see(f"{page(reference)}/issue")
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    late = other.press("Issue this quote")
    assert late.status == 404
    assert "It was issued or discarded meanwhile" in late.text
    assert issued(app) == ["Q-2026-00001/1"]


@pytest.mark.long
def test_what_was_changed_after_the_check_is_not_issued(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    other = sign_in(app, "coordinator")
    other.see(f"{page(reference)}/issue")
    coordinator.send("save", line(0, "-100"))
    late = other.press("Issue this quote")
    assert late.status == 409
    assert "nothing was issued" in late.text
    assert "USD 15,790.40" in late.text.replace(SPACE, " ")
    other.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/1"]


def test_while_nobody_has_chosen_which_prices_count_the_check_names_none(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    dearer(app)
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "Choose which ones count" in shown.text
    assert "Prices not chosen yet" in shown.text
    assert "kept from" not in shown.text


def test_an_acceptance_that_came_after_the_check_is_told_and_does_not_end(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    coordinator.press("Prepare a revision")
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "that acceptance ends" not in shown.text
    accept(app, reference)
    late = coordinator.press("Issue this quote")
    assert late.status == 409
    assert "nothing was issued" in late.text
    assert "that acceptance ends" in late.text
    assert issued(app) == ["Q-2026-00001/1"]
    with newest(app, reference) as revision:
        assert quotes.agreed(revision) is not None
    coordinator.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/2"]


@pytest.mark.parametrize(
    "other",
    [
        {"full_name": "Somebody Else", "patient_name": None},
        {"patient_name": "Somebody Else"},
        {"email": "elsewhere@example.net"},
    ],
    ids=["asked by", "patient", "address"],
)
def test_a_recipient_who_was_corrected_after_the_check_is_shown_before_anything_is_issued(
    app: Flask, coordinator: Staff, other: dict[str, Any]
) -> None:
    reference = ask(app, patient="Hester Quill")
    prepare(coordinator, reference)
    coordinator.see(f"{page(reference)}/issue")
    settings = settings_of(app)
    with request_of(app, reference) as found:
        person = requests.person_of(found, settings.data_keys)
        assert person is not None
        act = acting(actor="user:1", now=now(), settings=settings)
        contact = replace(requests.contact_of(found, person), **other)
        requests.correct(act, found, contact, changes=found.changes)
    late = coordinator.press("Issue this quote")
    assert late.status == 409
    assert "nothing was issued" in late.text
    assert all(words in late.text for words in other.values() if words)
    assert issued(app) == []
    coordinator.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/1"]


def test_a_list_that_is_closed_after_the_check_is_not_issued_from(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    coordinator.see(f"{page(reference)}/issue")
    with app.app_context():
        price_lists.close(acting(actor="user:1", now=now()), "delhi")
        db.session.commit()
    late = coordinator.press("Issue this quote")
    assert late.status == 422
    assert "The price list has no version in force" in late.text
    assert issued(app) == []


@pytest.mark.long
def test_a_revision_begins_with_the_newest_and_replaces_it(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference, **line(0, "-250"))
    shown = coordinator.press("Prepare a revision")
    assert "The prices of revision 1, “2026-09”, are in force." in shown.text
    assert total(shown) == f"USD{SPACE}15,640.40"
    assert (shown.value("label-0"), shown.value("reason-0")) == ("For friends", "Agreed by telephone")
    coordinator.see(f"{page(reference)}/answers")
    coordinator.send("save", {"q_nights": "21"})
    coordinator.see(f"{page(reference)}/issue")
    assert "Q-2026-00001, revision 1" in coordinator.page.text
    shown = coordinator.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/2"]
    marks = ["".join(mark.itertext()) for mark in shown.all("span", class_="mark")]
    assert marks == ["current", "replaced"]
    shown = coordinator.see(f"{page(reference)}/revisions/2")
    assert "What changed" in shown.text
    coordinator.see(page(reference))
    coordinator.press("Prepare a revision")
    assert "21 nights" in coordinator.page.text


def test_a_quote_is_withdrawn_for_a_reason(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    coordinator.see(f"{page(reference)}/withdraw")
    old = coordinator.page
    shown = coordinator.press("Withdraw it")
    assert (shown.status, shown.errors()) == (422, ["Error: Choose a reason."])
    shown = coordinator.press("Withdraw it", reason="mistake")
    assert "Withdrawn: There is a mistake in it." in shown.text
    coordinator.page = old
    late = coordinator.press("Withdraw it", reason="other")
    assert late.status == 409
    assert "It is now withdrawn." in late.text


@pytest.mark.long
def test_a_withdrawal_is_told_by_mail_to_whoever_has_an_address(app: Flask, coordinator: Staff) -> None:
    for address, told in (("anna@example.org", True), (None, False)):
        reference = ask(app, address=address)
        issue(coordinator, reference)
        asked = coordinator.see(f"{page(reference)}/withdraw")
        assert ("The patient is told by mail, without the reason." in asked.text) is told
        assert ("There is no email address: tell the patient." in asked.text) is not told
        coordinator.press("Withdraw it", reason="mistake")
        with newest(app, reference) as revision:
            mails = [mail.template for mail in outbox.mails_about(quotes.about(revision))]
        assert ("quote_receipt" in mails) is told


@pytest.mark.long
def test_a_revision_that_came_meanwhile_is_not_withdrawn_by_mistake(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    old = coordinator.see(f"{page(reference)}/withdraw")
    coordinator.see(page(reference))
    coordinator.press("Prepare a revision")
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    coordinator.page = old
    late = coordinator.press("Withdraw it", reason="mistake")
    assert late.status == 409
    with newest(app, reference) as revision:
        assert (revision.number, revision.state) == (2, "current")


@pytest.mark.long
def test_a_second_language_of_the_document_is_chosen_where_it_is_issued_and_kept_with_the_draft(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, language="ru")
    prepare(coordinator, reference)
    shown = coordinator.send("issue", {})
    assert shown.one("input", id="beside").get("checked") is None
    assert "In the PDF, English stands below each line" in shown.text
    form, fields = shown.sent("Keep this choice, without issuing", {"beside": "yes"})
    shown = Page(coordinator.client.post(form, data=fields, follow_redirects=True))
    assert shown.path == f"{page(reference)}/issue"
    assert issued(app) == []
    shown = coordinator.see(f"{page(reference)}/issue")
    assert shown.one("input", id="beside").get("checked") is not None
    assert coordinator.see(f"{page(reference)}/preview").links("PDF in two languages (Русский, English)")
    preview = text_of(coordinator.client.get(f"{page(reference)}/preview.pdf").data)
    coordinator.see(f"{page(reference)}/issue")
    assert "Draft, not issued" in preview
    assert "Every item of the firm total" in preview
    coordinator.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/1"]
    with newest(app, reference) as revision:
        rows = quotes.rows_of(revision, settings_of(app).data_keys)
        assert rows is not None
        assert rows.second is not None


@pytest.mark.long
def test_a_tick_at_the_moment_of_issue_counts(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, language="ru")
    prepare(coordinator, reference)
    form, fields = coordinator.send("issue", {}).sent("Issue this quote", {"beside": "yes"})
    coordinator.client.post(form, data=fields)
    assert issued(app) == ["Q-2026-00001/1"]
    with newest(app, reference) as revision:
        rows = quotes.rows_of(revision, settings_of(app).data_keys)
        assert rows is not None
        assert rows.second is not None


@pytest.mark.long
def test_whoever_chooses_a_second_language_reads_that_adjustments_have_one(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, language="ru")
    prepare(coordinator, reference)
    said = "In two languages too, the adjustments stand in the words in which they were written."
    assert said not in coordinator.see(f"{page(reference)}/issue").text
    coordinator.see(page(reference))
    coordinator.send("save", line(0, "-250"))
    assert said in coordinator.see(f"{page(reference)}/issue").text


def test_for_who_reads_the_clinics_language_there_is_nothing_to_choose(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    assert coordinator.send("issue", {}).all("input", id="beside") == []


@pytest.mark.long
def test_a_language_that_changed_after_the_check_is_not_issued_in(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, language="ru")
    prepare(coordinator, reference)
    coordinator.send("issue", {})
    with request_of(app, reference) as found:
        requests.speak(acting(actor="user:1", now=now()), found, "fr")
    late = coordinator.press("Issue this quote")
    assert (late.status, issued(app)) == (409, [])
    assert "nothing was issued" in late.text
    assert "Français" in late.text
    coordinator.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/1"]


@pytest.mark.long
def test_a_second_language_other_than_the_one_that_was_offered_is_not_issued_in(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, language="ru")
    prepare(coordinator, reference)
    form, fields = coordinator.send("issue", {}).sent("Issue this quote", {"beside": "yes"})
    late = coordinator.client.post(form, data={**fields, "second": "fr"})
    assert (late.status_code, issued(app)) == (409, [])


@pytest.mark.long
def test_documents_of_the_desk_are_drawn_in_turn_with_all_others(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, language="ru")
    prepare(coordinator, reference)
    shown = coordinator.see(f"{page(reference)}/issue")
    form, fields = shown.sent("Issue this quote", {"beside": "yes"})
    drawable.forget()
    with app.app_context(), turns.turn("drawing") as mine:
        assert mine
        preview = coordinator.client.get(f"{page(reference)}/preview.pdf")
        assert (preview.status_code, preview.headers["Refresh"]) == (503, "3")
        waiting = coordinator.client.get(f"{page(reference)}/issue")
        assert (waiting.status_code, waiting.headers["Refresh"]) == (200, "3")
        assert "Issue this quote" not in waiting.text
        assert "Other documents are being made at the moment" in waiting.text
        refused = coordinator.client.post(form, data=fields)
        assert (refused.status_code, issued(app)) == (422, [])
        assert "Nothing was issued; press again in a few seconds." in refused.text
    assert coordinator.client.get(f"{page(reference)}/preview.pdf").mimetype == "application/pdf"
    coordinator.client.post(form, data=fields)
    assert issued(app) == ["Q-2026-00001/1"]


@pytest.mark.long
def test_a_document_that_was_drawn_for_the_page_is_not_drawn_again_for_its_button(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, language="ru")
    prepare(coordinator, reference)
    form, fields = coordinator.see(f"{page(reference)}/issue").sent("Issue this quote", {})
    with app.app_context(), turns.turn("drawing") as mine:
        assert mine, "nobody else draws anything"
        assert "Issue this quote" in coordinator.see(f"{page(reference)}/issue").text
        coordinator.client.post(form, data=fields)
    assert issued(app) == ["Q-2026-00001/1"]


@pytest.mark.long
def test_a_quote_whose_document_cannot_be_made_has_no_button_but_what_to_do(
    app: Flask, coordinator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawable.forget()
    reference = ask(app, language="ru")
    prepare(coordinator, reference)
    with monkeypatch.context() as patched:
        patched.setattr(renderer, "SECONDS", 0)
        shown = coordinator.send("issue", {})
        assert shown.status == 200
        assert "Issue this quote" not in shown.text
        assert "The PDF of this quote cannot be made, so it is not issued." in shown.text
        assert "Keep this choice, without issuing" in shown.text, "so that one language can be left out"
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "cannot be made" not in shown.text
    form, fields = shown.sent("Issue this quote", {"beside": "yes"})
    with monkeypatch.context() as patched:
        patched.setattr(renderer, "SECONDS", 0)
        refused = Page(coordinator.client.post(form, data=fields))
        assert (refused.status, issued(app)) == (422, [])
        assert "With English below each line the PDF could not be made. Nothing was issued;" in refused.text
        (tick,) = [one for one in refused.all("input") if one.get("name") == "beside"]
        assert tick.get("checked") is not None, "what was ticked stays"
    coordinator.client.post(form, data=fields)
    assert issued(app) == ["Q-2026-00001/1"]


def test_where_no_account_is_set_the_last_look_says_so(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "No account is set: the quote will not say how to pay." in shown.text
    assert "An administrator can set one in the settings." in shown.text
