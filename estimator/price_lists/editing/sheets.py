"""A price list as sheets of rows, one sheet a section and one row an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from estimator.i18n import gettext as _
from estimator.price_lists.editing.columns import NAMED_BY, SECTIONS, Field
from estimator.price_lists.editing.document import Data, Path, entries, get, languages
from estimator.price_lists.editing.forms import inputs
from estimator.price_lists.editing.naming import Names, is_worded, labelled, told_apart

QUESTION, CODES = "question", "code"
"""The keys of the columns that say which entry a row is: that of the question it answers, and its own code."""

ALONE = ("header", "provider")
"""The sections that are one entry."""

PRICED_BY = ("price", "graduated", "volume", "stairstep", "amount", "percent", "of", "on_request")
"""The fields that say what an entry costs; their columns stand beside its name, where they are compared and changed."""


class Column(NamedTuple):
    """One column: its key, what people read above it, its field if it has one, and the words to choose from by code.

    `names` are those of the list's entries, if its field names some.
    """

    key: str
    label: str
    field: Field | None
    choices: Mapping[str, str]
    names: Names | None = None

    def said(self, text: str) -> str:
        """Return the text of a row as people read it: with labels in place of codes."""
        if self.field is not None and self.names is not None:
            return self.names.worded(self.field.kind, text)
        return self.choices.get(text, text)


class Sheet(NamedTuple):
    """The entries of one section: its name and title, its columns, and the rows as text, words by their code."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


def sheets(data: Data) -> list[Sheet]:
    """Return every section of a list as a sheet, in the order of the canonical text."""
    return [_sheet(data, name) for name in SECTIONS]


def _sheet(data: Data, name: str) -> Sheet:
    rows = [(path, {one.name: one.text for one in inputs(data, path)}) for path in paths(data, name)]
    columns = columns_of(data, name, [key for _path, texts in rows for key in texts])
    known = [column.key for column in columns[len(heads_of(name)) :]]
    found = [[*_codes(path, name), *(texts.get(key, "") for key in known)] for path, texts in rows]
    return Sheet(name, str(SECTIONS[name].many), columns, found)


def columns_of(data: Data, name: str, more: Sequence[str] = ()) -> list[Column]:
    """Return the columns of a section: which entry, its name, what it costs, and the rest in the order of the text.

    `more` are keys that its entries have besides those of the list's languages.
    """
    known: dict[str, Field] = {}
    for field in SECTIONS[name].fields:
        tags = languages(data) if field.by_language else ()
        known |= dict.fromkeys([f"{field.key}.{tag}" for tag in tags] if tags else [field.key], field)
        for key in more:
            if key == field.key or (field.by_language and key.startswith(f"{field.key}.")):
                known[key] = field
    heads = {QUESTION: _("Question"), CODES: _("Code")}
    columns = [Column(head, heads[head], None, {}) for head in heads_of(name)]
    used = {column.label for column in columns}
    names = Names(data) if any(map(is_worded, known.values())) else None
    for key, field in known.items():
        label = str(field.label)
        if field.by_language and len(languages(data)) > 1:
            label = f"{label} ({key.removeprefix(f'{field.key}.')})"
        if label in used:
            label = f"{label} [{key}]"
        used.add(label)
        columns.append(
            Column(key, label, field, choices_of(data, field), names if is_worded(field) else None)
        )
    return sorted(columns, key=_places(name, known))


def _places(name: str, known: Mapping[str, Field]) -> Callable[[Column], int]:
    """Return where columns stand: codes, the name in the first language, what it costs, everything else."""
    called = NAMED_BY.get(name, "label")
    names = next((key for key, field in known.items() if field.key == called), None)

    def place(column: Column) -> int:
        if column.field is None:
            return 0
        if names is None:  # no column says what a row is about
            return 1
        return 1 if column.key == names else 2 if column.key in PRICED_BY else 3

    return place


def choices_of(data: Data, field: Field) -> dict[str, str]:
    """Return what can be chosen in a field: what people read, by the word of the notation; empty if it is typed."""
    found: dict[str, str] = {}
    if field.kind == "flag":
        found = {"yes": _("Yes"), "no": _("No")}
    elif field.words is not None:
        found = {code: str(label) for code, label in field.words.items()}
    elif field.kind == "name":
        return labelled(data, (field.names,))
    elif field.kind == "factors":
        return Names(data).numbers
    return told_apart(found)


def heads_of(name: str) -> list[str]:
    """Return the keys of the columns that say which entry a row is."""
    if name in ALONE:
        return []
    return [QUESTION, CODES] if name == "choice" else [CODES]


def _codes(path: Path, name: str) -> list[str]:
    return [path[1], path[3]] if name == "choice" else list(path[1:])


def paths(data: Data, name: str) -> Iterator[Path]:
    """Yield the entries of a section."""
    if name in ALONE:
        yield (name,)
    elif name == "choice":
        for question in entries(data, ("driver",)):
            for code in entries(data, ("driver", question, "choice")):
                if isinstance(get(data, ("driver", question, "choice", code)), dict):
                    yield ("driver", question, "choice", code)
    else:
        yield from ((name, code) for code, entry in entries(data, (name,)).items() if isinstance(entry, dict))
