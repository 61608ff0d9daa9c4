"""What an honest visitor waits while others flood, drip, read nothing or lock: the start page, asked for all the while.

The others come from one machine, but the limits of a network are lifted, as if each of them had one of its own.
"""

from __future__ import annotations

import re
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from time import sleep
from urllib.parse import urlencode

from benchmarks.client import Load, put
from benchmarks.measure import Row, milliseconds
from benchmarks.serving import Server, serving

SECONDS = 8.0
"""How long the visitor asks in each situation."""

HEAD_START = 7.0
"""How long the others go on alone before: each process may wait in vain for a lock once."""

SLOW = 200
"""How many connections drip."""

CLIENTS = 8
"""How many clients flood."""

AT_ONCE = 300
"""How many whole requests one address sends at once."""

ANOTHER_ADDRESS = ("127.0.0.2", 0)
"""Where those come from who are counted apart from the visitor."""

COSTLY = b"%PDF-1.7\n" + b"1 0 obj\n" * 1_000_000
"""A file that takes its reader all the time it is given."""

QUIET = "quiet"
WHOLE = "one address sends 300 whole requests at once, again and again"

Situation = Callable[[Server, Path, threading.Event], None]


def rows() -> list[Row]:
    """Measure every situation on a server of its own, so that nothing of one is left in the next."""
    return [_row(name, situation, clients) for name, (situation, clients) in SITUATIONS.items()]


def fairness_rows() -> list[Row]:
    """Measure the quiet and one address that sends many whole requests at once, and nothing else."""
    return [_row(name, *SITUATIONS[name]) for name in (QUIET, WHOLE)]


def _row(name: str, situation: Situation | None, clients: int) -> Row:
    with tempfile.TemporaryDirectory() as folder, serving("estimator", Path(folder) / "instance") as server:
        visitor = Load(server.port, server.request("/"), 1, SECONDS)
        put(Load(server.port, server.request("/"), 1, 1.0))  # both processes have drawn it once
        with _running(situation, server, Path(folder) / "instance", clients):
            found = put(visitor)
    other = {status: number for status, number in found.statuses.items() if status != "200"}
    return Row(
        name,
        f"p50 {milliseconds(found.percentile(50))}",
        f"p99 {milliseconds(found.percentile(99))}",
        "" if not other else str(other),
        "p99 at most 1 s",
    )


@contextmanager
def _running(situation: Situation | None, server: Server, instance: Path, clients: int) -> Iterator[None]:
    over = threading.Event()
    threads = [
        threading.Thread(target=_again_and_again, args=(situation, server, instance, over))
        for _client in range(clients if situation is not None else 0)
    ]
    for thread in threads:
        thread.start()
    sleep(HEAD_START if threads else 0)
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _again_and_again(situation: Situation, server: Server, instance: Path, over: threading.Event) -> None:
    while not over.is_set():
        with suppress(OSError, HTTPException):  # whoever floods may be turned away
            situation(server, instance, over)


def _estimates(server: Server, _instance: Path, over: threading.Event) -> None:
    path, body, cookie = server.form()
    while not over.is_set():
        server.post(path, body, cookie)


def _made(server: Server) -> str:
    path, body, cookie = server.form()
    return str(server.post(path, body, cookie)[0].getheader("Location"))


def _pdfs(server: Server, _instance: Path, over: threading.Event) -> None:
    page = _made(server)
    for _asked in range(3):
        if not over.is_set():
            server.get(f"{page}/estimate.pdf")


def _mails(server: Server, _instance: Path, over: threading.Event) -> None:
    page = _made(server)
    answer, content = server.get(f"{page}/email")
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    for number in range(20):
        if not over.is_set():
            typed = {
                "address": f"victim+{number}@example.org",
                "attached": "no",
                "submission": f"{number:020d}",
            }
            form = urlencode({**typed, "csrf_token": _token(content), "asked": ""})
            server.post(f"{page}/email", form, cookie)


def _token(content: bytes) -> str:
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', content)
    return found[1].decode() if found else ""


def _files(server: Server, _instance: Path, _over: threading.Event) -> None:
    answer, content = server.get("/verify")
    cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    head = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{_token(content)}\r\n'
    head += '--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    form = head.encode() + COSTLY + b"\r\n--b--\r\n"
    request = (
        f"POST /verify HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(request.encode() + form)
        while client.recv(65_536):
            pass


def _dripping(begun: bytes) -> Situation:
    def drip(server: Server, _instance: Path, over: threading.Event) -> None:
        with ExitStack() as held:
            clients = [
                held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                for _client in range(SLOW)
            ]
            for client in clients:
                client.sendall(begun)
            while not over.wait(1):
                for number, client in enumerate(clients):
                    try:
                        client.send(b"x")
                    except OSError:  # it was closed, and another one takes its place
                        clients[number] = held.enter_context(
                            socket.create_connection(("127.0.0.1", server.port))
                        )
                        clients[number].sendall(begun)

    return drip


def _taking_nothing(server: Server, _instance: Path, over: threading.Event) -> None:
    with ExitStack() as held:
        for _client in range(20):
            client = held.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            client.sendall(server.request("/").encode())
        over.wait(2)


def _whole(server: Server, _instance: Path, over: threading.Event) -> None:
    request = server.request(_made(server)).encode()
    while not over.is_set():
        _at_once(server, request)


def _at_once(server: Server, request: bytes) -> None:
    with ExitStack() as held:
        clients = [
            held.enter_context(socket.create_connection(("127.0.0.1", server.port), 60, ANOTHER_ADDRESS))
            for _number in range(AT_ONCE)
        ]
        for client in clients:
            client.sendall(request)
        for client in clients:
            with suppress(OSError):
                while client.recv(65_536):
                    pass


def _locked(server: Server, instance: Path, over: threading.Event) -> None:
    path, body, cookie = server.form()
    with closing(sqlite3.connect(instance / "estimator.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        while not over.is_set():
            server.post(path, body, cookie)
        other.execute("ROLLBACK")


SITUATIONS: dict[str, tuple[Situation | None, int]] = {
    QUIET: (None, 0),
    "8 clients make estimates": (_estimates, CLIENTS),
    "8 clients ask for PDFs of new estimates": (_pdfs, CLIENTS),
    "6 clients have costly files checked": (_files, 6),
    "4 clients ask for mails": (_mails, 4),
    "200 connections drip a head": (_dripping(b"GET / HTTP/1.1\r\nHost: "), 1),
    "200 connections drip a body": (
        _dripping(b"POST /verify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\n"),
        1,
    ),
    "20 connections take no answer and stay": (_taking_nothing, 1),
    WHOLE: (_whole, 1),
    "SQLite is locked by another program, and a client saves": (_locked, 1),
}
