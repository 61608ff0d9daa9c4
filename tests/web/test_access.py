"""Who may ask for what: every address of the app, asked for by a stranger and by everybody who can be signed in.

Closed until opened: what strangers reach is a short list, and everything else does not exist for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import get_args

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from estimator import price_lists
from estimator.db import db
from estimator.models import StaffUser
from estimator.models.staff import PERMISSIONS, Role
from estimator.price_lists import drafts
from estimator.processes import demonstration
from estimator.web import guard
from tests.support.acts import acting
from tests.support.clinic_staff import Browser, Person
from tests.support.delhi_list import DELHI, NOW
from tests.support.staff_browser import Staff
from tests.web.staff.conftest import costs, known_settings, make_app

__all__ = ["costs", "known_settings", "make_app"]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ROLES: tuple[Role, ...] = get_args(Role)

# What everybody reaches -----------------------------------------------------------------------------------------

OPEN = {
    "/": {"GET"},
    "/robots.txt": {"GET"},
    "/healthz": {"GET"},
    "/readyz": {"GET"},
    "/metrics": {"GET"},
    "/static/<path:filename>": {"GET"},
    "/logo/<digest>.png": {"GET"},
    "/estimate/<slug>": {"GET", "POST"},
    "/estimate/<slug>/total": {"POST"},
    "/e/<token>": {"GET"},
    "/e/<token>/estimate.pdf": {"GET"},
    "/e/<token>/estimate.txt": {"GET"},
    "/e/<token>/change": {"GET", "POST"},
    "/e/<token>/change/<driver>": {"GET", "POST"},
    "/e/<token>/answer": {"GET"},
    "/e/<token>/with": {"POST"},
    "/e/<token>/explore": {"GET", "POST"},
    "/e/<token>/total": {"POST"},
    "/e/<token>/compare": {"GET"},
    "/e/<token>/compare/<slug>": {"GET", "POST"},
    "/compare": {"GET", "POST"},
    "/compare/<token>": {"GET"},
    "/compare/<token>/add": {"GET"},
    "/compare/<token>/add/<slug>": {"GET", "POST"},
    "/compare/<token>/comparison.pdf": {"GET"},
    "/compare/<token>/comparison.txt": {"GET"},
    "/e/<token>/delete": {"GET", "POST"},
    "/e/<token>/email": {"GET", "POST"},
    "/e/<token>/ask": {"GET", "POST"},
    "/e/<token>/question": {"GET", "POST"},
    "/e/<token>/other-offer": {"GET", "POST"},
    "/e/<token>/ask/check": {"GET", "POST"},
    "/e/<token>/data": {"GET"},
    "/e/<token>/data.json": {"GET"},
    "/r/<token>": {"GET"},
    "/request/<reference>": {"GET"},
    "/request/<reference>/sent": {"GET"},
    "/request/<reference>/language": {"POST"},
    "/request/<reference>/question": {"POST"},
    "/request/<reference>/data": {"GET"},
    "/request/<reference>/data.<kind>": {"GET"},
    "/request/<reference>/erase": {"GET", "POST"},
    "/request/<reference>/code": {"GET", "POST"},
    "/q/<token>": {"GET"},
    "/quote/closed": {"GET"},
    "/quote/<number>": {"GET"},
    "/quote/<number>/<whole:revision>": {"GET"},
    "/quote/<number>/<whole:revision>.pdf": {"GET"},
    "/quote/<number>/<whole:revision>.txt": {"GET"},
    "/quote/<number>/code": {"POST"},
    "/quote/<number>/close": {"POST"},
    "/quote/<number>/accept": {"GET", "POST"},
    "/quote/<number>/accept/total": {"POST"},
    "/quote/<number>/answered": {"GET"},
    "/quote/<number>/take-back": {"GET", "POST"},
    "/quote/<number>/decline": {"GET", "POST"},
    "/quote/<number>/question": {"GET", "POST"},
    "/quote/<number>/asked": {"GET"},
    "/quote/<number>/certificate": {"GET", "POST"},
    "/reminders/<number>/<token>": {"GET", "POST"},
    "/prices/<slug>": {"GET"},
    "/prices/<slug>.pdf": {"GET"},
    "/verify": {"GET", "POST"},
    "/verify/<reference>": {"GET"},
    "/verify/<reference>/<revision>": {"GET"},
}
"""Every address of the app that a stranger reaches, with the methods that do something there."""

DEMONSTRATION = {
    "/demonstration/mail/": {"GET"},
    "/demonstration/mail/<name>": {"GET"},
    "/demonstration/mail/<name>/page": {"GET"},
    "/demonstration/mail/<name>/<whole:number>": {"GET"},
}
"""What exists in demonstration mode alone."""

MISSING_WITHOUT_ITS_RECORD = (
    "/compare/",
    "/e/",
    "/logo/",
    "/prices/",
    "/q/",
    "/r/",
    "/reminders/",
    "/request/",
    "/demonstration/mail/<name>",
    "/verify/<reference>/<revision>",
)

CLOSED_WITHOUT_ITS_LINK = "/quote/<number>"
"""What says to open the link of the mail, whether there is such a quote or not."""

# What somebody reaches who is signed in ---------------------------------------------------------------------------

EVERYBODY = {*ROLES, "invented"}
EDITORS = {"price_editor", "invented"}  # the invented person of these tests is one of them
APPROVERS = {"approver"}

MAY: dict[str, set[str]] = {
    "staff.start": EVERYBODY,
    "staff.what_waits": {"coordinator", "approver"},
    "staff.account": {*ROLES},
    "staff.sign_out_everywhere": {*ROLES},
    "staff.people": {"administrator"},
    "staff.someone": {"administrator"},
    "settings.overview": {"administrator"},
    "settings.part": {"administrator"},
    "settings.letter": {"administrator"},
    "settings.message": {"administrator"},
    "settings.logo": {"administrator"},
    "settings.rates": {"administrator"},
    "settings.overruns": {"administrator"},
    "settings.account": {"administrator"},
    "settings.confirm_account": {"administrator", "approver"},
    "settings.all_rates": {"administrator"},
    "security.logout": EVERYBODY,
    "security.verify": {*ROLES},
    "security.change_password": {*ROLES},
    "security.two_factor_setup": {*ROLES},
    "security.two_factor_setup_validate": {*ROLES},
    "security.mf_recovery_codes": {*ROLES},
    "desk.queue": {"coordinator", "approver"},
    "desk.request": {"coordinator", "approver"},
    "desk.new": {"coordinator"},
    "desk.enter": {"coordinator"},
    "desk.entered_total": {"coordinator"},
    "desk.note": {"coordinator"},
    "desk.answer": {"coordinator"},
    "desk.assign": {"coordinator"},
    "desk.state": {"coordinator"},
    "desk.bulk": {"coordinator"},
    "desk.new_link": {"coordinator"},
    "desk.contact": {"coordinator"},
    "quotes_desk.prepare": {"coordinator", "approver"},
    "quotes_desk.preview": {"coordinator", "approver"},
    "quotes_desk.preview_pdf": {"coordinator", "approver"},
    "quotes_desk.revision": {"coordinator", "approver"},
    "quotes_desk.document": {"coordinator", "approver"},
    "quotes_desk.begin": {"coordinator"},
    "quotes_desk.save": {"coordinator"},
    "quotes_desk.figures": {"coordinator"},
    "quotes_desk.discard": {"coordinator"},
    "quotes_desk.answers": {"coordinator"},
    "quotes_desk.copy": {"coordinator"},
    "quotes_desk.options": {"coordinator"},
    "quotes_desk.answers_total": {"coordinator"},
    "quotes_desk.issue": {"coordinator"},
    "quotes_desk.withdraw": {"coordinator"},
    "quotes_desk.new_link": {"coordinator"},
    "quotes_desk.approve": {"approver"},
    "quotes_desk.send_back": {"approver"},
    "quotes_desk.propose": {"coordinator"},
    "quotes_desk.leave_account": {"coordinator"},
    "quotes_desk.certificate": {"coordinator"},
    "quotes_desk.made_certificate": {"coordinator"},
    "quotes_desk.certificate_file": {"coordinator"},
    "bills_desk.page": {"coordinator", "approver"},
    "bills_desk.sheet_xlsx": {"coordinator", "approver"},
    "bills_desk.accuracy": {"coordinator", "approver"},
    "bills_desk.awaited": {"coordinator", "approver"},
    "bills_desk.enter": {"coordinator"},
    "bills_desk.spreadsheet": {"coordinator"},
    "bills_desk.withdraw": {"coordinator"},
    "older_accounts.page": {"coordinator", "approver"},
    "outbox.page": {"coordinator"},
    "outbox.again": {"coordinator"},
    "outbox.leave": {"coordinator"},
    "reports.page": {"coordinator", "approver"},
    "reports.listed": {"coordinator", "approver"},
    "reports.figures": {"coordinator", "approver"},
    "reports.accuracy_page": {"coordinator", "approver"},
    "reports.accuracy_figures": {"coordinator", "approver"},
    "price_lists.index": EVERYBODY,
    "price_lists.version": EVERYBODY,
    "price_lists.version_differences": EVERYBODY,
    "price_lists.version_text": EVERYBODY,
    "price_lists.version_xlsx": EVERYBODY,
    "price_lists.version_csv": EVERYBODY,
    "price_lists.version_csv_semicolons": EVERYBODY,
    "price_lists.overview": EVERYBODY,
    "price_lists.draft_text": EVERYBODY,
    "price_lists.list_xlsx": EVERYBODY,
    "price_lists.charges_csv": EVERYBODY,
    "price_lists.charges_csv_semicolons": EVERYBODY,
    "price_lists.translations_xlsx": EVERYBODY,
    "price_lists.translations_csv": EVERYBODY,
    "price_lists.translations_csv_semicolons": EVERYBODY,
    "price_lists.differences": EVERYBODY,
    "price_lists.try_it": EVERYBODY,
    "price_lists.examples": EVERYBODY,
    "price_lists.effect": EVERYBODY,
    "price_lists.ask_effect": EVERYBODY,
    "price_lists.saves": EVERYBODY,
    "price_lists.save": EVERYBODY,
    "price_lists.publish": EVERYBODY,
    "price_lists.begin": EDITORS,
    "price_lists.new": EDITORS,
    "price_lists.copy": EDITORS,
    "price_lists.guide": EDITORS,
    "price_lists.discard": EDITORS,
    "price_lists.section": EDITORS,
    "price_lists.raise_prices": EDITORS,
    "price_lists.add": EDITORS,
    "price_lists.entry": EDITORS,
    "price_lists.text": EDITORS,
    "price_lists.check": EDITORS,
    "price_lists.spreadsheet": EDITORS,
    "price_lists.save_spreadsheet": EDITORS,
    "price_lists.translations": EDITORS,
    "price_lists.change_examples": EDITORS,
    "price_lists.go_back": EDITORS,
    "price_lists.date_and_name": EDITORS,
    "price_lists.propose": EDITORS,
    "price_lists.approve": APPROVERS,
    "price_lists.send_back": APPROVERS,
    "price_lists.publish_alone": APPROVERS,
    "price_lists.take_back": APPROVERS,
    "price_lists.go_back_to": APPROVERS,
    "price_lists.closing": APPROVERS,
    "trail.audit_trail": {"approver", "administrator"},
    "trail.trail_csv": {"approver", "administrator"},
    "trail.trail_xlsx": {"approver", "administrator"},
}
"""Who of the staff may reach what, written down once more by hand."""

CLOSED = {"security.two_factor_rescue", "security.tf_select"}
"""What Flask-Security brings and nobody may reach."""

ROOMS_OF_STAFF = (
    "security.",
    "settings.",
    "staff.",
    "staff_links.",
    "desk.",
    "quotes_desk.",
    "outbox.",
    "bills_desk.",
    "older_accounts.",
    "reports.",
    "price_lists.",
    "trail.",
)
"""Whose endpoints are those of staff."""

PARTS = {
    "<path:filename>": "site.css",
    "<path:path>": "charge",
    "<slug>": "delhi",
    "<token>": "A" * 43,
    "<driver>": "cells",
    "<reference>": "REQ-2222-2222",
    "<kind>": "json",
    "<digest>": "0" * 64,
    "<name>": "a" * 32,
    "<number>": "Q-2026-00001",
    "<revision>": "1",
    "<any(close, reopen):what>": "close",
    "<any(quotes, requests):what>": "quotes",
    "<any(csv, xlsx, jsonl):kind>": "csv",
    "<any(csv, xlsx):kind>": "csv",
    "<any(days, quotes, mail, prices, ranges, kept, language):code>": "days",
}
"""What stands in the places of an address; the token opens nothing, and there is no mail of that name."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Hold the time at a day on which the list is in force."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: object) -> Flask:
    """Return a demonstration with a price list, in which there are invented people as well."""
    app = make_app(DEMO="1")
    with app.app_context():
        price_lists.import_(acting(now=NOW), DELHI)
        db.session.commit()
    return app


@pytest.fixture
def invented(app: Flask) -> Browser:
    """Return the browser of an invented editor, who has begun a draft of the list."""
    with app.app_context():
        way = demonstration.ways_in(acting())["price_editor"]
        db.session.commit()
    found = Browser(app)
    found.get(re.sub(r"^http://[^/]+", "", way))
    found.post(data={})
    editor = Staff(app)
    editor.client = found.client
    editor.see("/staff/tables")
    editor.press("Begin a draft")
    return found


@pytest.fixture(params=["stranger", *ROLES, "invented"])
def who(request: pytest.FixtureRequest) -> str:
    """Return each of those who may come."""
    return str(request.param)


@pytest.fixture
def someone(app: Flask, who: str, invented: Browser) -> Browser:
    """Return their browser."""
    if who == "invented":
        return invented
    found = Browser(app)
    if who != "stranger":
        role = next(each for each in ROLES if each == who)
        Person(app, f"{who}@example.org", [role]).put(datetime.now(UTC)).sign_in(found)
    return found


def filled(rule: Rule) -> str:
    path = re.sub(r"<whole:[a-z_]+>", "1", rule.rule)
    for part, value in PARTS.items():
        path = path.replace(part, value)
    if rule.endpoint in {*guard.STAFF, *guard.SIGNING_IN, *CLOSED}:
        path = re.sub(r"<[^>]*>", "x", path)
    assert "<" not in path, f"say in PARTS what stands in {path}"
    return path


def asked(browser: Browser, rule: Rule, method: str) -> int:
    answer = browser.client.open(filled(rule), method=method, environ_base={"REMOTE_ADDR": browser.address})
    answer.close()
    return answer.status_code


def of_patients(app: Flask) -> list[Rule]:
    """Return every address that has nothing to do with staff."""
    staff = {*guard.STAFF, *guard.SIGNING_IN, *CLOSED}
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in staff]


def expected(rule: str, method: str) -> set[int]:
    """Return what an address that everybody may ask for answers."""
    methods = {**OPEN, **DEMONSTRATION}.get(rule)
    if methods is None:
        return {404, 405}
    method = "GET" if method == "HEAD" else method
    if method == "OPTIONS":
        return {200}
    if method not in methods:
        return {405}
    if rule == "/estimate/<slug>/total":
        return {200}  # it says a total and stores nothing, also where a browser takes no cookies
    if rule == "/readyz":
        return {503}  # no worker runs here
    if rule.startswith(MISSING_WITHOUT_ITS_RECORD):
        # A form that brings no proof of its own page is told so before anything is looked up.
        return {404, 400} if method == "POST" else {404}
    if rule.startswith(CLOSED_WITHOUT_ITS_LINK):
        return {401, 400} if method == "POST" else {401}
    return {400} if method == "POST" else {200}


@pytest.mark.long
def test_everybody_reaches_what_is_open_and_nothing_else(app: Flask, someone: Browser, who: str) -> None:
    # It makes no difference who somebody is: of those who are signed in, two methods are enough.
    methods = METHODS if who == "stranger" else ("GET", "DELETE")
    wrong = {
        f"{method} {rule.rule}": status
        for rule in of_patients(app)
        for method in methods
        if (status := asked(someone, rule, method)) not in expected(rule.rule, method)
    }
    assert wrong == {}


def test_a_page_of_the_staff_lets_exactly_those_in_who_may_come(
    app: Flask, someone: Browser, who: str
) -> None:
    wrong = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in MAY or (who == "stranger" and rule.endpoint in guard.SIGNING_IN):
            continue
        if rule.endpoint == "security.logout" and who != "stranger":
            continue  # it would end what the other questions need
        for method in sorted((rule.methods or set()) & {"GET", "HEAD", "POST"}):
            if who == "stranger":
                good = {303}
            elif who not in MAY[rule.endpoint]:
                good = {403}
            else:  # without the token of a form, whoever is let in is stopped one step later
                good = {400} if method == "POST" else {200, 302, 303, 404}
            status = asked(someone, rule, method)
            if status not in good:
                wrong[f"{method} {filled(rule)}"] = status
    assert wrong == {}
    with app.app_context():
        assert [one.saves for one in drafts.all_drafts()] == [1], "nobody has changed anything"


TOO_MUCH = (
    {"data": b"x=" + b"y" * 300_000, "content_type": "application/x-www-form-urlencoded"},
    {"data": b"x=y&" * 1_500, "content_type": "application/x-www-form-urlencoded"},
    {"data": b"--b\r\n" + b"x" * 300_000, "content_type": "multipart/form-data; boundary=b"},
    {
        "data": b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n" * 1_500,
        "content_type": "multipart/form-data; boundary=b",
    },
    {"data": b"x", "content_type": "multipart/form-data"},
)


@pytest.mark.long
def test_more_than_a_form_has_room_for_is_never_a_mistake_of_ours(
    app: Flask, someone: Browser, who: str
) -> None:
    wrong = {}
    every = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    for rule in (rule for rule in every if rule.endpoint != "security.logout"):
        for sent in TOO_MUCH if who == "stranger" else TOO_MUCH[:1]:
            answer = someone.client.post(filled(rule), environ_base={"REMOTE_ADDR": someone.address}, **sent)
            answer.close()
            if answer.status_code >= 500:
                wrong[filled(rule)] = answer.status_code
    assert wrong == {}


def test_a_stranger_is_led_to_the_page_on_which_they_sign_in(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint in MAY and rule.endpoint not in guard.SIGNING_IN:
            answer = app.test_client().get(filled(rule)) if "GET" in (rule.methods or ()) else None
            assert answer is None or "/staff/sign-in" in answer.headers["Location"], rule.rule


def test_somebody_who_is_let_in_no_more_reaches_nothing(app: Flask, invented: Browser) -> None:
    with app.app_context():
        for user in db.session.scalars(select(StaffUser)):
            user.active = False
        db.session.commit()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("price_lists."):
            for method in sorted((rule.methods or set()) & {"GET", "HEAD", "POST"}):
                assert asked(invented, rule, method) == 303, rule.rule


def test_the_list_of_open_endpoints_is_exact(app: Flask) -> None:
    assert set(OPEN) <= {rule.rule for rule in app.url_map.iter_rules()}
    assert {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule in OPEN} == guard.PUBLIC


def test_the_lists_of_the_guard_are_those_written_down_here(app: Flask) -> None:
    assert set(guard.STAFF) == set(MAY)
    there = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(MAY) | guard.SIGNING_IN | CLOSED <= there
    beside = {rule.endpoint for rule in of_patients(app) if rule.rule not in {**OPEN, **DEMONSTRATION}}
    assert {name for name in beside if name.startswith(ROOMS_OF_STAFF)} == set()


@pytest.mark.parametrize(
    "path", ["/staff/tf-rescue", "/staff/tf-select", "/login", "/register", "/fs-static/x"]
)
def test_what_nobody_uses_does_not_exist(app: Flask, path: str) -> None:
    for method in ("GET", "POST"):
        assert app.test_client().open(path, method=method).status_code == 404


def test_each_permission_belongs_to_somebody() -> None:
    given = {permission for permissions in PERMISSIONS.values() for permission in permissions}
    assert set(guard.STAFF.values()) - {guard.ANYBODY, guard.OWNER} <= given


def test_what_a_demonstration_shows_exists_nowhere_else(app: Flask, make_app: Callable[..., Flask]) -> None:
    shown = [rule for rule in app.url_map.iter_rules() if rule.endpoint in guard.DEMONSTRATION]
    assert {rule.rule for rule in shown} == set(DEMONSTRATION)
    earnest = make_app()
    assert not set(DEMONSTRATION) & {rule.rule for rule in earnest.url_map.iter_rules()}
    for rule in shown:
        assert earnest.test_client().get(filled(rule)).status_code == 404
