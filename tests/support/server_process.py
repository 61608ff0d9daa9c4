"""`estimator serve` in a process of its own, as an installation runs it, and an honest visitor of it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from estimator import staff
from tests.support.commands import Running


def free_port() -> int:
    """Return a port of this machine that nobody uses at the moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass
class Server:
    """A server that runs, and what it wrote."""

    process: Running
    port: int
    log: Path
    instance: Path

    def connect(self, **options: int) -> socket.socket:
        """Open a connection; options of the socket are set before."""
        client = socket.socket()
        for name, value in options.items():
            client.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
        client.connect(("127.0.0.1", self.port))
        return client

    def get(self, path: str, seconds: float = 60) -> tuple[int, bytes]:
        """Ask for a page; return its status and what it says."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def words(self) -> list[str]:
        """Return the lines of its log that are not those of pages."""
        return [
            line for line in self.log.read_text().splitlines() if '"GET ' not in line and '"POST ' not in line
        ]


@contextmanager
def serving(folder: Path, *, worker: bool = False, **environment: str) -> Iterator[Server]:
    """Serve a demonstration until the end of the block, by default without a worker."""
    port, log, instance = free_port(), folder / "serve.log", folder / "instance"
    settings = {"INSTANCE": str(instance), "PORT": str(port), **environment}
    command = ["serve", "--demo", *([] if worker else ["--no-worker"])]
    process = Running(*command, environment={**os.environ, **settings}, log=log)
    try:
        until = time.monotonic() + 60
        while log.read_text().count("once: http://") < len(staff.DEMONSTRATION):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield Server(process, port, log, instance)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill_group()


def upload(server: Server, content: bytes) -> tuple[bytes, bytes]:
    """Return head and body of a request that asks what a file is, as a browser sends it."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/verify")
    response = connection.getresponse()
    page, cookie = response.read().decode(), (response.headers["Set-Cookie"] or "").partition(";")[0]
    connection.close()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token[1]}\r\n'.encode(),
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n',
        b"Content-Type: application/pdf\r\n\r\n" + content + b"\r\n--b--\r\n",
    ]
    form = b"".join(parts)
    head = (
        f"POST /verify HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    return head.encode(), form


@dataclass
class Visitor:
    """What an honest visitor waited for each page, in seconds, and the statuses of the answers; 0 for none."""

    waits: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def percentile(self, which: int) -> float:
        """Return the wait that `which` of a hundred pages stayed below."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, len(ordered) * which // 100)]


@contextmanager
def visiting(server: Server, paths: Sequence[str] = ("/",), *, every: float = 0.05) -> Iterator[Visitor]:
    """Ask for pages one after another, all the while, as one honest visitor does."""
    visitor, over = Visitor(), threading.Event()

    def visit() -> None:
        while not over.is_set():
            for path in paths:
                began = time.monotonic()
                try:
                    status = server.get(path)[0]
                except (OSError, HTTPException):
                    status = 0
                visitor.waits.append(time.monotonic() - began)
                visitor.statuses.append(status)
                over.wait(every)

    thread = threading.Thread(target=visit)
    thread.start()
    try:
        yield visitor
    finally:
        over.set()
        thread.join()
