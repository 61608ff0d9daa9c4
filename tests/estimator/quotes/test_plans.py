"""Several plans in one quote: each firm by itself under one number; the patient accepts one, and the others close."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import quotes
from estimator.db import db
from estimator.estimates import plain_text
from estimator.models import PatientRequest, QuoteDecision, QuoteDraft, QuoteRevision
from estimator.quotes import drafts
from estimator.wording import FirmRows
from pricing.quote import Adjustment
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.example_list import NOW
from tests.support.example_quotes import (
    COLLEAGUE,
    COORDINATOR,
    PLAN,
    accept,
    ask,
    issue,
    list_text,
    prepare,
    publish,
    settings,
    state,
    with_plans,
)

THREE = {**PLAN, "sessions": "3"}
DAY = timedelta(days=1)


@pytest.fixture
def request_(app: Flask) -> PatientRequest:
    """Return a request for two sessions, which come to USD 4,400.00."""
    return ask(publish())


def draft_of(request: PatientRequest) -> QuoteDraft:
    found = drafts.for_request(request)
    assert found is not None
    return found


def add(request: PatientRequest, like: str = "", actor: str = COORDINATOR) -> QuoteDraft:
    draft = draft_of(request)
    act = acting(actor=actor, now=NOW, settings=settings())
    found = drafts.add_plan(act, draft, save=draft.save, like=like)
    db.session.commit()
    return found


def change(request: PatientRequest, plan: str, actor: str = COORDINATOR, **changes: object) -> None:
    draft = draft_of(request)
    act = acting(actor=actor, now=NOW, settings=settings())
    drafts.change(act, draft, save=draft.save, plan=plan, **changes)  # type: ignore[arg-type]
    db.session.commit()


def two(request: PatientRequest) -> QuoteDraft:
    """Prepare two and three sessions."""
    prepare(request)
    add(request)
    change(request, "B", answers=THREE)
    return draft_of(request)


# Preparing ----------------------------------------------------------------------------------------------------


def test_another_plan_begins_as_a_copy_and_has_answers_and_adjustments_of_its_own(
    request_: PatientRequest,
) -> None:
    prepare(request_, adjustments=[("-100.00", "Courtesy")])
    add(request_)
    change(request_, "B", answers=THREE, adjustments=[Adjustment(Decimal("50.00"), "Courier", "Papers.")])
    found = state(request_)
    assert [(plan.letter, str(plan.chosen and plan.chosen.total)) for plan in found.plans] == [
        ("A", "4300.00"),
        ("B", "6650.00"),
    ]
    assert found.missing == []


def test_plans_in_which_nothing_differs_are_not_issued(request_: PatientRequest) -> None:
    prepare(request_)
    add(request_)
    assert [(one.code, one.detail) for one in state(request_).missing] == [("same_plans", ("A", "B"))]


def test_what_one_plan_lacks_is_said_of_that_plan(request_: PatientRequest) -> None:
    prepare(request_)
    add(request_)
    change(request_, "B", adjustments=[Adjustment(Decimal("-9999.00"), "Too much", "Typed wrong.")])
    found = {(one.code, one.plan) for one in state(request_).missing}
    assert found == {("negative_total", "B"), ("not_approved", "")}


def test_a_quote_has_three_plans_at_most(request_: PatientRequest) -> None:
    prepare(request_)
    add(request_)
    add(request_)
    with pytest.raises(drafts.TooManyPlans):
        add(request_)


def test_a_removed_plan_is_gone_and_those_behind_it_move_up(request_: PatientRequest) -> None:
    draft = two(request_)
    drafts.remove_plan(acting(now=NOW, settings=settings()), draft, save=draft.save, plan="A")
    db.session.commit()
    assert drafts.letters_of(draft_of(request_), settings()) == []
    assert drafts.answers_of(draft_of(request_), settings())["sessions"] == "3"
    assert [(plan.letter, plan.answers["sessions"]) for plan in state(request_).plans] == [("", "3")]


ABOUT_YOU = """
[driver.thinners]
kind = "yes_no"
role = "about_you"
label.en = "Do you take blood thinners?"
open = true

[driver.bridging]
kind = "yes_no"
role = "about_you"
label.en = "Can you pause them?"
when = { sessions = { least = 3 }, thinners = true }
open = true
"""


def answers_about(request: PatientRequest, question: str) -> list[object]:
    found = (drafts.answers_of(draft_of(request), settings(), letter) for letter in "ABC")
    return [answers.get(question) for answers in found]


def test_what_is_asked_about_the_patient_is_answered_once_for_every_plan(app: Flask) -> None:
    request = ask(publish(list_text(more=ABOUT_YOU)))
    two(request)
    change(request, "B", answers={**THREE, "thinners": True})
    add(request)
    assert answers_about(request, "thinners") == [True, True, True]
    change(request, "A", answers={**PLAN, "thinners": False})
    assert answers_about(request, "thinners") == [False, False, False]
    assert answers_about(request, "sessions") == ["2", "3", "2"]
    change(request, "A", answers=PLAN)
    assert answers_about(request, "thinners") == [None, None, None]


def test_what_a_plan_does_not_ask_of_the_patient_takes_no_answer_from_another(app: Flask) -> None:
    request = ask(publish(list_text(more=ABOUT_YOU)))
    two(request)
    change(request, "B", answers={**THREE, "thinners": True, "bridging": True})
    change(request, "A", answers={**THREE, "thinners": True, "bridging": True})
    change(request, "A", answers={**PLAN, "thinners": True})
    assert answers_about(request, "bridging")[1] is True


@pytest.mark.parametrize("plan", ["C", "", "x"])
def test_what_is_no_plan_is_not_removed(request_: PatientRequest, plan: str) -> None:
    draft = two(request_)
    with pytest.raises(drafts.ChangedMeanwhile):
        drafts.remove_plan(acting(now=NOW, settings=settings()), draft, save=draft.save, plan=plan)


def test_a_plan_that_somebody_removed_meanwhile_is_not_changed(request_: PatientRequest) -> None:
    draft = two(request_)
    with pytest.raises(drafts.ChangedMeanwhile):
        drafts.change(
            acting(now=NOW, settings=settings()), draft, save=draft.save, plan="C", answers=dict(PLAN)
        )


def test_nothing_of_a_further_plan_can_be_read_in_the_database(request_: PatientRequest) -> None:
    prepare(request_, adjustments=[("-100.00", "Courtesy")])
    draft = add(request_)
    assert draft.alternatives is not None
    assert b"Courtesy" not in draft.alternatives
    assert b"sessions" not in draft.alternatives


def test_adjustments_of_any_plan_above_the_limit_need_somebody_who_wrote_none_of_them(
    request_: PatientRequest,
) -> None:
    two(request_)
    change(
        request_, "B", actor=COLLEAGUE, adjustments=[Adjustment(Decimal("-900.00"), "Courtesy", "Agreed.")]
    )
    found = state(request_)
    assert found.needs_approval
    act = acting(actor=COLLEAGUE, now=NOW, settings=settings())
    with pytest.raises(drafts.SamePerson):
        drafts.approve(act, draft_of(request_), fingerprint=found.fingerprint)
    drafts.approve(act.by("user:3"), draft_of(request_), fingerprint=found.fingerprint)
    db.session.commit()
    assert state(request_).approved
    change(request_, "B", answers={**PLAN, "sessions": "4"})
    assert not state(request_).approved, "what was approved is exactly what was there"
    assert drafts.authors(draft_of(request_), settings()) == {COLLEAGUE}


# Issuing ------------------------------------------------------------------------------------------------------


def test_all_plans_are_issued_under_one_number_each_with_a_firm_total(request_: PatientRequest) -> None:
    revision = with_plans("3", request=request_)
    content = json.loads(revision.content)
    assert (content["number"], content["total"]) == ("Q-2026-00001", "4400.00")
    assert [(each["plan"], each["total"]) for each in content["alternatives"]] == [("B", "6600.00")]
    assert (revision.total, revision.state) == ("4400.00", "current")
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    assert [(each.plan, each.total.amount) for each in rows.plans] == [
        ("A", "USD\N{NO-BREAK SPACE}4,400.00"),
        ("B", "USD\N{NO-BREAK SPACE}6,600.00"),
    ]


def test_side_by_side_stands_what_differs_and_what_each_plan_comes_to(request_: PatientRequest) -> None:
    rows = quotes.rows_of(with_plans("3", request=request_), settings().data_keys)
    assert rows is not None
    found = {
        row.kind: (str(row.label), [str(cell).replace("\N{NO-BREAK SPACE}", " ") for cell in row.cells])
        for row in rows.compared
        if row.differs
    }
    assert found["answer"][1] == ["2", "3"]
    assert found["total"][1] == ["USD 4,400.00", "USD 6,600.00"]
    assert [row.kind for row in rows.compared if not row.differs] == ["beside"]
    assert "2 plans" in rows.about[0]


def test_the_next_revision_says_which_plan_came_and_which_went(request_: PatientRequest) -> None:
    with_plans("3", request=request_)
    prepare(request_)
    draft = draft_of(request_)
    assert drafts.letters_of(draft, settings()) == ["A", "B"]
    drafts.remove_plan(acting(now=NOW, settings=settings()), draft, save=draft.save, plan="B")
    db.session.commit()
    rows = quotes.rows_of(issue(request_, NOW + DAY), settings().data_keys)
    assert rows is not None
    assert rows.plans == [rows]
    changed = [(str(row.label), row.old.replace("\N{NO-BREAK SPACE}", " "), row.new) for row in rows.changed]
    assert ("Plan B of revision 1", "USD 6,600.00", "not in it") in changed


def remove(request: PatientRequest, plan: str) -> None:
    draft = draft_of(request)
    drafts.remove_plan(acting(now=NOW, settings=settings()), draft, save=draft.save, plan=plan)
    db.session.commit()


def changed(revision: QuoteRevision) -> list[tuple[str, str, str]]:
    """Return what the plans of a revision say has changed, without its last day."""
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    assert rows.replaces is not None
    found = [row for plan in rows.plans for row in plan.changed if row.kind != "valid_until"]
    return [
        (
            str(row.label),
            row.old.replace("\N{NO-BREAK SPACE}", " "),
            row.new.replace("\N{NO-BREAK SPACE}", " "),
        )
        for row in found
    ]


def test_the_plan_that_stays_is_not_compared_with_the_one_that_was_removed(request_: PatientRequest) -> None:
    prepare(request_, adjustments=[("-100.00", "Courtesy")])
    add(request_)
    change(request_, "B", answers=THREE)
    issue(request_)
    prepare(request_)
    remove(request_, "A")
    assert changed(issue(request_, NOW + DAY)) == [
        ("Plan A of revision 1", "USD 4,300.00", "not in it"),
        ("Plan B of revision 1 is the only plan now", "USD 6,500.00", "USD 6,500.00"),
    ]


def test_a_plan_that_moves_up_is_the_same_plan_under_another_name(request_: PatientRequest) -> None:
    with_plans("3", "4", request=request_)
    prepare(request_)
    remove(request_, "B")
    assert changed(issue(request_, NOW + DAY)) == [
        ("Plan B of revision 1", "USD 6,600.00", "not in it"),
        ("Plan C of revision 1 is plan B now", "USD 8,800.00", "USD 8,800.00"),
    ]
    prepare(request_)
    change(request_, "B", answers=THREE)
    assert ("Firm total", "USD 8,800.00", "USD 6,600.00") in changed(issue(request_, NOW + 2 * DAY))


def test_a_plan_in_the_place_of_a_removed_one_is_new(request_: PatientRequest) -> None:
    with_plans("3", request=request_)
    prepare(request_)
    add(request_)
    change(request_, "C", answers={**PLAN, "sessions": "5"})
    remove(request_, "A")
    revision = issue(request_, NOW + DAY)
    assert changed(revision) == [
        ("Plan A of revision 1", "USD 4,400.00", "not in it"),
        ("Plan B of revision 1 is plan A now", "USD 6,600.00", "USD 6,600.00"),
        ("Plan B is new", "not in it", "USD 11,000.00"),
    ]
    text = plain_text.firm_text(rows_of(revision), "N. N.").replace("\N{NO-BREAK SPACE}", " ")
    what = text.index("\nWhat changed\n")
    assert "What changed" not in text[:what] + text[what + len("\nWhat changed\n") :]
    assert "Plan B of revision 1 is plan A now: USD 6,600.00" in " ".join(text.split())


def test_what_concerns_the_whole_quote_stands_under_no_plan(request_: PatientRequest) -> None:
    with_plans("3", request=request_)
    prepare(request_)
    change(request_, "B", answers={**PLAN, "sessions": "5"})
    changes = rows_of(issue(request_, NOW + DAY)).changes
    assert [part.plan for part in changes] == ["", "B"]
    assert [row.kind for row in changes[0].rows] == ["valid_until"]
    assert "total" in [row.kind for row in changes[1].rows]


def rows_of(revision: QuoteRevision) -> FirmRows:
    found = quotes.rows_of(revision, settings().data_keys)
    assert found is not None
    return found


def test_of_one_plan_that_becomes_two_the_first_is_the_one_there_was(request_: PatientRequest) -> None:
    prepare(request_)
    issue(request_)
    prepare(request_)
    add(request_)
    change(request_, "B", answers=THREE)
    assert changed(issue(request_, NOW + DAY)) == [("Plan B is new", "not in it", "USD 6,600.00")]


def test_where_every_plan_was_made_anew_the_first_takes_the_place_of_the_first(
    request_: PatientRequest,
) -> None:
    prepare(request_)
    issue(request_)
    prepare(request_)
    add(request_)
    change(request_, "B", answers=THREE)
    remove(request_, "A")
    assert ("Firm total", "USD 4,400.00", "USD 6,600.00") in changed(issue(request_, NOW + DAY))


def test_a_revision_that_was_prepared_before_one_plan_was_accepted_is_compared_with_that_plan(
    request_: PatientRequest,
) -> None:
    revision = with_plans("3", request=request_)
    prepare(request_)
    accept(revision, plan="B")
    assert changed(issue(request_, NOW + DAY)) == [("Plan A is new", "not in it", "USD 4,400.00")]


def accepted_plan(revision: QuoteRevision) -> str:
    agreed = quotes.agreed(revision)
    assert agreed is not None
    return agreed.plan


# Answering ----------------------------------------------------------------------------------------------------


def test_one_plan_is_accepted_and_with_it_the_quote(request_: PatientRequest) -> None:
    revision = with_plans("3", request=request_)
    accept(revision, plan="B")
    said = quotes.decision_of(revision)
    assert said is not None
    assert (said.kind, said.plan, said.total) == ("accepted", "B", "6600.00")
    assert (revision.state, request_.state) == ("accepted", "accepted")
    assert accepted_plan(revision) == "B"


def test_of_a_quote_with_one_plan_the_acceptance_names_none(request_: PatientRequest) -> None:
    prepare(request_)
    revision = issue(request_)
    accept(revision, plan=None)
    said = quotes.decision_of(revision)
    assert said is not None
    assert (said.plan, said.total, accepted_plan(revision)) == (None, None, "")


@pytest.mark.parametrize("plan", [None, "C", "x"])
def test_a_plan_that_is_not_in_the_quote_is_not_accepted(request_: PatientRequest, plan: str | None) -> None:
    revision = with_plans("3", request=request_)
    with pytest.raises(quotes.NoSuchPlan):
        accept(revision, plan=plan)
    assert quotes.decision_of(revision) is None


def test_when_one_plan_is_accepted_no_other_can_be(request_: PatientRequest) -> None:
    revision = with_plans("3", request=request_)
    accept(revision, plan="B")
    with pytest.raises(quotes.AlreadyDecided) as refused:
        accept(revision, plan="A")
    assert (refused.value.kind, refused.value.plan) == ("accepted", "B")


def test_of_two_plans_accepted_at_once_one_is(app: Flask, request_: PatientRequest) -> None:
    revision_id = with_plans("3", request=request_).id
    db.session.rollback()

    def press(number: int) -> None:
        accept(db.session.get_one(QuoteRevision, revision_id), plan="AB"[number % 2])

    found = at_once(app, 4, press)
    assert sorted(type(each).__name__ for each in found) == ["AlreadyDecided"] * 3 + ["NoneType"]
    assert len(db.session.scalars(select(QuoteDecision)).all()) == 1


def test_a_plan_of_a_revision_that_was_replaced_meanwhile_is_not_accepted(request_: PatientRequest) -> None:
    revision = with_plans("3", request=request_)
    prepare(request_)
    issue(request_, NOW)
    with pytest.raises(quotes.NotCurrent) as refused:
        accept(revision, plan="B")
    assert refused.value.state == "replaced"
    assert quotes.decision_of(revision) is None


def test_an_acceptance_that_is_taken_back_opens_every_plan_again(request_: PatientRequest) -> None:
    revision = with_plans("3", request=request_)
    accept(revision, plan="B")
    quotes.take_back(acting(now=NOW + DAY, settings=settings()), revision)
    db.session.commit()
    assert quotes.agreed(revision) is None
    accept(revision, plan="A")
    assert accepted_plan(revision) == "A"


def test_what_was_accepted_alone_is_the_beginning_of_the_next_revision(request_: PatientRequest) -> None:
    accept(with_plans("3", request=request_), plan="B")
    prepare(request_)
    draft = draft_of(request_)
    assert drafts.letters_of(draft, settings()) == []
    assert drafts.answers_of(draft, settings())["sessions"] == "3"


def test_the_next_revision_is_compared_with_what_was_accepted_and_says_that_it_ends(
    request_: PatientRequest,
) -> None:
    accept(with_plans("3", request=request_), plan="B")
    prepare(request_)
    rows = quotes.rows_of(issue(request_, NOW + DAY), settings().data_keys)
    assert rows is not None
    assert rows.replaces is not None
    assert rows.replaces.startswith("Replaces revision 1 of ")
    assert rows.replaces.endswith(", which was accepted and counts no longer")
    assert {row.kind for row in rows.changed} <= {"valid_until"}, (
        "it has the plan and the total that were accepted"
    )
