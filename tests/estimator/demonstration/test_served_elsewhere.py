"""A demonstration is never served from an installation that somebody works with."""

from __future__ import annotations

import pytest
from flask import Flask

from estimator import demonstration, price_lists, staff
from estimator.db import db
from estimator.processes.demonstration import ways_in
from tests.support import example_quotes
from tests.support.acts import acting
from tests.support.commands import environment, estimator
from tests.support.server_process import free_port


def somebody_works() -> None:
    staff.invite(acting(actor="command line"), "head@clinic.example", ["administrator"], language="en")
    db.session.commit()


@pytest.mark.processes
@pytest.mark.parametrize("work", ["an account of staff", "a price list in force"])
def test_it_is_refused_where_somebody_works_and_nothing_is_changed(app: Flask, work: str) -> None:
    if work == "an account of staff":
        somebody_works()
    else:
        example_quotes.publish(example_quotes.list_text().replace("demo = true\n", ""))
        db.session.commit()
    before = {version.slug for version in price_lists.all_in_force(acting().now)}
    code, output, errors = estimator(
        "serve", "--demo", **{**environment(app.config["SETTINGS"]), "PORT": str(free_port())}
    )
    assert (code, output) == (1, "")
    assert "Somebody works with this installation" in errors
    assert "Traceback" not in errors
    db.session.expire_all()
    assert {version.slug for version in price_lists.all_in_force(acting().now)} == before
    assert demonstration.belongs_to_somebody(acting())


def test_what_people_try_in_a_demonstration_does_not_keep_it_from_being_served_again(app: Flask) -> None:
    demonstration.mark_served(acting().now)
    somebody_works()
    assert not demonstration.belongs_to_somebody(acting())


def test_a_demonstration_of_before_is_known_by_its_invented_people(app: Flask) -> None:
    ways_in(acting())
    somebody_works()
    assert not demonstration.belongs_to_somebody(acting())
