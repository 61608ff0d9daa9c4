"""What was accepted lately still waits after the upgrade, unless the desk has done something since."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from estimator import migrations
from tests.support import schema_dumps


@pytest.fixture
def postgresql_url(new_postgresql_url: str) -> str:
    """Return the address of a database with nothing in it."""
    return new_postgresql_url


@pytest.mark.parametrize(
    ("kind", "actor", "is_old", "waits"),
    [
        ("seen", "user:1", False, True),
        ("question", "patient", False, True),
        ("note", "user:1", False, False),
        ("question", "patient", True, False),
    ],
)
def test_an_acceptance_waits_after_the_upgrade(
    database_url: str, kind: str, actor: str, is_old: bool, waits: bool
) -> None:
    schema_dumps.load("0021", database_url)
    engine = create_engine(database_url)
    moment = "2020-03-10 12:00:00" if is_old else "2199-03-10 12:00:00"
    with engine.begin() as connection:
        find = text("SELECT min(request_id) FROM request_event WHERE kind = 'accepted'")
        number = connection.execute(find).scalar_one()
        connection.execute(
            text("UPDATE patient_request SET active_at = :moment, state = 'accepted' WHERE id = :number"),
            {"number": number, "moment": moment},
        )
        connection.execute(
            text(
                "INSERT INTO request_event (id, name, request_id, at, actor, kind, detail) VALUES"
                " (9999, '0', :number, '2026-03-10 12:00:00', :actor, :kind, '{}')"
            ),
            {"number": number, "kind": kind, "actor": actor},
        )
    migrations.upgrade(database_url)
    with engine.connect() as connection:
        asked = text("SELECT acceptance_waits_since FROM patient_request WHERE id = :number")
        since = connection.execute(asked, {"number": number}).scalar_one()
    engine.dispose()
    assert (since is not None) == waits
