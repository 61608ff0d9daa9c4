"""An installation that sends no mail says so at the desk wherever mail would be promised."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from estimator.db import db
from estimator.models import StaffUser
from estimator.models.staff import Role
from tests.support import apps
from tests.support.quote_desk import ask, changed_list, page, settings_of
from tests.support.quote_form import issue, line, prepare
from tests.support.staff_browser import Staff


@pytest.fixture
def silent(app: Flask) -> Iterator[Flask]:
    """Return an app in earnest that has no mail server."""
    known = settings_of(app)
    changed_list(app, **{"demo = true": "demo = false"})
    app.config["SETTINGS"] = apps.changed(known, demo=False)
    yield app
    app.config["SETTINGS"] = known


@pytest.fixture
def person(silent: Flask, sign_in: Callable[[Flask, Role], Staff]) -> Staff:
    """Return somebody who answers requests there."""
    person = sign_in(silent, "coordinator")
    with silent.app_context():
        db.session.execute(update(StaffUser).values(demonstration=False))
        db.session.commit()
    return person


def test_a_new_request_promises_no_email(person: Staff) -> None:
    shown = person.see("/desk/requests/new").text
    assert "if they have an email address, an email" not in shown
    assert "they get a link, which you hand over: this installation sends no mail" in shown


def test_a_quote_is_issued_without_a_word_of_mail_and_its_link_needs_no_code(
    silent: Flask, person: Staff
) -> None:
    reference = ask(silent)
    prepare(person, reference)
    person.send("issue", {})
    shown = person.press("Issue this quote").text
    assert "on its way by mail" not in shown
    assert "Nobody gets a mail: hand its link to the patient yourself." in shown
    assert "a code that is sent to the patient is needed" not in shown
    assert "no code is asked for, because this installation sends no mail" in shown


def test_a_withdrawal_is_to_be_told_by_the_desk(silent: Flask, person: Staff) -> None:
    reference = ask(silent)
    issue(person, reference)
    shown = person.see(f"{page(reference)}/withdraw").text
    assert "is told by mail" not in shown
    assert "There is no email address" not in shown
    assert "This installation sends no mail: tell the patient." in shown


def test_asking_for_approval_promises_nobody_a_mail(silent: Flask, person: Staff) -> None:
    reference = ask(silent)
    prepare(person, reference, **line(0, "-9000"))
    shown = person.see(page(reference)).text
    assert "Asking puts it on the Start page of those who may approve. Save first" in shown
    shown = person.press("Ask for approval").text
    assert "It stands on the Start page of those who may approve." in shown
    assert "by mail" not in shown
