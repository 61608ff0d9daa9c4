"""What machines ask of an installation that is served for real: alive, ready, figures, and logs as JSON."""

from __future__ import annotations

import json
import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from estimator.processes import own_files
from tests.support.commands import ROOT, Running, estimator
from tests.support.mail_server import wait_until

TOKEN = "m" * 40
SECRET = "A" * 43


@dataclass
class Installation:
    """An installation whose web server runs by itself, and what it writes."""

    environment: dict[str, str]
    port: int
    log: Path
    pid: int = 0

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(
            method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer, body

    def checks(self, path: str = "/readyz") -> tuple[int, dict[str, str]]:
        answer, body = self.get(path)
        found: dict[str, str] = json.loads(body)["checks"]
        return answer.status, found

    def start(self, *command: str) -> Running:
        return Running(*command, environment=self.environment, log=self.log)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Return an installation with two web processes and no worker."""
    folder = tmp_path_factory.mktemp("served")
    port = free_port()
    given = {
        "INSTANCE": str(folder / "instance"),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "WORKERS": "2",
        "PROXIES": "1",
        "LOG_FORMAT": "json",
        "METRICS_TOKEN": TOKEN,
    }
    assert estimator("prepare", **given)[0] == 0
    here = Installation({**os.environ, "PYTHONPATH": str(ROOT), **given}, port, folder / "log")
    process = here.start("serve", "--no-worker")
    here.pid = process.pid
    wait_until(lambda: here.log.exists() and "Open http://" in here.log.read_text(), 60)
    try:
        yield here
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.long
def test_an_installation_is_ready_while_a_worker_lives(served: Installation) -> None:
    answer, body = served.get("/healthz")
    assert (answer.status, body) == (200, "ok\n")
    well = {"database": "ok", "revision": "ok", "keys": "ok", "disk": "ok", "documents": "ok"}
    assert served.checks() == (503, {**well, "worker": "failed"})
    assert served.checks("/readyz?without=worker") == (200, well)
    worker = served.start("worker")
    try:
        wait_until(lambda: served.checks()[0] == 200, 60)
        assert served.checks()[1] == {**well, "worker": "ok"}
    finally:
        worker.terminate()
        worker.wait(60)
    assert served.checks()[0] == 503, "a worker that ended is not taken for a living one"


def figure(text: str, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.mark.long
def test_the_figures_of_all_web_processes_add_up(served: Installation) -> None:
    line = 'estimator_requests_total{endpoint="patient.robots",method="GET",status="200"}'
    before = figure(served.get("/metrics")[1], line)
    for _number in range(40):
        assert served.get("/robots.txt")[0].status == 200
    answer, text = served.get("/metrics")
    assert answer.status == 200
    assert figure(text, line) == before + 40
    assert figure(text, 'estimator_request_seconds_count{endpoint="patient.robots"}') == before + 40
    assert figure(text, "estimator_database_up") == 1
    assert figure(text, 'estimator_mails{state="waiting"}') == 0
    assert "estimator_queue_length 0.0" in text
    assert "estimator_night_age_seconds" in text
    places = [own_files.in_memory() or Path("/nowhere"), Path(served.environment["INSTANCE"])]
    found = [place.glob(f"temporary/{served.pid}-*/metrics/*.db") for place in places]
    files = {path.name for paths in found for path in paths}
    assert len({re.search(r"_(\d+)\.db", name)[1] for name in files}) >= 2, "one process answered everything"  # type: ignore[index]


def test_figures_are_for_this_machine_and_for_whoever_has_the_token(served: Installation) -> None:
    from_outside = {"X_Forwarded_For": "203.0.113.7"}
    assert served.get("/metrics", **from_outside)[0].status == 404
    assert served.get("/metrics", X_Forwarded_For="127.0.0.1")[0].status == 404
    assert served.get("/metrics", **from_outside, Authorization="Bearer wrong")[0].status == 404
    assert served.get("/metrics", **from_outside, Authorization=f"Bearer {TOKEN}")[0].status == 200


def entries(served: Installation) -> list[dict[str, object]]:
    lines = [line for line in served.log.read_text().splitlines() if not line.startswith("Open ")]
    return [json.loads(line) for line in lines]


def test_every_request_has_an_id_in_its_answer_on_its_error_page_and_in_the_log(served: Installation) -> None:
    answer, page = served.get("/staff/sign-in", method="POST")
    assert answer.status == 400
    number = answer.headers["X-Request-ID"]
    assert re.fullmatch(r"[0-9a-f]{16}", number)
    assert number in page
    other, _page = served.get("/robots.txt", X_Request_ID="mine")
    assert other.headers["X-Request-ID"] not in ("mine", number)
    time.sleep(0.2)
    (entry,) = (one for one in entries(served) if one.get("request") == number)
    assert (entry["logger"], entry["path"], entry["status"], entry["method"]) == (
        "access",
        "/staff/sign-in",
        400,
        "POST",
    )


def test_a_log_of_json_holds_no_token_and_no_address_and_nobody_forges_a_line(served: Installation) -> None:
    served.get(f"/e/{SECRET}")
    served.get("/verify/x%0a%7B%22forged%22:1%7D/anna@example.org")
    time.sleep(0.2)
    said = served.log.read_text()
    assert SECRET not in said
    assert "anna@example.org" not in said
    assert all("forged" not in entry for entry in entries(served))


@pytest.mark.long
def test_a_service_says_where_it_listens_with_how_many_processes_and_what_setting_it_does_not_know(
    tmp_path: Path,
) -> None:
    port = free_port()
    given = {
        "INSTANCE": str(tmp_path / "instance"),
        "PUBLIC_URL": "https://estimate.example",
        "PORT": str(port),
        "WORKERS": "2",
    }
    assert estimator("prepare", **given)[0] == 0
    here = Installation(
        {**os.environ, "PYTHONPATH": str(ROOT), **given, "WORKRS": "4"}, port, tmp_path / "log"
    )
    process = here.start("serve", "--no-worker")
    try:
        wait_until(lambda: here.log.exists() and "Listening" in here.log.read_text(), 60)
    finally:
        process.terminate()
        process.wait(60)
    assert here.log.read_text().splitlines()[:2] == [
        "WORKRS is no setting, so it does nothing. Was WORKERS meant?",
        f"Listening on 127.0.0.1, port {port}, with 2 worker processes, for https://estimate.example.",
    ]
