"""What `estimator serve --demo` holds of memory when nobody asks for anything: pages, worker, and what watches them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

from benchmarks.measure import Row

PATIENCE = 60
SETTLED = 10
"""Seconds after the first page in which everything has come to rest."""


def rows() -> list[Row]:
    """Start it as it comes, ask for one page, and count after a while; also how long the first page took."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {**os.environ, "INSTANCE": f"{folder}/instance", "PORT": str(port)}
        command = [sys.executable, "-m", "estimator", "serve", "--demo"]
        began = monotonic()
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _first_page(port)
            first = monotonic() - began
            sleep(SETTLED)
            sizes = list(_sizes(environment["INSTANCE"]))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)
    shares, resident = sum(pss for pss, _rss in sizes), sum(rss for _pss, rss in sizes)
    return [
        Row(f"`serve` at rest, {len(sizes)} processes, by shares", f"{shares:.0f} MiB", "", "", "350 MiB"),
        Row("the same, what they share counted in each", f"{resident:.0f} MiB", "", ""),
        Row("from a new folder to the first page", f"{first:.1f} s", "", "", "3 s"),
    ]


def _first_page(port: int) -> None:
    until = monotonic() + PATIENCE
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
        except ConnectionRefusedError:
            if monotonic() > until:
                raise
            sleep(0.05)
        else:
            return
        finally:
            connection.close()


def _sizes(instance: str) -> Iterator[tuple[float, float]]:
    """Yield what each process of an installation holds in MiB: its share of it, and all of it."""
    for status in Path("/proc").glob("[0-9]*/smaps_rollup"):
        try:
            ours = f"INSTANCE={instance}".encode() in (status.parent / "environ").read_bytes().split(b"\0")
            text = status.read_text() if ours else ""
        except OSError:  # it has ended, or is somebody else's
            continue
        if text:
            pss, rss = (
                int(re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)[1]) / 1024  # type: ignore[index]
                for name in ("Pss", "Rss")
            )
            yield pss, rss
