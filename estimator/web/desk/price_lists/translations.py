"""The texts of a draft by language: take them out for a translator, and bring back what was translated."""

from __future__ import annotations

from typing import TypedDict

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import price_lists, spreadsheets
from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing import translating, translation_book, workbook
from estimator.price_lists.editing.brought import LeftOut
from estimator.price_lists.editing.document import data_of
from estimator.price_lists.editing.texts import State, states
from estimator.price_lists.editing.translating import Stale
from estimator.web.desk.price_lists.blueprint import head_of, pages, the_draft, to
from estimator.web.desk.price_lists.brought import (
    MOST_SHOWN,
    SpreadsheetForm,
    both_changed,
    damaged,
    damaged_last,
    letters_are_lost,
    limits,
    place_in,
    read,
    told,
)
from estimator.web.desk.price_lists.comparison import compared
from estimator.web.desk.price_lists.entry import known_reader
from estimator.web.desk.price_lists.problems import problems_in_words
from estimator.web.desk.price_lists.spreadsheet import SavingForm, named
from estimator.web.downloads import XLSX
from estimator.web.forms import summary
from estimator.web.language import current_reader
from pricing.reading import LONGEST_TEXT
from pricing.syntax import MOST_CHARACTERS

MOST_EARLIER = 10
"""Maximum number of saves, and of versions, among which it is looked for when a translation came to be what it is."""

MOST_READ = 3_000_000
"""Maximum number of characters of all of them together: some seconds on a slow machine."""


class LanguageRow(TypedDict):
    """One language of a list, and how many of its texts are missing or outdated."""

    name: str
    tag: str
    direction: str
    there: int
    missing: int
    outdated: int


@pages.get("/drafts/<whole:draft_id>/translations.xlsx")
def translations_xlsx(draft_id: int) -> ResponseReturnValue:
    """Send all texts of a draft by language as a spreadsheet."""
    draft = the_draft(draft_id)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    found = translating.rows(data, _states(draft, data))
    about = [("draft", str(draft.id)), ("save", str(draft.saves)), ("list", draft.slug)]
    answer = Response(translation_book.written(data, found, about, draft.text), mimetype=XLSX)
    return named(answer, draft, data, "-translations.xlsx")


@pages.get("/drafts/<whole:draft_id>/translations.csv")
@pages.get(
    "/drafts/<whole:draft_id>/translations-semicolons.csv",
    endpoint="translations_csv_semicolons",
    defaults={"semicolons": True},
)
def translations_csv(draft_id: int, *, semicolons: bool = False) -> ResponseReturnValue:
    """Send all texts of a draft by language as CSV, in which nothing is a formula."""
    draft = the_draft(draft_id)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    found = translating.rows(data, _states(draft, data))
    columns = [spreadsheets.Column(label) for label in translating.headings(data).values()]
    columns.append(spreadsheets.Column(workbook.mark_of_csv(draft.id, draft.saves)))
    rows = ([*row, ""] for row in translation_book.cells(data, found))
    content = spreadsheets.csv(columns, rows, ";" if semicolons else ",")
    answer = Response(b"".join(content), mimetype="text/csv")
    end = "-translations-semicolons.csv" if semicolons else "-translations.csv"
    return named(answer, draft, data, end)


@pages.route("/drafts/<whole:draft_id>/translations", methods=["GET", "POST"])
def translations(draft_id: int) -> ResponseReturnValue:
    """Say which translations are missing, and show what a sheet would change; saving that is a button of the page."""
    draft = the_draft(draft_id)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    if request.method != "POST":
        return _page(draft, data, SpreadsheetForm(None))
    form = SpreadsheetForm()
    found = read(draft, data, form)
    if isinstance(found, str):
        return _page(draft, data, form.refuse(found, form.file)), 422
    made = translating.translated(data, found.base if found.says_its_base else None, found.sheets)
    if made.sheets == 0:
        problem = _(
            "No sheet of this file is a translation sheet: none has the headings of the file that you "
            "downloaded here. Nothing was changed."
        )
        return _page(draft, data, form.refuse(problem, form.file)), 422
    mine = editing.written(made.data) if editing.differences(data, made.data, 1) else draft.text
    if len(mine) > MOST_CHARACTERS:
        raise drafts.TooLong
    look, before = editing.look(mine), editing.look(draft.text)
    known = {(one.place, one.kind) for one in before.problems}
    return render_template(
        "desk/translations.html",
        draft=head_of(draft),
        answers_a_form=True,  # Reload and Back lead to the page for files: those are kept nowhere
        brought=True,
        notes=[*found.notes, *letters_are_lost(made.left_out)],
        left_out=told(damaged_last(made.left_out), _why),
        conflicts=told(made.conflicts, both_changed),
        stale=told(made.stale, _stale),
        problems=problems_in_words(
            draft, [one for one in look.problems if (one.place, one.kind) not in known], MOST_SHOWN
        ),
        differs=compared(draft.text, mine),
        saving=SavingForm(None, data={"text": mine, "asked": "[]"}),
        without=editing.written(made.fresh) if made.stale else None,
    )


def _page(draft: Draft, data: editing.Data, form: SpreadsheetForm) -> str:
    most, most_rows = limits()
    return render_template(
        "desk/translations.html",
        draft=head_of(draft),
        form=form,
        rows=_languages(data, _states(draft, data)),
        main=translating.language_name(editing.languages(data)[0]),
        most=most,
        most_rows=most_rows,
        languages_address=url_for(
            "price_lists.entry", draft_id=draft.id, path="header", _anchor="f.languages"
        ),
        errors=summary(form),
    )


def _states(draft: Draft, data: editing.Data) -> dict[str, dict[str, State]]:
    """Return the state of every translation of a draft, judged by its earlier saves and versions."""
    found = [data_of(text) for text in _earlier(draft)]
    return states(data, [one for one in found if one is not None])


def _earlier(draft: Draft) -> list[str]:
    """Return the texts that a draft came from, the newest first, as many as can be read in reasonable time."""
    saves = [save.text for save in drafts.saves_of(draft)[:MOST_EARLIER]]
    versions = sorted(price_lists.versions(draft.slug), key=lambda one: one.id, reverse=True)
    texts = list(dict.fromkeys([*saves, *(version.text for version in versions[:MOST_EARLIER])]))
    # The newest version says most of what was translated when; so it is looked at before any save.
    left = MOST_READ
    kept: set[str] = set()
    for text in [*(version.text for version in versions[:1]), *texts]:
        if text not in kept and text != draft.text and len(text) <= left:
            left -= len(text)
            kept.add(text)
    return [text for text in texts if text in kept]


def _languages(data: editing.Data, found: dict[str, dict[str, State]]) -> list[LanguageRow]:
    rows: list[LanguageRow] = []
    for tag in editing.languages(data)[1:]:
        own = [one[tag] for one in found.values()]
        reader = known_reader(tag)
        rows.append(
            {
                "name": translating.language_name(tag),
                "tag": tag,
                "direction": "ltr" if reader is None else reader.direction,
                "there": own.count("there"),
                "missing": own.count("missing"),
                "outdated": own.count("outdated"),
            }
        )
    return rows


def _stale(one: Stale) -> str:
    return _(
        "%(sheet)s, row %(row)s, column “%(column)s”, %(where)s: the original was “%(before)s”, it is “%(now)s” now.",
        sheet=one.sheet,
        row=one.row,
        column=one.column,
        where=one.where,
        before=one.before[:80],
        now=one.now[:80],
    )


def _why(one: LeftOut) -> str:
    name = one.name[:120]
    sentences = {
        "headings": _("the column “%(name)s” is missing, so the sheet was left as it is.", name=name),
        "column": _("the column “%(name)s” is none of a translation sheet.", name=name),
        "language": _(
            "the list has no language “%(name)s”. Add it under “About the list” first, then bring the file again.",
            name=name,
        ),
        "place": _("there is no text at “%(name)s”. Leave the first column as it is.", name=name),
        "twice": _("“%(name)s” stands in two rows; the first counts.", name=name),
        "gone": _("the text at “%(name)s” was removed from the list meanwhile.", name=name),
        "original": _(
            "the original of “%(name)s” was changed in the file. It stays as it is; change it in the forms.",
            name=name,
        ),
        "emptied": _(
            "the translation of “%(name)s” was emptied. It stays as it is; remove it in the forms.", name=name
        ),
        "long": _(
            "the text has %(name)s characters, at most %(most)s are possible.",
            name=current_reader().number(name) if name.isdigit() else name,
            most=current_reader().number(str(LONGEST_TEXT)),
        ),
        "control": _(
            "the translation of “%(name)s” holds a character that nobody can see, or a line break where there can be "
            "none. Delete it.",
            name=name,
        ),
        "token": _("“%(name)s” is in the original and has to be in the translation as it is.", name=name),
        "unit": _(
            "“%(name)s” cannot be read as plural forms. Write them such as “one: night, other: nights”.",
            name=name,
        ),
        "formula": _("a formula without a value. Open the file, let it be calculated, and save it."),
        "damaged": damaged(one),
        "error": _("the cell shows an error, “%(name)s”.", name=name),
    }
    return f"{place_in(one)}: {sentences[one.why]}"
