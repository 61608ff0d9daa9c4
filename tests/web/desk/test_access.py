"""Every page of price lists and of the trail, asked for by a stranger and by each role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from flask import Flask

from estimator import staff
from estimator.db import db
from estimator.models.staff import Role, StaffRole
from estimator.price_lists import drafts
from estimator.web import guard
from tests.support.staff_browser import Staff

ROLES: tuple[Role, ...] = get_args(Role)

EDITOR = "editor@demonstration.example.org"

EDITORS, APPROVERS = {"price_editor"}, {"approver"}

MAY: dict[str, set[str]] = {
    "price_lists.index": {*ROLES},
    "price_lists.version": {*ROLES},
    "price_lists.version_text": {*ROLES},
    "price_lists.overview": {*ROLES},
    "price_lists.draft_text": {*ROLES},
    "price_lists.list_xlsx": {*ROLES},
    "price_lists.charges_csv": {*ROLES},
    "price_lists.differences": {*ROLES},
    "price_lists.try_it": {*ROLES},
    "price_lists.examples": {*ROLES},
    "price_lists.effect": {*ROLES},
    "price_lists.ask_effect": {*ROLES},
    "price_lists.saves": {*ROLES},
    "price_lists.save": {*ROLES},
    "price_lists.publish": {*ROLES},
    "price_lists.begin": EDITORS,
    "price_lists.new": EDITORS,
    "price_lists.copy": EDITORS,
    "price_lists.discard": EDITORS,
    "price_lists.section": EDITORS,
    "price_lists.raise_prices": EDITORS,
    "price_lists.add": EDITORS,
    "price_lists.entry": EDITORS,
    "price_lists.text": EDITORS,
    "price_lists.check": EDITORS,
    "price_lists.spreadsheet": EDITORS,
    "price_lists.change_examples": EDITORS,
    "price_lists.go_back": EDITORS,
    "price_lists.date_and_name": EDITORS,
    "price_lists.propose": EDITORS,
    "price_lists.approve": APPROVERS,
    "price_lists.publish_alone": APPROVERS,
    "price_lists.take_back": APPROVERS,
    "price_lists.closing": APPROVERS,
    "trail.audit_trail": {"approver", "administrator"},
}
"""Who may reach what, written down once more by hand."""

PARTS = {
    "<path:path>": "charge",
    "<slug>": "delhi",
    "<any(close, reopen):what>": "close",
}


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield every endpoint with an address of something that is there, and each method."""
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(("price_lists.", "trail.")):
            continue
        path = re.sub(r"<int:[a-z_]+>", "1", rule.rule)
        for part, value in PARTS.items():
            path = path.replace(part, value)
        assert "<" not in path, f"say in PARTS what stands in {path}"
        for method in sorted((rule.methods or set()) & {"GET", "HEAD", "POST"}):
            yield rule.endpoint, path, method


def become(app: Flask, role: Role) -> None:
    """Give the invented editor another role, without ending their session: the right is looked up each time."""
    with app.app_context():
        user = staff.find(EDITOR)
        assert user is not None
        user.roles = [StaffRole(name=role)]
        db.session.commit()


def test_every_page_lets_exactly_those_in_who_may_come(app: Flask, editor: Staff, draft: str) -> None:
    wrong: list[tuple[str, str, str, int]] = []
    for role in ROLES:
        become(app, role)
        for endpoint, path, method in routes(app):
            answer = editor.client.open(path, method=method)
            # Without the token of a form, whoever is let in is stopped one step later.
            good = {403} if role not in MAY[endpoint] else {400} if method == "POST" else {200, 303, 404}
            if answer.status_code not in good:
                wrong.append((method, path, role, answer.status_code))
            answer.close()
    for _endpoint, path, method in routes(app):
        answer = app.test_client().open(path, method=method)
        if answer.status_code != 303 or "/staff/sign-in" not in answer.headers["Location"]:
            wrong.append((method, path, "stranger", answer.status_code))
        answer.close()
    assert wrong == []
    with app.app_context():
        assert [one.saves for one in drafts.all_drafts()] == [1], "nobody has changed anything"


def test_the_list_of_the_guard_is_the_one_written_down_here(app: Flask) -> None:
    assert {name for name in guard.STAFF if name.startswith(("price_lists.", "trail."))} == set(MAY)
    assert {endpoint for endpoint, _path, _method in routes(app)} == set(MAY)


def test_somebody_who_is_let_in_no_more_reaches_nothing(app: Flask, editor: Staff, draft: str) -> None:
    with app.app_context():
        user = staff.find(EDITOR)
        assert user is not None
        user.active = False
        db.session.commit()
    for endpoint, path, method in routes(app):
        answer = editor.client.open(path, method=method)
        assert answer.status_code == 303, endpoint
        answer.close()
