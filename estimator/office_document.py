"""The cells of an XLSX file, with what their formats say of them. It runs only in a process that reads one file."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.parsers import expat

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel

from estimator import figures
from estimator.spreadsheet_cells import EMPTY, Cell, Line
from pricing.money import plain

_PIECE = 65_536

_QUOTED = re.compile(r'"([^"]*)"|\[\$([^\]-]*)(?:-[0-9A-Fa-f]+)?\]|\\(.)')
_SIGNS = re.compile(r"[$€£¥₹₩₺₽฿₫₴₦]|\b[A-Z]{3}\b")
_ZEROS = re.compile(r"(0+)(?:\.(0+))?(?:_\))?\Z")


class _Reader:
    """Collects the rows that have a value while the parser reads; others take no room, however many there are."""

    def __init__(self, cell_of: Callable[[str, int, str | None], Cell]) -> None:
        self.cell_of = cell_of
        self.lines: list[Line] = []
        self.number = self.at = 0
        self.cells: dict[int, Cell] = {}
        self.kind, self.style = "n", 0
        self.value: str | None = None
        self.formula = self.hears = False
        self.phonetic = 0
        self.names: dict[str, str] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = self.names.setdefault(name, name.rpartition(" ")[2])
        match local:
            case "row":
                self.number = int(attributes.get("r", self.number + 1))
                self.at, self.cells = -1, {}
            case "c":
                where = attributes.get("r")
                self.at = (
                    self.at + 1 if where is None else column_index_from_string(where.rstrip("0123456789")) - 1
                )
                self.kind, self.style = attributes.get("t", "n"), int(attributes.get("s", "0"))
                self.value, self.formula = None, False
            case "f":
                self.formula = True
            case "rPh":
                self.phonetic += 1
            case "v" | "t":
                self.hears = not self.phonetic
                self.value = self.value or ""

    def text(self, letters: str) -> None:
        if self.hears and self.value is not None:
            self.value += letters

    def end(self, name: str) -> None:
        local = self.names[name]
        match local:
            case "v" | "t":
                self.hears = False
            case "rPh":
                self.phonetic -= 1
            case "c":
                if self.formula and not self.value:
                    self.cells[self.at] = Cell("formula", "")
                elif self.value:
                    self.cells[self.at] = self.cell_of(self.kind, self.style, self.value)
            case "row" if self.cells:
                self.lines.append(Line(self.number, self.cells))


def sheets(content: bytes, most: int) -> Iterator[tuple[str, Iterator[Line]]]:
    """Yield the titles and rows of the sheets of an XLSX file; raises any exception."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for page in book.worksheets[:most]:
        yield str(page.title), _lines(book, page)


def _lines(book: Any, page: Any) -> Iterator[Line]:
    formats = [_format_of(book, style.numFmtId) for style in book._cell_styles]

    def cell_of(kind: str, style: int, value: str | None) -> Cell:
        if kind == "s":
            return _text(str(page._shared_strings[int(value or "0")]))
        if kind == "n" and style in book._date_formats:
            return _moment(value or "", book.epoch, is_span=style in book._timedelta_formats)
        return _cell(kind, value or "", formats[style] if style < len(formats) else "")

    reader = _Reader(cell_of)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    with page._get_source() as source:
        while piece := source.read(_PIECE):
            parser.Parse(piece, False)
            yield from reader.lines
            reader.lines.clear()
    parser.Parse(b"", True)
    yield from reader.lines


def _format_of(book: Any, number: int) -> str:
    own = number - 164
    return str(
        book._number_formats[own] if 0 <= own < len(book._number_formats) else BUILTIN_FORMATS.get(number, "")
    )


def _cell(kind: str, value: str, shown: str) -> Cell:
    match kind:
        case "e":
            return Cell("error", value)
        case "b":
            return Cell("flag", "yes" if value == "1" else "no")
        case "d":
            return Cell("day", value[:10])
        case "n":
            return _number(figures.exact(value), shown)
    return _text(value)


def _text(value: str) -> Cell:
    text = value.replace("\r\n", "\n").replace("_x000D_", "")
    return Cell("text", text) if text.strip() else EMPTY


def _moment(value: str, epoch: datetime, *, is_span: bool) -> Cell:
    try:
        found = from_excel(float(value), epoch, timedelta=is_span)
    except (OverflowError, ValueError):
        return Cell("error", value)
    if isinstance(found, datetime):
        return Cell("day", found.date().isoformat())
    return Cell("day", found.isoformat()) if isinstance(found, date) else Cell("time", str(found))


def _number(number: Decimal, shown: str) -> Cell:
    """A number with what its format says: per cent, a currency, zeros before it or behind."""
    first = re.sub(r"\[(?!\$)[^\]]*\]", "", shown.partition(";")[0])
    marks = "".join("".join(found) for found in _QUOTED.findall(first))
    bare = _QUOTED.sub("", first)
    if "%" in bare:
        return Cell("percent", plain(number.scaleb(2)))
    sign = _SIGNS.search(f"{marks} {bare}")
    if sign:
        return Cell("money", plain(number), marks.strip() or sign[0])
    zeros = _ZEROS.fullmatch(bare.strip())
    if zeros and number >= 0:
        whole, _point, part = plain(number).partition(".")
        decimals = zeros[2] or ""
        if len(part) <= len(decimals):
            padded = part.ljust(len(decimals), "0")
            return Cell(
                "number", plain(number), whole.zfill(len(zeros[1])) + (f".{padded}" if padded else "")
            )
    return Cell("number", plain(number))
