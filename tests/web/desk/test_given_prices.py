"""Prices that the desk gives for one quote, so that a plan with something on request can become a firm one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import quotes, verification
from estimator.db import db
from estimator.models import AuditEntry
from estimator.models.staff import Role
from estimator.privacy import data_export
from pricing.quote_plans import by_plan
from tests.support.acts import acting
from tests.support.quote_desk import (
    PLAN,
    ask,
    changed_list,
    draw,
    issued,
    newest,
    now,
    page,
    request_of,
    settings_of,
)
from tests.support.quote_form import SPACE, dearer, issue, line, prepare, text_of, total
from tests.support.staff_browser import Page, Staff

MRI = "price-of-mri"
INTERPRETER = "price-of-interpreter_all_day"
WITH_MRI = {**PLAN, "own_mri": False}

LIST = f"USD{SPACE}15,890.40"
TOTAL = f"USD{SPACE}16,240.40"
"""By hand: the list's 15,890.40 and 350.00 for the scan."""

NOTE = "This price was given for this quote."


def said(shown: Page) -> str:
    return shown.text.replace(SPACE, " ")


def known(shown: Page) -> set[str]:
    """The fields of given prices on a page."""
    return {
        str(each.get("name")) for each in shown.all("input") if str(each.get("name")).startswith("price-of")
    }


@pytest.mark.long
def test_what_is_on_request_gets_a_price_and_the_quote_is_issued_with_it(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, plan=WITH_MRI)
    shown = prepare(coordinator, reference)
    assert f"{page(reference)}#given-prices" in shown.links("Give a price for this quote")
    assert "Still on request: MRI of the spine." in shown.text
    assert known(shown) == {MRI}
    assert "In USD, for all of it." in shown.text
    shown = coordinator.send("save", {MRI: "350"})
    assert total(shown) == TOTAL
    assert "Given by coordinator@demonstration.example.org." in shown.text
    assert "Of which given for this quote USD 350.00" in said(shown)
    assert "Nothing is missing." in shown.text
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "MRI of the spine USD 350.00 for all of it coordinator@demonstration.example.org" in said(shown)
    shown = coordinator.press("Issue this quote")
    assert issued(app) == ["Q-2026-00001/1"]
    assert "With prices given for this quote: MRI of the spine, USD 350.00" in said(shown)
    with newest(app, reference) as revision:
        content = quotes.content_of(revision)
        assert content["priced"] == {"mri": "350.00"}
        assert content["total"] == "16240.40"


def test_a_price_far_above_everything_else_is_asked_about(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference)
    shown = coordinator.send("save", {MRI: "99999999999"})
    assert "What has a given price comes to USD 99,999,999,999.00, and everything else to USD" in said(shown)
    shown = coordinator.send("save", {MRI: "350"})
    assert "What has a given price" not in said(shown)


@pytest.mark.long
def test_the_line_reads_as_any_other_and_says_that_its_price_was_given_for_this_quote(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, plan=WITH_MRI)
    issue(coordinator, reference, **{MRI: "350"})
    shown = coordinator.see(f"{page(reference)}/revisions/1")
    (row,) = [
        each for each in shown.all("tr", class_="item") if "MRI of the spine" in "".join(each.itertext())
    ]
    words = " ".join("".join(row.itertext()).split()).replace(SPACE, " ")
    assert words.endswith("1 USD 350.00 USD 350.00"), words
    assert NOTE in words
    folded = "".join("".join(each.itertext()) for each in row.iter("details"))
    assert NOTE not in folded, "it stands where the amount does"
    assert "No published price found" not in words, "the list's word on a price that it has not"
    assert "on request" not in words
    assert NOTE in " ".join(" ".join(text_of(draw(app, reference))).split())


@pytest.mark.long
def test_an_issued_price_can_be_checked_for_ever(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan=WITH_MRI)
    issue(coordinator, reference, **{MRI: "350"})
    document = draw(app, reference)
    with app.app_context():
        (checked,) = verification.all_quotes.each(settings_of(app).data_keys)
        assert checked.faults == ()
        found = verification.check(document, now())
        assert found.computed is not None
        assert (found.computed.same, found.computed.computed) == (True, "16240.40")


def test_who_gave_a_price_stands_in_history_and_trail_and_not_in_the_patients_data(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference, **{MRI: "350"})
    coordinator.send("save", {MRI: "300"})
    coordinator.send("save", {MRI: ""})
    shown = said(coordinator.see(f"/desk/requests/{reference}"))
    for sentence in (
        "gave a price for the quote: MRI of the spine, USD 350.00",
        "gave a price for the quote: MRI of the spine, USD 300.00",
        "took back the price for the quote: MRI of the spine",
    ):
        assert sentence in shown
    with app.app_context():
        trail = db.session.scalars(
            select(AuditEntry).filter_by(action="quote.priced").order_by(AuditEntry.id)
        )
        entries = [(entry.actor.split(":")[0], json.loads(entry.detail)) for entry in trail]
    assert entries == [
        ("user", {"charge": "mri", "amount": "350.00"}),
        ("user", {"charge": "mri", "amount": "300.00"}),
        ("user", {"charge": "mri", "amount": None}),
    ]
    coordinator.see(page(reference))
    coordinator.send("save", {MRI: "320"})
    with request_of(app, reference) as of:
        act = acting(now=now(), settings=settings_of(app))
        exported = json.dumps(data_export.of_request(act, of))
    assert '"priced": {"mri": "320.00"}' in exported
    assert "user:" not in exported


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("0", "A price that is missing is not 0."),
        ("0.00", "take it off with an adjustment that says why."),
        ("-350", "A price is above 0. Give it without a minus; a reduction is an adjustment."),
        ("1,250", "can be read in two ways"),
        ("350.001", "can be read in two ways. Write 350001 if you mean that"),
        ("0.1234", "has at most 2 decimals"),
        ("9" * 16, "is not absurdly large"),
        ("much", "cannot be read as one amount. Enter it like 1,250."),
        ("9" * 500, "cannot be read as one amount."),
        ("350 EUR", "cannot be read as one amount."),
        ("\x00", "cannot be read as one amount."),
    ],
)
def test_what_is_no_price_is_said_at_its_field_and_nothing_is_saved(
    app: Flask, coordinator: Staff, typed: str, sentence: str
) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference)
    shown = coordinator.send("save", {MRI: typed, **line(0, "-10")})
    assert shown.status == 422
    (error,) = shown.errors()
    assert sentence in error
    assert "MRI of the spine:" in shown.text, "the summary names the line"
    assert shown.value("amount-0") == "-10"
    assert "What cannot be read in the form is left out of this." in shown.text
    assert "Still on request: MRI of the spine." in coordinator.see(page(reference)).text


@pytest.mark.long
@pytest.mark.parametrize("typed", ["350", "350.00", "USD 350", "٣٥٠", " 350,00 ", "$350"])
def test_a_price_is_read_as_every_other_amount(app: Flask, coordinator: Staff, typed: str) -> None:
    assert total(prepare(coordinator, ask(app, plan=WITH_MRI), **{MRI: typed})) == TOTAL


def test_a_price_that_was_typed_counts_beside_the_form_before_it_is_saved(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference)
    _action, fields = coordinator.page.sent("save", {MRI: "350"})
    answer = coordinator.client.post(f"{page(reference)}/figures", data=fields)
    assert answer.json is not None
    assert TOTAL in answer.json["html"]
    assert "Still on request" not in answer.json["html"]
    shown = coordinator.send("work-out", {MRI: "350"})
    assert (total(shown), shown.value(MRI)) == (TOTAL, "350")
    assert "Still on request" in coordinator.see(page(reference)).text


@pytest.mark.long
def test_a_price_that_the_answers_need_no_more_is_kept_and_not_issued(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference, **{MRI: "350"})
    coordinator.press("Save, and change the answers")
    shown = coordinator.send("Save the answers", {"q_own_mri": "yes"})
    assert total(shown) == LIST
    assert known(shown) == set()
    assert "not needed with these answers and prices" in shown.text
    assert "MRI of the spine, USD 350.00" in said(shown)
    coordinator.see(f"{page(reference)}/issue")
    assert "MRI" not in coordinator.page.text
    coordinator.press("Issue this quote")
    with newest(app, reference) as revision:
        assert "priced" not in quotes.content_of(revision)


def test_when_the_answers_need_it_again_it_is_still_there(app: Flask, coordinator: Staff) -> None:
    prepare(coordinator, ask(app, plan=WITH_MRI), **{MRI: "350"})
    for answer in ("yes", "no"):
        coordinator.press("Save, and change the answers")
        shown = coordinator.send("Save the answers", {"q_own_mri": answer})
    assert (total(shown), shown.value(MRI)) == (TOTAL, "350")


@pytest.mark.long
def test_a_price_of_the_list_in_force_is_taken_where_it_is_chosen(app: Flask, coordinator: Staff) -> None:
    """Under the newer list the scan costs 290; the price for this quote counts with the kept prices alone."""
    reference = ask(app, plan=WITH_MRI)
    old = 'source = "No published price found for a named hospital in India, 2026"\non_request = true'
    changed_list(app, **{old: "price = 290.00"})
    shown = prepare(coordinator, reference, prices="keep")
    assert "On request in “2026-09” only." in shown.text
    shown = coordinator.send("save", {MRI: "350", "prices": "keep"})
    assert total(shown) == TOTAL
    shown = coordinator.send("save", {"prices": "again"})
    assert total(shown) == f"USD{SPACE}16,180.40"
    assert shown.value(MRI) == "350"
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    with newest(app, reference) as revision:
        assert "priced" not in quotes.content_of(revision)


def test_a_price_is_not_taken_for_that_of_something_else_in_a_newer_list(
    app: Flask, coordinator: Staff
) -> None:
    """In the newer list the scan is priced for each session: 350 for all of it is no price of that."""
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference, **{MRI: "350"})
    old = 'own_mri = false }\nnote.en = "You can have it made at home and bring it."'
    changed_list(app, **{old: f'{old}\nper = "sessions"'})
    coordinator.see(page(reference))
    shown = coordinator.send("save", {"prices": "again"})
    assert "Still on request: MRI of the spine." in shown.text
    assert (
        "In USD, for each: session. USD 350.00 was given for it when the list priced it in another way"
        in said(shown)
    )
    assert shown.value(MRI) == ""
    assert total(coordinator.send("save", {MRI: "100"})) == f"USD{SPACE}16,090.40"


def test_a_price_for_what_no_list_has_on_request_is_no_field(app: Flask, coordinator: Staff) -> None:
    reference = ask(app)
    prepare(coordinator, reference)
    action, fields = coordinator.page.sent("save", {})
    for name in ("price-of-ward", "price-of-nothing", "price-of-", "price-of-" + "x" * 500):
        fields.add(name, "1")
    shown = Page(coordinator.client.post(action, data=fields, follow_redirects=True))
    assert (shown.status, total(shown)) == (200, LIST)
    with request_of(app, reference) as of:
        assert quotes.given_prices.of(quotes.drafts.for_request(of)) == {}  # type: ignore[arg-type]


def test_a_price_typed_for_a_line_that_this_plan_has_not_stays_and_is_said(
    app: Flask, coordinator: Staff
) -> None:
    """The page was open while a colleague's answers took the line out of the plan, and a save does not lose it."""
    reference = ask(app)
    prepare(coordinator, reference)
    action, fields = coordinator.page.sent("save", {})
    fields.add(MRI, "0")
    shown = Page(coordinator.client.post(action, data=fields))
    assert shown.status == 422
    assert shown.value(MRI) == "0"
    fields.setlist(MRI, ["350"])
    shown = Page(coordinator.client.post(action, data=fields, follow_redirects=True))
    assert "not needed with these answers and prices" in shown.text


@pytest.mark.long
@pytest.mark.parametrize("for_what", ["USD unit 9", "JPY unit 1", "", "\x00", "x" * 5000])
def test_a_price_for_what_no_list_has_any_more_is_asked_for_again(
    app: Flask, coordinator: Staff, for_what: str
) -> None:
    """The list was replaced twice while the page was open."""
    prepare(coordinator, ask(app, plan=WITH_MRI))
    shown = coordinator.send("save", {MRI: "350", "price-for-mri": for_what})
    assert shown.status == 422
    assert "Look at what this price is for, and save again." in shown.text
    assert shown.value(MRI) == "350"
    assert total(coordinator.press("save")) == TOTAL


def test_two_who_give_prices_see_what_the_other_gave(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference)
    other = sign_in(app, "coordinator")
    other.see(page(reference))
    other.send("save", {MRI: "400"})
    shown = coordinator.send("save", {MRI: "350"})
    assert shown.status == 409
    assert "has saved this quote meanwhile" in shown.text
    assert "The prices for this quote that are saved" in shown.text
    assert "USD 400.00" in said(shown)
    assert shown.value(MRI) == "350"
    assert total(coordinator.press("save")) == TOTAL


def test_what_the_lines_come_to_counts_to_the_limit_and_who_gave_the_price_does_not_approve(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    """By hand: 5 % of the list's 15,890.40 are 794.52."""
    reference = ask(app, plan=WITH_MRI)
    shown = prepare(coordinator, reference, **{MRI: "794.52"})
    assert "Nothing is missing." in shown.text
    shown = coordinator.send("save", {MRI: "794.53"})
    assert "The adjustments and the prices given for this quote come to more than 5 %" in said(shown)
    assert "You wrote an adjustment or gave a price yourself" in shown.text
    shown = coordinator.send("save", {MRI: "700", **line(0, "-100")})
    assert "a second one has to approve them" in shown.text
    approver = sign_in(app, "approver")
    seen = said(approver.see(page(reference)))
    assert "Lines with a price for this quote USD 700.00" in seen
    assert "MRI of the spine USD 700.00 for all of it coordinator@demonstration.example.org" in seen
    shown = approver.press("Approve these prices and adjustments")
    assert "Approved by approver@" in shown.text
    coordinator.see(page(reference))
    shown = coordinator.send("save", {MRI: "701"})
    assert "approved it before it was changed. It must be approved again." in shown.text


@pytest.mark.long
def test_one_price_counts_in_every_plan_that_has_the_line(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference, **{MRI: "350"})
    shown = coordinator.press("Save, and add another plan")
    assert (shown.value(MRI), total(shown)) == ("350", TOTAL)
    coordinator.press("Save, and change the answers")
    shown = coordinator.send("Save the answers", {"q_own_mri": "yes"})
    assert (known(shown), total(shown)) == (set(), LIST)
    assert "not needed" in shown.text, "whoever has an MRI has it in every plan"
    coordinator.press("Save, and change the answers")
    shown = coordinator.send("Save the answers", {"q_own_mri": "no", "q_interpreter": "all_day"})
    assert "Plan B: Still on request: Interpreter all day." in shown.text
    assert f"{page(reference)}?plan=B#given-prices" in shown.links("Give a price for this quote")
    shown = coordinator.send("save", {INTERPRETER: "200", MRI: "300"})
    assert total(shown) == f"USD{SPACE}16,390.40"
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    with newest(app, reference) as revision:
        contents = by_plan(quotes.content_of(revision))
    assert {letter: each.get("priced") for letter, each in contents.items()} == {
        "A": {"mri": "300.00"},
        "B": {"mri": "300.00", "interpreter_all_day": "200.00"},
    }


@pytest.mark.long
def test_a_revision_begins_with_the_prices_of_the_one_before_and_says_what_changed(
    app: Flask, coordinator: Staff
) -> None:
    reference = ask(app, plan=WITH_MRI)
    issue(coordinator, reference, **{MRI: "350"})
    coordinator.see(page(reference))
    shown = coordinator.press("Prepare a revision")
    assert (shown.value(MRI), total(shown)) == ("350", TOTAL)
    coordinator.send("save", {MRI: "400"})
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "MRI of the spine USD 350.00 USD 400.00" in said(shown)


@pytest.mark.long
def test_a_copied_quote_keeps_the_prices_that_were_given(app: Flask, coordinator: Staff) -> None:
    issue(coordinator, ask(app, plan={**PLAN, "interpreter": "all_day"}), **{INTERPRETER: "200"})
    other = ask(app, name="Otto Young", address="otto@example.org")
    coordinator.see(f"{page(other)}/copy")
    shown = coordinator.send("Copy its plans", {"number": "Q-2026-00001"})
    assert shown.value(INTERPRETER) == "200"
    assert total(shown) == f"USD{SPACE}16,090.40"


def test_prices_in_an_estimate_s_list_that_changed_are_told_apart(app: Flask, coordinator: Staff) -> None:
    """The dearer list has the scan on request as well: one price, and both totals have it."""
    reference = ask(app, plan=WITH_MRI)
    dearer(app)
    shown = prepare(coordinator, reference, **{MRI: "350"})
    assert "Keep the prices of “2026-09”: USD 16,240.40" in said(shown)
    assert "Price again with “2026-11”: USD 16,344.00" in said(shown)
    assert "only." not in said(shown).partition("Prices for this quote")[2].partition("Adjustments")[0]


def history(coordinator: Staff, reference: str) -> str:
    """What the page of a request says that was done."""
    return said(coordinator.see(f"/desk/requests/{reference}"))


def saved_prices(app: Flask, reference: str) -> list[str]:
    """Return the prices that are saved with what is prepared."""
    with request_of(app, reference) as of:
        draft = quotes.drafts.for_request(of)
        assert draft is not None
        return [f"{each.currency} {each.text}" for each in quotes.given_prices.of(draft).values()]


def priced_for_each_session(app: Flask) -> None:
    """Publish a list that has the scan on request for each session, so that a price for all of it is none of that."""
    old = 'own_mri = false }\nnote.en = "You can have it made at home and bring it."'
    changed_list(app, **{old: f'{old}\nper = "sessions"'})


def test_a_field_that_did_not_show_the_saved_price_takes_nothing_back(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference, **{MRI: "350"})
    priced_for_each_session(app)
    coordinator.see(page(reference))
    shown = coordinator.send("save", {"prices": "again"})
    assert shown.value(MRI) == ""
    coordinator.press("save")
    assert saved_prices(app, reference) == ["USD 350.00"]
    shown = coordinator.send("save", {"prices": "keep"})
    assert (total(shown), shown.value(MRI)) == (TOTAL, "350")
    assert "took back" not in history(coordinator, reference)


def test_looking_at_other_prices_and_back_loses_no_saved_price(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference, **{MRI: "350"})
    priced_for_each_session(app)
    coordinator.see(page(reference))
    coordinator.send("save", {"prices": "again"})
    shown = coordinator.send("work-out", {"prices": "keep"})
    assert (total(shown), shown.value(MRI)) == (TOTAL, "350")
    coordinator.press("save")
    assert saved_prices(app, reference) == ["USD 350.00"]


def test_whoever_typed_no_price_takes_none_back_that_somebody_else_gave_meanwhile(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference)
    other = sign_in(app, "coordinator")
    other.see(page(reference))
    other.send("save", {MRI: "400"})
    assert coordinator.press("save").status == 409
    assert coordinator.press("save").status == 200
    assert saved_prices(app, reference) == ["USD 400.00"]


def test_a_price_is_taken_back_also_after_its_page_was_shown_again(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan=WITH_MRI)
    prepare(coordinator, reference, **{MRI: "350"})
    shown = coordinator.send("work-out", {MRI: ""})
    assert "Still on request: MRI of the spine." in shown.text
    coordinator.press("save")
    assert saved_prices(app, reference) == []
    assert "took back the price for the quote: MRI of the spine" in history(coordinator, reference)
