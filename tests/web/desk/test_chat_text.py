"""The line that is pasted into a chat says of a quote what is so on that day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from estimator import quotes
from estimator.config import Settings
from estimator.models import QuoteRevision
from estimator.web.desk import chat
from tests.support.acts import acting
from tests.support.apps import Apps
from tests.support.example_list import NOW
from tests.support.example_quotes import COORDINATOR, accept, decline, quoted, settings


@pytest.fixture
def app(load: Callable[..., Settings], database_url: str, started: Apps) -> Iterator[Flask]:
    """Return an app without a list, inside its context."""
    app = started.start(load(DATABASE_URL=database_url))
    with app.app_context():
        yield app


def line(app: Flask, revision: QuoteRevision) -> str:
    with app.test_request_context():
        return chat.of_quote(revision.quote.request, revision).text.splitlines()[0]


def test_an_accepted_quote_is_told_as_accepted_and_not_as_still_to_be_answered(
    app: Flask, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW)
    revision = quoted(language="fr")
    assert ", valable jusqu’au " in line(app, revision)
    accept(revision)
    assert line(app, revision).endswith(", accepté le 10 mars 2026\xa0:")
    quotes.take_back(acting(now=NOW, settings=settings()), revision)
    assert ", valable jusqu’au " in line(app, revision)


def test_of_a_quote_whose_last_day_is_over_it_is_said_until_when_it_could_be_accepted(
    app: Flask, clock: time_machine.Traveller
) -> None:
    clock.move_to(NOW + timedelta(days=60))
    revision = quoted(language="fr")
    assert ", qui pouvait être accepté jusqu’au " in line(app, revision)
    accept(revision)
    assert ", accepté le 10 mars 2026" in line(app, revision)


def test_of_a_quote_that_was_declined_or_withdrawn_no_day_is_told(app: Flask) -> None:
    declined, withdrawn = quoted(), quoted(submission="another form")
    decline(declined)
    act = acting(actor=COORDINATOR, now=NOW, settings=settings())
    quotes.withdraw(act, withdrawn, reason="mistake")
    for revision in (declined, withdrawn):
        said = line(app, revision)
        assert said.startswith(f"Your quote {revision.quote.number} from ")
        assert "valid until" not in said
