"""Price lists: versions in force, drafts and how they are edited, and what a new version does to past plans."""

from __future__ import annotations

from estimator.price_lists import approvals, drafts, editing, previews, repricing, worked_examples
from estimator.price_lists.published import (
    Blocked,
    InForceAlready,
    NotInForce,
    UnknownTable,
    UnknownTimeZone,
    VersionTaken,
    all_in_force,
    close,
    day_of,
    find,
    import_,
    in_force,
    lists,
    on,
    parsed,
    reopen,
    state_of,
    take_back,
    versions,
    zone_of,
)
from estimator.price_lists.typical import Typical, typical

__all__ = [
    "Blocked",
    "InForceAlready",
    "NotInForce",
    "Typical",
    "UnknownTable",
    "UnknownTimeZone",
    "VersionTaken",
    "all_in_force",
    "approvals",
    "close",
    "day_of",
    "drafts",
    "editing",
    "find",
    "import_",
    "in_force",
    "lists",
    "on",
    "parsed",
    "previews",
    "reopen",
    "repricing",
    "state_of",
    "take_back",
    "typical",
    "versions",
    "worked_examples",
    "zone_of",
]
