"""A final bill is entered once for a request, beside what was estimated and quoted, and what stood stays."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask

from estimator import audit, bills, estimates, price_lists, quotes, requests
from estimator.clinic import Clinic
from estimator.db import db
from estimator.i18n import reader
from estimator.models import Estimate, FinalBill, PublishedNeverChanges
from estimator.privacy import data_export, erasure
from estimator.web.desk.bills import comparison
from pricing.overruns import Rule
from tests.support import example_quotes as example
from tests.support.acts import acting
from tests.support.example_bills import enter, entered
from tests.support.example_list import NOW

# Two sessions at 2,000 and 10 % value added tax make 4,400 to the provider; the airport taxi is somebody else's.
LIKELY = "4400.00"


def test_a_bill_without_a_quote_stands_beside_what_the_estimate_said_of_the_provider(app: Flask) -> None:
    request = example.ask(example.publish())
    bill = enter(request, total="4750.5", items=[("session", "4400"), (None, "350.50")], note="A wheelchair.")
    assert (bill.low, bill.likely, bill.high, bill.quoted) == (LIKELY, LIKELY, LIKELY, None)
    assert (bill.total, bill.currency, bill.cells, bill.slug) == ("4750.50", "USD", "cells=own", "example")
    assert json.loads(bill.items) == [
        {"code": "session", "low": "4000.00", "likely": "4000.00", "high": "4000.00", "amount": "4400.00"},
        {"code": "+taxes", "low": "400.00", "likely": "400.00", "high": "400.00"},
        {"code": None, "amount": "350.50"},
    ]
    assert bills.words_of(bill, example.settings().data_keys) == ("A wheelchair.", ["A wheelchair"])
    assert b"wheelchair" not in (bill.words or b"")


def test_a_bill_is_compared_with_the_plan_that_was_accepted(app: Flask) -> None:
    revision = example.with_plans("3")
    example.accept(revision, plan="B")
    bill = enter(revision.quote.request, total="6600.00")
    assert (bill.likely, bill.quoted, bill.revision_id) == (LIKELY, "6600.00", revision.id)
    assert bill.items == "[]", "it was entered in all"


def test_while_no_plan_of_several_is_accepted_a_bill_is_compared_with_the_estimate_alone(app: Flask) -> None:
    revision = example.with_plans("3")
    request = revision.quote.request
    bill = enter(request, total="6600.00")
    assert (bill.likely, bill.quoted, bill.revision_id) == (LIKELY, None, revision.id)
    compared = bills.compared_with(request)
    assert (list(compared.undecided), compared.plan) == (["A", "B"], "")
    assert comparison.undecided(compared) is not None
    assert comparison.older(bill, compared, reader("en")) is None
    example.accept(revision, plan="B")
    now = bills.compared_with(request)
    assert (now.plan, now.quoted, list(now.undecided)) == ("B", "6600.00", [])
    said = comparison.older(bill, now, reader("en")) or ""
    assert "the estimate alone" in said
    assert "plan B, of USD" in said
    act = acting(actor="user:2", now=NOW, settings=example.settings())
    anew = bills.correct(act, request, bill.id, entered("6600.00"))
    assert anew.quoted == "6600.00"
    assert comparison.older(anew, now, reader("en")) is None
    assert "plan B" in (comparison.plan_sentence(anew, now) or "")


def test_a_quote_that_was_withdrawn_is_nothing_to_compare_a_bill_with(app: Flask) -> None:
    request = example.ask(example.publish())
    example.prepare(request)
    revision = example.issue(request)
    assert bills.compared_with(request).quoted == LIKELY
    act = acting(actor="user:2", now=NOW, settings=example.settings())
    quotes.withdraw(act, revision, reason="mistake")
    assert bills.compared_with(request).quoted is None
    assert enter(request, total="6600.00").revision_id is None


def test_once_the_revision_that_replaced_another_is_withdrawn_nothing_of_the_quote_is_compared(
    app: Flask,
) -> None:
    request = example.with_plans("3").quote.request
    act = acting(actor="user:2", now=NOW, settings=example.settings())
    example.prepare(request)
    quotes.withdraw(act, example.issue(request), reason="mistake")
    compared = bills.compared_with(request)
    assert (compared.revision, compared.quoted, list(compared.undecided)) == (None, None, [])
    assert comparison.undecided(compared) is None


def test_adjustments_of_a_quote_are_a_line_of_their_own(app: Flask) -> None:
    request = example.ask(example.publish())
    example.prepare(request, adjustments=[("-100.00", "Agreed")])
    example.issue(request)
    compared = bills.compared_with(request)
    assert [(line["code"], line.get("quoted")) for line in compared.lines] == [
        ("session", "4000.00"),
        (bills.TAXES, "400.00"),
        (bills.ADJUSTMENTS, "-100.00"),
    ]
    assert compared.quoted == "4300.00"


def test_a_second_bill_is_refused_until_the_first_is_corrected_or_withdrawn(app: Flask) -> None:
    request = example.ask(example.publish())
    first = enter(request)
    with pytest.raises(bills.AlreadyEntered):
        enter(request)
    act = acting(actor="user:2", now=NOW)
    second = bills.correct(act, request, first.id, entered("4500.00"))
    db.session.commit()
    assert [bill.id for bill in bills.of_request(request)] == [second.id, first.id]
    assert (first.total, first.ended_as, first.ended_by) == ("4400.00", "corrected", "user:2")
    assert second.corrects_id == first.id
    with pytest.raises(requests.ChangedMeanwhile):
        bills.correct(act, request, first.id, entered())
    with pytest.raises(requests.ChangedMeanwhile):
        bills.withdraw(act, request, first.id)
    bills.withdraw(act, request, second.id)
    assert bills.standing(request) is None
    enter(request)
    kinds = [entry.kind for entry in requests.history(request, example.settings().data_keys)]
    assert kinds[:4] == ["bill_entered", "bill_withdrawn", "bill_corrected", "bill_entered"]
    actions = [entry.action for entry in audit.entries(4)]
    assert actions == ["bill.entered", "bill.withdrawn", "bill.corrected", "bill.entered"]


def test_what_was_entered_never_changes(app: Flask) -> None:
    bill = enter(example.ask(example.publish()))
    bill.total = "1.00"
    with pytest.raises(PublishedNeverChanges):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"total": "0"}, bills.WrongAmount),
        ({"total": "-4400.00"}, bills.WrongAmount),
        ({"total": "NaN"}, bills.WrongAmount),
        ({"total": "4400.001"}, bills.WrongAmount),
        ({"total": "1e20"}, bills.WrongAmount),
        ({"items": [("session", "-1.00")]}, bills.WrongAmount),
        ({"items": [("taxi", "50.00")]}, bills.WrongAmount),
        ({"items": [("session", "4000.00"), (None, "400.01")]}, bills.ItemsAboveTotal),
        ({"currency": "EUR"}, bills.OtherCurrency),
        ({"sure": False, "total": "44000.00"}, bills.Unusual),
        ({"sure": False, "total": "440.00"}, bills.Unusual),
    ],
)
def test_what_cannot_be_a_bill_of_this_request_is_refused(
    app: Flask, typed: dict[str, object], refusal: type[Exception]
) -> None:
    request = example.ask(example.publish())
    with pytest.raises(refusal):
        enter(request, **typed)  # type: ignore[arg-type]
    db.session.rollback()
    assert bills.of_request(request) == []


@pytest.mark.parametrize("days", [-1, 1])
def test_a_bill_is_neither_of_tomorrow_nor_from_before_the_request(app: Flask, days: int) -> None:
    request = example.ask(example.publish())
    bill = entered(billed_on=(NOW + timedelta(days=days)).date())
    with pytest.raises(bills.WrongDay):
        bills.enter(acting(actor="user:1", now=NOW), request, bill)


def test_an_item_that_was_not_billed_is_0_and_one_that_is_not_said_is_nothing(app: Flask) -> None:
    bill = enter(example.ask(example.publish()), items=[("session", "0")])
    assert [line.get("amount") for line in bills.of_bill(bill)] == ["0.00", None]


@pytest.mark.long
def test_a_line_that_takes_something_off_may_be_billed_below_0(app: Flask) -> None:
    request = example.ask(example.publish())
    example.prepare(request, adjustments=[("-100.00", "Agreed")])
    example.issue(request)
    bill = enter(request, total="4300.00", items=[("session", "4400.00"), (bills.ADJUSTMENTS, "-100.00")])
    assert [line.get("amount") for line in bills.of_bill(bill)] == ["4400.00", None, "-100.00"]


@pytest.mark.long
def test_a_sum_of_a_few_items_is_asked_about_and_a_total_is_not(app: Flask) -> None:
    request = example.ask(example.publish())
    with pytest.raises(bills.Unusual) as asked:
        enter(request, items=[("session", "4400.00")], summed=True, sure=False)
    assert asked.value.doubts == [bills.Doubt("empty", count=1)]
    db.session.rollback()
    bill = enter(request, items=[("session", "4400.00")], sure=False)
    assert bill.total == "4400.00"


@pytest.mark.parametrize(("typed", "asked"), [("100.00", True), ("0", False), ("-100.00", False)])
def test_what_was_to_be_taken_off_and_is_added_is_asked_about(app: Flask, typed: str, asked: bool) -> None:
    request = example.ask(example.publish())
    example.prepare(request, adjustments=[("-100.00", "Agreed")])
    example.issue(request)
    items = [("session", "4000.00"), (bills.ADJUSTMENTS, typed)]
    if not asked:
        assert enter(request, total="4300.00", items=items, sure=False).total == "4300.00"
        return
    with pytest.raises(bills.Unusual) as unusual:
        enter(request, total="4300.00", items=items, sure=False)
    assert unusual.value.doubts == [bills.Doubt("sign", bills.ADJUSTMENTS)]


def test_rules_of_the_clinic_and_of_the_list_say_what_is_far_above(app: Flask) -> None:
    term = '[terms.overrun]\nkind = "overrun"\npercent = 10\nsource = "A law"\nas_of = 2026-01-01\n'
    request = example.ask(example.publish(example.list_text(more=term)))
    example.prepare(request)
    example.issue(request)
    rules = (
        Rule("By an amount", "USD", by=Decimal(400)),
        Rule("By a share", percent=Decimal(15)),
        Rule("In euros", "EUR", by=Decimal(1)),
    )
    bill = enter(request, total="4900.00", clinic=Clinic(overrun_rules=rules))
    assert [(one["of"], one["source"]) for one in bills.overruns_of(bill)] == [
        ("estimate", "By an amount"),
        ("quote", "By an amount"),
        ("quote", "A law"),
    ]


def test_an_estimate_that_is_not_the_whole_is_not_compared(app: Flask) -> None:
    plan = {**example.PLAN, "rehab": True}
    bill = enter(example.ask(example.publish(example.list_text(more=example.SCAN)), plan=plan))
    assert (bill.likely, bill.total) == (None, LIKELY)


def test_once_the_person_is_erased_the_figures_stay_without_words(app: Flask) -> None:
    request = example.ask(example.publish())
    bill = enter(request, total="4750.00", items=[(None, "350.00")], note="One night more.")
    erasure.erase(acting(actor="user:1", now=NOW), request)
    db.session.commit()
    db.session.refresh(bill)
    assert (bill.total, bill.words, bill.request_id) == ("4750.00", None, request.id)
    with pytest.raises(requests.Erased):
        enter(request)
    db.session.rollback()
    bills.withdraw(acting(actor="user:1", now=NOW), request, bill.id)


def test_once_the_request_is_removed_nothing_leads_from_the_figures_to_it(app: Flask) -> None:
    enter(example.ask(example.publish()), note="One night more.")
    erasure.remove_old(acting(now=NOW + timedelta(days=400)))
    db.session.commit()
    db.session.expire_all()
    bill = db.session.query(FinalBill).one()
    assert (bill.total, bill.likely) == (LIKELY, LIKELY)
    assert (bill.words, bill.request_id, bill.estimate_reference, bill.revision_id) == (None,) * 4


def other_estimate(slug: str = "example", sessions: str = "3") -> Estimate:
    """Return an estimate that somebody made later."""
    version = price_lists.in_force(slug, NOW)
    act = acting(now=NOW, settings=example.settings())
    plan = {**example.PLAN, "sessions": sessions}
    found = estimates.find(act, estimates.make(act, version, plan, language="en", submission=""))
    assert found is not None
    return found


def test_without_a_quote_a_later_estimate_can_be_named(app: Flask) -> None:
    request = example.ask(example.publish())
    act = acting(actor="user:1", now=NOW, settings=example.settings())
    later = other_estimate()
    bill = bills.enter(act, request, entered("6600.00"), estimate=later)
    assert (bill.likely, bill.estimate_reference) == ("6600.00", later.reference)


def test_an_estimate_of_another_list_cannot_be_named(app: Flask) -> None:
    request = example.ask(example.publish())
    example.publish(example.list_text().replace('table = "example"', 'table = "other"'))
    act = acting(actor="user:1", now=NOW, settings=example.settings())
    with pytest.raises(bills.OtherList):
        bills.enter(act, request, entered(), estimate=other_estimate("other"))


def test_the_person_reads_what_was_entered_among_their_data(app: Flask) -> None:
    request = example.ask(example.publish())
    enter(request, total="4750.00", items=[(None, "350.00")], reasons=["more_nights"], note="One night more.")
    act = acting(now=NOW, settings=example.settings(), clinic=Clinic())
    kept = data_export.of_request(act, request)
    (found,) = kept["final_bills"]
    assert (found["total"], found["note"], found["labels"]) == (
        "4750.00",
        "One night more.",
        ["A wheelchair"],
    )
    words = [row.text for part in data_export.parts(request, kept, reader("en"), {}) for row in part.rows]
    assert any("4,750.00" in text and "More nights" in text and "A wheelchair" in text for text in words)
