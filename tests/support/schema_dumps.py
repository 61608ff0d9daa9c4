"""Databases of each schema with data in them, from which upgrades are tried: made by the app, and kept as SQL.

    .venv/bin/python -m tests.support.schema_dumps REVISION

writes those of a revision, for SQLite and PostgreSQL. Of an older revision than the newest it keeps what a database has
after it was taken back there.
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg

from estimator import (
    bills,
    clinic,
    create_app,
    estimates,
    migrations,
    price_lists,
    quotes,
    requests,
    staff,
    throttle,
)
from estimator.clinic import exchange_rates
from estimator.config import Settings
from estimator.db import db
from estimator.estimates import pdf_cache
from estimator.models import DraftComment, Estimate, Preview, WorkerHeartbeat
from estimator.operations import fingerprints, situation
from estimator.price_lists import drafts
from estimator.requests import mailed_codes
from estimator.staff import invitations, recovery_codes, sessions
from tests.support import apps, postgresql
from tests.support import example_quotes as example
from tests.support.acts import ASKER, acting
from tests.support.example_list import NOW, table_text
from tests.support.example_mail import ask
from tests.support.example_request import DAUGHTER, request
from tests.support.folders import ROOT
from tests.support.payment_account import ACCOUNT, put_in_force

FOLDER = ROOT / "tests" / "estimator" / "migrations" / "schemas"

KINDS = ("sqlite", "postgresql")

_NOT_LOADED = re.compile(r"\\|--|SET transaction_timeout|ALTER .* OWNER TO ")
"""Beginnings of lines that only pg_dump's own client, or another version of the server, understands."""


def path(revision: str, kind: str) -> Path:
    """Return where the database of a revision is kept."""
    return FOLDER / f"{revision}.{kind}.sql.gz"


def revisions() -> list[str]:
    """Return the revisions of which there are databases."""
    return sorted({file.name.partition(".")[0] for file in FOLDER.glob("*.sql.gz")})


def load(revision: str, url: str) -> None:
    """Make a database as it was at a revision, with its data, where there is none yet."""
    kind, _, _ = url.partition(":")
    text = gzip.decompress(path(revision, kind.partition("+")[0]).read_bytes()).decode()
    if kind == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(text)
        return
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(text.encode())


def settings(instance: Path, url: str) -> Settings:
    """Return the settings of the installation that was kept, whose keys are those of all tests."""
    return apps.load({"INSTANCE": str(instance), **apps.SETTINGS, "DATABASE_URL": url})


def fill() -> None:
    """Leave rows in every table, as an installation does in which somebody did everything once."""
    act = acting(now=NOW)
    administrator = acting(actor="command line", now=NOW)
    staff.invite(administrator, "ada@example.org", ["administrator"], language="en")
    user = staff.find("ada@example.org")
    assert user is not None
    sessions.begin(user, NOW)
    recovery_codes.make(user, act.settings.lookup_key)
    invitations.make(act, user, "reset")
    throttle.take(act, "password", "ada@example.org", most=9)
    clinic.change(act.by("user:1"), "reflection_days", 5)
    day = date(2026, 3, 1)
    exchange_rates.enter(act.by("user:1"), "USD", "PLN", Decimal("3.95"), "National Bank of Poland", day)
    put_in_force(ACCOUNT, NOW)
    first, second, third = (example.quoted(submission=name) for name in ("first", "second", "third"))
    example.draw(first)
    example.accept(first)
    quotes.certificates.keep(act, first, b"%PDF-1.7", ["name"])
    example.decline(second)
    asked = third.quote.request
    example.prepare(asked, adjustments=[("-100.00", "Agreed")])
    example.issue(asked)
    example.prepare(asked, adjustments=[("-200.00", "Agreed again")])
    record = db.session.query(Estimate).order_by(Estimate.id).first()
    assert record is not None
    open_ = request(NOW, record=record, submission="open")
    requests.note(act.by("user:1"), open_, "Called twice.")
    requests.answer(act.by("user:1"), open_, "Yes, there is a lift.")
    request(NOW, DAUGHTER, record=record, submission="other", for_whom="other", answer_by="telephone")
    bill = bills.Entered(Decimal("4500.00"), "USD", NOW.date(), note="One night more.")
    bills.correct(act.by("user:1"), open_, bills.enter(act.by("user:1"), open_, bill).id, bill)
    mailed_codes.send(act, open_, ASKER)
    ask(record, NOW)
    estimates.comparisons.make(act, db.session.query(Estimate).limit(2).all(), submission="compared")
    pdf_cache.keep("d" * 64, record, b"%PDF-1.7", NOW)
    draft = drafts.begin(
        act.by("user:1"),
        "example",
        text=table_text(version="2026-2", valid_from="2027-01-01"),
        examples="[]",
        based_on=record.table_version,
    )
    drafts.save(act.by("user:1"), draft.id, draft.text.replace("Flights", "Trains"), over=draft.saves)
    db.session.add(
        DraftComment(
            draft_id=draft.id, save=1, words="The ward is wrong.", asked_by="user:1", at=NOW, by="user:2"
        )
    )
    db.session.add(
        Preview(
            draft_id=draft.id,
            save=1,
            state="done",
            days=90,
            result="{}",
            asked_at=NOW,
            asked_by="user:1",
            ended_at=NOW,
        )
    )
    db.session.add(WorkerHeartbeat(name="a" * 32, host="host", at=NOW, clock_ahead=0.0, queue_length=0))
    situation.note_night({"estimates": 0}, NOW - timedelta(hours=9))
    fingerprints.record(act.settings)
    assert estimates.answers_of(record)
    text = table_text(version="wrong", valid_from="2026-03-09", price="1.00")
    wrong = price_lists.import_(administrator, text)
    price_lists.returns.go_back(
        act.by("user:1"), record.table_version, instead_of=wrong.id, reason="A wrong price."
    )
    db.session.commit()


def _made(url: str, instance: Path, revision: str) -> None:
    migrations.upgrade(url)
    app = create_app(settings(instance, url), pages=False)
    with app.app_context():
        fill()
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()
    migrations.downgrade(url, revision)


def _sqlite(revision: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "estimator.sqlite"
        _made(f"sqlite:///{file}", Path(folder), revision)
        with closing(sqlite3.connect(file)) as connection:
            return "\n".join(connection.iterdump()) + "\n"


def _postgresql(revision: str) -> str:
    with (
        postgresql.server() as server,
        postgresql.new_database(server) as url,
        tempfile.TemporaryDirectory() as folder,
    ):
        _made(url, Path(folder), revision)
        lines = postgresql.dump(url).splitlines()
    return "\n".join(line for line in lines if not _NOT_LOADED.match(line)) + "\n"


def main(revision: str) -> None:
    """Write the databases of a revision."""
    made: Mapping[str, str] = {"sqlite": _sqlite(revision), "postgresql": _postgresql(revision)}
    FOLDER.mkdir(exist_ok=True)
    for kind, text in made.items():
        path(revision, kind).write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
