"""Each request gets an id, and is counted and timed by its endpoint.

The figures of all processes of a server add up: prometheus_client keeps them in files in the folder that
PROMETHEUS_MULTIPROC_DIR names, which `estimator serve` sets and empties. Without it each process counts for itself.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from estimator import logs

FOLDER = "PROMETHEUS_MULTIPROC_DIR"

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Limits of the histogram's buckets."""


class Measured:
    """The counters of one app."""

    def __init__(self) -> None:
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
    counters = measured()
    counters.requests.labels(endpoint, method, response.status_code).inc()
    if "began" in g:
        counters.seconds.labels(endpoint).observe(time.perf_counter() - g.began)
    response.headers[logs.REQUEST_ID_HEADER] = logs.request_id.get()
    return response


def _forget(_error: BaseException | None) -> None:
    logs.request_id.set("")
