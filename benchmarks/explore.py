"""Exploring the cost of an estimate beside 200 bare totals of the same plan, in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from benchmarks import plan
from benchmarks.measure import Row, in_turns, middle, milliseconds, processor_seconds, ratio
from benchmarks.screens import demonstration, links_of, served
from estimator import config, create_app
from estimator.db import db
from pricing.answers import check
from pricing.budget import within
from pricing.estimate import total
from pricing.explore import sensitivity
from pricing.growth import growth
from pricing.uncertainty import explain

TOTALS = 200
ROUNDS = 9
SHARES = (90, 50, 10)
"""Budgets, in hundredths of the likely total of the plan."""

AIM = "at most 2"


def rows() -> list[Row]:
    """Measure each part of the page, all of them together, and the page as a browser asks for it."""
    table, answers = plan.table(), plan.answers()
    values = check(table, answers)
    likely = total(table, values)[0][1]

    def bare() -> None:
        for _number in range(TOTALS):
            total(table, values)

    def bought(share: int) -> Callable[[], object]:
        return lambda: within(table, answers, likely * share / 100)

    parts: dict[str, Callable[[], object]] = {
        "what would change the cost": lambda: sensitivity(table, answers),
        "how the total grows": lambda: growth(table, answers),
        "where the range comes from": lambda: explain(table, answers),
        **{f"a budget of {share} % of the plan": bought(share) for share in SHARES},
    }

    def together() -> None:
        sensitivity(table, answers)
        growth(table, answers)
        within(table, answers, likely * Decimal("0.5"))

    works = {"bare": bare, **parts, "together": together}
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as folder, _asking(Path(folder)) as ask:
        works["page"] = lambda: ask(f"?budget={int(likely / 2)}")
        sides = {name: processor_seconds(work, 3) for name, work in works.items()}
        took = {name: middle(seconds) for name, seconds in in_turns(sides, ROUNDS).items()}
    beside = f"{TOTALS} totals: {milliseconds(took['bare'])}"

    def row(what: str, name: str, aim: str = "") -> Row:
        return Row(what, milliseconds(took[name]), beside, ratio(took[name], took["bare"]), aim)

    return [
        *(row(name, name) for name in parts),
        row("the arithmetic of the page with a budget of half the plan", "together", AIM),
        row("that page as the app answers it", "page", AIM),
    ]


@contextmanager
def _asking(folder: Path) -> Iterator[Callable[[str], None]]:
    """Make an estimate in an installation of its own, and yield what asks this process for its explored page."""
    settings = demonstration(folder)
    with served(settings):
        path = links_of(settings, plan.SLUG, {"measured": plan.answers()})["breakdown, measured plan"]
    app = create_app(config.load(settings))
    client = app.test_client()

    def ask(query: str) -> None:
        answer = client.get(f"{path}/explore{query}")
        if answer.status_code != 200:
            raise RuntimeError(f"the page answered {answer.status_code}")

    try:
        ask("")
        yield ask
    finally:
        app.extensions["jobs"].close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
