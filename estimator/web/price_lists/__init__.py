"""The pages on which coordinators keep price lists: versions, drafts, forms, text, trial, effect, publication."""

from __future__ import annotations

from estimator.web.price_lists import draft, effect, entry, lists, publish, saves, section, text, trying
from estimator.web.price_lists.page import pages

__all__ = ["draft", "effect", "entry", "lists", "pages", "publish", "saves", "section", "text", "trying"]
