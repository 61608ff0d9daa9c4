"""The desk's list with 200,000 requests on SQLite and 1,000,000 on PostgreSQL: open, filter, search, page far.

Every figure is one whole page of the real app, for a coordinator who is signed in. Beside them, in the same run and in
turns, stands a page that shows fifty rows of the same table and does nothing else.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from flask import Flask, render_template_string
from sqlalchemy import func, select

from benchmarks import many_requests, postgresql
from benchmarks.acts import acting
from benchmarks.many_requests import COUNTRIES, FAMILY, GIVEN, LATE
from benchmarks.measure import Row, milliseconds, ratio
from estimator import config, staff
from estimator.db import db
from estimator.estimates import LETTERS
from estimator.models import PatientRequest
from estimator.requests import search
from estimator.staff import invitations

SQLITE, POSTGRESQL = 200_000, 1_000_000
ROUNDS = 80
WARM = 5

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>A list</title></head>
<body>
<h1>A list</h1>
<table>
{% for row in rows %}<tr>{% for value in row %}<td>{{ value }}</td>{% endfor %}</tr>
{% endfor %}</table>
</body>
</html>
"""

Query = Callable[[random.Random, int], str]


def rows() -> list[Row]:
    """Fill both databases, and ask for pages."""
    found = []
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as folder:
        found += _measured(Path(folder), "SQLite", SQLITE, {})
    try:
        with postgresql.server() as url, tempfile.TemporaryDirectory(prefix="estimator-bench-") as folder:
            found += _measured(Path(folder), "PostgreSQL", POSTGRESQL, {"DATABASE_URL": url})
    except LookupError as error:
        found.append(Row(f"PostgreSQL, {POSTGRESQL:,} requests", f"not measured: {error}"))
    return found


def _measured(folder: Path, database: str, count: int, given: dict[str, str]) -> list[Row]:
    config.prepare_secrets(folder)
    settings = config.load({"INSTANCE": str(folder), "DEMO": "1", **given})
    began = perf_counter()
    app = many_requests.app_with(settings, count)
    filled = perf_counter() - began
    minimal = _minimal(settings)
    desk, plain = _signed_in(app), minimal.test_client()
    some = random.Random(11)
    times: dict[str, list[float]] = {name: [] for name in (MINIMAL, *QUERIES)}
    for number in range(ROUNDS + WARM):
        for name in sorted(times, reverse=bool(number % 2)):
            client = plain if name == MINIMAL else desk
            query = "/" if name == MINIMAL else f"/desk/requests?{QUERIES[name](some, count)}"
            start = perf_counter()
            answer = client.get(query)
            took = perf_counter() - start
            assert answer.status_code == 200, (query, answer.status_code)
            answer.close()
            if number >= WARM:
                times[name].append(took)
    for one in (app, minimal):
        with one.app_context():
            db.engine.dispose()
    what = f"{database}, {count:,} requests"
    result = [Row(f"{what}: filled in", f"{filled:.0f} s")]
    result.append(_row(f"{what}: {NEWEST}", times[NEWEST], "a plain page of 50 rows", times[MINIMAL]))
    for name, aim in AIMS.items():
        result += _both(f"{what}: {name}", times[name], times[NEWEST], aim)
    return result


MINIMAL = "a plain page of 50 rows"
NEWEST = "the newest 50"


def _name(some: random.Random, _count: int) -> str:
    """Return a search for the beginning of a name, names chosen by their frequency."""
    names = [name for name in (GIVEN if some.random() < 0.5 else FAMILY) if len(name) > 2]
    name = some.choices(names, [1 / (place + 4) for place in range(len(names))])[0]
    return urlencode({"q": name[: some.randint(3, len(name))]})


def _two_names(some: random.Random, _count: int) -> str:
    first, last = some.choice(GIVEN), some.choice(FAMILY)
    return urlencode({"q": f"{first[: some.randint(3, 5)]} {last[: some.randint(3, 5)]}"})


def _reference(some: random.Random, _count: int) -> str:
    letters = "".join(some.choice(LETTERS) for _letter in range(some.randint(1, 4)))
    return urlencode({"q": f"REQ-{letters}"})


def _address(some: random.Random, _count: int) -> str:
    address = f"{some.choice(GIVEN)}.{some.choice(FAMILY)}{some.randrange(1000)}@example.org"
    return urlencode({"q": address})


def _one_filter(some: random.Random, _count: int) -> str:
    name, values = some.choice(list(_FILTERS.items()))
    return urlencode({name: some.choice(values)})


def _filters(some: random.Random, _count: int) -> str:
    chosen = some.sample(list(_FILTERS.items()), some.randint(2, 4))
    order = {"order": "due"} if some.random() < 0.3 else {}
    return urlencode({**{name: some.choice(values) for name, values in chosen}, **order})


def _search_and_filters(some: random.Random, count: int) -> str:
    return f"{_name(some, count)}&{_filters(some, count)}"


def _never_meets(_some: random.Random, _count: int) -> str:
    """Return filters without a common match: somebody who left long ago, with a late country or with open requests."""
    where = {"country": LATE} if _some.random() < 0.5 else {"state": "open"}
    return urlencode({"who": many_requests.PEOPLE, **where})


_FILTERS: dict[str, Sequence[Any]] = {
    "state": ("open", "new", "waiting", "quoted", "closed", "declined"),
    "country": (*COUNTRIES[:12], *COUNTRIES[-12:], LATE),
    "who": ("nobody", "me", *range(1, many_requests.PEOPLE + 1)),
    "list": ("delhi", "japan", "mexico"),
}

QUERIES: dict[str, Query] = {
    NEWEST: lambda _some, _count: "",
    "the page in the middle": lambda _some, count: f"after={count // 2}",
    "any page": lambda some, count: f"after={some.randrange(100, count)}",
    "the soonest due": lambda _some, _count: "state=open&order=due",
    "one filter": _one_filter,
    "two to four filters": _filters,
    "search: a word of a name": _name,
    "search: two words of a name": _two_names,
    "search: a beginning of a reference": _reference,
    "search: an address": _address,
    "search and filters together": _search_and_filters,
    "filters that never meet": _never_meets,
}

FAR = "at most 1.5"
SEARCH = "p50 at most 20, p95 at most 100"
AIMS = {
    name: FAR if "page" in name else SEARCH if "search" in name else "" for name in QUERIES if name != NEWEST
}


def _both(what: str, ours: Sequence[float], newest: Sequence[float], aim: str) -> list[Row]:
    half, most = _percentile(ours, 50), _percentile(ours, 95)
    beside = _percentile(newest, 50)
    ratios = f"{ratio(half, beside)}; p95 {ratio(most, beside)}"
    said = f"p50 {milliseconds(half)}, p95 {milliseconds(most)}"
    return [Row(what, said, f"{NEWEST}: p50 {milliseconds(beside)}", ratios, aim)]


def _row(what: str, ours: Sequence[float], beside: str, theirs: Sequence[float]) -> Row:
    half, other = _percentile(ours, 50), _percentile(theirs, 50)
    said = f"p50 {milliseconds(half)}, p95 {milliseconds(_percentile(ours, 95))}"
    return Row(what, said, f"{beside}: p50 {milliseconds(other)}", ratio(half, other))


def _percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _minimal(settings: config.Settings) -> Flask:
    """Return an app with one page: fifty rows of the table, nobody signed in, nothing sealed, no filter."""
    app = Flask("minimal")
    app.config.update(SQLALCHEMY_DATABASE_URI=settings.database_url)
    db.init_app(app)

    @app.get("/")
    def page() -> str:
        columns = (
            PatientRequest.reference,
            PatientRequest.country,
            PatientRequest.total,
            PatientRequest.state,
        )
        found = db.session.execute(select(*columns).order_by(PatientRequest.id.desc()).limit(search.PAGE))
        return render_template_string(PAGE, rows=found.all())

    return app


def _signed_in(app: Flask) -> Any:
    now = datetime.now(UTC)
    settings = app.config["SETTINGS"]
    with app.app_context():
        user = staff.demonstration("coordinator", language="en", now=now)
        _link, token = invitations.make(acting(now=now, settings=settings), user, "demonstration")
        db.session.commit()
        assert db.session.scalar(select(func.max(PatientRequest.id)))
    client = app.test_client()
    welcome = f"/staff/demonstration/{token}"
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(welcome).text)
    assert found is not None
    client.post(welcome, data={"csrf_token": found[1]})
    return client
