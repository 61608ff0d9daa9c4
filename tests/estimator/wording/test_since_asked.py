"""What changed since somebody asked: what was not counted is no nought, and a sum without it is at least so much."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pricing
from estimator.i18n import reader
from estimator.wording.asked import since_asked
from pricing import quote
from pricing.stored import Cases, StoredQuote
from tests.support.example_papers import DELHI, TABLES, table_of

TABLE = table_of(next(path for path in TABLES if path.stem == "delhi"))
READER = reader("en")
SPACE = "\N{NO-BREAK SPACE}"
TOLD = {**DELHI["typical"], "transfer": "none", "interpreter": "none", "attendant": False, "visa": False}


def quoted(**answers: Any) -> StoredQuote:
    given = {**TOLD, **answers}
    return quote.content(
        quote.compute(TABLE, given, []),
        [],
        number="Q-1",
        revision=1,
        reference="R-1",
        issued=datetime(2026, 3, 10, tzinfo=UTC),
        valid_until=date(2026, 4, 10),
        time_zone="Asia/Kolkata",
        language="en",
        answers={code: answer if isinstance(answer, bool) else str(answer) for code, answer in given.items()},
    )


def changed(left_open: str, **answers: Any) -> dict[str, tuple[str, str]]:
    """What is told of a plan in which one question was left open when it was asked about."""
    before = pricing.estimate(TABLE, {c: a for c, a in TOLD.items() if c != left_open}).as_dict()
    rows = since_asked((before, TABLE), quoted(**answers), TABLE, READER, [])
    return {row.kind: (row.old, row.new) for row in rows}


def test_a_group_of_which_nothing_was_counted_was_not_nought() -> None:
    found = changed("transfer", transfer="van")
    assert found == {
        "answer": ("Not answered", "Van with a wheelchair ramp"),
        "group": ("not counted yet", f"USD{SPACE}50.00"),
        "total": (f"USD{SPACE}13,784.30 so far", f"USD{SPACE}13,834.30"),
    }


def test_a_group_of_which_a_part_was_counted_was_at_least_so_much() -> None:
    left = {code: answer for code, answer in {**TOLD, "interpreter": "talks"}.items() if code != "transfer"}
    before = pricing.estimate(TABLE, {**left, "interpreter": "all_day"}).as_dict()
    twenty: Cases = {"low": "20.00", "likely": "20.00", "high": "20.00"}
    before["groups"] = [
        {**group, "amount": twenty} if group["code"] == "services" else group for group in before["groups"]
    ]
    rows = since_asked((before, TABLE), quoted(transfer="van"), TABLE, READER, [])
    assert next(row.old for row in rows if row.kind == "group") == f"at least USD{SPACE}20.00"


def test_what_was_counted_then_is_told_as_it_was() -> None:
    before = pricing.estimate(TABLE, TOLD).as_dict()
    rows = [*since_asked((before, TABLE), quoted(transfer="van"), TABLE, READER, [])]
    assert [(row.kind, row.old) for row in rows] == [
        ("answer", "We come by ourselves"),
        ("group", "not in it"),
        ("total", f"USD{SPACE}13,784.30"),
    ]
