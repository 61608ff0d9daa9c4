"""What differs between two texts of a list, entry by entry and field by field, also while one of them is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal, NamedTuple

from estimator.price_lists.editing.columns import Section
from estimator.price_lists.editing.document import Data, Path, entries, get, languages
from estimator.price_lists.editing.forms import entry_label, inputs, place_of, section_of
from estimator.price_lists.editing.writing import PARTS
from pricing.reading import shown


class FieldChange(NamedTuple):
    """One field that differs: what it is called, its language if it has several, and its text before and after."""

    label: Any
    language: str | None
    old: str
    new: str


class EntryChange(NamedTuple):
    """One entry that was added, removed, changed, or stands at another place among the same others.

    `label` is what it is called. `fields` says what differs in one that changed, and what one that was added
    consists of. `order` concerns a whole section and has no code.
    """

    section: Section
    path: Path
    change: Literal["added", "removed", "changed", "order"]
    label: str
    fields: tuple[FieldChange, ...] = ()


def differences(old: Data, new: Data, most: int | None = None) -> list[EntryChange]:
    """Return what differs between two lists, in the order of the forms; all changes, or the first `most`."""
    return list(islice(_differences(old, new), most))


def _differences(old: Data, new: Data) -> Iterator[EntryChange]:
    for path in (("header",), ("provider",)):
        fields = tuple(_fields(old, new, path))
        if fields:
            yield _change(new, path, "changed", fields)
    for part in PARTS:
        yield from _section(old, new, (part,))


def _section(old: Data, new: Data, section: Path) -> Iterator[EntryChange]:
    before, after = entries(old, section), entries(new, section)
    for code, entry in before.items():
        path = (*section, code)
        if code not in after:
            yield _change(old, path, "removed")
        elif entry != after[code] or list(_keys(entry)) != list(_keys(after[code])):
            fields = tuple(_fields(old, new, path))
            if fields:
                yield _change(new, path, "changed", fields)
            if section == ("driver",):
                yield from _section(old, new, (*path, "choice"))
    for code in after:
        if code not in before:
            path = (*section, code)
            yield _change(new, path, "added", tuple(_fields(old, new, path)))
            if section == ("driver",):
                yield from _section(old, new, (*path, "choice"))
    stayed = [code for code in before if code in after]
    if stayed != [code for code in after if code in before]:
        kind = section_of((*section, stayed[0]))
        assert kind is not None
        yield EntryChange(kind, section, "order", "")


def _keys(entry: Any) -> Iterator[str]:
    """The answers of a question in their order, which is no part of its value."""
    choices = entry.get("choice") if isinstance(entry, dict) else None
    yield from choices if isinstance(choices, dict) else ()


def _change(
    data: Data,
    path: Path,
    change: Literal["added", "removed", "changed"],
    fields: tuple[FieldChange, ...] = (),
) -> EntryChange:
    section = section_of(path)
    assert section is not None
    return EntryChange(section, path, change, entry_label(get(data, path), languages(data)), fields)


def _fields(old: Data, new: Data, path: Path) -> Iterator[FieldChange]:
    before = {one.name: one for one in inputs(old, path)}
    after = {one.name: one for one in inputs(new, path)}
    for name, one in {**before, **after}.items():
        then = before[name].text if name in before else ""
        now = after[name].text if name in after else ""
        if then != now:
            yield FieldChange(one.field.label, one.language, then, now)
    yield from _strangers(old, new, path)


def _strangers(old: Data, new: Data, path: Path) -> Iterator[FieldChange]:
    """Keys that the notation does not know."""
    section = section_of(path)
    assert section is not None
    known = {*section.keys, "choice"} if path != ("header",) else {*section.keys, *PARTS, "provider"}
    before, after = get(old, place_of(path)), get(new, place_of(path))
    one = before if isinstance(before, dict) else {}
    other = after if isinstance(after, dict) else {}
    for key in dict.fromkeys((*one, *other)):
        if key not in known and one.get(key) != other.get(key):
            texts = ("" if key not in found else shown(found[key]) for found in (one, other))
            yield FieldChange(key, None, *texts)
