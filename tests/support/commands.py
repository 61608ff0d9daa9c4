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
from contextlib import suppress
from pathlib import Path
from typing import Any

from estimator.config import Settings

ROOT = Path(__file__).parent.parent.parent

TIMEOUT = 120

_idle: list[_Server] = []
"""Servers that wait; more than one only where tests run commands at the same time."""


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
    server = _idle.pop() if _idle else _Server()
    with tempfile.TemporaryDirectory(prefix="estimator-command-") as folder:
        files = [Path(folder) / name for name in ("given", "output", "errors")]
        for file, content in zip(files, (given, b"", b""), strict=True):
            file.write_bytes(content)
        code = server.run(
            arguments=[str(one) for one in arguments],
            before=before,
            environment={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            folder=str(Path.cwd()),
            files=[str(file) for file in files],
        )
        output, errors = (file.read_bytes() for file in files[1:])
    _idle.append(server)
    assert b"Traceback" not in errors, errors.decode()
    return code, output, errors


class _Server:
    """A process that has imported the libraries, and becomes the command by forking."""

    def __init__(self) -> None:
        orders, self._to = os.pipe()
        self._from, codes = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.command_server", str(orders), str(codes)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            pass_fds=[orders, codes],
            start_new_session=True,
        )
        os.close(orders)
        os.close(codes)
        atexit.register(self.end)

    def run(self, **order: Any) -> int:
        """Return the exit code of a command, which has TIMEOUT seconds."""
        os.write(self._to, json.dumps(order).encode() + b"\n")
        if not select.select([self._from], [], [], TIMEOUT)[0]:
            self.end()
            raise TimeoutError(f"not ended after {TIMEOUT} seconds: {order['arguments']}")
        return int(os.read(self._from, 100))

    def end(self) -> None:
        """End the process, and the command if one runs."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def estimator(
    *arguments: object, given: str = "", before: str = "", **environment: str
) -> tuple[int, str, str]:
    """Run the command, all of it in text."""
    code, output, errors = estimator_bytes(*arguments, given=given.encode(), before=before, **environment)
    return code, output.decode(), errors.decode()
