"""The account that patients pay into, as administrators and approvers see it: two people, and everybody is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from estimator.clinic import accounts
from estimator.db import db
from estimator.models import Mail
from tests.support.clinic_staff import Browser, Person, mails
from tests.support.payment_account import ACCOUNT, WITHOUT_IBAN, put_in_force

PAGE, CONFIRM = "/staff/settings/account", "/staff/settings/account/confirm"
TYPED = {name: value for name, value in asdict(ACCOUNT).items() if value}


@pytest.fixture
def ada(app: Flask, join: Callable[..., Person], laptop: Browser) -> Browser:
    """Return the browser of an administrator who has just signed in."""
    return join("ada@example.org", "administrator").sign_in(laptop)


@pytest.fixture
def ben(app: Flask, join: Callable[..., Person]) -> Browser:
    """Return the browser of an approver, who is no administrator."""
    return join("ben@example.org", "approver").sign_in(Browser(app, "198.51.100.20"))


def propose(browser: Browser, **typed: str) -> Browser:
    """Open the form, and send it with the account or other parts."""
    browser.get(PAGE)
    over = re.search(r'name="over" value="([^"]*)"', browser.page)
    assert over is not None
    browser.post(data={"over": over[1], **TYPED, **typed})
    return browser


def decide(browser: Browser, act: str) -> Browser:
    browser.get(CONFIRM)
    shown: dict[str, Any] = dict(re.findall(r'name="(number|sha256)" value="([^"]+)"', browser.page))
    browser.post(data={**shown, "act": act})
    return browser


def in_force(app: Flask) -> str | None:
    with app.app_context():
        found = accounts.account_of(accounts.in_force())
        return None if found is None else found.iban or found.account


def test_one_person_proposes_another_one_confirms_and_the_start_pages_tell(
    app: Flask, ada: Browser, ben: Browser
) -> None:
    propose(ada)
    assert ada.path == CONFIRM
    assert ada.says("You proposed it, so another person has to confirm it.")
    assert in_force(app) is None
    ben.get("/staff")
    assert ben.says("Another account for patients to pay into asked for by ada@example.org")
    decide(ben, "confirm")
    assert ben.says("Confirmed.")
    assert in_force(app) == "DE89370400440532013000"
    ben.get("/staff")
    assert ben.says("proposed by ada@example.org, confirmed by ben@example.org")
    ada.get("/staff/settings")
    assert ada.says("Example Hospital GmbH, DE89 3704 0044 0532 0130 00, Example Bank, Frankfurt")


def test_whoever_proposed_it_cannot_confirm_it_and_can_take_it_back(app: Flask, ada: Browser) -> None:
    propose(ada)
    assert "put it in force" not in ada.page
    decide(ada, "confirm")
    assert (ada.status, in_force(app)) == (409, None)
    assert ada.says("You proposed it yourself.")
    decide(ada, "refuse")
    assert ada.says("Refused. The account in force stays.")
    assert in_force(app) is None


def test_what_differs_is_marked_and_a_page_that_is_out_of_date_confirms_nothing(
    app: Flask, ada: Browser, ben: Browser
) -> None:
    with app.app_context():
        put_in_force(ACCOUNT)
    propose(ada, iban="", account=WITHOUT_IBAN.account)
    ben.get(CONFIRM)
    assert ben.says("now: DE89 3704 0044 0532 0130 00 (Germany)")
    shown: dict[str, Any] = dict(re.findall(r'name="(number|sha256)" value="([^"]+)"', ben.page))
    decide(ada, "refuse")
    propose(ada, beneficiary="Another GmbH")
    ben.get(CONFIRM)
    ben.post(data={**shown, "act": "confirm"})
    assert (ben.status, in_force(app)) == (409, "DE89370400440532013000")
    assert ben.says("nothing was changed")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"iban": "DE89 3704 0044 0532 0130 01"}, "The check digits of this IBAN are wrong"),
        ({"iban": "", "account": "4111 1111 1111 1111"}, "This may be the number of a payment card"),
        ({"bank": "4111111111111111"}, "This may be the number of a payment card"),
        ({"bic": "COBAZZFF"}, "No country has the letters ZZ"),
        ({"beneficiary": ""}, "Enter whose account it is"),
        ({"charges": "nobody"}, "Choose who bears the charges"),
        ({"beneficiary": "x" * 5000}, "there is room for 140"),
        ({"bank": "Bank\u202e of fraud"}, "invisible character"),
        ({"iban": "\x00" * 20}, "cannot be shown"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_still_there(
    app: Flask, ada: Browser, typed: dict[str, str], sentence: str
) -> None:
    propose(ada, **typed)
    assert ada.status == 422
    assert ada.says(sentence)
    assert "Example Bank, Frankfurt" in ada.page or "bank" in typed
    with app.app_context():
        assert accounts.proposed() is None


def test_a_second_change_waits_for_the_first_and_keeps_what_was_typed(app: Flask, ada: Browser) -> None:
    propose(ada)
    propose(ada, beneficiary="Another GmbH")
    assert ada.status == 409
    assert ada.says("Another change waits already.")
    assert "Another GmbH" in ada.page
    propose(ada)
    assert ada.says("Another change waits already.")


def test_quotes_can_be_made_to_name_no_account(app: Flask, ada: Browser, ben: Browser) -> None:
    with app.app_context():
        put_in_force(ACCOUNT)
    propose(ada, act="none")
    decide(ben, "confirm")
    assert ben.says("No account: quotes say nothing of how to pay.")
    assert in_force(app) is None


def test_those_who_may_confirm_are_told_by_mail_and_everybody_who_issues_of_the_change(
    app: Flask, ada: Browser, ben: Browser, join: Callable[..., Person]
) -> None:
    join("cora@example.org", "coordinator")
    propose(ada)
    asked = mails(app, "staff_approval")
    assert len(asked) == 1
    assert "waits for the confirmation of somebody who did not propose it" in asked[0]
    decide(ben, "confirm")
    with app.app_context():
        overtaken = db.session.scalars(select(Mail).filter(Mail.about.startswith("account:"))).one()
        db.session.delete(overtaken)
        db.session.commit()
    told = mails(app, "staff_approval")
    assert len(told) == 3
    assert all("was put in force" in text and "DE89" not in text for text in told)
    by_address = {text.partition("@")[0].removeprefix("To: "): text for text in told}
    assert "/staff/settings/account" in by_address["ada"], (
        "the Start page of an administrator says nothing of it"
    )
    assert "Start page" not in by_address["ada"]
    for who in ("ben", "cora"):
        assert "Start page says who proposed" in by_address[who]


def test_neither_proposing_nor_confirming_is_for_coordinators(
    app: Flask, join: Callable[..., Person], laptop: Browser
) -> None:
    cora = join("cora@example.org", "coordinator").sign_in(laptop)
    for path in (PAGE, CONFIRM):
        cora.get(path)
        assert cora.status == 403
