"""Lists as XLSX and CSV, in which nothing that somebody typed is ever a formula or a link.

Amounts are `Decimal` and stay what they are: a number in the cell, with as many decimals as they have. Whoever has
the rows can write them without holding all of them: CSV comes in pieces, XLSX is written to a file row by row.
"""

from __future__ import annotations

import csv as csv_writer
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Literal, NamedTuple

import xlsxwriter

__all__ = ["MOST_ROWS", "Cell", "Column", "csv", "guarded", "workbook", "writable", "xlsx"]

Kind = Literal["text", "amount", "count", "day", "moment"]
Cell = str | Decimal | int | date | datetime | None

MOST_ROWS = 20_000
"""Maximum number of rows of a list: what a slow machine reads and writes within the time of a request."""

LONGEST_TEXT = 32_000
"""Maximum number of characters written into a cell; a spreadsheet allows a little more (32,767)."""

EXACT_DIGITS = 15
"""Number of digits that a spreadsheet keeps of a number; a longer amount is written as text, whole."""

PIECE = 500
"""Number of rows in one chunk of CSV."""

_STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(rf"\A[\s\x00]*[{re.escape(_STARTS)}\t\r\n\x00]")
_BELOW_NOTHING = re.compile(r"-[0-9]+([.,][0-9]+)?")
_RUN = r"(?P<run>[,;][\s\x00]*+|[\s\x00]++)"
_LATER_CELL = re.compile(rf"{_RUN}(?P<start>[{re.escape(_STARTS)}])?")
_GUARD = re.compile(rf"{_RUN}(?P<guard>'(?=[{re.escape(_STARTS)}]))?")
"""A whole run of space, with or without what may follow, so that none is looked at twice, however long it is."""

_SEPARATOR = re.compile(r"[,;\t\r\n]")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Column:
    """One column: what it is called, and what stands in it."""

    heading: str
    kind: Kind = "text"
    width: int = 16


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, with an apostrophe before what might be one.

    Also after a comma, a semicolon, a tab or a line break in it: whichever of them separates cells where the file is
    opened, another cell may begin there. A number below nothing is a number and stays one.
    """
    if _BELOW_NOTHING.fullmatch(text):
        return text
    mark = "'" if _FORMULA.match(text) else ""
    return mark + _LATER_CELL.sub(_with_guard, _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text))


def _with_guard(found: re.Match[str]) -> str:
    begins = found["start"] is not None and _SEPARATOR.search(found["run"])
    return f"{found['run']}'{found['start']}" if begins else found[0]


def writable(text: str) -> str:
    """Return as much of a text as a cell can hold, without the characters that it cannot."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)[:LONGEST_TEXT]


def csv(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], separator: str = ",") -> Iterator[bytes]:
    """Write a list as RFC 4180 says, in UTF-8 with its mark, piece by piece; the first row names the columns.

    Where decimals have a comma, a spreadsheet takes only a file with semicolons as `separator` apart.
    """
    sheet = io.StringIO(newline="")
    writer = csv_writer.writer(sheet, delimiter=separator, lineterminator="\r\n")
    sheet.write("\N{ZERO WIDTH NO-BREAK SPACE}")  # without it some spreadsheets read letters wrongly
    writer.writerow([guarded(column.heading) for column in columns])
    for number, row in enumerate(rows, 1):
        writer.writerow([_plain(cell) for cell in row])
        if number % PIECE == 0:
            yield _taken(sheet)
    yield _taken(sheet)


class Row(NamedTuple):
    """One row of a clipboard: as it was written there, and its cells."""

    text: str
    cells: tuple[str, ...]


class CutOff(ValueError):
    """A cell begins with a quotation mark that is never closed: the end of what was copied is missing."""


_QUOTED = re.compile(r'"((?:[^"]+|"")*+)"(?=[\t\n]|\Z)')
_BARE = re.compile(r"[^\t\n]*")


def clipboard(text: str) -> Iterator[Row]:
    """Read rows as spreadsheets copy them; raises CutOff.

    Between cells stands a tab. A cell with a line break, a tab or quotation marks in it may stand in quotation marks,
    with those inside of it doubled.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    at = start = 0
    cells: list[str] = []
    while at < len(text):
        found = _QUOTED.match(text, at)
        if found is not None:
            cells.append(found[1].replace('""', '"'))
        else:
            found = _BARE.match(text, at)
            assert found is not None
            if found[0].startswith('"') and found[0].count('"') % 2:
                raise CutOff
            cells.append(found[0])
        at = found.end()
        if at == len(text) or text[at] == "\n":
            yield Row(text[start:at], tuple(cells))
            cells, start = [], at + 1
        at += 1
    if cells:  # a tab was the last character
        yield Row(text[start:], (*cells, ""))


def rows_of_csv(content: bytes) -> Iterator[list[str]]:
    """Yield the rows of a CSV file, whichever of comma, semicolon and tab a program put between its cells.

    Raises UnicodeDecodeError, ValueError for what is no text, and csv.Error.
    """
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    if _UNWRITABLE.search(text):
        raise ValueError("no text")
    first = re.sub(r'"(?:[^"]|"")*"', "", text.partition("\n")[0])
    separator = max(";\t,", key=first.count)
    yield from csv_writer.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def unguarded(text: str) -> str:
    """Return what `guarded` was given for a text; one that it did not change stays."""
    found = _GUARD.sub(
        lambda one: one["run"] if _SEPARATOR.search(one["run"]) else one[0], text.removeprefix("'")
    )
    if guarded(found) == text:
        return found
    return text


def workbook(file: BinaryIO, **options: Any) -> xlsxwriter.Workbook:
    """Begin an XLSX file in which no text becomes a formula, a link or a number."""
    as_typed = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    return xlsxwriter.Workbook(file, {**as_typed, **options})


def xlsx(file: BinaryIO, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a list into a file as XLSX, with headings that stay in view and a filter; return how many rows it has."""
    with workbook(file, constant_memory=True, default_date_format="yyyy-mm-dd") as book:
        # A fixed moment, so that two files of the same list are the same bytes.
        book.set_properties({"title": title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - it has no zone
        sheet = book.add_worksheet(_UNNAMEABLE.sub(" ", title)[:31])
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        formats: dict[str, xlsxwriter.format.Format] = {}

        def shown_as(pattern: str) -> xlsxwriter.format.Format:
            if pattern not in formats:
                formats[pattern] = book.add_format({"num_format": pattern})
            return formats[pattern]

        for at, column in enumerate(columns):
            sheet.set_column(at, at, column.width)
            sheet.write_string(0, at, writable(column.heading), bold)
        sheet.freeze_panes(1, 0)
        count = 0
        for count, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                _write(sheet, count, at, cell, shown_as)
        sheet.autofilter(0, 0, count, len(columns) - 1)
    return count


_UNNAMEABLE = re.compile(r"[\[\]:*?/\\']")


def _write(
    sheet: xlsxwriter.worksheet.Worksheet, row: int, at: int, cell: Cell, pattern: Callable[[str], Any]
) -> None:
    match cell:
        case None:
            return
        case str():
            sheet.write_string(row, at, writable(cell))
        case Decimal() if _is_exact(cell):
            decimals = max(0, -int(cell.as_tuple().exponent))
            sheet.write_number(row, at, cell, pattern("0." + "0" * decimals if decimals else "0"))
        case Decimal():
            sheet.write_string(row, at, format(cell, "f"))
        case int():
            sheet.write_number(row, at, cell)
        case datetime():
            there = cell.astimezone(UTC).replace(tzinfo=None)
            sheet.write_datetime(row, at, there, pattern("yyyy-mm-dd hh:mm"))
        case date():
            sheet.write_datetime(row, at, cell, pattern("yyyy-mm-dd"))


def _is_exact(number: Decimal) -> bool:
    return number.is_finite() and len(format(number, "f").strip("-").replace(".", "")) <= EXACT_DIGITS


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return guarded(cell)
        case Decimal():
            return format(cell, "f")
        case datetime():
            return cell.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return cell.isoformat()
    return str(cell)


def _taken(sheet: io.StringIO) -> bytes:
    """Return what was written to a buffer, and empty it."""
    written = sheet.getvalue().encode("utf-8", "replace")
    sheet.seek(0)
    sheet.truncate()
    return written
