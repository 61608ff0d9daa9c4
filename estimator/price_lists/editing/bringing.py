"""A spreadsheet brought back into a list: only what somebody changed in it, told by sheet, row and column.

Three texts are compared: what the file was made of, the file, and the list as it is now. What nobody touched in the
file stays as it is now, whoever changed it meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from estimator import figures
from estimator.price_lists.editing.brought import MOST_HEADS, Conflict, LeftOut
from estimator.price_lists.editing.cells import Choices, Refused, Unclear, text_in
from estimator.price_lists.editing.columns import NAMED_BY, SECTIONS
from estimator.price_lists.editing.damaged import is_damaged
from estimator.price_lists.editing.document import (
    Data,
    Path,
    around,
    code_from,
    codes_taken,
    currency_of,
    entries,
    get,
    languages,
)
from estimator.price_lists.editing.forms import entry_label, texts, typed_into, values_typed
from estimator.price_lists.editing.in_place import Edited
from estimator.price_lists.editing.kinds import Around, value_of
from estimator.price_lists.editing.naming import Names
from estimator.price_lists.editing.sheets import (
    ALONE,
    CODES,
    QUESTION,
    Column,
    choices_of,
    columns_of,
    heads_of,
    paths,
)
from estimator.spreadsheet_cells import EMPTY, Cell, Found, Line
from pricing.reading import CODE

Why = Literal[
    "sheet", "column", "code", "twice", "question", "no_codes", "nameless", "kept",
    "formula", "error", "percent", "day", "time", "currency", "damaged",
]  # fmt: skip


class Asked(NamedTuple):
    """A figure that can be read in two ways, and the field in which it stands."""

    sheet: str
    row: int
    column: str
    path: Path
    key: str
    typed: str


@dataclass
class Taken:
    """The list with what was changed in its sheets, and what is to be told of it."""

    data: Data
    left_out: list[LeftOut] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    sheets: int = 0
    rows: dict[Path, int] = field(default_factory=dict)
    """The number of the row in which each entry stands in its sheet."""


def taken(data: Data, base: Data, found: Sequence[Found]) -> Taken:
    """Return a list with what sheets say otherwise than `base`, the list that they were made of.

    A row with a new code, or none, is a new entry; an entry whose row is gone is removed. The order of rows is not
    taken. A section without a sheet, and a field without a column, stay as they are.
    """
    made = Taken(data)
    for sheet in found:
        name = _section(sheet, base)
        if name is None:
            if sheet.lines:
                made.left_out.append(LeftOut("sheet", sheet.name, sheet.name))
            continue
        made.sheets += 1
        one = _Sheet(name, sheet, base, made)
        one.take()
        made.data = one.list.data
    return made


def answered(data: Data, path: Path, key: str, typed: str, grouped: Mapping[str, bool]) -> Data:
    """Return data with a figure that was asked about; `grouped` says whether a mark stands between thousands."""
    section = SECTIONS["choice" if len(path) == 4 else path[0]]
    percent = next((one.kind == "percent" for one in section.fields if one.key == key), False)
    parts = []
    for part in typed.split("|"):
        found = figures.readings(part.strip(), "" if percent else currency_of(data), percent=percent)
        meant = [one for one in found if len(found) == 1 or one.grouped == grouped.get(one.mark)]
        parts.append(figures.shown(meant[0].text) if len(meant) == 1 else part.strip())
    return typed_into(data, path, {key: " | ".join(parts)})


def marks_in(typed: str, currency: str) -> list[str]:
    """Return the marks of a typed figure that can be meant in two ways."""
    both = [figures.readings(part.strip(), currency, percent=True) for part in typed.split("|")]
    return list(dict.fromkeys(found[0].mark for found in both if len(found) == 2))


def _section(sheet: Found, base: Data) -> str | None:
    wanted = sheet.name.casefold()
    if not wanted:  # a CSV file has one sheet, without a name: the charges
        return "charge" if _head("charge", sheet.lines, columns_of(base, "charge")) else None
    for name, section in SECTIONS.items():
        if wanted in (name, str(section.many).casefold()):
            return name
    return None


class _Head(NamedTuple):
    """Which column of a sheet is which, as its headings say: by key, or by what people read."""

    columns: Mapping[str, int]
    strangers: Sequence[str]
    rows: int


def _head(name: str, lines: Sequence[Line], columns: Sequence[Column]) -> _Head | None:
    """Find the rows of the headings; None if there are none."""
    keys = {column.key for column in columns}
    fields = {one.key: one.by_language for one in SECTIONS[name].fields}
    labels = {column.label.casefold(): column.key for column in columns}
    needed = set(heads_of(name))

    def key_of(text: str) -> str | None:
        text = text.strip()
        if text in keys or text in fields:
            return text
        key, _dot, _tag = text.rpartition(".")
        return text if fields.get(key) else labels.get(text.casefold())

    for at, line in enumerate(lines[:MOST_HEADS]):
        found = {column: key_of(cell.text) for column, cell in line.cells.items()}
        known = [key for key in found.values() if key]
        if not known or (needed and not needed <= set(known)) or len(known) * 2 < len(found):
            continue
        rows, strangers = (
            at + 1,
            {column: line.cells[column].text for column, key in found.items() if not key},
        )
        if at + 1 < len(lines):  # what people read stands below the keys
            below = {column: key_of(cell.text) for column, cell in lines[at + 1].cells.items()}
            if len([key for key in below.values() if key]) * 2 > len(below) and needed <= set(below.values()):
                rows += 1
                for column, cell in lines[at + 1].cells.items():
                    if column not in found:
                        found[column] = below[column]
                        if not below[column]:
                            strangers[column] = cell.text
        where: dict[str, int] = {}
        for column, key in found.items():
            if key:
                where.setdefault(key, column)
        return _Head(where, [text.strip() for text in strangers.values() if not text.startswith("#")], rows)
    return None


class _Sheet:
    """One sheet that is being taken."""

    def __init__(self, name: str, sheet: Found, base: Data, made: Taken) -> None:
        self.name, self.found, self.base, self.made = name, sheet, base, made
        self.title = str(SECTIONS[name].many)
        self.columns = {column.key: column for column in columns_of(base, name)}
        self.currency = currency_of(base)
        self.list = Edited(made.data)
        self.choices: dict[str, Choices] = {}
        self.questions: Choices | None = None
        self.names = Names({})
        self.codes: set[str] = set()
        self.used: dict[Path, set[str]] = {}
        self.fresh: dict[Path, dict[str, deque[str]]] = {}
        self.numbers: dict[str, int] = {}
        self.seen: set[Path] = set()
        self.is_whole = True

    def take(self) -> None:
        """Put its rows into the list."""
        head = _head(self.name, self.found.lines, list(self.columns.values()))
        if head is None:
            if self.found.lines:
                needed = [self.columns[key].label for key in heads_of(self.name)]
                self.left("no_codes", ", ".join(needed))
            return
        more = [key for key in head.columns if key not in self.columns]
        self.columns = {one.key: one for one in columns_of(self.base, self.name, more)}
        for text in head.strangers:
            self.left("column", text)
        lines = self.found.lines[head.rows :]
        self.choices = {
            key: Choices({**column.choices, **choices_of(self.made.data, column.field)})
            for key, column in self.columns.items()
            if column.field is not None
        }
        self.names = Names(self.made.data)
        self.codes = {self.cell(line, head, CODES).text.strip() for line in lines}
        for line in lines:
            cells = {key: line.cells.get(at, EMPTY) for key, at in head.columns.items()}
            if any(cell.text.strip() or cell.kind == "formula" for cell in cells.values()):
                self.row(line.number, cells)
            if self.name in ALONE and self.seen:
                break
        if self.is_whole and self.name not in ALONE:
            self.remove_the_others()

    def cell(self, line: Line, head: _Head, key: str) -> Cell:
        """Return a cell by the key of its column."""
        return line.cells.get(head.columns.get(key, -1), EMPTY)

    def left(self, why: Why, name: str, row: int | None = None, column: str = "") -> None:
        """Keep that something was left out."""
        self.made.left_out.append(LeftOut(why, self.title, name, row, column))

    def row(self, number: int, cells: Mapping[str, Cell]) -> None:
        """Put one row in."""
        path = self.path(number, cells)
        if path is None:
            return
        if path in self.seen:
            self.left("twice", path[-1], number)
            return
        self.seen.add(path)
        self.made.rows[path] = number
        data, base = self.list.data, self.base
        was = get(base, path)
        is_old = len(path) == 1 or isinstance(was, dict)
        before = texts(base, path) if is_old else {}
        beside = around(data, path)
        typed = {
            key: text
            for key, text in self.texts(number, path, cells, before)
            if (not self.equal(key, text, before.get(key, ""), beside) if is_old else text.strip())
        }
        if not typed and is_old:
            return
        if is_old and len(path) > 1 and not isinstance(get(data, path), dict):
            self.list.put(path, was)  # somebody removed it meanwhile
        elif not is_old and not isinstance(get(data, path), dict):
            self.list.put(path, {})
        if "kind" in typed:
            self.type(path, {"kind": typed["kind"]})
        now = texts(data, path, only=typed.keys())
        label = entry_label(get(data, path), languages(data)) or path[-1]
        for key, text in list(typed.items()):
            there, was = now.get(key, "").strip(), before.get(key, "")
            if self.equal(key, there, text, beside):
                del typed[key]
            elif not self.equal(key, there, was, beside):
                said = [self.said(key, one) for one in (was, there, text)]
                self.made.conflicts.append(Conflict(self.title, number, self.label(key), label, *said))
        self.type(path, typed)

    def type(self, path: Path, typed: Mapping[str, str]) -> None:
        """Put what a row says into the fields of its entry."""
        for place, value in values_typed(self.list.data, path, typed):
            self.list.put(place, value)

    def equal(self, key: str, one: str, other: str, beside: Around) -> bool:
        """Whether two texts of a field have the same value, in whatever way each is written."""
        field = self.columns[key].field
        if field is None or one.strip() == other.strip():
            return one.strip() == other.strip()
        return bool(value_of(field.kind, one, beside) == value_of(field.kind, other, beside))

    def texts(
        self, number: int, path: Path, cells: Mapping[str, Cell], before: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        """Yield what the cells of a row say, by key; what cannot be taken is kept to be told."""
        for key, cell in cells.items():
            column = self.columns.get(key)
            was = before.get(key, "")
            if column is None or column.field is None or (cell is EMPTY and not was):
                continue
            if was and column.names is not None and cell.text.strip() == column.said(was).strip():
                yield key, was
                continue
            if is_damaged(cell.text, column.said(was)):
                self.left("damaged", cell.text, number, column.label)
                continue
            try:
                text = text_in(cell, column.field, was, self.currency, self.choices[key])
                yield key, text if column.names is None else self.names.coded(column.field.kind, text)
            except Refused as refused:
                self.left(refused.reason, cell.shown or cell.text, number, column.label)
            except Unclear:
                self.made.asked.append(Asked(self.title, number, column.label, path, key, cell.text.strip()))

    def said(self, key: str, text: str) -> str:
        """Return the text of a field as people read it in the sheet."""
        return self.columns[key].said(text) if key in self.columns else text

    def label(self, key: str) -> str:
        """Return what people read above a column."""
        return self.columns[key].label if key in self.columns else key

    def path(self, number: int, cells: Mapping[str, Cell]) -> Path | None:
        """Return which entry a row is; None, and the reason is kept, if it is none."""
        if self.name in ALONE:
            return (self.name,)
        cell = cells[CODES]
        if cell.kind in ("formula", "error"):
            self.is_whole = False
            self.left("formula" if cell.kind == "formula" else "error", cell.text, number, self.label(CODES))
            return None
        section: Path = (self.name,)
        if self.name == "choice":
            asked = entries(self.list.data, ("driver",))
            if self.questions is None:
                tags = languages(self.list.data)
                self.questions = Choices({one: entry_label(part, tags) for one, part in asked.items()})
            question = self.questions.code_of(cells[QUESTION].text).strip()
            if not isinstance(asked.get(question), dict):
                self.left("question", question, number)
                return None
            section = ("driver", question, "choice")
        code = cell.text.strip()
        if not code:
            return self.new_path(number, section, cells)
        if not CODE.match(code):
            self.left("code", code, number)
            return None
        return (*section, code)

    def new_path(self, number: int, section: Path, cells: Mapping[str, Cell]) -> Path | None:
        """Return a new entry with a code made from its name."""
        key = NAMED_BY.get(self.name, "label")
        names = ["kind"] if key is None else [f"{key}.{tag}" for tag in languages(self.list.data)]
        said = [cells[name].text for name in names if name in cells and cells[name].text.strip()]
        if not said:
            self.left("nameless", "", number)
            return None
        added = self.added(section, key, said[0])
        if added is not None:
            return (*section, added)
        code = code_from(said[0]) or self.name
        if section not in self.used:
            self.used[section] = codes_taken(self.list.data, section) | self.codes
        used, number, free = self.used[section], self.numbers.get(code, 1), code
        while free in used:
            number += 1
            free = f"{code}_{number}"
        self.numbers[code] = number
        used.add(free)
        return (*section, free)

    def added(self, section: Path, key: str | None, name: str) -> str | None:
        """Return the entry of a name that was added since the file was made, perhaps by bringing it before."""
        if section not in self.fresh:
            self.fresh[section] = {}
            before = entries(self.base, section)
            for code, entry in entries(self.list.data, section).items():
                texts = entry.get(key) if isinstance(entry, dict) and key is not None else None
                if code not in before and code not in self.codes and isinstance(texts, dict):
                    for text in dict.fromkeys(map(str, texts.values())):
                        self.fresh[section].setdefault(text, deque()).append(code)
        left = self.fresh[section].get(name.strip(), deque())
        while left:
            code = left.popleft()
            if (*section, code) not in self.seen:
                return code
        return None

    def remove_the_others(self) -> None:
        """Remove the entries whose rows are gone; one that was changed meanwhile stays, and is told."""
        for path in paths(self.base, self.name):
            there = get(self.list.data, path)
            if path in self.seen or there is None:
                continue
            if there != get(self.base, path):
                self.left("kept", path[-1])
            else:
                self.list.remove(path[:-1], path[-1])
