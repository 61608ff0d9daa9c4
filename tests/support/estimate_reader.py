"""Somebody who has an estimate sent by mail, and a worker that sends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from estimator import estimates, price_lists
from estimator.config import Settings
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail
from estimator.processes import worker
from tests.support import visitor
from tests.support.acts import acting
from tests.support.apps import Apps
from tests.support.example_list import NOW, table_text

ADDRESS = "anna@example.org"


class Page(visitor.Page):
    """A page with the form that sends an estimate."""

    def texts(self, name: str, class_: str | None = None) -> list[str]:
        found = self.all(name) if class_ is None else self.all(name, class_=class_)
        return [" ".join("".join(element.itertext()).split()) for element in found]

    @property
    def reads(self) -> str:
        """What can be read on the page, with ordinary spaces."""
        return " ".join(self.text().split())

    @property
    def form(self) -> Element | None:
        return next(iter(self.all("form", class_="email")), None)

    def fields(self) -> dict[str, str]:
        """Return what a browser would send of the form."""
        assert self.form is not None
        return self.typed(self.form).to_dict()


class Reader(visitor.Visitor):
    """Somebody with a browser and the link of an estimate."""

    kind_of_page = Page

    def __init__(self, app: Flask, token: str) -> None:
        super().__init__(app)
        self.link = f"/e/{token}"

    def open(self, path: str | None = None, **more: Any) -> Page:
        page = super().open(path or self.link, **more)
        assert isinstance(page, Page)
        return page

    def fill_in(self, page: Page | None = None, **typed: str | None) -> Page:
        """Send the form of a page, else a new one, with some fields changed or left out."""
        data = {**(page or self.open(f"{self.link}/email")).fields(), **typed}
        answered = self.post(f"{self.link}/email", {k: v for k, v in data.items() if v is not None})
        assert isinstance(answered, Page)
        return answered


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Hold the time at NOW, which may be moved."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def start(
    load: Callable[..., Settings], started: Apps, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Flask]:
    """Return a function that starts a demonstration, or whatever its settings say, on SQLite."""
    monkeypatch.setattr("estimator.db.BUSY_SECONDS", 0.1)
    return lambda **given: started.start(load(**{"PUBLIC_URL": "http://localhost", **given}))


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    return start()


@pytest.fixture
def token(app: Flask) -> str:
    """Return the token of an estimate."""
    return made(app)


def made(app: Flask) -> str:
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        version = price_lists.import_(acting(actor="command line", now=NOW), table_text())
        token = estimates.make(
            acting(now=NOW, settings=settings), version, {"sessions": 2}, language="en", submission=""
        )
        db.session.commit()
    return token


@pytest.fixture
def reader(app: Flask, token: str) -> Reader:
    return Reader(app, token)


def mails(app: Flask) -> list[Mail]:
    with app.app_context():
        found = list(db.session.scalars(select(Mail).order_by(Mail.id)))
        db.session.expunge_all()
    return found


def change(app: Flask, **values: Any) -> None:
    """Let what became of every mail be something else."""
    with app.app_context():
        db.session.execute(update(Mail).values(**values))
        db.session.commit()


def send(app: Flask) -> None:
    """Let a worker send every mail that waits."""
    for mail in mails(app):
        with app.app_context():
            worker.send(app, mail.id)


def bells(app: Flask) -> list[int]:
    return [bell.args[1] for bell in app.extensions["jobs"].huey.pending()]


def address_of(app: Flask, mail: Mail) -> str | None:
    return outbox.address_of(mail, app.config["SETTINGS"].data_keys)


def outcome(reader: Reader) -> str:
    (found,) = reader.open(f"{reader.link}/email").texts("li", "outcome")
    return found
