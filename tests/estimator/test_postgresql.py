"""Connections to PostgreSQL: what a request waits for a server altogether, however many statements it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from estimator.jobs import Jobs
from estimator.outages import Outage
from estimator.postgresql import PAGES, connect, patience
from tests.support import postgresql

SLOW = "SELECT pg_sleep(1.4)"


@pytest.fixture(scope="module")
def parameters(postgresql_server: str) -> Iterator[dict[str, Any]]:
    """Return what is needed to connect to a database of PostgreSQL."""
    with postgresql.new_database(postgresql_server) as url:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        yield {"conninfo": address}


@pytest.mark.long
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


@pytest.mark.long
def test_whoever_has_no_patience_set_waits_as_long_as_each_statement_may(parameters: dict[str, Any]) -> None:
    with connect(parameters, PAGES) as connection:
        for _number in range(3):
            connection.execute(SLOW)


@pytest.mark.long
def test_many_quick_statements_cost_no_patience(parameters: dict[str, Any]) -> None:
    with patience(2.5), connect(parameters, PAGES) as connection:
        for _number in range(30):
            connection.execute("SELECT pg_sleep(0.1)")


def everything_taken(parameters: dict[str, Any], stack: ExitStack) -> dict[str, Any]:
    """Take every connection that the server has; return what is needed to ask it for one more."""
    try:
        while True:
            stack.enter_context(psycopg.connect(parameters["conninfo"]))
    except psycopg.OperationalError:
        return parameters


def limit_of_a_role(parameters: dict[str, Any], stack: ExitStack) -> dict[str, Any]:
    """Return what is needed to connect as somebody who may have no connection at all."""
    with psycopg.connect(parameters["conninfo"], autocommit=True) as server:
        server.execute("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    stack.callback(drop_role, parameters["conninfo"])
    return {"conninfo": parameters["conninfo"].replace("//tester@", "//crowded@")}


def drop_role(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("DROP ROLE crowded")


@pytest.mark.parametrize("crowd", [everything_taken, limit_of_a_role])
def test_a_server_without_a_connection_left_is_not_away_and_that_is_told_once(
    parameters: dict[str, Any],
    crowd: Callable[[dict[str, Any], ExitStack], dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    outage = Outage("the database", lambda: None)
    with ExitStack() as stack:
        crowded = crowd(parameters, stack)
        for _attempt in range(3):
            with pytest.raises(psycopg.OperationalError, match="too many"):
                connect(crowded, PAGES, outage)
        jobs = Jobs(crowded["conninfo"], "s" * 32, outage)
        jobs.wake("mail", 1)
        jobs.close()
    assert not outage.known
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("the database has no connection left (")


def test_a_server_that_nobody_listens_for_is_away(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage("the database", lambda: None)
    with pytest.raises(psycopg.OperationalError):
        connect({"conninfo": "postgresql://tester@127.0.0.1:1/x"}, PAGES, outage)
    assert outage.known
    outage.forget()
    assert "the database cannot be reached (" in caplog.text
