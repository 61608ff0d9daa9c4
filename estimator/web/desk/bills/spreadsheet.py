"""The lines of a bill as a spreadsheet: taken out, filled in, and brought back into the form, where it is looked at."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Response, render_template
from flask import request as sent
from flask.typing import ResponseReturnValue

from estimator import bills, figures, requests, spreadsheets
from estimator.bills import Compared
from estimator.i18n import Words, lazy_gettext
from estimator.i18n import gettext as _
from estimator.models import FinalBill, PatientRequest
from estimator.price_lists.editing import workbook
from estimator.spreadsheet_cells import EMPTY, Cell, Found
from estimator.web.desk.bills.blueprint import labels_of, pages, the_request
from estimator.web.desk.bills.enter import data_kept, show
from estimator.web.desk.bills.form import OTHERS, BillForm, name_of
from estimator.web.desk.bills.page import head_of
from estimator.web.desk.quotes.lines import typed_amount
from estimator.web.downloads import XLSX
from estimator.web.fields import FileField
from estimator.web.forms import Form, printable, summary
from estimator.web.language import current_reader
from pricing.currencies import MINOR_UNIT

CODE, ITEM, ESTIMATE, QUOTE, BILLED = range(5)
TOTAL, DAY = "+total", "+day"
"""Rows that are no line: what was billed in all, and when."""

MOST_NOTES = 30
LONGEST_SHOWN = 80


class SheetForm(Form):
    """A spreadsheet that was taken out, and filled in."""

    file = FileField(lazy_gettext("File"), most=workbook.MOST_BYTES)


def _headings() -> list[str]:
    return [_("Code"), _("Item"), _("Estimate"), _("Quote"), _("Billed")]


@pages.get("/requests/<reference>/bill/bill.xlsx")
def sheet_xlsx(reference: str) -> ResponseReturnValue:
    """Send the lines of estimate and quote as a spreadsheet, with a column for what was billed."""
    of = the_request(reference)
    compared = bills.compared_with(of)
    answer = Response(_written(of, compared, labels_of(compared), bills.standing(of)), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="bill-{of.reference}.xlsx"'
    return answer


def _written(
    of: PatientRequest, compared: Compared, labels: Mapping[str, Words], standing: FinalBill | None
) -> bytes:
    kept = data_kept(standing, compared)
    billed = {
        line["code"]: line.get("amount") for line in ([] if standing is None else bills.of_bill(standing))
    }
    file = io.BytesIO()
    with spreadsheets.workbook(file, in_memory=True) as book:
        page = book.add_worksheet(_("Bill"))
        workbook.add_about(book, [("request", of.reference)], "")
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        text = book.add_format({"num_format": "@"})
        for at, (heading, width) in enumerate(zip(_headings(), (18, 44, 14, 14, 14), strict=True)):
            page.set_column(at, at, width)
            page.write_string(0, at, heading, bold)
        page.freeze_panes(1, 2)
        row = 1

        def write(code: str, label: str, *amounts: str | None) -> None:
            nonlocal row
            page.write_string(row, CODE, code, text)
            page.write_string(row, ITEM, spreadsheets.writable(label), text)
            for at, amount in enumerate(amounts, ESTIMATE):
                if amount is not None:
                    _write_amount(page, row, at, amount)
            row += 1

        for line in compared.lines:
            code = line["code"]
            if code is not None:
                write(code, labels[code].text, line.get("likely"), line.get("quoted"), billed.get(code))
        for number in range(OTHERS):
            if f"label-{number}" in kept:
                amount = figures.only(kept[f"amount-{number}"])
                write("", kept[f"label-{number}"], None, None, None if amount is None else str(amount))
        likely = None if compared.cases is None else compared.cases["likely"]
        total = None if standing is None else standing.total
        write(TOTAL, _("In all, %(currency)s", currency=compared.currency), likely, compared.quoted, total)
        write(DAY, _("Day of the bill, such as 2026-12-25"))
        if standing is not None:
            page.write_string(row - 1, BILLED, standing.billed_on.isoformat(), text)
        page.write_string(
            row + 1, ITEM, _("Write further lines below, without a code: what it was, and what was billed.")
        )
    return file.getvalue()


def _write_amount(page: Any, row: int, at: int, amount: str) -> None:
    number = Decimal(amount)
    if len(format(abs(number), "f").replace(".", "")) <= spreadsheets.EXACT_DIGITS:
        page.write_number(row, at, number)
    else:
        page.write_string(row, at, amount)


@pages.route("/requests/<reference>/bill/spreadsheet", methods=["GET", "POST"])
def spreadsheet(reference: str) -> ResponseReturnValue:
    """Ask for a spreadsheet, and show the form as it fills it; keeping that is a button of the form."""
    of = the_request(reference)
    if of.erased_at is not None:
        raise requests.Erased
    if sent.method != "POST":
        return _page(of, SheetForm(None))
    form = SheetForm()
    for file in sent.files.values():
        file.close()
    if not form.file.data:
        return _page(of, form.refuse(_("Choose the file that you filled in."), form.file), 422)
    try:
        sheets, about = workbook.read(form.file.data)
    except workbook.NotAWorkbook as not_one:
        return _page(of, form.refuse(_trouble(not_one.trouble), form.file), 422)
    if about.get("request", of.reference) != of.reference:
        sentence = _("This spreadsheet was taken out of another request. Nothing was changed.")
        return _page(of, form.refuse(sentence, form.file), 422)
    compared, standing = bills.compared_with(of), bills.standing(of)
    labels = labels_of(compared)
    found = _read(sheets, {line["code"] for line in compared.lines if line["code"] is not None})
    if found is None:
        sentence = _(
            "No sheet of this file has the columns %(code)s, %(item)s and %(billed)s. Nothing was changed.",
            code=_headings()[CODE],
            item=_headings()[ITEM],
            billed=_headings()[BILLED],
        )
        return _page(of, form.refuse(sentence, form.file), 422)
    data, notes, named = found
    other = next((code for code in named if code != compared.currency), None)
    if other is not None:
        sentence = _(
            "The amounts of this spreadsheet are in %(other)s, and the estimate and the quote are in %(currency)s. "
            "Enter what was charged in %(currency)s. Nothing was changed.",
            other=other,
            currency=compared.currency,
        )
        return _page(of, form.refuse(sentence, form.file), 422)
    before = data_kept(standing, compared)
    kept: dict[str, Any] = {
        name: before[name] for name in ("reasons", "note", "over", "estimate") if name in before
    }
    filled = BillForm.of(compared, labels, None, data={**kept, **data})
    return show(of, filled, standing, brought=_changes(filled, before, data), notes=notes[:MOST_NOTES])


def _page(of: PatientRequest, form: SheetForm, status: int = 200) -> ResponseReturnValue:
    reader = current_reader()
    page = render_template(
        "desk/bill_spreadsheet.html",
        errors=summary(form),
        request_=head_of(of),
        form=form,
        most=reader.number(str(workbook.MOST_BYTES)),
    )
    return page, status


def _read(sheets: Sequence[Found], codes: set[str]) -> tuple[dict[str, Any], list[str], list[str]] | None:
    """Return what a file puts into the form, what was left out of it, and the currencies that its total names.

    None if it has not the columns.
    """
    for sheet in sheets:
        if not sheet.lines:
            continue
        named = {cell.text.strip().casefold(): at for at, cell in sheet.lines[0].cells.items()}
        columns = [named.get(heading.casefold()) for heading in _headings()]
        code_at, item_at, billed_at = columns[CODE], columns[ITEM], columns[BILLED]
        if code_at is None or item_at is None or billed_at is None:
            continue
        reading = _Reading(codes)
        named_currencies: list[str] = []
        for line in sheet.lines[1:]:
            code, item, billed = (line.cells.get(at, EMPTY) for at in (code_at, item_at, billed_at))
            if code.text.strip() == TOTAL:
                named_currencies += [
                    word for word in re.findall(r"\b[A-Z]{3}\b", item.text) if word in MINOR_UNIT
                ]
            if billed != EMPTY:
                reading.take(line.number, printable(code.text.strip()), printable(item.text.strip()), billed)
        return reading.data, reading.notes, named_currencies
    return None


class _Reading:
    """Reads the rows of a sheet: `data` is what they put into the form, `notes` is what was left out."""

    def __init__(self, codes: set[str]) -> None:
        self.codes = codes
        self.data: dict[str, Any] = {}
        self.notes: list[str] = []
        self.others = 0

    def take(self, row: int, code: str, item: str, billed: Cell) -> None:
        """Take one row in which something was billed."""
        typed = _day(billed) if code == DAY else _amount(billed)
        name = {TOTAL: "total", DAY: "day"}.get(code) or (name_of(code) if code in self.codes else None)
        if typed is None:
            self.leave(row, _("the cell holds no amount."))
        elif name is not None and name in self.data:
            self.leave(row, _("the code “%(code)s” stands in two rows; the first counts.", code=code))
        elif name is not None:
            self.data[name] = typed
        elif code:
            said = _("neither estimate nor quote has a line “%(code)s”.", code=code[:LONGEST_SHOWN])
            self.leave(row, said)
        elif self.others == OTHERS:
            self.leave(row, _("there are more than %(most)s further lines.", most=OTHERS))
        else:
            self.data[f"label-{self.others}"], self.data[f"amount-{self.others}"] = item, typed
            self.others += 1

    def leave(self, row: int, why: str) -> None:
        """Say that a row was left out."""
        self.notes.append(_("Row %(row)s: %(why)s", row=row, why=why))


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
    return printable(cell.text.strip()) if cell.kind in ("text", "typed", "day") else None


def _changes(form: BillForm, before: Mapping[str, Any], data: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what a file changes against the bill that counts: what it is called, what it was, what it becomes."""
    found = []
    names = dict.fromkeys(
        [*data, *(name for name in before if name not in ("reasons", "note", "over", "estimate"))]
    )
    for name in names:
        was, becomes = str(before.get(name, "")), str(data.get(name, ""))
        if _same(was, becomes):
            continue
        field = form[name]
        found.append(
            {"label": getattr(field, "place", "") or field.label.text, "before": was, "after": becomes}
        )
    return found


def _same(one: str, other: str) -> bool:
    numbers = [figures.only(text) for text in (one, other)]
    return one == other or (numbers[0] is not None and numbers[0] == numbers[1])


def _trouble(trouble: workbook.Trouble) -> str:
    nothing = _("Nothing was changed.")
    said = {
        "none": _("This is no spreadsheet. Choose the XLSX, ODS or CSV file that you filled in."),
        "large": _("This file is larger than a bill can be."),
        "locked": _("This file is protected by a password. Save it without one, and choose it again."),
        "old": _("This file is of an old kind, such as XLS. Save it as XLSX or ODS and choose it again."),
    }[trouble]
    return f"{said} {nothing}"
