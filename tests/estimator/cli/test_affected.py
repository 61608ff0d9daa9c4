"""`estimator affected`: after something went wrong, whom to write to."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import audit, requests
from estimator.db import db
from estimator.models import AuditEntry
from estimator.privacy import erasure
from tests.support.acts import acting
from tests.support.commands import environment, estimator
from tests.support.example_mail import ask, estimate, settings
from tests.support.example_request import DAUGHTER, PERSON, request

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def installation(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands find the installation of the test."""
    for name, value in environment(settings()).items():
        monkeypatch.setenv(name, value)


def moment(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M")


def listed(*options: str) -> tuple[list[dict[str, str]], str]:
    """Return the rows that the command prints, and what it says beside them."""
    code, output, errors = estimator("affected", *options)
    assert code == 0, errors
    return list(csv.DictReader(io.StringIO(output.lstrip("\ufeff")))), errors


def test_everybody_is_listed_of_whom_something_was_here_in_the_span() -> None:
    before, after = request(NOW - 3 * DAY), request(NOW - DAY, submission="later")
    ask(estimate(NOW - 3 * DAY)[0], NOW - 3 * DAY, address="=anna@example.org")
    rows, said = listed("--since", moment(NOW - 4 * DAY), "--until", moment(NOW - 2 * DAY))
    assert [row["Reference"] for row in rows[:1]] == [before.reference]
    assert (rows[0]["Name"], rows[0]["Email address"]) == (PERSON.full_name, PERSON.email)
    assert rows[0]["Country"] == "DE"
    assert rows[1]["Email address"] == "'=anna@example.org", "no spreadsheet takes it for a formula"
    assert after.reference not in {row["Reference"] for row in rows}
    assert len(rows) == 2
    assert said == "2 people and addresses.\n"


def test_a_patient_for_whom_somebody_else_asked_is_named_as_well() -> None:
    request(NOW - DAY, DAUGHTER, for_whom="other")
    (row,), _said = listed("--since", moment(NOW - 2 * DAY))
    assert (row["Name"], row["Asked for"]) == (DAUGHTER.full_name, DAUGHTER.patient_name)


def test_those_are_listed_whose_request_an_account_has_opened_in_the_span() -> None:
    opened, earlier, never = (request(NOW - 9 * DAY, submission=form) for form in "abc")
    for record, when in ((opened, NOW - DAY), (earlier, NOW - 5 * DAY)):
        requests.seen(acting(actor="user:7", now=when), record)
    requests.seen(acting(actor="user:8", now=NOW - DAY), never)
    db.session.commit()
    rows, _said = listed("--since", moment(NOW - 2 * DAY), "--opened-by", "user:7")
    assert [row["Reference"] for row in rows] == [opened.reference]


def test_who_was_erased_since_is_counted_and_not_named() -> None:
    record = request(NOW - 3 * DAY)
    erasure.erase(acting(now=NOW - DAY), record)
    db.session.commit()
    rows, said = listed("--since", moment(NOW - 2 * DAY))
    assert rows == []
    assert "1 person was erased since then" in said


def test_who_cannot_be_read_stands_there_with_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lost the keys has to be able to say how many people are concerned."""
    record = request(NOW - DAY)
    record.email = record.email and record.email[:-1] + bytes([record.email[-1] ^ 1])
    db.session.commit()
    rows, said = listed("--since", moment(NOW - 2 * DAY))
    assert [(row["Reference"], row["Name"]) for row in rows] == [(record.reference, "")]
    assert "1 of them cannot be read" in said


def test_that_somebody_listed_people_stands_in_the_trail_without_a_name() -> None:
    request(NOW - DAY)
    listed("--since", moment(NOW - 2 * DAY))
    db.session.rollback()
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.actor, entry.action, entry.subject) == ("command line", "people.listed", "people")
    assert "Quill" not in entry.detail
    assert audit.verify().broken is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--since", "2026-11-02", "--until", "2026-11-01"), "The span ends before it begins."),
        (("--since", "2026-11-02", "--opened-by", "ada@example.org"), "is no account"),
    ],
)
def test_what_makes_no_span_and_no_account_is_a_sentence(options: tuple[str, ...], sentence: str) -> None:
    code, output, errors = estimator("affected", *options)
    assert (code, output) == (2, "")
    assert sentence in errors
