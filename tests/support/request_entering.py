"""What a coordinator types for somebody who called: a plan of the list in Delhi, and who asks."""

from __future__ import annotations

from typing import Any

from tests.support.quote_desk import PLAN
from tests.support.staff_browser import Staff

PERSON = {
    "full_name": "Zephyrine  Quill",
    "email": "zephyrine@example.org",
    "phone": "+49 30 901820",
    "country": "DE",
    "language": "en",
    "for_whom": "self",
    "message": "Violet stairs\r\nwithout a lift",
    "consent_health_data": "yes",
    "consent_contact": "yes",
}

FORM = "/desk/requests/new/delhi"


def typed() -> dict[str, str]:
    """Return the answers of a plan as they are typed."""
    return {f"q_{code}": "yes" if answer is True else answer for code, answer in PLAN.items()}


def enter(person: Staff, **other: Any) -> Staff:
    """Send the form with the plan, the person and what is said otherwise."""
    person.see(FORM)
    person.send("Enter the request", {**typed(), **PERSON, **other})
    return person
