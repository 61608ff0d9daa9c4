"""A first list, step by step: ready questions, charges for them, notices. The draft is what was done so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.web import errors
from estimator.web.desk.price_lists.blueprint import conflict, head_of, number_in, pages, store, the_draft, to
from estimator.web.desk.price_lists.first_steps import way
from estimator.web.desk.price_lists.guide_charges import Charges
from estimator.web.desk.price_lists.guide_notices import Notices
from estimator.web.desk.price_lists.guide_questions import Questions
from estimator.web.desk.price_lists.guide_step import Step
from estimator.web.forms import summary

STEPS: Mapping[str, Callable[[editing.Data], Step]] = {
    "questions": Questions,
    "charges": Charges,
    "notices": Notices,
}
"""The steps in their order."""


@pages.route("/drafts/<whole:draft_id>/guide/<step>", methods=["GET", "POST"])
def guide(draft_id: int, step: str) -> ResponseReturnValue:
    """Show one step of a first list, or take what was chosen there and go on to the next."""
    draft = the_draft(draft_id)
    if step not in STEPS:
        raise errors.Missing
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    made = STEPS[step](data)
    if not made.form.is_submitted():
        return _page(draft, data, step, made)
    changed = made.taken(data)
    if changed is None:
        return _page(draft, data, step, made), 422
    over, base = number_in("over"), number_in("base")
    mine = draft.text if changed == data else editing.written(changed)
    if over != draft.saves:
        return conflict(draft, mine, base, url_for("price_lists.guide", draft_id=draft.id, step=step))
    try:
        kept = store(draft, mine, over)
    except drafts.ChangedMeanwhile as late:
        return conflict(late.draft, mine, base, url_for("price_lists.guide", draft_id=draft.id, step=step))
    after = list(STEPS)[list(STEPS).index(step) + 1 :]
    return to("guide", draft_id=kept.id, step=after[0]) if after else to("try_it", draft_id=kept.id)


def _page(draft: Draft, data: editing.Data, step: str, made: Step) -> str:
    return render_template(
        f"desk/guide_{step}.html",
        draft=head_of(draft),
        step=step,
        steps=way(draft.id, data),
        made=made,
        errors=summary(made.form),
        **made.shown(draft, data),
    )
