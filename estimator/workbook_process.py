"""What runs in the process that reads a spreadsheet that anybody may have made: little is read, and nothing is run."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from estimator import open_document, spreadsheets
from estimator.spreadsheet_cells import EMPTY, Cell, Found, Line
from estimator.strangers_files import answer

MOST_UNPACKED = 60_000_000
"""Maximum size of an unpacked file in bytes, all of its parts together."""

MOST_PARTS = 200
MOST_SHEETS = 40
MOST_COLUMNS = 400
"""Number of columns of a sheet that are looked at."""


_DECLARING = ("<!DOCTYPE", "<!ENTITY")
_CODES = ("ascii", "cp037")
"""The two families of codes in which XML can be written, if the zeros of wider ones are left out."""

_OLD_FORMAT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MANIFEST = "META-INF/manifest.xml"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class TooMuch(ValueError):
    """A file has more of something than a price list can have."""


class Locked(ValueError):
    """A file is protected by a password."""


class OldFormat(ValueError):
    """A file is of a kind of before 2007, such as .xls."""


def main(most_rows: int, most_cells: int, most_characters: int) -> None:
    """Read a spreadsheet from standard input, and write its sheets to standard output as JSON; nothing if it is none.

    Instead of them there is one word for a file that cannot be read for a reason that somebody can do something about.
    """

    def reading(content: bytes) -> bytes:
        try:
            return json.dumps(sheets(content, most_rows, most_cells, most_characters)).encode()
        except TooMuch:
            return b'"large"'
        except Locked:
            return b'"locked"'
        except OldFormat:
            return b'"old"'
        except Exception:
            # Any exception that a malformed workbook provokes in the reader, lack of memory among them.
            return b""

    answer(reading)


def sheets(content: bytes, most_rows: int, most_cells: int, most_characters: int) -> list[Found]:
    """Return the sheets of an XLSX, ODS or CSV file, each with its rows that have a value; raises any exception.

    `most_rows` is the limit of one sheet, `most_cells` and `most_characters` are those of all together. Rows and cells
    without a value do not count, in whatever way a program declares them. A text that many cells share counts for each.
    """
    if content.startswith(_OLD_FORMAT):
        raise Locked if _ENCRYPTED in content else OldFormat
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _must_be_small(archive)
            if _MANIFEST in archive.namelist() and b"encryption-data" in archive.read(_MANIFEST):
                raise Locked
            for part in archive.infolist():
                # No more than the declared size is ever unpacked.
                _must_declare_nothing(part.filename, archive.read(part))
            if "content.xml" in archive.namelist():
                found = open_document.sheets(archive.read("content.xml"), MOST_COLUMNS)
                return _counted(found, most_rows, most_cells, most_characters)
        # Not imported above: whoever reads another kind of file needs no part of it.
        from estimator import office_document  # noqa: PLC0415

        return _counted(office_document.sheets(content, MOST_SHEETS), most_rows, most_cells, most_characters)
    return _counted(iter([("", _csv(content))]), most_rows, most_cells, most_characters)


def _counted(
    found: Iterator[tuple[str, Iterator[Line]]], most_rows: int, most_cells: int, most_characters: int
) -> list[Found]:
    """Return the rows that have a value, without the columns that are not looked at; raises TooMuch."""
    kept: list[Found] = []
    count = characters = 0
    for name, lines in found:
        if len(kept) == MOST_SHEETS:
            break
        rows: list[Line] = []
        for line in lines:
            cells = {at: cell for at, cell in line.cells.items() if cell != EMPTY}
            if not cells:
                continue
            count += len(cells)
            characters += sum(len(cell.text) + len(cell.shown) for cell in cells.values())
            if count > most_cells or characters > most_characters or len(rows) > most_rows:
                raise TooMuch
            rows.append(Line(line.number, {at: cell for at, cell in cells.items() if at < MOST_COLUMNS}))
        kept.append(Found(name.strip(), rows))
    return kept


def _csv(content: bytes) -> Iterator[Line]:
    for number, row in enumerate(spreadsheets.rows_of_csv(content), 1):
        yield Line(number, {at: Cell("typed", text) for at, text in enumerate(row) if text.strip()})


def _must_be_small(archive: zipfile.ZipFile) -> None:
    """Refuse what would grow when it is unpacked, and what only a password opens."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise TooMuch
    if any(part.flag_bits & 1 for part in parts):
        raise Locked


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
            raise Unreadable from None


class Unreadable(ValueError):
    """A part of a file declares what it must not, or is no XML."""


def _refused(*_declared: object) -> None:
    raise Unreadable
