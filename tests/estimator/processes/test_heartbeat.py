"""A worker says that it lives as soon as a database that was away is there again."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from estimator.operations import heartbeats
from tests.support.commands import ROOT, Running, estimator
from tests.support.mail_server import wait_until


@pytest.mark.long
def test_a_worker_is_known_at_once_after_an_outage(tmp_path: Path, new_postgresql_url: str) -> None:
    given = {
        "INSTANCE": str(tmp_path / "instance"),
        "DATABASE_URL": new_postgresql_url,
        "PUBLIC_URL": "https://estimate.example",
    }
    assert estimator("prepare", **given)[0] == 0
    address = new_postgresql_url.replace("+psycopg", "")
    server, _slash, name = address.rpartition("/")

    def spoke_at() -> float:
        with psycopg.connect(address) as connection:
            row = connection.execute("SELECT max(at) FROM worker_heartbeat").fetchone()
        return row[0].replace(tzinfo=UTC).timestamp() if row and row[0] else 0.0

    environment = {**os.environ, "PYTHONPATH": str(ROOT), **given}
    worker = Running("worker", environment=environment, log=tmp_path / "log")
    try:
        wait_until(lambda: spoke_at() > 0, 60)
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            time.sleep(heartbeats.EVERY + 2)  # one heartbeat is lost
            connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')
        again = datetime.now(UTC).timestamp()
        wait_until(lambda: spoke_at() > again, heartbeats.TRIED_AGAIN + 4)
    finally:
        worker.terminate()
        worker.wait(60)
