"""All requests as a list, for whoever counts them elsewhere or keeps them in another system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from estimator import keys
from estimator.act import Act
from estimator.models import PatientRequest, Quote, StaffUser, TableVersion
from estimator.models.requests import AnswerBy, Origin, RequestKind, RequestState
from estimator.reports import answer_times
from estimator.reports.years import newest_first, without_invented
from estimator.requests import TABLE


@dataclass(frozen=True)
class Listed:
    """One request as it is now; what it does not have is None or empty.

    `name` is who asked and `patient` for whom, the same where they asked for themselves. Both are None once the person
    is erased, of a mere question, and if no names were asked for. Nothing of anybody's
    health is in it.
    """

    reference: str
    kind: RequestKind
    origin: Origin
    state: RequestState
    received_at: datetime
    time_zone: str
    due_at: datetime
    answered_at: datetime | None
    table: str
    version: str
    estimate: str
    total: Decimal
    at_least: bool
    currency: str
    country: str
    language: str
    for_whom: str
    planned_month: str | None
    answer_by: AnswerBy | None
    coordinator: str | None
    quote: str | None
    name: str | None
    patient: str | None


def listed(act: Act, year: int | None, most: int, *, named: bool, invented: bool = True) -> Iterator[Listed]:
    """Return the requests that came in a year, or ever, the newest first; `most` of them at most.

    Names are opened if they are to be `named`; raises keys.Unreadable. What is `invented` can be left out.
    """
    wanted = without_invented(_wanted(), PatientRequest.reference, invented=invented)
    for row in newest_first(wanted, PatientRequest.created_at, PatientRequest.id, year, most):
        name, patient = _names(row, act.settings.data_keys) if named else (None, None)
        yield Listed(
            reference=row.reference,
            kind=row.kind,
            origin=row.origin,
            state=row.state,
            received_at=row.created_at,
            time_zone=row.time_zone,
            due_at=row.due_at,
            answered_at=row.answered_at,
            table=row.slug,
            version=row.version,
            estimate=row.estimate_reference,
            total=Decimal(row.total),
            at_least=row.at_least,
            currency=row.currency,
            country=row.country,
            language=row.language,
            for_whom=row.for_whom,
            planned_month=row.planned_month,
            answer_by=row.answer_by,
            coordinator=row.coordinator,
            quote=row.quote,
            name=name,
            patient=patient,
        )


def _names(row: Any, keyring: keys.Keyring) -> tuple[str | None, str | None]:
    name, patient = (
        None if sealed is None else keyring.open(sealed, TABLE, column, row.name)
        for column, sealed in (("full_name", row.full_name), ("patient_name", row.patient_name))
    )
    return name, patient or name


def _wanted() -> Select[*tuple[Any, ...]]:
    request = PatientRequest
    quote = (
        select(Quote.number)
        .where(Quote.request_id == request.id)
        .order_by(Quote.id.desc())
        .limit(1)
        .correlate(request)
        .scalar_subquery()
    )
    return (
        select(
            request.id,
            request.name,
            request.full_name,
            request.patient_name,
            request.reference,
            request.kind,
            request.origin,
            request.state,
            request.created_at,
            request.due_at,
            request.slug,
            request.estimate_reference,
            request.total,
            request.at_least,
            request.currency,
            request.country,
            request.language,
            request.for_whom,
            request.planned_month,
            request.answer_by,
            TableVersion.time_zone,
            TableVersion.version,
            StaffUser.email.label("coordinator"),
            answer_times.first_answer().label("answered_at"),
            quote.label("quote"),
        )
        .join(TableVersion, TableVersion.id == request.table_version_id)
        .outerjoin(StaffUser, StaffUser.id == request.assignee_id)
    )
