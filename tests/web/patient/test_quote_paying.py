"""How a quote is paid, as its patient reads it before accepting and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from estimator import quotes
from estimator.i18n import reader
from tests.support.payment_account import ACCOUNT, put_in_force
from tests.support.quote_clinic import Desk, Patient, list_text, now

NOTHING_OBLIGES = "You need not accept."


def how_to_pay(patient: Patient, desk: Desk) -> list[str]:
    """Return what page and text say of how to pay, each as one line."""
    page = patient.open(patient.path)
    places = page.all("section", **{"aria-labelledby": "how-to-pay-title"})
    (place,) = places
    with desk.revision() as revision:
        number = revision.number
    whole = ["".join(place.itertext()), patient.open(f"{patient.path}/{number}.txt").body.decode()]
    said = [" ".join(each.split()) for each in whole]
    return [each[each.index("How to pay") : each.index("If somebody asks you")] for each in said]


@pytest.fixture
def desk(start: Callable[..., Flask]) -> Desk:
    """Return the desk of a clinic that has an account, with a request."""
    app = start(list_text())
    with app.app_context():
        put_in_force(ACCOUNT, now())
    return Desk(app)


def test_an_accepted_quote_says_nowhere_that_nobody_need_accept_it(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    patient.accept()
    with desk.revision() as revision:
        number = revision.number
    assert NOTHING_OBLIGES not in patient.open(patient.path).text()
    assert NOTHING_OBLIGES not in patient.open(f"{patient.path}/{number}.txt").body.decode()


def test_once_it_is_accepted_the_first_day_is_named_and_not_that_nothing_obliges(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    for said in how_to_pay(patient, desk):
        assert NOTHING_OBLIGES in said
        assert "to take it back without giving a reason" in said
    patient.accept()
    with desk.revision() as revision:
        decision = quotes.decision_of(revision)
        assert decision is not None
        last = quotes.last_day_to_take_back(decision, revision.time_zone)
        assert last is not None
        first = reader("en").day(last + timedelta(days=1))
    for said in how_to_pay(patient, desk):
        assert NOTHING_OBLIGES not in said
        assert "to take it back without giving a reason" not in said
        assert f"Nothing is to be paid before {first}." in said
        assert "write the number of the quote and nothing else" in said
