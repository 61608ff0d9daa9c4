"""A translation sheet as a file: XLSX with what is to be done marked, or rows for CSV."""

from __future__ import annotations

import io
from collections.abc import Sequence

from estimator import spreadsheets
from estimator.i18n import gettext as _
from estimator.price_lists.editing import workbook
from estimator.price_lists.editing.document import Data, languages
from estimator.price_lists.editing.translating import PLACE, TO_DO, WHERE, Row, headings, to_do

FIRST = 2
"""The first row of texts: above it stand the keys, which are hidden, and what people read."""

_WIDTHS = {PLACE: 14, WHERE: 34, TO_DO: 24}
_WIDTH = 46

_COLOURS = {"missing": "#FFF2CC", "outdated": "#FCE4D6"}


def cells(data: Data, found: Sequence[Row]) -> list[list[str]]:
    """Return the rows of a sheet as text, in the order of its headings."""
    keys = list(headings(data))
    return [[_cell(row, key) for key in keys] for row in found]


def _cell(row: Row, key: str) -> str:
    if key == TO_DO:
        return to_do(row)
    return {PLACE: row.key, WHERE: row.where}.get(key) or row.said.get(key, "")


def written(data: Data, found: Sequence[Row], about: Sequence[tuple[str, str]], text: str) -> bytes:
    """Write a translation sheet as XLSX; nothing in it is a formula or a link.

    The list's text goes with it, hidden, so that the file can be compared with what it was made of.
    """
    file = io.BytesIO()
    with spreadsheets.workbook(file, in_memory=True) as book:
        page = book.add_worksheet(_("Translations"))
        workbook.add_about(book, about, text)
        long = {"num_format": "@", "valign": "top", "text_wrap": True}
        head = book.add_format({"bold": True, "valign": "top", "text_wrap": True, "bottom": 1})
        plain = book.add_format(long)
        quiet = book.add_format({**long, "font_color": "#666666"})
        marked = {state: book.add_format({**long, "bg_color": colour}) for state, colour in _COLOURS.items()}
        labels = headings(data)
        others = languages(data)[1:]
        page.set_row(0, None, None, {"hidden": True})
        page.freeze_panes(FIRST, 3)
        for at, (key, label) in enumerate(labels.items()):
            style = plain if key in others else quiet
            page.set_column(at, at, _WIDTHS.get(key, _WIDTH), style)
            page.write_string(0, at, key)
            page.write_string(1, at, spreadsheets.writable(label), head)
        for number, (row, said) in enumerate(zip(found, cells(data, found), strict=True), FIRST):
            for at, (key, words) in enumerate(zip(labels, said, strict=True)):
                style = marked.get(row.states.get(key, ""), plain if key in others else quiet)
                if words:
                    page.write_string(number, at, spreadsheets.writable(words), style)
                elif key in others:
                    page.write_blank(number, at, None, style)
        if found:
            page.autofilter(1, 0, len(found) + FIRST - 1, len(labels) - 1)
            fixed = {"validate": "custom", "value": "=FALSE", "ignore_blank": False}
            page.data_validation(FIRST, 0, len(found) + FIRST - 1, 2, fixed)
    return file.getvalue()
