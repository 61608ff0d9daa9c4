"""Sheets as an XLSX file, and back from one that anybody may have made: little is read, and nothing is run."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from decimal import Decimal

from estimator import spreadsheets, strangers_files
from estimator.price_lists.editing.sheets import Sheet

MOST_BYTES = 4_000_000
"""Maximum size of a file in bytes; a longer one is not opened."""

MOST_ROWS = 10_000
"""Maximum number of rows of a sheet below its head."""

MOST_CELLS = 200_000
"""Maximum number of cells of a file; the largest list in use has a tenth of that."""

SECONDS = 8
"""Timeout for reading one file in seconds; one that takes longer is given up."""

MEMORY = 600 * 2**20
"""Memory limit of the process that reads, in bytes, the interpreter included."""

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
    """Return the sheets of an XLSX file and what its sheet ABOUT says; raises NotAWorkbook.

    It is read in a process of its own that has the bytes and nothing else, and takes SECONDS and MEMORY at most.
    """
    if len(content) > MOST_BYTES:
        raise NotAWorkbook
    try:
        answer = strangers_files.read(
            "estimator.workbook_process",
            content,
            memory=MEMORY,
            seconds=SECONDS,
            limits=(MOST_ROWS, MOST_CELLS),
        )
    except strangers_files.GivenUp:
        raise NotAWorkbook from None
    if not answer:
        raise NotAWorkbook
    found: list[tuple[str, list[list[str]]]] = json.loads(answer)
    about = {row[0]: row[1] for name, rows in found if name == ABOUT for row in rows if len(row) > 1}
    return [
        Sheet(name, [text.strip() for text in rows[0]] if rows else [], rows[1:])
        for name, rows in found
        if name != ABOUT
    ], about
