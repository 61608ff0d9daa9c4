"""Each request gets an id, and is counted and timed by its endpoint.

The figures of all processes of a server add up: prometheus_client keeps them in files in the folder that
PROMETHEUS_MULTIPROC_DIR names, which `estimator serve` sets and empties. Without it each process counts for itself.

It maps those files, and a process that writes to a map for which a full disk has no room is killed at once. So each
process takes the room first, and counts nothing while there is none.
"""

from __future__ import annotations

import logging
import os
import secrets
import struct
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from estimator import logs

FOLDER = "PROMETHEUS_MULTIPROC_DIR"

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Limits of the histogram's buckets."""

FIRST_SIZE = 1 << 16
"""Size in bytes of a new file; prometheus_client makes one twice as large when it is full."""

MARGIN = FIRST_SIZE // 2
"""Bytes that one request never adds to a file."""

TRIED_AGAIN = 60.0
"""Seconds after which a process that found no room for its figures looks again."""

logger = logging.getLogger(__name__)


class _Files:
    """The files in which this process counts, one for each kind of figure."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = 0
        self._opened: dict[str, int] = {}
        self._refused: float | None = None
        self._one_at_a_time = threading.Lock()

    def have_room(self) -> bool:
        """Whether one more request can be counted; the room for it is then taken."""
        with self._one_at_a_time:
            if self._process != os.getpid():
                self._process, self._opened, self._refused = os.getpid(), {}, None
            if self._refused is not None and time.monotonic() - self._refused < TRIED_AGAIN:
                return False
            try:
                for kind in ("counter", "histogram"):
                    self._take_room(kind)
            except OSError as error:
                if self._refused is None:
                    logger.warning("no room for figures in %s (%s)", self._folder, error.strerror)
                self._refused = time.monotonic()
                return False
            self._refused = None
            return True

    def _take_room(self, kind: str) -> None:
        if kind not in self._opened:
            path = self._folder / f"{kind}_{self._process}.db"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, max(FIRST_SIZE, os.fstat(descriptor).st_size))
            except OSError:
                os.close(descriptor)
                with suppress(OSError):
                    path.unlink()
                raise
            self._opened[kind] = descriptor
        descriptor = self._opened[kind]
        size = os.fstat(descriptor).st_size
        (used,) = struct.unpack("i", os.pread(descriptor, 4, 0))
        if used + MARGIN > size:
            os.posix_fallocate(descriptor, 0, 2 * size)


class Measured:
    """The counters of one app."""

    def __init__(self) -> None:
        folder = os.environ.get(FOLDER)
        self._files = None if not folder else _Files(Path(folder))
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "estimator_requests",
            "Requests by endpoint, method and status; 429 and 503 are refusals.",
            ["endpoint", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "estimator_request_seconds",
            "Duration of requests until the answer begins, by endpoint.",
            ["endpoint"],
            registry=self.registry,
            buckets=SECONDS,
        )

    def count(self, endpoint: str, method: str, status: int, seconds: float | None) -> None:
        """Count a request that was answered, unless there is no room for figures."""
        if self._files is None or self._files.have_room():
            self.requests.labels(endpoint, method, status).inc()
            if seconds is not None:
                self.seconds.labels(endpoint).observe(seconds)

    def text(self, more: Iterable[Metric]) -> bytes:
        """Return the figures of all processes together, and `more`, in the format of Prometheus."""
        together = self.registry
        if os.environ.get(FOLDER):
            together = CollectorRegistry()
            MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        written: bytes = generate_latest(together)
        return written + generate_latest(_These(more))


class _These:
    """Metrics that are there already, as a registry is asked for them."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def init_app(app: Flask) -> None:
    """Count every request of an app; to be called before anything else hears of requests."""
    app.extensions["measured"] = Measured()
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)


def measured() -> Measured:
    """Return the counters of the current app."""
    found: Measured = current_app.extensions["measured"]
    return found


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id_token = logs.request_id.set(secrets.token_hex(8))


def _end(response: Response) -> Response:
    endpoint = request.endpoint or "none"
    # What a stranger may choose freely does not become a label.
    method = request.method if request.method in ("GET", "HEAD", "POST") else "other"
    seconds = time.perf_counter() - g.began if "began" in g else None
    measured().count(endpoint, method, response.status_code, seconds)
    response.headers[logs.REQUEST_ID_HEADER] = logs.request_id.get()
    return response


def _forget(_error: BaseException | None) -> None:
    logs.request_id.set("")
