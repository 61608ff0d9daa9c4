"""What differs between two price lists, in sentences: added, removed, changed key by key, perhaps renamed.

Values are shown as they stand in the file, because whoever compares two lists will look for them there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from estimator.i18n import Reader, Words
from estimator.i18n import gettext as _
from pricing.explore import KeyChange, PartChange
from pricing.table import ChoiceDriver, PriceTable, Text

LONGEST = 200
"""Maximum number of characters shown of a value; longer ones are cut."""


@dataclass(frozen=True)
class Difference:
    """One part that differs: its place in the file, its label if it has one, what happened, and which keys."""

    place: str
    label: Words | None
    change: Literal["added", "removed", "changed"]
    sentence: str
    keys: Sequence[str]


def differences(
    changes: Sequence[PartChange], old: PriceTable, new: PriceTable, reader: Reader
) -> list[Difference]:
    """Word `pricing.explore.difference`, in its order."""
    before, after = dict(_labels(old)), dict(_labels(new))
    found = []
    for part in changes:
        label = after.get(part.place) or before.get(part.place)
        main = (new if part.place in after else old).main_language
        words = None if label is None else reader.words(label, main)
        found.append(
            Difference(part.place, words, part.change, _sentence(part, words), list(map(_key, part.keys)))
        )
    return found


def _sentence(part: PartChange, label: Words | None) -> str:
    what = _name(part.place, label)
    other = part.perhaps_renamed
    if part.change == "changed":
        return _("%(what)s has changed.", what=what)
    if part.change == "added":
        if other is None:
            return _("%(what)s is new.", what=what)
        return _("%(what)s is new; perhaps it was called %(other)s before.", what=what, other=other)
    if other is None:
        return _("%(what)s is gone.", what=what)
    return _("%(what)s is gone; perhaps it is called %(other)s now.", what=what, other=other)


def _name(place: str, label: Words | None) -> str:
    if not place:
        return _("The head of the list")
    return place if label is None else f"{place} (“{label}”)"


def _key(change: KeyChange) -> str:
    old, new = (None if value is None else _short(value) for value in (change.old, change.new))
    if old is None:
        return _("%(key)s is new: %(new)s", key=change.key, new=new)
    if new is None:
        return _("%(key)s is gone: %(old)s", key=change.key, old=old)
    return _("%(key)s: %(old)s → %(new)s", key=change.key, old=old, new=new)


def _short(value: str) -> str:
    return value if len(value) <= LONGEST else value[:LONGEST] + "…"


def _labels(table: PriceTable) -> Iterator[tuple[str, Text]]:
    kinds: Mapping[str, Sequence[Any]] = {
        "driver": table.drivers,
        "group": table.groups,
        "charge": table.charges,
        "package": table.packages,
        "tax": table.taxes,
        "stage": table.stages,
        "payment": table.payments,
    }
    for kind, entries in kinds.items():
        for entry in entries:
            yield f"{kind}.{entry.code}", entry.label
            if isinstance(entry, ChoiceDriver):
                for choice in entry.choices:
                    yield f"{kind}.{entry.code}.choice.{choice.code}", choice.label
