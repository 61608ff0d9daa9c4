"""A translation sheet: all texts of a list by language, and what a translator brings back of it.

Three lists are compared: the one that the sheet was made of, the sheet, and the list as it is now. Only translations
are taken. An original, a place, or a row that is gone changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.price_lists.editing.brought import MOST_HEADS, Conflict, LeftOut
from estimator.price_lists.editing.cells import Refused, text_in
from estimator.price_lists.editing.damaged import is_damaged
from estimator.price_lists.editing.document import Data, around, currency_of, languages
from estimator.price_lists.editing.forms import place_of
from estimator.price_lists.editing.kinds import value_of
from estimator.price_lists.editing.texts import State, Text, texts
from estimator.spreadsheet_cells import EMPTY, Cell, Found, Line
from pricing.reading import LONGEST_TEXT

PLACE, WHERE, TO_DO = "place", "where", "to_do"
"""The keys of the columns beside those of the languages, whose keys are their tags."""

Why = Literal[
    "headings", "column", "language", "place", "twice", "gone", "original", "emptied", "long", "control", "token",
    "unit", "formula", "error", "damaged",
]  # fmt: skip

_TAG = re.compile(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)\)\s*\Z")
_BARE_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*\Z")
_TOKEN = re.compile(
    r"\{[A-Za-z_][A-Za-z0-9_]*\}|%\([A-Za-z_][A-Za-z0-9_]*\)[sd]|https?://[^\s<>\"]+[^\s<>\".,;:!?)]"
)
"""What a translation keeps as it is: marks that something is put in for, and web addresses."""

_UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffd]|_x00[01][0-9A-Fa-f]_")
"""Characters that no text may have; a workbook writes some of them as _x0007_."""


class Row(NamedTuple):
    """One text in a sheet: its place, where that is in words, the texts by language, and what is to be done, by tag."""

    key: str
    where: str
    said: Mapping[str, str]
    states: Mapping[str, State]


class Stale(NamedTuple):
    """A translation that is taken although its original has changed since the sheet was made."""

    sheet: str
    row: int
    where: str
    column: str
    before: str
    now: str


@dataclass
class Translated:
    """The list with the translations of a sheet, and what is to be told of them; `fresh` is without the stale ones."""

    data: Data
    fresh: Data
    left_out: list[LeftOut] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    stale: list[Stale] = field(default_factory=list)
    sheets: int = 0


def rows(data: Data, states: Mapping[str, Mapping[str, State]]) -> list[Row]:
    """Return the rows of a list's translation sheet; only texts that have an original."""
    main = languages(data)[0]
    return [
        Row(key, text.where, text.said, states.get(key, {}))
        for key, text in texts(data).items()
        if main in text.said
    ]


def headings(data: Data) -> dict[str, str]:
    """Return what people read above the columns, by key."""
    main, *others = languages(data)
    return {
        PLACE: _("Code of the place"),
        WHERE: _("Where it stands"),
        main: _("Original: %(language)s", language=language_name(main)),
        **{tag: language_name(tag) for tag in others},
        TO_DO: _("To do"),
    }


def language_name(tag: str) -> str:
    """Return a language by its own name, with its tag."""
    try:
        return f"{reader_of(tag).name} ({tag})"
    except ValueError:
        return f"({tag})"


def to_do(row: Row) -> str:
    """Say which translations of a text are missing or outdated."""
    said = {
        "missing": _("missing: %(tags)s"),
        "outdated": _("look again, the original has changed: %(tags)s"),
    }
    found = []
    for state, sentence in said.items():
        tags = [tag for tag, one in row.states.items() if one == state]
        if tags:
            found.append(sentence.replace("%(tags)s", ", ".join(tags)))
    return "; ".join(found)


def translated(data: Data, base: Data | None, found: Sequence[Found]) -> Translated:
    """Return a list with the translations that sheets say otherwise than `base`, the list that they were made of.

    Without `base` they are compared with the list as it is now.
    """
    # Copied once: to copy a section for each of tens of thousands of cells would take minutes.
    made = Translated(deepcopy(data), deepcopy(data))
    for sheet in found:
        if sheet.lines:
            _Sheet(sheet, base, made).take()
    return made


class _Sheet:
    """One sheet that is being taken."""

    def __init__(self, sheet: Found, base: Data | None, made: Translated) -> None:
        self.found, self.made = sheet, made
        self.name = sheet.name or _("the file")
        self.now = texts(made.data)
        self.base = None if base is None else texts(base)
        self.tags = languages(made.data)
        self.labels = headings(made.data)
        self.seen: set[str] = set()

    def left(self, why: Why, name: str, row: int | None = None, column: str = "") -> None:
        """Keep that something was left out."""
        self.made.left_out.append(LeftOut(why, self.name, name, row, column))

    def take(self) -> None:
        """Put its translations into the list."""
        start, columns = self.head()
        if not columns:
            self.left("headings", self.labels[PLACE])
            return
        self.made.sheets += 1
        for line in self.found.lines[start:]:
            self.row(line, columns)

    def head(self) -> tuple[int, dict[str, int]]:
        """Return how many rows the headings take, and the columns by key; none if there are no headings."""
        lines = self.found.lines[:MOST_HEADS]
        for at, line in enumerate(lines):
            columns, strangers = self.columns(line)
            if PLACE not in columns:
                continue
            rows = at + 1
            if at + 1 < len(lines):
                below, more = self.columns(lines[at + 1])
                if PLACE in below:
                    rows += 1
                    columns = {**below, **columns}
                    known = set(columns.values())
                    strangers = {
                        column: text for column, text in {**strangers, **more}.items() if column not in known
                    }
            for text in strangers.values():
                tag = _TAG.search(text) or _BARE_TAG.match(text)
                self.left("language" if tag else "column", text)
            return rows, columns
        return 0, {}

    def columns(self, line: Line) -> tuple[dict[str, int], dict[int, str]]:
        """Return which column of a row of headings is which, and those that are none of ours."""
        known: dict[str, int] = {}
        strangers: dict[int, str] = {}
        for column, cell in line.cells.items():
            key = self.key_of(cell.text.strip())
            if key is not None:
                known.setdefault(key, column)
            elif cell.text.strip() and not cell.text.startswith("#"):
                strangers[column] = cell.text.strip()
        return known, strangers

    def key_of(self, text: str) -> str | None:
        """Return the key of a column by its key, by what people read above it, or by its language."""
        if text in self.labels:
            return text
        for key, label in self.labels.items():
            if text.casefold() == label.casefold():
                return key
        tag = _TAG.search(text)
        return tag[1] if tag and tag[1] in self.tags else None

    def row(self, line: Line, columns: Mapping[str, int]) -> None:
        """Take one row."""
        cells = {key: line.cells.get(at, EMPTY) for key, at in columns.items()}
        key = cells[PLACE].text.strip()
        if not any(cells[tag].text.strip() for tag in self.tags if tag in cells):
            return
        if not key or not (key in self.now or (self.base is not None and key in self.base)):
            self.left("place", key, line.number)
        elif key in self.seen:
            self.left("twice", key, line.number)
        elif key not in self.now:
            self.seen.add(key)
            if any(self.differs(key, tag, cells) for tag in self.tags[1:]):
                self.left("gone", key, line.number)
        else:
            self.seen.add(key)
            self.texts(line.number, self.now[key], cells)

    def differs(self, key: str, tag: str, cells: Mapping[str, Cell]) -> bool:
        assert self.base is not None
        return tag in cells and cells[tag].text.strip() not in ("", self.base[key].said.get(tag, ""))

    def texts(self, number: int, now: Text, cells: Mapping[str, Cell]) -> None:
        """Take the translations of one text."""
        main = self.tags[0]
        base = now if self.base is None else self.base.get(now.key, now)
        original = base.said.get(main, "")
        if main in cells and self.plain(cells[main], base, main) != original:
            if is_damaged(self.plain(cells[main], base, main), original):
                self.left("damaged", cells[main].text, number, self.labels[main])
            elif self.base is None:
                original = self.plain(cells[main], base, main)  # what it was when the sheet was made
            else:
                self.left("original", now.where, number, self.labels[main])
        for tag in self.tags[1:]:
            if tag in cells:
                self.cell(number, now, base, tag, cells[tag], original)

    def plain(self, cell: Cell, base: Text, tag: str) -> str:
        """Return what a cell says; nothing for a formula or an error."""
        try:
            before = base.said.get(tag, "")
            return _lines(text_in(cell, base.field, before, currency_of(self.made.data)))
        except Refused:
            return base.said.get(tag, "")

    def cell(self, number: int, now: Text, base: Text, tag: str, cell: Cell, original: str) -> None:
        """Take one translation, if it says something else than the list that the sheet was made of."""
        column, before = self.labels[tag], base.said.get(tag, "")
        if cell.kind in ("formula", "error"):
            self.left("formula" if cell.kind == "formula" else "error", cell.text, number, column)
            return
        then, there = self.plain(cell, base, tag), now.said.get(tag, "")
        if then in (before, there):
            return
        if is_damaged(then, before):
            self.left("damaged", then, number, column)
            return
        wrong = next(_wrong(then, now, self.tags[0]), None)
        if not then:
            wrong = ("emptied", now.where)
        if wrong is not None:
            self.left(*wrong, number, column)
            return
        if there not in (before, then):
            self.made.conflicts.append(Conflict(self.name, number, column, now.where, before, there, then))
        current = now.said.get(self.tags[0], "")
        is_stale = original != current
        if is_stale:
            self.made.stale.append(Stale(self.name, number, now.where, column, original, current))
        self.put(self.made.data, now, tag, then)
        if not is_stale:
            self.put(self.made.fresh, now, tag, then)

    def put(self, data: Data, text: Text, tag: str, said: str) -> None:
        """Put one translation into data that are nobody else's."""
        value = value_of(text.field.kind, said, _NOWHERE)
        *tables, last = (*place_of(text.path), *text.field.path)
        there: Any = data
        for key in tables:
            there = there[key]
        if isinstance(there[last], str):  # a text that stands where one by language belongs
            there[last] = {self.tags[0]: there[last]}
        there[last][tag] = value


def _wrong(text: str, now: Text, main: str) -> Iterator[tuple[Why, str]]:
    """Yield why a translation cannot be taken."""
    if len(text) > LONGEST_TEXT:
        yield "long", str(len(text))
    if _UNSEEN.search(text) or (now.field.kind != "lines" and "\n" in text):
        yield "control", now.where
    for token in _TOKEN.findall(now.said.get(main, "")):
        if token not in text:
            yield "token", token
    if now.field.kind == "unit" and ":" in text and isinstance(value_of("unit", text, _NOWHERE), str):
        yield "unit", text


_NOWHERE = around({}, ("header",))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
