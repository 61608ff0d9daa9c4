"""A file that is brought back into a draft: what it was made of, why it cannot be taken, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from flask import request

from estimator import price_lists
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, ngettext
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing import workbook
from estimator.price_lists.editing.brought import Conflict, LeftOut
from estimator.spreadsheet_cells import Found, Line
from estimator.web import whole_numbers
from estimator.web.desk.price_lists import in_forms
from estimator.web.desk.price_lists.in_forms import split
from estimator.web.fields import FileField
from estimator.web.forms import Form, printable
from estimator.web.language import current_reader
from pricing import Problem

One = TypeVar("One")

MOST_SHOWN = 50
"""Maximum number of sentences of a kind on the page."""


class SpreadsheetForm(Form):
    """A spreadsheet that was taken out, and changed."""

    file = FileField(lazy_gettext("File"), most=workbook.MOST_BYTES)


class Brought(NamedTuple):
    """The sheets of a file, and the list that it was made of; the draft as it is now, if the file does not say that."""

    sheets: Sequence[Found]
    base: editing.Data
    says_its_base: bool
    notes: Sequence[str] = ()
    """What is told of the file as a whole."""


class Told(NamedTuple):
    """The first of many sentences of a kind, and how many more there are."""

    sentences: Sequence[str]
    more: int


def told(found: Sequence[One], say: Callable[[One], str]) -> Told:
    """Say the first MOST_SHOWN of what a file can have tens of thousands of."""
    return Told([say(one) for one in found[:MOST_SHOWN]], max(0, len(found) - MOST_SHOWN))


class _Origin(NamedTuple):
    """What a file was made of: which list, and its text; None where that is not known, or is not kept any more."""

    slug: str | None
    text: str | None


def read(draft: Draft, data: editing.Data, form: SpreadsheetForm) -> Brought | str:
    """Return the file that was sent, or the sentence that says why it cannot be compared with a draft."""
    for file in request.files.values():
        file.close()
    if not form.file.data:
        return _(
            "The file is empty, or none was chosen. Choose the file that you filled in. Nothing was changed."
        )
    try:
        found, about = workbook.read(form.file.data)
    except workbook.NotAWorkbook as not_one:
        return _trouble(not_one.trouble)
    origin = _origin(draft, about)
    base = editing.look(origin.text or "").data if origin.text else None
    slug = origin.slug or draft.slug
    if base is not None and slug == draft.slug and base.get("table") not in (data.get("table"), slug):
        slug = str(base.get("table"))
    if slug != draft.slug:
        return _(
            "This spreadsheet was downloaded from another list, “%(name)s”. Nothing was changed.",
            name=slug[:80],
        )
    sheets = _printable(found)
    if base is not None:
        return Brought(sheets, base, True)
    if about.get("draft", str(draft.id)) != str(draft.id):
        return _(
            "This spreadsheet was downloaded from another draft, and does not say what it was. Nothing was changed."
        )
    is_named = about.get("save") or about.get("sha256")
    return Brought(sheets, data, False, [_base_is_gone() if is_named else _no_base()])


def limits() -> tuple[str, str]:
    """Return how many bytes a file can have, and how many rows a sheet of it, as people read them."""
    reader = current_reader()
    return reader.number(str(workbook.MOST_BYTES)), reader.number(str(workbook.MOST_ROWS))


def _origin(draft: Draft, about: Mapping[str, str]) -> _Origin:
    """Return what a file says that it was made of: a save of a draft, or a published version.

    What is stored here counts before what the file keeps of it.
    """
    slug, kept = about.get("list"), about.get("base") or None
    if about.get("sha256"):
        version = price_lists.of_hash(about["sha256"])
        return _Origin(slug, kept) if version is None else _Origin(version.slug, version.text)
    number, save = whole_numbers.read(about.get("draft")), whole_numbers.read(about.get("save"))
    if number is None or save is None or (kept and number != draft.id) or slug not in (None, draft.slug):
        return _Origin(slug, kept)
    try:
        source = drafts.find(number)
    except drafts.UnknownDraft:
        return _Origin(slug, kept)
    return _Origin(source.slug, drafts.text_of(source, save) or kept)


def _no_base() -> str:
    """Say that a file does not tell what it was made of."""
    return _(
        "The file does not say what it was taken from; the sheet “about” is missing, or the last heading of a CSV "
        "file. So it is compared with the draft as it is now: whatever differs is shown as a change of yours."
    )


def _base_is_gone() -> str:
    """Say that what a file was made of cannot be found."""
    return _(
        "What the file was taken from is not kept any more. So it is compared with the draft as it is now: whatever "
        "differs is shown as a change of yours."
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


def damaged(one: LeftOut) -> str:
    """Say that letters of a cell were lost."""
    return _("letters were lost, “%(name)s”. The text stays as it is in the draft.", name=one.name[:80])


def letters_are_lost(found: Sequence[LeftOut]) -> list[str]:
    """Say once what to do about a file in which letters were lost, if they were."""
    count = len([one for one in found if one.why == "damaged"])
    if not count:
        return []
    return [
        ngettext(
            "Letters were lost when this file was saved: in one cell there are question marks or other signs in "
            "their place. It is left out. Save the file as XLSX, or as “CSV UTF-8”, and choose it again.",
            "Letters were lost when this file was saved: in %(num)s cells there are question marks or other signs in "
            "their place. They are left out. Save the file as XLSX, or as “CSV UTF-8”, and choose it again.",
            count,
        )
    ]


def damaged_last(found: Sequence[LeftOut]) -> list[LeftOut]:
    """Put damaged cells at the end, which may be hundreds of one cause."""
    return sorted(found, key=lambda one: one.why == "damaged")
