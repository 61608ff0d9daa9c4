"""The cells of an XLSX file, with what their formats say of them. It runs only in a process that reads one file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from estimator import figures
from estimator.spreadsheet_cells import EMPTY, Cell, Line
from pricing.money import plain

_QUOTED = re.compile(r'"([^"]*)"|\[\$([^\]-]*)(?:-[0-9A-Fa-f]+)?\]|\\(.)')
_SIGNS = re.compile(r"[$€£¥₹₩₺₽฿₫₴₦]|\b[A-Z]{3}\b")
_ZEROS = re.compile(r"(0+)(?:\.(0+))?(?:_\))?\Z")


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """Reads rows one by one, and notes which cells have a formula without a value."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().parse_cell(element)
        if element.find(FORMULA_TAG) is not None and not element.findtext(VALUE_TAG):
            found["data_type"] = "formula"
        return found


def sheets(content: bytes, most: int) -> Iterator[tuple[str, Iterator[Line]]]:
    """Yield the titles and rows of the sheets of an XLSX file; raises any exception."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for page in book.worksheets[:most]:
        yield str(page.title), _lines(book, page)


def _lines(book: Any, page: Any) -> Iterator[Line]:
    formats = [_format_of(book, style.numFmtId) for style in book._cell_styles]
    with page._get_source() as source:
        parser = _Parser(
            source,
            page._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            found = {}
            for cell in cells:
                style = cell["style_id"]
                shown = formats[style] if style < len(formats) else ""
                found[cell["column"] - 1] = _cell(cell["value"], cell["data_type"], shown)
            yield Line(number, found)


def _format_of(book: Any, number: int) -> str:
    own = number - 164
    return str(
        book._number_formats[own] if 0 <= own < len(book._number_formats) else BUILTIN_FORMATS.get(number, "")
    )


def _cell(value: Any, kind: str, shown: str) -> Cell:
    if kind == "formula":
        return Cell("formula", "")
    if kind == "e":
        return Cell("error", str(value))
    match value:
        case None:
            return EMPTY
        case bool():
            return Cell("flag", "yes" if value else "no")
        case int() | float():
            return _number(figures.exact(value), shown)
        case datetime():
            return Cell("day", value.date().isoformat())
        case date():
            return Cell("day", value.isoformat())
        case time() | timedelta():
            return Cell("time", str(value))
    text = str(value).replace("\r\n", "\n").replace("_x000D_", "")
    return Cell("text", text) if text.strip() else EMPTY


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
