"""A database that freezes or vanishes: pages without it at once, others a sentence within 10 s, and one line each."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import make_url

from estimator.postgresql import CONNECT_SECONDS, PAGES, connect
from tests.support import postgresql
from tests.support.folders import for_servers
from tests.support.mail_server import wait_until
from tests.support.server_process import Server, serving

pytestmark = pytest.mark.waits_long

STATIC = "/robots.txt"

WAITING = 12
"""More pages at once than there are workers, and than are handed to them in advance."""


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    """Start a server that no other test uses, because it is stopped."""
    with postgresql.server() as address:
        yield address


@contextmanager
def frozen(address: str) -> Iterator[None]:
    """Stop every process of a PostgreSQL server, so that it takes connections and says nothing."""
    port = address.rpartition(":")[2]
    folders = [
        path for path in for_servers().glob("estimator-postgresql-*") if (path / f".s.PGSQL.{port}").exists()
    ]
    main = int((folders[0] / "data" / "postmaster.pid").read_text().splitlines()[0])
    everyone = [main, *children(main)]
    for process in everyone:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in everyone:
            os.kill(process, signal.SIGCONT)


def children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


def timed(server: Server, path: str) -> tuple[int, float, str]:
    began = time.monotonic()
    connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    retry = response.headers.get("Retry-After", "")
    connection.close()
    return response.status, time.monotonic() - began, retry


def told(server: Server, what: str) -> int:
    return len(re.findall(what, server.log.read_text()))


def test_a_frozen_database_costs_nobody_ten_seconds_and_is_told_once(own_server: str, tmp_path: Path) -> None:
    with (
        postgresql.new_database(own_server) as url,
        serving(tmp_path, DATABASE_URL=url) as server,
    ):
        assert [timed(server, "/")[0] for _number in range(6)] == [200] * 6  # in both processes
        with frozen(own_server):
            for _number in range(4):
                status, seconds, retry = timed(server, "/")
                assert (status, retry) == (503, "60")
                assert seconds < 10
            # What does not answer is known by now, in both processes.
            for path, expected in (("/", 503), (STATIC, 200), ("/static/patient.css", 200), ("/verify", 200)):
                status, seconds, _retry = timed(server, path)
                assert (path, status) == (path, expected)
                assert seconds < CONNECT_SECONDS, "nobody else waits for it"
        wait_until(lambda: timed(server, "/")[0] == 200)
        log = server.log.read_text()
        assert told(server, "the database .* cannot be reached") == 1, log
        assert told(server, "the database .* is there again, after [0-9]+ seconds") == 1, log
        assert "Traceback" not in log


@pytest.mark.long
def test_while_all_workers_wait_for_a_lock_what_needs_no_database_comes_at_once(
    own_server: str, tmp_path: Path
) -> None:
    with (
        postgresql.new_database(own_server) as url,
        serving(tmp_path, DATABASE_URL=url) as server,
    ):
        assert timed(server, "/")[0] == 200
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with connect({"conninfo": address}, PAGES) as other, ThreadPoolExecutor(WAITING) as visitors:
            other.execute("LOCK TABLE table_version IN ACCESS EXCLUSIVE MODE")
            pages = [visitors.submit(timed, server, "/") for _number in range(WAITING)]
            time.sleep(1)
            for path in (STATIC, "/healthz", "/static/patient.css"):
                assert timed(server, path)[0] == 200
            assert not any(page.done() for page in pages), "those that wait were not what made it quick"
            other.rollback()
            assert {page.result()[0] for page in pages} == {200}


@pytest.mark.long
def test_what_a_page_read_is_rolled_back_without_a_mistake_while_the_database_is_frozen(
    own_server: str,
) -> None:
    with postgresql.new_database(own_server) as url:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with connect({"conninfo": address}, PAGES) as connection:
            connection.execute("SELECT 1")
            with frozen(own_server):
                connection.rollback()
            assert connection.closed, "its server rolls back what it was told before"
            connection.rollback()


@pytest.mark.long
def test_a_worker_tells_of_a_frozen_database_once_and_goes_on_when_it_is_there_again(
    own_server: str, tmp_path: Path
) -> None:
    with (
        postgresql.new_database(own_server) as url,
        serving(tmp_path, worker=True, DATABASE_URL=url) as server,
    ):
        time.sleep(3)
        with frozen(own_server):
            time.sleep(12)
        wait_until(lambda: "is there again" in server.log.read_text())
        time.sleep(2)
        log = server.log.read_text()
        assert told(server, "the database .* cannot be reached") in (1, 2), (
            log
        )  # the worker, and perhaps a page
        assert told(server, "the database .* is there again") == told(
            server, "the database .* cannot be reached"
        )
        assert "Traceback" not in log
