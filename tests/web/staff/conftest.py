"""An app with accounts on a database of its own, and a clock that goes where it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from estimator.config import Settings
from estimator.models.staff import Role
from tests.support.apps import SETTINGS, Apps
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
def known_settings() -> dict[str, str]:
    """Return the settings of a clinic that sends mail, and of no demonstration."""
    mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_FROM": "estimates@example.org"}
    return {**SETTINGS, "DEMO": "", "PUBLIC_URL": "http://localhost", **mail}


@pytest.fixture
def costs() -> dict[str, int]:
    """Return what it costs to try a password: as little as argon2 takes."""
    return {"argon2__memory_cost": 8, "argon2__time_cost": 1, "argon2__parallelism": 1}


@pytest.fixture
def make_app(
    load: Callable[..., Settings],
    instance: Path,
    started: Apps,
    costs: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Flask]:
    """Return a function that makes an app; all of one test share a database."""
    monkeypatch.setattr("estimator.web.staff.security.COSTS", costs)

    def make(**given: str) -> Flask:
        url = {"DATABASE_URL": f"sqlite:///{instance / 'estimator.sqlite'}"}
        return started.start(load(**{**url, **given}), made_with=costs)

    return make


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
