"""A request of which questions are open, and the patient who answers them on its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from estimator import price_lists, requests
from estimator.db import db
from estimator.models.staff import Role
from tests.support.acts import acting
from tests.support.delhi_list import NOW
from tests.support.open_list import OPEN, PLAN, PROVIDER
from tests.support.quote_desk import ask, request_of, settings_of
from tests.support.staff_browser import Staff

KNOWN: dict[str, object] = {**PLAN, **PROVIDER, "own_mri": True}

BREATHING = "Do you use a machine to breathe?"
THINNERS = "Do you take blood thinners?"
SORE = "Do you have an infection or an open pressure sore now?"

UNKNOWN = "I do not know yet"

SEND = "Send the answers"


@pytest.fixture
def coordinator(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> Staff:
    """Return somebody who issues quotes, where the list in force lets questions stay open."""
    publish(
        app, OPEN.replace('version = "2026-09"', 'version = "2026-10"').replace("2026-01-01", "2026-10-01")
    )
    return sign_in(app, "coordinator")


def publish(app: Flask, text: str) -> None:
    """Put a price list in force."""
    with app.app_context():
        price_lists.import_(acting(actor="command line", now=NOW), text)
        db.session.commit()


@pytest.fixture
def reference(app: Flask, coordinator: Staff) -> str:
    """Return a request without an address, so that its link alone shows everything; three questions are open."""
    return ask(app, plan=KNOWN, address=None)


def opened(app: Flask, reference: str) -> Staff:
    """Return the patient, who has opened the link of a request."""
    with request_of(app, reference) as found:
        token = requests.token_of(found, settings_of(app).link_key)
    patient = Staff(app)
    patient.see(f"/r/{token}")
    return patient
