"""Earlier saves of a draft: what each differs in from now, and the way back to it."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from estimator.price_lists import drafts
from estimator.web import clinics_clock, errors
from estimator.web.desk.price_lists.blueprint import (
    conflict,
    head_of,
    number_in,
    pages,
    store,
    the_draft,
    to,
)
from estimator.web.desk.price_lists.comparison import compared
from estimator.web.staff import signed_in


@pages.get("/drafts/<whole:draft_id>/saves")
def saves(draft_id: int) -> ResponseReturnValue:
    """List the saves of a draft that are kept, the newest first."""
    draft = the_draft(draft_id)
    found = drafts.saves_of(draft)
    names = signed_in.names_of(one.saved_by for one in found)
    rows = [
        {
            "number": one.number,
            "who": names[one.saved_by],
            "when": clinics_clock.written(one.saved_at),
            "now": one.number == draft.saves,
        }
        for one in found
    ]
    return render_template("desk/saves.html", draft=head_of(draft), rows=rows, most=drafts.MOST_SAVES)


@pages.get("/drafts/<whole:draft_id>/saves/<whole:number>")
def save(draft_id: int, number: int) -> ResponseReturnValue:
    """Show what has changed since a save."""
    draft = the_draft(draft_id)
    text = drafts.text_of(draft, number)
    if text is None:
        raise errors.Missing
    return render_template(
        "desk/save.html", draft=head_of(draft), number=number, found=compared(text, draft.text)
    )


@pages.post("/drafts/<whole:draft_id>/saves/<whole:number>/back")
def go_back(draft_id: int, number: int) -> ResponseReturnValue:
    """Save a draft as it was at an earlier save; what came after stays among the saves."""
    draft = the_draft(draft_id)
    text = drafts.text_of(draft, number)
    if text is None:
        raise errors.Missing
    over = number_in("over")
    try:
        store(draft, text, over)
    except drafts.ChangedMeanwhile as late:
        return conflict(late.draft, text, over, url_for("price_lists.saves", draft_id=draft_id))
    return to("overview", draft_id=draft_id)
