"""An app on a real database of each kind, and the price list that is in force there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from estimator import price_lists
from estimator.config import Settings
from estimator.db import db
from estimator.models import TableVersion
from tests.support.acts import acting
from tests.support.apps import Apps
from tests.support.example_list import NOW, table_text


@pytest.fixture
def pages() -> bool:
    """Return whether the app of a test has pages: those of verbs need none."""
    return False


@pytest.fixture
def app(settings: Settings, pages: bool, started: Apps) -> Iterator[Flask]:
    """Return an app on an up-to-date database, inside its context."""
    app = started.start(settings, pages=pages)
    with app.app_context():
        yield app


@pytest.fixture
def version(app: Flask) -> TableVersion:
    """Return the version of the example list that is in force."""
    stored = price_lists.import_(acting(actor="command line", now=NOW), table_text())
    db.session.commit()
    return stored
