"""What the bell promises, on each of the three queues: heard once, signed, and never in anybody's way."""

from __future__ import annotations

import logging
import os
import pickle
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from estimator.jobs import Jobs
from tests.support.mail_server import wait_until
from tests.support.redis_server import RedisServer

SECRET = "s" * 32
KINDS = ["sqlite", "postgresql", "redis"]


@pytest.fixture(params=KINDS)
def queue_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty queue of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'queue.sqlite'}"
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def open_jobs() -> Iterator[Callable[..., Jobs]]:
    """Return a function that opens a queue, as each process does for itself."""
    opened = []

    def open_jobs(url: str, secret: str = SECRET) -> Jobs:
        opened.append(Jobs(url, secret))
        return opened[-1]

    yield open_jobs
    for jobs in opened:
        jobs.close()


class Hearing:
    """A process that works, but for its signals: threads that take bells from the queue."""

    def __init__(self, jobs: Jobs) -> None:
        self.heard: list[int] = []
        jobs.handle("mail", self.heard.append)
        jobs.prepare()
        jobs.huey.storage.read_timeout = 0.2  # so that it ends sooner
        jobs.huey.on_shutdown()(jobs.huey.storage.close)  # each thread has a connection of its own
        self.consumer = jobs.huey.create_consumer(workers=2, max_delay=0.1, periodic=False)
        self.consumer._set_signal_handlers = lambda: None  # a test is no process of its own
        self.consumer.start()

    def end(self) -> None:
        self.consumer.stop(graceful=True)


@contextmanager
def hearing(*jobs: Jobs) -> Iterator[list[Hearing]]:
    all_of_them = [Hearing(one) for one in jobs]
    try:
        yield all_of_them
    finally:
        for one in all_of_them:
            one.end()


def test_a_bell_reaches_whoever_handles_its_kind(open_jobs: Callable[..., Jobs], queue_url: str) -> None:
    ringing = open_jobs(queue_url)
    ringing.wake("mail", 1)
    ringing.wake("mail", 2)
    assert ringing.waiting() == 2
    with hearing(open_jobs(queue_url)) as (one,):
        wait_until(lambda: len(one.heard) == 2)
        ringing.wake("mail", 3)
        wait_until(lambda: len(one.heard) == 3)
    assert sorted(one.heard) == [1, 2, 3]
    assert ringing.waiting() == 0


@pytest.mark.long
def test_two_workers_hear_each_bell_once(open_jobs: Callable[..., Jobs], queue_url: str) -> None:
    ringing = open_jobs(queue_url)
    with hearing(open_jobs(queue_url), open_jobs(queue_url)) as (one, other):
        for number in range(60):
            ringing.wake("mail", number)
        wait_until(lambda: len(one.heard) + len(other.heard) >= 60)
        time.sleep(0.3)
    assert sorted(one.heard + other.heard) == list(range(60))


@pytest.mark.long
def test_a_bell_for_later_is_heard_later(open_jobs: Callable[..., Jobs], queue_url: str) -> None:
    ringing = open_jobs(queue_url)
    with hearing(open_jobs(queue_url)) as (one,):
        begun = time.monotonic()
        ringing.wake("mail", 1, after=timedelta(seconds=0.8))
        ringing.wake("mail", 2)
        wait_until(lambda: len(one.heard) == 2)
        assert time.monotonic() - begun > 0.7
    assert one.heard == [2, 1]


@pytest.mark.long
def test_a_bell_for_later_is_not_lost_with_the_worker_that_waits(
    open_jobs: Callable[..., Jobs], queue_url: str
) -> None:
    with hearing(open_jobs(queue_url)) as (one,):
        open_jobs(queue_url).wake("mail", 1, after=timedelta(seconds=0.5))
    with hearing(open_jobs(queue_url)) as (other,):
        wait_until(lambda: other.heard == [1])
    assert one.heard == []


@pytest.mark.long
def test_a_handler_that_fails_does_not_end_the_worker(
    open_jobs: Callable[..., Jobs], queue_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = open_jobs(queue_url)
    heard = []

    def handler(number: int) -> None:
        if number == 1:
            raise LookupError
        heard.append(number)

    with hearing(jobs):
        jobs.handle("mail", handler)
        for number in range(4):
            jobs.wake("mail", number)
        wait_until(lambda: len(heard) == 3)
    assert "LookupError" in caplog.text


class Planted:
    """What somebody who can write into the queue would like to be run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.path,))


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_is_not_signed_with_our_key_is_not_run(
    open_jobs: Callable[..., Jobs], queue_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = open_jobs(queue_url)
    planted = tmp_path / "planted"
    forged = pickle.dumps(Planted(planted))
    pickle.loads(forged)
    assert planted.exists(), "it would do harm"
    planted.unlink()
    jobs.huey.storage.enqueue(forged)
    jobs.huey.storage.enqueue(forged + b":" + b"0" * 40)
    open_jobs(queue_url, "a" * 32).wake("mail", 1)
    with hearing(jobs) as (one,):
        jobs.wake("mail", 2)
        wait_until(lambda: one.heard == [2])
        wait_until(lambda: jobs.waiting() == 0)
    assert one.heard == [2]
    assert not planted.exists()
    assert "mismatch" in caplog.text


def test_workers_that_start_at_the_same_moment_share_a_new_queue(
    open_jobs: Callable[..., Jobs], queue_url: str
) -> None:
    problems: list[Exception] = []
    ready = threading.Barrier(6)

    def begin(jobs: Jobs) -> None:
        ready.wait()
        try:
            jobs.prepare()
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=begin, args=(open_jobs(queue_url),)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def unreachable(kind: str) -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return {
        "sqlite": "sqlite:////nowhere/queue.sqlite",
        "postgresql": f"postgresql+psycopg://tester@127.0.0.1:{port}/nowhere",
        "redis": f"redis://127.0.0.1:{port}/0",
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_queue_that_cannot_be_reached_is_in_nobody_s_way(
    open_jobs: Callable[..., Jobs], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = open_jobs(unreachable(kind))
    jobs.wake("mail", 1)
    jobs.wake("mail", 2, after=timedelta(seconds=5))
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "the queue cannot be reached" in record.message
    assert "\n" not in record.message


@pytest.mark.long
@pytest.mark.parametrize("kind", ["postgresql", "redis"])
def test_a_queue_that_takes_a_connection_and_says_nothing_is_left(
    open_jobs: Callable[..., Jobs],
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("estimator.jobs.CONNECT_SECONDS", 2)  # libpq takes no shorter time
    monkeypatch.setattr("estimator.jobs.ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}/0"
        url = f"redis://{address}" if kind == "redis" else f"postgresql+psycopg://tester@{address}"
        open_jobs(url).wake("mail", 1)
    assert "the queue cannot be reached" in caplog.text


def test_a_bell_rings_again_when_its_server_is_back(
    open_jobs: Callable[..., Jobs], redis_server: RedisServer, redis_url: str
) -> None:
    jobs = open_jobs(redis_url)
    jobs.wake("mail", 1)
    redis_server.stop()
    try:
        jobs.wake("mail", 2)
    finally:
        redis_server.start()
    with hearing(open_jobs(redis_url)) as (one,):
        jobs.wake("mail", 3)
        wait_until(lambda: 3 in one.heard)
    assert one.heard == [3], "a restarted Redis has forgotten the rest, which the sweep rings for"


def test_a_worker_hears_again_when_its_server_is_back(
    open_jobs: Callable[..., Jobs], redis_server: RedisServer, redis_url: str
) -> None:
    jobs = open_jobs(redis_url)
    with hearing(open_jobs(redis_url)) as (one,):
        jobs.wake("mail", 1)
        wait_until(lambda: one.heard == [1])
        redis_server.stop()
        time.sleep(0.3)
        redis_server.start()

        def heard_again() -> bool:
            jobs.wake("mail", 2)
            return 2 in one.heard

        wait_until(heard_again)


def test_a_postgresql_that_ends_our_connection_is_connected_again(
    open_jobs: Callable[..., Jobs], postgresql_url: str
) -> None:
    import psycopg

    jobs = open_jobs(postgresql_url)
    with hearing(open_jobs(postgresql_url)) as (one,):
        jobs.wake("mail", 1)
        wait_until(lambda: one.heard == [1])
        with psycopg.connect(postgresql_url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        jobs.wake("mail", 2)  # may be lost with the connection
        jobs.wake("mail", 3)
        wait_until(lambda: 3 in one.heard)


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    """Let nobody write a file, not even the administrator."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_a_queue_file_that_another_process_holds_is_in_nobody_s_way(
    open_jobs: Callable[..., Jobs], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = open_jobs(f"sqlite:///{tmp_path / 'queue.sqlite'}")
    jobs.wake("mail", 1)
    jobs.huey.storage.conn.execute("PRAGMA busy_timeout = 100")
    with read_only(tmp_path / "queue.sqlite"):
        jobs.wake("mail", 2)
    assert "the queue cannot be reached (OperationalError)" in caplog.text
    jobs.wake("mail", 3)
    assert jobs.waiting() == 2


def test_a_queue_file_that_is_read_only_is_in_nobody_s_way(
    open_jobs: Callable[..., Jobs], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = open_jobs(f"sqlite:///{tmp_path / 'queue.sqlite'}")
    jobs.wake("mail", 1)
    jobs.huey.storage.conn.execute("PRAGMA query_only = ON")
    jobs.wake("mail", 2)
    jobs.wake("mail", 3, after=timedelta(seconds=5))
    assert caplog.text.count("the queue cannot be reached") == 1, "for an outage, not for each bell"
    assert jobs.waiting() == 1


FULL = """
import resource, signal, sys
from estimator.jobs import Jobs
jobs = Jobs(sys.argv[1], "s" * 32)
jobs.wake("mail", 1)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
jobs.wake("mail", 2)
print("goes on")
"""


@pytest.mark.long
def test_a_disk_that_is_full_is_in_nobody_s_way(tmp_path: Path) -> None:
    assert hasattr(resource, "RLIMIT_FSIZE")
    assert hasattr(signal, "SIGXFSZ")
    ended = subprocess.run(
        [sys.executable, "-c", FULL, f"sqlite:///{tmp_path / 'queue.sqlite'}"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"]},
    )
    assert (ended.returncode, ended.stdout) == (0, "goes on\n")
    assert "the queue cannot be reached" in ended.stderr


def test_nothing_but_kinds_and_numbers_stands_in_the_queue(
    open_jobs: Callable[..., Jobs], queue_url: str
) -> None:
    jobs = open_jobs(queue_url)
    jobs.wake("mail", 7)
    (task,) = jobs.huey.pending()
    assert task.args == ("mail", 7)
    assert task.kwargs == {}


def test_the_night_comes_at_its_time(open_jobs: Callable[..., Jobs], tmp_path: Path) -> None:
    from datetime import datetime

    jobs = open_jobs(f"sqlite:///{tmp_path / 'queue.sqlite'}")

    def night() -> None: ...

    jobs.each_night(night)

    def due(hour: int, minute: int) -> set[str]:
        return {task.name for task in jobs.huey.read_periodic(datetime(2026, 3, 10, hour, minute))}  # noqa: DTZ001

    assert due(12, 31) == set()
    assert due(2, 40) == {"night"}
