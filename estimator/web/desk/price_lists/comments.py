"""What an approver says who sends a draft back, and the entry of the list that it is about."""

from __future__ import annotations

from typing import TypedDict

from estimator.i18n import lazy_gettext
from estimator.price_lists import editing
from estimator.web.desk.comment import CommentForm
from estimator.web.fields import TextField
from estimator.web.validators import Printable

COMMENTED = tuple(name for name in editing.SECTIONS if name not in ("header", "provider", "choice"))
"""The sections whose entries a comment can be about."""


class PlacedCommentForm(CommentForm):
    """The comment, and the entry that it is about."""

    place = TextField(lazy_gettext("Entry (optional)"), [Printable()], most_shown=200)


class Entry(TypedDict):
    """One entry of a list: its place, `charge.ward`, and what it is called."""

    place: str
    label: str


def entries(data: editing.Data) -> list[Entry]:
    """Return every entry that a comment can be about."""
    tags = editing.languages(data)
    return [
        {"place": f"{section}.{code}", "label": editing.entry_label(entry, tags)}
        for section in COMMENTED
        for code, entry in editing.entries(data, (section,)).items()
    ]


def place_of(typed: str, data: editing.Data) -> str | None:
    """Return the place of an entry from its place, its code or its name; None if there is no such entry, or several."""
    found = entries(data)
    wanted = typed.strip().casefold()
    if not wanted:
        return None
    places = [entry["place"] for entry in found if entry["place"] == wanted]
    for named in (
        [entry["place"] for entry in found if entry["place"].partition(".")[2] == wanted],
        [entry["place"] for entry in found if entry["label"].casefold() == wanted],
    ):
        places = places or named
    return places[0] if len(places) == 1 else None
