"""Spreadsheets as programs write them: the same sheets as XLSX and as OpenDocument."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook

_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


def content_of(book: Workbook) -> bytes:
    """Return a workbook as an XLSX file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_stored(content: bytes, number: str, formula: str, kept: str) -> bytes:
    """Return an XLSX file in which a number is a formula, with the value that a program has stored for it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(
                name, part.replace(f"<v>{number}</v>".encode(), f"<f>{formula}</f><v>{kept}</v>".encode())
            )
    return file.getvalue()


def as_ods(book: Workbook, *, empty_rows: int = 1_048_000) -> bytes:
    """Return a workbook as LibreOffice writes it: an OpenDocument file whose sheets end in a million empty rows."""
    names = " ".join(f'xmlns:{short}="{long}"' for short, long in _SPACES.items())
    parts = [f'<office:document-content {names} office:version="1.3"><office:body><office:spreadsheet>']
    for page in book.worksheets:
        parts.append(f"<table:table table:name={quoteattr(page.title)}>")
        for row in page.iter_rows():
            parts.append(f"<table:table-row>{''.join(_cell(one) for one in row)}</table:table-row>")
        parts.append(
            f'<table:table-row table:number-rows-repeated="{empty_rows}">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
        )
    parts.append("</office:spreadsheet></office:body></office:document-content>")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "".join(parts))
    return file.getvalue()


def _cell(one) -> str:  # type: ignore[no-untyped-def]
    value = one.value
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, str) and value.startswith("=") and one.data_type == "f":
        return f"<table:table-cell table:formula={quoteattr('of:' + value)}/>"
    if isinstance(value, int | float):
        kind = "percentage" if "%" in one.number_format else "float"
        return (
            f'<table:table-cell office:value-type="{kind}" office:value="{value!r}">'
            f"<text:p>{value}</text:p></table:table-cell>"
        )
    if hasattr(value, "isoformat"):
        day = value.isoformat()[:10]
        return (
            f'<table:table-cell office:value-type="date" office:date-value="{day}">'
            f"<text:p>{day}</text:p></table:table-cell>"
        )
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
