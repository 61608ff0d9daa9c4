"""Pages under load, beside a minimal page on the same server, with 1, 8 and 32 connections."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from http.client import HTTPResponse
from pathlib import Path
from time import perf_counter

import pricing
from benchmarks import plan
from benchmarks.client import Load, Result, put
from benchmarks.measure import Row, in_turns, middle, milliseconds, processor_seconds, ratio
from benchmarks.serving import Server, serving

CONNECTIONS = (1, 8, 32)
ROUNDS = 5
SECONDS = 0.8
ESTIMATES = 200

POST = "estimate POST"
GET = "breakdown GET"
SAME = "minimal POST with as many fields"
SHORT = "minimal POST with three fields"
FORM = "minimal GET"

Results = Mapping[str, list[Result]]


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
                POST: (ours, _post(ours)),
                SAME: (minimal, _post(minimal)),
                SHORT: (minimal, _post(minimal, "/short")),
                GET: (ours, ours.request(_made(ours))),
                FORM: (minimal, minimal.request("/")),
            }
            for connections in CONNECTIONS:
                sides = {
                    name: _side(server, request, connections) for name, (server, request) in requests.items()
                }
                results = in_turns(sides, ROUNDS)
                found += [
                    _rates(POST, SAME, connections, results, "at least 0.9, better 1.3"),
                    _rates(POST, SHORT, connections, results),
                    _rates(GET, FORM, connections, results),
                    _spread(POST, connections, results[POST]),
                    _strange([*results[POST], *results[GET]]),
                ]
                if connections == 1:
                    found += _views(ours, minimal)
                    share = _share(middle(result.percentile(50) for result in results[POST]))
            found.append(share)
    return found


def _views(ours: Server, minimal: Server) -> list[Row]:
    """Look at different estimates for the first and for the second time, each once, in turns with the minimal page."""
    paths = [_made(ours, number) for number in range(1, ESTIMATES + 1)]
    rows = []
    for which, aim in (("first", "at least 0.35"), ("second", "at least 0.7")):
        took: dict[str, list[float]] = {"ours": [], "minimal": []}
        for path in paths:
            for name, server, asked in (("ours", ours, path), ("minimal", minimal, "/")):
                begin = perf_counter()
                server.get(asked)
                took[name].append(perf_counter() - begin)
        rate = {name: len(each) / sum(each) for name, each in took.items()}
        what = f"{which} views of {ESTIMATES} different estimates"
        row = Row(
            what, f"{rate['ours']:.0f}/s", f"{FORM}: {rate['minimal']:.0f}/s", ratio(*rate.values()), aim
        )
        rows.append(row)
    return rows


def _side(server: Server, request: str, connections: int) -> Callable[[], Result]:
    return lambda: put(Load(server.port, request, connections, SECONDS))


def _post(server: Server, path: str = "") -> str:
    """Return the request that sends the filled form, after a look that it is taken and kept."""
    _kept(server, path)
    return server.request(*server.form(path))


def _made(server: Server, number: int = 0) -> str:
    """Make an estimate of a plan and return the path of its page."""
    return _kept(server, number=number).getheader("Location") or ""


def _kept(server: Server, path: str = "", number: int = 0) -> HTTPResponse:
    answer, content = server.post(*server.form(path, number))
    if answer.status != 303 and b"Saved as number" not in content:
        raise RuntimeError(f"{server.side} did not take the form, status {answer.status}")
    return answer


def _rates(ours: str, beside: str, connections: int, results: Results, aim: str = "") -> Row:
    rates = {name: middle(result.rate for result in results[name]) for name in (ours, beside)}
    said = {
        name: ", ".join(
            (
                f"{rates[name]:.0f}/s",
                f"p50 {milliseconds(middle(result.percentile(50) for result in results[name]))}",
                f"p99 {milliseconds(middle(result.percentile(99) for result in results[name]))}",
            )
        )
        for name in rates
    }
    what = f"{ours}, {connections} at once"
    return Row(what, said[ours], f"{beside}: {said[beside]}", ratio(rates[ours], rates[beside]), aim)


def _spread(ours: str, connections: int, results: list[Result]) -> Row:
    """How much longer than usual the slowest answers take."""
    most = middle(result.percentile(99) for result in results)
    half = middle(result.percentile(50) for result in results)
    aim = "at most 3" if connections == 8 else ""
    what = f"{ours}, {connections} at once, p99"
    return Row(what, milliseconds(most), f"p50: {milliseconds(half)}", ratio(most, half), aim)


def _strange(results: list[Result]) -> Row:
    """Return how many of our answers were neither a page nor a redirect."""
    answers = sum(len(result.seconds) for result in results)
    good = sum(count for result in results for status, count in result.statuses.items() if status[0] in "23")
    return Row("our answers outside 2xx and 3xx", str(answers - good), f"of {answers}", "", "none")


def _share(request: float) -> Row:
    """How much of one POST is the arithmetic, in the form in which it is kept."""
    table, answers = plan.table(), plan.answers()
    took = middle(
        in_turns({"": processor_seconds(lambda: pricing.estimate(table, answers).as_json(), 200)}, 9)[""]
    )
    return Row(
        "arithmetic in an estimate POST", milliseconds(took), milliseconds(request), ratio(took, request), ""
    )
