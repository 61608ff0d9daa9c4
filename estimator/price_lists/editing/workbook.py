"""Sheets as an XLSX file, and back from one that anybody may have made: little is read, and nothing is run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl

from estimator import spreadsheets
from estimator.price_lists.editing.sheets import Sheet
from pricing.money import plain

MOST_BYTES = 4_000_000
"""Maximum size of a file in bytes; a longer one is not opened."""

MOST_UNPACKED = 60_000_000
"""Maximum size of an unpacked file in bytes, all of its parts together."""

MOST_PARTS = 200
MOST_SHEETS = 40
MOST_ROWS = 10_000
MOST_COLUMNS = 400

ABOUT = "about"
"""The sheet that says which save of which draft the others were made of."""

_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,3})?\Z")


class NotAWorkbook(ValueError):
    """A file is no XLSX file, or larger than one that a price list can have."""


def written(sheets: Sequence[Sheet], about: Sequence[tuple[str, str]]) -> bytes:
    """Write sheets as XLSX. Nothing in it is a formula or a link; a single number is a number."""
    file = io.BytesIO()
    with spreadsheets.workbook(file, in_memory=True) as book:
        bold = book.add_format({"bold": True, "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 1)
            page.set_column(0, len(sheet.columns), 18)
            for at, heading in enumerate(sheet.columns):
                page.write_string(0, at, heading, bold)
            for number, row in enumerate(sheet.rows, 1):
                for at, text in enumerate(row):
                    if _NUMBER.match(text):
                        page.write_number(number, at, Decimal(text))
                    elif text:
                        page.write_string(number, at, spreadsheets.writable(text))
        page = book.add_worksheet(ABOUT)
        for number, (name, text) in enumerate(about):
            page.write_string(number, 0, name)
            page.write_string(number, 1, text)
    return file.getvalue()


def read(content: bytes) -> tuple[list[Sheet], dict[str, str]]:
    """Return the sheets of an XLSX file and what its sheet ABOUT says; raises NotAWorkbook."""
    _must_be_small(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            pages = book.worksheets[:MOST_SHEETS]
            found = [(str(page.title).strip(), _rows(page)) for page in pages]
        finally:
            book.close()
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        OSError,
        ParseError,
        TypeError,
        ValueError,
        zipfile.BadZipFile,
    ) as error:
        # Any exception that a malformed workbook provokes in the reader.
        raise NotAWorkbook from error
    about = {row[0]: row[1] for name, rows in found if name == ABOUT for row in rows if len(row) > 1}
    return [
        Sheet(name, [text.strip() for text in rows[0]] if rows else [], rows[1:])
        for name, rows in found
        if name != ABOUT
    ], about


def _must_be_small(content: bytes) -> None:
    """Refuse what would grow when it is unpacked, and XML that declares anything of its own."""
    if len(content) > MOST_BYTES:
        raise NotAWorkbook
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise NotAWorkbook
            for part in parts:
                # No more than the declared size is ever unpacked.
                start = archive.read(part)[:4_000].replace(b"\x00", b"")
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                    raise NotAWorkbook
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise NotAWorkbook from error


def _rows(page: Any) -> list[list[str]]:
    rows = page.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)
    found = [[_text(cell) for cell in row] for row in rows]
    if len(found) > MOST_ROWS + 1:
        raise NotAWorkbook
    while found and not any(found[-1]):
        found.pop()
    return found


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int():
            return str(cell)
        case float():  # as a spreadsheet keeps every number; its shortest text is what was typed
            return plain(Decimal(repr(cell)))
        case datetime():
            return cell.date().isoformat()
        case date():
            return cell.isoformat()
    return str(cell).replace("\r\n", "\n").replace("_x000D_", "")
