"""A draft as a whole text, with its problems at their lines."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.web.desk.price_lists.blueprint import (
    autosaved,
    conflict,
    head_of,
    number_in,
    pages,
    store,
    the_draft,
    to,
    wants_json,
)
from estimator.web.desk.price_lists.problems import sentence, warnings_of
from estimator.web.fields import WholeTextField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from pricing.places import around, lines_of
from pricing.syntax import MOST_CHARACTERS

MOST_SHOWN = 100
"""Maximum number of problems shown with the lines around them."""

AROUND = 2
"""Number of lines shown before and after the line of a problem."""


class TextForm(Form):
    """A whole list as text."""

    text = WholeTextField(lazy_gettext("Text"))


@pages.route("/drafts/<whole:draft_id>/text", methods=["GET", "POST"])
def text(draft_id: int) -> ResponseReturnValue:
    """Show a draft as text, or save what was typed."""
    draft = the_draft(draft_id)
    if request.method != "POST":
        return _page(draft, TextForm(data={"text": draft.text}))
    over, base = number_in("over"), number_in("base")
    form = TextForm()
    typed = form.text.data
    if len(typed) > MOST_CHARACTERS:
        return _too_long(draft, form)
    back = url_for("price_lists.text", draft_id=draft.id)
    if over != draft.saves:
        return conflict(draft, typed, base, back)
    if typed.rstrip("\n") == draft.text.rstrip("\n"):
        typed = draft.text  # a browser drops the empty line at the beginning or adds one at the end
    try:
        kept = store(draft, typed, over)
    except drafts.ChangedMeanwhile as late:
        return conflict(late.draft, typed, base, back)
    if wants_json():
        return autosaved(kept, told(kept.text, editing.look(kept.text)))
    return to("text", draft_id=kept.id, saved=kept.saves)


def _too_long(draft: Draft, form: TextForm) -> ResponseReturnValue:
    reader = current_reader()
    problem = _(
        "This text has %(length)s characters; a price list has at most %(most)s. Nothing was saved. "
        "Split the list in two.",
        length=reader.number(str(len(form.text.data))),
        most=reader.number(str(MOST_CHARACTERS)),
    )
    return _page(draft, form.refuse(problem, form.text)), 413


def _page(draft: Draft, form: TextForm) -> str:
    problems = summary(form)
    look = editing.look(draft.text)
    return render_template(
        "desk/text.html",
        draft=head_of(draft),
        form=form,
        problems=[] if problems else _lines(draft.text, look.problems),
        warnings=[] if problems else _lines(draft.text, warnings_of(look)),
        more=max(0, len(look.problems) - MOST_SHOWN),
        errors=problems,
        saved=request.args.get("saved", "") == str(draft.saves),
    )


def told(text: str, look: editing.Look) -> dict[str, Any]:
    """Return "found" for the script of the page: line, sentence, place and "wrong" of each problem or warning."""
    found = [(row, True) for row in _lines(text, look.problems)]
    found += [(row, False) for row in _lines(text, warnings_of(look))]
    return {
        "found": [
            {
                "line": row["at"],
                "where": "" if row["at"] is None else _("Line %(number)s", number=row["at"]),
                "sentence": row["sentence"],
                "place": row["place"],
                "wrong": wrong,
            }
            for row, wrong in found[:MOST_SHOWN]
        ]
    }


def _lines(text: str, problems: Any) -> list[dict[str, Any]]:
    """Return rows of the page, one for each problem, with the lines of text around it."""
    lines = text.split("\n")
    known = lines_of(text) if any(one.line is None for one in problems) else {}
    rows = []
    for one in problems[:MOST_SHOWN]:
        near, place = [], one.place
        while one.line is None and place and place not in known:
            place = around(place)
        line_number = one.line or known.get(place)
        if line_number is not None:
            start, end = max(0, line_number - 1 - AROUND), line_number + AROUND
            near = [
                {"number": number, "text": line[:300], "here": number == line_number}
                for number, line in enumerate(lines[start:end], start=start + 1)
            ]
        rows.append(
            {
                "sentence": sentence(one),
                "place": one.place,
                "line": one.line,
                "at": line_number,
                "near": near,
            }
        )
    return rows
