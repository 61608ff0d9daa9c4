"""The cells of an OpenDocument spreadsheet, as LibreOffice keeps them, with what it says of their kinds.

The format says of each cell whether it is a number, a percentage or money, and whether a formula has a value; a
reader that gives only numbers and texts would lose that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.parsers import expat

from estimator import figures
from estimator.spreadsheet_cells import EMPTY, Cell, Line
from pricing.money import plain

_ODF = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0 {}"
_TABLE, _ROW = _ODF.format("table", "table"), _ODF.format("table", "table-row")
_CELLS = (_ODF.format("table", "table-cell"), _ODF.format("table", "covered-table-cell"))
_NAME = _ODF.format("table", "name")
_ROWS, _COLUMNS = (
    _ODF.format("table", "number-rows-repeated"),
    _ODF.format("table", "number-columns-repeated"),
)
_FORMULA = _ODF.format("table", "formula")
_TYPE, _VALUE = _ODF.format("office", "value-type"), _ODF.format("office", "value")
_DAY, _FLAG = _ODF.format("office", "date-value"), _ODF.format("office", "boolean-value")
_CURRENCY = _ODF.format("office", "currency")
_ERROR = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_P, _S, _TAB = _ODF.format("text", "p"), _ODF.format("text", "s"), _ODF.format("text", "tab")
_BREAK, _SPACES = _ODF.format("text", "line-break"), _ODF.format("text", "c")
_NOTE = _ODF.format("office", "annotation")

MOST_REPEATED = 10_100
"""Maximum number of times that a row with a value is repeated; a sheet with more has too many rows."""


class _Reader:
    """Collects rows while the parser reads; rows and cells without a value take no room, however often they repeat."""

    def __init__(self, most_columns: int) -> None:
        self.most_columns = most_columns
        self.sheets: list[tuple[str, list[Line]]] = []
        self.depth = self.notes = self.number = self.repeated = self.at = 0
        self.cells: dict[int, Cell] = {}
        self.attributes: Mapping[str, str] | None = None
        self.paragraphs: list[list[str]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == _TABLE:
            self.depth += 1
            if self.depth == 1:
                self.sheets.append((attributes.get(_NAME, ""), []))
                self.number = 0
        elif self.depth != 1:
            return
        elif name == _NOTE:
            self.notes += 1
        elif self.notes:
            return
        elif name == _ROW:
            self.repeated, self.at, self.cells = int(attributes.get(_ROWS, "1")), 0, {}
        elif name in _CELLS:
            self.attributes, self.paragraphs = attributes, []
        elif self.attributes is not None and name == _P:
            self.paragraphs.append([])
        elif self.paragraphs and name in (_S, _TAB, _BREAK):
            mark = {_TAB: "\t", _BREAK: "\n"}.get(name) or " " * min(int(attributes.get(_SPACES, "1")), 1_000)
            self.paragraphs[-1].append(mark)

    def text(self, letters: str) -> None:
        if self.paragraphs and not self.notes and self.depth == 1:
            self.paragraphs[-1].append(letters)

    def end(self, name: str) -> None:
        if name == _TABLE:
            self.depth -= 1
        elif self.depth != 1:
            return
        elif name == _NOTE:
            self.notes -= 1
        elif self.notes:
            return
        elif name in _CELLS and self.attributes is not None:
            shown = "\n".join("".join(parts) for parts in self.paragraphs)
            cell = _cell(self.attributes, shown)
            times = int(self.attributes.get(_COLUMNS, "1"))
            if cell != EMPTY:
                for at in range(self.at, self.at + min(times, self.most_columns + 1)):
                    self.cells[at] = cell
            self.at += times
            self.attributes, self.paragraphs = None, []
        elif name == _ROW:
            lines = self.sheets[-1][1]
            if self.cells:
                for more in range(min(self.repeated, MOST_REPEATED)):
                    lines.append(Line(self.number + more + 1, self.cells))
            self.number += self.repeated


def sheets(content: bytes, most_columns: int) -> Iterator[tuple[str, Iterator[Line]]]:
    """Yield the titles and rows of the sheets of the part content.xml; raises any exception."""
    reader = _Reader(most_columns)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.Parse(content, True)
    for name, lines in reader.sheets:
        yield name, iter(lines)


def _cell(attributes: Mapping[str, str], shown: str) -> Cell:
    kind = attributes.get(_TYPE, "")
    if attributes.get(_ERROR) == "error":
        return Cell("error", shown)
    if _VALUE in attributes:
        number = figures.exact(attributes[_VALUE])
        if kind == "percentage":
            return Cell("percent", plain(number.scaleb(2)))
        if kind == "currency":
            return Cell("money", plain(number), attributes.get(_CURRENCY, ""))
        return Cell("number", plain(number), shown)
    if kind == "date":
        return Cell("day", attributes.get(_DAY, "")[:10])
    if kind == "boolean":
        return Cell("flag", "yes" if attributes.get(_FLAG) == "true" else "no")
    if kind == "time":
        return Cell("time", shown)
    if shown.strip():
        return Cell("text", shown)
    return Cell("formula", "") if _FORMULA in attributes and kind != "string" else EMPTY
