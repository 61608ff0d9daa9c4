"""What the buttons of a section do to its entries: add, paste, copy, move, remove."""

from __future__ import annotations

from typing import Any

from estimator import figures
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.price_lists import editing
from estimator.web.desk.price_lists.entry import bad_code
from estimator.web.desk.price_lists.grid import beside, words_of
from estimator.web.fields import ChoiceField, TextField, WholeTextField
from estimator.web.forms import Form
from estimator.web.language import current_reader
from estimator.web.typed_figures import two_readings


class AddForm(Form):
    """A new entry: its name and code, and of a charge what stands in its row. Its names begin with "new."."""

    label = TextField(lazy_gettext("Name"), id="new-label", render_kw={"spellcheck": False})
    group = ChoiceField(lazy_gettext("Group"), id="new-group", optional=True, refusal="")
    per = ChoiceField(lazy_gettext("For each"), id="new-per", optional=True, refusal="")
    price = TextField(lazy_gettext("Price"), id="new-price", render_kw={"class": "figure", "dir": "ltr"})
    code = TextField(lazy_gettext("Code (may stay empty)"), id="new-code", render_kw={"dir": "ltr"})

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments, prefix="new.")


class PasteForm(Form):
    """Rows of a spreadsheet."""

    rows = WholeTextField(lazy_gettext("Rows"), render_kw={"spellcheck": False})


def added(data: editing.Data, path: str, form: AddForm) -> editing.Data:
    """Return data with a new entry; what is wrong with its code is put at the field."""
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
        cells = {key: form[key].data or "" for key in editing.CELLS if key != "label"}
        data = editing.with_cells(data, code, cells, main)
    return data


def pasted(data: editing.Data, form: PasteForm) -> editing.Data:
    """Return data with pasted rows; what could not be read stays in the field, with what is wrong with it."""
    found = editing.pasted(data, form.rows.data, editing.languages(data)[0], words_of(data))
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


def arranged(data: editing.Data, path: str, what: str, code: str) -> editing.Data:
    """Return data with one entry copied, moved or removed; what is not there stays away."""
    own = (path,)
    if code not in editing.entries(data, own):
        return data
    if what == "copy":
        entry = editing.get(data, (*own, code))
        return editing.add(data, own, editing.free_code(data, own, code), entry, after=code)
    if what in ("up", "down"):
        by = -1 if what == "up" else 1
        return editing.move(data, own, code, beside(data, code, by) if path == "charge" else by)
    return editing.remove(data, own, code) if what == "remove" else data
