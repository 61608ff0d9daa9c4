"""What the entries of a list are called on a page: in the language of its reader, else in one of the list."""

from __future__ import annotations

from estimator.price_lists import editing
from estimator.web.language import current_reader


def tags_of(data: editing.Data) -> list[str]:
    """Return the languages in which a label is looked for, the best one first."""
    return [current_reader().tag, *editing.languages(data)]


def label_of(data: editing.Data, path: editing.Path) -> str:
    """Return what an entry is called; its code, if it has no label."""
    return editing.entry_label(editing.get(data, path), tags_of(data)) or path[-1]


def numbers_of(data: editing.Data) -> dict[str, str]:
    """Return what the questions for a number are called, by code."""
    return {
        code: label_of(data, ("driver", code))
        for code, part in editing.entries(data, ("driver",)).items()
        if isinstance(part, dict) and part.get("kind") == "number"
    }
