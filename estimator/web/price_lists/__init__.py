"""The pages on which coordinators keep price lists: versions, drafts, forms, text, trial, effect, publication."""

from __future__ import annotations

from estimator.web.price_lists import (
    beginning,
    checking,
    draft,
    effect,
    entry,
    examples,
    lists,
    publish,
    raising,
    saves,
    section,
    spreadsheet,
    text,
    trying,
)
from estimator.web.price_lists.page import pages

__all__ = [
    "beginning",
    "checking",
    "draft",
    "effect",
    "entry",
    "examples",
    "lists",
    "pages",
    "publish",
    "raising",
    "saves",
    "section",
    "spreadsheet",
    "text",
    "trying",
]
