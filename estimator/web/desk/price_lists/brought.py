"""A file that is brought back into a draft: what it was made of, why it cannot be taken, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import request

from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing import workbook
from estimator.price_lists.editing.brought import Conflict, LeftOut
from estimator.spreadsheet_cells import Found, Line
from estimator.web import whole_numbers
from estimator.web.desk.price_lists import in_forms
from estimator.web.desk.price_lists.problems import split
from estimator.web.fields import FileField
from estimator.web.forms import Form, printable
from estimator.web.language import current_reader
from pricing import Problem


class SpreadsheetForm(Form):
    """A spreadsheet that was taken out, and changed."""

    file = FileField(lazy_gettext("File"), most=workbook.MOST_BYTES)


class Brought(NamedTuple):
    """The sheets of a file, and the list that it was made of; the draft as it is now, if the file does not say that."""

    sheets: Sequence[Found]
    base: editing.Data
    says_its_base: bool

    @property
    def notes(self) -> list[str]:
        """What is told of the file as a whole."""
        return [] if self.says_its_base else [_no_base()]


def read(draft: Draft, data: editing.Data, form: SpreadsheetForm) -> Brought | str:
    """Return the file that was sent, or the sentence that says why it cannot be compared with a draft."""
    for file in request.files.values():
        file.close()
    try:
        found, about = workbook.read(form.file.data)
    except workbook.NotAWorkbook as not_one:
        return _trouble(not_one.trouble)
    problem, base = _base_of(draft, data, about)
    if problem is not None:
        return problem
    return Brought(_printable(found), base, bool(about.get("base") or about.get("save")))


def limits() -> tuple[str, str]:
    """Return how many bytes a file can have, and how many rows a sheet of it, as people read them."""
    reader = current_reader()
    return reader.number(str(workbook.MOST_BYTES)), reader.number(str(workbook.MOST_ROWS))


def _base_of(draft: Draft, data: editing.Data, about: Mapping[str, str]) -> tuple[str | None, editing.Data]:
    """Return why a file cannot be compared with a draft, and the list that it was made of."""
    other = _(
        "This spreadsheet was downloaded from another list, “%(name)s”. Nothing was changed.", name="{}"
    )
    is_ours = about.get("draft") == str(draft.id)
    number = whole_numbers.read(about.get("save"))
    if about.get("list", draft.slug) != draft.slug:
        return other.format(about["list"][:80]), data
    before = drafts.text_of(draft, number) if is_ours and number is not None else None
    kept = about.get("base") or None
    base = editing.look(before or kept or "").data if before or kept else None
    if base is None and about.get("draft", str(draft.id)) != str(draft.id):
        return _(
            "This spreadsheet was downloaded from another draft, and does not say what it was. Nothing was changed."
        ), data
    if base is not None and before is None and base.get("table") != data.get("table"):
        return other.format(str(base.get("table"))[:80]), data
    return None, data if base is None else base


def _no_base() -> str:
    """Say that a file does not tell what it was made of."""
    return _(
        "The file does not say what it was taken from; the sheet “about” is missing. So it is compared with the draft "
        "as it is now: whatever differs is shown as a change of yours."
    )


def _trouble(trouble: workbook.Trouble) -> str:
    """Say why a file cannot be read."""
    most, rows = limits()
    sentences = {
        "none": _(
            "This is not a spreadsheet of this list. Choose the XLSX, ODS or CSV file that you downloaded here; at "
            "most %(most)s bytes and %(rows)s rows. Nothing was changed.",
            most=most,
            rows=rows,
        ),
        "large": _(
            "This file is larger than a price list can be, or takes too long to read: at most %(most)s bytes and "
            "%(rows)s rows. Nothing was changed.",
            most=most,
            rows=rows,
        ),
        "locked": _(
            "This file is protected by a password. Save it without one, and choose it again. Nothing was changed."
        ),
        "old": _(
            "This file is of an old kind, such as XLS. Save it as XLSX or ODS and choose it again. Nothing was changed."
        ),
    }
    return sentences[trouble]


def _printable(found: Sequence[Found]) -> list[Found]:
    """Return sheets with U+FFFD for every character that a page cannot contain."""
    return [
        Found(
            printable(sheet.name),
            [
                Line(
                    line.number,
                    {
                        at: cell._replace(text=printable(cell.text), shown=printable(cell.shown))
                        for at, cell in line.cells.items()
                    },
                )
                for line in sheet.lines
            ],
        )
        for sheet in found
    ]


def place_in(one: LeftOut) -> str:
    """Say where in a file something was left out."""
    sheet = one.sheet[:80]
    if one.column:
        return _(
            "Sheet “%(sheet)s”, row %(row)s, column “%(column)s”", sheet=sheet, row=one.row, column=one.column
        )
    if one.row is not None:
        return _("Sheet “%(sheet)s”, row %(row)s", sheet=sheet, row=one.row)
    return _("Sheet “%(sheet)s”", sheet=sheet)


def in_sheet(problem: Problem, rows: Mapping[editing.Path, int]) -> str:
    """Say in which sheet, row and column of a file a problem stands; empty if its entry is no row of it."""
    path, key = split(problem.place)
    section = None if path is None else editing.section_of(path)
    if path is None or section is None or path not in rows:
        return ""
    field = in_forms.field_of(problem)
    column = "" if field is None else in_forms.named(field, key)
    return place_in(LeftOut("", str(section.many), "", rows[path], column))


def both_changed(one: Conflict) -> str:
    """Say what was changed in a file and by somebody else."""
    return _(
        "%(sheet)s, row %(row)s, “%(label)s”, %(column)s: it was “%(before)s”, somebody made it “%(now)s” meanwhile, "
        "the file says “%(then)s”.",
        sheet=one.sheet,
        row=one.row,
        label=one.label[:80],
        column=one.column,
        before=one.before[:80],
        now=one.now[:80],
        then=one.then[:80],
    )
