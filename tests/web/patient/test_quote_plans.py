"""A quote with several plans in the patient's hands: side by side, one of them accepted, the others closed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
import time_machine
from flask import Flask

from estimator import quotes
from estimator.quotes import drafts
from pricing.quote import Adjustment
from pricing.quote_options import Option
from tests.support.acts import acting
from tests.support.database import publish
from tests.support.quote_clinic import COORDINATOR, NAME, PLAN, TOTAL, Desk, Patient, list_text, now
from tests.support.visitor import Page

SPACE = "\N{NO-BREAK SPACE}"
THREE = f"USD{SPACE}6,211.05"
"""By hand: 3 × 2,000 + 2 × 100.50 + 5 % of 201 = 6,211.05."""


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app with a list that quotes can be issued from."""
    app = start()
    publish(app, list_text())
    return app


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Return the desk of somebody who asked."""
    return Desk(app)


@pytest.fixture
def patient(desk: Desk) -> Patient:
    """Return a patient who has opened a quote of two and of three sessions."""
    return desk.patient(desk.issue(plans=[3]))


def said(page: Page) -> str:
    return " ".join(page.text().replace(SPACE, " ").split())


def plain(amount: str) -> str:
    return amount.replace(SPACE, " ")


def test_the_plans_stand_side_by_side_with_what_differs_marked(patient: Patient) -> None:
    page = patient.open(patient.path)
    (table,) = page.all("table", class_="plans-table")
    heads = ["".join(cell.itertext()).strip() for cell in table.iter("th") if cell.get("scope") == "col"]
    assert heads == ["Plan A", "Plan B"]
    rows = [" ".join("".join(row.itertext()).split()) for row in table.iter("tr")]
    (total,) = [row for row in rows if row.startswith("Firm total")]
    assert plain(TOTAL) in plain(total)
    assert plain(THREE) in plain(total)
    (sessions,) = [row for row in rows if row.startswith("Sessions")]
    assert sessions.endswith("3 sessions")


def test_the_plain_text_says_of_every_line_in_which_the_plans_differ_that_it_does(patient: Patient) -> None:
    text = patient.open(f"{patient.path}/1.txt").html
    lines = text[text.index("The plans side by side") :].splitlines()
    for line in ("Sessions", "Firm total"):
        assert next(said for said in lines if said.startswith(f"  {line}")).endswith("(differs)")


def test_one_sentence_says_how_differing_lines_are_marked_and_only_sums_say_it_to_who_hears_them(
    patient: Patient,
) -> None:
    page = patient.open(patient.path)
    assert said(page).count("Where the plans differ, the line is in bold.") == 1
    (table,) = page.all("table", class_="plans-table")
    heads = [
        " ".join("".join(cell.itertext()).split()) for cell in table.iter("th") if cell.get("scope") == "row"
    ]
    marked = [head for head in heads if "differs" in head]
    assert [head.partition(" (differs)")[0] for head in marked] == [
        "Treatment",
        "To keep in reserve; not part of the price",
    ]
    shown = [note for note in table.iter("span") if "note" in (note.get("class") or "").split()]
    assert not [note for note in shown if "differs" in "".join(note.itertext())]


def test_what_is_known_what_may_be_taken_and_the_coordinators_words_stand_before_the_buttons(
    desk: Desk,
) -> None:
    options = [Option(Decimal("120.00"), "Interpreter")]
    patient = desk.patient(desk.issue(plans=[3], options=options, words="Call me any time."))
    page = patient.open(patient.path)
    found = said(page)
    order = [
        "What is known about this treatment",
        "The plans side by side",
        "What you may take with it",
        "Call me any time.",
        f"Accept plan A for {plain(TOTAL)}",
        f"Accept plan B for {plain(THREE)}",
        "Decline it",
    ]
    places = [found.index(words) for words in order]
    assert places == sorted(places)
    assert [found.count(words) for words in order[2:4]] == [1, 1]
    assert "Choose one of the plans" not in found


def test_every_plan_has_its_own_items_answers_and_payments_and_no_place_twice(patient: Patient) -> None:
    page = patient.open(patient.path)
    tree = page.tree
    assert tree is not None
    places = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(places) == len(set(places))
    assert {"items", "plan-b-items", "answers", "plan-b-answers"} <= set(places)
    assert "Plan B: Every item of this quote" in said(page)


def test_one_plan_is_chosen_checked_and_accepted_and_the_others_close(desk: Desk, patient: Patient) -> None:
    page = patient.open(patient.path)
    links = [link.get("href") for link in page.all("a") if "accept?plan=" in (link.get("href") or "")]
    assert links == [f"{patient.path}/accept?plan=A", f"{patient.path}/accept?plan=B"]
    checked = patient.check(plan="B")
    assert "I accept plan B of the firm quote" in said(checked)
    assert plain(THREE) in said(checked)
    assert "The other plans of this quote are closed when you accept this one." in said(checked)
    done = patient.open(patient.press(checked, "accept").location)
    assert f"You have accepted plan B, for {plain(THREE)}. The other plans are closed." in said(done)
    (kept,) = desk.decisions()
    assert (kept.plan, kept.total) == ("B", "6211.05")
    assert kept.agreed_to.startswith("I accept plan B of the firm quote")
    page = patient.open(patient.path)
    assert "Plan B is accepted; the other plans are closed." in said(page)
    assert not [link for link in page.all("a") if "accept" in (link.get("href") or "")]


def test_without_a_plan_nothing_is_accepted_and_the_page_leads_to_the_plans(
    desk: Desk, patient: Patient
) -> None:
    page = patient.open(f"{patient.path}/accept")
    assert (page.status, page.location) == (303, f"{patient.path}#plans")
    form = patient.open(f"{patient.path}/accept?plan=A")
    for wrong in (None, "", "C", "AB"):
        refused = patient.press(form, "accept", plan=wrong, typed_name=NAME, agreed="yes")
        assert refused.status == 409
        assert "This quote has several plans, and one of them can be accepted." in said(refused)
        assert "Nothing was sent." in said(refused)
    assert desk.decisions() == []


def test_the_button_pressed_twice_is_one_acceptance_and_another_plan_is_refused(
    desk: Desk, patient: Patient
) -> None:
    first, other = patient.check(plan="B"), patient.check(plan="A")
    patient.press(first, "accept")
    assert patient.press(first, "accept").status == 303
    refused = patient.press(other, "accept")
    assert refused.status == 409
    assert "Plan B was accepted, so the other plans are closed." in said(refused)
    assert [one.plan for one in desk.decisions()] == ["B"]


def test_a_plan_of_a_revision_that_was_replaced_meanwhile_is_refused_with_a_sentence(
    desk: Desk, patient: Patient
) -> None:
    checked = patient.check(plan="B")
    desk.issue(sessions=1)
    refused = patient.press(checked, "accept")
    assert refused.status == 409
    assert "Revision 1 was replaced by revision 2." in said(refused)
    assert desk.decisions() == []


def test_what_is_taken_back_can_be_chosen_anew(desk: Desk, patient: Patient) -> None:
    patient.accept(plan="B")
    page = patient.open(f"{patient.path}/take-back")
    assert "Plan B" in said(page)
    patient.press(page, None)
    assert "accept?plan=A" in patient.open(patient.path).body.decode()
    patient.accept(plan="A")
    assert [(one.plan, one.taken_back_at is None) for one in desk.decisions()] == [("B", False), ("A", True)]


def test_mail_and_text_say_the_same_as_the_page(desk: Desk, patient: Patient) -> None:
    text = plain(patient.open(f"{patient.path}/1.txt").body.decode())
    assert "The plans side by side" in text
    assert plain(TOTAL) in text
    assert "Plan B: Every item of the firm total" in text
    patient.accept(plan="B")
    (receipt,) = desk.mails("quote_receipt")
    body = receipt.get_body(("plain",))
    assert body is not None
    assert "you accepted plan B of quote" in " ".join(body.get_content().split())
    (told,) = desk.mails("quote_decided")
    body = told.get_body(("plain",))
    assert body is not None
    assert "Plan B of quote" in " ".join(body.get_content().split())


@pytest.mark.long
@pytest.mark.parametrize(
    ("of_b", "said_in_mail"),
    [
        ("Courtesy: You come with a friend.", ["Courtesy: You come with a friend."]),
        (
            "Courtesy: It is your third.",
            ["Plan A: Courtesy: You come with a friend.", "Plan B: Courtesy: It is your third."],
        ),
    ],
)
def test_the_mail_says_of_which_plan_the_price_was_adjusted_unless_of_all(
    desk: Desk, of_b: str, said_in_mail: list[str]
) -> None:
    def adjusted(reason: str) -> list[Adjustment]:
        label, _colon, why = reason.partition(": ")
        return [Adjustment(Decimal(-10), label, why, told=True)]

    with desk.request() as request:
        act = acting(actor=COORDINATOR, now=now(), settings=desk.settings)
        draft = drafts.begin(act, request)
        lines = adjusted("Courtesy: You come with a friend.")
        draft = drafts.change(act, draft, save=draft.save, adjustments=lines, prices="keep")
        draft = drafts.add_plan(act, draft, save=draft.save)
        answers = {**PLAN, "sessions": 3}
        draft = drafts.change(
            act, draft, save=draft.save, plan="B", answers=answers, adjustments=adjusted(of_b)
        )
        fingerprint = drafts.preview(act, draft).fingerprint
        quotes.issue(act, request, save=draft.save, fingerprint=fingerprint)
    (mail,) = desk.mails("quote_issued")
    body = mail.get_body(("plain",))
    assert body is not None
    _before, _colon, after = body.get_content().partition("Why the total differs from the price list:")
    assert [line.strip() for line in after.split("\n\n")[1].splitlines()] == said_in_mail


def test_declining_is_for_all_plans_and_names_what_each_comes_to(desk: Desk, patient: Patient) -> None:
    page = patient.open(f"{patient.path}/decline")
    assert plain(TOTAL) in said(page)
    assert plain(THREE) in said(page)
    patient.decline("price")
    assert [(one.kind, one.plan) for one in desk.decisions()] == [("declined", None)]


def test_a_quote_that_is_over_has_no_plan_to_choose(desk: Desk, patient: Patient) -> None:
    with time_machine.travel("2099-01-01T00:00:00Z", tick=False):
        link = desk.new_link()
        page = desk.patient(link).open(patient.path)
    assert "This quote has expired." in said(page)
    assert "accept?plan=" not in page.body.decode()


def test_a_revision_whose_plans_moved_up_says_which_letter_is_the_old_one(
    app: Flask, desk: Desk, patient: Patient
) -> None:
    with desk.request() as request:
        act = acting(actor=COORDINATOR, now=now(), settings=desk.settings)
        draft = drafts.begin(act, request)
        draft = drafts.change(act, draft, save=draft.save, prices="keep")
        draft = drafts.remove_plan(act, draft, save=draft.save, plan="A")
        draft = drafts.add_plan(act, draft, save=draft.save)
        draft = drafts.change(act, draft, save=draft.save, plan="B", answers={**PLAN, "sessions": 1})
        prepared = drafts.preview(act, draft)
        revision = quotes.issue(act, request, save=draft.save, fingerprint=prepared.fingerprint)
        rows = quotes.rows_of(revision, desk.settings.data_keys)
    page = patient.open(patient.path)
    assert "#changed-title" in page.links()
    section = said(page).partition(" What changed Replaces revision 1")[2]
    for label in ("Plan A of revision 1", "Plan B of revision 1 is plan A now", "Plan B is new"):
        assert label in section
    assert not any(heading in said(page) for heading in ("Plan A: What changed", "Plan B: What changed"))
    assert rows is not None
    assert [part.plan for part in rows.changes] == [""]


@pytest.mark.parametrize("language", ["ar", "fr", "es", "ru", "hi", "bn"])
def test_every_language_names_the_plans_in_its_own_words(app: Flask, language: str) -> None:
    desk = Desk(app, language=language)
    patient = desk.patient(desk.issue(plans=[3]))
    page = patient.open(f"{patient.path}?language={language}")
    assert "side by side" not in page.body.decode()
    assert "Accept plan" not in page.body.decode()


def test_once_one_plan_is_accepted_the_page_has_that_plan_alone(desk: Desk, patient: Patient) -> None:
    patient.accept(plan="B")
    page = said(patient.open(patient.path))
    assert "Plan B: Firm total" in page
    assert plain(THREE) in page
    assert plain(TOTAL) not in page
    assert "One of them can be accepted" not in page
    assert "side by side" not in page
