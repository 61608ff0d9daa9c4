"""A breakdown that shows less at once says no less: each sentence of the long page is on it, or there is a reason.

`said_before/` holds the price list that the long page was drawn from, and what it said of three plans. What was
removed stands in `removed.txt`, each sentence below the reason why.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.support.example_papers import DELHI
from tests.support.said import said, without_chance
from tests.support.visitor import Visitor

HERE = Path(__file__).with_name("said_before")

DAY = datetime(2026, 11, 29, 9, tzinfo=UTC)
"""The day on which the long page was drawn."""

EXTRA = {"package": {"hotel_nights": "0"}, "typical": {}, "request": {"breathing": "no"}}
"""What the plans leave open besides, so that the page says something about that too."""


def removed() -> dict[str, str]:
    """Return what is no longer said, with the reason: a line that begins with # is the reason for those below it."""
    found, reason = {}, ""
    for line in (HERE / "removed.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            reason = line.lstrip("# ")
        elif line.strip():
            found[line] = reason
    return found


def answers(name: str) -> dict[str, str]:
    plan = {**DELHI[name], **EXTRA[name]}
    written = {True: "yes", False: "no"}
    return {
        f"q_{code}": written.get(answer, str(answer)) if isinstance(answer, bool) else str(answer)
        for code, answer in plan.items()
    }


@pytest.mark.parametrize("name", sorted(EXTRA))
def test_nothing_that_was_said_is_gone_but_what_is_named_with_its_reason(
    start: Callable[..., Flask], clock: time_machine.Traveller, name: str
) -> None:
    clock.move_to(DAY, tick=False)
    visitor = Visitor(start((HERE / "delhi.toml").read_text(encoding="utf-8")))
    page = visitor.estimate(answers(name), slug="delhi")
    now = without_chance(said(page.one("body")))
    before = (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert len(before) > 150
    gone = removed()
    assert [sentence for sentence in before if sentence not in now and sentence not in gone] == []


def test_what_is_named_as_removed_was_said_before_and_has_a_reason() -> None:
    before = {
        line for name in EXTRA for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    }
    assert removed().keys() <= before
    assert all(removed().values())
