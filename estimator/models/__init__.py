"""The tables of the database, one file a subject."""

from estimator.models.audit import AuditEntry
from estimator.models.clinic import ClinicSetting, Rate
from estimator.models.documents import Document
from estimator.models.estimates import Estimate
from estimator.models.outbox import Mail
from estimator.models.staff import (
    Attempts,
    RecoveryCode,
    StaffLink,
    StaffRole,
    StaffSession,
    StaffUser,
)
from estimator.models.tables import Draft, DraftSave, Preview, PriceList, PublishedNeverChanges, TableVersion

__all__ = [
    "Attempts",
    "AuditEntry",
    "ClinicSetting",
    "Document",
    "Draft",
    "DraftSave",
    "Estimate",
    "Mail",
    "Preview",
    "PriceList",
    "PublishedNeverChanges",
    "Rate",
    "RecoveryCode",
    "StaffLink",
    "StaffRole",
    "StaffSession",
    "StaffUser",
    "TableVersion",
]
