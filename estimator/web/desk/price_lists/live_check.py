"""What would be wrong with a draft if what was typed into a form were saved; nothing is saved by it."""

from __future__ import annotations

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from estimator.i18n import gettext as _
from estimator.price_lists import editing
from estimator.web.desk.price_lists import entry, grid_cells, text
from estimator.web.desk.price_lists.blueprint import data_at, number_in, pages, the_draft
from estimator.web.desk.price_lists.problems import warnings_of
from estimator.web.forms import printable

LONGEST = 300_000
"""Maximum length of a list that is checked while somebody types; a longer one only when saved."""


@pages.post("/drafts/<whole:draft_id>/check")
def check(draft_id: int) -> ResponseReturnValue:
    """Return JSON for the script of a page: what is wrong at its controls, or in the lines of its text.

    The form of the page is sent as it would be saved, with `of`: "text", "section/charge", "entry/charge/ward".
    """
    draft = the_draft(draft_id)
    kind, _slash, path = request.form.get("of", "").partition("/")
    sent = request.form.get("text", "")
    if len(sent if kind == "text" else draft.text) > LONGEST:
        return jsonify(
            {"said": _("This list is so long that it is looked at when it is saved."), "stop": True}
        )
    typed = printable(sent).replace("\r\n", "\n")
    if kind == "text":
        look = editing.look(typed)
        return jsonify({"said": _said(look), **text.told(typed, look)})
    base = number_in("base")
    now_data = editing.look(draft.text).data
    base_data = data_at(draft, base)
    where = tuple(path.split("/"))
    if now_data is None:
        return jsonify({"said": ""})
    if kind == "entry" and editing.section_of(where) is not None:
        look = editing.look(editing.written(entry.applied(now_data, base_data, where)))
        return jsonify({"said": _said(look), **entry.told(look, where)})
    if kind == "section" and path == "charge":
        look = editing.look(editing.written(grid_cells.with_rows(now_data, base_data or now_data)))
        return jsonify({"said": _said(look), **grid_cells.told_of(draft, look)})
    raise NotFound


def _said(look: editing.Look) -> str:
    if look.problems:
        return _("Not saved yet. Problems: %(count)s.", count=len(look.problems))
    warnings = warnings_of(look)
    if warnings:
        return _("Not saved yet. No problems; warnings: %(count)s.", count=len(warnings))
    return _("Not saved yet. No problems.")
