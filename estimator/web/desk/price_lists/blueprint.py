"""What the pages of price lists share: the blueprint, the draft of an address, and saving it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answered

from estimator import wording
from estimator.i18n import Words
from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.web import errors
from estimator.web.forms import printable
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from pricing import Problem
from pricing.notation import LONGEST_VERSION
from pricing.reading import LONGEST_CODE, LONGEST_TEXT, MOST_WHOLE_DIGITS
from pricing.syntax import MOST_CHARACTERS

Answer = str | Response | Answered | tuple[str | Response, int]

pages = Blueprint("price_lists", __name__, url_prefix="/staff/tables")

PAGE = 100
"""So many entries stand on one page."""

MOST_CHANGES = 200
"""So many entries that differ are shown; the numbers of those behind them are not even counted."""

MOST_LINES_COMPARED = 2_000
"""Of two texts that differ in more lines than these, only the first are compared."""


LIMITS = {
    "list": MOST_CHARACTERS,
    "text": LONGEST_TEXT,
    "digits": MOST_WHOLE_DIGITS,
    "code": LONGEST_CODE,
    "version": LONGEST_VERSION,
}
"""What is stated on the pages, so that nobody finds out by being refused."""


class Gone(Exception):
    """A draft is not there any more, or never was."""


@pages.errorhandler(Gone)
def _gone(_error: Gone) -> Answer:
    return errors.page(
        404,
        _("This draft is not there any more"),
        _("It was published or thrown away meanwhile, perhaps by somebody else."),
        way_out=(url_for("price_lists.index"), _("To the price lists")),
        kept=errors.typed(),
    )


@pages.errorhandler(drafts.TooLong)
def _too_long(_error: drafts.TooLong) -> Answer:
    reader = current_reader()
    return errors.page(
        413,
        _("This price list is too long"),
        _(
            "A price list has at most %(most)s characters. Nothing was saved, and what was there before is unchanged. "
            "Split the list in two.",
            most=reader.number(str(MOST_CHARACTERS)),
        ),
        way_out=(url_for("price_lists.index"), _("To the price lists")),
        kept=errors.typed(),
    )


@pages.context_processor
def _limits() -> dict[str, Any]:
    """Let a page state the limits of what is typed into it."""
    reader = current_reader()
    return {"limits": {name: reader.number(str(most)) for name, most in LIMITS.items()}}


def the_draft(draft_id: int) -> Draft:
    """Return the draft of an address; raises Gone."""
    try:
        return drafts.find(draft_id)
    except drafts.UnknownDraft:
        raise Gone from None


def number_in(name: str) -> int:
    """Return a whole number that a form of ours sent, 0 for anything else."""
    sent = request.form.get(name, "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else 0


def typed(prefix: str = "f.") -> dict[str, str]:
    """Return what was typed into the fields whose names begin with a prefix, without it."""
    return {
        name.removeprefix(prefix): printable(text).replace("\r\n", "\n")
        for name, text in request.form.items()
        if name.startswith(prefix)
    }


def store(draft: Draft, text: str, over: int, examples: str | None = None) -> Draft:
    """Save a draft and commit; raises drafts.ChangedMeanwhile, Gone, drafts.TooLong."""
    try:
        with committing():
            return drafts.save(act(), draft.id, text, over=over, examples=examples)
    except drafts.UnknownDraft:
        raise Gone from None


def wants_json() -> bool:
    """Whether this was sent by the script that saves by itself."""
    return request.form.get("act") == "autosave"


def autosaved(draft: Draft, told: Mapping[str, Any]) -> Answer:
    """Tell the script that saves by itself which save it was, and what is wrong on its page."""
    look = editing.look(draft.text)
    problems = len(look.problems)
    said = _("Saved.") if not problems else _("Saved. Problems in this draft: %(count)s.", count=problems)
    return jsonify({"saves": draft.saves, "said": said, **told})


def conflict(theirs: Draft, mine: str, base: int, back: str) -> Answer:
    """Show two people's changes of the same draft beside each other; what was typed is in the page."""
    if wants_json():
        said = _(
            "%(who)s has saved this draft meanwhile. Press Save to see both versions; nothing is lost.",
            who=signed_in.name_of(theirs.changed_by),
        )
        return jsonify({"said": said, "conflict": True}), 409
    before = drafts.text_of(theirs, base)
    resend = [
        (name, printable(text))
        for name, text in request.form.items(multi=True)
        if name not in ("csrf_token", "over", "base", "act")
    ]
    page = render_template(
        "desk/conflict.html",
        draft=head_of(theirs),
        theirs=compared(before, theirs.text),
        mine=compared(before, mine) if before is not None else None,
        between=compared(theirs.text, mine),
        who=signed_in.name_of(theirs.changed_by),
        resend=resend,
        over=theirs.saves,
        base=base,
        act=request.form.get("act", "save"),
        back=back,
        address=request.path,
    )
    return page, 409


def compared(before: str | None, after: str) -> dict[str, Any]:
    """Return what differs between two texts: in words if both are TOML, else line by line."""
    if before is None:
        return {"changes": None, "lines": [], "same": False}
    old, new = editing.look(before).data, editing.look(after).data
    if old is not None and new is not None:
        changes = changes_in_words(editing.differences(old, new, MOST_CHANGES + 1))
        if changes or before == after:
            more = len(changes) > MOST_CHANGES
            return {"changes": changes[:MOST_CHANGES], "lines": [], "same": not changes, "more": more}
    lines = _lines(before, after)
    return {"changes": None, "lines": lines, "same": not lines}


def changes_in_words(changes: Sequence[editing.EntryChange]) -> list[dict[str, Any]]:
    """Return differences as rows of a page."""
    return [
        {
            "section": change.section.one if change.change != "order" else change.section.many,
            "code": "" if change.path in (("header",), ("provider",)) else change.path[-1],
            "label": change.label,
            "change": change.change,
            "fields": change.fields,
        }
        for change in changes
    ]


def _lines(before: str, after: str) -> list[tuple[str, str]]:
    old, new = before.splitlines(), after.splitlines()
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    left = old[start : len(old) - end][:MOST_LINES_COMPARED]
    right = new[start : len(new) - end][:MOST_LINES_COMPARED]
    return [
        (line[0], line[1:])
        for line in difflib.unified_diff(left, right, n=1, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]


def head_of(draft: Draft) -> dict[str, Any]:
    """Return what the head of every page of a draft shows."""
    look = editing.look(draft.text)
    data = look.data or {}
    version = data.get("version")
    return {
        "id": draft.id,
        "slug": draft.slug,
        "version": version if isinstance(version, str) else "",
        "problems": len(look.problems),
        "warnings": len(look.warnings),
        "broken": look.data is None,
        "comments": look.data is not None and editing.has_comments(draft.text),
        "saves": draft.saves,
        "changed_by": signed_in.name_of(draft.changed_by),
        "changed_at": current_reader().clock(draft.changed_at, "UTC"),
        "proposed": draft.proposed_by is not None and draft.proposed_save == draft.saves,
        "may_edit": signed_in.may("tables.edit"),
        "may_approve": signed_in.may("tables.approve"),
    }


def sentence(problem: Problem) -> str:
    """Say what is wrong in the reader's language."""
    return wording.problem_sentence(problem, current_reader())


def address_of(draft: Draft, problem: Problem) -> str:
    """Return the address of the field in which a problem stands."""
    path, field = _split(problem.place)
    if editing.look(draft.text).data is None:
        return url_for("price_lists.text", draft_id=draft.id)
    if path is None:
        section = problem.place if problem.place in editing.SECTIONS else None
        if section is None:
            return url_for("price_lists.text", draft_id=draft.id)
        return url_for("price_lists.section", draft_id=draft.id, path=section)
    anchor = f"f.{field}" if field else None
    return url_for("price_lists.entry", draft_id=draft.id, path="/".join(path), _anchor=anchor)


def _split(place: str) -> tuple[editing.Path | None, str]:
    """Return the entry that a place stands in, and the rest."""
    if '"' in place:
        return None, ""
    plain = [part.partition("[")[0] for part in place.split(".")]
    if plain[0] == "provider":
        return ("provider",), ".".join(plain[1:])
    if plain[0] in editing.SECTIONS and plain[0] not in ("header", "choice"):
        if len(plain) == 1:
            return None, ""
        deep = 4 if plain[0] == "driver" and len(plain) >= 4 and plain[2] == "choice" else 2
        return tuple(plain[:deep]), ".".join(plain[deep:])
    return (("header",), ".".join(plain)) if plain[0] else (None, "")


def problems_in_words(
    draft: Draft, problems: Sequence[Problem], most: int | None = None
) -> list[dict[str, Any]]:
    """Return problems as rows of a page, with the address of each."""
    return [
        {"sentence": sentence(one), "place": one.place, "line": one.line, "address": address_of(draft, one)}
        for one in problems[:most]
    ]


def entry_words(data: editing.Data, section: str, code: str) -> str:
    """Return what an entry is called."""
    return editing.entry_label(editing.get(data, (section, code)), editing.languages(data))


def words(texts: Mapping[str, str], main: str) -> Words:
    """Return a text of a list in the reader's language, marked if it is in another one."""
    return current_reader().words(texts, main)


def to(endpoint: str, **values: Any) -> Answer:
    """Go on to another page of price lists after something was done."""
    return redirect(url_for(f"price_lists.{endpoint}", **values), code=303)
