"""Operations: whose keys a database belongs to, who is alive, what an operator must be told, copies and restoring."""

from __future__ import annotations

from estimator.operations import (
    copies,
    database_faults,
    disks,
    fingerprints,
    heartbeats,
    refused_mail,
    scratch,
    situation,
)

__all__ = [
    "copies",
    "database_faults",
    "disks",
    "fingerprints",
    "heartbeats",
    "refused_mail",
    "scratch",
    "situation",
]
