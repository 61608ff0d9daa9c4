"""Take a draft out as a spreadsheet, and bring it back with every change shown before it counts."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from estimator import spreadsheets
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing import workbook
from estimator.price_lists.editing.sheets import LeftOut, sheets, taken
from estimator.web import whole_numbers
from estimator.web.desk.price_lists.blueprint import head_of, pages, the_draft, to
from estimator.web.desk.price_lists.comparison import compared
from estimator.web.fields import FileField
from estimator.web.forms import Form, printable, summary
from estimator.web.language import current_reader
from pricing.syntax import MOST_CHARACTERS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SpreadsheetForm(Form):
    """A spreadsheet that was taken out, and changed."""

    file = FileField(lazy_gettext("File"), most=workbook.MOST_BYTES)


@pages.get("/drafts/<whole:draft_id>/list.xlsx")
def list_xlsx(draft_id: int) -> ResponseReturnValue:
    """Send a draft as a spreadsheet: a sheet for each part, a row for each entry."""
    draft = the_draft(draft_id)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    about = [("draft", str(draft.id)), ("save", str(draft.saves))]
    answer = Response(workbook.written(sheets(data), about), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="draft-{draft.id}.xlsx"'
    return answer


@pages.get("/drafts/<whole:draft_id>/charges.csv")
def charges_csv(draft_id: int) -> ResponseReturnValue:
    """Send the charges of a draft as CSV, in which nothing is a formula."""
    draft = the_draft(draft_id)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    (sheet,) = [one for one in sheets(data) if one.name == "charge"]
    content = spreadsheets.csv([spreadsheets.Column(column) for column in sheet.columns], sheet.rows)
    answer = Response(b"".join(content), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="draft-{draft.id}-charges.csv"'
    return answer


@pages.route("/drafts/<whole:draft_id>/spreadsheet", methods=["GET", "POST"])
def spreadsheet(draft_id: int) -> ResponseReturnValue:
    """Ask for a spreadsheet, and show what it would change; saving that is a button of the page."""
    draft = the_draft(draft_id)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    form = SpreadsheetForm()
    shown = {
        "draft": head_of(draft),
        "form": form,
        "most": current_reader().number(str(workbook.MOST_BYTES)),
        "rows": current_reader().number(str(workbook.MOST_ROWS)),
    }
    if request.method != "POST":
        return render_template("desk/spreadsheet.html", **shown)
    for file in request.files.values():
        file.close()
    problem, mine, left_out = None, None, []
    try:
        found, about = workbook.read(form.file.data)
    except workbook.NotAWorkbook:
        problem = _(
            "This is not a spreadsheet of this list. Choose the XLSX file that you downloaded here; at most "
            "%(most)s bytes and %(rows)s rows. Nothing was changed.",
            most=shown["most"],
            rows=shown["rows"],
        )
    else:
        number = whole_numbers.read(about.get("save"))
        if about.get("draft") != str(draft.id) or number is None:
            problem = _("This spreadsheet was downloaded from another draft. Nothing was changed.")
        else:
            before = drafts.text_of(draft, number)
            base = data if before is None else editing.look(before).data or data
            made = taken(data, base, [_readable(one) for one in found])
            left_out = [_why(one) for one in made.left_out]
            mine = editing.written(made.data)
            if len(mine) > MOST_CHARACTERS:
                raise drafts.TooLong
    if problem is not None:
        form.refuse(problem, form.file)
        return render_template("desk/spreadsheet.html", **shown, errors=summary(form)), 422
    assert mine is not None
    differs = compared(draft.text, mine)
    return render_template(
        "desk/spreadsheet.html", **shown, mine=mine, differs=differs, left_out=left_out, brought=True
    )


def _readable(sheet: editing.Sheet) -> editing.Sheet:
    return editing.Sheet(
        sheet.name,
        [printable(text) for text in sheet.columns],
        [[printable(text) for text in row] for row in sheet.rows],
    )


def _why(one: LeftOut) -> str:
    sentences = {
        "sheet": _("The sheet “%(name)s” is no part of a price list.", name=one.name[:80]),
        "column": _("Sheet “%(sheet)s”: there is no field “%(name)s”.", sheet=one.sheet, name=one.name[:80]),
        "code": _(
            "Sheet “%(sheet)s”: “%(name)s” is no code. Write small letters, digits and underscores.",
            sheet=one.sheet,
            name=one.name[:80],
        ),
        "twice": _(
            "Sheet “%(sheet)s”: the code “%(name)s” stands in two rows; the first counts.",
            sheet=one.sheet,
            name=one.name[:80],
        ),
        "question": _(
            "Sheet “%(sheet)s”: there is no question “%(name)s”.", sheet=one.sheet, name=one.name[:80]
        ),
        "no_codes": _(
            "Sheet “%(sheet)s” lacks its column “%(name)s”, and was left as it is.",
            sheet=one.sheet,
            name=one.name,
        ),
    }
    return sentences[one.kind]
