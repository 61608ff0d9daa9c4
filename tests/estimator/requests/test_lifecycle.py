from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from estimator import estimates, requests
from estimator.db import db
from estimator.models import Estimate, Mail, NameWord, PatientRequest, RequestConsent, StaffUser
from estimator.models.requests import RequestState
from estimator.requests import name_index
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_mail import estimate, settings
from tests.support.example_request import DAUGHTER, PERSON, request

LATER = NOW + timedelta(days=1)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def move(record: PatientRequest, *states: RequestState) -> None:
    for state in states:
        requests.move(acting(actor="user:1", now=LATER, settings=settings()), record, state)


def test_a_request_keeps_what_was_asked_with_its_own_copy_of_the_plan(app: Flask) -> None:
    record, _token = estimate(NOW)
    found = request(NOW, record=record)
    breakdown, given = estimates.breakdown_of(record), estimates.answers_of(record)
    estimates.delete(record)
    db.session.commit()
    assert re.fullmatch(r"REQ-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", found.reference)
    assert requests.breakdown_of(found) == breakdown
    assert requests.answers_of(found) == given
    assert (found.total, found.currency, found.at_least) == ("4000.00", "USD", False)
    assert requests.person_of(found, settings().data_keys) == PERSON
    assert (found.state, found.country, found.planned_month) == ("new", "DE", "2026-09")
    assert found.due_at.isoformat() == "2026-03-13T23:59:59+00:00"


def test_a_request_is_found_by_its_link_and_its_reference_alone(app: Flask) -> None:
    found = request(NOW)
    token = requests.token_of(found, settings().link_key)
    assert requests.find(token, NOW) is found
    assert requests.find("A" * 43, NOW) is None
    assert requests.find(found.link_hash, NOW) is None
    assert requests.get(found.reference.lower()) is found
    assert requests.get("REQ-AAAA-AAAA") is None


def test_a_request_is_found_by_the_words_of_its_name_and_by_its_address(app: Flask) -> None:
    found = request(NOW)
    key = settings().lookup_key
    for typed in ("wil", "quill"):
        (word,) = name_index.word_of(typed, key)
        assert db.session.scalars(select(NameWord.request_id).filter_by(word=word)).all() == [found.id]
    assert found.email_lookup == requests.email_lookup("Mina@Quillworth.org", key)


def test_a_request_for_somebody_else_keeps_all_that_was_said_and_is_found_by_both_names(app: Flask) -> None:
    found = request(NOW, DAUGHTER, for_whom="other", answer_by="whatsapp")
    assert requests.person_of(found, settings().data_keys) == DAUGHTER
    assert (DAUGHTER.patient, DAUGHTER.asked_by) == ("Bartholomea Quill", "Wilhelmina Quill")
    assert found.answer_by == "whatsapp"
    for typed in ("barth", "wilhel", "quill"):
        (word,) = name_index.word_of(typed, settings().lookup_key)
        assert db.session.scalars(select(NameWord.request_id).filter_by(word=word)).all() == [found.id]


def test_another_answer_in_the_same_form_is_another_request(app: Flask) -> None:
    record = estimate(NOW)[0]
    first = request(NOW, DAUGHTER, record=record, submission="one", answer_by="email")
    second = request(NOW, DAUGHTER, record=record, submission="one", answer_by="telephone")
    third = request(NOW, replace(DAUGHTER, injury_level=None), record=record, submission="one")
    assert len({first.id, second.id, third.id}) == 3


def test_the_words_that_were_agreed_to_are_kept_with_their_version(app: Flask) -> None:
    found = request(NOW, for_whom="other")
    kept = requests.consents_of(found)
    assert [consent.purpose for consent in kept] == ["health_data", "contact", "on_behalf"]
    assert all("Example clinic" in consent.words for consent in kept)
    assert {(consent.version, consent.language, consent.how) for consent in kept} == {
        ("2026-11.1", "en", "page")
    }


def test_a_mail_confirms_a_request_where_there_is_an_address(app: Flask) -> None:
    found = request(NOW)
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.template, mail.about, mail.language) == ("request_received", found.reference, "en")
    without = request(NOW, requests.Person("Anna", None, None, ""), origin="staff")
    assert count(Mail) == 1
    assert requests.history(without, settings().data_keys)[0].detail == {
        "mail": "no_address",
        "origin": "staff",
    }


def test_a_request_is_kept_also_where_an_address_has_had_its_mail_of_the_day(app: Flask) -> None:
    references = {
        request(NOW, submission=f"form-{n}").reference for n in range(settings().mails_per_address + 1)
    }
    assert len(references) == count(PatientRequest) == settings().mails_per_address + 1
    assert count(Mail) == settings().mails_per_address
    last = db.session.scalars(select(PatientRequest).order_by(PatientRequest.id.desc())).first()
    assert last is not None
    assert requests.history(last, settings().data_keys)[-1].detail["mail"] == "too_many"


def test_the_same_form_sent_twice_is_one_request(app: Flask) -> None:
    record, _token = estimate(NOW)
    first = request(NOW, record=record, submission="form-1")
    assert request(LATER, record=record, submission="form-1") is first
    assert (count(PatientRequest), count(Mail), count(RequestConsent)) == (1, 1, 2)
    assert len(requests.history(first, settings().data_keys)) == 1


def test_a_changed_word_in_the_same_form_is_not_lost(app: Flask) -> None:
    record, _token = estimate(NOW)
    request(NOW, record=record, submission="form-1")
    request(
        NOW,
        requests.Person("Wilhelmina Quill", None, None, "Also a lift."),
        record=record,
        submission="form-1",
    )
    assert count(PatientRequest) == 2


def test_the_same_form_sent_at_the_same_moment_is_one_request(app: Flask) -> None:
    estimate(NOW)
    db.session.remove()

    def send(_number: int) -> str:
        with app.app_context():
            stored = db.session.scalars(select(Estimate)).one()
            return request(NOW, record=stored, submission="form-1").reference

    with ThreadPoolExecutor(4) as clients:
        references = set(clients.map(send, range(12)))
    assert len(references) == count(PatientRequest) == count(Mail) == 1


def test_a_request_goes_from_state_to_state_and_back_where_it_may(app: Flask) -> None:
    found = request(NOW)
    move(found, "in_work", "waiting", "in_work", "quoted", "accepted", "quoted", "declined", "in_work")
    move(found, "quoted", "expired", "in_work", "closed", "in_work")
    states = [entry.detail for entry in requests.history(found, settings().data_keys)][::-1][1:]
    assert states[0] == {"from": "new", "to": "in_work"}
    assert found.changes == 14
    assert found.active_at == LATER


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), "new"),
        ((), "accepted"),
        (("in_work",), "new"),
        (("quoted",), "waiting"),
        (("quoted", "accepted"), "declined"),
        (("quoted", "accepted"), "in_work"),
        (("quoted", "declined"), "accepted"),
        (("closed",), "waiting"),
        (("closed",), "expired"),
    ],
)
def test_what_cannot_follow_is_refused_and_changes_nothing(
    app: Flask, before: tuple[RequestState, ...], after: RequestState
) -> None:
    found = request(NOW)
    move(found, *before)
    state, changes = found.state, found.changes
    with pytest.raises(requests.NotPossible) as refused:
        move(found, after)
    assert (refused.value.before, refused.value.after) == (state, after)
    assert (found.state, found.changes) == (state, changes)


def test_a_request_is_given_to_somebody_who_saw_it_as_it_is(app: Flask) -> None:
    found = request(NOW)
    person = StaffUser(
        name="Cora", email="cora@example.org", fs_uniquifier="f" * 32, language="en", created_at=NOW
    )
    db.session.add(person)
    db.session.flush()
    seen = found.changes
    requests.assign(acting(actor="user:1", now=LATER, settings=settings()), found, person.id, changes=seen)
    assert found.assignee is person
    with pytest.raises(requests.ChangedMeanwhile):
        requests.assign(acting(actor="user:2", now=LATER, settings=settings()), found, None, changes=seen)
    requests.assign(
        acting(actor="user:2", now=LATER, settings=settings()), found, None, changes=found.changes
    )
    assert found.assignee_id is None


def test_history_tells_what_happened_the_newest_first(app: Flask) -> None:
    found = request(NOW)
    requests.note(acting(actor="user:1", now=LATER, settings=settings()), found, "Called back.")
    requests.keep_question(acting(now=LATER, settings=settings()), found, "Is there a lift?")
    entries = requests.history(found, settings().data_keys)
    assert [(entry.kind, entry.actor, entry.words) for entry in entries] == [
        ("question", "patient", "Is there a lift?"),
        ("note", "user:1", "Called back."),
        ("asked", "patient", None),
    ]


def test_a_question_that_is_sent_twice_is_one(app: Flask) -> None:
    found = request(NOW)
    for moment in (NOW, LATER, LATER + timedelta(minutes=1)):
        requests.keep_question(acting(now=moment, settings=settings()), found, "Is there a lift?")
    kinds = [entry.kind for entry in requests.history(found, settings().data_keys)]
    assert kinds == ["question", "question", "asked"]


def test_many_who_write_at_the_same_moment_are_all_heard(app: Flask) -> None:
    reference = request(NOW).reference
    db.session.remove()

    def write(number: int) -> None:
        with app.app_context():
            found = requests.get(reference)
            assert found is not None
            requests.note(acting(actor="user:1", now=NOW, settings=settings()), found, f"note {number}")
            db.session.commit()

    with ThreadPoolExecutor(4) as people:
        list(people.map(write, range(12)))
    found = requests.get(reference)
    assert found is not None
    assert found.changes == 13
