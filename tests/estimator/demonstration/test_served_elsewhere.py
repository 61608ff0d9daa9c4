"""A demonstration is never served from an installation that somebody works with."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask

from estimator import clinic, demonstration, price_lists, staff
from estimator.cli.installation import invented_things
from estimator.clinic import exchange_rates
from estimator.db import db
from estimator.processes.demonstration import import_tables, ways_in
from tests.support import example_quotes
from tests.support.acts import acting
from tests.support.commands import environment, estimator
from tests.support.example_list import table_text
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


def a_real_list() -> str:
    return example_quotes.list_text().replace("demo = true\n", "")


def test_what_people_try_in_a_demonstration_does_not_keep_it_from_being_served_again(app: Flask) -> None:
    ways_in(acting())
    editor = staff.find(staff.DEMONSTRATION["price_editor"])
    assert editor is not None
    example_quotes.ask(example_quotes.publish(), submission="with an invented list")
    tried = price_lists.import_(acting(actor=f"user:{editor.id}"), a_real_list().replace("2026-1", "2026-9"))
    example_quotes.ask(tried, submission="with a list that was tried")
    assert not demonstration.belongs_to_somebody(acting())


def test_lists_that_commands_add_in_demonstration_mode_are_tried_until_they_are_added_outside(
    app: Flask,
) -> None:
    trying, meaning = acting(demo=True), acting(demo=False)
    for name in ("a", "b"):
        text = a_real_list().replace('table = "example"', f'table = "{name}"')
        version = price_lists.import_(trying, text)
        demonstration.keep_tried(trying, version)
    assert not demonstration.belongs_to_somebody(acting())
    demonstration.keep_tried(meaning, version)
    assert demonstration.belongs_to_somebody(acting())
    demonstration.keep_tried(acting(demo=True), price_lists.import_(acting(demo=True), text))
    assert demonstration.belongs_to_somebody(acting())


@pytest.mark.processes
def test_the_command_keeps_which_lists_it_added_in_demonstration_mode(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "list.toml"
    file.write_text(a_real_list(), encoding="utf-8")
    words = {**environment(app.config["SETTINGS"]), "DEMO": "1"}
    assert estimator("tables", "import", file, **words)[0] == 0
    assert {version.slug for version in price_lists.all_in_force(acting().now)} == {"example"}
    assert not demonstration.belongs_to_somebody(acting())


@pytest.mark.processes
def test_what_a_command_publishes_in_demonstration_mode_is_tried_until_it_is_published_outside(
    app: Flask, tmp_path: Path
) -> None:
    file = tmp_path / "list.toml"
    text = table_text(valid_from=acting().now.date().isoformat()).replace("demo = true\n", "")
    file.write_text(text, encoding="utf-8")
    names = ("driver_without_effect driver.nights", "driver_without_effect driver.rehab")
    words = [word for name in names for word in ("--acknowledge", name)]
    settings = {**environment(app.config["SETTINGS"]), "SECOND_APPROVER": "0"}
    for demo, is_real in (("1", False), ("0", True), ("1", True)):
        code, output, errors = estimator("tables", "publish", file, *words, **{**settings, "DEMO": demo})
        assert (code, errors) == (0, "")
        assert ("already" in output) == is_real
        db.session.expire_all()
        assert [version.slug for version in price_lists.all_in_force(acting().now)] == ["example"]
        assert demonstration.belongs_to_somebody(acting()) == is_real


@pytest.mark.parametrize("work", ["staff", "list", "request"])
def test_what_is_real_outweighs_that_it_was_a_demonstration_once(app: Flask, work: str) -> None:
    ways_in(acting())
    example_quotes.ask(example_quotes.publish(), submission="tried")
    if work == "staff":
        somebody_works()
    else:
        version = example_quotes.publish(a_real_list().replace('table = "example"', 'table = "real"'))
        if work == "request":
            example_quotes.ask(version, submission="meant")
            price_lists.close(acting(), version.slug)
    assert demonstration.belongs_to_somebody(acting())


@pytest.mark.parametrize("demo", [True, False])
def test_invented_lists_beside_real_ones_are_told_with_what_to_do(app: Flask, demo: bool) -> None:
    act = acting(demo=demo)
    import_tables(act)
    alone = " ".join(invented_things(act.settings, act.now))
    assert ("All price lists in force are of a demonstration" in alone) is not demo
    example_quotes.publish(a_real_list())
    told = " ".join(invented_things(act.settings, act.now))
    assert ("delhi, japan, mexico" in told, "Close this list" in told) == (
        (False, False) if demo else (True, True)
    )
    for slug in ("delhi", "japan", "mexico"):
        price_lists.close(act, slug)
    assert list(invented_things(act.settings, act.now)) == []


def test_what_somebody_invented_has_set_is_told_and_emptied_with_the_demonstration(app: Flask) -> None:
    ways_in(acting())
    invented = staff.find(staff.DEMONSTRATION["administrator"])
    assert invented is not None
    somebody_works()
    theirs, ours = acting(actor=invented.actor), acting(actor="command line", demo=False)
    clinic.change(theirs, "requests_kept_days", 31)
    clinic.change(ours, "reply_days", 4)
    exchange_rates.enter(theirs, "USD", "EUR", Decimal("0.9"), "Somebody", theirs.now.date())
    db.session.commit()
    assert list(invented_things(theirs.settings, theirs.now)) == [], "while it is served as one"
    (told,) = invented_things(ours.settings, ours.now)
    assert "requests_kept_days, USD/EUR. `estimator demo empty` sets it back" in told
    emptied = demonstration.empty(ours)
    assert emptied.set_back == ["requests_kept_days", "USD/EUR"]
    assert (clinic.current().requests_kept_days, clinic.current().reply_days) == (
        clinic.DEFAULTS["requests_kept_days"],
        4,
    )
    assert list(invented_things(ours.settings, ours.now)) == []
