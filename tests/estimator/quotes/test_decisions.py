"""What a patient may say to a quote: once, to the current revision, and told to the desk without a personal word."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import quotes, requests
from estimator.act import PATIENT
from estimator.db import db
from estimator.mail import outbox
from estimator.models import AuditEntry, Mail, PatientRequest, QuoteDecision, QuoteRevision
from estimator.models.requests import RequestState
from estimator.requests.questions import TOLD_AN_HOUR
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.example_list import NOW
from tests.support.example_quotes import (
    CLINIC,
    COORDINATOR,
    accept,
    ask,
    decline,
    issue,
    list_text,
    prepare,
    publish,
    quoted,
    settings,
)

DAY = timedelta(days=1)


def desk_mail() -> list[Mail]:
    """Return the mail to the desk, the oldest first."""
    to_desk = Mail.template.in_(("quote_decided", "quote_question"))
    return list(db.session.scalars(select(Mail).where(to_desk).order_by(Mail.id)))


def fresh(revision_id: int) -> QuoteRevision:
    return db.session.get_one(QuoteRevision, revision_id)


def take_back(revision: QuoteRevision, now: datetime = NOW) -> None:
    quotes.take_back(acting(now=now, settings=settings()), revision)
    db.session.commit()


def at_desk(request: PatientRequest, *states: RequestState) -> None:
    """Take a request to states one after another, as the desk does, and commit it."""
    for state in states:
        requests.move(acting(actor=COORDINATOR, now=NOW, settings=settings()), request, state)
    db.session.commit()


def is_newly_accepted(request: PatientRequest) -> bool:
    """Whether a request is on the list of what was accepted and nobody has seen to."""
    return request.id in quotes.waiting.page("accepted", NOW, after=None)[0]


# What an answer makes of the request --------------------------------------------------------------------------


MEANWHILE = [(), ("in_work",), ("in_work", "waiting")]


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_an_acceptance_counts_whatever_the_desk_made_of_the_request_meanwhile(
    app: Flask, meanwhile: tuple[RequestState, ...]
) -> None:
    revision = quoted()
    request = revision.quote.request
    at_desk(request, *meanwhile)
    accept(revision)
    assert (revision.state, request.state) == ("accepted", "accepted")
    assert is_newly_accepted(request)


@pytest.mark.parametrize("meanwhile", MEANWHILE)
def test_a_refusal_counts_whatever_the_desk_made_of_the_request_meanwhile(
    app: Flask, meanwhile: tuple[RequestState, ...]
) -> None:
    revision = quoted()
    at_desk(revision.quote.request, *meanwhile)
    decline(revision)
    assert (revision.state, revision.quote.request.state) == ("declined", "declined")


@pytest.mark.parametrize("meanwhile", [("closed",), ("closed", "in_work"), ("closed", "in_work", "waiting")])
def test_what_is_taken_back_after_the_request_was_closed_is_quoted_again_and_can_be_answered(
    app: Flask, meanwhile: tuple[RequestState, ...]
) -> None:
    revision = quoted()
    request = revision.quote.request
    accept(revision)
    at_desk(request, *meanwhile)
    take_back(revision)
    assert (revision.state, request.state) == ("current", "quoted")
    accept(revision)
    assert (revision.state, request.state) == ("accepted", "accepted")
    assert is_newly_accepted(request)


def test_what_was_left_open_at_a_closed_request_can_be_answered_too(app: Flask) -> None:
    revision = quoted()
    request = revision.quote.request
    request.state = "closed"  # as a request could be closed before an open quote stood in the way
    db.session.commit()
    accept(revision)
    assert request.state == "accepted"
    assert is_newly_accepted(request)


@pytest.mark.parametrize("meanwhile", MEANWHILE[1:])
def test_a_request_is_not_closed_while_its_quote_can_be_accepted(
    app: Flask, meanwhile: tuple[RequestState, ...]
) -> None:
    revision = quoted()
    request = revision.quote.request
    at_desk(request, *meanwhile)
    act = acting(actor=COORDINATOR, now=NOW, settings=settings())
    with pytest.raises(requests.QuoteIsOpen):
        requests.move(act, request, "closed")
    db.session.rollback()
    assert request.state == meanwhile[-1]
    quotes.withdraw(act, revision, reason="asked")
    at_desk(request, "closed")
    assert request.state == "closed"


def test_a_request_is_closed_as_soon_as_the_last_day_of_its_quote_is_over(app: Flask) -> None:
    revision = quoted()
    at_desk(revision.quote.request, "in_work")
    over = datetime.combine(revision.valid_until + DAY, time(), UTC)
    act = acting(actor=COORDINATOR, now=over - timedelta(seconds=1), settings=settings())
    with pytest.raises(requests.QuoteIsOpen):
        requests.move(act, revision.quote.request, "closed")
    db.session.rollback()
    requests.move(replace(act, now=over), revision.quote.request, "closed")


def test_a_request_closed_at_the_moment_of_an_acceptance_is_closed_after_it_or_not_at_all(app: Flask) -> None:
    revision_id = quoted().id
    at_desk(fresh(revision_id).quote.request, "in_work")

    def say(number: int) -> str:
        try:
            if number % 2:
                accept(fresh(revision_id))
                return "accepted"
            at_desk(fresh(revision_id).quote.request, "closed")
            return "closed"
        except requests.QuoteIsOpen:
            return "open"

    said = set(at_once(app, 2, say))
    db.session.expire_all()
    assert "accepted" in said
    assert fresh(revision_id).quote.request.state == ("closed" if "closed" in said else "accepted")


# Accepting ----------------------------------------------------------------------------------------------------


def test_an_acceptance_is_recorded_with_the_words_that_were_agreed_to(app: Flask) -> None:
    revision = quoted()
    accept(revision, NOW + DAY)
    said = quotes.decision_of(revision)
    assert said is not None
    assert (said.kind, said.agreed_to, said.language) == ("accepted", "I accept this quote.", "en")
    assert (said.network, said.at) == ("203.0.113.0/24", NOW + DAY)
    assert said.typed_name is not None
    assert b"Kowalska" not in said.typed_name
    opened = settings().data_keys.open(said.typed_name, "quote_decision", "typed_name", said.name)
    assert opened == "Anna Kowalska"
    assert (revision.state, revision.quote.request.state) == ("accepted", "accepted")


def test_what_was_decided_stands_in_the_audit_trail_without_a_name(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    take_back(revision)
    decline(revision)
    entries = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject == f"quote_revision:{revision.id}", AuditEntry.actor == PATIENT)
        .order_by(AuditEntry.id)
    )
    quote = {"number": "Q-2026-00001", "revision": 1}
    assert [(entry.action, json.loads(entry.detail)) for entry in entries] == [
        ("quote.accepted", quote),
        ("quote.taken_back", quote),
        ("quote.declined", {**quote, "reason": "price"}),
    ]


def test_the_desk_is_told_of_an_answer_without_a_word_of_the_patient(app: Flask) -> None:
    revision = quoted()
    decline(revision)
    (mail,) = desk_mail()
    assert (mail.template, mail.about) == ("quote_decided", "Q-2026-00001/1")
    assert mail.options == '{"what": "declined"}'
    address = outbox.address_of(mail, settings().data_keys)
    assert address is not None
    assert address in settings().mail_from


def test_an_answer_goes_where_the_clinic_wants_replies_to_go(app: Flask) -> None:
    revision = quoted()
    there = replace(settings(), mail_reply_to="The desk <desk@clinic.example.org>")
    quotes.ask_question(acting(now=NOW, settings=there), revision.quote.request, "When?")
    db.session.commit()
    (mail,) = desk_mail()
    assert outbox.address_of(mail, settings().data_keys) == "desk@clinic.example.org"


def test_a_quote_is_accepted_once_however_often_the_button_is_pressed(app: Flask) -> None:
    revision_id = quoted().id
    db.session.rollback()

    def press(_number: int) -> None:
        quotes.accept(
            acting(clinic=CLINIC, now=NOW, settings=settings()),
            fresh(revision_id),
            typed_name="Anna Kowalska",
            agreed_to="I accept.",
            language="en",
            network="203.0.113.0/24",
            pdf_sha256=None,
        )

    found = at_once(app, 4, press)
    assert sorted(type(each).__name__ for each in found) == ["AlreadyDecided"] * 3 + ["NoneType"]
    assert len(db.session.scalars(select(QuoteDecision)).all()) == 1
    assert len(desk_mail()) == 1


def test_who_accepts_and_who_declines_at_once_do_not_both_succeed(app: Flask) -> None:
    revision_id = quoted().id
    db.session.rollback()
    found = at_once(app, 2, lambda number: (accept, decline)[number](fresh(revision_id)))
    assert sorted(type(each).__name__ for each in found) == ["AlreadyDecided", "NoneType"]


def test_a_replaced_revision_cannot_be_accepted(app: Flask) -> None:
    first = quoted()
    request = first.quote.request
    prepare(request)
    issue(request)
    with pytest.raises(quotes.NotCurrent) as refused:
        accept(first)
    assert refused.value.state == "replaced"


def test_of_an_acceptance_and_a_revision_at_once_the_acceptance_is_of_what_was_current(app: Flask) -> None:
    first = quoted()
    first_id, reference = first.id, first.quote.request.reference
    prepare(first.quote.request)

    def do(number: int) -> None:
        if number == 0:
            accept(fresh(first_id))
        else:
            request = requests.get(reference)
            assert request is not None
            issue(request)

    accepted, issued = at_once(app, 2, do)
    assert issued is None
    states = {each.number: each.state for each in db.session.scalars(select(QuoteRevision))}
    assert states == {1: "replaced", 2: "current"}
    if accepted is None:
        assert len(db.session.scalars(select(QuoteDecision)).all()) == 1
    else:
        assert isinstance(accepted, quotes.NotCurrent)
        assert db.session.scalars(select(QuoteDecision)).all() == []


def test_a_withdrawn_quote_cannot_be_accepted(app: Flask) -> None:
    revision = quoted()
    quotes.withdraw(acting(actor=COORDINATOR, now=NOW, settings=settings()), revision, reason="mistake")
    with pytest.raises(quotes.NotCurrent) as refused:
        accept(revision)
    assert refused.value.state == "withdrawn"


def test_a_quote_can_be_accepted_until_its_last_second_and_not_after(app: Flask) -> None:
    publish(list_text(time_zone="Asia/Tokyo"))
    revision = quoted()
    last = datetime(2026, 4, 9, 14, 59, 59, tzinfo=UTC)
    with pytest.raises(quotes.NotCurrent) as refused:
        accept(revision, last + timedelta(seconds=1))
    assert refused.value.state == "expired"
    db.session.rollback()
    accept(revision, last)
    assert quotes.state_at(revision, last + 30 * DAY) == "accepted"


# Taking back --------------------------------------------------------------------------------------------------


def test_an_acceptance_can_be_taken_back_until_the_end_of_the_last_day_of_reflection(app: Flask) -> None:
    publish(list_text(time_zone="Asia/Tokyo"))
    revision = quoted()
    accept(revision)
    over = datetime(2026, 3, 17, 15, 0, tzinfo=UTC)
    said = quotes.decision_of(revision)
    assert said is not None
    assert said.reversible_until == over
    with pytest.raises(quotes.TooLate):
        take_back(revision, over)
    db.session.rollback()
    take_back(revision, over - timedelta(seconds=1))
    assert (revision.state, revision.quote.request.state) == ("current", "quoted")
    assert [mail.options for mail in desk_mail()][-1] == '{"what": "taken_back"}'


def test_what_was_taken_back_can_be_answered_anew_and_both_answers_stay(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    take_back(revision)
    decline(revision)
    assert revision.state == "declined"
    said = db.session.scalars(select(QuoteDecision).order_by(QuoteDecision.id)).all()
    assert [(each.kind, each.taken_back_at is not None) for each in said] == [
        ("accepted", True),
        ("declined", False),
    ]


def test_an_acceptance_is_taken_back_once_and_a_refusal_never(app: Flask) -> None:
    revision = quoted()
    accept(revision)
    take_back(revision)
    with pytest.raises(quotes.NotCurrent):
        take_back(revision)
    db.session.rollback()
    decline(revision)
    with pytest.raises(quotes.NotCurrent):
        take_back(revision)


def test_without_days_of_reflection_nothing_can_be_taken_back(app: Flask) -> None:
    revision = quoted(clinic=replace(CLINIC, reflection_days=0))
    accept(revision)
    with pytest.raises(quotes.TooLate):
        take_back(revision)


def test_the_days_of_reflection_that_a_document_gives_stay_whatever_is_set_afterwards(app: Flask) -> None:
    revision = quoted()
    quotes.accept(
        acting(clinic=replace(CLINIC, reflection_days=0), now=NOW, settings=settings()),
        revision,
        typed_name="Anna Kowalska",
        agreed_to="I accept.",
        language="en",
        network="203.0.113.0/24",
        pdf_sha256="a" * 64,
    )
    take_back(revision)


def test_what_is_taken_back_after_its_last_day_has_expired(app: Flask) -> None:
    revision = quoted()
    last = datetime(2026, 4, 9, 23, 0, tzinfo=UTC)
    accept(revision, last)
    take_back(revision, last + DAY)
    assert quotes.state_at(revision, last + DAY) == "expired"
    assert quotes.expire_due(acting(actor="clock", now=last + DAY, settings=settings())) == 1


# Declining and asking -----------------------------------------------------------------------------------------


def test_a_refusal_has_a_reason_from_the_list_and_words_that_are_sealed(app: Flask) -> None:
    revision = quoted()
    with pytest.raises(ValueError, match="no reason"):
        quotes.decline(
            acting(now=NOW, settings=settings()),
            revision,
            reason="Too much",
            words=None,
            agreed_to="I decline.",
            language="en",
            network="203.0.113.0/24",
            pdf_sha256=None,
        )
    decline(revision)
    said = quotes.decision_of(revision)
    assert said is not None
    assert said.reason == "price"
    assert said.words is not None
    assert settings().data_keys.open(said.words, "quote_decision", "words", said.name) == "Too much for us."
    assert revision.quote.request.state == "declined"


def test_a_question_is_kept_with_the_request_and_the_desk_is_told_that_there_is_one(app: Flask) -> None:
    revision = quoted()
    quotes.ask_question(acting(now=NOW, settings=settings()), revision.quote.request, "May my brother come?")
    db.session.commit()
    newest = requests.history(revision.quote.request, settings().data_keys)[0]
    assert (newest.kind, newest.actor, newest.words) == ("question", "patient", "May my brother come?")
    (mail,) = desk_mail()
    assert (mail.template, mail.options) == ("quote_question", "{}")


def test_the_same_question_from_two_pages_within_the_hour_is_one_and_later_another(app: Flask) -> None:
    request = ask(publish())
    act, words = acting(now=NOW), "Is there a lift?"
    quotes.ask_question(act, request, words)
    prepare(request)
    issue(request)
    for minutes in (0, 20, 59):
        quotes.ask_question(act.at(NOW + timedelta(minutes=minutes)), request, words)
    told = select(Mail.template).where(Mail.template.in_(("request_question", "quote_question")))
    kinds = [entry.kind for entry in requests.history(request, settings().data_keys)]
    assert kinds.count("question") == 1
    assert list(db.session.scalars(told)) == ["request_question"]
    quotes.ask_question(act.at(NOW + timedelta(minutes=61)), request, words)
    assert sorted(db.session.scalars(told)) == ["quote_question", "request_question"]


def test_questions_of_one_quote_do_not_flood_the_desk(app: Flask) -> None:
    revision = quoted()
    for number in range(60):
        try:
            quotes.ask_question(
                acting(now=NOW, settings=settings()), revision.quote.request, f"Question {number}"
            )
        except outbox.TooMany:
            break
        db.session.commit()
    else:
        pytest.fail("the desk got 60 mails")
    db.session.rollback()
    assert len(desk_mail()) == 1
    for moment in (NOW + 2 * DAY, NOW + 2 * DAY + timedelta(minutes=10)):
        quotes.ask_question(acting(now=moment, settings=settings()), revision.quote.request, f"At {moment}?")
    assert len(desk_mail()) == 3


@pytest.mark.long
def test_strangers_who_ask_much_do_not_keep_the_desk_from_hearing_of_a_question_about_a_quote(
    app: Flask,
) -> None:
    revision = quoted()
    version = revision.quote.request.table_version
    for number in range(TOLD_AN_HOUR + 1):
        stranger = ask(version, submission=f"form {number}")
        quotes.ask_question(acting(now=NOW, settings=settings()), stranger, "And I?")
    quotes.ask_question(acting(now=NOW, settings=settings()), revision.quote.request, "May my brother come?")
    assert [mail.template for mail in desk_mail()] == ["quote_question"]


def test_accepting_and_taking_back_by_turns_does_not_flood_the_desk_and_is_all_recorded(app: Flask) -> None:
    revision = quoted()
    for _turn in range(quotes.ACCEPTANCES_A_DAY):
        accept(revision)
        take_back(revision)
    with pytest.raises(quotes.TooOften):
        accept(revision)
    assert len(desk_mail()) == 10
    assert len(db.session.scalars(select(QuoteDecision)).all()) == quotes.ACCEPTANCES_A_DAY
    accept(revision, NOW + DAY)
    assert [mail.options for mail in desk_mail()][10:] == ['{"what": "accepted"}']


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_that_a_patient_says_can_be_read_in_the_database(app: Flask, tmp_path: Path) -> None:
    revision = quoted()
    decline(revision)
    quotes.ask_question(acting(now=NOW, settings=settings()), revision.quote.request, "May my brother come?")
    db.session.commit()
    everything = b"".join(path.read_bytes() for path in tmp_path.glob("estimator.sqlite*"))
    assert b"Q-2026-00001" in everything
    for planted in (b"Kowalska", b"brother", b"Too much for us", b"anna.kowalska"):
        assert planted not in everything
