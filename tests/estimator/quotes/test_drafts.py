"""A quote while it is prepared: whose prices, which adjustments, who approves, and what is still missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update

import pricing
from estimator import audit, price_lists, quotes, requests
from estimator.db import db
from estimator.models import AuditEntry, PatientRequest, QuoteDraft, RequestEvent
from estimator.quotes import drafts, plans
from pricing.quote import Adjustment
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_quotes import (
    CLINIC,
    COLLEAGUE,
    COORDINATOR,
    PLAN,
    SCAN,
    ask,
    issue,
    list_text,
    person,
    prepare,
    publish,
    settings,
    state,
)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Return the address of an empty SQLite file: what is missing does not depend on the kind of database."""
    return f"sqlite:///{tmp_path}/estimator.sqlite"


@pytest.fixture
def request_(app: Flask) -> PatientRequest:
    """Return a request about the list in force."""
    return ask(publish())


def codes(prepared: plans.Prepared) -> list[str]:
    return [missing.code for missing in prepared.missing]


def change(
    request: PatientRequest, now: datetime = NOW, *, actor: str = COORDINATOR, **what: object
) -> QuoteDraft:
    """Save changes as a coordinator who has the newest save before them, and commit."""
    draft = drafts.for_request(request)
    assert draft is not None
    known = {"save": draft.save, **what}
    drafts.change(acting(actor=actor, now=now, settings=settings()), draft, **known)  # type: ignore[arg-type]
    db.session.commit()
    return draft


def adjustment(amount: str, label: str = "Goodwill", reason: str = "We were late") -> Adjustment:
    return Adjustment(Decimal(amount), label, reason)


def approve(request: PatientRequest, actor: str = COLLEAGUE, fingerprint: str | None = None) -> None:
    draft = drafts.for_request(request)
    assert draft is not None
    drafts.approve(
        acting(actor=actor, clinic=CLINIC, now=NOW, settings=settings()),
        draft,
        fingerprint=fingerprint or state(request).fingerprint,
    )
    db.session.commit()


# Beginning ----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_quote_begins_with_the_plan_that_was_asked_about(request_: PatientRequest) -> None:
    prepared = prepare(request_)
    assert prepared.answers == PLAN
    assert prepared.chosen is not None
    assert prepared.chosen.total == Decimal("4400.00")
    assert prepared.missing == []
    assert prepared.valid_until == date(2026, 4, 9)


@pytest.mark.parametrize(("chosen", "remembered"), [("keep", "keep"), ("again", None)])
def test_a_revision_remembers_that_prices_were_kept_and_asks_again_about_those_in_force(
    request_: PatientRequest, chosen: str, remembered: str | None
) -> None:
    publish(list_text(version="2026-2", valid_from="2026-03-10", price="2100.00"))
    later = NOW + timedelta(days=1)
    prepare(request_, later, prices=chosen)
    issue(request_, later)
    publish(list_text(version="2026-3", valid_from="2026-03-12", price="2200.00"), later)
    begun = prepare(request_, later + timedelta(days=1))
    assert (begun.chosen is not None) == (remembered is not None)
    draft = drafts.for_request(request_)
    assert draft is not None
    assert draft.prices == remembered


@pytest.mark.parametrize("kept", [False, True])
def test_a_list_that_is_published_on_the_day_of_a_revision_after_it_is_a_choice_that_nobody_has_made(
    request_: PatientRequest, kept: bool
) -> None:
    if kept:
        publish(list_text(version="2026-2", valid_from=NOW.date().isoformat(), price="2100.00"))
    prepare(request_, prices="keep" if kept else None)
    revision = issue(request_)
    assert revision.table_version.version == "2026-1"
    later = NOW + timedelta(hours=1)
    publish(list_text(version="2026-3", valid_from=NOW.date().isoformat(), price="2200.00"), later)
    begun = prepare(request_, later + timedelta(hours=1))
    assert codes(begun) == ["prices_not_chosen"]
    assert begun.chosen is None
    draft = drafts.for_request(request_)
    assert draft is not None
    assert draft.prices is None


def test_a_list_that_was_published_late_and_is_past_was_no_choice_at_the_issue(
    request_: PatientRequest,
) -> None:
    tomorrow = (NOW + timedelta(days=1)).date().isoformat()
    publish(list_text(version="2026-3", valid_from=tomorrow, price="2200.00"))
    prepare(request_)
    issue(request_)
    today = NOW.date().isoformat()
    publish(list_text(version="2026-2", valid_from=today, price="2100.00"), NOW + timedelta(hours=1))
    begun = prepare(request_, NOW + timedelta(days=1))
    assert begun.in_force is not None
    assert begun.in_force.version == "2026-3"
    assert codes(begun) == ["prices_not_chosen"]


def test_words_to_the_patient_are_sealed_need_no_approval_and_are_not_in_the_next_revision(
    request_: PatientRequest,
) -> None:
    prepare(request_, adjustments=[("-400.00", "Goodwill")])
    approve(request_)
    draft = change(request_, words="We look forward to you.")
    assert draft.words is not None
    assert b"forward" not in draft.words
    assert state(request_).approved
    revision = issue(request_)
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    assert rows.personal == "We look forward to you."
    prepare(request_)
    begun = drafts.for_request(request_)
    assert begun is not None
    assert drafts.words_of(begun, settings()) is None


def test_telling_the_patient_a_reason_needs_a_new_approval_and_is_kept_in_a_revision(
    request_: PatientRequest,
) -> None:
    prepare(request_, adjustments=[("-400.00", "Goodwill")])
    approve(request_)
    change(request_, adjustments=[replace(adjustment("-400.00", reason="Why: Goodwill"), told=True)])
    assert not state(request_).approved
    approve(request_)
    issue(request_)
    assert prepare(request_).adjustments[0].told


def test_the_next_revision_begins_with_what_the_newest_one_said(request_: PatientRequest) -> None:
    prepare(request_, answers={**PLAN, "sessions": "3"}, adjustments=[("-50.00", "Goodwill")])
    issue(request_)
    prepared = prepare(request_, actor=COLLEAGUE)
    assert prepared.answers["sessions"] == "3"
    assert prepared.adjustments == [
        Adjustment(Decimal("-50.00"), "Goodwill", "Why: Goodwill", currency="USD")
    ]
    draft = drafts.for_request(request_)
    assert draft is not None
    assert [line.by for line in drafts.adjustments_by(draft, settings())] == [COLLEAGUE]


def test_what_is_discarded_is_gone_and_what_was_issued_stays(request_: PatientRequest) -> None:
    prepare(request_)
    revision = issue(request_)
    prepare(request_)
    draft = drafts.for_request(request_)
    assert draft is not None
    drafts.discard(acting(now=NOW, settings=settings()), draft, save=1)
    db.session.commit()
    assert drafts.for_request(request_) is None
    assert quotes.for_request(request_) is not None
    assert revision.state == "current"


# Saving -------------------------------------------------------------------------------------------------------


def test_of_two_who_save_the_same_page_the_second_is_told(request_: PatientRequest) -> None:
    prepare(request_)
    change(request_, save=1, valid_until=date(2026, 5, 1))
    with pytest.raises(drafts.ChangedMeanwhile):
        change(request_, save=1, valid_until=date(2026, 6, 1))
    db.session.rollback()
    assert state(request_).valid_until == date(2026, 5, 1)


def test_what_is_not_given_stays_as_it_is(request_: PatientRequest) -> None:
    prepare(request_, adjustments=[("-50.00", "Goodwill")], valid_until=date(2026, 5, 1))
    change(request_, answers={**PLAN, "sessions": "3"})
    prepared = state(request_)
    assert prepared.valid_until == date(2026, 5, 1)
    assert [each.label for each in prepared.adjustments] == ["Goodwill"]
    change(request_, valid_until=None, adjustments=[])
    prepared = state(request_)
    assert prepared.valid_until == date(2026, 4, 9)
    assert prepared.adjustments == []
    assert prepared.answers["sessions"] == "3"


def test_a_plan_that_the_list_refuses_is_not_saved(request_: PatientRequest) -> None:
    prepare(request_)
    with pytest.raises(pricing.BadAnswers):
        change(request_, answers={**PLAN, "sessions": "99"})
    db.session.rollback()
    assert state(request_).answers == PLAN


@pytest.mark.long
@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (adjustment("0"), "amount"),
        (adjustment("0.001"), "amount"),
        (adjustment("5", label=" "), "label"),
        (adjustment("5", reason=""), "reason"),
    ],
)
def test_an_adjustment_needs_an_amount_a_label_and_a_reason(
    request_: PatientRequest, wrong: Adjustment, what: str
) -> None:
    prepare(request_)
    with pytest.raises(drafts.WrongAdjustment) as refused:
        change(request_, adjustments=[adjustment("1.00"), wrong])
    assert (refused.value.number, refused.value.what) == (1, what)


def test_the_words_of_adjustments_cannot_be_read_in_the_database(request_: PatientRequest) -> None:
    prepare(request_, adjustments=[("-50.00", "Because of Anna's asthma")])
    sealed = db.session.scalars(select(QuoteDraft.adjustments)).one()
    assert sealed is not None
    assert b"asthma" not in sealed


# Prices -------------------------------------------------------------------------------------------------------


def test_with_one_list_there_is_nothing_to_choose(request_: PatientRequest) -> None:
    prepared = prepare(request_)
    assert prepared.in_force is not None
    assert prepared.in_force.id == prepared.kept.id
    assert prepared.firm_again is prepared.firm_keep
    assert prepared.differences == []
    assert codes(prepared) == []


def test_with_two_lists_somebody_has_to_choose_and_sees_the_difference_by_line(
    request_: PatientRequest,
) -> None:
    publish(list_text(version="2026-3", valid_from="2026-03-10", price="2100.00"))
    prepared = prepare(request_)
    assert codes(prepared) == ["prices_not_chosen"]
    assert prepared.chosen is None
    assert prepared.firm_keep is not None
    assert prepared.firm_again is not None
    assert prepared.firm_keep.total == Decimal("4400.00")
    assert prepared.firm_again.total == Decimal("4620.00")
    assert [(line.kind, line.code, line.old, line.new) for line in prepared.differences] == [
        ("item", "session", "4000.00", "4200.00"),
        ("tax", "vat", "400.00", "420.00"),
        ("total", "", "4400.00", "4620.00"),
    ]
    change(request_, prices="keep")
    prepared = state(request_)
    assert prepared.chosen is prepared.firm_keep
    assert prepared.version.version == "2026-1"
    change(request_, prices="again")
    prepared = state(request_)
    assert prepared.chosen is prepared.firm_again
    assert prepared.version.version == "2026-3"
    assert prepared.missing == []


def test_prices_of_an_estimate_are_kept_as_long_as_it_said_and_not_a_day_longer(
    request_: PatientRequest,
) -> None:
    publish(list_text(version="2026-3", valid_from="2026-03-12", price="2100.00"))
    prepare(request_)
    change(request_, prices="keep")
    last = datetime(2026, 4, 9, 23, 59, 59, tzinfo=UTC)
    assert codes(state(request_, last)) == []
    assert codes(state(request_, last + timedelta(seconds=1))) == ["table_expired"]
    assert state(request_, last).kept_until == date(2026, 4, 9)


def test_prices_of_a_list_in_force_can_be_kept_for_ever(request_: PatientRequest) -> None:
    prepare(request_)
    assert codes(state(request_, NOW + timedelta(days=300))) == []


def test_a_list_that_is_not_offered_any_more_issues_no_quote(request_: PatientRequest) -> None:
    prepare(request_)
    price_lists.close(acting(actor=COORDINATOR, now=NOW), "example")
    db.session.commit()
    prepared = state(request_)
    assert codes(prepared) == ["table_expired"]
    assert prepared.in_force is None
    assert prepared.firm_again is None


def test_a_new_list_that_refuses_the_plan_says_so_only_if_it_is_chosen(request_: PatientRequest) -> None:
    publish(list_text(version="2026-3", valid_from="2026-03-10").replace("most = 6", "most = 1"))
    prepare(request_, prices="keep")
    assert codes(state(request_)) == []
    assert state(request_).firm_again is None
    change(request_, prices="again")
    prepared = state(request_)
    assert codes(prepared) == ["answers"]
    assert prepared.missing[0].detail == ("sessions",)
    assert prepared.refusal is not None
    assert prepared.chosen is None


# What is missing ----------------------------------------------------------------------------------------------


def test_nothing_may_be_on_request(app: Flask) -> None:
    request = ask(publish(list_text(more=SCAN)), plan={**PLAN, "rehab": True})
    prepared = prepare(request)
    assert [(each.code, each.detail) for each in prepared.missing] == [("on_request", ("scan",))]


def test_the_cells_need_a_regulatory_basis(app: Flask) -> None:
    prepared = prepare(ask(publish(list_text(basis=False))))
    assert [(each.code, each.detail) for each in prepared.missing] == [("no_basis", ("cells.own",))]


def test_the_total_may_not_be_negative_and_may_be_nothing(request_: PatientRequest) -> None:
    prepare(request_, adjustments=[("-4400.00", "Free of charge")])
    assert "negative_total" not in codes(state(request_))
    change(request_, adjustments=[adjustment("-4400.01")])
    assert "negative_total" in codes(state(request_))


@pytest.mark.long
def test_a_demonstration_list_is_for_the_demonstration_alone(request_: PatientRequest) -> None:
    assert codes(prepare(request_)) == []
    draft = drafts.for_request(request_)
    assert draft is not None
    real = replace(settings(), demo=False)
    assert codes(drafts.preview(acting(clinic=CLINIC, now=NOW, settings=real), draft)) == ["demonstration"]


@pytest.mark.parametrize("last", [date(2026, 3, 9), date(2028, 3, 11), date.max])
def test_the_last_day_is_neither_over_nor_out_of_sight(request_: PatientRequest, last: date) -> None:
    assert codes(prepare(request_, valid_until=last)) == ["valid_until"]


def test_today_can_be_the_last_day(request_: PatientRequest) -> None:
    assert codes(prepare(request_, valid_until=date(2026, 3, 10))) == []


def test_a_request_that_is_closed_or_erased_gets_no_quote(request_: PatientRequest) -> None:
    prepare(request_)
    requests.move(acting(actor=COORDINATOR, now=NOW, settings=settings()), request_, "closed")
    assert codes(state(request_)) == ["closed"]
    db.session.execute(update(PatientRequest).values(erased_at=NOW, state="new"))
    db.session.commit()
    assert codes(state(request_)) == ["erased"]


def test_somebody_without_an_address_can_have_a_quote(app: Flask) -> None:
    assert prepare(ask(publish(), person=replace(person(1), email=None, phone="+48 1"))).missing == []


# Approval -----------------------------------------------------------------------------------------------------


def test_adjustments_up_to_the_limit_need_nobody_else(request_: PatientRequest) -> None:
    prepared = prepare(request_, adjustments=[("-110.00", "Goodwill"), ("110.00", "Courier")])
    assert not prepared.needs_approval
    assert prepared.missing == []


def test_adjustments_above_the_limit_need_a_second_person(request_: PatientRequest) -> None:
    prepared = prepare(request_, adjustments=[("-110.00", "Goodwill"), ("110.01", "Courier")])
    assert prepared.needs_approval
    assert not prepared.approved
    assert codes(prepared) == ["not_approved"]
    with pytest.raises(drafts.SamePerson):
        approve(request_, COORDINATOR)
    db.session.rollback()
    approve(request_)
    assert state(request_).approved
    assert state(request_).missing == []
    entry = db.session.scalars(select(AuditEntry).filter_by(action="quote.approved")).one()
    assert entry.actor == COLLEAGUE
    assert next(event.kind for event in requests.history(request_, settings().data_keys)) == "approved"


@pytest.mark.parametrize(
    "later",
    [
        {"adjustments": [adjustment("-500.01", "Goodwill", "Why: Goodwill")]},
        {"adjustments": [adjustment("-500.00", "Goodwill of the house", "Why: Goodwill")]},
        {"adjustments": [adjustment("-500.00", "Goodwill", "Another reason")]},
        {"answers": {**PLAN, "sessions": "3"}},
        {"valid_until": date(2026, 5, 1)},
        {"prices": "again"},
    ],
    ids=["amount", "label", "reason", "plan", "day", "prices"],
)
def test_what_is_changed_after_the_approval_is_not_approved(
    request_: PatientRequest, later: dict[str, Any]
) -> None:
    prepare(request_, adjustments=[("-500.00", "Goodwill")])
    approve(request_)
    change(request_, **later)
    assert codes(state(request_)) == ["not_approved"]


def test_what_is_pressed_twice_is_asked_for_and_approved_once(request_: PatientRequest) -> None:
    prepare(request_, adjustments=[("-500.00", "Goodwill")])
    act = acting(actor=COORDINATOR, clinic=CLINIC, now=NOW, settings=settings())
    for _press in range(2):
        quotes.approvals.propose(act, draft_of(request_), fingerprint=state(request_).fingerprint)
    for _press in range(2):
        approve(request_)
    kinds = [event.kind for event in db.session.scalars(select(RequestEvent))]
    assert (kinds.count("approval_asked"), kinds.count("approved")) == (1, 1)
    actions = [entry.action for entry in audit.entries(20)]
    assert (actions.count("quote.proposed"), actions.count("quote.approved")) == (1, 1)


def draft_of(request: PatientRequest) -> QuoteDraft:
    found = drafts.for_request(request)
    assert found is not None
    return found


def test_what_was_changed_since_it_was_looked_at_cannot_be_approved(request_: PatientRequest) -> None:
    seen = prepare(request_, adjustments=[("-500.00", "Goodwill")])
    change(request_, adjustments=[adjustment("-900.00")])
    with pytest.raises(drafts.ChangedMeanwhile):
        approve(request_, fingerprint=seen.fingerprint)
    db.session.rollback()
    assert not state(request_).approved


def test_whoever_wrote_one_of_the_adjustments_cannot_approve_them_whoever_saved_last(
    request_: PatientRequest,
) -> None:
    prepare(request_, adjustments=[("-500.00", "Goodwill")])
    mine = adjustment("-500.00", "Goodwill", "Why: Goodwill")
    change(request_, adjustments=[mine, adjustment("10.00", "Courier")], actor=COLLEAGUE)
    for actor in (COORDINATOR, COLLEAGUE):
        with pytest.raises(drafts.SamePerson):
            approve(request_, actor)
        db.session.rollback()
    approve(request_, "user:3")
    assert state(request_).missing == []


def test_an_approval_of_one_revision_is_none_of_the_next(request_: PatientRequest) -> None:
    prepare(request_, adjustments=[("-500.00", "Goodwill")])
    approve(request_)
    issue(request_)
    assert codes(prepare(request_)) == ["not_approved"]


def test_a_lower_price_brings_the_same_adjustment_above_the_limit(request_: PatientRequest) -> None:
    assert not prepare(request_, adjustments=[("-220.00", "Goodwill")]).needs_approval
    change(request_, answers={**PLAN, "sessions": "1"})
    assert state(request_).needs_approval


def test_a_draft_goes_with_its_request(request_: PatientRequest) -> None:
    prepare(request_)
    db.session.execute(text("DELETE FROM request_event"))
    db.session.execute(text("DELETE FROM patient_request"))
    db.session.commit()
    assert db.session.scalars(select(QuoteDraft)).all() == []
