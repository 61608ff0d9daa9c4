"""A real database of each kind for every test that asks for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from example_list import NOW, table_text
from flask import Flask

from estimator import config, create_app, migrations, tables
from estimator.config import Settings
from estimator.db import db
from estimator.models import TableVersion


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{tmp_path / 'estimator.sqlite'}"


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Settings]:
    """Return a function that loads settings with secrets in place, without this machine's environment."""

    def load(**given: str) -> Settings:
        known = {
            "INSTANCE": str(tmp_path),
            "SECRET_KEY": "s" * 32,
            "LINK_KEY": "l" * 32,
            "LOOKUP_KEY": "u" * 32,
            "DATA_KEYS": f"testkey1 {'d' * 64}",
            "DEMO": "1",
        }
        return config.load({}, **{**known, **given})

    return load


@pytest.fixture
def settings(load: Callable[..., Settings], database_url: str) -> Settings:
    """Return the settings of an app on `database_url`."""
    return load(DATABASE_URL=database_url)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Return an app on an up-to-date database, inside its context."""
    migrations.upgrade(settings.database_url)
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def version(app: Flask) -> TableVersion:
    """Return the version of the example list that is in force."""
    stored = tables.import_(table_text(), NOW)
    db.session.commit()
    return stored
