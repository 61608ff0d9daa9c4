"""The lines of a bill as a spreadsheet: taken out, filled in, and brought back into the form, where it is looked at."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import Response, render_template
from flask import request as sent
from flask.typing import ResponseReturnValue

from estimator import bills, figures, price_lists, requests, spreadsheets
from estimator.bills import Compared
from estimator.i18n import Words, lazy_gettext, ngettext
from estimator.i18n import gettext as _
from estimator.models import FinalBill, PatientRequest
from estimator.price_lists.editing import workbook
from estimator.web.desk.bills.blueprint import labels_of, pages, the_request
from estimator.web.desk.bills.enter import asked, data_kept, show, wrong_day
from estimator.web.desk.bills.form import OTHERS, BillForm
from estimator.web.desk.bills.page import head_of
from estimator.web.desk.bills.sheet_reading import BILLED, CODE, DAY, ESTIMATE, ITEM, TOTAL, headings, read
from estimator.web.downloads import XLSX
from estimator.web.fields import FileField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.staff.signed_in import act

MOST_SAID = 30
"""Maximum number of wrong cells that are named."""


class SheetForm(Form):
    """A spreadsheet that was taken out, and filled in."""

    file = FileField(lazy_gettext("File"), most=workbook.MOST_BYTES)


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
        for at, (heading, width) in enumerate(zip(headings(), (18, 44, 14, 14, 14), strict=True)):
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
    found = read(sheets, {line["code"] for line in compared.lines if line["code"] is not None})
    if found is None:
        sentence = _(
            "No sheet of this file has the columns %(code)s, %(item)s and %(billed)s. Nothing was changed.",
            code=headings()[CODE],
            item=headings()[ITEM],
            billed=headings()[BILLED],
        )
        return _page(of, form.refuse(sentence, form.file), 422)
    before = data_kept(standing, compared)
    kept: dict[str, Any] = {
        name: before[name] for name in ("reasons", "note", "over", "estimate") if name in before
    }
    filled = BillForm.of(compared, labels_of(compared), None, data={**kept, **found.data})
    problems = found.problems(compared.currency, filled)
    if problems:
        return _page(of, _refused(form, problems), 422)
    doubts: Sequence[bills.Doubt] = ()
    if filled.total.data or any(item.amount for item in filled.items()):
        today = price_lists.day_of(act().now, compared.version.time_zone)
        bill = filled.entered(today)
        try:
            doubts = bills.doubts(act(), of, bill)
        except bills.WrongDay:
            return _page(of, _refused(form, [found.at("day", wrong_day())]), 422)
        for doubt in doubts:
            field = filled.field_of_item(doubt.code)
            filled.refuse(found.at(field.short_name, asked(doubt, filled, bill)), field)
    changes = _changes(filled, before, found.data)
    return show(of, filled, standing, 422 if doubts else 200, ask=bool(doubts), brought=changes)


def _refused(form: SheetForm, problems: Sequence[str]) -> SheetForm:
    """Put what cannot be kept of a spreadsheet above its form, and at the file what to do."""
    for sentence in problems[:MOST_SAID]:
        form.refuse(sentence)
    more = len(problems) - MOST_SAID
    if more > 0:
        form.refuse(ngettext("%(num)s more cell is wrong.", "%(num)s more cells are wrong.", more))
    sentence = _("Nothing of the spreadsheet is kept. Correct these cells in it, and choose the file again.")
    return form.refuse(sentence, form.file)


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
