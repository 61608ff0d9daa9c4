"""What runs in the process that reads an XLSX file that anybody may have made: little is read, and nothing is run."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.parsers import expat

import openpyxl

from estimator.strangers_files import answer
from pricing.money import plain

MOST_UNPACKED = 60_000_000
"""Maximum size of an unpacked file in bytes, all of its parts together."""

MOST_PARTS = 200
MOST_SHEETS = 40
MOST_COLUMNS = 400
"""Number of columns of a sheet that are looked at."""


_DECLARING = ("<!DOCTYPE", "<!ENTITY")
_CODES = ("ascii", "cp037")
"""The two families of codes in which XML can be written, if the zeros of wider ones are left out."""


class TooMuch(ValueError):
    """A file has more of something than a price list can have."""


def main(most_rows: int, most_cells: int) -> None:
    """Read an XLSX file from standard input, and write its sheets to standard output as JSON; nothing if it is none."""

    def reading(content: bytes) -> bytes:
        try:
            return json.dumps(sheets(content, most_rows, most_cells)).encode()
        except Exception:
            # Any exception that a malformed workbook provokes in the reader, lack of memory among them.
            return b""

    answer(reading)


def sheets(content: bytes, most_rows: int, most_cells: int) -> list[tuple[str, list[list[str]]]]:
    """Return the sheets of an XLSX file, each with its title and the texts of its rows; raises any exception.

    `most_rows` is the limit of one sheet, `most_cells` that of all together, empty ones between others included.
    """
    _must_be_small(content)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    found, cells = [], 0
    for page in book.worksheets[:MOST_SHEETS]:
        page.reset_dimensions()  # what a file says of its own size is not believed
        rows: list[list[str]] = []
        for row in page.iter_rows(max_row=most_rows + 2, values_only=True):
            width = len(rows[0]) if rows else 0
            cells += max(len(row), width) + 1
            if cells > most_cells or len(rows) > most_rows:
                raise TooMuch
            texts = [_text(cell) for cell in row[:MOST_COLUMNS]]
            rows.append(texts + [""] * (width - len(texts)))  # as wide as the head, at least
        while rows and not any(rows[-1]):
            rows.pop()
        found.append((str(page.title).strip(), rows))
    return found


def _must_be_small(content: bytes) -> None:
    """Refuse what would grow when it is unpacked, and XML that declares anything of its own."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise TooMuch
        for part in parts:
            # No more than the declared size is ever unpacked.
            _must_declare_nothing(part.filename, archive.read(part))


def _must_declare_nothing(name: str, content: bytes) -> None:
    """Refuse a part that is XML and declares a document type or entities, wherever that stands."""
    reader = expat.ParserCreate()
    reader.StartDoctypeDeclHandler = reader.EntityDeclHandler = _refused
    try:
        reader.Parse(content, True)
    except expat.ExpatError:
        # A picture, or XML that this parser cannot read: then another one must not read it either.
        is_xml = name.lower().endswith((".xml", ".rels"))
        plain_bytes = content.replace(b"\x00", b"")
        if is_xml or any(mark.encode(code) in plain_bytes for mark in _DECLARING for code in _CODES):
            raise TooMuch from None


def _refused(*_declared: object) -> None:
    raise TooMuch


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
