"""Databases with data of every schema from 0008 on are brought up to date; what was in them is there and opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, select, text
from sqlalchemy.pool import NullPool

from estimator import audit, create_app, estimates, keys, links, migrations, models, quotes, requests, staff
from estimator.db import db, engine_options
from estimator.models import Estimate, PatientRequest, Quote, QuoteRevision
from tests.support import schema_dumps
from tests.support.commands import environment, estimator
from tests.support.example_request import PERSON

FIRST = "0008"
REVISIONS = sorted(script.revision for script in ScriptDirectory(str(migrations.HERE)).walk_revisions())

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def postgresql_url(new_postgresql_url: str) -> str:
    """Return the address of a database with nothing in it, for the one that is loaded."""
    return new_postgresql_url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Return a hand at the database, beside the app."""
    engine = create_engine(database_url, poolclass=NullPool, **engine_options(database_url))
    yield engine
    engine.dispose()


def contents(engine: Engine) -> Rows:
    """Return every row of every table, as the driver hands it out."""
    with engine.connect() as connection:
        return {
            name: [dict(row) for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()]
            for name in inspect(connection).get_table_names()
            if name != "alembic_version" and not name.startswith("queue_")
        }


def lost(before: Rows, after: Rows) -> list[str]:
    """Return what was in a database and is not any more; what was added to it is no matter."""
    found = []
    for table, rows in before.items():
        there = [{name: row.get(name) for name in rows[0]} for row in after.get(table, [])] if rows else []
        found += [f"{table}: {row}" for row in rows if row not in there]
    return found


def test_every_schema_that_a_database_may_have_is_kept() -> None:
    """`python -m tests.support.schema_dumps REVISION` makes one; that of the newest may follow with the next."""
    wanted = {revision for revision in REVISIONS[:-1] if revision >= FIRST}
    assert wanted <= set(schema_dumps.revisions()) <= set(REVISIONS)
    assert all(schema_dumps.path(one, kind).is_file() for one in wanted for kind in schema_dumps.KINDS)


@pytest.mark.parametrize("revision", schema_dumps.revisions())
def test_a_kept_database_is_brought_up_to_date_and_everything_in_it_opens(
    revision: str, database_url: str, engine: Engine, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema_dumps.load(revision, database_url)
    before = contents(engine)
    assert sorted(table for table, rows in before.items() if not rows) == [], "every table has a row"
    settings = schema_dumps.settings(instance, database_url)
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)

    assert estimator("prepare")[0] == 0

    with engine.connect() as connection:
        assert migrations.revision(connection) == migrations.head()
    assert lost(before, contents(engine)) == []
    assert estimator("verify", "--all") == (
        0,
        "4 revisions were computed again. Everything is as it was issued.\nThe PDFs of 3 are not made yet.\n",
        "",
    )
    assert estimator("audit", "verify")[0] == 0
    app = create_app(settings, pages=False)
    with app.app_context():
        assert unreadable(settings.data_keys) == []
        for estimate in db.session.scalars(select(Estimate)):
            token = estimates.token_of(estimate, settings.link_key)
            opened = links.stored(token)
            assert opened == estimate.link_hash
            assert estimates.breakdown_of(estimate)["totals"]
        for quote in db.session.scalars(select(Quote)):
            found = quotes.find(quotes.token_of(quote, settings.link_key))
            assert found is quote
        for issued in db.session.scalars(select(QuoteRevision)):
            assert quotes.patient_of(issued, settings.data_keys) == "Anna Kowalska"
            assert quotes.rows_of(issued, settings.data_keys) is not None
        people = {
            requests.person_of(one, settings.data_keys) for one in db.session.scalars(select(PatientRequest))
        }
        assert PERSON in people
        assert staff.find("ada@example.org") is not None
        assert audit.verify().broken is None
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()


def unreadable(keyring: keys.Keyring) -> list[str]:
    """Return every personal text that cannot be opened."""
    found = []
    for table, column in models.sealed_columns():
        rows = select(table.c.name, table.c[column]).where(table.c[column].is_not(None))
        for name, sealed in db.session.execute(rows):
            try:
                keyring.open_bytes(sealed, table.name, column, name)
            except keys.Unreadable:
                found.append(f"{table.name}.{column} of {name}")
    return found
