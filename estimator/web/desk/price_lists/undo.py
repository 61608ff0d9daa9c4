"""Undo after a removal: the entry as it stood in the save before it, at its old place; what came since stays."""

from __future__ import annotations

from flask import request

from estimator.models import Draft
from estimator.price_lists import editing
from estimator.web import whole_numbers
from estimator.web.desk.price_lists.blueprint import data_at
from estimator.web.desk.price_lists.labels import tags_of


def undo_of(draft: Draft, data: editing.Data, section: editing.Path) -> dict[str, str] | None:
    """Return the button by which the removal of an entry that the address names is undone; None if it cannot be."""
    code, save = request.args.get("removed", ""), whole_numbers.read(request.args.get("undo"))
    entry = editing.get(_earlier(draft, save), (*section, code))
    if not isinstance(entry, dict) or code in editing.entries(data, section):
        return None
    return {"act": f"undo:{save}:{code}", "label": editing.entry_label(entry, tags_of(data)) or code}


def undone(draft: Draft, data: editing.Data, section: editing.Path, number: str, code: str) -> editing.Data:
    """Return data with an entry that was removed, as it stood in an earlier save, at its old place.

    Data itself, if that save is not kept any more, or an entry of that code is there again.
    """
    earlier = editing.entries(_earlier(draft, whole_numbers.read(number)), section)
    entry = earlier.get(code)
    if not isinstance(entry, dict) or code in editing.entries(data, section):
        return data
    codes = list(earlier)
    there = editing.entries(data, section)
    before = next((name for name in reversed(codes[: codes.index(code)]) if name in there), None)
    data = editing.add(data, section, code, entry, after=before)
    if before is None:
        data = editing.move(data, section, code, -len(codes) - len(there))
    return data


def _earlier(draft: Draft, save: int | None) -> editing.Data:
    """What stood in an earlier save; nothing, if it is not kept any more."""
    return {} if save is None else data_at(draft, save) or {}
