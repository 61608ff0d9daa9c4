"""Two or three estimates side by side: begun from an estimate or from price lists, under a link that opens none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask

import pricing
from tests.support.database import publish
from tests.support.visitor import Page, Visitor

SHIPPED = Path(pricing.__file__).parent / "tables"

DELHI = {
    "q_cells": "marrow",
    "q_sessions": "1",
    "q_room": "ward",
    "q_nights": "7",
    "q_rehab": "none",
    "q_flights": "900",
}
JAPAN = {"q_rehab": "no", "q_flights": "150000"}


TODAY = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
"""A day on which the demonstration lists are in force."""


@pytest.fixture
def shipped(start: Callable[..., Flask], clock: time_machine.Traveller) -> Flask:
    """Return an app with the three demonstration lists."""
    clock.move_to(TODAY)
    app = start(languages=("en", "ar"))
    for name in ("delhi", "japan", "mexico"):
        publish(app, (SHIPPED / f"{name}.toml").read_text(encoding="utf-8"))
    return app


@pytest.fixture
def family(shipped: Flask) -> Visitor:
    """Return somebody who compares hospitals."""
    return Visitor(shipped)


def compared(family: Visitor, first: Page, slug: str, answers: dict[str, str]) -> Page:
    """Compare an estimate with a list, and return the comparison."""
    asked = family.open(f"{first.path}/compare/{slug}")
    sent = family.send(asked, answers, button=None)
    assert sent.status == 303, sent.problems
    return family.open(sent.location)


def test_the_same_plan_is_compared_at_another_provider(family: Visitor) -> None:
    first = family.estimate(DELHI, "delhi")
    page = compared(family, first, "japan", JAPAN)
    assert page.status == 200
    print(page.text())
