"""`estimator prepare` beside somebody who reads: it waits and says so, and gives up with what to do."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from estimator import migrations
from tests.support.commands import ROOT, Running, estimator
from tests.support.mail_server import wait_until

OLDER = "0007"
"""A revision before the newest, from which there is something to change."""


@pytest.fixture
def older(new_postgresql_url: str, tmp_path: Path) -> dict[str, str]:
    """Return the environment of an installation whose database lacks the newest step."""
    migrations.upgrade(new_postgresql_url)
    migrations.downgrade(new_postgresql_url, OLDER)
    return {
        "INSTANCE": str(tmp_path / "instance"),
        "PUBLIC_URL": "https://estimate.example.org",
        "DATABASE_URL": new_postgresql_url,
    }


@pytest.mark.long
def test_it_waits_for_a_reader_and_then_goes_on(older: dict[str, str], tmp_path: Path) -> None:
    said = tmp_path / "said"
    with psycopg.connect(older["DATABASE_URL"].replace("+psycopg", "")) as reader:
        reader.execute("LOCK TABLE alembic_version IN SHARE MODE")
        process = Running("prepare", environment={**os.environ, "PYTHONPATH": str(ROOT), **older}, log=said)
        wait_until(lambda: "Waiting until they let go of it" in said.read_text(), 60)
        reader.rollback()
    assert process.wait(60) == 0


def test_it_gives_up_with_what_to_do(older: dict[str, str]) -> None:
    with psycopg.connect(older["DATABASE_URL"].replace("+psycopg", "")) as reader:
        reader.execute("LOCK TABLE alembic_version IN SHARE MODE")
        impatient = (
            "from estimator.cli import installation; installation.UPGRADE_PATIENCE = 0; "
            "from estimator import db; db.BUSY_SECONDS = 1"
        )
        code, _output, errors = estimator("prepare", before=impatient, **older)
    assert code == 1
    assert "nothing was. Stop the app on all machines" in errors
