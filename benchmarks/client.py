"""`python -m benchmarks.client`: a number of connections that each ask, wait for the answer, and ask again.

One process with one loop over raw sockets, so that it takes little of the machine it measures on. It reads a
Load as JSON from its standard input and prints a Result as JSON.
"""

from __future__ import annotations

import json
import secrets
import selectors
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass
from time import perf_counter, process_time

FRESH = "0123456789abcdef0123"
"""Stands in a request for a word that is another one each time, of the same length."""


@dataclass(frozen=True)
class Load:
    """What to ask, of whom, by how many at once and for how long."""

    port: int
    request: str
    connections: int
    seconds: float


@dataclass(frozen=True)
class Result:
    """What came of it: seconds of each answer, how many had which status, how long it all took."""

    seconds: list[float]
    statuses: dict[str, int]
    elapsed: float
    busy: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.elapsed

    def percentile(self, percent: float) -> float:
        """Return the time within which a share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def put(load: Load) -> Result:
    """Put a load on a server, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.client"],
        input=json.dumps(asdict(load)),
        capture_output=True,
        text=True,
        check=True,
    )
    return Result(**json.loads(done.stdout))


class _Asker:
    """One connection after the other, as one browser would make them."""

    def __init__(self, load: Load, chooser: selectors.BaseSelector) -> None:
        self.load = load
        self.chooser = chooser
        self.ask()

    def ask(self) -> None:
        self.start = perf_counter()
        self.socket = socket.create_connection(("127.0.0.1", self.load.port))
        self.head = b""
        fresh = secrets.token_hex(len(FRESH) // 2)
        self.socket.sendall(self.load.request.replace(FRESH, fresh).encode())
        self.chooser.register(self.socket, selectors.EVENT_READ, self)

    def read(self) -> bytes | None:
        """Take what has come; return the first line when the server has closed the connection."""
        part = self.socket.recv(1 << 18)
        if not self.head:
            self.head = part[:15]
        if part:
            return None
        self.chooser.unregister(self.socket)
        self.socket.close()
        return self.head


def _run(load: Load) -> Result:
    seconds: list[float] = []
    statuses: dict[str, int] = {}
    with selectors.DefaultSelector() as chooser:
        begin, busy = perf_counter(), process_time()
        waiting = {_Asker(load, chooser) for _ in range(load.connections)}
        while waiting:
            for key, _events in chooser.select():
                asker: _Asker = key.data
                head = asker.read()
                if head is None:
                    continue
                now = perf_counter()
                seconds.append(now - asker.start)
                status = head[9:12].decode() or "none"
                statuses[status] = statuses.get(status, 0) + 1
                if now - begin < load.seconds:
                    asker.ask()
                else:
                    waiting.discard(asker)
        elapsed = perf_counter() - begin
        return Result(seconds, statuses, elapsed, process_time() - busy)


if __name__ == "__main__":
    json.dump(asdict(_run(Load(**json.load(sys.stdin)))), sys.stdout)
