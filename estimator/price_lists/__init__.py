"""Price lists: versions in force, drafts and how they are edited, and what a new version does to past plans."""

from __future__ import annotations

from estimator.price_lists import drafts, editing, previews, repricing, returns, slips, worked_examples
from estimator.price_lists.precedence import (
    NotInForce,
    UnknownTable,
    all_in_force,
    day_of,
    in_force,
    on,
    state_of,
    states_of,
)
from estimator.price_lists.published import (
    Blocked,
    InForceAlready,
    UnknownTimeZone,
    VersionTaken,
    close,
    find,
    import_,
    lists,
    parsed,
    reopen,
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
    "returns",
    "slips",
    "state_of",
    "states_of",
    "take_back",
    "typical",
    "versions",
    "worked_examples",
    "zone_of",
]
