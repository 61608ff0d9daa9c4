"""A price list that people edit in forms: its text as data, its fields, and what they type into them.

Pure: no request, no database. What a list may say is decided in `pricing` alone; here a mistake is only kept,
so that it can be shown beside the field in which it stands.
"""

from __future__ import annotations

from estimator.price_lists.editing.columns import NAMED_BY, ORDER, SECTIONS, Field, Section
from estimator.price_lists.editing.differences import EntryChange, FieldChange, differences
from estimator.price_lists.editing.document import (
    Data,
    Look,
    Path,
    add,
    below,
    code_from,
    currency_of,
    entries,
    free_code,
    get,
    has_comments,
    languages,
    look,
    move,
    put,
    remove,
    rename,
    written,
)
from estimator.price_lists.editing.forms import (
    Input,
    changed,
    elsewhere,
    entry_label,
    inputs,
    listed_label,
    place_of,
    section_of,
    typed_into,
)
from estimator.price_lists.editing.prices import CELLS, MOST_PASTED, Words, pasted, with_cells

__all__ = [
    "CELLS",
    "MOST_PASTED",
    "NAMED_BY",
    "ORDER",
    "SECTIONS",
    "Data",
    "EntryChange",
    "Field",
    "FieldChange",
    "Input",
    "Look",
    "Path",
    "Section",
    "Words",
    "add",
    "below",
    "changed",
    "code_from",
    "currency_of",
    "differences",
    "elsewhere",
    "entries",
    "entry_label",
    "free_code",
    "get",
    "has_comments",
    "inputs",
    "languages",
    "listed_label",
    "look",
    "move",
    "pasted",
    "place_of",
    "put",
    "remove",
    "rename",
    "section_of",
    "typed_into",
    "with_cells",
    "written",
]
