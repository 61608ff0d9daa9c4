from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from estimator import staff
from estimator.config import Settings
from estimator.processes import demonstration, server
from tests.support.mail_server import wait_until

Load = Callable[..., Settings]

TOKEN = "A" * 43


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def refusal(settings: Settings) -> str:
    with pytest.raises(server.CannotListen) as refused:
        server.bind(settings)
    return str(refused.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "2001:db8::1"])
def test_a_demonstration_listens_on_no_address_that_others_can_reach(load: Load, host: str) -> None:
    assert refusal(load(HOST=host)) == (
        f"{host} can be reached from other machines. The demonstration is served on this machine alone, "
        "because its prices are invented: leave HOST out, or set it to 127.0.0.1."
    )


def test_a_name_counts_as_the_addresses_behind_it(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 8000)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 8000)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_named: found)
    assert "can be reached from other machines" in refusal(load(HOST="localhost"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_demonstration_listens_on_this_machines_own_addresses(load: Load, host: str) -> None:
    for listening in server.bind(load(HOST=host, PORT=str(free_port()))):
        assert demonstration.is_loopback(listening.getsockname()[0])
        listening.close()


def test_an_installation_may_listen_everywhere(load: Load) -> None:
    settings = load(DEMO="0", PUBLIC_URL="https://estimate.example", HOST="0.0.0.0", PORT=str(free_port()))
    for listening in server.bind(settings):
        listening.close()


def test_a_port_in_use_is_a_sentence(load: Load) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert refusal(load(PORT=str(port))).startswith(f"Port {port} is in use by another program. ")


def test_nobody_waits_for_a_server_that_is_not_ready_yet(load: Load) -> None:
    settings = load(PORT=str(free_port()))
    for bound in server.bind(settings):
        with bound, pytest.raises(ConnectionRefusedError):
            socket.create_connection(bound.getsockname()[:2])


def test_of_two_that_start_at_once_on_a_port_one_is_told_so(load: Load, app: Flask) -> None:
    settings = load(PORT=str(free_port()))
    first, second = server.bind(settings), server.bind(settings)
    for bound in first:
        bound.listen()
    app.config["SETTINGS"] = settings
    with pytest.raises(server.CannotListen, match="is in use by another program"):
        server.run(app, second, lambda: None)
    for bound in [*first, *second]:
        bound.close()


def test_a_host_that_does_not_exist_is_a_sentence(load: Load) -> None:
    assert refusal(load(HOST="nowhere.invalid")) == (
        "HOST is “nowhere.invalid”, which cannot be resolved to an address."
    )


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("", True),  # a socket in the file system
        ("192.0.2.7", False),
        ("::ffff:192.0.2.7", False),
        ("fe80::1%eth0", False),
        ("localhost.example.org", False),
    ],
)
def test_a_demonstration_answers_this_machine_only(address: str, own: bool) -> None:
    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"prices"]

    said: list[str] = []
    guarded = demonstration.this_machine_only(app)
    body = b"".join(guarded({"REMOTE_ADDR": address}, lambda status, _headers: said.append(status)))  # type: ignore[arg-type]
    assert said == ["200 OK" if own else "403 Forbidden"]
    assert (body == b"prices") is own


@dataclass
class Running:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def get(self, path: str) -> int:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest("GET", path, skip_host=False)
        connection.endheaders()
        status = connection.getresponse().status
        connection.close()
        return status

    def lines(self, number: int) -> list[str]:
        """Return what it has written, once that is so many lines: the one of a page comes after the page."""
        wait_until(lambda: len(self.log.read_text().splitlines()) >= number)
        return self.log.read_text().splitlines()


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Running]]:
    """Return a function that starts a demonstration, always in the same instance folder."""
    folder = tmp_path_factory.mktemp("serve")
    started: list[Running] = []

    def start() -> Running:
        port = free_port()
        log = folder / f"{len(started)}.log"
        environment = {**os.environ, "INSTANCE": str(folder / "instance"), "PORT": str(port)}
        command = [
            sys.executable,
            "-W",
            "error",
            "-W",
            "ignore::ResourceWarning",
            "-m",
            "estimator",
            "serve",
            "--demo",
        ]
        with log.open("w") as output:
            process = subprocess.Popen(
                command,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        running = Running(process, port, log)
        started.append(running)
        every_way_in = len(staff.DEMONSTRATION)
        wait_until(
            lambda: log.read_text().count("once: http://") == every_way_in or process.poll() is not None, 60
        )
        return running

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait()


def test_a_demonstration_starts_serves_and_ends_without_a_word_too_many(
    start: Callable[[], Running],
) -> None:
    """Whatever comes meanwhile: what no browser sends, and those who connect and send nothing."""
    running = start()
    statuses = [running.get(path) for path in ("/", f"/e/{TOKEN}", f"/e/{TOKEN}%0a?a=b", "/", "/", "/")]
    assert statuses == [200, 404, 400, 200, 200, 200]
    first, coordinator, editor, approver, administrator, *entries = running.lines(5 + len(statuses))
    what_no_browser_sends_gets_a_short_answer_and_leaves_one_line(running)
    so_far = len(running.lines(0))
    with those_who_connect_and_say_nothing_or_only_half_of_it_keep_nobody_waiting(running):
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(60) == 0
    last = running.lines(0)[so_far:]
    assert len(last) == 2, "one for each page, and nothing of those who said nothing"
    assert all('127.0.0.1 "GET /" 200 ' in entry for entry in last)

    assert first == f"Open http://127.0.0.1:{running.port} (Ctrl-C ends it)."
    way_in = rf"once: http://127\.0\.0\.1:{running.port}/staff/demonstration/[A-Za-z0-9_-]{{43}}\Z"
    assert all(re.search(way_in, line) for line in (coordinator, editor, approver, administrator))
    assert len({line[-43:] for line in (coordinator, editor, approver, administrator)}) == 4
    assert len(entries) == len(statuses)
    for entry in entries:
        assert re.fullmatch(
            r'\[[^]]+\] 127\.0\.0\.1 "GET (/|/e/…|/e/…\\n)" (200|400|404) [0-9]+ [0-9]+ms ([0-9a-f]{16}|-)',
            entry,
        )
        assert TOKEN not in entry
        assert "a=b" not in entry


def answer_to(port: int, request: bytes) -> bytes:
    """Return everything that the server says to a request as it stands."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


FORGED = (
    "/verify/x%0a[2026-11-28%2018:00:00,000]%20WARNING%20in%20security:%20user:1%20signed%20in?language=en"
)


def what_no_browser_sends_gets_a_short_answer_and_leaves_one_line(running: Running) -> None:
    before = len(running.lines(0))
    hosts = ("a..b", f"{'x' * 64}.example", "rebind.attacker.example", "[::1", f"127.0.0.1:{'9' * 30}")
    requests = [f"GET / HTTP/1.1\r\nHost: {host}\r\n" for host in hosts]
    requests.append(f"GET {FORGED} HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    requests.append("GET / HTTP/1.0\r\n")
    for request in requests:
        answer = answer_to(running.port, request.encode() + b"Connection: close\r\n\r\n")
        assert answer[8:].startswith(b" 400 "), answer
        assert b"Content-Security-Policy" in answer
        assert len(answer) < 1000
    assert running.get("/robots.txt") == 200
    entries = running.lines(before + len(requests) + 1)[before:]
    assert len(entries) == len(requests) + 1
    for entry in entries:
        assert re.fullmatch(
            r'\[[^]]+\] 127\.0\.0\.1 "GET /\S*( \S+)*" (200|400) [0-9]+ [0-9]+ms ([0-9a-f]{16}|-)', entry
        )
    bare = answer_to(running.port, b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n")
    assert bare[8:].startswith(b" 400 "), "a head with bare line feeds is refused, not waited for"


@contextmanager
def those_who_connect_and_say_nothing_or_only_half_of_it_keep_nobody_waiting(
    running: Running,
) -> Iterator[None]:
    """And they are there until the end of the block, so that they may keep nobody from ending."""
    # Browsers open connections in case they will want them.
    connections = [socket.create_connection(("127.0.0.1", running.port)) for _number in range(8)]
    assert running.get("/") == 200
    for connection in connections[:2]:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
    assert running.get("/") == 200
    yield
    for connection in connections:
        connection.close()


@pytest.mark.long
def test_a_demonstration_starts_again_with_what_it_had_and_ends_by_ctrl_c(
    start: Callable[[], Running],
) -> None:
    running = start()
    instance = running.log.parent / "instance"
    before = (instance / "secret_key").read_text()
    assert running.get("/") == 200
    os.killpg(running.process.pid, signal.SIGINT)  # as a terminal does
    assert running.process.wait(60) == 0
    assert (instance / "secret_key").read_text() == before
    assert "Traceback" not in running.log.read_text()
