"""The effect of a new price list on past plans: one process beside two, and the share of reading."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import resources
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import insert

import pricing
from benchmarks.acts import acting
from benchmarks.measure import Row, in_turns, middle, ratio
from estimator import config, create_app, migrations, price_lists
from estimator.db import db
from estimator.models import Estimate, TableVersion
from estimator.price_lists import drafts, previews
from pricing import PriceTable
from pricing.distinct_plans import Distinct

PLANS = (10_000, 100_000, 1_000_000)
ROUNDS = 3
AT_A_TIME = 20_000
BREAKDOWN = "x" * 1_000
"""What stands for a breakdown, which is never read here; a real one of this list is ten times as long."""

PROGRAM = """
import json, sys
from time import perf_counter
from estimator.price_lists import repricing
with open(sys.argv[1], encoding="utf-8") as file:
    old, new, plans = json.load(file)
began = perf_counter()
with repricing.Pricers(old, new, int(sys.argv[2])) as pricers:
    pricers.tally(plans, lambda _plans: None)
print(perf_counter() - began)
"""

RAISED = ("price = 60.00", "price = 62.40")


def rows() -> list[Row]:
    """Make estimates with a demonstration list, raise one price, and work out what that does to them."""
    found = []
    for plans in PLANS:
        with tempfile.TemporaryDirectory() as folder:
            found += _measured(Path(folder), plans)
    return found


def _measured(folder: Path, plans: int) -> list[Row]:
    config.prepare_secrets(folder)
    app = create_app(_ready(config.load({"INSTANCE": str(folder), "DEMO": "1"})))
    with app.app_context():
        now = datetime.now(UTC)
        text = (resources.files("pricing.tables") / "delhi.toml").read_text(encoding="utf-8")
        version = price_lists.import_(acting(actor="command line", now=now), text)
        _make_estimates(version, plans, now)
        assert RAISED[0] in text
        draft = drafts.begin(
            acting(actor="benchmark", now=now),
            version.slug,
            text=text.replace(*RAISED),
            examples="[]",
            based_on=version,
        )
        preview = previews.ask(acting(actor="benchmark", now=now), draft)
        claimed = previews.claim(acting(now=now, lease_seconds=600), preview.id)
        db.session.commit()
        assert claimed is not None
        work = previews.work_of(claimed, now)
        began = perf_counter()
        distinct = _read(work)
        reading = perf_counter() - began
        db.session.remove()
        db.engine.dispose()
    assert sum(distinct.plans.values()) == plans
    given = folder / "plans.json"
    given.write_text(json.dumps([work.old, work.new, distinct.plans]), encoding="utf-8")
    sides = {str(number): partial(_priced, given, number) for number in (1, 2)}
    one, two = (middle(seconds) for seconds in in_turns(sides, ROUNDS if plans < 1_000_000 else 1).values())
    what = f"{plans:,} plans, {len(distinct.plans):,} of them distinct"
    return [
        Row(
            f"preview of {what}",
            f"two processes: {two:.1f} s",
            f"one process: {one:.1f} s",
            ratio(one, two),
            "at least 1.8",
        ),
        Row(
            f"reading {what}",
            f"{reading:.2f} s",
            f"all of it: {reading + two:.1f} s",
            ratio(reading, reading + two),
            "at most 0.10",
        ),
    ]


def _ready(settings: Any) -> Any:
    migrations.upgrade(settings.database_url)
    return settings


def _read(work: previews.Work) -> Distinct:
    distinct = Distinct((pricing.read(work.old), pricing.read(work.new)))
    for part in previews.plans_of(work):
        db.session.rollback()
        for answers, plans in part:
            distinct.add(answers, plans)
    return distinct


def _priced(given: Path, processes: int) -> float:
    """Price in a program of its own: what a process imports anew is then as little as in a real worker."""
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(given), str(processes)], capture_output=True, check=True
    )
    return float(said.stdout)


def _make_estimates(version: TableVersion, plans: int, now: datetime) -> None:
    table = price_lists.parsed(version)
    given = _given(table)
    first = now - timedelta(days=80)
    for start in range(0, plans, AT_A_TIME):
        made = [
            {
                "reference": f"EST-{number}",
                "table_version_id": version.id,
                "given": next(given),
                "breakdown": BREAKDOWN,
                "language": "en",
                "valid_until": now.date(),
                "submission": str(number),
                "link_hash": str(number),
                "link_serial": 1,
                "created_at": first + timedelta(seconds=number),
            }
            for number in range(start, min(plans, start + AT_A_TIME))
        ]
        db.session.execute(insert(Estimate), made)
        db.session.commit()


def _given(table: PriceTable) -> Iterator[str]:
    """Yield answers as people give them, the same ones every time: most take what most take, some do not."""
    chance = random.Random(4)

    def one_of(**weights: int) -> str:
        return chance.choices(list(weights), list(weights.values()))[0]

    def some(seldom: int, *often: int) -> str:
        return str(seldom if chance.random() < 0.05 else chance.choice(often))

    codes = [driver.code for driver in table.drivers]
    while True:
        plan: dict[str, Any] = {
            "cells": one_of(umbilical=6, marrow=3, adipose=1),
            "sessions": chance.choices("123456", (30, 15, 35, 10, 5, 5))[0],
            "room": one_of(ward=5, semi_private=3, single=2, deluxe=1),
            "nights": some(chance.randint(7, 60), 7, 14, 14, 21),
            "rehab": one_of(none=3, physio=4, day=2, intensive=2, robot=1),
            "rehab_days": some(chance.randint(6, 90), 12, 12, 24),
            "companions": chance.choices("012", (2, 6, 2))[0],
            "hotel_nights": some(chance.randint(0, 30), 7, 14),
            "transfer": one_of(none=3, car=5, van=2),
            "interpreter": one_of(none=6, talks=3, all_day=1),
            "visa": chance.random() < 0.6,
            "own_mri": chance.random() < 0.7,
        }
        if chance.random() < 0.9:
            plan |= {"hotel_nights": "0", "interpreter": "none", "transfer": "none"}
        if plan["rehab"] == "none":
            del plan["rehab_days"]
        yield json.dumps({code: plan[code] for code in codes if code in plan})
