"""A coordinator prepares a quote and looks at it as the patient will; nothing counts that nobody chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from estimator import keys
from estimator.db import db
from estimator.models import QuoteRevision
from estimator.models.staff import Role
from tests.support.browser import plain_words
from tests.support.quote_desk import (
    NAME,
    PLAN,
    ask,
    changed_list,
    issued,
    page,
    settings_of,
)
from tests.support.quote_form import (
    MINUS,
    PRICE,
    SPACE,
    dearer,
    drafts,
    issue,
    line,
    prepare,
    text_of,
    total,
)
from tests.support.staff_browser import Page, Staff


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
        (line(0, "1,5,0"), f"“1,5,0” cannot be read as one amount. Enter it like {MINUS}250."),
        (line(0, "-1.000"), "“-1.000” can be read in two ways. Write -1000 or -1."),
        (line(0, "+-5"), f"“+-5” cannot be read as one amount. Enter it like {MINUS}250."),
        (line(0, "0"), "An amount in USD is not 0, not absurdly large, and has at most 2 decimals."),
        (
            line(0, "1.005"),
            "“1.005” can be read in two ways. Write 1005 if you mean that; an amount in USD has at most 2 decimals.",
        ),
        (line(0, "1.0055"), "An amount in USD is not 0, not absurdly large, and has at most 2 decimals."),
        (line(0, "9" * 30), "An amount in USD is not 0, not absurdly large, and has at most 2 decimals."),
        (line(0, "-250", label=" "), "Enter what the patient reads in the quote."),
        (line(0, "-250", reason=""), "Enter a reason. The patient reads it only where you say so."),
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
    assert ">Error:" in shown.html
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


def test_enter_in_a_field_of_a_quote_saves_it_and_stays(app: Flask, coordinator: Staff) -> None:
    coordinator.see(page(ask(app)))
    shown = coordinator.press("Prepare a quote")
    (form,) = shown.all("form", class_="estimate quote-form")
    assert next(form.iter("button")).get("value") == "save"


def test_figures_are_worked_out_without_a_key(
    app: Flask, coordinator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = ask(app)
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    coordinator.send("save", line(0, "-250"))

    def refuse(_ring: keys.Keyring) -> Mapping[str, bytes]:
        raise keys.WrongKeys("a key was asked for")

    monkeypatch.setattr(keys.Keyring, "keys", refuse)
    with pytest.raises(keys.WrongKeys):
        settings_of(app).data_keys.seal("anything", "quote_draft", "adjustments", "row")
    answer = coordinator.post(f"{page(reference)}/figures", line(0, "-890.40"))
    assert answer.json["spoken"] == f"Firm total: USD{SPACE}15,000.00"


def test_the_last_day_is_as_the_list_says_unless_somebody_writes_another(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    coordinator.see(page(reference))
    shown = coordinator.press("Prepare a quote")
    assert "10 December 2026 (India)" in shown.text
    shown = coordinator.send("save", {"until-day": "31", "until-month": "dec", "until-year": "2026"})
    assert "31 December 2026 (India)" in shown.text
    shown = coordinator.send("save", {"until-day": "31", "until-month": "2", "until-year": "2027"})
    assert shown.status == 422
    assert "This is not a day of the calendar." in shown.text
    assert shown.value("until-month") == "2"
    shown = coordinator.send("save", {"until-day": "1", "until-month": "11", "until-year": "2026"})
    assert "The last day has passed already" in shown.text
    assert shown.links("Change the last day") == [f"{page(reference)}#until"]
    shown = coordinator.send("save", {"until-day": "", "until-month": "", "until-year": ""})
    assert "10 December 2026 (India)" in shown.text


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


def test_a_request_says_that_the_open_quote_has_another_plan_than_was_asked(
    app: Flask, coordinator: Staff
) -> None:
    def said(reference: str) -> bool:
        (plan,) = coordinator.see(f"/desk/requests/{reference}").all("section", class_="plan")
        words = plain_words(plan)
        assert ("As asked; the open quote" in words) == ("has another plan. To the quote" in words)
        return "As asked" in words

    same, other = ask(app), ask(app, name="Anna Kowalska", address="anna@example.org")
    issue(coordinator, same)
    prepare(coordinator, other)
    coordinator.see(f"{page(other)}/answers")
    coordinator.send("save", {"q_sessions": "3"})
    assert not said(other), "nothing is issued yet"
    coordinator.see(f"{page(other)}/issue")
    coordinator.press("Issue this quote")
    assert (said(same), said(other)) == (False, True)
    coordinator.see(f"{page(other)}/withdraw")
    coordinator.send("Withdraw it", {"reason": "prices"})
    assert not said(other), "it is not open any more"


def test_of_two_who_change_the_answers_the_second_reads_which_ones_differ(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    other = sign_in(app, "coordinator")
    other.see(f"{page(reference)}/answers")
    coordinator.see(f"{page(reference)}/answers")
    other.send("save", {"q_sessions": "3"})
    shown = coordinator.send("save", {"q_nights": "15"})
    assert shown.status == 409
    assert "Other than what is saved now: Sessions; Nights in this room." in shown.text
    assert shown.value("q_nights") == "15"


def _answers(shown: Page, **typed: str) -> dict[str, str]:
    return {**shown.typed(shown._form_with("q_nights")).to_dict(), **typed}


def test_everything_that_is_missing_is_listed_with_the_way_to_mend_it(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    sign_in(app, "price_editor")
    reference = ask(app, plan={**PLAN, "own_mri": False})
    shown = prepare(coordinator, reference, **line(0, "-99999"))
    assert "Still on request: MRI of the spine." in shown.text
    assert "Ask editor@demonstration.example.org for a price in the list." in shown.text
    assert "The total would be below 0." in shown.text
    assert "a second person has to approve" in shown.text
    assert f"{page(reference)}#given-prices" in shown.links("Give a price for this quote")
    assert shown.links("Change the adjustments") == [f"{page(reference)}#adjustments"]
    assert shown.links("To the approval") == [f"{page(reference)}#approval"]
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "It cannot be issued yet" in shown.text
    assert not [button for button in shown.all("button") if "Issue" in "".join(button.itertext())]
    save = coordinator.see(page(reference)).value("save")
    answer = coordinator.post(f"{page(reference)}/issue", {"save": save, "fingerprint": "0" * 64})
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


@pytest.mark.long
def test_a_second_person_approves_exactly_what_is_there(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app)
    shown = prepare(coordinator, reference, **line(0, "-1000", "Hardship", "Told the director"))
    assert "more than 5 % of the price" in shown.text.replace(SPACE, " ")
    assert "You wrote an adjustment or gave a price yourself, so another person has to approve." in shown.text
    approver = sign_in(app, "approver")
    seen = approver.see(page(reference))
    assert "Told the director" in seen.text
    assert "USD 14,890.40" in seen.text.replace(SPACE, " ")
    assert not [b for b in seen.all("button") if "Save" in "".join(b.itertext())], "approvers do not write it"
    (only_read,) = seen.all("fieldset", disabled="")
    assert "amount-0" in [each.get("name") for each in only_read.iter("input")]
    assert not only_read.findall(".//textarea"), "words and the last day are text there"
    assert "until-day" not in [each.get("name") for each in only_read.iter("input")]
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


@pytest.mark.long
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


@pytest.mark.long
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


def test_a_quote_is_begun_from_its_request_by_one_press(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    coordinator.see(f"/desk/requests/{reference}")
    shown = coordinator.press("Prepare a quote")
    assert shown.path == page(reference)
    assert total(shown) == PRICE
    assert "To the quote that is being prepared" in coordinator.see(f"/desk/requests/{reference}").text


def test_the_patient_reads_a_reason_only_where_that_is_ticked(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference, **line(0, "-250"), **{"told-0": "yes"})
    more = {**line(1, "-10", "Second", "For us"), "words": "We look forward to seeing you."}
    coordinator.send("save", more)
    shown = coordinator.see(f"{page(reference)}/preview")
    assert "Agreed by telephone" in shown.text
    assert "For us" not in shown.text
    assert "We look forward to seeing you." in shown.text
    coordinator.see(page(reference))
    ticks = [one.get("checked") is not None for one in coordinator.page.all("input", type="checkbox")]
    assert ticks == [True, False, False]
    coordinator.send("remove:0", {})
    ticks = [one.get("checked") is not None for one in coordinator.page.all("input", type="checkbox")]
    assert ticks == [False, False], "a tick goes with its line"


@pytest.mark.long
def test_before_it_is_issued_a_revision_shows_what_changed_as_the_patient_will_read_it(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    issue(coordinator, reference)
    coordinator.see(page(reference))
    coordinator.press("Prepare a revision")
    coordinator.send("issue", line(0, "-250"))
    (changed,) = coordinator.page.all("table", class_="sums compared")
    said = " ".join("".join(changed.itertext()).split())
    assert "For friends" in said
    assert f"{MINUS}USD" in said


def test_the_limit_of_one_person_is_named(app: Flask, coordinator: Staff) -> None:
    shown = prepare(coordinator, ask(app), **line(0, "-5000"))
    assert "The adjustments come to more than 5 % of the price, the limit of one person" in shown.text
    assert "Together up to 5 % of the price need nobody’s approval." in shown.text


def test_a_quote_can_hold_until_today_and_a_day_that_is_over_or_too_far_is_named(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app)
    for day, said in (
        (("10", "11", "2026"), "Nothing is missing."),
        (("9", "11", "2026"), "The last day has passed already."),
        (("9", "11", "2029"), "The last day lies more than two years ahead."),
    ):
        coordinator.see(page(reference))
        if coordinator.page.all("form", action=f"{page(reference)}/begin"):
            coordinator.press("Prepare a quote")
        names = dict(zip(("until-day", "until-month", "until-year"), day, strict=True))
        assert said in coordinator.send("save", names).text
