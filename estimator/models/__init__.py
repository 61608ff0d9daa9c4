"""The tables of the database, one file a subject.

Ask this package for the metadata: `db.Base` knows only the models that were imported, and here all of them are.
"""

from __future__ import annotations

from sqlalchemy import MetaData, Table

from estimator.db import Base, Sealed
from estimator.models.accounts import PaymentAccount, QuoteAccount
from estimator.models.audit import AuditEntry
from estimator.models.bills import FinalBill
from estimator.models.clinic import ClinicSetting, Rate
from estimator.models.documents import Document
from estimator.models.estimates import Estimate
from estimator.models.operations import InstallationState, KeyFingerprint, WorkerHeartbeat
from estimator.models.outbox import Mail
from estimator.models.quotes import (
    Certificate,
    Counter,
    Quote,
    QuoteCode,
    QuoteDecision,
    QuoteDraft,
    QuoteRevision,
)
from estimator.models.requests import NameWord, PatientRequest, RequestConsent, RequestEvent
from estimator.models.staff import (
    Attempts,
    RecoveryCode,
    StaffLink,
    StaffRole,
    StaffSession,
    StaffUser,
)
from estimator.models.tables import (
    Draft,
    DraftComment,
    DraftSave,
    Preview,
    PriceList,
    PublishedNeverChanges,
    TableReturn,
    TableVersion,
)

__all__ = [
    "Attempts",
    "AuditEntry",
    "Certificate",
    "ClinicSetting",
    "Counter",
    "Document",
    "Draft",
    "DraftComment",
    "DraftSave",
    "Estimate",
    "FinalBill",
    "InstallationState",
    "KeyFingerprint",
    "Mail",
    "NameWord",
    "PatientRequest",
    "PaymentAccount",
    "Preview",
    "PriceList",
    "PublishedNeverChanges",
    "Quote",
    "QuoteAccount",
    "QuoteCode",
    "QuoteDecision",
    "QuoteDraft",
    "QuoteRevision",
    "Rate",
    "RecoveryCode",
    "RequestConsent",
    "RequestEvent",
    "StaffLink",
    "StaffRole",
    "StaffSession",
    "StaffUser",
    "TableReturn",
    "TableVersion",
    "WorkerHeartbeat",
    "metadata",
    "sealed_columns",
]


def metadata() -> MetaData:
    """Return every table of the database."""
    return Base.metadata


def sealed_columns() -> list[tuple[Table, str]]:
    """Return every column with personal texts: its table and its name."""
    return [
        (table, column.name)
        for table in metadata().sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed)
    ]
