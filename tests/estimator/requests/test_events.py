from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from estimator import requests
from estimator.act import PATIENT
from estimator.db import db
from estimator.models import PatientRequest
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_mail import settings
from tests.support.example_request import request

HOUR = timedelta(hours=1)


def seen(found: PatientRequest, actor: str, at: timedelta) -> bool:
    new = requests.seen(acting(actor=actor, now=NOW + at), found)
    db.session.commit()
    return new


def readers(found: PatientRequest) -> list[str]:
    entries = requests.history(found, settings().data_keys)
    return [entry.actor for entry in entries if entry.kind == requests.SEEN]


def test_each_person_is_written_down_once_an_hour(app: Flask) -> None:
    found = request(NOW)
    assert seen(found, "user:1", timedelta(0))
    assert not seen(found, "user:1", timedelta(minutes=59))
    assert seen(found, "user:2", timedelta(minutes=59))
    assert seen(found, "user:1", HOUR)
    assert readers(found) == ["user:1", "user:2", "user:1"]


def test_each_request_has_readers_of_its_own(app: Flask) -> None:
    first, second = request(NOW), request(NOW)
    assert seen(first, "user:1", timedelta(0))
    assert seen(second, "user:1", timedelta(0))
    assert (readers(first), readers(second)) == (["user:1"], ["user:1"])


def test_to_read_is_no_change_and_keeps_nothing_longer(app: Flask) -> None:
    found = request(NOW)
    before = (found.changes, found.active_at, found.state)
    seen(found, "user:1", HOUR)
    db.session.expire_all()
    assert (found.changes, found.active_at, found.state) == before


@pytest.mark.parametrize("kind", ["no_reminders", "certificate", "opened", "any that comes to be"])
def test_whatever_a_patient_does_again_and_again_has_an_end_within_a_day_and_the_desk_has_none(
    app: Flask, kind: str
) -> None:
    found = request(NOW)
    for number in range(requests.MOST_OF_A_KIND):
        requests.add_event(acting(actor=PATIENT, now=NOW + timedelta(minutes=number)), found, kind)
    with pytest.raises(requests.TooManyToday):
        requests.add_event(acting(actor=PATIENT, now=NOW + HOUR), found, kind)
    requests.add_event(acting(actor="user:1", now=NOW + HOUR), found, kind)
    requests.add_event(acting(actor=PATIENT, now=NOW + HOUR), found, f"{kind} but another")
    requests.add_event(acting(actor=PATIENT, now=NOW + timedelta(days=1)), found, kind)
