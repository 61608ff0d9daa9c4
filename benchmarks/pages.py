"""Pages under load, beside a minimal page on the same server, with 1, 8 and 32 connections."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pricing
from benchmarks import plan
from benchmarks.client import Load, Result, put
from benchmarks.measure import Row, in_turns, middle, milliseconds, processor_seconds, ratio
from benchmarks.serving import Server, serving

CONNECTIONS = (1, 8, 32)
ROUNDS = 5
SECONDS = 1.2


def rows() -> list[Row]:
    """Send forms and ask for breakdowns, in turns with the minimal page."""
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as name:
        folder = Path(name)
        with (
            serving("estimator", folder / "estimator") as ours,
            serving("minimal", folder / "minimal") as minimal,
        ):
            requests = {
                "estimate POST": (ours, _post(ours)),
                "minimal POST": (minimal, _post(minimal)),
                "breakdown GET": (ours, ours.request(_made(ours))),
                "minimal GET": (minimal, minimal.request("/")),
            }
            at_one = 0.0
            for connections in CONNECTIONS:
                results = in_turns(
                    {
                        name: _side(server, request, connections)
                        for name, (server, request) in requests.items()
                    },
                    ROUNDS,
                )
                found += _compared("estimate POST", "minimal POST", connections, results)
                found += _compared("breakdown GET", "minimal GET", connections, results)
                at_one = at_one or middle(result.percentile(50) for result in results["estimate POST"])
            found.append(_share(at_one))
    return found


def _side(server: Server, request: str, connections: int) -> Callable[[], Result]:
    return lambda: put(Load(server.port, request, connections, SECONDS))


def _post(server: Server) -> str:
    """Return the request that sends the filled form, after a look that it is taken."""
    path, body, cookie = server.form()
    return server.request(path, body, cookie)


def _made(server: Server) -> str:
    """Make an estimate and return the path of its page."""
    answer, _content = server.post(*server.form())
    if answer.status != 303:
        raise RuntimeError(f"the form was not taken, status {answer.status}")
    return answer.getheader("Location") or ""


def _compared(ours: str, other: str, connections: int, results: Mapping[str, list[Result]]) -> list[Row]:
    numbers = {}
    for name in (ours, other):
        rate = middle(result.rate for result in results[name])
        half = middle(result.percentile(50) for result in results[name])
        most = middle(result.percentile(99) for result in results[name])
        numbers[name] = (rate, half, most)
    strange: dict[str, int] = {}
    for name in (ours, other):
        for result in results[name]:
            for status, count in result.statuses.items():
                if status[0] not in "23":
                    strange[f"{name} {status}"] = strange.get(f"{name} {status}", 0) + count
    said = {
        name: f"{rate:.0f}/s, p50 {milliseconds(half)}, p99 {milliseconds(most)}"
        for name, (rate, half, most) in numbers.items()
    }
    post = ours.endswith("POST")
    found = [
        Row(
            f"{ours}, {connections} connection{'s' * (connections > 1)}",
            said[ours],
            f"{other}: {said[other]}",
            ratio(numbers[ours][0], numbers[other][0]),
            "at least 0.9 of the rate" if post else "",
        )
    ]
    if post and connections == 8:
        _rate, half, most = numbers[ours]
        found.append(
            Row(f"{ours}, p99 to p50", milliseconds(most), milliseconds(half), ratio(most, half), "at most 3")
        )
    if strange:
        found.append(Row("answers outside 2xx and 3xx", str(strange), "", "", "none"))
    return found


def _share(request: float) -> Row:
    """How much of one POST is the arithmetic, in the form in which it is kept."""
    table, answers = plan.table(), plan.given()
    took = middle(
        in_turns({"": processor_seconds(lambda: pricing.estimate(table, answers).as_json(), 200)}, 9)[""]
    )
    return Row(
        "arithmetic in an estimate POST", milliseconds(took), milliseconds(request), ratio(took, request), ""
    )
