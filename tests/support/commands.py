"""The command `estimator` as people run it: in a process of its own, which has imported nothing before."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from estimator.cli import COMMANDS
from estimator.config import Settings

ROOT = Path(__file__).parent.parent.parent

TIMEOUT = 120

OPENING = set(COMMANDS) - {"price"}
"""The commands that open an installation, but for those of `tables` that only look at files."""
NOWHERE = Path(os.devnull)


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which a command finds the installation of a test's app."""
    found = {
        "INSTANCE": str(settings.instance),
        "DATABASE_URL": settings.database_url,
        "PUBLIC_URL": settings.public_url,
        "DEMO": "1" if settings.demo else "0",
    }
    keys = (f"{key_id} {key.hex()}" for key_id, key in settings.data_keys.keys().items())
    return {
        **found,
        "SECRET_KEY": settings.secret_key,
        "LINK_KEY": settings.link_key,
        "LOOKUP_KEY": settings.lookup_key,
        "DATA_KEYS": "\n".join(keys),
    }


def estimator_bytes(
    *arguments: object, given: bytes = b"", before: str = "", **environment: str
) -> tuple[int, bytes, bytes]:
    """Run the command and return exit code, standard output and standard error.

    `before` is what Python runs in that process before the command, for what cannot be brought about from outside.
    """
    with tempfile.TemporaryDirectory(prefix="estimator-command-") as folder:
        files = [Path(folder) / name for name in ("given", "output", "errors")]
        for file, content in zip(files, (given, b"", b""), strict=True):
            file.write_bytes(content)
        running = Running(
            *arguments,
            before=before,
            environment={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            files=files,
        )
        try:
            code = running.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            running.kill_group()
            raise
        output, errors = (file.read_bytes() for file in files[1:])
    assert b"Traceback" not in errors, errors.decode()
    return code, output, errors


class Running:
    """A command that runs, in a session of its own; as much of subprocess.Popen as tests need."""

    def __init__(
        self,
        *arguments: object,
        environment: Mapping[str, str],
        files: Sequence[Path] = (),
        log: Path = NOWHERE,
        before: str = "",
    ) -> None:
        """Start it with `files` as its input, output and errors; else nothing goes in, and what comes out to `log`."""
        self.args = ["estimator", *map(str, arguments)]
        self.returncode: int | None = None
        if not files:
            log.touch()
        self._server = _servers()["opening" if not before and _opens(self.args[1:]) else "bare"]
        self._number, self.pid = self._server.start(
            arguments=self.args[1:],
            before=before,
            environment=dict(environment),
            folder=str(Path.cwd()),
            files=[str(file) for file in files or (NOWHERE, log, log)],
        )

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, seconds: float | None = None) -> int:
        """Return its exit code, once it has ended."""
        if self.returncode is None:
            code = self._server.answer("code", self._number, seconds)
            if code is None:
                raise subprocess.TimeoutExpired(self.args, seconds or 0)
            self.returncode = code
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill_group(self) -> None:
        """Kill it with everything it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait(TIMEOUT)


def _opens(arguments: Sequence[str]) -> bool:
    """Whether a command is one that opens an installation."""
    return bool({*arguments[:1]} & OPENING) and not {*arguments} & {"--help", "check", "lint"}


class _Server:
    """What becomes the command by forking, as told through pipes."""

    def __init__(self) -> None:
        self.orders, self._to = os.pipe()
        self._from, self.answers = os.pipe()
        self._numbers = count()
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, int], int] = {}
        self._half = b""

    def start(self, **order: Any) -> tuple[int, int]:
        """Return the number of an order, and the id of the process that its command runs in."""
        number = next(self._numbers)
        with self._lock:
            os.write(self._to, json.dumps([number, order]).encode() + b"\n")
        pid = self.answer("pid", number, TIMEOUT)
        assert pid is not None, "no process was started"
        return number, pid

    def answer(self, what: str, number: int, seconds: float | None) -> int | None:
        """Return what is answered to an order, or None if nothing is in so many seconds."""
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            with self._lock:  # whoever has it reads for all
                self._read()
                if (what, number) in self._answers:
                    return self._answers.pop((what, number))
            if until is not None and time.monotonic() >= until:
                return None
            select.select([self._from], [], [], 0.02)

    def _read(self) -> None:
        while select.select([self._from], [], [], 0)[0]:
            content = os.read(self._from, 65_536)
            assert content, "the process that starts commands has ended"
            *lines, self._half = (self._half + content).split(b"\n")
            for line in lines:
                what, number, value = line.decode().split()
                self._answers[what, int(number)] = int(value)


@cache
def _servers() -> dict[str, _Server]:
    """Start the processes that commands are forked from; each process of tests has its own, and they end with it."""
    found = {"bare": _Server(), "opening": _Server()}
    pipes = [pipe for server in found.values() for pipe in (server.orders, server.answers)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.command_server", *map(str, pipes)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        pass_fds=pipes,
        start_new_session=True,
    )
    for pipe in pipes:
        os.close(pipe)

    def end() -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    atexit.register(end)
    return found


def estimator(
    *arguments: object, given: str = "", before: str = "", **environment: str
) -> tuple[int, str, str]:
    """Run the command, all of it in text."""
    code, output, errors = estimator_bytes(*arguments, given=given.encode(), before=before, **environment)
    return code, output.decode(), errors.decode()
