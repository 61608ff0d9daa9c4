"""What the spreadsheet of a bill says: what it puts into the form, and by sheet, row and column what cannot be kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from estimator import figures
from estimator.i18n import gettext as _
from estimator.price_lists.editing import workbook
from estimator.spreadsheet_cells import EMPTY, Cell, Found, Line
from estimator.web import typed_text
from estimator.web.day_fields import day_problem
from estimator.web.desk.bills.form import OTHERS, BillForm, name_of
from estimator.web.desk.quotes.lines import typed_amount
from estimator.web.forms import printable
from estimator.web.language import current_reader
from estimator.web.typed_days import typed_day
from pricing.currencies import MINOR_UNIT

CODE, ITEM, ESTIMATE, QUOTE, BILLED = range(5)
TOTAL, DAY = "+total", "+day"
"""Rows that are no line: what was billed in all, and when."""

LONGEST_SHOWN = 80


def headings() -> list[str]:
    """Return what the columns are called, in their order."""
    return [_("Code"), _("Item"), _("Estimate"), _("Quote"), _("Billed")]


class Place(NamedTuple):
    """Where something stands in a file: the sheet, which a CSV file has no name of, the row, and the column from 0."""

    sheet: str
    row: int
    column: int
    heading: str

    def at(self, why: str) -> str:
        """Say of a cell what is wrong there."""
        column = workbook.letters(self.column)
        said = {"row": self.row, "column": column, "heading": self.heading, "why": why}
        if not self.sheet:
            return _("Row %(row)s, column %(column)s (%(heading)s): %(why)s", **said)
        return _(
            "Sheet “%(sheet)s”, row %(row)s, column %(column)s (%(heading)s): %(why)s",
            sheet=printable(self.sheet)[:LONGEST_SHOWN],
            **said,
        )


def read(sheets: Sequence[Found], codes: set[str]) -> Reading | None:
    """Return what a file puts into the form, and what is wrong in it; None if it has not the columns."""
    for sheet in sheets:
        if not sheet.lines:
            continue
        named = {cell.text.strip().casefold(): at for at, cell in sheet.lines[0].cells.items()}
        columns = [named.get(heading.casefold()) for heading in headings()]
        code_at, item_at, billed_at = columns[CODE], columns[ITEM], columns[BILLED]
        if code_at is None or item_at is None or billed_at is None:
            continue
        reading = Reading(sheet.name, codes, {CODE: code_at, ITEM: item_at, BILLED: billed_at})
        for line in sheet.lines[1:]:
            reading.take(line)
        return reading
    return None


class Reading:
    """Reads the rows of a sheet: `data` is what they put into the form, `places` is where each of it stands."""

    def __init__(self, sheet: str, codes: set[str], columns: Mapping[int, int]) -> None:
        self.sheet, self.codes, self.columns = sheet, codes, columns
        self.data: dict[str, Any] = {}
        self.places: dict[str, Place] = {}
        self.wrong: list[str] = []
        self.currencies: list[tuple[Place, str]] = []
        self.rows: dict[str, int] = {}
        self.others = 0
        self.first_too_many: Place | None = None

    def take(self, line: Line) -> None:
        """Take one row, if something was billed in it."""
        code, item, billed = (line.cells.get(self.columns[each], EMPTY) for each in (CODE, ITEM, BILLED))
        row, said, label = line.number, printable(code.text.strip()), printable(item.text.strip())
        if said == TOTAL:
            names = [word for word in re.findall(r"\b[A-Z]{3}\b", item.text) if word in MINOR_UNIT]
            self.currencies += [(self.place(row, ITEM), name) for name in names]
        name = {TOTAL: "total", DAY: "day"}.get(said) or (name_of(said) if said in self.codes else None)
        first = row if name is None else self.rows.setdefault(name, row)
        if first != row:
            sentence = _(
                "The code “%(code)s” stands in row %(first)s as well. Give each row the code of its own item, or "
                "delete one of them.",
                code=said,
                first=first,
            )
            self.refuse(row, CODE, sentence)
            return
        if billed == EMPTY:
            return
        unread = _unread(code) or (None if name else _unread(item))
        if unread is not None:
            self.refuse(row, CODE if _unread(code) else ITEM, unread)
        elif said and name is None:
            sentence = _(
                "Neither the estimate nor the quote has a line “%(code)s”.", code=said[:LONGEST_SHOWN]
            )
            self.refuse(row, CODE, sentence)
        elif name is not None:
            self.put(name, row, billed)
        else:
            self.other(row, label, billed)

    def other(self, row: int, label: str, billed: Cell) -> None:
        """Take a line that neither estimate nor quote has, if there is room for one more."""
        number, self.others = self.others, self.others + 1
        if number == OTHERS:
            self.first_too_many = self.place(row, ITEM)
        if number >= OTHERS:
            return
        self.places[f"label-{number}"], self.data[f"label-{number}"] = self.place(row, ITEM), label
        self.put(f"amount-{number}", row, billed)

    def put(self, name: str, row: int, billed: Cell) -> None:
        """Put what was billed in a row into a field, or say why nothing that stands there can be put in."""
        typed = _day(billed) if name == "day" else _amount(billed)
        self.places[name] = self.place(row, BILLED)
        self.data[name] = typed or ""
        if typed is None:
            nothing = (
                _("This is no day. Enter one like 2026-12-25.") if name == "day" else _("This is no amount.")
            )
            self.refuse(row, BILLED, _unread(billed) or nothing)

    def place(self, row: int, column: int) -> Place:
        """Return where a cell of a row is."""
        return Place(self.sheet, row, self.columns[column], headings()[column])

    def refuse(self, row: int, column: int, why: str) -> None:
        """Say that a cell cannot be taken."""
        self.wrong.append(self.place(row, column).at(why))

    def at(self, name: str, why: str) -> str:
        """Say what is wrong with a field, with the place in the file if it was filled from there."""
        return self.places[name].at(why) if name in self.places else why

    def problems(self, currency: str, filled: BillForm) -> list[str]:
        """Return everything in the file that cannot be kept; what is only missing can still be typed into the form."""
        for place, named in self.currencies:
            if named != currency:
                return [
                    place.at(
                        _(
                            "The amounts of this spreadsheet are in %(other)s, and the estimate and the quote are in "
                            "%(currency)s. Enter what was charged in %(currency)s.",
                            other=named,
                            currency=currency,
                        )
                    )
                ]
        filled.is_read()
        found = list(self.wrong)
        if self.first_too_many is not None:
            sentence = _(
                "There are %(lines)s further lines, and a bill has at most %(most)s. Put some of them together.",
                lines=self.others,
                most=OTHERS,
            )
            found.append(self.first_too_many.at(sentence))
        for field in filled:
            if field.short_name in self.data and (
                self.data[field.short_name] or field.short_name[:5] == "label"
            ):
                found += [self.at(field.short_name, str(sentence)) for sentence in field.errors]
            field.errors = []
        return found


def _unread(cell: Cell) -> str | None:
    """Say why a file holds nothing that can be read in a cell; None where it does."""
    if cell.kind == "formula":
        return _("This is a formula without a value. Open the file, let it be calculated, and save it.")
    if cell.kind == "error":
        return _("The cell shows an error, “%(shown)s”.", shown=printable(cell.text)[:LONGEST_SHOWN])
    return None


def _amount(cell: Cell) -> str | None:
    """Return what a cell says as it is typed into a field, which refuses what is no amount; None if it is no figure."""
    match cell.kind:
        case "number":
            try:
                return typed_amount(figures.exact(cell.text), current_reader())
            except ValueError:
                return None
        case "money":
            return printable(f"{cell.text} {cell.shown}")
        case "text" | "typed":
            return printable(cell.text.strip())
    return None


def _day(cell: Cell) -> str | None:
    """Return a day with the year first where it can be read; what is no day is refused by the field."""
    if cell.kind not in ("text", "typed", "day"):
        return None
    text, reader = printable(typed_text.compact(cell.text)), current_reader()
    day = typed_day(text, reader) if day_problem(text, reader) is None else None
    return text if day is None else day.isoformat()
