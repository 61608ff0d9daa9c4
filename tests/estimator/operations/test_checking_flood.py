"""One network that sends large files to be checked, again and again, keeps nobody else from checking a document."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.estimator.operations.test_served import free_port
from tests.support.commands import ROOT, Running, estimator
from tests.support.mail_server import wait_until

LARGE = b"%PDF-1.7\n" + b"1 0 obj\n" * 1_100_000
"""A file that is looked through for long."""

FLOOD, HONEST = "192.0.2.1", "198.51.100.7"
CONNECTIONS = 3
MOST_PRESSES = 3
"""Times that somebody presses the button until a document is checked: the first may meet a file that is looked at."""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Return the port of an installation with two web processes behind a proxy."""
    port = free_port()
    given = {
        "INSTANCE": str(tmp_path / "instance"),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "WORKERS": "2",
        "PROXIES": "1",
    }
    assert estimator("prepare", **given)[0] == 0
    log = tmp_path / "log"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **given}
    process = Running("serve", "--no-worker", environment=environment, log=log)
    wait_until(lambda: log.exists() and "Open http://" in log.read_text(), 60)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(60)


class Browser:
    """A browser of some network that has the page with the form open."""

    def __init__(self, port: int, network: str) -> None:
        self.port, self.headers = port, {"X-Forwarded-For": network, "X-Forwarded-Proto": "http"}
        answer, page = self._ask("GET", "/verify")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        self.token, self.headers["Cookie"] = token[1], answer["Set-Cookie"].partition(";")[0]

    def send(self, content: bytes) -> int:
        """Send a file, and return the status of the answer."""
        parts = (
            b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + self.token.encode(),
            b'\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + content,
            b"\r\n--x--\r\n",
        )
        answer, _page = self._ask("POST", "/verify", b"".join(parts))
        return int(answer["status"])

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[dict[str, str], str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        kind = {} if body is None else {"Content-Type": "multipart/form-data; boundary=x"}
        connection.request(method, path, body, {**self.headers, **kind})
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        return {**dict(answer.headers), "status": str(answer.status)}, page


@pytest.mark.long
def test_an_honest_document_is_checked_while_one_network_sends_large_files_without_end(port: int) -> None:
    ended, statuses = threading.Event(), []

    def flood() -> None:
        browser = Browser(port, FLOOD)
        while not ended.is_set():
            with suppress(OSError, HTTPException):
                statuses.append(browser.send(LARGE))

    threads = [threading.Thread(target=flood) for _connection in range(CONNECTIONS)]
    honest = Browser(port, HONEST)
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: len(statuses) > CONNECTIONS, 120)
        found = []
        for _press in range(MOST_PRESSES):
            found.append(honest.send(b"%PDF-1.7 nothing"))
            if found[-1] == 200:
                break
            time.sleep(6)  # longer than any file is looked at
    finally:
        ended.set()
        for thread in threads:
            thread.join(120)
    assert found[-1] == 200, (found, statuses)
    assert 503 in statuses, "it was a flood"
