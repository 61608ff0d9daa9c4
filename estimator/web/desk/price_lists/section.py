"""The entries of a section in a table: charges as a grid with their prices, the others by name."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import figures
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.web import errors, whole_numbers
from estimator.web.desk.price_lists import raise_prices
from estimator.web.desk.price_lists.blueprint import (
    PAGE,
    autosaved,
    conflict,
    head_of,
    number_in,
    pages,
    store,
    the_draft,
    to,
    typed,
    wants_json,
)
from estimator.web.desk.price_lists.entry import bad_code, field_of
from estimator.web.desk.price_lists.problems import problems_in_words
from estimator.web.fields import ChoiceField, TextField, WholeTextField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.typed_figures import two_readings

CELLS = ("label", "group", "per", "price")
"""What can be typed in the row of a charge; the label in the main language."""


class AddForm(Form):
    """A new entry: its name and code, and of a charge what stands in its row. Its names begin with "new."."""

    label = TextField(lazy_gettext("Name"), id="new-label", render_kw={"spellcheck": False})
    group = ChoiceField(lazy_gettext("Group"), id="new-group", optional=True, refusal="")
    per = TextField(lazy_gettext("For each"), id="new-per", render_kw={"spellcheck": False})
    price = TextField(lazy_gettext("Price"), id="new-price", render_kw={"class": "figure", "dir": "ltr"})
    code = TextField(lazy_gettext("Code (may stay empty)"), id="new-code", render_kw={"dir": "ltr"})

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments, prefix="new.")


class ManyForm(Form):
    """What is done to many charges: a percentage for some of them, or rows that are pasted."""

    which = ChoiceField(lazy_gettext("Which"), refusal="")
    percent = TextField(lazy_gettext("By how many percent"), render_kw={"class": "figure", "dir": "ltr"})
    rows = WholeTextField(lazy_gettext("Rows"), render_kw={"spellcheck": False})


class Forms(NamedTuple):
    """The forms beside the grid; what is wrong with what was typed stands in them."""

    adding: AddForm
    many: ManyForm

    @classmethod
    def as_sent(cls) -> Forms:
        """Return them as they were sent."""
        return cls(AddForm(), ManyForm())


@pages.route("/drafts/<whole:draft_id>/section/<path:path>", methods=["GET", "POST"])
def section(draft_id: int, path: str) -> ResponseReturnValue:
    """Show the entries of a section; save the cells of its rows; add, copy, move and remove entries."""
    draft = the_draft(draft_id)
    if path not in editing.SECTIONS or path in ("header", "provider", "choice"):
        raise errors.Missing
    if request.method == "POST":
        return _post(draft, path)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    return render_template("desk/section.html", **_shown(draft, data, path))


def _post(draft: Draft, path: str) -> ResponseReturnValue:
    over, base = number_in("over"), number_in("base")
    act = request.form.get("act", "save")
    back = url_for("price_lists.section", draft_id=draft.id, path=path)
    before = draft.text if base == draft.saves else drafts.text_of(draft, base)
    base_data = None if before is None else editing.look(before).data
    now_data = editing.look(draft.text).data
    start = base_data or now_data or {}
    if now_data is None or over != draft.saves:
        mine = _done(with_rows(start, start), path, act, Forms.as_sent())
        return conflict(draft, editing.written(mine), base, back)
    rows = with_rows(now_data, base_data or now_data)
    forms = Forms.as_sent()
    data = _done(rows, path, act, forms)
    try:
        kept = store(draft, editing.written(data) if data is not now_data else draft.text, over)
    except drafts.ChangedMeanwhile as late:
        return conflict(late.draft, editing.written(data), base, back)
    if wants_json():
        return autosaved(kept, told(editing.look(kept.text)) if path == "charge" else {})
    if summary(*forms):
        return render_template("desk/section.html", **grid(kept, path, forms)), 422
    if act == "add":
        new = [
            code for code in editing.entries(data, (path,)) if code not in editing.entries(now_data, (path,))
        ]
        if new and path != "charge":
            return to("entry", draft_id=kept.id, path=f"{path}/{new[-1]}")
    if act == "raise":
        problem = raise_prices.problem_with(kept)
        if problem is not None:
            forms.many.refuse(problem, forms.many.percent)
            return render_template("desk/section.html", **grid(kept, "charge", forms)), 422
        return raise_prices.shown_first(kept)
    page = request.form.get("page", "1")
    anchor = f"row-{act.partition(':')[2]}" if ":" in act else None
    return to("section", draft_id=kept.id, path=path, page=page, saved=kept.saves, _anchor=anchor)


def with_rows(data: editing.Data, base: editing.Data) -> editing.Data:
    """Return data with the cells that were changed in comparison with `base`."""
    main = editing.languages(base)[0]
    for code, cells in _cells().items():
        known = (
            {one.name: one.text for one in editing.inputs(base, ("charge", code))}
            if _is_there(base, code)
            else {}
        )
        sent = {}
        for key, text in cells.items():
            name = f"label.{main}" if key == "label" else key
            if name in known:
                sent[name] = text
        if sent and _is_there(data, code):
            data = editing.typed_into(data, ("charge", code), sent, base)
    return data


def told(look: editing.Look) -> dict[str, Any]:
    """Return the errors of the grid that was sent, for its script: "wrong", sentences by the name of the cell."""
    data = look.data or {}
    problems = _by_entry(look.problems)
    wrong: dict[str, list[str]] = {}
    for code, cells in _cells().items():
        entry = editing.get(data, ("charge", code))
        if not isinstance(entry, dict):
            continue
        shown = _grid_row(data, code, entry, problems.get(("charge", code), []))["cells"]
        for key in cells:
            cell = shown.get(key)
            wrong[f"c.{key}.{code}"] = cell.errors if cell else []
    return {"wrong": wrong}


def _is_there(data: editing.Data, code: str) -> bool:
    return isinstance(editing.get(data, ("charge", code)), dict)


def _cells() -> dict[str, dict[str, str]]:
    """Return what was typed into the rows: texts by key, by the code of the charge."""
    found: dict[str, dict[str, str]] = {}
    for name, text in typed("c.").items():
        key, _dot, code = name.partition(".")
        if key in CELLS and code:
            found.setdefault(code, {})[key] = text
    return found


def _done(data: editing.Data, path: str, act: str, forms: Forms) -> editing.Data:
    """Do what the button `act` says and return the data; errors are put at the fields of `forms`."""
    what, _colon, code = act.partition(":")
    own = (path,)
    if what == "add":
        return _added(data, path, forms.adding)
    if what == "paste":
        return _pasted(data, forms.many)
    if code not in editing.entries(data, own):
        return data
    if what == "copy":
        entry = editing.get(data, (*own, code))
        data = editing.add(data, own, editing.free_code(data, own, code), entry, after=code)
    elif what in ("up", "down"):
        data = editing.move(data, own, code, -1 if what == "up" else 1)
    elif what == "remove":
        data = editing.remove(data, own, code)
    return data


def _added(data: editing.Data, path: str, form: AddForm) -> editing.Data:
    label, code = form.label.data, form.code.data
    if not code:
        code = editing.code_from(label) or path
        code = editing.free_code(data, (path,), code)
    problem = bad_code(data, (path,), None, code)
    if problem is not None:
        form.refuse(problem, form.code)
        return data
    main = editing.languages(data)[0]
    field = editing.NAMED_BY.get(path, "label")
    entry = {field: {main: label}} if label and field is not None else {}
    data = editing.add(data, (path,), code, entry)
    if path == "charge":
        cells = {key: form[key].data or "" for key in CELLS if key != "label"}
        data = editing.with_cells(data, code, cells, main)
    return data


def _pasted(data: editing.Data, form: ManyForm) -> editing.Data:
    found = editing.pasted(data, form.rows.data, editing.languages(data)[0])
    said = []
    if found.cut:
        said.append(
            _(
                "A cell begins with a quotation mark and its end is missing. Nothing was added. Copy the rows again."
            )
        )
    elif found.refused:
        said.append(
            _(
                "These rows could not be read and were left out: %(rows)s. A row needs a code of small letters first.",
                rows="; ".join(row.replace("\t", " | ")[:60] for row in found.refused[:5]),
            )
        )
    for typed_price in found.unclear[:5]:
        both = figures.both(typed_price, editing.currency_of(data))
        if both is not None:
            said.append(two_readings(typed_price, both))
    if found.beyond:
        reader = current_reader()
        said.append(
            _(
                "Only the first %(most)s rows were added. The other %(count)s are still here; add them now.",
                most=reader.number(str(editing.MOST_PASTED)),
                count=reader.number(str(len(found.beyond))),
            )
        )
    if said:
        form.rows.fill("\n".join((*found.refused, *found.beyond)))
        form.refuse(" ".join(said), form.rows)
    return found.data


def grid(draft: Draft, path: str, forms: Forms) -> dict[str, Any]:
    """Return the table again, with what was typed beside it and what is wrong with that."""
    shown = _shown(draft, editing.look(draft.text).data or {}, path, forms)
    return {**shown, "errors": summary(*forms)}


def _shown(draft: Draft, data: editing.Data, path: str, forms: Forms | None = None) -> dict[str, Any]:
    adding, many = forms or Forms(AddForm(None), ManyForm(None))
    groups = _groups(data) if path == "charge" else []
    adding.group.choices = groups
    many.which.choices = [
        ("ticked", _("those I have ticked")),
        ("all", _("all charges")),
        *((f"group:{code}", _("group “%(label)s”", label=label)) for code, label in groups),
    ]
    look = editing.look(draft.text)
    entries = editing.entries(data, (path,))
    last = max(1, -(-len(entries) // PAGE))
    page = min(whole_numbers.read(request.values.get("page"), least=1) or 1, last)
    codes = list(entries)[(page - 1) * PAGE : page * PAGE]
    whole = [problem for problem in (*look.problems, *look.warnings) if problem.place == path]
    return {
        "draft": head_of(draft),
        "section": editing.SECTIONS[path],
        "name": path,
        "rows": _rows(draft, data, path, codes),
        "page": page,
        "last": last,
        "count": len(entries),
        "first": next(iter(entries), None),
        "final": next(reversed(list(entries)), None),
        "adding": adding,
        "many": many,
        "whole": problems_in_words(draft, whole),
        "errors": [],
        "saved": request.args.get("saved", "") == str(draft.saves),
        "most_pasted": editing.MOST_PASTED,
    }


def _groups(data: editing.Data) -> list[tuple[str, str]]:
    tags = [current_reader().tag, *editing.languages(data)]
    found = editing.entries(data, ("group",))
    return [(code, editing.entry_label(part, tags) or code) for code, part in found.items()]


def _rows(draft: Draft, data: editing.Data, path: str, codes: list[str]) -> list[dict[str, Any]]:
    look = editing.look(draft.text)
    tags = [current_reader().tag, *editing.languages(data)]
    problems = _by_entry(look.problems)
    warnings = _by_entry(look.warnings)
    rows = []
    for code in codes:
        entry = editing.get(data, (path, code))
        row: dict[str, Any] = {
            "code": code,
            "label": editing.entry_label(entry, tags),
            "address": url_for("price_lists.entry", draft_id=draft.id, path=f"{path}/{code}"),
            "problems": len(problems.get((path, code), ())),
            "warnings": len(warnings.get((path, code), ())),
            "cells": None,
        }
        if path == "charge" and isinstance(entry, dict):
            row |= _grid_row(data, code, entry, problems.get((path, code), []))
        rows.append(row)
    return rows


def _by_entry(problems: Any) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    for problem in problems:
        parts = problem.place.split(".")
        if len(parts) > 1:
            found.setdefault((parts[0], parts[1].partition("[")[0]), []).append(problem)
    return found


def _grid_row(data: editing.Data, code: str, entry: Any, problems: list[Any]) -> dict[str, Any]:
    main = editing.languages(data)[0]
    wanted = {f"label.{main}": "label", "group": "group", "per": "per", "price": "price"}
    cells: dict[str, Any] = {
        wanted[one.name]: field_of(one, data, f"c.{wanted[one.name]}.{code}")
        for one in editing.inputs(data, ("charge", code), problems)
        if one.name in wanted
    }
    other = next(
        (key for key in ("graduated", "volume", "stairstep", "percent", "on_request") if key in entry), None
    )
    if other is not None and "price" not in entry:
        cells["price"] = None
    shown = {one.name: one.text for one in editing.inputs(data, ("charge", code))}
    kind = {
        "graduated": _("Tiers"),
        "volume": _("Tiers"),
        "stairstep": _("Tiers"),
        "percent": _("%(percent)s percent of other charges", percent=shown.get("percent", "")),
        "on_request": _("On request"),
    }.get(other or "", "")
    sentences = [text for cell in cells.values() if cell is not None for text in cell.errors]
    return {
        "cells": cells,
        "price_words": kind,
        "price_lines": shown.get(other or "", ""),
        "sentences": sentences,
    }


@pages.route("/drafts/<whole:draft_id>/add/<path:path>", methods=["GET", "POST"])
def add(draft_id: int, path: str) -> ResponseReturnValue:
    """Ask for the name and code of a new answer to a question, and add it."""
    draft = the_draft(draft_id)
    where = tuple(path.split("/"))
    if editing.section_of((*where, "x")) is None:
        raise errors.Missing
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    form = AddForm()
    if request.method == "POST":
        label = form.label.data
        code = form.code.data or editing.code_from(label)
        problem = bad_code(data, where, None, code)
        if problem is None:
            entry = {"label": {editing.languages(data)[0]: label}} if label else {}
            mine = editing.written(editing.add(data, where, code, entry))
            over = number_in("over")
            try:
                kept = store(draft, mine, over)
            except drafts.ChangedMeanwhile as late:
                return conflict(late.draft, mine, over, request.path)
            return to("entry", draft_id=kept.id, path="/".join((*where, code)))
        form.code.fill(code)
        form.refuse(problem, form.code)
    errors_here = summary(form)
    page = render_template(
        "desk/add.html",
        draft=head_of(draft),
        section=editing.section_of((*where, "x")),
        path=path,
        form=form,
        errors=errors_here,
        back=url_for("price_lists.entry", draft_id=draft.id, path="/".join(where[:-1])),
    )
    return page, 422 if errors_here else 200
