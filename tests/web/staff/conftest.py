"""An app with accounts on a database of its own, and a clock that goes where it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from estimator import config, create_app
from estimator.config import Settings
from estimator.db import db
from estimator.models.staff import Role
from tests.support.clinic_staff import Browser, Person

NOW = datetime(2026, 3, 10, 12, 0, 5, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Return a clock that stands still until it is moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def later(clock: time_machine.Traveller) -> Callable[..., None]:
    """Return a function that lets time go by."""
    return lambda **much: clock.shift(timedelta(**much))


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Settings]:
    """Return a function that loads settings without this machine's environment."""

    def load(**given: str) -> Settings:
        known = {
            "INSTANCE": str(tmp_path),
            "SECRET_KEY": "s" * 32,
            "LINK_KEY": "l" * 32,
            "LOOKUP_KEY": "u" * 32,
            "DATA_KEYS": f"testkey1 {'d' * 64}",
            "PUBLIC_URL": "http://localhost",
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_FROM": "estimates@example.org",
        }
        return config.load({}, **{**known, **given})

    return load


@pytest.fixture
def costs() -> dict[str, int]:
    """Return what it costs to try a password: as little as argon2 takes."""
    return {"argon2__memory_cost": 8, "argon2__time_cost": 1, "argon2__parallelism": 1}


@pytest.fixture
def make_app(
    load: Callable[..., Settings],
    tmp_path: Path,
    set_up: Callable[[str], None],
    costs: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Flask]]:
    """Return a function that makes an app; all of one test share a database."""
    monkeypatch.setattr("estimator.web.staff.security.COSTS", costs)
    copy = tmp_path / "estimator.sqlite"
    set_up(f"sqlite:///{copy}")
    apps = []

    def make(**given: str) -> Flask:
        apps.append(create_app(load(DATABASE_URL=f"sqlite:///{copy}", **given)))
        return apps[-1]

    yield make
    for app in apps:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: time_machine.Traveller) -> Flask:
    """Return an app that sends mail, with nobody in it."""
    return make_app()


@pytest.fixture
def laptop(app: Flask) -> Browser:
    """Return a browser that nobody has signed in with."""
    return Browser(app)


@pytest.fixture
def join(app: Flask) -> Callable[..., Person]:
    """Return a function that puts somebody there who has begun."""

    def join(address: str = "mira@example.org", *roles: Role) -> Person:
        return Person(app, address, roles or ("price_editor",)).put(datetime.now(UTC))

    return join
