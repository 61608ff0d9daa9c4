"""Documents: cold, first, and again from the store, beside the plain call of the renderer and a static file."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import perf_counter

from benchmarks.client import Load, Result, put
from benchmarks.measure import Row, in_turns, middle, milliseconds, ratio
from benchmarks.paperwork import jobs
from benchmarks.rendering import Made, renderer
from benchmarks.serving import Server, serving

STARTS = 3
DOCUMENTS = 8
ROUNDS = 5
SECONDS = 0.6


def rows() -> list[Row]:
    """Make documents in turns with the plain call; serve one in turns with a static file."""
    return [*_started(), *_rendered(), *_served()]


def _started() -> list[Row]:
    """From the start of a process to its first document, and the first document of one that is warm."""
    job = next(jobs(1))

    def start(side: str) -> Callable[[], tuple[float, Made]]:
        def started() -> tuple[float, Made]:
            begin = perf_counter()
            with renderer(side) as process:
                made = process.make(job)
                return perf_counter() - begin, made

        return started

    found = in_turns({side: start(side) for side in ("app", "warm", "plain")}, STARTS)
    cold = middle(seconds for seconds, _made in found["app"])
    plain = middle(seconds for seconds, _made in found["plain"])
    warm = middle(made.clock for _seconds, made in found["warm"])
    first = middle(made.clock for _seconds, made in found["plain"])
    return [
        Row(
            "cold: from the start of a process to its first document",
            milliseconds(cold),
            f"plain call: {milliseconds(plain)}",
            ratio(cold, plain),
        ),
        Row(
            "the first document of a child that is warm",
            milliseconds(warm),
            f"first plain call of a process: {milliseconds(first)}",
            ratio(warm, first),
        ),
    ]


def _rendered() -> list[Row]:
    """Documents of 20 lines in processes that have made one before: processor time of ours and of the plain call."""
    job = next(jobs(1))
    with ExitStack() as stack:
        sides = {side: stack.enter_context(renderer(side)) for side in ("child", "plain", "standard")}
        for process in sides.values():
            process.make(job)
        made = in_turns({side: partial(process.make, job) for side, process in sides.items()}, DOCUMENTS)
    took = {side: middle(one.processor for one in found) for side, found in made.items()}
    words = "first PDF of 20 lines, processor time"
    return [
        Row(
            words,
            milliseconds(took["child"]),
            f"plain call: {milliseconds(took['plain'])}",
            ratio(took["child"], took["plain"]),
            "at most 0.80, better 0.65",
        ),
        Row(
            words,
            milliseconds(took["child"]),
            f"plain call to the same standard: {milliseconds(took['standard'])}",
            ratio(took["child"], took["standard"]),
        ),
    ]


def _served() -> list[Row]:
    """A document that is in the store already, beside a static file of the same bytes on the same server."""
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as name:
        folder = Path(name)
        static = folder / "static"
        static.mkdir()
        with serving("estimator", folder / "estimator", static) as server:
            _made_once(server)  # so that the child is warm
            renderings = [_made_once(server) for _ in range(3)]
            path, content, _seconds = renderings[0]
            (static / "same.pdf").write_bytes(content)
            requests = {
                "store": server.request(path),
                "static": server.request("/static/same.pdf"),
            }

            def side(name: str, connections: int) -> Callable[[], Result]:
                return lambda: put(Load(server.port, requests[name], connections, SECONDS))

            alone = in_turns({name: side(name, 1) for name in requests}, ROUNDS)
            eight = in_turns({name: side(name, 8) for name in requests}, ROUNDS)
    rendering = middle(seconds for _path, _content, seconds in renderings)
    again = middle(result.percentile(50) for result in alone["store"])
    rate = {name: middle(result.rate for result in results) for name, results in eight.items()}
    return [
        Row(
            f"again from the store, 8 connections, {len(content) / 1024:.0f} KiB",
            f"{rate['store']:.0f}/s",
            f"static file: {rate['static']:.0f}/s",
            ratio(rate["store"], rate["static"]),
            "at least 0.5",
        ),
        Row(
            "again from the store, 1 connection",
            milliseconds(again),
            f"rendered in a request: {milliseconds(rendering)}",
            f"1 to {rendering / again:.0f}",
            "at least 1 to 200",
        ),
    ]


def _made_once(server: Server) -> tuple[str, bytes, float]:
    """Make an estimate and ask for its document for the first time; return path, bytes and seconds."""
    answer, _content = server.post(*server.form())
    path = f"{answer.getheader('Location')}/estimate.pdf"
    begin = perf_counter()
    answer, content = server.get(path)
    took = perf_counter() - begin
    if answer.status != 200 or not re.match(rb"%PDF-", content):
        raise RuntimeError(f"there is no document, status {answer.status}")
    return path, content, took
