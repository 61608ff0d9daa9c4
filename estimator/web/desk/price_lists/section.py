"""The entries of a section in a table: charges as a grid with their prices, the others by name."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.web import errors, whole_numbers
from estimator.web.desk.price_lists import acts, raise_prices
from estimator.web.desk.price_lists import grid as grids
from estimator.web.desk.price_lists.blueprint import (
    PAGE,
    autosaved,
    conflict,
    data_at,
    head_of,
    number_in,
    pages,
    store,
    the_draft,
    to,
    wants_json,
)
from estimator.web.desk.price_lists.entry import bad_code
from estimator.web.desk.price_lists.grid_cells import Lists, told_of, with_rows
from estimator.web.desk.price_lists.labels import tags_of
from estimator.web.desk.price_lists.problems import by_entry, problems_in_words, warnings_of
from estimator.web.desk.price_lists.repeated import CHANGES_PRICES, still_said
from estimator.web.desk.price_lists.undo import undo_of, undone
from estimator.web.forms import printable, summary

LONGEST_SEARCH = 200
"""Maximum number of characters that are searched for."""


class Forms(NamedTuple):
    """The forms beside a table; what is wrong with what was typed stands in them."""

    adding: acts.AddForm
    pasting: acts.PasteForm
    raising: raise_prices.RaiseForm

    @classmethod
    def as_sent(cls, data: editing.Data) -> Forms:
        """Return them as they were sent."""
        return cls(acts.AddForm(), acts.PasteForm(), raise_prices.RaiseForm(data))

    @classmethod
    def empty(cls, data: editing.Data) -> Forms:
        """Return them with nothing in them."""
        return cls(acts.AddForm(None), acts.PasteForm(None), raise_prices.RaiseForm(data, None))


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
    base_data = data_at(draft, base)
    now_data = editing.look(draft.text).data
    if act == "back" and now_data is not None:
        # From the page of new prices: nothing is saved, and what was ticked is still ticked.
        sent = Forms.empty(now_data)._replace(raising=raise_prices.RaiseForm(now_data))
        return render_template("desk/section.html", **_shown(draft, now_data, path, sent))
    start = base_data or now_data or {}
    if now_data is None or over != draft.saves:
        mine = _done(draft, with_rows(start, start), path, act, Forms.as_sent(start))
        return conflict(draft, editing.written(mine), base, back)
    forms = Forms.as_sent(now_data)
    typed_in = with_rows(now_data, base_data or now_data)
    kept = draft
    try:
        if act.startswith("remove:") and typed_in is not now_data:
            # A save of its own, so that the one before the removal has what was typed.
            kept = store(draft, editing.written(typed_in), over)
        data = _done(draft, typed_in, path, act, forms)
        if data is not now_data:
            kept = store(kept, editing.written(data), kept.saves)
    except drafts.ChangedMeanwhile as late:
        return conflict(late.draft, editing.written(_done(draft, typed_in, path, act, forms)), base, back)
    if wants_json():
        return autosaved(kept, told_of(kept, editing.look(kept.text)) if path == "charge" else {})
    if summary(forms.adding, forms.pasting):
        return render_template("desk/section.html", **again(kept, path, forms)), 422
    if act == "add":
        new = [
            code for code in editing.entries(data, (path,)) if code not in editing.entries(now_data, (path,))
        ]
        if new and path != "charge":
            return to("entry", draft_id=kept.id, path=f"{path}/{new[-1]}", fresh=kept.saves)
    if act == "publish":
        return to("publish", draft_id=kept.id)
    if act == "raise":
        return _raise(kept, forms, has_saved=kept.saves != over)
    return _back(kept, path, act, _changed_row(now_data, data))


def _raise(kept: Draft, forms: Forms, *, has_saved: bool) -> ResponseReturnValue:
    forms = forms._replace(raising=raise_prices.RaiseForm(editing.look(kept.text).data or {}))
    found = raise_prices.show_first(kept, forms.raising, has_saved=has_saved)
    if not isinstance(found, str):
        return found
    if found:
        forms.raising.refuse(found, forms.raising.by)
    return render_template("desk/section.html", **again(kept, "charge", forms)), 422


def _back(kept: Draft, path: str, act: str, changed: str | None) -> ResponseReturnValue:
    """Lead back to where somebody was: the row of the button, else the last one that was changed."""
    what, _colon, code = act.partition(":")
    asked: dict[str, Any] = {
        "page": whole_numbers.read(request.form.get("page"), least=2),
        "q": request.form.get("q", "")[:LONGEST_SEARCH] or None,
        "show": request.form.get("show") or None,
        "saved": kept.saves,
    }
    row = code if what in ("copy", "up", "down") else changed
    if what == "remove":
        asked |= {"removed": code, "undo": kept.saves - 1}
    elif what == "undo":
        row = code.partition(":")[2]
    anchor = "charges" if what == "find" else f"row-{row}" if row else None
    return to("section", draft_id=kept.id, path=path, _anchor=anchor, **asked)


def _changed_row(before: editing.Data, after: editing.Data) -> str | None:
    """The last charge of which a cell was changed."""
    old = editing.entries(before, ("charge",))
    new = editing.entries(after, ("charge",))
    return next((code for code in reversed(list(new)) if code in old and new[code] != old[code]), None)


def _done(draft: Draft, data: editing.Data, path: str, act: str, forms: Forms) -> editing.Data:
    """Do what the button `act` says and return the data; errors are put at the fields of `forms`."""
    what, _colon, code = act.partition(":")
    if what == "add":
        return acts.added(data, path, forms.adding)
    if what == "paste":
        return acts.pasted(data, forms.pasting)
    if what == "undo":
        save, _colon, code = code.partition(":")
        return undone(draft, data, (path,), save, code)
    return acts.arranged(data, path, what, code)


def again(draft: Draft, path: str, forms: Forms) -> dict[str, Any]:
    """Return the table again, with what was typed beside it, what is wrong with that, and what was ticked."""
    shown = _shown(draft, editing.look(draft.text).data or {}, path, forms)
    return {**shown, "errors": summary(*forms)}


def _shown(draft: Draft, data: editing.Data, path: str, forms: Forms | None = None) -> dict[str, Any]:
    look = editing.look(draft.text)
    forms = forms or Forms.empty(data)
    whole = [problem for problem in (*look.problems, *warnings_of(look)) if problem.place == path]
    shown: dict[str, Any] = {
        "draft": head_of(draft),
        "section": editing.SECTIONS[path],
        "name": path,
        "adding": forms.adding,
        "pasting": forms.pasting,
        "raising": forms.raising,
        "whole": problems_in_words(draft, whole),
        "errors": [],
        "saved": request.args.get("saved", "") == str(draft.saves),
        "undo": undo_of(draft, data, (path,)),
        "still_said": still_said(draft) if path in CHANGES_PRICES else [],
        "most_pasted": editing.MOST_PASTED,
    }
    page = whole_numbers.read(request.values.get("page"), least=1) or 1
    return shown | (
        _charges(draft, data, page, forms) if path == "charge" else _entries(draft, data, path, page)
    )


def _charges(draft: Draft, data: editing.Data, page: int, forms: Forms) -> dict[str, Any]:
    lists = Lists(data)
    forms.adding.group.choices = [("", "–"), *lists.groups]
    forms.adding.per.choices = lists.factors
    ticked = raise_prices.ticked()
    sought = printable(request.values.get("q", ""))[:LONGEST_SEARCH].strip()
    showing = {
        "": _("all charges"),
        "wrong": _("with problems"),
        "warned": _("with warnings"),
        "changed": _("with changed prices"),
        "without": _("without a price"),
    }
    show = request.values.get("show", "")
    show = show if show in showing else ""
    found = grids.grid(draft, data, page=page, ticked=ticked, sought=sought, show=show)
    own = [
        row
        for block in found.blocks
        for row in block["rows"]
        if ticked.every or block["ticked"] or row["ticked"]
    ]
    is_saved = request.method == "GET" and request.args.get("saved", "") == str(draft.saves)
    return {
        **found._asdict(),
        "changed": raise_prices.saved_prices(draft, data) if is_saved else None,
        "count": found.charges,
        "every": ticked.every,
        "ticked_count": len(own),
        "outside": [row["label"] or row["code"] for row in own if row["hidden"]],
        "sought": sought,
        "show": show,
        "showing": list(showing.items()),
        "main": grids.main_language(data),
        "first_here": _first_here(draft, found),
    }


def _first_here(draft: Draft, found: grids.Grid) -> str | None:
    """The row with the first problem of the draft, if it is on this page."""
    problems = editing.look(draft.text).problems
    place = problems[0].place.split(".") if problems else []
    shown = {row["code"] for block in found.blocks for row in block["rows"]}
    return f"#row-{place[1]}" if place[:1] == ["charge"] and len(place) > 1 and place[1] in shown else None


def _entries(draft: Draft, data: editing.Data, path: str, page: int) -> dict[str, Any]:
    look = editing.look(draft.text)
    tags = tags_of(data)
    problems, warnings = by_entry(look.problems), by_entry(warnings_of(look))
    codes = list(editing.entries(data, (path,)))
    last = max(1, -(-len(codes) // PAGE))
    page = min(page, last)
    rows = [
        {
            "code": code,
            "label": editing.entry_label(editing.get(data, (path, code)), tags),
            "address": url_for("price_lists.entry", draft_id=draft.id, path=f"{path}/{code}"),
            "problems": len(problems.get((path, code), ())),
            "warnings": len(warnings.get((path, code), ())),
            "is_first": code == codes[0],
            "is_last": code == codes[-1],
        }
        for code in codes[(page - 1) * PAGE : page * PAGE]
    ]
    return {"rows": rows, "page": page, "last": last, "count": len(codes)}


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
    form = acts.AddForm()
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
            return to("entry", draft_id=kept.id, path="/".join((*where, code)), fresh=kept.saves)
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
