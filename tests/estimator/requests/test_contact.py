"""A contact that was mistyped is corrected: codes and mail go to the right address, and the trail names no value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import audit, requests
from estimator.act import Act
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, TableVersion
from estimator.privacy import erasure
from estimator.requests import mailed_codes, search
from estimator.requests.search import Filter
from tests.support.acts import ASKER, acting
from tests.support.example_list import NOW
from tests.support.example_mail import settings
from tests.support.example_request import DAUGHTER, PERSON, request

RIGHT = "berta@quillworth.org"


def act() -> Act:
    return acting(actor="user:1", now=NOW, settings=settings())


def person(found: PatientRequest) -> requests.Person:
    kept = requests.person_of(found, settings().data_keys)
    assert kept is not None
    return kept


def correct(found: PatientRequest, **other: Any) -> tuple[str, ...]:
    wanted = replace(requests.contact_of(found, person(found)), **other)
    changed = requests.correct(act(), found, wanted, changes=found.changes)
    db.session.commit()
    return changed


def found_by(typed: str) -> list[int]:
    shown = search.page(Filter(typed=typed), keyring=settings().data_keys, lookup_key=settings().lookup_key)
    return [row.id for row in shown.rows]


def test_every_part_of_a_contact_can_be_corrected_and_nothing_else_changes(
    app: Flask, version: TableVersion
) -> None:
    found = request(NOW, DAUGHTER, for_whom="other")
    new = {
        "full_name": "Berta Quill",
        "patient_name": "Otto Quill",
        "email": RIGHT,
        "phone": "+49 40 123456",
    }
    assert correct(found, **new, language="fr") == (
        "full_name",
        "patient_name",
        "email",
        "phone",
        "language",
    )
    assert person(found) == replace(DAUGHTER, **new)
    assert found.language == "fr"
    for typed in ("berta", "otto", "berta@quill", "123456"):
        assert found_by(typed) == [found.id], typed
    for typed in ("wilhelmina", "bartholomea", "mina@", "901820"):
        assert found_by(typed) == [], typed


def test_the_trail_and_the_history_name_the_fields_and_no_value(app: Flask, version: TableVersion) -> None:
    found = request(NOW)
    correct(found, email=RIGHT, phone=None)
    (entry,) = audit.page(None, 1)
    assert (entry.action, entry.subject) == ("request.contact", found.reference)
    event = requests.history(found, settings().data_keys)[0]
    assert (event.kind, event.detail, event.words) == ("contact", {"fields": ["email", "phone"]}, None)
    for text in (entry.detail, str(event.detail)):
        assert "quillworth" not in text
        assert "901820" not in text
    assert correct(found) == (), "what is the same as before is no change"
    assert len(requests.history(found, settings().data_keys)) == 2


def test_codes_go_to_the_new_address_only(app: Flask, version: TableVersion) -> None:
    found = request(NOW)
    mailed_codes.send(act(), found, ASKER)
    db.session.commit()
    code = mailed_codes.waiting(found, ASKER, NOW)
    assert code is not None
    digits = mailed_codes.digits_of(act(), code)
    assert digits is not None
    correct(found, email=RIGHT)
    assert not mailed_codes.check(act(), found, ASKER, digits), (
        "a code that went to the old address opens nothing"
    )
    mailed_codes.send(act(), found, ASKER)
    db.session.commit()
    states = [
        (mail.template, outbox.address_of(mail, settings().data_keys), mail.state)
        for mail in db.session.scalars(select(Mail).order_by(Mail.id))
    ]
    assert states == [
        ("request_received", PERSON.email, "failed"),
        ("request_code", PERSON.email, "failed"),
        ("request_code", RIGHT, "waiting"),
    ]


def test_somebody_without_an_address_gets_one_later(app: Flask, version: TableVersion) -> None:
    found = request(NOW, replace(PERSON, email=None))
    with pytest.raises(mailed_codes.NoAddress):
        mailed_codes.send(act(), found, ASKER)
    db.session.rollback()
    correct(found, email=RIGHT)
    assert mailed_codes.send(act(), found, ASKER)[1] is not None
    assert found_by(RIGHT) == [found.id]


def test_of_two_corrections_at_once_the_second_is_refused(app: Flask, version: TableVersion) -> None:
    found = request(NOW)
    seen, wanted = found.changes, requests.contact_of(found, person(found))
    correct(found, email=RIGHT)
    with pytest.raises(requests.ChangedMeanwhile):
        requests.correct(act(), found, replace(wanted, email="otto@quillworth.org"), changes=seen)
    db.session.rollback()
    assert person(found).email == RIGHT


def test_nobody_who_was_erased_gets_a_contact_again(app: Flask, version: TableVersion) -> None:
    found = request(NOW)
    wanted = requests.contact_of(found, person(found))
    erasure.erase(act(), found)
    db.session.commit()
    with pytest.raises(requests.Erased):
        requests.correct(act(), found, wanted, changes=found.changes)
