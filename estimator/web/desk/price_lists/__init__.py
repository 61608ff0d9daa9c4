"""The pages on which coordinators keep price lists: versions, drafts, forms, text, trial, effect, publication."""

from __future__ import annotations

from estimator.web.desk.price_lists import (
    draft,
    entry,
    examples,
    going_back,
    guide,
    impact,
    lists,
    live_check,
    new_draft,
    publish,
    raise_prices,
    saves,
    section,
    spreadsheet,
    text,
    translations,
    try_it,
    version_differences,
    version_files,
)
from estimator.web.desk.price_lists.blueprint import pages

__all__ = [
    "draft",
    "entry",
    "examples",
    "going_back",
    "guide",
    "impact",
    "lists",
    "live_check",
    "new_draft",
    "pages",
    "publish",
    "raise_prices",
    "saves",
    "section",
    "spreadsheet",
    "text",
    "translations",
    "try_it",
    "version_differences",
    "version_files",
]
