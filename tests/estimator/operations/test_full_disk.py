"""A disk under INSTANCE that is full is nothing to patients whose data are in a PostgreSQL that is well."""

from __future__ import annotations

import os
import re
import secrets
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest

from benchmarks import plan
from tests.estimator.operations.test_served import figure, free_port
from tests.support import profile
from tests.support.commands import ROOT, Running, estimator
from tests.support.mail_server import wait_until
from tests.support.small_disk import MAY_MOUNT, fill, make_room, small_disk

NO_BIG_FILE = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (32_768, 32_768))"
"""What takes the room for any file but a short one from a command, for whoever cannot mount a disk."""


NO_ROOM = "no room in INSTANCE"


class Pages:
    """The pages of an installation that runs."""

    def __init__(self, port: int, process: Running, log: Path) -> None:
        self.port, self.process, self.log = port, process, log

    def open(self, path: str, form: str | None = None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        connection.request("GET" if form is None else "POST", path, body=form, headers=kind)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, body

    def answers(self) -> bool:
        with suppress(OSError, HTTPException):
            return self.open("/healthz")[0] == 200
        return False

    def said(self) -> str:
        return self.log.read_text()


@contextmanager
def served(folder: Path, database_url: str, before: str = "", *, made: bool = False) -> Iterator[Pages]:
    port = free_port()
    given = {
        "INSTANCE": str(folder),
        "DATABASE_URL": database_url,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "WORKERS": "2",
    }
    if not made:
        assert estimator("prepare", **given)[0] == 0
        assert estimator("tables", "import", ROOT / "pricing" / "tables" / "delhi.toml", **given)[0] == 0
    log = folder.parent / "log"
    log.write_text("")
    process = Running(
        "serve",
        "--no-worker",
        environment={**os.environ, "PYTHONPATH": str(ROOT), **given},
        files=(Path(os.devnull), log, log),
        before=before,
    )
    wait_until(lambda: "http://" in log.read_text(), 60)
    try:
        yield Pages(port, process, log)
    finally:
        process.terminate()
        process.wait(60)


def estimate_of(pages: Pages) -> str:
    """Make an estimate as a browser does; return its page."""
    connection = HTTPConnection("127.0.0.1", pages.port, timeout=30)
    connection.request("GET", "/estimate/delhi")
    answer = connection.getresponse()
    form, cookie = answer.read().decode(), answer.headers["Set-Cookie"].partition(";")[0]
    hidden = {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', form)[1]  # type: ignore[index]
        for name in ("csrf_token", "table_sha256")
    }
    typed = {f"q_{code}": answer for code, answer in plan.ANSWERS.items()}
    connection.request(
        "POST",
        "/estimate/delhi",
        urlencode({**hidden, "submission": secrets.token_hex(16), **typed, "act": "show"}),
        {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"},
    )
    sent = connection.getresponse()
    sent.read()
    connection.close()
    assert sent.status == 303
    return sent.headers["Location"]


def pages_of_all_kinds(pages: Pages) -> None:
    """Ask for pages, each of which has to come."""
    for path in ("/", "/healthz", "/verify", "/staff/sign-in", "/no-such-page") * 4:
        assert pages.open(path)[0] in (200, 303, 404), path
    estimate = estimate_of(pages)
    assert pages.open(estimate)[0] == 200


@pytest.mark.long
@pytest.mark.parametrize("when", profile.sampled(["just started"], ["used before", "just started"]))
def test_pages_go_on_while_the_disk_under_the_instance_folder_is_full(
    when: str, tmp_path: Path, new_postgresql_url: str
) -> None:
    with ExitStack() as stack:
        disk = tmp_path / "instance"
        if MAY_MOUNT:
            stack.enter_context(small_disk(disk, "14m"))
        pages = stack.enter_context(served(disk, new_postgresql_url, before="" if MAY_MOUNT else NO_BIG_FILE))
        if when == "used before":
            pages_of_all_kinds(pages)
        if MAY_MOUNT:
            assert pages.open(f"{estimate_of(pages)}/estimate.pdf")[0] == 200
            fill(disk)
        pages_of_all_kinds(pages)
        assert figure(pages.open("/metrics")[1], "estimator_database_up") == 1
        if not MAY_MOUNT:
            return
        # A line and a turn are files in the instance folder; so is what a PDF is drawn in.
        for _number in range(2):
            assert pages.open(f"{estimate_of(pages)}/estimate.pdf")[0] == 200
        wait_until(lambda: NO_ROOM in pages.said(), 20)
        for child in Path(f"/proc/{pages.process.pid}/task/{pages.process.pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
        wait_until(pages.answers, 20)
        pages_of_all_kinds(pages)
        assert pages.open(f"{estimate_of(pages)}/estimate.pdf")[0] == 200
        line = 'estimator_requests_total{endpoint="health.alive",method="GET",status="200"}'
        assert figure(pages.open("/metrics")[1], line) >= 8 + 4 * (when == "used before")
        wait_until(lambda: pages.said().count(NO_ROOM) == 2, 20)  # the process that told it was killed
        make_room(disk)
        wait_until(lambda: "there is room again" in pages.said(), 20)
        pages_of_all_kinds(pages)
        assert "Traceback" not in pages.said()
        assert pages.said().count(NO_ROOM) == 2


@pytest.mark.long
def test_a_server_starts_on_a_full_disk(tmp_path: Path, new_postgresql_url: str) -> None:
    with ExitStack() as stack:
        disk = tmp_path / "instance"
        if MAY_MOUNT:
            stack.enter_context(small_disk(disk, "14m"))
        with served(disk, new_postgresql_url) as pages:
            pages_of_all_kinds(pages)
        if MAY_MOUNT:
            fill(disk)
        with served(disk, new_postgresql_url, before="" if MAY_MOUNT else NO_BIG_FILE, made=True) as pages:
            pages_of_all_kinds(pages)
            assert "Traceback" not in pages.said()


def test_figures_that_find_no_room_anywhere_are_left_out_and_told_once_by_each_process(
    tmp_path: Path, new_postgresql_url: str
) -> None:
    with served(tmp_path / "instance", new_postgresql_url, before=NO_BIG_FILE) as pages:
        for _number in range(2):
            pages_of_all_kinds(pages)
        status, text = pages.open("/metrics")
        assert (status, "estimator_requests_total" in text) == (200, False)
        assert 1 <= pages.said().count("no room for figures") <= 3
        assert "Traceback" not in pages.said()
