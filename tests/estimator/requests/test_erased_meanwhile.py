"""What is promised about a request whose person is erased while somebody else still works on it: nothing is added."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import requests
from estimator.act import Act
from estimator.db import db
from estimator.models import Mail, PatientRequest, QuoteCode, QuoteDraft, RequestEvent
from estimator.privacy import erasure
from estimator.quotes import drafts
from estimator.requests import mailed_codes
from tests.support.acts import ASKER, acting
from tests.support.example_list import NOW
from tests.support.example_mail import settings
from tests.support.example_request import request

LATER = NOW + timedelta(hours=1)


def act() -> Act:
    return acting(actor="user:1", now=LATER, settings=settings())


def erased_elsewhere(app: Flask, reference: str) -> None:
    """Erase a request in another transaction, as another process does."""

    def erase() -> None:
        with app.app_context():
            found = requests.get(reference)
            assert found is not None
            erasure.erase(acting(now=LATER, settings=settings()), found)
            db.session.commit()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(erase).result()


def late(app: Flask) -> PatientRequest:
    """Return a request as somebody has read it who does not know yet that the person is erased."""
    record = request(NOW)
    reference = record.reference
    assert requests.person_of(record, settings().data_keys) is not None
    db.session.commit()
    found = requests.get(reference)
    assert found is not None
    assert found.email is not None
    db.session.expunge(found)
    erased_elsewhere(app, reference)
    db.session.add(found)
    return found


ADDING: dict[str, Callable[[PatientRequest], Any]] = {
    "a question": lambda found: requests.keep_question(act(), found, "MY SECRET ILLNESS"),
    "a note": lambda found: requests.note(act(), found, "called: 0123 456789"),
    "an answer": lambda found: requests.answer(act(), found, "Dear Wilhelmina"),
    "a word with a state": lambda found: requests.move(act(), found, "in_work", words="she called"),
    "somebody to work on it": lambda found: requests.assign(act(), found, None, changes=found.changes),
    "a quote to prepare": lambda found: drafts.begin(act(), found),
}


@pytest.mark.parametrize("adding", ADDING.values(), ids=ADDING)
def test_nothing_is_added_to_an_erased_request(app: Flask, adding: Callable[[PatientRequest], Any]) -> None:
    found = late(app)
    with pytest.raises(requests.Erased):
        adding(found)
    db.session.rollback()
    words = select(func.count()).select_from(RequestEvent).where(RequestEvent.words.is_not(None))
    assert db.session.scalar(words) == 0
    assert db.session.scalar(select(func.count()).select_from(QuoteDraft)) == 0
    assert db.session.scalars(select(Mail.address)).all() == [None]


def test_no_code_goes_to_somebody_who_is_erased_at_that_moment(app: Flask) -> None:
    found = late(app)
    with pytest.raises(mailed_codes.NoAddress):
        mailed_codes.send(act(), found, ASKER)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(QuoteCode)) == 0
    assert db.session.scalars(select(Mail.address)).all() == [None]


def test_the_night_removes_what_came_in_all_the_same(app: Flask) -> None:
    record = request(NOW)
    erasure.erase(acting(now=LATER, settings=settings()), record)
    night = acting(actor="clock", now=LATER, settings=settings())
    assert erasure.erase_leftovers(night) == 0
    sealed = settings().data_keys.seal("late", "request_event", "words", "x")
    event = db.session.scalars(select(RequestEvent)).first()
    assert event is not None
    event.words = sealed
    db.session.flush()
    assert erasure.erase_leftovers(night) == 1
    assert erasure.erase_leftovers(night) == 0
    db.session.refresh(event)
    assert event.words is None
