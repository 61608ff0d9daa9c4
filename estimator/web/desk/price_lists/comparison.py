"""What differs between two versions of a list: in words where both can be read, else line by line."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pricing
from estimator.price_lists import editing
from pricing import PriceTable

MOST_CHANGES = 200
"""Maximum number of differing entries shown; those after them are not even counted."""

MOST_LINES_COMPARED = 2_000
"""Maximum number of lines compared; of two texts that differ in more, only the first of them."""


class Comparison(TypedDict):
    """What differs between two texts: in words, or line by line as (sign, line) where one is no TOML."""

    changes: list[ChangeRow] | None
    lines: list[tuple[str, str]]
    same: bool
    more: NotRequired[bool]


class ChangeRow(TypedDict):
    """One entry that differs."""

    section: str
    code: str
    label: str
    change: str
    fields: Sequence[editing.FieldChange]


def compared(before: str | None, after: str) -> Comparison:
    """Return what differs between two texts: in words if both are TOML, else line by line."""
    if before is None:
        return {"changes": None, "lines": [], "same": False}
    old, new = editing.look(before).data, editing.look(after).data
    if old is not None and new is not None:
        changes = changes_in_words(editing.differences(old, new, MOST_CHANGES + 1))
        if changes or before == after:
            more = len(changes) > MOST_CHANGES
            return {"changes": changes[:MOST_CHANGES], "lines": [], "same": not changes, "more": more}
    lines = _lines(before, after)
    return {"changes": None, "lines": lines, "same": not lines}


def renamed(old: PriceTable, new: PriceTable) -> list[tuple[str, str]]:
    """Return the entries that vanished beside one that appeared with the same name, each with that one."""
    return [
        (change.place, change.perhaps_renamed)
        for change in pricing.explore.difference(old, new)
        if change.change == "removed" and change.perhaps_renamed
    ]


def changes_in_words(changes: Sequence[editing.EntryChange]) -> list[ChangeRow]:
    """Return differences as rows of a page."""
    return [
        {
            "section": change.section.one if change.change != "order" else change.section.many,
            "code": "" if change.path in (("header",), ("provider",)) else change.path[-1],
            "label": change.label,
            "change": change.change,
            "fields": change.fields,
        }
        for change in changes
    ]


def _lines(before: str, after: str) -> list[tuple[str, str]]:
    old, new = before.splitlines(), after.splitlines()
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    left = old[start : len(old) - end][:MOST_LINES_COMPARED]
    right = new[start : len(new) - end][:MOST_LINES_COMPARED]
    return [
        (line[0], line[1:])
        for line in difflib.unified_diff(left, right, n=1, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
