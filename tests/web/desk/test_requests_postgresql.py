"""The desk on PostgreSQL: the same pages, bulk changes at once, and what it refuses to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from estimator import create_app, price_lists
from estimator.config import Settings
from estimator.db import db
from estimator.models.staff import Role
from tests.support.acts import acting
from tests.support.delhi_list import DELHI, NOW
from tests.support.quote_desk import ask, request_of
from tests.support.staff_browser import Staff


@pytest.fixture
def app(load: Callable[..., Settings], postgresql_url: str, set_up: Callable[[str], None]) -> Iterator[Flask]:
    """Return an app with the list of Delhi in force."""
    settings = load(DATABASE_URL=postgresql_url)
    set_up(settings.database_url)
    app = create_app(settings)
    with app.app_context():
        price_lists.import_(acting(actor="command line", now=NOW), DELHI)
        db.session.commit()
    yield app
    app.extensions["jobs"].close()
    with app.app_context():
        db.engine.dispose()


@pytest.mark.long
def test_the_desk_works_there_as_well(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> None:
    references = [ask(app) for _number in range(3)]
    coordinator = sign_in(app, "coordinator")
    for query in (
        "",
        "?q=quill",
        "?q=req-" + references[0][4:6],
        "?state=open&order=due&who=nobody&country=DE",
    ):
        page = coordinator.see(f"/desk/requests{query}")
        assert references[0] in page.text, query
    for path in ("?q=%00", "?country=%00&list=%00"):
        assert coordinator.client.get(f"/desk/requests{path}").status_code in (200, 404), path
    coordinator.see(f"/desk/requests/{references[0]}")
    coordinator.send("Keep the note", {"note": "One."})
    coordinator.press("Assign it to me")
    assert "waiting for patient" in coordinator.press("Change status", state="waiting", why="").text


@pytest.mark.parametrize("path", ["/staff/audit", "/staff/audit.csv", "/staff/audit.xlsx"])
def test_the_trail_can_be_asked_for_what_the_database_cannot_store(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], path: str
) -> None:
    approver = sign_in(app, "approver")
    for query in ("q=%00", "who=%00&what=%00&about=%00", "since=%00&until=%00&before=%00"):
        with approver.client.get(f"{path}?{query}", buffered=True) as answer:
            assert answer.status_code in (200, 422), query


@pytest.mark.long
def test_two_who_change_the_same_requests_at_once_do_not_wait_for_each_other_for_ever(
    app: Flask, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    references = [ask(app) for _number in range(6)]
    people = [sign_in(app, "coordinator") for _number in range(2)]
    picks = [f"{reference}.1" for reference in references]

    def close(person: Staff, sent: list[str]) -> str:
        page = person.post(
            "/desk/requests/together",
            {"pick": sent, "act": "state", "state": "closed"},
            follow_redirects=True,
        )
        return page.text

    with ThreadPoolExecutor() as pool:
        said = list(pool.map(close, people, [picks, picks[::-1]]))
    changed = ["6 requests were changed." in text for text in said]
    meanwhile = [text.count("was changed by somebody else meanwhile") for text in said]
    assert sorted(changed) == [False, True]
    assert sorted(meanwhile) == [0, 6]
    for reference in references:
        with request_of(app, reference) as found:
            assert (found.state, found.changes) == ("closed", 2)
