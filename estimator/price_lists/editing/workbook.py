"""Sheets as an XLSX file, and back from one that anybody may have made: little is read, and nothing is run."""

from __future__ import annotations

import base64
import io
import json
import re
import textwrap
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from estimator import spreadsheets, strangers_files
from estimator.price_lists.editing.cells import FIGURES
from estimator.price_lists.editing.sheets import CODES, QUESTION, Column, Sheet
from estimator.spreadsheet_cells import Cell, Found, Line
from pricing.syntax import MOST_CHARACTERS

MOST_BYTES = 4_000_000
"""Maximum size of a file in bytes; a longer one is not opened."""

MOST_ROWS = 10_000
"""Maximum number of rows of a sheet below its head."""

MOST_CELLS = 200_000
"""Maximum number of cells of a file; the largest list in use has a tenth of that."""

MOST_IN_CELLS = MOST_CHARACTERS * 3 // 2
"""Maximum number of characters in all cells: those of the longest list, and the list itself, packed."""

SECONDS = 8
"""Timeout for reading one file in seconds; one that takes longer is given up."""

MEMORY = 600 * 2**20
"""Memory limit of the process that reads, in bytes, the interpreter included."""

ABOUT = "about"
"""The sheet that says what the others were made of: which save of which draft, or which published version."""

_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,3}0?)?\Z")
_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}\Z")
_PIECE = 30_000
"""Number of characters of the kept list in one cell; a spreadsheet allows a little more."""

_NARROWEST, _WIDEST = 9, 48
_LINE = 15
"""The height of one line of a heading in points; programs do not find out how many lines a heading takes."""

_MORE_ROWS = 200
"""Number of rows below the last one in which there are still lists to choose from."""

_FIRST = 2
"""The first row of entries: above it stand the keys, which are hidden, and what people read."""

Trouble = Literal["none", "large", "locked", "old"]


class NotAWorkbook(ValueError):
    """A file is no spreadsheet, or larger than one that a price list can have; `trouble` says what could be done."""

    def __init__(self, trouble: Trouble = "none") -> None:
        self.trouble: Trouble = trouble
        super().__init__(trouble)


def written(sheets: Sequence[Sheet], about: Sequence[tuple[str, str]], text: str = "") -> bytes:
    """Write sheets as XLSX. Nothing in it is a formula or a link; a single number is a number.

    The list's text goes with them, hidden, so that the file can be compared with what it was made of.
    """
    file = io.BytesIO()
    with spreadsheets.workbook(file, in_memory=True) as book:
        pages = [(sheet, book.add_worksheet(sheet.title)) for sheet in sheets]
        hidden = add_about(book, about, text)
        formats = {
            "head": book.add_format({"bold": True, "valign": "bottom", "text_wrap": True, "bottom": 1}),
            "text": book.add_format({"num_format": "@", "valign": "top"}),
            "long": book.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
            "code": book.add_format({"num_format": "@", "valign": "top", "font_color": "#666666"}),
            "figure": book.add_format({"valign": "top", "align": "right"}),
            "day": book.add_format({"valign": "top", "num_format": "yyyy-mm-dd"}),
        }
        lists = 3
        for sheet, page in pages:
            page.set_row(0, None, None, {"hidden": True})
            page.set_landscape()
            page.repeat_rows(1)
            lines = 1
            page.freeze_panes(_FIRST, len([one for one in sheet.columns if one.field is None]) + 1)
            folded = _further_languages(sheet)
            for at, column in enumerate(sheet.columns):
                cells = [column.said(row[at]) for row in sheet.rows]
                fold = {"level": 1, "hidden": True} if at in folded else {"collapsed": at - 1 in folded}
                width = _width(column, cells)
                lines = max(lines, len(textwrap.wrap(column.label, width - 2)))
                page.set_column(at, at, width, formats[_style(column)], fold)
                page.write_string(0, at, column.key)
                page.write_string(1, at, column.label, formats["head"])
                for number, said in enumerate(cells, _FIRST):
                    _write(page, number, at, said, column, formats)
                last = len(sheet.rows) + _FIRST - 1
                if column.choices:
                    for number, label in enumerate(column.choices.values()):
                        hidden.write_string(number, lists, spreadsheets.writable(label))
                    letter = letters(lists)
                    page.data_validation(
                        _FIRST,
                        at,
                        last + _MORE_ROWS,
                        at,
                        {
                            "validate": "list",
                            "source": f"={ABOUT}!${letter}$1:${letter}${len(column.choices)}",
                            "error_type": "warning",
                        },
                    )
                    lists += 1
                if column.key in (CODES, QUESTION) and sheet.rows:
                    # A protected sheet would let nobody sort or delete rows; this keeps only the codes.
                    page.data_validation(
                        _FIRST, at, last, at, {"validate": "custom", "value": "=FALSE", "ignore_blank": False}
                    )
            page.set_row(1, _LINE * lines)
    return file.getvalue()


def add_about(book: Any, about: Sequence[tuple[str, str]], text: str) -> Any:
    """Add the hidden sheet that says what a file was made of, the list's text with it, and return it."""
    hidden = book.add_worksheet(ABOUT)
    hidden.hide()
    for number, (name, said) in enumerate([*about, *(("base", piece) for piece in _pieces(text))]):
        hidden.write_string(number, 0, name)
        hidden.write_string(number, 1, said)
    return hidden


def _style(column: Column) -> str:
    if column.field is None:
        return "code"
    if column.field.kind in FIGURES:
        return "figure"
    if column.field.kind == "day":
        return "day"
    return "text" if column.choices else "long"


def _further_languages(sheet: Sheet) -> set[int]:
    """Return the columns of texts in further languages.

    A spreadsheet folds them, one press from being seen: most who change prices need none of them.
    """
    found: set[int] = set()
    seen: set[str] = set()
    for at, column in enumerate(sheet.columns):
        if column.field is not None and column.field.by_language:
            if column.field.key in seen:
                found.add(at)
            seen.add(column.field.key)
    return found


def _width(column: Column, cells: Sequence[str]) -> int:
    longest = max((len(line) for said in cells for line in said.splitlines()), default=0)
    words = max((len(word) for word in column.label.split()), default=0)
    most = max(longest, words, min(len(column.label), 24), *(len(one) for one in column.choices.values()), 0)
    return min(max(most + 2, _NARROWEST), _WIDEST)


def _write(
    page: object, number: int, at: int, said: str, column: Column, formats: Mapping[str, object]
) -> None:
    style = formats[_style(column)]
    kind = "" if column.field is None else column.field.kind
    if not said:
        return
    if kind in FIGURES and _NUMBER.match(said):
        page.write_number(number, at, Decimal(said), style)  # type: ignore[attr-defined]
    elif kind == "day" and _DAY.match(said):
        moment = datetime.combine(date.fromisoformat(said), time())
        page.write_datetime(number, at, moment, style)  # type: ignore[attr-defined]
    else:
        page.write_string(number, at, spreadsheets.writable(said), style)  # type: ignore[attr-defined]


def letters(column: int) -> str:
    """Return the name of a column, the first of which is 0: A, B, ... AA."""
    name = ""
    while column >= 0:
        name, column = chr(ord("A") + column % 26) + name, column // 26 - 1
    return name


def _pieces(text: str) -> Iterator[str]:
    packed = base64.b64encode(zlib.compress(text.encode(), 9)).decode() if text else ""
    for at in range(0, len(packed), _PIECE):
        yield packed[at : at + _PIECE]


def _unpacked(packed: str) -> str:
    """Return the list's text that was kept in a file; empty if there is none, or none that can be read."""
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(base64.b64decode(packed, validate=True), MOST_CHARACTERS * 4 + 1)
        return text.decode() if unpacking.eof and len(text) <= MOST_CHARACTERS * 4 else ""
    except (ValueError, zlib.error):
        return ""


def read(content: bytes) -> tuple[list[Found], dict[str, str]]:
    """Return the sheets of an XLSX, ODS or CSV file and what its sheet ABOUT says; raises NotAWorkbook.

    `about` has the text of the list that the file was made of as "base". The file is read in a process of its own that
    has the bytes and nothing else, and takes SECONDS and MEMORY at most.
    """
    if len(content) > MOST_BYTES:
        raise NotAWorkbook("large")
    try:
        answer = strangers_files.read(
            "estimator.workbook_process",
            content,
            memory=MEMORY,
            seconds=SECONDS,
            limits=(MOST_ROWS, MOST_CELLS, MOST_IN_CELLS),
        )
    except strangers_files.GivenUp:
        raise NotAWorkbook("large") from None
    if not answer:
        raise NotAWorkbook
    told = json.loads(answer)
    if isinstance(told, str):
        raise NotAWorkbook("large" if told == "large" else "locked" if told == "locked" else "old")
    found = [
        Found(
            name,
            [Line(number, {int(at): Cell(*cell) for at, cell in cells.items()}) for number, cells in lines],
        )
        for name, lines in told
    ]
    return [sheet for sheet in found if sheet.name != ABOUT], _about(found)


def _about(found: Sequence[Found]) -> dict[str, str]:
    about: dict[str, str] = {}
    packed = ""
    for sheet in found:
        for line in sheet.lines[:_MORE_ROWS] if sheet.name == ABOUT else ():
            name, said = (line.cells[at].text if at in line.cells else "" for at in (0, 1))
            if name == "base":
                packed += said
            elif name:
                about.setdefault(name, said)
        if not sheet.name and sheet.lines:  # CSV says it in its last heading
            for cell in sheet.lines[0].cells.values():
                kept = _OF_CSV.fullmatch(cell.text.strip())
                if kept:
                    about |= {name: said for name, said in kept.groupdict().items() if said}
    return about | {"base": _unpacked(packed)}


_OF_CSV = re.compile(r"#(?:draft-(?P<draft>[0-9]+)-save-(?P<save>[0-9]+)|version-(?P<sha256>[0-9a-f]{64}))")


def mark_of_csv(draft: int, save: int) -> str:
    """Return the last heading of a CSV file, which says what it was made of."""
    return f"#draft-{draft}-save-{save}"


def mark_of_version(sha256: str) -> str:
    """Return the last heading of a CSV file that was made of a published version."""
    return f"#version-{sha256}"
