"""A draft at a glance: its sections, what is wrong, who saved it last; throw it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import drafts, editing, obstacles
from estimator.web import clinics_clock
from estimator.web.desk.price_lists.blueprint import Gone, head_of, number_in, pages, the_draft, to
from estimator.web.desk.price_lists.first_steps import steps_of
from estimator.web.desk.price_lists.problems import problems_in_words
from estimator.web.forms import Line
from estimator.web.request_context import now
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from pricing import Problem

MOST_SHOWN = 50
"""Maximum number of problems, and of warnings, listed on the page; the others are shown beside their fields."""


@pages.get("/drafts/<whole:draft_id>")
def overview(draft_id: int) -> ResponseReturnValue:
    """Show the sections of a draft with the numbers of their entries, problems and warnings."""
    draft = the_draft(draft_id)
    look = editing.look(draft.text)
    found = drafts.check(draft, now())
    return render_template(
        "desk/overview.html",
        draft=head_of(draft),
        sections=_sections(draft, look, [*found.blocking, *found.warnings]),
        problems=problems_in_words(draft, look.problems, MOST_SHOWN),
        blocking=problems_in_words(draft, found.blocking, MOST_SHOWN),
        blocked=len(found.blocking),
        acceptable=len(found.warnings),
        more_blocking=max(0, len(found.blocking) - MOST_SHOWN),
        warnings=problems_in_words(draft, found.warnings, MOST_SHOWN),
        more_problems=max(0, len(look.problems) - MOST_SHOWN),
        more_warnings=max(0, len(found.warnings) - MOST_SHOWN),
        obstacles=[obstacles.sentence(one) for one in found.obstacles],
        steps=steps_of(draft, look.data) if signed_in.may("tables.edit") else [],
        begun_by=signed_in.name_of(draft.created_by),
    )


@pages.get("/drafts/<whole:draft_id>/text.toml")
def draft_text(draft_id: int) -> ResponseReturnValue:
    """Send the text of a draft as a file."""
    draft = the_draft(draft_id)
    answer = Response(draft.text, mimetype="application/toml")
    answer.headers["Content-Disposition"] = f'attachment; filename="draft-{draft.id}.toml"'
    return answer


@pages.route("/drafts/<whole:draft_id>/discard", methods=["GET", "POST"])
def discard(draft_id: int) -> ResponseReturnValue:
    """Ask whether a draft is to be thrown away, and do it."""
    draft = the_draft(draft_id)
    if request.method != "POST":
        return _ask_to_discard(draft)
    try:
        with committing():
            drafts.throw_away(act(), draft, over=number_in("over"))
    except drafts.ChangedMeanwhile:
        theirs = the_draft(draft_id)
        sentence = _(
            "%(who)s has saved this draft meanwhile (%(when)s). Nothing was discarded. Look at the draft as it is now.",
            who=signed_in.name_of(theirs.changed_by),
            when=clinics_clock.written(theirs.changed_at),
        )
        return _ask_to_discard(theirs, [Line(None, sentence)]), 409
    except drafts.UnknownDraft:
        raise Gone from None
    return to("index")


def _ask_to_discard(draft: Draft, errors: Sequence[Line] = ()) -> str:
    """Show the question, which is about the last save of the draft."""
    return render_template(
        "desk/confirm.html",
        errors=errors,
        heading=_("Discard this draft?"),
        sentences=[
            _("The draft and its earlier saves are removed and cannot be brought back."),
            _("Published versions stay as they are."),
        ],
        button=_("Discard it"),
        back=url_for("price_lists.overview", draft_id=draft.id),
        hidden={"over": draft.saves},
    )


class SectionRow(TypedDict):
    """One section of a list; `count` is None for one that is a single entry."""

    label: str
    about: str
    count: int | None
    problems: int
    warnings: int
    address: str


def _sections(draft: Draft, look: editing.Look, warnings: Sequence[Problem]) -> list[SectionRow]:
    rows: list[SectionRow] = []
    if look.data is None:
        return rows
    for name, section in editing.SECTIONS.items():
        if name == "choice":
            continue
        alone = name in ("header", "provider")
        endpoint = "price_lists.entry" if alone else "price_lists.section"
        rows.append(
            {
                "label": section.many,
                "about": section.about,
                "count": None if alone else len(editing.entries(look.data, (name,))),
                "problems": _count(look.problems, name),
                "warnings": _count(warnings, name),
                "address": url_for(endpoint, draft_id=draft.id, path=name),
            }
        )
    return rows


def _count(problems: Any, name: str) -> int:
    if name == "header":
        others = [other for other in editing.SECTIONS if other not in ("header", "choice")]
        return len(problems) - sum(len(editing.below(problems, other)) for other in others)
    return len(editing.below(problems, name))
