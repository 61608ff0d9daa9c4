"""The two servers side by side, and the requests that a browser would send them."""

from __future__ import annotations

import gzip
import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from time import sleep
from typing import Literal
from urllib.parse import urlencode

from benchmarks import plan
from benchmarks.client import FRESH

Side = Literal["estimator", "minimal"]

PATIENCE = 30
"""Timeout for a server's answer in seconds."""

HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate",
    "Accept-Language": "en-GB,en;q=0.5",
    "Connection": "close",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}


@dataclass(frozen=True)
class Server:
    """A side that answers on a port of this machine."""

    side: Side
    port: int

    def get(self, path: str) -> tuple[HTTPResponse, bytes]:
        """Ask for a page once."""
        return self._ask("GET", path)

    def post(self, path: str, body: str, cookie: str) -> tuple[HTTPResponse, bytes]:
        """Send a form once, as one that nobody has sent before."""
        body = body.replace(FRESH, secrets.token_hex(len(FRESH) // 2))
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, body, headers)

    def request(self, path: str, body: str = "", cookie: str = "") -> str:
        """Return a request as it goes over the wire: a form if there is a body."""
        lines = [f"{'POST' if body else 'GET'} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in HEADERS.items()]
        if cookie:
            lines.append(f"Cookie: {cookie}")
        if body:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", body])

    def form(self, path: str = "", number: int = 0) -> tuple[str, str, str]:
        """Open the form as a browser does; return its path, its body filled with a plan, and the session's cookie.

        In the body of an estimate stands FRESH for what names the form that was handed out.
        """
        path = path or (f"/estimate/{plan.SLUG}" if self.side == "estimator" else "/")
        answer, content = self.get(path)
        page = content.decode()
        filled: dict[str, str] = {"csrf_token": _hidden(page, "csrf_token")}
        if self.side == "estimator":
            filled |= {"submission": FRESH, "table_sha256": _hidden(page, "table_sha256")}
            filled |= {f"q_{code}": typed for code, typed in plan.typed(number).items()}
        else:
            filled |= plan.ANSWERS
        return path, urlencode(filled), (answer.getheader("Set-Cookie") or "").partition(";")[0]

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, path, body, {**HEADERS, **(headers or {})})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.getheader("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        return answer, content


@contextmanager
def serving(side: Side, folder: Path, static: Path | None = None) -> Iterator[Server]:
    """Start a side in a folder, wait for its first answer, and end it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "benchmarks.server", side, str(folder), str(port)]
    if static is not None:
        command.append(str(static))
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
    server = Server(side, port)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def working(instance: Path, server: Server, **settings: str) -> Iterator[None]:
    """Run a worker of the app beside a server; raises RuntimeError if it has ended by itself."""
    environment = {**os.environ, "DEMO": "1", "INSTANCE": str(instance), "PORT": str(server.port), **settings}
    command = [sys.executable, "-m", "estimator", "worker"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
        if process.poll() is not None:
            raise RuntimeError("the worker has ended")
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _attempt in range(PATIENCE * 10):
        try:
            server.get("/")
        except ConnectionRefusedError:
            if process.poll() is not None:
                break
            sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server {server.side} does not answer")


def _hidden(page: str, name: str) -> str:
    tag = next(tag for tag in re.findall(r"<input[^>]*>", page) if f'name="{name}"' in tag)
    found = re.search(r'value="([^"]*)"', tag)
    assert found
    return found[1]
