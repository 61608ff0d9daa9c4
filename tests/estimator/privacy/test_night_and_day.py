"""The night removes what is over when it removes it: whoever works at that moment loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from estimator import requests
from estimator.db import db
from estimator.models import PatientRequest, QuoteRevision, RequestEvent
from estimator.privacy import erasure
from tests.support import example_quotes
from tests.support.acts import acting
from tests.support.at_once import meanwhile
from tests.support.example_list import NOW

LATER = NOW + timedelta(days=400)
MUCH_LATER = NOW + timedelta(days=12 * 366)

BLOCKED_SECONDS = 1.0
"""After this long, whoever works at the same time waits for a lock; without one they are done long before."""


def act(now: Any = LATER, actor: str = "user:1") -> Any:
    return acting(actor=actor, clinic=example_quotes.CLINIC, now=now, settings=example_quotes.settings())


def of(reference: str) -> PatientRequest:
    found = requests.get(reference)
    assert found is not None
    return found


def write_a_note(reference: str) -> None:
    requests.note(act(), of(reference), "She called.")


def issue_a_quote(reference: str) -> None:
    example_quotes.issue(of(reference), NOW)


def look_at_it(reference: str) -> None:
    requests.seen(act(), of(reference))


def work(app: Flask, reference: str, do: Callable[[str], None]) -> None:
    with app.app_context():
        try:
            do(reference)
            db.session.commit()
        finally:
            db.session.remove()


@pytest.mark.every_variant
@pytest.mark.parametrize("do", [write_a_note, issue_a_quote, look_at_it])
def test_a_request_is_removed_or_worked_on_and_never_both(app: Flask, do: Callable[[str], None]) -> None:
    request = example_quotes.ask(example_quotes.publish(example_quotes.list_text()))
    reference = request.reference
    example_quotes.prepare(request)
    db.session.commit()
    worked: list[Future[None]] = []
    with ThreadPoolExecutor(1) as pool:

        def begin(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("DELETE FROM patient_request") and not worked:
                worked.append(pool.submit(work, app, reference, do))
                wait(worked, BLOCKED_SECONDS)

        event.listen(db.engine, "before_cursor_execute", begin)
        try:
            removed = erasure.remove_old(act(actor="clock"))
            db.session.commit()
        finally:
            event.remove(db.engine, "before_cursor_execute", begin)
        refused = worked[0].exception()
    assert removed == 1
    assert isinstance(refused, requests.Erased), "they are told that it is gone"
    assert requests.get(reference) is None
    assert db.session.scalar(select(func.count()).select_from(RequestEvent)) == 0


def test_what_somebody_worked_on_just_before_is_not_removed(app: Flask) -> None:
    reference = example_quotes.ask(example_quotes.publish()).reference
    meanwhile(app, lambda: write_a_note(reference))
    assert erasure.remove_old(act(actor="clock")) == 0
    assert requests.get(reference) is not None


@pytest.mark.long
def test_a_person_whose_quote_was_revised_meanwhile_is_not_erased(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = example_quotes.ask(example_quotes.publish())
    reference = request.reference
    example_quotes.prepare(request)
    example_quotes.issue(request)
    revised: list[None] = []

    def revise() -> None:
        example_quotes.prepare(of(reference), MUCH_LATER)
        example_quotes.issue(of(reference), MUCH_LATER)

    def after_somebody_else(found: PatientRequest, **how: bool) -> None:
        if not revised:
            meanwhile(app, revise)
            revised.append(None)
        requests.lock(found, **how)

    monkeypatch.setattr("estimator.privacy.erasure.lock", after_somebody_else)
    assert erasure.erase_old(act(MUCH_LATER, "clock")) == 0
    db.session.commit()
    assert revised
    assert of(reference).erased_at is None
    assert len(db.session.scalars(select(QuoteRevision)).all()) == 2
