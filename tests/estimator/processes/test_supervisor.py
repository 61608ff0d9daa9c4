"""What `estimator serve` promises about its processes: started as one, restarted, and ended as one."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from estimator import create_app, estimates, price_lists
from estimator.config import load as load_settings
from estimator.db import db
from estimator.processes import supervisor
from tests.support.acts import acting
from tests.support.mail_server import wait_until

PLAN = {
    "cells": "marrow",
    "sessions": 1,
    "room": "ward",
    "nights": 7,
    "rehab": "none",
    "visa": False,
    "own_mri": True,
}


def alive(pid: int) -> bool:
    """Whether a process is there and no mere entry that its parent has not read yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


class Serving:
    """`estimator serve` in processes of its own."""

    def __init__(self, folder: Path, *arguments: str, command: str = "serve") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.folder = folder
        self.mark = f"ESTIMATOR_TEST={folder}-{self.port}"
        name, _equals, value = self.mark.partition("=")
        self.environment = {
            "PATH": os.environ["PATH"],
            "INSTANCE": str(folder / "instance"),
            "PORT": str(self.port),
            "WORKERS": "1",
            "LEASE_SECONDS": "2",
            name: value,
        }
        self.log = folder / f"{self.port}.log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "estimator", command, *arguments],
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text()

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def wait_until_it_works(self) -> None:
        wait_until(lambda: "Open http://" in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()
        wait_until(self.answers)

    def command_line(self, pid: int) -> str:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""

    def everything(self) -> list[int]:
        """Return every process that was started from this one, however far down, by the mark in its environment."""
        found = []
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdecimal() and self.mark.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
        return [pid for pid in found if alive(pid)]

    def part(self, name: str) -> int:
        """Return the process of a part, 0 if there is none: the child of the first process that runs it."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in map(int, children):
            if f"estimator {name} " in self.command_line(child) and alive(child):
                return child
        return 0

    def kill(self, name: str) -> int:
        """Kill a part that is there, and return which process it was; number 0 would be all of ours."""
        wait_until(lambda: self.part(name) != 0)
        pid = self.part(name)
        assert pid > 0
        os.kill(pid, signal.SIGKILL)
        return pid

    def port_is_free(self) -> bool:
        with socket.socket() as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trying.bind(("127.0.0.1", self.port))
            except OSError:
                return False
        return True

    def end(self) -> None:
        for pid in self.everything():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an installation, which all of these share one after the other."""
    return tmp_path_factory.mktemp("supervise")


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[..., Serving]]:
    """Return a function that starts a demonstration and waits until both of its parts are there."""
    started: list[Serving] = []

    def serve(*arguments: str) -> Serving:
        serving = Serving(home, "--demo", *arguments)
        started.append(serving)
        serving.wait_until_it_works()
        return serving

    yield serve
    for serving in started:
        serving.end()


def mail_goes_out(serving: Serving) -> bool:
    """Ask for a mail as the page does, but in this process, and wait until it is in the folder."""
    settings = load_settings(serving.environment, DEMO="1")
    app = create_app(settings)
    now = datetime.now(UTC)
    with app.app_context():
        version = price_lists.in_force("delhi", now)
        token = estimates.make(acting(now=now), version, PLAN, language="en", submission="")
        record = estimates.find(acting(now=now, kept_days=90), token)
        assert record is not None
        mail = estimates.email(
            acting(now=now, settings=settings), record, "anna@example.org", attached=False, submission="form"
        )
        name = mail.name
        db.session.commit()
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()
    wait_until((settings.mail_folder / f"{name}.eml").exists)
    return True


def test_web_and_worker_run_together_and_each_is_started_again_when_it_is_killed(
    serve: Callable[..., Serving],
) -> None:
    serving = serve()
    assert mail_goes_out(serving)

    web = serving.kill("serve")
    wait_until(lambda: serving.part("serve") not in (0, web))
    wait_until(serving.answers)

    worker = serving.kill("worker")
    wait_until(lambda: serving.part("worker") not in (0, worker))
    assert mail_goes_out(serving)

    wait_until(lambda: not alive(web) and not alive(worker))
    assert serving.said().count("ended unexpectedly (-9) and is started again.") == 2
    assert "Traceback" not in serving.said()

    serving.process.terminate()
    assert serving.process.wait(30) == 0
    wait_until(lambda: serving.everything() == [])
    assert serving.port_is_free()


@pytest.mark.long
def test_when_the_process_that_started_both_is_killed_nothing_is_left_behind(
    serve: Callable[..., Serving],
) -> None:
    serving = serve()
    assert len(serving.everything()) >= 4
    serving.process.kill()
    serving.process.wait()
    wait_until(lambda: serving.everything() == [])
    assert serving.port_is_free()
    assert "Traceback" not in serving.said()


@pytest.mark.long
def test_ctrl_c_ends_everything_in_peace(serve: Callable[..., Serving]) -> None:
    serving = serve()
    os.killpg(serving.process.pid, signal.SIGINT)  # as a terminal does
    assert serving.process.wait(30) == 0
    wait_until(lambda: serving.everything() == [])
    assert serving.port_is_free()
    first, coordinator, editor, approver, administrator, *entries = serving.said().splitlines()
    assert first == f"Open http://127.0.0.1:{serving.port} (Ctrl-C ends it)."
    way_in = rf"once: http://127\.0\.0\.1:{serving.port}/staff/demonstration/[A-Za-z0-9_-]{{43}}\Z"
    assert all(re.search(way_in, line) for line in (coordinator, editor, approver, administrator))
    assert all(re.match(r'\[[^]]+\] 127\.0\.0\.1 "GET /" ', line) for line in entries), entries


@pytest.mark.long
def test_pages_and_worker_may_run_apart_and_each_ends_in_peace(
    serve: Callable[..., Serving], home: Path
) -> None:
    pages = serve("--no-worker")
    assert not any("worker" in pages.command_line(pid).split() for pid in pages.everything())
    for how in (signal.SIGINT, signal.SIGTERM):
        worker = Serving(home, "--demo", command="worker")
        try:
            assert mail_goes_out(worker)
            worker.process.send_signal(how)
            assert worker.process.wait(30) == 0
            assert worker.said() == ""
            wait_until(lambda: worker.everything() == [])  # noqa: B023 - it is this one
        finally:
            worker.end()
    assert pages.answers()
    pages.process.terminate()
    assert pages.process.wait(30) == 0
    wait_until(lambda: pages.everything() == [])


STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""
"""A part that does not listen, with a child of its own."""

AT_ONCE = "print('here', flush=True); raise SystemExit(3)"
"""A part that ends as soon as it has begun."""

SUPERVISE = """
import sys
from estimator.processes import supervisor
raise SystemExit(supervisor.run([supervisor.Part("It", [sys.executable, "-c", sys.argv[1]])]))
"""


@pytest.fixture
def supervise() -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Return a function that runs a single part as `serve` runs its two."""
    started: list[subprocess.Popen[str]] = []

    def supervise(part: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SUPERVISE, part]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, start_new_session=True, **pipes))
        return started[-1]

    yield supervise
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_second_ctrl_c_ends_at_once_what_does_not_listen_and_what_that_has_started(
    supervise: Callable[[str], subprocess.Popen[str]], how: signal.Signals
) -> None:
    process = supervise(STUBBORN)
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    process.send_signal(how)
    time.sleep(0.5)
    assert process.poll() is None
    assert all(map(alive, pids))
    process.send_signal(how)
    assert process.wait(20) == 1
    wait_until(lambda: not any(map(alive, pids)))


@pytest.mark.long
def test_a_part_that_ends_at_once_is_started_again_but_not_without_a_pause(
    supervise: Callable[[str], subprocess.Popen[str]],
) -> None:
    process = supervise(AT_ONCE)
    assert process.stderr is not None
    assert process.stderr.readline() == "It ended unexpectedly (3) and is started again.\n"
    first = time.monotonic()
    process.stderr.readline()
    assert time.monotonic() - first > 0.8
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_a_part_that_cannot_be_started_is_tried_again_and_takes_no_other_with_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    missing, there = supervisor.Part("It", ["/no/such/program"]), supervisor.Part("The other", ["true"])
    supervisor._see_to([missing, there], 0)
    assert (
        "It cannot be started (/no/such/program: No such file or directory); it is" in capsys.readouterr().err
    )
    assert missing.process is None
    assert missing.due > time.monotonic()
    assert there.process is not None
    assert there.process.wait(10) == 0


@pytest.mark.long
def test_a_setting_that_is_wrong_starts_nothing(home: Path) -> None:
    serving = Serving(home, "--demo", "--no-such-option")
    assert serving.process.wait(30) == 2
    broken = Serving(home)  # no demonstration, and PUBLIC_URL is missing
    assert broken.process.wait(30) == 2
    assert broken.said() == (
        "estimator: PUBLIC_URL is missing. Write the address that readers type, such as "
        "https://estimate.example.org.\n"
    )
    assert broken.everything() == []
