"""Take a draft out as a spreadsheet, and bring it back with every change shown before it counts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import figures, spreadsheets
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing import bringing, workbook
from estimator.price_lists.editing.bringing import Asked, Taken
from estimator.price_lists.editing.brought import LeftOut
from estimator.price_lists.editing.cells import FIGURES
from estimator.price_lists.editing.sheets import Column, sheets
from estimator.web.desk.price_lists import in_forms
from estimator.web.desk.price_lists.blueprint import conflict, head_of, number_in, pages, store, the_draft, to
from estimator.web.desk.price_lists.brought import (
    MOST_SHOWN,
    SpreadsheetForm,
    both_changed,
    damaged,
    damaged_last,
    in_sheet,
    letters_are_lost,
    limits,
    place_in,
    read,
    told,
)
from estimator.web.desk.price_lists.comparison import compared
from estimator.web.desk.price_lists.problems import ProblemRow, address_of, in_words
from estimator.web.downloads import XLSX
from estimator.web.fields import CarriedField, ChoiceField, WholeTextField
from estimator.web.forms import Form, summary
from pricing import Problem
from pricing.syntax import MOST_CHARACTERS

MOST_ASKED = 200_000
"""Maximum number of characters of what is asked about, which the page carries."""

MARKS = {".": "point", ",": "comma"}
"""The marks that can be meant in two ways, and the name of the field that asks about each."""


class SavingForm(Form):
    """What a spreadsheet would make of the list, and the figures in it that can be read in two ways."""

    text = WholeTextField(lazy_gettext("Text"))
    asked = CarriedField(most=MOST_ASKED)
    point = ChoiceField(
        lazy_gettext("What does the point stand for?"),
        choices=lambda: _meanings("."),
        empty=lazy_gettext("Choose"),
        optional=True,
        refusal="",
    )
    comma = ChoiceField(
        lazy_gettext("What does the comma stand for?"),
        choices=lambda: _meanings(","),
        empty=lazy_gettext("Choose"),
        optional=True,
        refusal="",
    )


def _meanings(mark: str) -> list[tuple[str, str]]:
    return [
        ("decimals", _("decimals: %(figure)s is one and a quarter", figure=f"1{mark}250")),
        ("thousands", _("thousands: %(figure)s is twelve hundred and fifty", figure=f"1{mark}250")),
        ("leave", _("Leave these prices as they are now")),
    ]


@pages.get("/drafts/<whole:draft_id>/list.xlsx")
def list_xlsx(draft_id: int) -> ResponseReturnValue:
    """Send a draft as a spreadsheet: a sheet for each part, a row for each entry."""
    draft = the_draft(draft_id)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    about = [("draft", str(draft.id)), ("save", str(draft.saves)), ("list", draft.slug)]
    answer = Response(workbook.written(sheets(data), about, draft.text), mimetype=XLSX)
    return named(answer, draft, data, ".xlsx")


@pages.get("/drafts/<whole:draft_id>/charges.csv")
@pages.get(
    "/drafts/<whole:draft_id>/charges-semicolons.csv",
    endpoint="charges_csv_semicolons",
    defaults={"semicolons": True},
)
def charges_csv(draft_id: int, *, semicolons: bool = False) -> ResponseReturnValue:
    """Send the charges of a draft as CSV, in which nothing is a formula."""
    draft = the_draft(draft_id)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    answer = charges_of(data, workbook.mark_of_csv(draft.id, draft.saves), semicolons=semicolons)
    return named(answer, draft, data, end_of(semicolons=semicolons))


def end_of(*, semicolons: bool) -> str:
    """Return the end of the name of a file with charges."""
    return "-charges-semicolons.csv" if semicolons else "-charges.csv"


def charges_of(data: editing.Data, mark: str, *, semicolons: bool) -> Response:
    """Return the charges of a list as CSV, with a last heading that says what it was made of.

    With `semicolons` between cells there are commas before decimals, as many languages have their spreadsheets.
    """

    def said(column: Column, text: str) -> str:
        is_figure = column.field is not None and column.field.kind in FIGURES
        return text.replace(".", ",") if semicolons and is_figure else column.said(text)

    (sheet,) = [one for one in sheets(data) if one.name == "charge"]
    columns = [spreadsheets.Column(column.label) for column in sheet.columns]
    columns.append(spreadsheets.Column(mark))
    rows = [
        [*(said(column, text) for column, text in zip(sheet.columns, row, strict=True)), ""]
        for row in sheet.rows
    ]
    content = spreadsheets.csv(columns, rows, ";" if semicolons else ",")
    return Response(b"".join(content), mimetype="text/csv")


def named(answer: Response, draft: Draft, data: editing.Data, end: str) -> Response:
    """Give a file a name that says of which list, version and draft it is."""
    version = re.sub(r"[^A-Za-z0-9._-]+", "-", str(data.get("version", "")))[:40].strip("-.")
    name = "-".join(filter(None, (draft.slug, version, f"draft-{draft.id}")))
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}{end}"'
    return answer


@pages.route("/drafts/<whole:draft_id>/spreadsheet", methods=["GET", "POST"])
def spreadsheet(draft_id: int) -> ResponseReturnValue:
    """Ask for a spreadsheet, and show what it would change; saving that is a button of the page."""
    draft = the_draft(draft_id)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    if request.method != "POST":
        return _page(draft, SpreadsheetForm(None))
    form = SpreadsheetForm()
    found = read(draft, data, form)
    if isinstance(found, str):
        return _page(draft, form.refuse(found, form.file)), 422
    made = bringing.taken(data, found.base, found.sheets)
    if made.sheets == 0:
        problem = _(
            "No sheet of this file is part of a price list: none has the name and the headings of the file that "
            "you downloaded here. Nothing was changed."
        )
        return _page(draft, form.refuse(problem, form.file)), 422
    # A list that is only written in another way, such as 63.00 for 63, is left as somebody wrote it.
    mine = editing.written(made.data) if editing.differences(data, made.data, 1) else draft.text
    if len(mine) > MOST_CHARACTERS:
        raise drafts.TooLong
    saving = SavingForm(None, data={"text": mine, "asked": _carried(made.asked)})
    return _preview(draft, saving, made, found.notes, has_address=True)


def _page(draft: Draft, form: SpreadsheetForm) -> str:
    most, rows = limits()
    return render_template(
        "desk/spreadsheet.html", draft=head_of(draft), form=form, most=most, rows=rows, errors=summary(form)
    )


def _preview(
    draft: Draft, saving: SavingForm, made: Taken, notes: Sequence[str], *, has_address: bool = False
) -> str:
    """Show what a file would change, what was left out of it, and what is to be decided.

    Files are kept nowhere, so this is an answer without an address of its own. If the page for files `has_address` of
    the form that was sent, Reload and Back lead to it and send nothing again.
    """
    mine = saving.text.data
    look, before = editing.look(mine), editing.look(draft.text)
    known = {(one.place, one.kind) for one in (*before.problems, *before.warnings)}
    fresh = [one for one in look.warnings if (one.place, one.kind) not in known]
    return render_template(
        "desk/spreadsheet.html",
        draft=head_of(draft),
        answers_a_form=has_address,
        brought=True,
        differs=compared(draft.text, mine),
        notes=[*notes, *letters_are_lost(made.left_out)],
        left_out=told(damaged_last(made.left_out), _why),
        conflicts=told(made.conflicts, both_changed),
        saving=saving,
        asking=_asking(saving),
        problems=_rows(draft, look.problems, look.data or {}, made.rows),
        warnings=_rows(draft, fresh, look.data or {}, made.rows),
        errors=summary(saving),
    )


def _rows(
    draft: Draft, problems: Sequence[Problem], data: editing.Data, rows: Mapping[editing.Path, int]
) -> list[ProblemRow]:
    """Return what is wrong as people see it in the file: by sheet, row and column, in the words of its headings."""
    found: list[ProblemRow] = []
    for problem in problems[:MOST_SHOWN]:
        place = in_sheet(problem, rows) or in_forms.entry_in_words(problem, data)
        said, address = in_words(problem, data), address_of(draft, problem)
        found.append({"sentence": said, "place": place, "line": None, "address": address})
    return found


@pages.post("/drafts/<whole:draft_id>/spreadsheet/save")
def save_spreadsheet(draft_id: int) -> ResponseReturnValue:
    """Save what a spreadsheet would change, with every figure read as it was answered; else ask again."""
    draft = the_draft(draft_id)
    form = SavingForm()
    mine, over, base = form.text.data, number_in("over"), number_in("base")
    if len(mine) > MOST_CHARACTERS:
        raise drafts.TooLong
    data = editing.look(mine).data
    asked = _asked(form.asked.data or "")
    open_ones = [mark for mark in _marks(asked) if form[MARKS[mark]].data not in dict(_meanings(mark))]
    if data is None or open_ones:
        for mark in open_ones:
            form.refuse(_("Choose what it stands for, or leave these prices as they are."), form[MARKS[mark]])
        return _preview(draft, form, Taken({}), []), 422
    grouped = {mark: form[MARKS[mark]].data == "thousands" for mark in _marks(asked)}
    left = {mark for mark in grouped if form[MARKS[mark]].data == "leave"}
    for one in asked:
        if not left & set(bringing.marks_in(one.typed, editing.currency_of(data))):
            data = bringing.answered(data, one.path, one.key, one.typed, grouped)
    text = editing.written(data) if asked else mine
    back = url_for("price_lists.spreadsheet", draft_id=draft.id)
    if over != draft.saves:
        return conflict(draft, text, base, back)
    try:
        kept = store(draft, text, over)
    except drafts.ChangedMeanwhile as late:
        return conflict(late.draft, text, base, back)
    return to("differences", draft_id=kept.id, saved=kept.saves)


def _carried(asked: Sequence[Asked]) -> str:
    """Return what is asked as text that a page carries; figures beyond its maximum are as they were."""
    rows: list[Asked] = []
    length = 2
    for one in asked:
        length += len(json.dumps(one)) + 2
        if length > MOST_ASKED:
            break
        rows.append(one)
    return json.dumps(rows)


def _asked(carried: str) -> list[Asked]:
    """Return what was asked; nothing if a page of ours did not carry it."""
    try:
        rows = json.loads(carried or "[]")
        found = [Asked(*row)._replace(path=tuple(map(str, row[3]))) for row in rows]
    except (TypeError, ValueError, IndexError, RecursionError):
        return []
    return [one for one in found if _is_asked(one)]


def _is_asked(one: Asked) -> bool:
    texts = (one.sheet, one.column, one.key, one.typed)
    return (
        all(isinstance(text, str) for text in texts)
        and isinstance(one.row, int)
        and editing.section_of(one.path) is not None
    )


def _marks(asked: Sequence[Asked]) -> list[str]:
    """Return the marks that can be meant in two ways."""
    found = [mark for one in asked for mark in bringing.marks_in(one.typed, _ANY)]
    return [mark for mark in MARKS if mark in found]


_ANY = ""


def _asking(form: SavingForm) -> list[dict[str, Any]]:
    """Return what is asked: a field for each mark, with the figures that it is about and both of their readings."""
    asked = _asked(form.asked.data or "")
    rows = []
    for mark in _marks(asked):
        own = [one for one in asked if mark in bringing.marks_in(one.typed, _ANY)]
        lines = []
        for one in own[:MOST_SHOWN]:
            part = next(
                part.strip() for part in one.typed.split("|") if mark in bringing.marks_in(part, _ANY)
            )
            grouped, decimal = figures.readings(part, percent=True)
            lines.append(
                _(
                    "%(sheet)s, row %(row)s, “%(column)s”: “%(typed)s” is %(first)s or %(second)s",
                    sheet=one.sheet,
                    row=one.row,
                    column=one.column,
                    typed=one.typed[:80],
                    first=grouped.text,
                    second=decimal.text,
                )
            )
        rows.append({"field": form[MARKS[mark]], "lines": lines, "more": max(0, len(own) - len(lines))})
    return rows


def _why(one: LeftOut) -> str:
    name = one.name[:80]
    sentences = {
        "sheet": _("the name is that of no part of a price list."),
        "column": _("there is no field “%(name)s”.", name=name),
        "code": _(
            "“%(name)s” is no code. Write small letters, digits and underscores, or nothing.", name=name
        ),
        "twice": _("the code “%(name)s” stands in two rows; the first counts.", name=name),
        "question": _("there is no question “%(name)s”.", name=name),
        "nameless": _("a new row needs a name."),
        "kept": _(
            "the row of “%(name)s” is gone, but somebody changed it meanwhile. It stays; remove it in the forms.",
            name=name,
        ),
        "no_codes": _("the column “%(name)s” is missing, so the sheet was left as it is.", name=name),
        "formula": _("a formula without a value. Open the file, let it be calculated, and save it."),
        "error": _("the cell shows an error, “%(name)s”.", name=name),
        "percent": _("“%(name)s %%” is a percentage, and an amount belongs here.", name=name),
        "day": _("“%(name)s” is a day, and a number belongs here.", name=name),
        "time": _("“%(name)s” is a time, and a number belongs here.", name=name),
        "damaged": damaged(one),
        "currency": _("the cell is formatted as money of another kind, “%(name)s”.", name=name),
    }
    return f"{place_in(one)}: {sentences[one.why]}"
