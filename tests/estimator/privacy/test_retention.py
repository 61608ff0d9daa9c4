"""What `estimator purge` promises: everything of “What is kept” whose time is over goes, and nothing else."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import ColumnElement, Table, func, or_, select

from estimator import audit, estimates, models, requests, staff, throttle
from estimator.db import db
from estimator.models import (
    Comparison,
    Document,
    Draft,
    Estimate,
    Mail,
    PatientRequest,
    Preview,
    StaffUser,
    TableVersion,
)
from estimator.privacy import retention
from estimator.requests import mailed_codes
from estimator.staff import invitations, sessions
from tests.support import example_quotes as example
from tests.support.acts import ASKER, acting
from tests.support.commands import environment, estimator
from tests.support.example_bills import enter as enter_bill
from tests.support.example_mail import ask
from tests.support.example_request import PERSON, request

NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=12 * 366)
LIMIT = NOW - timedelta(days=11 * 366)

Due = Callable[[Table], ColumnElement[bool]]


def before(column: str) -> Due:
    return lambda table: table.c[column] < LIMIT


def filled(when: str, *columns: str) -> Due:
    """Rows from long ago in which one of these columns still says something."""
    return lambda table: (table.c[when] < LIMIT) & or_(*(table.c[name].is_not(None) for name in columns))


def of_nobody_else(table: Table) -> ColumnElement[bool]:
    """Rows of requests that hold nothing else of their person."""
    whole = select(PatientRequest.id).where(PatientRequest.full_name.is_not(None))
    return (table.c.at < LIMIT) & or_(table.c.words.is_not(None), table.c.request_id.in_(whole))


DUE: Mapping[str, Due] = {
    "estimate": before("created_at"),
    "comparison": before("created_at"),
    "comparison_column": lambda table: table.c.comparison_id.in_(
        select(Comparison.id).where(Comparison.created_at < LIMIT)
    ),
    "document": lambda table: table.c.created_at < NOW - timedelta(days=7),
    "preview": before("ended_at"),
    "mail": lambda table: (
        before("created_at")(table)
        | (table.c.ended_at < NOW - timedelta(days=7))
        & or_(table.c.address.is_not(None), table.c.address_lookup.is_not(None))
    ),
    "patient_request": filled(
        "created_at",
        *(
            "full_name",
            "email",
            "email_lookup",
            "phone",
            "message",
            "patient_name",
            "answer_by",
            "answer_hours",
        ),
        *("injury_level", "injury_completeness", "injury_month", "age_group"),
    ),
    "request_name_word": lambda table: table.c.request_id.in_(
        select(PatientRequest.id).where(PatientRequest.created_at < LIMIT)
    ),
    "request_event": of_nobody_else,
    "request_consent": lambda table: (table.c.given_at < LIMIT) & table.c.withdrawn_at.is_(None),
    "quote_draft": before("changed_at"),
    "quote_revision": filled("issued_at", "patient", "rows", "pdf"),
    "final_bill": lambda table: (
        filled("entered_at", "words")(table)
        | (table.c.entered_at < LIMIT) & table.c.request_id.is_not(None) & table.c.revision_id.is_(None)
    ),
    "quote_decision": filled("at", "typed_name", "words"),
    "quote_code": before("created_at"),
    "staff_session": before("began_at"),
    "staff_link": before("until"),
    "staff_attempts": before("since"),
}
"""What may not be found any more, in each table with something about a person that time removes."""

KEPT: Mapping[str, str] = {
    "audit_entry": "ids and codes; kept for ever, so that it can be verified",
    "clinic_setting": "what administrators set; no person",
    "counter": "numbers",
    "draft": "price lists; no person but the number of an account",
    "draft_comment": "with its draft; what an approver says of prices, and the number of an account",
    "draft_save": "price lists; no person but the number of an account",
    "installation_state": "no person",
    "key_fingerprint": "fingerprints of keys, from which no key can be worked out",
    "payment_account": "the clinic's own accounts; no person but the numbers of accounts of staff",
    "price_list": "no person",
    "quote": "a number and the hash of a link; the person in its revisions is erased",
    "quote_certificate": "hashes of files that are kept nowhere, and codes of what they show",
    "quote_account": "which account a quote names; the person in its revision is erased",
    "rate": "no person but the number of an account",
    "staff_recovery_code": "with the account, until an administrator removes it",
    "staff_user": "until an administrator removes the account",
    "staff_user_role": "with the account",
    "worker_heartbeat": "no person; the names of machines",
    "table_return": "price lists; no person but the number of an account, and why in words about a list",
    "table_version": "published price lists; no person",
}
"""Why time removes nothing from the other tables."""


def due() -> dict[str, int]:
    """Count what may not be found any more, in each table."""
    db.session.rollback()
    tables = models.metadata().tables
    return {
        name: db.session.scalar(select(func.count()).select_from(tables[name]).where(which(tables[name])))
        or 0
        for name, which in DUE.items()
    }


def contents() -> dict[str, list[Any]]:
    """Return everything that is in the database."""
    db.session.rollback()
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all()))
        for table in models.metadata().sorted_tables
    }


def live(now: datetime, version: TableVersion) -> dict[str, Any]:
    """Leave a row in every table with something about a person, as the app does at a moment."""
    act, form = acting(now=now), secrets.token_hex(8)
    made: list[Estimate] = []
    for number in range(5):
        token = estimates.make(act, version, dict(example.PLAN), language="en", submission=f"{form}{number}")
        found = estimates.find(act, token)
        assert found is not None
        made.append(found)
    estimates.comparisons.make(act, made[:3], submission=form)
    ask(made[0], now, address=f"{form}@example.org", submission=form)
    content = Document(key=form, estimate_id=made[0].id, content=b"%PDF", created_at=now)
    open_, accepted, declined, unanswered = (
        request(now, record=each, submission=f"{form} {each.id}") for each in made[1:]
    )
    requests.note(act.by("user:1"), open_, "Called twice.")
    for each, answer in ((accepted, example.accept), (declined, example.decline)):
        example.prepare(each, now)
        answer(example.issue(each, now), now)
    example.prepare(unanswered, now)
    example.issue(unanswered, now)
    example.prepare(declined, now, adjustments=[("-100.00", "For Wilhelmina")])
    for each in (open_, accepted):
        enter_bill(each, now, total="4500.00", note="One night more.")
    mailed_codes.send(act, open_, ASKER)
    throttle.take(act, "password", form, most=9)
    user = db.session.scalars(select(StaffUser)).one()
    sessions.begin(user, now)
    draft = Draft(
        slug="example", text="", created_at=now, created_by="user:1", changed_at=now, changed_by="user:1"
    )
    db.session.add_all([content, draft])
    db.session.flush()
    db.session.add(
        Preview(
            draft_id=draft.id, save=1, state="done", days=90, result="{}", asked_at=now, asked_by="user:1",
            ended_at=now,
        )
    )  # fmt: skip
    invitations.make(act, user, "reset")
    db.session.commit()
    return {"request": open_.reference, "quoted": accepted.reference, "estimate": made[0].reference}


@pytest.fixture
def lived(app: Flask, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Fill an installation twelve years ago, a month ago and today; return what today's is called."""
    settings = example.settings()
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    version = example.publish(example.list_text(valid_from="2010-01-01"), OLD)
    staff.invite(acting(actor="command line", now=OLD), "ada@example.org", ["administrator"], language="en")
    live(OLD, version)
    month_ago = NOW - timedelta(days=30)
    token = estimates.make(acting(now=month_ago), version, dict(example.PLAN), language="en", submission="")
    last_month = estimates.find(acting(now=NOW), token)
    assert last_month is not None
    db.session.add(Document(key="month", estimate_id=last_month.id, content=b"%PDF", created_at=month_ago))
    mail = db.session.get_one(Mail, ask(last_month, month_ago, submission="month"))
    mail.state, mail.ended_at = "sent", NOW - timedelta(days=8)
    db.session.commit()
    settings.mail_folder.mkdir(parents=True, exist_ok=True)
    for name, days in (("a", 8), ("b", 6)):
        path = settings.mail_folder / f"{name * 32}.eml"
        path.write_text("To: anna@example.org")
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (moment, moment))
    return live(NOW, version)


def figures(output: str) -> dict[str, int]:
    """Return the figures of a report by their words."""
    lines = (line.split(maxsplit=1) for line in output.splitlines()[1:])
    return {words: int(number) for number, words in lines}


def test_of_every_table_it_is_known_what_time_removes_from_it() -> None:
    """A new table belongs into one of the two: either `retention` removes it, or there is a reason."""
    assert not set(DUE) & set(KEPT)
    assert set(DUE) | set(KEPT) == set(models.metadata().tables)
    assert not {table.name for table, _column in models.sealed_columns()} - set(DUE) - {"staff_user"}


def test_purging_removes_everything_whose_time_is_over_and_nothing_else(
    app: Flask, lived: dict[str, Any]
) -> None:
    found = due()
    assert all(found.values()), found
    untouched = contents()

    code, dry, errors = estimator("purge", "--dry-run")
    assert (code, errors, dry.splitlines()[0]) == (0, "", "Nothing was changed. It would be:")
    assert contents() == untouched
    assert len(list(example.settings().mail_folder.iterdir())) == 2

    code, real, errors = estimator("purge")
    assert (code, errors, real.splitlines()[0]) == (0, "", "Their time was over:")
    assert figures(real) == figures(dry)
    assert len(figures(real)) == len(retention.WHAT)
    assert all(figures(real).values()), real
    assert not any(due().values()), due()
    assert [path.name[0] for path in example.settings().mail_folder.iterdir()] == ["b"]

    code, again, _errors = estimator("purge")
    assert code == 0
    assert not any(figures(again).values()), again
    assert audit.verify().broken is None

    settings = example.settings()
    for name in ("request", "quoted"):
        record = requests.get(lived[name])
        assert record is not None
        assert requests.person_of(record, settings.data_keys) == PERSON
    kept = select(Estimate.reference).where(Estimate.reference == lived["estimate"])
    assert db.session.scalar(kept) is not None


@pytest.mark.long
def test_a_report_names_nobody(app: Flask, lived: dict[str, Any]) -> None:
    _code, output, _errors = estimator("purge", "--dry-run")
    assert "@" not in output
    assert "Quill" not in output
    assert "REQ-" not in output
