"""`estimator demo` as people run it: in a process of its own, on a database that others use as well."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError

from estimator import audit, demonstration_marks, price_lists, requests, staff
from estimator.db import db
from estimator.demonstration.people import DOMAIN, LANGUAGES
from estimator.models import (
    Counter,
    InstallationState,
    Mail,
    PatientRequest,
    PriceList,
    Quote,
    QuoteDecision,
    QuoteRevision,
    metadata,
)
from estimator.operations import situation
from estimator.reports import answer_times
from estimator.reports import quotes as quoted
from estimator.verification import all_quotes
from tests.support import example_quotes
from tests.support.acts import acting
from tests.support.commands import Running, environment, estimator

pytestmark = pytest.mark.processes

Run = Callable[..., tuple[int, str, str]]
Rows = dict[str, set[str]]

STAYS = {"audit_entry", "price_list", "staff_user", "staff_user_role", "table_version"}
"""The trail is only added to; lists and invented people are what each start of a demonstration adds."""


@pytest.fixture
def run(app: Flask) -> Run:
    """Return a function that runs `estimator demo` on the database of the app."""
    settings = environment(app.config["SETTINGS"])

    def run(*words: object, **other: str) -> tuple[int, str, str]:
        db.session.commit()
        answer = estimator("demo", *words, **{**settings, **other})
        db.session.expire_all()
        return answer

    return run


def everything(*, but: set[str] = STAYS) -> Rows:
    """Return every row of every table, but for some tables."""
    return {
        table.name: {repr(tuple(row)) for row in db.session.execute(select(table)).all()}
        for table in metadata().sorted_tables
        if table.name not in but
    }


def invented() -> list[PatientRequest]:
    """Return the requests of the demonstration."""
    marked = demonstration_marks.marked(PatientRequest.reference)
    return list(db.session.scalars(select(PatientRequest).where(marked).order_by(PatientRequest.id)))


def found_wrong(app: Flask) -> list[object]:
    """Return what the commands that look at an installation find wrong with its quotes, its trail and its work."""
    checked = all_quotes.each(app.config["SETTINGS"].data_keys)
    wrong: list[object] = [fault for one in checked for fault in one.faults]
    troubles = situation.look(acting(), None).troubles()
    return [*wrong, *all_quotes.gaps(), audit.verify().broken, *troubles]


def a_real_quote(submission: str) -> QuoteRevision:
    """Return a quote that was issued to somebody real, with its document."""
    revision = example_quotes.quoted(submission=submission)
    example_quotes.draw(revision)
    return revision


def half_filled(app: Flask, folder: Path) -> Running:
    """Return a filling that has some of its many cases, and goes on with its log in a folder."""
    db.session.commit()
    settings = {"PATH": "/usr/bin:/bin", **environment(app.config["SETTINGS"])}
    filling = Running("demo", "fill", "--cases", 3_000, environment=settings, log=folder / "log")
    until = time.monotonic() + 60
    while len(invented()) < 5 and time.monotonic() < until:
        db.session.rollback()
        assert filling.poll() is None
        time.sleep(0.1)
    db.session.rollback()
    return filling


@pytest.mark.long
def test_all_of_it_is_marked_and_goes_again_with_nothing_else(app: Flask, run: Run) -> None:
    real = a_real_quote("before").quote.number
    before, wrong = everything(), found_wrong(app)
    assert run("fill", "--cases", 30)[::2] == (0, "")
    found, keyring = invented(), app.config["SETTINGS"].data_keys
    assert len(found) == 30
    for request in found:
        person = requests.person_of(request, keyring)
        assert person is not None
        assert person.email is not None
        assert person.email.endswith(f"@{DOMAIN}")
        words = person.full_name.split()
        assert request.kind == "question" or words[0] == LANGUAGES[request.language].example
    issued = set(db.session.scalars(select(Quote.number))) - {real}
    assert issued == {f"Q-DEMO-{number:05d}" for number in range(1, len(issued) + 1)}
    assert issued
    assert not db.session.scalar(select(func.count(Mail.id)).where(demonstration_marks.marked(Mail.about)))
    assert found_wrong(app) == wrong

    between = a_real_quote("between").quote.number
    made = {name: rows - before[name] for name, rows in everything().items()}
    code, output, errors = run("empty")
    assert (code, errors) == (0, "")
    assert output.startswith(f"Removed: 30 requests, {len(issued)} quotes, ")
    after = everything()
    for name, rows in after.items():
        assert before[name] - rows <= made["counter"] | before["counter"], name
        assert rows - before[name] <= made[name], name
    assert not invented()
    assert set(db.session.scalars(select(Quote.number))) == {real, between}
    assert db.session.get(Counter, "quote DEMO") is None
    assert db.session.get(InstallationState, "demonstration") is None
    assert {each.version for each in price_lists.versions("delhi")} == {
        price_lists.in_force("delhi", acting().now).version
    }
    assert found_wrong(app) == wrong
    assert run("empty") == (0, "There is no demonstration here. Nothing was changed.\n", "")


@pytest.mark.long
def test_it_tells_of_fifteen_months_in_many_states_and_languages(app: Flask, run: Run) -> None:
    assert run("fill", "--cases", 60)[0] == 0
    found, now = invented(), acting().now
    assert len({request.state for request in found}) >= 5
    assert len({request.language for request in found}) >= 1
    assert len({request.country for request in found}) >= 5
    assert len({request.slug for request in found}) == 3
    assert now - found[0].created_at > timedelta(days=300)
    assert [each.created_at for each in found] == sorted(each.created_at for each in found)
    moments = list(db.session.scalars(select(QuoteRevision.issued_at).order_by(QuoteRevision.id)))
    assert moments == sorted(moments)
    assert max(moments) <= now
    said = set(db.session.scalars(select(QuoteDecision.kind)))
    assert said == {"accepted", "declined"}
    # What the work of a night removes would be gone tomorrow.
    assert all(
        each.state not in ("new", "in_work", "waiting") or now - each.created_at < timedelta(days=365)
        for each in found
    )


@pytest.mark.long
def test_a_second_filling_is_refused_and_changes_nothing(run: Run) -> None:
    assert run("fill", "--cases", 3, "--seed", 7)[0] == 0
    before = everything(but=set())
    code, output, errors = run("fill", "--cases", 3)
    assert (code, output) == (1, "")
    assert "A demonstration is here already (3 cases, seed 7). Nothing was changed." in errors
    assert everything(but=set()) == before


@pytest.mark.long
def test_a_seed_invents_the_same_again(run: Run) -> None:
    def told() -> list[tuple[Any, ...]]:
        return [(each.slug, each.total, each.language, each.country, each.for_whom) for each in invented()]

    assert run("fill", "--cases", 8, "--seed", 5)[0] == 0
    first = told()
    assert run("empty")[0] == 0
    assert run("fill", "--cases", 8, "--seed", 5)[0] == 0
    assert told() == first
    assert run("empty")[0] == 0
    assert run("fill", "--cases", 8, "--seed", 6)[0] == 0
    assert told() != first


@pytest.mark.long
def test_where_somebody_works_it_is_refused_and_with_their_word_no_patient_meets_its_lists(
    app: Flask, run: Run
) -> None:
    a_real_quote("before")
    staff.invite(acting(actor="command line"), "head@clinic.example", ["administrator"], language="en")
    db.session.commit()
    before = everything(but={"audit_entry"})
    code, output, errors = run("fill", "--cases", 5)
    assert (code, output) == (1, "")
    assert "Somebody works with this installation" in errors
    assert everything(but={"audit_entry"}) == before
    assert run("fill", "--cases", 5, "--in-a-real-clinic")[0] == 0
    assert len(invented()) == 5
    assert {version.slug for version in price_lists.all_in_force(acting().now)} == {"example"}
    years = range(acting().now.year - 1, acting().now.year + 1)
    invented_too = [sum(each.requests for each in answer_times.groups(year, "month")) for year in years]
    real = [
        sum(each.requests for each in answer_times.groups(year, "month", invented=False)) for year in years
    ]
    assert sum(invented_too) - sum(real) == 5
    assert sum(sum(month.issued for month in quoted.months(year, invented=False)) for year in years) == 1
    assert sum(quoted.count(year, invented=False) for year in years) == 1
    assert len(list(quoted.listed(acting(), None, 99, named=False, invented=False))) == 1
    assert run("empty")[0] == 0
    assert everything(but={"audit_entry"}) == before


REAL = {"DEMO": "", "PUBLIC_URL": "https://estimate.example.org"}
"""What tells an installation for patients from a demonstration before anybody works with it."""


def in_force() -> set[str]:
    return {version.slug for version in price_lists.all_in_force(acting().now)}


def test_a_new_installation_for_patients_is_not_filled_in_without_a_word_more(run: Run) -> None:
    before = everything(but=set())
    code, output, errors = run("fill", "--cases", 3, **REAL)
    assert (code, output) == (1, "")
    assert "PUBLIC_URL is https://estimate.example.org" in errors
    assert everything(but=set()) == before


@pytest.mark.long
def test_a_new_installation_for_patients_offers_them_nothing_invented(run: Run) -> None:
    but = {"audit_entry", "key_fingerprint"}
    before = everything(but=but)
    assert run("fill", "--cases", 3, "--in-a-real-clinic", **REAL)[0] == 0
    assert (len(invented()), in_force()) == (3, set())
    assert run("empty", **REAL)[0] == 0
    assert everything(but=but) == before


@pytest.mark.long
@pytest.mark.parametrize("url", ["http://localhost:8000", "http://127.0.0.1:8000", ""])
def test_where_nobody_else_has_an_address_of_it_it_is_a_demonstration(run: Run, url: str) -> None:
    assert run("fill", "--cases", 3, DEMO="", PUBLIC_URL=url)[0] == 0
    assert in_force() == {"delhi", "japan", "mexico"}
    assert run("empty", DEMO="", PUBLIC_URL=url)[0] == 0
    assert in_force() == {"delhi", "japan", "mexico"}


@pytest.mark.long
def test_emptied_for_patients_it_closes_what_it_had_opened_and_nothing_else(run: Run) -> None:
    """As where a demonstration was filled in first, and its folder is to serve patients now."""
    example_quotes.publish(example_quotes.list_text())
    assert run("fill", "--cases", 3)[0] == 0
    code, output, _errors = run("empty", **REAL)
    assert code == 0
    assert "Closed, because patients would be offered their invented prices: delhi, japan, mexico." in output
    assert in_force() == {"example"}
    assert run("fill", "--cases", 3, "--in-a-real-clinic", **REAL)[0] == 0
    assert in_force() == {"example"}
    assert run("empty", **REAL)[0] == 0
    assert in_force() == {"example"}


@pytest.mark.long
def test_a_real_list_of_the_same_name_is_left_alone(run: Run) -> None:
    text = example_quotes.list_text().replace('table = "example"', 'table = "delhi"')
    example_quotes.publish(text.replace("demo = true\n", ""))
    before = everything(but={"audit_entry", "key_fingerprint"})
    code, _output, errors = run("fill", "--cases", 5, "--in-a-real-clinic")
    assert code == 1
    assert "The price list delhi is a real one" in errors
    assert everything(but={"audit_entry", "key_fingerprint"}) == before


@pytest.mark.long
def test_a_filling_that_is_killed_leaves_what_can_be_emptied(app: Flask, run: Run, tmp_path: Path) -> None:
    real = a_real_quote("before").quote.number
    before, wrong = everything(), found_wrong(app)
    filling = half_filled(app, tmp_path)
    filling.kill_group()
    kept = db.session.get(InstallationState, "demonstration", populate_existing=True)
    assert kept is not None
    assert json.loads(kept.value)["whole"] is False
    assert found_wrong(app) == wrong
    code, _output, errors = run("fill", "--cases", 3)
    assert code == 1
    assert "Filling in was broken off here" in errors
    assert run("empty")[0] == 0
    assert everything() == before
    assert set(db.session.scalars(select(Quote.number))) == {real}
    assert found_wrong(app) == wrong
    assert set(db.session.scalars(select(PriceList.slug))) == {"example", "delhi", "japan", "mexico"}


def test_a_filling_that_is_emptied_meanwhile_ends_with_a_sentence(
    app: Flask, run: Run, tmp_path: Path
) -> None:
    but = {*STAYS, "key_fingerprint"}
    before = everything(but=but)
    filling = half_filled(app, tmp_path)
    assert run("empty")[0] == 0
    assert filling.wait(60) == 1
    said = (tmp_path / "log").read_text()
    assert said.endswith("The demonstration was emptied while it was filled in. Nothing of it is left.\n")
    assert "Traceback" not in said
    db.session.rollback()
    assert everything(but=but) == before


@pytest.mark.long
def test_while_it_is_filled_in_whoever_saves_something_can(app: Flask, tmp_path: Path) -> None:
    filling = half_filled(app, tmp_path)
    refused = 0
    for _save in range(8):
        time.sleep(0.3)  # meanwhile the filling takes the lock again
        try:
            audit.add(acting(actor="user:1"), "staff.signed_out", subject="staff")
            db.session.commit()
        except DBAPIError:
            db.session.rollback()
            refused += 1
    goes_on = filling.poll() is None
    filling.kill_group()
    assert (goes_on, refused) == (True, 0)


@pytest.mark.long
def test_what_was_issued_is_guarded_again_once_it_is_empty(run: Run) -> None:
    revision = a_real_quote("before")
    assert run("fill", "--cases", 2)[0] == 0
    assert run("empty")[0] == 0
    for row in (revision, revision.table_version):
        with pytest.raises(DBAPIError, match="never changes"):
            db.session.execute(delete(type(row)).where(type(row).id == row.id))
        db.session.rollback()
