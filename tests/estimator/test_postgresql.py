"""Connections to PostgreSQL: what a request waits for a server altogether, however many statements it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from estimator.postgresql import PAGES, connect, patience
from tests.support import postgresql

SLOW = "SELECT pg_sleep(1.4)"


@pytest.fixture(scope="module")
def parameters(postgresql_server: str) -> Iterator[dict[str, Any]]:
    """Return what is needed to connect to a database of PostgreSQL."""
    with postgresql.new_database(postgresql_server) as url:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        yield {"conninfo": address}


def test_slow_statements_together_take_no_longer_than_the_patience_of_a_request(
    parameters: dict[str, Any],
) -> None:
    with patience(3), connect(parameters, PAGES) as connection:
        connection.execute(SLOW)
        connection.execute(SLOW)
        with pytest.raises(psycopg.OperationalError, match="in the time that is left"):
            connection.execute(SLOW)
        assert connection.broken
        with pytest.raises(psycopg.OperationalError, match="no time is left"):
            connect(parameters, PAGES)


def test_whoever_has_no_patience_set_waits_as_long_as_each_statement_may(parameters: dict[str, Any]) -> None:
    with connect(parameters, PAGES) as connection:
        for _number in range(3):
            connection.execute(SLOW)


def test_many_quick_statements_cost_no_patience(parameters: dict[str, Any]) -> None:
    with patience(2.5), connect(parameters, PAGES) as connection:
        for _number in range(30):
            connection.execute("SELECT pg_sleep(0.1)")
