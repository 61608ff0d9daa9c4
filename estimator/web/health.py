"""What machines ask: is this process alive, can it do its work, and how much of what happens.

`/healthz` asks nothing of anybody. `/readyz` looks at everything that pages and mail need, `/readyz?without=worker` at
what this host needs to answer pages, which is what a load balancer should ask. `/metrics` is for this machine, or for
whoever has METRICS_TOKEN; nobody else learns that it exists.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError

from estimator import migrations
from estimator.db import db
from estimator.operations import disks, fingerprints, heartbeats, situation
from estimator.pdf import renderer
from estimator.web import measuring, request_context

pages = Blueprint("health", __name__)

DRAW_EVERY = 60.0
"""Seconds for which the result of drawing a page is kept: nobody can make the app draw by asking often."""

DRAW_AGAIN = 10.0
"""The same for a failure."""

FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")
"""Headers of a request that came through a proxy: it is not this machine's own."""


@dataclass
class _Drawn:
    """Whether the last page that was drawn to see whether it can be drawn was, and when that was."""

    at: float = float("-inf")
    well: bool = False


_drawn = _Drawn()
_drawing = threading.Lock()


@pages.get("/healthz")
def alive() -> ResponseReturnValue:
    """Say that this process answers."""
    return Response("ok\n", mimetype="text/plain")


@pages.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say whether the work can be done, and what is in the way: 200, or 503."""
    checks = dict(_checks())
    if request.args.get("without") == "worker":
        del checks["worker"]
    well = all(result == "ok" for result in checks.values())
    answer = jsonify({"ready": well, "checks": checks})
    if not well:
        answer.status_code = 503
        answer.headers["Retry-After"] = "10"
    return answer


@pages.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Send the figures in the format of Prometheus."""
    if not _may_read():
        abort(404)
    found = measuring.measured().text(list(_of_the_installation()))
    return Response(found, content_type="text/plain; version=0.0.4; charset=utf-8")


def _checks() -> Iterator[tuple[str, str]]:
    database = _result(lambda: db.session.execute(db.select(1)).scalar() == 1)
    yield "database", database
    if database != "ok":
        for name in ("revision", "keys", "worker"):
            yield name, "unknown"
    else:
        yield "revision", _result(lambda: migrations.serves(db.session.connection()))
        yield "keys", _result(_keys_match)
        yield "worker", _result(_a_worker_lives)
    yield "disk", "ok" if disks.has_room(request_context.settings()) else "failed"
    yield "documents", "ok" if _draws() else "failed"


def _result(check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "failed"
    except SQLAlchemyError:
        return "failed"


def _keys_match() -> bool:
    try:
        fingerprints.must_match(request_context.settings())
    except fingerprints.OtherKeys:
        return False
    return request_context.settings().data_keys.follows_its_file()


def _a_worker_lives() -> bool:
    at = heartbeats.database_clock(datetime.now(UTC))
    return any(at - row.at <= heartbeats.ALIVE for row in heartbeats.known())


def _draws() -> bool:
    """Draw a page, unless this process did so a moment ago; return whether it could be."""
    with _drawing:
        age = time.monotonic() - _drawn.at
        if age > (DRAW_EVERY if _drawn.well else DRAW_AGAIN):
            try:
                renderer.document(
                    "<html lang='en'><title>ready</title><p>ready", created=datetime(2000, 1, 1, tzinfo=UTC)
                )
                _drawn.well = True
            except renderer.RenderingFailed:
                _drawn.well = False
            _drawn.at = time.monotonic()
        return _drawn.well


def _may_read() -> bool:
    """Whether a request comes from this machine itself, not through a proxy, or has the token."""
    token = request_context.settings().metrics_token
    if token is not None and hmac.compare_digest(
        request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()
    ):
        return True
    through_a_proxy = any(name in request.headers for name in FORWARDED)
    return not through_a_proxy and _is_own(request.remote_addr or "127.0.0.1")


def _is_own(address: str) -> bool:
    return address == "::1" or address.startswith(("127.", "::ffff:127."))


def _of_the_installation() -> Iterator[Metric]:
    """Yield what the database and the queue show; every host of an installation shows the same."""
    try:
        found = situation.look(request_context.act(), current_app.extensions["jobs"], served=True)
    except SQLAlchemyError:
        yield _gauge("estimator_database_up", "Whether the database answers.", 0)
        return
    yield _gauge("estimator_database_up", "Whether the database answers.", 1)
    mails = GaugeMetricFamily("estimator_mails", "Mails by state.", labels=["state"])
    for state in ("waiting", "working", "sent", "failed"):
        mails.add_metric([state], found.mails.get(state, 0))
    yield mails
    ages = {
        "estimator_mail_oldest_seconds": ("Age of the oldest mail that is not sent.", found.oldest_mail),
        "estimator_mail_due_seconds": ("For how long the longest due mail has been due.", found.longest_due),
        "estimator_documents_oldest_seconds": (
            "Age of the oldest quote without its document.",
            found.oldest_document,
        ),
        "estimator_mail_held_seconds": ("For how long mail has been held.", found.mail_held_since),
        "estimator_night_age_seconds": ("Age of the last night's work.", found.night_at),
    }
    for name, (words, since) in ages.items():
        yield _gauge(name, words, 0 if since is None else max(0.0, (found.at - since).total_seconds()))
    yield _gauge(
        "estimator_documents_missing", "Quotes whose document is not made yet.", found.documents_missing
    )
    yield _gauge("estimator_queue_up", "Whether the queue answers.", float(found.queue_length is not None))
    yield _gauge("estimator_queue_length", "Entries that no worker has taken.", found.queue_length or 0)
    yield _gauge("estimator_workers", "Workers that spoke within a minute.", found.workers_alive)
    night = GaugeMetricFamily(
        "estimator_night_removed", "What the last night's work removed.", labels=["what"]
    )
    for what, count in found.night.items():
        night.add_metric([what], count)
    yield night
    troubles = GaugeMetricFamily("estimator_trouble", "What `estimator doctor` would tell.", labels=["what"])
    for trouble in found.troubles():
        troubles.add_metric([trouble], 1)
    yield troubles


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)
