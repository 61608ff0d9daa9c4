"""What is promised about requests that are over: the person goes, at once or in time; the figures may stay."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import audit, keys, links, requests
from estimator.clinic import Clinic
from estimator.db import db
from estimator.mail import outbox
from estimator.models import (
    Mail,
    NameWord,
    PatientRequest,
    Quote,
    QuoteCode,
    QuoteDecision,
    QuoteDraft,
    QuoteRevision,
    RequestConsent,
    sealed_columns,
)
from estimator.privacy import erasure
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_mail import settings
from tests.support.example_request import DAUGHTER, PERSON, request

CLINIC = Clinic(requests_kept_days=100, quotes_kept_years=10)
LATER = NOW + timedelta(days=3)

Quoted = Callable[..., Quote]


def purge(clinic: Clinic, now: datetime) -> int:
    """Do a part of each, as the night does until nothing is left."""
    act = acting(actor="clock", clinic=clinic, now=now)
    return erasure.remove_old(act) + erasure.erase_old(act)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def sealed_by_row(table: str, row: str, **texts: str) -> dict[str, bytes]:
    """Return what is stored of each column."""
    return {column: settings().data_keys.seal(text, table, column, row) for column, text in texts.items()}


def everything_sealed() -> list[str]:
    """Return every personal text that is still in the database."""
    found = []
    for table, column in sealed_columns():
        for name, sealed in db.session.execute(select(table.c.name, table.c[column])):
            if sealed is not None:
                found.append(settings().data_keys.open(sealed, table.name, column, name))
    return found


@pytest.fixture
def quoted(app: Flask) -> Quoted:
    """Return a function that gives a request a quote, whose revisions are in these states."""

    def quoted(record: PatientRequest, *states: str, issued: datetime = NOW) -> Quote:
        quote = Quote(
            request_id=record.id,
            number=f"Q-2026-{record.id:05}",
            link_hash=links.stored(secrets.token_hex()),
            link_serial=1,
            created_at=issued,
        )
        db.session.add(quote)
        db.session.flush()
        for number, state in enumerate(states, 1):
            name = secrets.token_hex(16)
            texts = {"patient": PERSON.full_name, "rows": "[rows]", "pdf": f"pdf {number}"}
            revision = QuoteRevision(
                name=name,
                quote_id=quote.id,
                number=number,
                table_version_id=record.table_version_id,
                table_sha256="0" * 64,
                content="{}",
                total="4000.00",
                adjusted="0.00",
                currency="USD",
                language="en",
                valid_until=date(2026, 6, 1),
                time_zone="UTC",
                issued_at=issued,
                issued_by="user:1",
                pdf_sha256=secrets.token_hex(32),
                state=state,
                state_since=issued,
                **sealed_by_row("quote_revision", name, **texts),
            )
            db.session.add(revision)
            db.session.flush()
            if state in ("accepted", "declined"):
                decision: dict[str, Any] = {"typed_name": "W Quill", "words": "too much"}
                db.session.add(
                    QuoteDecision(
                        name=name,
                        revision_id=revision.id,
                        kind=state,
                        agreed_to="I accept.",
                        language="en",
                        network="203.0.113.0/24",
                        at=issued,
                        **sealed_by_row("quote_decision", name, **decision),
                    )
                )
        name = secrets.token_hex(16)
        db.session.add(
            QuoteDraft(
                name=name,
                request_id=record.id,
                given="{}",
                table_version_id=record.table_version_id,
                changed_by="user:1",
                changed_at=issued,
                **sealed_by_row("quote_draft", name, adjustments="for Wilhelmina"),
            )
        )
        db.session.add(
            QuoteCode(
                name=name,
                request_id=record.id,
                code_hash="0" * 64,
                until=issued,
                created_at=issued,
                **sealed_by_row("quote_code", name, code="123456"),
            )
        )
        outbox.put(
            acting(now=issued, settings=settings()),
            outbox.Message(
                "request_received",
                about=f"{quote.number}/1",
                address=PERSON.email or "",
                language="en",
                submission=quote.number,
                limits=outbox.Limits(per_address=99, per_record=99),
            ),
        )
        db.session.commit()
        return quote

    return quoted


def erase(record: PatientRequest, **other: Any) -> bool:
    found = erasure.erase(acting(now=LATER), record, **other)
    db.session.commit()
    return found


def with_words(now: datetime = NOW) -> PatientRequest:
    record = request(now, for_whom="other")
    requests.note(acting(actor="user:1", now=now, settings=settings()), record, "Called Wilhelmina back.")
    db.session.commit()
    return record


@pytest.mark.long
def test_nothing_that_tells_who_it_was_is_left_of_an_erased_request(app: Flask) -> None:
    record = with_words()
    token, submission = requests.token_of(record, settings().link_key), record.submission
    assert len(everything_sealed()) == 6
    assert erase(record)
    assert everything_sealed() == []
    assert count(NameWord) == 0
    assert (record.email_lookup, record.planned_month) == (None, None)
    assert record.submission != submission
    assert requests.person_of(record, settings().data_keys) is None
    assert requests.find(token, LATER) is None
    assert {mail.about for mail in db.session.scalars(select(Mail))} == {""}


def test_nothing_about_the_patient_is_left_when_somebody_else_asked(app: Flask) -> None:
    record = request(NOW, DAUGHTER, for_whom="other", answer_by="telephone")
    assert set(vars(DAUGHTER).values()) <= set(everything_sealed())
    assert erase(record)
    assert everything_sealed() == []
    assert (count(NameWord), record.answer_by) == (0, None)


def test_of_an_accepted_quote_the_name_of_the_patient_stays_and_nothing_about_the_injury(
    app: Flask, quoted: Quoted
) -> None:
    record = request(NOW, DAUGHTER, for_whom="other")
    quoted(record, "accepted")
    record.state = "accepted"
    db.session.commit()
    assert not erase(record)
    assert requests.person_of(record, settings().data_keys) == requests.Person(
        DAUGHTER.full_name, None, None, "", patient_name=DAUGHTER.patient_name
    )


def test_what_tells_nobody_stays_and_says_what_happened(app: Flask) -> None:
    record = with_words()
    erase(record)
    assert (record.state, record.country, record.total, record.erased_at) == (
        "closed",
        "DE",
        "4000.00",
        LATER,
    )
    assert json.loads(record.given)["sessions"] == "2"
    entries = requests.history(record, settings().data_keys)
    assert [(entry.kind, entry.actor) for entry in entries] == [
        ("erased", "patient"),
        ("note", "user:1"),
        ("asked", "patient"),
    ]
    assert {entry.words for entry in entries} == {None}
    assert [consent.withdrawn_at for consent in requests.consents_of(record)] == [LATER] * 3
    (trail,) = audit.entries(1)
    assert (trail.action, trail.subject, trail.actor) == ("request.erased", record.reference, "patient")


def test_a_quote_that_could_be_accepted_is_withdrawn_and_keeps_its_figures(
    app: Flask, quoted: Quoted
) -> None:
    record = with_words()
    quote = quoted(record, "replaced", "current")
    link = quote.link_hash
    assert erase(record)
    assert everything_sealed() == []
    assert {mail.about for mail in db.session.scalars(select(Mail))} == {""}
    assert (count(QuoteDraft), count(QuoteCode)) == (0, 0)
    assert quote.link_hash != link
    revisions = db.session.scalars(select(QuoteRevision).order_by(QuoteRevision.number)).all()
    assert [(found.state, found.total) for found in revisions] == [
        ("replaced", "4000.00"),
        ("withdrawn", "4000.00"),
    ]
    assert revisions[1].state_since == LATER
    assert all(found.pdf_sha256 for found in revisions)


def test_what_was_declined_stays_declined_without_the_words(app: Flask, quoted: Quoted) -> None:
    record = with_words()
    quoted(record, "declined")
    assert erase(record)
    assert everything_sealed() == []
    decision = db.session.scalars(select(QuoteDecision)).one()
    assert (decision.kind, decision.network, decision.agreed_to) == ("declined", "", "I accept.")


def test_a_quote_that_was_accepted_is_kept_whole_and_nothing_else(app: Flask, quoted: Quoted) -> None:
    record = with_words()
    quote = quoted(record, "replaced", "accepted")
    link, own = quote.link_hash, record.link_hash
    record.state = "accepted"
    db.session.commit()
    assert not erase(record)
    assert sorted(everything_sealed()) == sorted(
        [PERSON.full_name, PERSON.full_name, "[rows]", "pdf 2", "W Quill", "too much"]
    )
    assert record.state == "accepted"
    assert (record.link_hash, quote.link_hash) != (own, link)
    assert own != record.link_hash
    assert link != quote.link_hash
    assert requests.person_of(record, settings().data_keys) == requests.Person(
        PERSON.full_name, None, None, ""
    )
    assert count(NameWord) > 0  # staff find the name that is kept
    assert requests.history(record, settings().data_keys)[0].detail == {"held": "accepted"}
    assert not erase(record), "asked once more, the same is kept"


def test_a_request_is_removed_when_its_days_are_over(app: Flask) -> None:
    old, kept = with_words(NOW - timedelta(days=100)), with_words(NOW - timedelta(days=99))
    old_id = old.id
    assert erasure.kept_until(kept, CLINIC) == NOW + timedelta(days=1)
    assert purge(CLINIC, NOW) == 1
    db.session.commit()
    assert db.session.scalars(select(PatientRequest.reference)).all() == [kept.reference]
    assert db.session.scalars(select(NameWord).filter_by(request_id=old_id)).all() == []
    assert count(RequestConsent) == 3
    assert [mail.about for mail in db.session.scalars(select(Mail).order_by(Mail.id))] == ["", kept.reference]
    assert purge(CLINIC, NOW) == 0


def test_so_many_at_a_time_are_removed_until_none_is_left(
    app: Flask, quoted: Quoted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "BATCH", 2)
    for days in range(100, 105):
        with_words(NOW - timedelta(days=days))
    kept = with_words()
    removed = []
    while found := purge(CLINIC, NOW):
        removed.append(found)
    assert removed == [2, 2, 1]
    assert db.session.scalars(select(PatientRequest.reference)).all() == [kept.reference]


def test_days_are_counted_from_what_happened_last(app: Flask) -> None:
    record = with_words(NOW - timedelta(days=150))
    requests.note(
        acting(actor="user:1", now=NOW - timedelta(days=99), settings=settings()), record, "Still there."
    )
    assert purge(CLINIC, NOW) == 0
    assert purge(CLINIC, NOW + timedelta(days=1)) == 1


def test_whoever_is_in_a_quote_is_erased_when_its_years_are_over(app: Flask, quoted: Quoted) -> None:
    record = with_words(NOW - timedelta(days=4000))
    quoted(record, "replaced", "accepted", issued=datetime.fromisoformat("2016-03-11T12:00:00+00:00"))
    assert erasure.kept_until(record, CLINIC) == NOW + timedelta(days=1)
    assert purge(CLINIC, NOW) == 0
    assert purge(CLINIC, NOW + timedelta(days=1)) == 1
    db.session.commit()
    assert everything_sealed() == []
    states = select(QuoteRevision.state).order_by(QuoteRevision.id)
    assert db.session.scalars(states).all() == ["replaced", "accepted"]
    assert requests.history(record, settings().data_keys)[0].actor == "clock"
    assert purge(CLINIC, NOW + timedelta(days=1)) == 0


def test_a_quote_is_kept_as_long_as_its_newest_revision(app: Flask, quoted: Quoted) -> None:
    record = with_words(NOW - timedelta(days=4000))
    quoted(record, "replaced", "current", issued=NOW - timedelta(days=4000))
    first = db.session.scalars(select(QuoteRevision.id).order_by(QuoteRevision.id)).first()
    assert first is not None
    newest = erasure.kept_until(record, CLINIC)
    assert newest.year == (NOW - timedelta(days=4000)).year + 10
    assert purge(CLINIC, newest - timedelta(seconds=1)) == 0
    assert purge(CLINIC, newest) == 1


def test_a_leap_day_has_an_anniversary_in_every_year() -> None:
    leap = datetime.fromisoformat("2028-02-29T10:00:00+00:00")
    assert erasure.years_after(leap, 10).isoformat() == "2038-03-01T10:00:00+00:00"
    assert erasure.years_after(leap, 4).isoformat() == "2032-02-29T10:00:00+00:00"
    assert erasure.years_after(leap, -10).isoformat() == "2018-03-01T10:00:00+00:00"


def test_a_sealed_text_opens_nowhere_else(app: Flask) -> None:
    first, second = request(NOW), request(NOW)
    first.full_name = second.full_name
    with pytest.raises(keys.Unreadable):
        requests.person_of(first, settings().data_keys)
