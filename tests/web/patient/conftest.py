"""A running app on a database of its own, its price list, and people who visit it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from estimator.config import Settings
from tests.support import apps
from tests.support.apps import Apps
from tests.support.clinic import ANSWERS, NOW, table_text
from tests.support.database import publish
from tests.support.visitor import Page, Visitor


@pytest.fixture
def database_url(request: pytest.FixtureRequest, instance: Path) -> str:
    """Return the address of an empty database: SQLite, unless the test asks for another kind by its name."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{instance / 'estimator.sqlite'}"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Hold the time at NOW, which may be moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def start(settings: Settings, started: Apps) -> Callable[..., Flask]:
    """Return a function that starts an app as it is started in earnest, with some settings changed."""

    def start(text: str | None = None, **changed: Any) -> Flask:
        app = started.start(apps.changed(settings, **changed))
        if text is not None:
            publish(app, text)
        return app

    return start


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list is the clinic's."""
    return start(table_text())


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Return somebody who visits for the first time."""
    return Visitor(app)


@pytest.fixture
def breakdown(visitor: Visitor) -> Page:
    """Return the page of an estimate that the visitor made."""
    return visitor.estimate(ANSWERS)
