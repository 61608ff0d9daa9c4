"""A coordinator prepares a quote, looks at it as the patient will, and issues it; nothing counts that nobody chose."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from estimator import keys, price_lists, quotes
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, QuoteDraft, QuoteRevision
from estimator.models.staff import Role
from estimator.privacy import erasure
from tests.support.acts import acting
from tests.support.quote_desk import (
    ADDRESS,
    NAME,
    PLAN,
    accept,
    ask,
    changed_list,
    decline,
    draw,
    give_up,
    issued,
    newest,
    now,
    page,
    request_of,
    settings_of,
)
from tests.support.staff_browser import Page, Staff

SPACE, MINUS = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"

PRICE = f"USD{SPACE}15,890.40"
"""What the plan comes to with the list that the request was made with; the tests of the arithmetic work it out."""


@pytest.fixture
def coordinator(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> Staff:
    """Return somebody who prepares and issues quotes."""
    return sign_in(app, "coordinator")


def text_of(content: bytes) -> list[str]:
    """Return the text of each page of a PDF."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode().rstrip("\f").split("\f")


def line(
    number: int, amount: str, label: str = "For friends", reason: str = "Agreed by telephone"
) -> dict[str, str]:
    """Return what is typed into the inputs of an adjustment."""
    return {f"amount-{number}": amount, f"label-{number}": label, f"reason-{number}": reason}


def prepare(coordinator: Staff, reference: str, **typed: str) -> Page:
    """Begin a quote, and save what was typed."""
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    return coordinator.send("save", typed)


def issue(coordinator: Staff, reference: str, **typed: str) -> Page:
    """Prepare a quote and issue it."""
    prepare(coordinator, reference, **typed)
    coordinator.see(f"{page(reference)}/issue")
    return coordinator.press("Issue this quote")


def dearer(app: Flask) -> None:
    """Publish a version in which a night in the ward costs USD 7.40 more: 103.60 for 14 nights."""
    changed_list(app, **{"likely = 42.60, high = 46.20": "likely = 50.00, high = 60.00"})


def drafts(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(QuoteDraft.id))) or 0


def total(shown: Page) -> str:
    """Return the firm total that a page shows beside the form."""
    (found,) = shown.all("p", class_="total-amount")
    return "".join(found.itertext()).strip()


def test_looking_at_a_request_s_quote_begins_nothing(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    assert "No revision is being prepared" in coordinator.see(page(reference)).text
    assert drafts(app) == 0
    coordinator.press("Prepare a quote")
    assert drafts(app) == 1
    assert coordinator.page.path == page(reference)
    assert total(coordinator.page) == PRICE
    assert "There is nothing to choose." in coordinator.page.text


def test_whose_prices_count_is_chosen_by_somebody(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    dearer(app)
    coordinator.see(page(reference))
    shown = coordinator.press("Prepare a quote")
    radios = [one for one in shown.all("input", type="radio") if one.get("name") == "prices"]
    assert [one.get("value") for one in radios] == ["keep", "again"]
    assert not any(one.get("checked") for one in radios)
    assert "No total yet" in shown.text
    assert "Keep the prices of “2026-09”: USD 15,890.40" in shown.text.replace(SPACE, " ")
    assert "They can be kept until 10 December 2026." in shown.text
    assert shown.links("Choose the prices") == [f"{page(reference)}#prices"]
    (differing,) = shown.all("table", class_="beside differs-table")
    rows = [" ".join("".join(row.itertext()).split()) for row in differing.iter("tr")]
    assert any("Firm total" in row for row in rows), rows
    assert len(rows) >= 3, "the heading, the line, the total"
    coordinator.send("save", {"prices": "keep"})
    assert total(coordinator.page) == PRICE
    coordinator.send("save", {"prices": "again"})
    assert total(coordinator.page) == f"USD{SPACE}15,994.00"
    assert "Price again with “2026-11”: USD 15,994.00" in coordinator.page.text.replace(SPACE, " ")


def test_an_adjustment_is_added_changed_and_removed(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    shown = prepare(coordinator, reference, **line(0, "-250"))
    assert shown.path == page(reference)
    assert total(shown) == f"USD{SPACE}15,640.40"
    assert shown.value("amount-0") == f"{MINUS}250"
    coordinator.send("save", {**line(0, "-300.50"), **line(1, "+ 100", "Wheelchair", "Broken on the way")})
    assert total(coordinator.page) == f"USD{SPACE}15,689.90"
    coordinator.send("remove:0", {})
    assert total(coordinator.page) == f"USD{SPACE}15,990.40"
    assert coordinator.page.value("label-0") == "Wheelchair"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (line(0, ""), "Enter an amount; a reduction begins with a minus."),
        (line(0, "a little"), f"“a little” cannot be read as one amount. Enter it like {MINUS}250."),
        (line(0, "1,5"), f"“1,5” cannot be read as one amount. Enter it like {MINUS}250."),
        (line(0, "-1.000"), "“-1.000” can be read in two ways. Write 1000 or 1."),
        (line(0, "+-5"), f"“+-5” cannot be read as one amount. Enter it like {MINUS}250."),
        (line(0, "0"), "An amount in USD is not 0, not absurdly large, and has at most 2 decimals."),
        (line(0, "1.005"), "An amount in USD is not 0, not absurdly large, and has at most 2 decimals."),
        (line(0, "9" * 30), "An amount in USD is not 0, not absurdly large, and has at most 2 decimals."),
        (line(0, "-250", label=" "), "Enter what the patient reads in the quote."),
        (line(0, "-250", reason=""), "Enter a reason. Colleagues read it, the patient does not."),
        (line(0, "-250", reason="x" * 501), "This is too long. Enter at most 500 characters."),
    ],
)
def test_what_is_no_adjustment_is_refused_and_still_there(
    app: Flask, coordinator: Staff, typed: dict[str, str], said: str
) -> None:
    reference = ask(app)
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    shown = coordinator.send("save", typed)
    assert shown.status == 422
    assert [f"Error: {said}"] == shown.errors()
    assert {name: shown.value(name) for name in typed} == typed
    assert "<title>Error:" in shown.html
    coordinator.see(page(reference))
    assert total(coordinator.page) == PRICE, "nothing was saved"


def test_the_label_is_written_in_the_language_of_the_document(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    app = make_app(LANGUAGES="en, de, ar")
    coordinator = sign_in(app, "coordinator")
    reference = ask(app, language="ar")
    coordinator.see(page(reference))
    shown = coordinator.press("Prepare a quote")
    (label,) = (one for one in shown.all("input") if one.get("id") == "label-0")
    assert (label.get("lang"), label.get("dir")) == ("ar", "rtl")
    assert "in العربية" in shown.text


def test_figures_are_worked_out_without_being_saved(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    shown = coordinator.send("work-out", line(0, "-250"))
    assert total(shown) == f"USD{SPACE}15,640.40"
    assert "Not saved yet." in shown.text
    assert shown.value("amount-0") == "-250"
    data = {**line(0, "-250"), **line(1, "nonsense")}
    answer = coordinator.post(f"{page(reference)}/figures", data)
    assert "15,640.40" in answer.json["html"]
    assert "What cannot be read in the form is left out of this." in answer.json["html"]
    assert answer.json["spoken"] == f"Firm total: USD{SPACE}15,640.40"
    coordinator.see(page(reference))
    assert total(coordinator.page) == PRICE


def test_figures_are_worked_out_without_a_key(
    app: Flask, coordinator: Staff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = ask(app)
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    coordinator.send("save", line(0, "-250"))
    file = tmp_path / "keys"
    file.write_text(keys.new_line())
    no_key = keys.Keyring(file.read_text(), file)
    file.write_text("")
    with pytest.raises(keys.WrongKeys):
        no_key.seal("anything", "quote_draft", "adjustments", "row")
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings_of(app), data_keys=no_key))
    answer = coordinator.post(f"{page(reference)}/figures", line(0, "-890.40"))
    assert answer.json["spoken"] == f"Firm total: USD{SPACE}15,000.00"


def test_the_last_day_is_as_the_list_says_unless_somebody_writes_another(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    coordinator.see(page(reference))
    shown = coordinator.press("Prepare a quote")
    assert "10 December 2026 (Asia/Kolkata)" in shown.text
    shown = coordinator.send("save", {"until-day": "31", "until-month": "dec", "until-year": "2026"})
    assert "31 December 2026 (Asia/Kolkata)" in shown.text
    shown = coordinator.send("save", {"until-day": "31", "until-month": "2", "until-year": "2027"})
    assert shown.status == 422
    assert "This is not a day of the calendar." in shown.text
    assert shown.value("until-month") == "2"
    shown = coordinator.send("save", {"until-day": "1", "until-month": "11", "until-year": "2026"})
    assert "The last day has passed already" in shown.text
    assert shown.links("Change the last day") == [f"{page(reference)}#until"]
    shown = coordinator.send("save", {"until-day": "", "until-month": "", "until-year": ""})
    assert "10 December 2026 (Asia/Kolkata)" in shown.text


def test_answers_are_changed_in_the_form_of_an_estimate(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    shown = coordinator.send("answers", line(0, "-250"))
    assert shown.path == f"{page(reference)}/answers"
    assert shown.value("q_nights") == "14"
    answer = coordinator.post(f"{page(reference)}/answers/total", _answers(shown, q_nights="15"))
    assert PRICE not in answer.json["html"]
    assert "Likely total" in answer.json["spoken"]
    shown = coordinator.send("total", {"q_nights": "15"})
    assert shown.path == f"{page(reference)}/answers"
    shown = coordinator.send("save", {"q_nights": "15"})
    assert shown.path == page(reference)
    assert "15 nights" in shown.text
    assert shown.value("amount-0") == f"{MINUS}250", "what was typed before was saved"


def test_an_answer_that_the_list_refuses_is_said_beside_it(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    coordinator.see(f"{page(reference)}/answers")
    shown = coordinator.send("save", {"q_nights": "61"})
    assert shown.status == 422
    assert len(shown.errors()) == 1
    assert shown.value("q_nights") == "61"
    shown = coordinator.send("save", {"q_nights": "many"})
    assert shown.status == 422
    assert shown.value("q_nights") == "many"


def _answers(shown: Page, **typed: str) -> dict[str, str]:
    return {**shown.typed(shown._form_with("q_nights")).to_dict(), **typed}


def test_everything_that_is_missing_is_listed_with_the_way_to_mend_it(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan={**PLAN, "own_mri": False})
    shown = prepare(coordinator, reference, **line(0, "-99999"))
    assert "Still on request: MRI of the spine." in shown.text
    assert "The total would be below 0." in shown.text
    assert "a second person has to approve" in shown.text
    assert shown.links("Change the answers, or ask") == [f"{page(reference)}/answers"]
    assert shown.links("Change the adjustments") == [f"{page(reference)}#adjustments"]
    assert shown.links("To the approval") == [f"{page(reference)}#approval"]
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "It cannot be issued yet" in shown.text
    assert not [button for button in shown.all("button") if "Issue" in "".join(button.itertext())]
    answer = coordinator.post(f"{page(reference)}/issue", {"save": "2", "fingerprint": "0" * 64})
    assert answer.status == 422
    assert "Nothing was issued. Something is missing." in answer.text
    assert issued(app) == []


def test_cells_without_a_regulatory_basis_are_named(app: Flask, coordinator: Staff) -> None:
    basis = (
        'basis.en = "Demonstration only: a real provider must name its approved trial registration here."\n'
    )
    reference = ask(app)
    changed_list(app, **{basis: ""})
    shown = prepare(coordinator, reference, prices="again")
    assert "The price list names no regulatory basis for: Umbilical cord cells, from a donor." in shown.text


def test_prices_that_were_promised_are_kept_for_so_long_and_no_longer(
    app: Flask,
    coordinator: Staff,
    sign_in: Callable[[Flask, Role], Staff],
    clock: time_machine.Traveller,
) -> None:
    reference = ask(app)
    dearer(app)
    prepare(coordinator, reference, prices="keep")
    clock.move_to("2026-12-11T09:00:00Z")
    shown = sign_in(app, "coordinator").see(page(reference))
    assert "The prices of “2026-09” could be kept until 10 December 2026. Price again." in shown.text


def test_a_second_person_approves_exactly_what_is_there(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app)
    shown = prepare(coordinator, reference, **line(0, "-1000", "Hardship", "Told the director"))
    assert "more than 5 % of the price" in shown.text.replace(SPACE, " ")
    assert "You wrote an adjustment yourself, so another person has to approve." in shown.text
    approver = sign_in(app, "approver")
    seen = approver.see(page(reference))
    assert "Told the director" in seen.text
    assert "USD 14,890.40" in seen.text.replace(SPACE, " ")
    assert not [b for b in seen.all("button") if "Save" in "".join(b.itertext())], "approvers do not write it"
    approver.press("Approve these adjustments")
    assert "Approved by approver@" in approver.page.text
    coordinator.see(page(reference))
    shown = coordinator.send("save", {**line(0, "-1001", "Hardship", "Told the director")})
    assert "approved it before it was changed. It must be approved again." in shown.text
    assert "Nothing is missing." not in shown.text
    # What the approver had open is not what is there now.
    approver.see(page(reference))
    old = approver.page
    coordinator.send("save", {**line(0, "-1002", "Hardship", "Told the director")})
    approver.page = old
    refused = approver.press("Approve these adjustments")
    assert refused.status == 409
    assert "nothing was approved" in refused.text
    approver.see(page(reference))
    approver.press("Approve these adjustments")
    assert "Nothing is missing." in coordinator.see(page(reference)).text
    coordinator.see(f"{page(reference)}/issue")
    assert "approved by approver@" in coordinator.page.text
    coordinator.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/1"]


def test_whoever_wrote_an_adjustment_does_not_approve_it(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-1000"))
    answer = coordinator.post(f"{page(reference)}/approve", {"fingerprint": "0" * 64})
    assert answer.status == 403, "and a coordinator approves nothing"


def test_two_who_prepare_the_same_quote_are_told_and_lose_nothing(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    other = sign_in(app, "coordinator")
    other.see(page(reference))
    other.send("save", line(0, "-100", "From the other", "First"))
    shown = coordinator.send("save", line(0, "-200", "Mine", "Second"))
    assert shown.status == 409
    assert "has saved this quote meanwhile" in shown.text
    assert "From the other" in shown.text, "what is saved is shown beside it"
    assert (shown.value("amount-0"), shown.value("label-0")) == ("-200", "Mine")
    shown = coordinator.send("save", {})
    assert shown.value("label-0") == "Mine"
    assert "From the other" not in shown.text
    other.see(f"{page(reference)}/answers")
    coordinator.see(page(reference))
    coordinator.send("save", line(0, "-201", "Mine", "Second"))
    late = other.send("save", {"q_nights": "15"})
    assert late.status == 409
    assert late.value("q_nights") == "15"
    assert "15 nights" in other.send("save", {}).text


def test_the_preview_is_what_the_patient_will_see_and_is_not_kept(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-250", "For friends of the house"))
    shown = coordinator.send("preview", {})
    assert shown.path == f"{page(reference)}/preview"
    assert "Draft, not issued" in shown.text
    assert "For friends of the house" in shown.text
    assert "Agreed by telephone" not in shown.text, "a reason is for colleagues"
    assert NAME in shown.text
    draft = coordinator.see(f"{page(reference)}/preview.pdf")
    assert draft.headers["Content-Disposition"] == f'attachment; filename="draft-{reference}.pdf"'
    pages = text_of(draft.content)
    assert len(pages) > 1
    assert all("Draft, not issued" in one for one in pages)
    with app.app_context():
        assert db.session.scalars(select(QuoteRevision)).all() == []
    before = _document(shown)
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    after = _document(coordinator.see(f"{page(reference)}/revisions/1"))
    assert before.replace("number follows", "Q-2026-00001") == after


def _document(shown: Page) -> str:
    """Return what the patient sees on a page of the desk, without the note on where the buttons are."""
    (found,) = shown.all("div", class_="as-patient")
    words = " ".join("".join(found.itertext()).split())
    return words.replace(
        "Here the patient finds the buttons: accept, download as PDF, ask a question, decline. ", ""
    )


def test_there_is_nothing_to_look_at_before_prices_are_chosen(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    dearer(app)
    prepare(coordinator, reference)
    for path in ("/preview", "/preview.pdf"):
        assert coordinator.see(f"{page(reference)}{path}").status == 409


def test_a_quote_is_issued_once_from_a_page_that_says_what(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-250"))
    shown = coordinator.send("issue", {})
    assert shown.path == f"{page(reference)}/issue"
    for words in (
        NAME,
        "m…@quillworth.org",
        "USD 15,640.40",
        "the end of 10 December 2026 (Asia/Kolkata)",
        "English",
    ):
        assert words in shown.text.replace(SPACE, " ")
    assert ADDRESS not in shown.html
    form, fields = shown.sent("Issue this quote", {})
    coordinator.press("Issue this quote")
    assert coordinator.page.path == page(reference)
    assert "The quote is issued, and on its way by mail." in coordinator.page.text
    assert "Q-2026-00001" in coordinator.page.text
    assert drafts(app) == 0
    twice = Page(coordinator.client.post(form, data=fields, follow_redirects=True))
    assert (twice.status, "No quote is being prepared here" in twice.text) == (404, True)
    assert issued(app) == ["Q-2026-00001/1"]
    with app.app_context():
        assert len(outbox.mails_about("Q-2026-00001/1")) == 1


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
    assert link == f"{settings_of(app).public_url}/q/{token}"


def test_of_two_who_issue_the_same_quote_one_is_told(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    other = sign_in(app, "coordinator")
    other.see(f"{page(reference)}/issue")
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    late = other.press("Issue this quote")
    assert late.status == 404
    assert "It was issued or discarded meanwhile" in late.text
    assert issued(app) == ["Q-2026-00001/1"]


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


def test_a_revision_begins_with_the_newest_and_replaces_it(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference, **line(0, "-250"))
    shown = coordinator.press("Prepare a revision")
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


def test_a_new_link_ends_the_old_one(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference)

    def link() -> str:
        return str(coordinator.page.all("input", id="link")[0].get("value"))

    old = link().removeprefix(settings_of(app).public_url)
    coordinator.see(f"{page(reference)}/link")
    shown = coordinator.press("Make a new link")
    assert "The quote has a new link." in shown.text
    new = link().removeprefix(settings_of(app).public_url)
    stranger = app.test_client()
    assert stranger.get(old).status_code == 404
    assert stranger.get(new).status_code == 303


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


def test_the_document_at_the_desk_is_the_one_that_was_mailed(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    shown = issue(coordinator, reference)
    assert "The PDF is being made." in shown.text
    assert coordinator.see(f"{page(reference)}/revisions/1.pdf").status == 404
    made = draw(app, reference)
    assert coordinator.see(f"{page(reference)}/revisions/1.pdf").content == made
    assert coordinator.see(f"{page(reference)}/revisions/2.pdf").status == 404


def test_what_the_patient_decided_and_asked_is_shown(app: Flask, coordinator: Staff) -> None:
    first, second = ask(app), ask(app, name="Otto Plumb", address="otto@plumb.example")
    issue(coordinator, first)
    accept(app, first)
    shown = coordinator.see(page(first))
    assert "Accepted on 10 November 2026, 14:30 (Asia/Kolkata)." in shown.text
    assert "It can be taken back until the end of 17 November 2026 (Asia/Kolkata)" in shown.text
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
    coordinator.see(f"{page(reference)}/discard")
    assert "No revision is being prepared" in coordinator.press("Discard it").text
    coordinator.page = old
    late = coordinator.send("save", line(0, "-250", "Not lost"))
    assert late.status == 404
    assert "Not lost" in late.html, "what was typed is shown again"


def test_the_person_is_erased_and_the_figures_stay(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    with request_of(app, reference) as found:
        erasure.erase(acting(now=now()), found)
    shown = coordinator.see(page(reference))
    assert NAME not in shown.html
    assert "USD 15,890.40" in shown.text.replace(SPACE, " ")
    assert coordinator.see(f"{page(reference)}/revisions/1").status == 410


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
