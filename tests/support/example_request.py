"""A request for a firm quote, as the pages and the desk make them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from estimator import requests
from estimator.clinic import Clinic
from estimator.db import db
from estimator.i18n import reader
from estimator.models import Estimate, PatientRequest
from estimator.requests import consents
from tests.support.acts import acting
from tests.support.example_mail import estimate, settings

PERSON = requests.Person("Wilhelmina Quill", "mina@quillworth.org", "+49 30 901820", "My stairs are steep.")

DAUGHTER = requests.Person(
    "Wilhelmina Quill",
    "mina@quillworth.org",
    "+49 30 901820",
    "Her stairs are steep.",
    patient_name="Bartholomea Quill",
    injury_level="T6",
    injury_completeness="A",
    injury_month="2024-03",
    age_group="50-59",
    answer_hours="weekdays after 18:00",
)
"""Somebody who asks for her mother and leaves nothing open."""

CLINIC = Clinic()


def asked(person: requests.Person = PERSON, **other: Any) -> requests.Asked:
    """Return what somebody filled in."""
    for_whom = other.get("for_whom", "self")
    said = consents.asked(reader("en"), "Example clinic")
    known: dict[str, Any] = {
        "person": person,
        "country": "DE",
        "language": "en",
        "for_whom": for_whom,
        "planned_month": "2026-09",
        "consents": [said[purpose] for purpose in consents.needed(for_whom)],
    }
    return requests.Asked(**{**known, **other})


def request(
    now: datetime,
    person: requests.Person = PERSON,
    *,
    record: Estimate | None = None,
    origin: Any = "page",
    submission: str = "",
    clinic: Clinic = CLINIC,
    **other: Any,
) -> PatientRequest:
    """Make a request about an estimate of the example list, and commit it."""
    found = requests.ask(
        acting(
            clinic=clinic, actor="patient" if origin == "page" else "user:1", now=now, settings=settings()
        ),
        record or estimate(now)[0],
        asked(person, **other),
        origin=origin,
        submission=submission,
    )
    db.session.commit()
    return found
