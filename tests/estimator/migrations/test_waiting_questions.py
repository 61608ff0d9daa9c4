"""Whoever asked a question before questions were due, and has no answer, still waits for one after the upgrade."""

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
    ("kinds", "waits"), [((), True), (("question",), True), (("question", "answer"), False)]
)
def test_a_question_without_an_answer_is_due_after_the_upgrade(
    database_url: str, kinds: tuple[str, ...], waits: bool
) -> None:
    schema_dumps.load("0013", database_url)
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE patient_request SET kind = 'question', state = 'in_work'"))
        number = connection.execute(text("SELECT min(id) FROM patient_request")).scalar_one()
        newest = connection.execute(text("SELECT max(id) FROM request_event")).scalar_one()
        for place, kind in enumerate(kinds, newest + 1):
            connection.execute(
                text(
                    "INSERT INTO request_event (id, name, request_id, at, actor, kind, detail) VALUES"
                    " (:id, :name, :number, '2026-03-10 12:00:00', 'patient', :kind, '{}')"
                ),
                {"id": place, "name": f"{place:032}", "number": number, "kind": kind},
            )
    migrations.upgrade(database_url)
    with engine.connect() as connection:
        asked = text("SELECT due_at, question_due_at FROM patient_request WHERE id = :number")
        due, question = connection.execute(asked, {"number": number}).one()
    engine.dispose()
    assert question == (due if waits else None)
