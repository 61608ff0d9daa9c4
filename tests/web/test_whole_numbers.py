"""Numbers that are larger than any row's, or none at all: a page that says so, in every address and field."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from estimator.i18n import reader
from estimator.models.staff import Role
from estimator.web import whole_numbers
from tests.support.clinic_staff import Browser
from tests.support.quote_desk import ask
from tests.support.staff_browser import Staff
from tests.web.desk.conftest import sign_in
from tests.web.staff.conftest import costs, known_settings, make_app
from tests.web.test_access import app, clock, invented, someone, who

__all__ = ["app", "clock", "costs", "invented", "known_settings", "make_app", "sign_in", "someone", "who"]

NUMBERS = (
    "9" * 20,
    "9" * 5_000,
    "2147483648",
    "0",
    "-1",
    "+1",
    "01",
    "1.0",
    "1e3",
    "\u0663",
    "\uff11",
    "\u00b2",
)


def test_a_number_of_any_length_in_an_address_leads_nowhere_and_is_no_mistake_of_ours(
    app: Flask, someone: Browser, who: str
) -> None:
    wrong = {}
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments]
    assert len([rule for rule in rules if "<whole:" in rule.rule]) > 20
    for rule in rules:
        for number in NUMBERS if "<whole:" in rule.rule else NUMBERS[:1]:
            path = re.sub(r"<[^>]*>", number, rule.rule)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = someone.client.open(
                    path, method=method, environ_base={"REMOTE_ADDR": someone.address}
                )
                answer.close()
                missing = answer.status_code in (404, 405)
                if not (missing if "<whole:" in rule.rule else answer.status_code < 500):
                    wrong[f"{method} {path[:80]}"] = answer.status_code
    assert wrong == {}


@pytest.mark.long
@pytest.mark.parametrize("number", ["9" * 20, "9" * 5_000, "2147483648", "\u0663", "\x00", "0000020261"])
def test_a_number_of_any_length_in_a_field_is_no_mistake_of_ours(
    app: Flask, sign_in: Callable[[Flask, Role], Staff], number: str
) -> None:
    reference = ask(app)
    coordinator, editor = sign_in(app, "coordinator"), sign_in(app, "price_editor")
    quote = f"/desk/requests/{reference}/quote"
    coordinator.see(quote)
    coordinator.press("Prepare a quote")
    names = ("changes", "save", "revision", "number", "page", "before", "version", "base", "to", "after")
    fields = {
        **dict.fromkeys(names, number),
        "pick": f"{reference}.{number}",
        "words": "x",
        "act": f"remove:{number}",
    }
    for path in ("save", "issue", "discard", "answers", "withdraw", "new-link"):
        assert coordinator.post(f"{quote}/{path}", fields).status < 500, path
    for path in ("assign", "state", "note"):
        assert coordinator.post(f"/desk/requests/{reference}/{path}", fields).status < 500, path
    for act in ("assign", "state"):
        assert coordinator.post("/desk/requests/together", {**fields, "act": act}).status < 500, act
    for path in ("/staff/tables/begin", "/staff/tables/new"):
        assert editor.post(path, fields).status < 500, path
    for path in ("/desk/reports", "/desk/reports/quotes.csv", "/desk/reports/quotes.xlsx"):
        answer = coordinator.client.get(path, query_string={"year": number})
        answer.close()
        assert answer.status_code == (404 if number else 200), path
    for path in ("/desk/outbox", "/desk/requests"):
        answer = coordinator.client.get(path, query_string={"before": number, "who": number, "after": number})
        assert answer.status_code < 500, path


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("7", 7),
        ("007", 7),
        ("2147483646", 2**31 - 2),
        ("2147483647", None),
        *((each, None) for each in NUMBERS[:3]),
        (None, None),
    ],
)
def test_a_whole_number_is_read_up_to_what_fits_every_database(text: str | None, number: int | None) -> None:
    assert whole_numbers.read(text) == number


def test_a_number_of_very_many_digits_with_separators_is_none_and_no_mistake() -> None:
    typed = ",".join(["1", *["111"] * 12])
    assert reader("en").read_number(typed) is None
    assert reader("de").read_number(typed.replace(",", ".")) is None
