"""The tables of the database, one file a subject."""

from estimator.models.documents import Document
from estimator.models.estimates import Estimate
from estimator.models.outbox import Mail
from estimator.models.tables import TableVersion

__all__ = ["Document", "Estimate", "Mail", "TableVersion"]
