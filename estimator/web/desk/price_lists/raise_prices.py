"""Many prices at once: what a percentage would make of them, and then that."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import figures
from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.web.desk.price_lists.blueprint import (
    PAGE,
    conflict,
    head_of,
    number_in,
    pages,
    store,
    the_draft,
    to,
)
from estimator.web.language import current_reader
from estimator.web.typed_figures import two_readings
from pricing.money import plain


@pages.post("/drafts/<whole:draft_id>/raise")
def raise_prices(draft_id: int) -> ResponseReturnValue:
    """Change the prices that were shown, by the percentage that was shown."""
    draft = the_draft(draft_id)
    over = number_in("over")
    data = editing.look(draft.text).data
    back = url_for("price_lists.section", draft_id=draft.id, path="charge")
    changes = None if data is None else _changes(data)
    if data is None or over != draft.saves or changes is None:
        mine = (
            draft.text if data is None or not changes else editing.written(editing.with_prices(data, changes))
        )
        return (
            conflict(draft, mine, over, back)
            if over != draft.saves
            else to("section", draft_id=draft.id, path="charge")
        )
    try:
        kept = store(draft, editing.written(editing.with_prices(data, changes)), over)
    except drafts.ChangedMeanwhile as late:
        return conflict(late.draft, draft.text, over, back)
    return to("section", draft_id=kept.id, path="charge", saved=kept.saves)


def _changes(data: editing.Data) -> list[editing.Raised] | None:
    percent = editing.percent_of(request.form.get("percent", ""))
    by = editing.rounder(data)
    return None if percent is None or by is None else editing.raised(data, _chosen(data), percent, by)


def _chosen(data: editing.Data) -> list[str]:
    """The charges that were meant: those ticked, those of a group, or all."""
    which = request.form.get("which", "ticked")
    entries = editing.entries(data, ("charge",))
    if which == "all":
        return list(entries)
    if which.startswith("group:"):
        group = which.removeprefix("group:")
        return [
            code for code, part in entries.items() if isinstance(part, dict) and part.get("group") == group
        ]
    ticked = set(request.form.getlist("tick"))
    return [code for code in entries if code in ticked]


def problem_with(draft: Draft) -> str | None:
    """Return the reason why no price can be changed with the sent percentage and charges; None if some can."""
    data = editing.look(draft.text).data or {}
    changes = _changes(data)
    if changes is None and editing.rounder(data) is None:
        return _("The currency or the rounding in “About the list” is wrong. Fix it first.")
    if changes is None:
        typed = request.form.get("percent", "")
        both = figures.both(typed, percent=True)
        if both is not None:
            return two_readings(typed, both)
        return _("Enter by how many percent, for example 4 or -2.5.")
    if not _chosen(data):
        return _("Tick the charges whose prices change, or choose a group or all charges.")
    if not changes:
        return _("None of these charges has a price of its own that could change.")
    return None


def shown_first(draft: Draft) -> ResponseReturnValue:
    """Show what prices would become; nothing has changed yet."""
    data = editing.look(draft.text).data or {}
    changes = _changes(data) or []
    chosen = _chosen(data)
    tags = [current_reader().tag, *editing.languages(data)]
    rows = [
        {
            "label": editing.entry_label(editing.get(data, ("charge", change.code)), tags) or change.code,
            "what": _what(change.path),
            "old": plain(change.old),
            "new": plain(change.new),
            "same": change.old == change.new,
        }
        for change in changes[: PAGE * 2]
    ]
    return render_template(
        "desk/raise.html",
        draft=head_of(draft),
        rows=rows,
        more=max(0, len(changes) - len(rows)),
        count=len({change.code for change in changes}),
        same=len([change for change in changes if change.old == change.new]),
        percent=request.form.get("percent", "").strip(),
        which=request.form.get("which", "ticked"),
        ticked=chosen if request.form.get("which", "ticked") == "ticked" else [],
        currency=str(data.get("currency")),
        left_out=len(set(chosen)) - len({change.code for change in changes}),
        page=request.form.get("page", "1"),
    )


def _what(path: tuple[str | int, ...]) -> str:
    """Which amount of a charge: the tier's number, flat, low, likely, high."""
    words = {"low": _("low"), "likely": _("likely"), "high": _("high"), "flat": _("flat")}
    parts = [
        _("tier %(number)s", number=step + 1) if isinstance(step, int) else words.get(step) for step in path
    ]
    return ", ".join(part for part in parts if part)
