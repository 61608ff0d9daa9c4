"""A confirmation made at the desk: only of what the patient agreed to show, and how they agreed is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from estimator import quotes
from estimator.db import db
from estimator.models import Certificate
from tests.support.acts import acting
from tests.support.example_papers import text_of
from tests.support.quote_desk import NAME, ask, newest, now, page, settings_of
from tests.support.quote_form import issue
from tests.support.staff_browser import Staff


@pytest.fixture
def reference(app: Flask, coordinator: Staff) -> str:
    """Return the request of a quote that is accepted."""
    found = ask(app)
    issue(coordinator, found)
    with newest(app, found) as revision:
        quotes.accept(
            acting(now=now(), settings=settings_of(app)),
            revision,
            typed_name=NAME,
            agreed_to="I accept.",
            language="en",
            network="203.0.113.0/24",
            pdf_sha256=None,
        )
    return found


def test_somebody_says_how_the_patient_agreed_and_it_stands_in_the_history(
    coordinator: Staff, reference: str
) -> None:
    assert "A confirmation for others…" in coordinator.see(page(reference)).text
    coordinator.see(f"{page(reference)}/certificate")
    refused = coordinator.press("Make the page", name="yes")
    assert (refused.status, "Say how the patient agreed" in refused.text) == (422, True)
    refused = coordinator.press("Make the page", name=[], agreed="By mail on 9 November.")
    assert (refused.status, "Tick what the page is to show." in refused.text) == (422, True)
    assert "By mail on 9 November." in refused.text
    made = coordinator.press("Make the page", name="yes", agreed="By mail on 9 November.")
    assert "The confirmation is made" in made.text
    assert "There is a problem" not in made.text
    (address,) = made.links("Download as PDF")
    file = coordinator.see(address)
    text = text_of(file.content)
    assert (NAME in text, "Firm total" in text) == (True, False)
    assert coordinator.see(address).content == file.content, "the same file, whose hash is kept"
    history = coordinator.see(f"/desk/requests/{reference}").text
    assert "made a confirmation of quote Q-2026-00001, revision 1, for others" in history
    assert history.count("made a confirmation of quote") == 1, "what is downloaded twice was made once"
    assert "By mail on 9 November." in history


@pytest.mark.long
def test_only_who_made_it_downloads_it_and_only_for_a_quarter_of_an_hour(
    app: Flask, coordinator: Staff, reference: str, clock: time_machine.Traveller
) -> None:
    coordinator.see(f"{page(reference)}/certificate")
    made = coordinator.press("Make the page", name="yes", agreed="By mail on 9 November.")
    (address,) = made.links("Download as PDF")
    assert coordinator.see(f"{address}x").status == 410, "in a language that it is not in"
    with app.app_context():
        kept = db.session.scalars(select(Certificate)).one()
        own, kept.made_by = kept.made_by, "user:77"
        db.session.commit()
    assert coordinator.see(address).status == 410
    with app.app_context():
        db.session.scalars(select(Certificate)).one().made_by = own
        db.session.commit()
    assert coordinator.see(address).status == 200
    clock.shift(timedelta(minutes=15))
    refused = coordinator.see(address)
    assert (refused.status, "Another one can be made" in refused.text) == (410, True)


@pytest.mark.long
def test_of_a_quote_that_is_not_accepted_none_is_made(app: Flask, coordinator: Staff) -> None:
    found = ask(app)
    issue(coordinator, found)
    shown = coordinator.see(f"{page(found)}/certificate")
    assert (shown.status, "There is nothing to confirm to others" in shown.text) == (409, True)
