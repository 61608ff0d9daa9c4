"""Who is concerned if data went astray: everybody of whom something was here within a span of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from estimator import keys, requests
from estimator.act import Act
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest, Quote, RequestEvent

PIECE = 500
"""Number of rows that are read from the database at once."""


@dataclass(frozen=True)
class Affected:
    """One person, or one address; what is None is not known here, or cannot be opened for want of its key.

    `patient` is there where somebody else asks for them: the name and the address are those of whoever asks.
    """

    reference: str
    since: datetime
    name: str | None
    email: str | None
    phone: str | None
    country: str | None
    language: str
    quote: str | None
    patient: str | None = None
    readable: bool = True


def people(act: Act, since: datetime, until: datetime, *, opened_by: str | None = None) -> Iterator[Affected]:
    """Return the people whose requests were here at a moment of a span, the oldest first, read piece by piece.

    With `opened_by` ("user:12") only those whose request that account has opened or worked on in that span. Who is
    erased by now is not among them: nobody knows any more who it was.
    """
    asked = (
        select(PatientRequest, Quote.number)
        .outerjoin(Quote, Quote.request_id == PatientRequest.id)
        .where(PatientRequest.created_at <= until, PatientRequest.full_name.is_not(None))
        .order_by(PatientRequest.id)
        .limit(PIECE)
    )
    if opened_by is not None:
        # To open a request is written down once an hour: the entry may be that much older.
        within = RequestEvent.at.between(since - requests.SEEN_AGAIN, until)
        asked = asked.where(
            PatientRequest.id.in_(
                select(RequestEvent.request_id).where(RequestEvent.actor == opened_by, within)
            )
        )
    last = 0
    while piece := db.session.execute(asked.where(PatientRequest.id > last)).all():
        for record, number in piece:
            yield _person(act, record, number)
        last = piece[-1][0].id
        db.session.expunge_all()


def addresses(act: Act, until: datetime) -> Iterator[Affected]:
    """Return the addresses that estimates were mailed to until a moment, as long as they are kept.

    Those of requests are among `people`.
    """
    asked = (
        select(Mail)
        .where(Mail.template == "estimate", Mail.created_at <= until, Mail.address.is_not(None))
        .order_by(Mail.id)
        .limit(PIECE)
    )
    last = 0
    while piece := db.session.scalars(asked.where(Mail.id > last)).all():
        for mail in piece:
            yield _address(act, mail)
        last = piece[-1].id
        db.session.expunge_all()


def erased_since(moment: datetime) -> int:
    """Count the requests whose person was erased since a moment: they were here, and cannot be told any more."""
    asked = select(func.count()).select_from(PatientRequest).where(PatientRequest.erased_at >= moment)
    return db.session.scalar(asked) or 0


def _person(act: Act, record: PatientRequest, number: str | None) -> Affected:
    try:
        found = requests.person_of(record, act.settings.data_keys)
        readable = True
    except keys.Unreadable:
        found, readable = None, False
    return Affected(
        reference=record.reference,
        since=record.created_at,
        name=(found.full_name or None) if found else None,
        email=found.email if found else None,
        phone=found.phone if found else None,
        country=record.country,
        language=record.language,
        quote=number,
        patient=found.patient_name if found else None,
        readable=readable,
    )


def _address(act: Act, mail: Mail) -> Affected:
    try:
        email, readable = outbox.address_of(mail, act.settings.data_keys), True
    except keys.Unreadable:
        email, readable = None, False
    return Affected(
        mail.about, mail.created_at, None, email, None, None, mail.language, None, readable=readable
    )
