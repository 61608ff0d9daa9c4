"""Everything that somebody with the source would try, on every route, as each kind of visitor: never a mistake of ours.

A sample in each run, ten times as much in `make soak`, each time with another seed. A failure says which one;
FUZZ_SEED=… tries the same again, and FUZZ_INPUTS=… takes another number of them.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from html import unescape
from typing import Any, get_args

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from estimator import price_lists, requests
from estimator.db import db
from estimator.models import Draft, Mail
from estimator.models.staff import PERMISSIONS, Role
from estimator.processes import demonstration
from estimator.web import guard
from pricing.quote_options import Option
from tests.support import profile
from tests.support.acts import acting
from tests.support.clinic import ANSWERS
from tests.support.clinic_staff import Browser, Person
from tests.support.delhi_list import DELHI, NOW
from tests.support.hostile import HEADERS, Hostile
from tests.support.quote_clinic import Desk, list_text
from tests.support.staff_browser import Staff
from tests.support.visitor import Visitor
from tests.web.staff.conftest import costs, known_settings, make_app

__all__ = ["costs", "known_settings", "make_app"]

INPUTS = int(os.environ.get("FUZZ_INPUTS") or profile.count(1_000, 10_000))
LONGEST = 5
"""Maximum number of seconds that an answer may keep a process busy."""

PART = re.compile(r"<(?P<kind>[^:>]*:)?(?P<name>\w+)>")
"""A part of an address in which something stands."""

ROLES: tuple[Role, ...] = get_args(Role)
KINDS = ("anonymous", "patient", *ROLES, "invented")
ENDS = {
    "security.logout",
    "staff.sign_out_everywhere",
    "quote.close",
    "patient.delete",
    "my_data.erase",
    "price_lists.discard",
}
"""What ends a visit, or removes what it is about. It is tried by strangers, who have nothing to lose."""


DATABASES = ("sqlite", "postgresql")
EVERY = [(kind, database) for database in DATABASES for kind in KINDS]
VISITS = EVERY if profile.NAME == "soak" else [(kind, DATABASES[at % 2]) for at, kind in enumerate(KINDS)]
"""Who visits an app on which database; in a sample each of them visits one."""


class Visit:
    """Somebody with a browser, and what they know: names that stand in addresses, and forms that they were shown."""

    def __init__(self, app: Flask, client: FlaskClient, hostile: Hostile) -> None:
        self.app, self.client, self.hostile = app, client, hostile
        self.known: dict[str, list[str]] = {}
        self.forms: dict[str, list[tuple[str, list[tuple[str, str]]]]] = {}
        self.addresses = app.url_map.bind("localhost")
        self.statuses: dict[int, int] = {}

    def knows(self, **values: str) -> None:
        """Remember what stands in addresses."""
        for name, value in values.items():
            self.known.setdefault(name, []).append(value)

    def try_out(self, rule: Rule) -> None:
        """Send one hostile input to a route; raises AssertionError with all of it if that is a mistake of ours."""
        chance = self.hostile.chance
        method = (
            chance.choice(sorted((rule.methods or set()) - {"OPTIONS"})) if chance.random() < 0.97 else "PUT"
        )
        if "POST" in (rule.methods or ()) and chance.random() < 0.5:
            method = "POST"
        path = PART.sub(lambda found: self.hostile.part(self._known(found)), rule.rule)
        sent: Any = None
        shown = self.forms.get(rule.endpoint, [])
        if method == "POST":
            if not shown and "GET" in (rule.methods or ()):
                self.look(path)
                shown = self.forms.get(rule.endpoint, [])
            form: list[tuple[str, str]] = []
            if shown and chance.random() < 0.95:
                action, form = chance.choice(shown[-6:])
                path = action if chance.random() < 0.8 else path
            sent = self._spoilt(form)
        self.ask(method, path + self.hostile.query(), data=sent, headers=chance.choice(HEADERS))

    def look_round(self, rule: Rule) -> None:
        """Open the page of a route where it stands on its own, so that its forms are known."""
        names = [name for name in rule.arguments if name not in self.known]
        if (
            "GET" in (rule.methods or ())
            and not names
            and not re.search(r"\.(pdf|xlsx|csv|json)\b", rule.rule)
        ):
            self.look(PART.sub(lambda found: self._known(found)[0], rule.rule))

    def look(self, path: str) -> None:
        """Open a page, and remember its forms."""
        self._read(self.ask("GET", path))

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        """Ask for something; the answer is not a mistake of ours, and not slow."""
        numbers = [self.hostile.chance.randrange(1, 255) for _each in range(3)]
        address = ".".join(str(number) for number in (127, *numbers))
        before = time.process_time()
        answer = self.client.open(path, method=method, environ_base={"REMOTE_ADDR": address}, **more)
        content = answer.get_data()
        answer.close()
        answer.request.environ["wsgi.input"].close()  # the client keeps what is large in a file
        busy = time.process_time() - before
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        data = more.get("data")
        said = (
            f"{method} {path[:500]!r} {list(data.items(multi=True)) if data else ''} {more.get('headers')}"[
                :5_000
            ]
        )
        is_its_answer = answer.status_code == 503 and path.startswith("/readyz")  # there is no worker
        assert answer.status_code < 500 or is_its_answer, f"{answer.status_code}: {said}"
        assert busy < LONGEST, f"{busy:.1f} s: {said}"
        location = answer.headers.get("Location", "/")
        assert re.match(r"/(?!/)[!-~]*\Z|(https?:)?//(127\.0\.0\.1:8000|localhost)/", location), said
        if b"<form" in content and answer.status_code in (200, 422):
            self._read(answer)
        return answer

    def _read(self, answer: TestResponse) -> None:
        for form in re.findall(r"<form\b.*?</form>", answer.get_data(as_text=True), re.S):
            target = re.search(r'<form\b[^>]*\baction="([^"]*)"', form)
            action = unescape(target[1]) if target and target[1] else answer.request.path
            if not self.addresses.test(action.partition("?")[0], "POST"):
                continue
            endpoint = self.addresses.match(action.partition("?")[0], "POST")[0]
            fields = []
            for tag in re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", form):
                name = re.search(r'\bname="([^"]*)"', tag)
                value = re.search(r'\bvalue="([^"]*)"', tag)
                if name:
                    fields.append((unescape(name[1]), unescape(value[1]) if value else ""))
            self.forms.setdefault(endpoint, []).append((action, fields))

    def _known(self, found: re.Match[str]) -> list[str]:
        """Return what may stand in a part of an address and means something."""
        known = self.known.get(found["name"], [])
        return [value for value in known if value.isdecimal()] if found["kind"] == "whole:" else known

    def _spoilt(self, form: list[tuple[str, str]]) -> MultiDict[str, Any]:
        """Return what a form sends with some of it changed, doubled, left out or of another kind."""
        chance, every = self.hostile.chance, [value for values in self.known.values() for value in values]
        sent: MultiDict[str, Any] = MultiDict()
        spoil = chance.choice((0.1, 0.3, 0.6, 1.0))
        for name, value in form:
            keep = name == "csrf_token" and chance.random() < 0.98
            if keep or chance.random() > spoil:
                sent.add(name, value)
            elif chance.random() < 0.9:
                is_file = chance.random() < (0.8 if name in ("file", "picture") else 0.01)
                sent.add(name, self.hostile.file() if is_file else self.hostile.text([value, *every]))
        for _each in range(chance.randrange(3)):
            name = chance.choice(
                [*(name for name, _value in form), "act", "x", "f.x", "q_x", "\x00", "page", "pick"]
            )
            if name != "csrf_token":
                sent.add(name, self.hostile.text(every))
        return sent


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Hold the time at a day on which the lists are in force."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def app(
    make_app: Callable[..., Flask], database: str, request: pytest.FixtureRequest, clock: object
) -> Flask:
    """Return a demonstration with two price lists, on a database of a kind."""
    where = {"DATABASE_URL": request.getfixturevalue("postgresql_url")} if database == "postgresql" else {}
    app = make_app(DEMO="1", PUBLIC_URL="http://127.0.0.1:8000", **where)
    with app.app_context():
        price_lists.import_(acting(now=NOW), DELHI)
        price_lists.import_(acting(now=NOW), list_text())
        db.session.commit()
    return app


def draft_of(app: Flask) -> str:
    """Begin a draft as an editor, and return its number."""
    with app.app_context():
        way = demonstration.ways_in(acting())["price_editor"]
        db.session.commit()
    editor = Staff(app)
    editor.see(re.sub(r"^http://[^/]+", "", way))
    editor.send(next(iter(editor.page.all("button"))).text or "", {})
    editor.see("/staff/tables")
    editor.press("Begin a draft")
    with app.app_context():
        return str(db.session.scalars(select(Draft.id)).one())


@pytest.fixture
def visit(app: Flask, kind: str) -> Visit:
    """Return a visitor of a kind, who knows the names of everything that there is, as a thief of them would."""
    hostile = Hostile(0)
    desk = Desk(app)
    options = [Option(Decimal("120.00"), "Interpreter"), Option(Decimal("30.00"), "A larger room")]
    link = desk.issue(("-100", "Loyalty"), pdf=b"%PDF-1.7 not drawn", plans=[3], options=options)
    patient = desk.patient(link)
    estimate = patient.estimate(ANSWERS).path
    if kind == "patient":
        client = patient.client
    elif kind == "anonymous":
        client = Visitor(app).client
    elif kind == "invented":
        client = invented(app)
    else:
        browser = Browser(app)
        role = next(role for role in ROLES if role == kind)
        Person(app, f"{kind}@example.org", [role]).put(datetime.now(UTC)).sign_in(browser)
        client = browser.client
    found = Visit(app, client, hostile)
    draft = draft_of(app)
    with app.app_context():
        mails = list(db.session.scalars(select(Mail.name)))
        record = requests.get(desk.reference)
        assert record is not None
        token = requests.token_of(record, app.config["SETTINGS"].link_key)
    if kind == "patient":
        found.look(f"/r/{token}")
        found.look(f"/request/{desk.reference}")
    for value in (estimate.split("/")[2], token, link.removeprefix("/q/")):
        found.knows(token=value)
    found.knows(slug="clinic", reference=desk.reference, kind="json", name=mails[0], filename="site.css")
    found.knows(slug="delhi", kind="pdf", number=desk.number, revision="1", draft_id=draft, version_id="1")
    for path in ("charge", "driver", "group", "notice", "charge/ward", "driver/sessions", "tax", "stage"):
        found.knows(path=path)
    for number in ("1", "2", "3") if kind != "administrator" else ("2", "3"):  # not their own account
        found.knows(number=number, version_id=number, revision=number)
    for word in ("close", "reopen"):
        found.knows(what=word)
    for word in ("days", "quotes", "kept", "language"):
        found.knows(code=word)
    return found


def invented(app: Flask) -> FlaskClient:
    """Return the browser of the invented coordinator."""
    with app.app_context():
        way = demonstration.ways_in(acting())["coordinator"]
        db.session.commit()
    browser = Browser(app)
    browser.get(re.sub(r"^http://[^/]+", "", way))
    browser.post(data={})
    return browser.client


def own(app: Flask, kind: str) -> list[Rule]:
    """Return the routes that are meant for a kind of visitor."""
    every = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))
    if kind == "anonymous":
        return [rule for rule in every if rule.endpoint not in guard.STAFF]
    if kind == "patient":
        return [rule for rule in every if rule.endpoint in guard.PUBLIC and rule.endpoint not in ENDS]
    role: Role = next((role for role in ROLES if role == kind), "coordinator")
    may = {guard.ANYBODY, guard.OWNER, *PERMISSIONS[role]}
    return [rule for rule in every if guard.STAFF.get(rule.endpoint) in may and rule.endpoint not in ENDS]


def others(app: Flask, kind: str) -> list[Rule]:
    """Return the routes that are not meant for a kind of visitor."""
    ours = {rule.endpoint for rule in own(app, kind)} | ENDS
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in ours]


@pytest.mark.soak
@pytest.mark.parametrize(("kind", "database"), VISITS)
def test_nothing_that_is_sent_to_any_route_is_a_mistake_of_ours(
    app: Flask, visit: Visit, kind: str, database: str
) -> None:
    seed = int(os.environ.get("FUZZ_SEED") or secrets.randbelow(2**32))
    print(f"FUZZ_SEED={seed}")
    visit.hostile.chance.seed(f"{seed} {kind} {database}")
    chance, order, ours, theirs = visit.hostile.chance, list[Rule](), own(app, kind), others(app, kind)
    try:
        for rule in ours:
            visit.look_round(rule)
        for _each in range(-(-INPUTS // len(VISITS))):
            if not order:  # each of their own routes before any of them again, and a few of those of others
                order = chance.sample(ours, len(ours)) + chance.sample(
                    theirs, min(len(theirs), len(ours) // 4)
                )
            visit.try_out(order.pop())
    except Exception as error:
        raise AssertionError(f"FUZZ_SEED={seed} [{kind} {database}]") from error
    print(kind, database, dict(sorted(visit.statuses.items())))
    assert visit.statuses[200] > 10
