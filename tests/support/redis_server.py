"""A real Redis for tests, that can be stopped and started again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest


class RedisServer:
    """A Redis on loopback alone that keeps nothing on the disk."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.fail("Redis is missing. `make test` installs it; by hand: apt-get install redis-server")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port: int = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self._port}/0"
        place = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(folder)]
        self._command = [program, *place, "--save", "", "--appendonly", "no"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it can be reached."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                return
            except OSError:
                assert self._process.poll() is None, "Redis ended at once"
                assert time.monotonic() < until, "Redis does not answer"
                time.sleep(0.05)

    def stop(self) -> None:
        """End it with all that it holds."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
