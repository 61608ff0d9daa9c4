"""A confirmation made at the desk: only of what the patient agreed to show, and how they agreed is kept."""

from __future__ import annotations

import pytest
from flask import Flask

from estimator import quotes
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
    text = text_of(made.answer.data)
    assert (NAME in text, "Firm total" in text) == (True, False)
    history = coordinator.see(f"/desk/requests/{reference}").text
    assert "made a confirmation of quote Q-2026-00001, revision 1, for others" in history
    assert "By mail on 9 November." in history


@pytest.mark.long
def test_of_a_quote_that_is_not_accepted_none_is_made(app: Flask, coordinator: Staff) -> None:
    found = ask(app)
    issue(coordinator, found)
    shown = coordinator.see(f"{page(found)}/certificate")
    assert (shown.status, "There is nothing to confirm to others" in shown.text) == (409, True)
