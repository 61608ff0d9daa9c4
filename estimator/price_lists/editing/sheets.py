"""A price list as sheets of rows, one sheet a section and one row an entry; and back, with only what was changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from estimator.price_lists.editing.document import Data, Path, add, entries, get, languages, remove
from estimator.price_lists.editing.fields import SECTIONS
from estimator.price_lists.editing.forms import inputs, typed_into
from pricing.reading import CODE

QUESTION, CODES = "question", "code"
"""The headings of the columns that say which entry a row is: that of the question it answers, and its own code."""


class Sheet(NamedTuple):
    """The entries of one section: its name, the names of the columns, and the rows as text."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class LeftOut(NamedTuple):
    """Something in a sheet that was not taken, and why; `name` is that of a sheet, a column or a code."""

    kind: Literal["sheet", "column", "code", "twice", "question", "no_codes"]
    sheet: str
    name: str


class Taken(NamedTuple):
    """The list with what was changed in its sheets, and what was left out."""

    data: Data
    left_out: Sequence[LeftOut]


def sheets(data: Data) -> list[Sheet]:
    """Return every section of a list as a sheet, in the order of the canonical text."""
    return [_sheet(data, name) for name in SECTIONS]


def _sheet(data: Data, name: str) -> Sheet:
    heads = _heads(name)
    rows = [(path, {one.name: one.text for one in inputs(data, path)}) for path in _paths(data, name)]
    known: dict[str, None] = {}
    for field in SECTIONS[name].fields:
        tags = languages(data) if field.by_language else ()
        known |= dict.fromkeys(f"{field.key}.{tag}" for tag in tags) if tags else {field.key: None}
        known |= dict.fromkeys(
            key
            for _path, texts in rows
            for key in texts
            if key == field.key or key.startswith(f"{field.key}.")
        )
    columns = [*heads, *known]
    return Sheet(
        name, columns, [[*_codes(path, name), *(texts.get(key, "") for key in known)] for path, texts in rows]
    )


def _heads(name: str) -> list[str]:
    if name in ("header", "provider"):
        return []
    return [QUESTION, CODES] if name == "choice" else [CODES]


def _codes(path: Path, name: str) -> list[str]:
    return [path[1], path[3]] if name == "choice" else list(path[1:])


def _paths(data: Data, name: str) -> Iterator[Path]:
    if name in ("header", "provider"):
        yield (name,)
    elif name == "choice":
        for question in entries(data, ("driver",)):
            for code in entries(data, ("driver", question, "choice")):
                if isinstance(get(data, ("driver", question, "choice", code)), dict):
                    yield ("driver", question, "choice", code)
    else:
        yield from ((name, code) for code, entry in entries(data, (name,)).items() if isinstance(entry, dict))


def taken(data: Data, base: Data, found: Sequence[Sheet]) -> Taken:
    """Return a list with what its sheets say otherwise than `base`, the list that they were made of.

    A row with a new code is a new entry; an entry whose row is gone is removed. The order of rows is not taken.
    A section without a sheet, and a field without a column, stay as they are.
    """
    left: list[LeftOut] = []
    for sheet in found:
        if sheet.name not in SECTIONS:
            left.append(LeftOut("sheet", sheet.name, sheet.name))
            continue
        data = _taken(data, base, sheet, left)
    return Taken(data, left)


def _taken(data: Data, base: Data, sheet: Sheet, left: list[LeftOut]) -> Data:
    heads = _heads(sheet.name)
    if any(head not in sheet.columns for head in heads):
        left.append(LeftOut("no_codes", sheet.name, ", ".join(heads)))
        return data
    keys = {field.key for field in SECTIONS[sheet.name].fields}
    known = {key for key in sheet.columns if key in keys or key.rpartition(".")[0] in keys}
    left += [
        LeftOut("column", sheet.name, key)
        for key in sheet.columns
        if key and key not in known and key not in heads
    ]
    seen: set[Path] = set()
    for row in sheet.rows:
        cells = dict(zip(sheet.columns, row, strict=False))
        if not any(text.strip() for text in cells.values()):
            continue
        path = _path(sheet.name, cells)
        if path in seen:
            left.append(LeftOut("twice", sheet.name, path[-1]))
            continue
        if len(path) > 1 and not CODE.match(path[-1]):
            left.append(LeftOut("code", sheet.name, path[-1]))
            continue
        if len(path) == 4 and not isinstance(get(data, path[:2]), dict):
            left.append(LeftOut("question", sheet.name, path[1]))
            continue
        seen.add(path)
        data = _row(data, base, path, {key: cells[key] for key in known})
        if path in (("header",), ("provider",)):
            break
    if heads:
        for path in _paths(base, sheet.name):
            if path not in seen and get(data, path) is not None:
                data = remove(data, path[:-1], path[-1])
    return data


def _path(name: str, cells: Mapping[str, str]) -> Path:
    if name in ("header", "provider"):
        return (name,)
    code = cells[CODES].strip()
    return ("driver", cells[QUESTION].strip(), "choice", code) if name == "choice" else (name, code)


def _row(data: Data, base: Data, path: Path, typed: Mapping[str, str]) -> Data:
    """Put one row in; an entry that somebody removed meanwhile comes back if its row was changed."""
    if len(path) == 1 or isinstance(get(base, path), dict):
        if len(path) > 1 and not isinstance(get(data, path), dict):
            before = {one.name: one.text for one in inputs(base, path)}
            if all(before.get(key, "").strip() == text.strip() for key, text in typed.items()):
                return data
            data = add(data, path[:-1], path[-1], get(base, path))
        return typed_into(data, path, typed, base)
    if not isinstance(get(data, path), dict):
        data = add(data, path[:-1], path[-1], {})
    if "kind" in typed:
        data = typed_into(data, path, {"kind": typed["kind"]})
    return typed_into(data, path, {key: text for key, text in typed.items() if text.strip()})
