"""Firm quotes when they are issued: frozen, numbered, mailed, by one of several people; on both kinds of database."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from estimator import audit, price_lists, quotes, requests
from estimator.config import Settings
from estimator.db import db, unavailable
from estimator.mail import outbox
from estimator.models import AuditEntry, Counter, Mail, Quote, QuoteDraft, QuoteRevision, Rate
from estimator.quotes import drafts
from pricing import quote as quote_content
from pricing.quote import Adjustment
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.example_list import NOW
from tests.support.example_quotes import (
    ADDRESS,
    CLINIC,
    COORDINATOR,
    PERSON,
    ask,
    issue,
    list_text,
    person,
    prepare,
    publish,
    quoted,
    settings,
    state,
)


def counted() -> dict[str, int]:
    """Return how many rows there are of whatever an issue writes, and the last number."""
    db.session.rollback()
    models = (Quote, QuoteRevision, QuoteDraft, Mail, AuditEntry)
    found = {
        model.__tablename__: db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in models
    }
    return {**found, "last": db.session.scalar(select(func.max(Counter.last))) or 0}


def issue_by(reference: str, actor: str = COORDINATOR, now: datetime = NOW) -> str:
    """Issue what is prepared for a request, as another process would, and return its number; do not commit."""
    request = requests.get(reference)
    assert request is not None
    draft = drafts.for_request(request)
    if draft is None:
        raise drafts.ChangedMeanwhile
    revision = quotes.issue(
        acting(clinic=CLINIC, actor=actor, now=now, settings=settings()),
        request,
        save=draft.save,
        fingerprint=state(request, now).fingerprint,
    )
    return revision.quote.number


def prepared(number: int, now: datetime = NOW) -> list[str]:
    """Prepare quotes for so many requests, and return their references."""
    version = publish()
    found = []
    for each in range(number):
        request = ask(version, now, submission=f"form {each}", person=person(each))
        prepare(request, now)
        found.append(request.reference)
    return found


def refused_as_it_was_seen(request_reference: str, save: int, fingerprint: str) -> Exception:
    """Issue what a page showed, and return why it was refused; nothing of it is there afterwards."""
    before = counted()
    request = requests.get(request_reference)
    assert request is not None
    with pytest.raises((quotes.NotReady, drafts.ChangedMeanwhile)) as refused:
        quotes.issue(
            acting(clinic=CLINIC, actor=COORDINATOR, now=NOW, settings=settings()),
            request,
            save=save,
            fingerprint=fingerprint,
        )
    assert counted() == before
    return refused.value


FAIL_SQLITE = (
    "CREATE TRIGGER planted BEFORE INSERT ON audit_entry WHEN NEW.action = 'quote.issued' "
    "BEGIN SELECT RAISE(ABORT, 'planted'); END"
)


FAIL_POSTGRESQL = (
    "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted'; END $$",
    "CREATE TRIGGER planted BEFORE INSERT ON audit_entry FOR EACH ROW "
    "WHEN (NEW.action = 'quote.issued') EXECUTE FUNCTION planted()",
)


def test_a_quote_freezes_the_figures_and_they_compute_again(app: Flask) -> None:
    revision = quoted()
    content = quotes.content_of(revision)
    assert content["number"] == revision.quote.number == "Q-2026-00001"
    assert content["revision"] == revision.number == 1
    assert content["reference"] == revision.quote.request.reference
    assert content["issued"] == "2026-03-10T12:00:00+00:00"
    assert content["valid_until"] == "2026-04-09"
    assert content["total"] == revision.total == "4400.00"
    assert content["table"]["sha256"] == revision.table_sha256 == revision.table_version.sha256
    assert content["replaces"] is None
    assert revision.content == quote_content.as_bytes(content).decode()
    again = quote_content.recompute(content, price_lists.parsed(revision.table_version))
    assert again == (Decimal("4400.00"), [], "4400.00")


def test_a_quote_freezes_its_words_whatever_becomes_of_ours(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = quoted()
    before = quotes.rows_of(revision, settings().data_keys)
    assert before is not None
    assert before.total.amount == "USD\N{NO-BREAK SPACE}4,400.00"
    assert [section.kind for section in before.notices] == ["evidence", "not_included"]
    assert not any("only an estimate" in sentence for sentence in before.about)
    monkeypatch.setattr("estimator.wording.firm._", lambda *_words, **_values: "other words")
    monkeypatch.setattr("estimator.wording.breakdown._", lambda *_words, **_values: "other words")
    publish(list_text(version="2026-2", valid_from="2026-03-10", price="9.00"))
    db.session.expire_all()
    assert quotes.rows_of(revision, settings().data_keys) == before


def test_a_quote_says_nothing_that_belongs_to_an_estimate(app: Flask) -> None:
    revision = quoted()
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    assert all(group.span is None for group in rows.groups if group.total == "provider")
    assert next(group for group in rows.groups if group.total == "others").span is not None
    assert [sum_.amount for sum_ in rows.beside] == ["USD\N{NO-BREAK SPACE}50.00"]
    assert rows.notice("about_this_estimate") == []


def test_the_name_and_the_words_are_sealed_and_the_content_has_no_word_of_a_person(app: Flask) -> None:
    version = publish()
    request = ask(version)
    prepare(request, adjustments=[("-50.00", "Because of the wheelchair")])
    revision = issue(request)
    assert quotes.patient_of(revision, settings().data_keys) == "Anna Kowalska"
    sealed = [revision.patient, revision.rows]
    assert all(
        found is not None and b"Kowalska" not in found and b"wheelchair" not in found for found in sealed
    )
    assert "Kowalska" not in revision.content
    assert "wheelchair" not in revision.content
    for entry in db.session.scalars(select(AuditEntry)):
        assert "wheelchair" not in entry.detail


def test_the_rate_for_the_readers_country_is_frozen_and_none_is_invented(app: Flask) -> None:
    for quoted_, rate, day in (
        ("PLN", "3.90", 8),
        ("PLN", "4.00", 9),
        ("PLN", "9.99", 11),
        ("EUR", "0.9", 9),
    ):
        row = {"base": "USD", "quoted": quoted_, "rate": rate, "day": date(2026, 3, day)}
        db.session.add(Rate(**row, source="A bank", entered_by="user:9", entered_at=NOW))
    first = quoted(submission="first", country="PL")
    content = quotes.content_of(first)
    assert content["rate"] == {
        "base": "USD",
        "quoted": "PLN",
        "rate": "4.00",
        "source": "A bank",
        "day": "2026-03-09",
    }
    rows = quotes.rows_of(first, settings().data_keys)
    assert rows is not None
    assert "PLN\N{NO-BREAK SPACE}17,600," in (rows.converted or "")
    assert quotes.content_of(quoted(submission="second", country="IN"))["rate"] is None


def test_issuing_moves_the_request_tells_the_trail_and_mails_the_patient(app: Flask) -> None:
    revision = quoted()
    request = revision.quote.request
    assert request.state == "quoted"
    assert drafts.for_request(request) is None
    assert [entry.kind for entry in requests.history(request, settings().data_keys)][:2] == [
        "state",
        "issued",
    ]
    entry = db.session.scalars(select(AuditEntry).filter_by(action="quote.issued")).one()
    assert json.loads(entry.detail)["number"] == "Q-2026-00001"
    assert audit.verify().broken is None
    (mail,) = outbox.mails_about("Q-2026-00001/1")
    assert mail.template == "quote_issued"
    assert outbox.address_of(mail, settings().data_keys) == ADDRESS


def test_somebody_without_an_address_gets_a_quote_without_mail(app: Flask) -> None:
    revision = quoted(person=replace(PERSON, email=None, phone="+48 1"))
    assert outbox.mails_about(quotes.about(revision)) == []
    token = quotes.token_of(revision.quote, settings().link_key)
    found = quotes.find(token)
    assert found is not None
    assert found.id == revision.quote_id


@pytest.mark.long
def test_many_quotes_for_one_address_are_no_reason_to_refuse_the_next(app: Flask) -> None:
    for number in range(settings().mails_per_address + 2):
        quoted(submission=f"form {number}")
    assert counted()["quote"] == settings().mails_per_address + 2


@pytest.mark.long
def test_quotes_issued_at_once_are_numbered_without_a_gap(app: Flask) -> None:
    references = prepared(8)
    found = at_once(app, 8, lambda each: issue_by(references[each]))
    assert sorted(map(str, found)) == [f"Q-2026-0000{number}" for number in range(1, 9)]
    assert counted()["last"] == 8


def test_an_issue_that_fails_takes_no_number(app: Flask) -> None:
    first, second = prepared(2)
    issue_by(first)
    db.session.rollback()
    issue_by(second)
    db.session.commit()
    assert db.session.scalars(select(Quote.number)).all() == ["Q-2026-00001"]


def test_each_year_has_its_series_by_the_calendar_of_the_clinic(app: Flask) -> None:
    version = publish(list_text(time_zone="Asia/Tokyo"))
    numbers = []
    for hour in (13, 14, 15, 16):
        now = datetime(2026, 12, 31, hour, tzinfo=UTC)
        request = ask(version, now, submission=f"at {hour}")
        prepare(request, now)
        numbers.append(issue(request, now).quote.number)
    assert numbers == ["Q-2026-00001", "Q-2026-00002", "Q-2027-00001", "Q-2027-00002"]


def test_a_series_goes_on_when_the_year_falls_back(app: Flask) -> None:
    version = publish()
    numbers: list[str] = []
    for year in (2026, 2027, 2026, 2027):
        now = datetime(year, 6, 1, tzinfo=UTC)
        request = ask(version, now, submission=f"number {len(numbers)}")
        prepare(request, now)
        numbers.append(issue(request, now).quote.number)
    assert numbers == ["Q-2026-00001", "Q-2027-00001", "Q-2026-00002", "Q-2027-00002"]


def test_a_number_is_found_however_it_is_typed(app: Flask) -> None:
    revision = quoted()
    for typed in ("Q-2026-00001", " q-2026-00001 "):
        found = quotes.by_number(typed)
        assert found is not None
        assert found.id == revision.quote_id
    for typed in ("", "Q-2026-00002", "Q-2026-00001\x00", "' OR 1=1"):
        assert quotes.by_number(typed) is None


def test_of_two_coordinators_who_issue_the_same_quote_the_second_is_told(app: Flask) -> None:
    (reference,) = prepared(1)
    found = at_once(app, 2, lambda each: issue_by(reference, f"user:{each}"))
    assert sorted(type(each).__name__ for each in found) == ["ChangedMeanwhile", "str"]
    assert counted() == {
        "quote": 1,
        "quote_revision": 1,
        "quote_draft": 0,
        "mail": counted()["mail"],
        "audit_entry": counted()["audit_entry"],
        "last": 1,
    }
    assert len(outbox.mails_about("Q-2026-00001/1")) == 1


def test_a_page_from_before_the_issue_does_not_issue_the_next_revision(app: Flask) -> None:
    request = ask(publish())
    seen = prepare(request)
    draft = drafts.for_request(request)
    assert draft is not None
    save = draft.save
    issue(request)
    prepare(request)
    with pytest.raises(drafts.ChangedMeanwhile):
        quotes.issue(
            acting(clinic=CLINIC, actor=COORDINATOR, now=NOW, settings=settings()),
            request,
            save=save,
            fingerprint=seen.fingerprint,
        )


def test_a_quote_that_two_begin_at_once_is_one(app: Flask) -> None:
    reference = ask(publish()).reference

    def begin(number: int) -> str:
        request = requests.get(reference)
        assert request is not None
        return drafts.begin(acting(actor=f"user:{number}", now=NOW, settings=settings()), request).name

    found = at_once(app, 4, begin)
    assert len(set(map(str, found))) == 1
    assert isinstance(found[0], str)


def test_of_many_who_save_at_once_one_succeeds(app: Flask) -> None:
    (reference,) = prepared(1)

    def save(number: int) -> None:
        request = requests.get(reference)
        assert request is not None
        draft = drafts.for_request(request)
        assert draft is not None
        drafts.change(
            acting(actor=f"user:{number}", now=NOW, settings=settings()),
            draft,
            save=1,
            adjustments=[Adjustment(Decimal(number + 1), "Courier", "Asked for")],
        )

    found = at_once(app, 4, save)
    assert sorted(type(each).__name__ for each in found) == ["ChangedMeanwhile"] * 3 + ["NoneType"]


def test_a_list_that_was_closed_after_the_preview_issues_nothing(app: Flask) -> None:
    request = ask(publish())
    seen = prepare(request)
    price_lists.close(acting(actor=COORDINATOR, now=NOW), "example")
    db.session.commit()
    refused = refused_as_it_was_seen(request.reference, 1, seen.fingerprint)
    assert isinstance(refused, quotes.NotReady)
    assert [missing.code for missing in refused.missing] == ["table_expired"]


def test_a_list_that_came_into_force_after_the_preview_is_not_issued_unseen(app: Flask) -> None:
    request = ask(publish())
    seen = prepare(request, prices="again")
    publish(list_text(version="2026-2", valid_from="2026-03-10", price="2100.00"))
    refused = refused_as_it_was_seen(request.reference, 2, seen.fingerprint)
    assert isinstance(refused, drafts.ChangedMeanwhile)


def test_a_list_that_came_into_force_after_the_preview_makes_the_choice_of_prices_open_again(
    app: Flask,
) -> None:
    request = ask(publish())
    prepare(request)
    publish(list_text(version="2026-2", valid_from="2026-03-10", price="2100.00"))
    refused = refused_as_it_was_seen(request.reference, 1, state(request).fingerprint)
    assert isinstance(refused, quotes.NotReady)
    assert [missing.code for missing in refused.missing] == ["prices_not_chosen"]


def test_a_request_that_was_closed_after_the_preview_gets_no_quote(app: Flask) -> None:
    request = ask(publish())
    seen = prepare(request)
    requests.move(acting(actor="user:2", now=NOW, settings=settings()), request, "closed")
    db.session.commit()
    refused = refused_as_it_was_seen(request.reference, 1, seen.fingerprint)
    assert isinstance(refused, quotes.NotReady)


def test_an_issue_that_fails_at_its_last_step_leaves_nothing_behind(app: Flask) -> None:
    (reference,) = prepared(1)
    before = counted()
    for statement in [FAIL_SQLITE] if db.engine.dialect.name == "sqlite" else FAIL_POSTGRESQL:
        db.session.execute(text(statement))
    db.session.commit()
    with pytest.raises(DBAPIError, match="planted"):
        issue_by(reference)
    assert counted() == before
    on = "" if db.engine.dialect.name == "sqlite" else " ON audit_entry"
    db.session.execute(text(f"DROP TRIGGER planted{on}"))
    db.session.commit()
    assert issue_by(reference) == "Q-2026-00001"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_locked_database_issues_nothing_and_later_everything(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (reference,) = prepared(1)
    before = counted()
    db.session.execute(text("PRAGMA busy_timeout = 50"))
    other = sqlite3.connect(Path(settings.database_url.removeprefix("sqlite:///")), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DBAPIError) as refused:
        issue_by(reference)
    found = unavailable(refused.value)
    assert found is not None
    assert found.kind == "locked"
    db.session.rollback()
    other.execute("ROLLBACK")
    other.close()
    assert counted() == before
    assert issue_by(reference) == "Q-2026-00001"


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_issues_nothing_and_later_everything(app: Flask) -> None:
    references = prepared(30)
    db.session.rollback()
    pages = db.session.execute(text("PRAGMA page_count")).scalar_one()
    db.session.execute(text(f"PRAGMA max_page_count = {pages + 4}"))
    issued = 0

    def issue_all() -> None:
        nonlocal issued
        for reference in references:
            issue_by(reference)
            db.session.commit()
            issued += 1

    with pytest.raises(DBAPIError) as refused:
        issue_all()
    found = unavailable(refused.value)
    assert found is not None
    assert found.kind == "full"
    assert counted()["last"] == counted()["quote"] == counted()["quote_revision"] == issued
    db.session.execute(text("PRAGMA max_page_count = 1000000"))
    for reference in references[issued:]:
        issue_by(reference)
        db.session.commit()
    assert counted()["last"] == counted()["quote"] == 30
