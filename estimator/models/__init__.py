"""The tables of the database, one file a subject."""

from estimator.models.audit import AuditEntry
from estimator.models.documents import Document
from estimator.models.estimates import Estimate
from estimator.models.outbox import Mail
from estimator.models.tables import Draft, DraftSave, Preview, PriceList, PublishedNeverChanges, TableVersion

__all__ = [
    "AuditEntry",
    "Document",
    "Draft",
    "DraftSave",
    "Estimate",
    "Mail",
    "Preview",
    "PriceList",
    "PublishedNeverChanges",
    "TableVersion",
]
