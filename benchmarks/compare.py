"""What a comparison of three estimates costs beside the page of one of them, in one process, in turns.

Each page is asked for as a reader's browser would, who has seen it before; and once as the first reader of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from flask.testing import FlaskClient

from benchmarks.acts import acting
from benchmarks.measure import Row, in_turns, middle, milliseconds, processor_seconds, ratio
from benchmarks.screens import SLUGS, plans_of
from estimator import config, create_app, estimates, migrations, price_lists
from estimator.clinic import exchange_rates
from estimator.db import db
from estimator.processes import demonstration
from estimator.web.patient import worded

ROUNDS = 9
TIMES = 20


def rows() -> list[Row]:
    """Ask for both pages in turns."""
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as name:
        config.prepare_secrets(Path(name))
        settings = config.load({"INSTANCE": name, "DEMO": "1"})
        migrations.upgrade(settings.database_url)
        app = create_app(settings)
        try:
            with app.app_context():
                breakdown, comparison = _made()
            client = app.test_client()
            again = _row("seen before", client, comparison, breakdown, lambda: None)
            first = _row("seen for the first time", client, comparison, breakdown, _forget)
            return [again, first, _weight(client, comparison, breakdown)]
        finally:
            app.extensions["jobs"].close()


def _made() -> tuple[str, str]:
    """Make an estimate of each demonstration list and a comparison of them; return the paths of two pages."""
    act = acting(actor="command line", now=datetime.now(UTC))
    demonstration.import_tables(act)
    exchange_rates.enter(act, "JPY", "USD", Decimal("0.0064"), "A bank", act.now.date())
    tokens = [
        estimates.make(
            act,
            price_lists.in_force(slug, act.now),
            plans_of(slug)["default"],
            language="en",
            submission=slug,
        )
        for slug in SLUGS
    ]
    records = [found for token in tokens if (found := estimates.find(act, token)) is not None]
    compared = estimates.comparisons.make(act, records, submission="compared")
    db.session.commit()
    return f"/e/{tokens[0]}", f"/compare/{compared}"


def _row(what: str, client: FlaskClient, ours: str, beside: str, before: Callable[[], None]) -> Row:
    for path in (ours, beside):
        if client.get(path).status_code != 200:
            raise RuntimeError(f"no page at {path}")
    sides = {path: processor_seconds(partial(_seen, client, path, before), TIMES) for path in (ours, beside)}
    took = {path: middle(found) for path, found in in_turns(sides, ROUNDS).items()}
    return Row(
        f"comparison of three, {what}",
        milliseconds(took[ours]),
        f"breakdown: {milliseconds(took[beside])}",
        ratio(took[ours], took[beside]),
        "at most 2",
    )


def _seen(client: FlaskClient, path: str, before: Callable[[], None]) -> None:
    before()
    client.get(path)


def _forget() -> None:
    """Forget the words that the process keeps of pages, as if nobody had read them."""
    worded._words.clear()
    worded._compared.clear()
    worded._comparisons.clear()


def _weight(client: FlaskClient, ours: str, beside: str) -> Row:
    sizes = [len(client.get(path).get_data()) for path in (ours, beside)]
    return Row(
        "comparison of three, as it is sent without compression",
        f"{sizes[0] / 1000:.0f} kB",
        f"breakdown: {sizes[1] / 1000:.0f} kB",
        ratio(*sizes),
    )
