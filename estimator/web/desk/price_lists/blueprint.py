"""What every page of price lists needs: the blueprint, the draft of an address, what can go wrong, and saving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from estimator.db import db
from estimator.i18n import gettext as _
from estimator.models import Draft, TableVersion
from estimator.price_lists import approvals, drafts, editing
from estimator.web import clinics_clock, errors, whole_numbers
from estimator.web.desk.price_lists.comparison import compared
from estimator.web.desk.price_lists.first_day import understood
from estimator.web.desk.price_lists.problems import address_of
from estimator.web.forms import printable
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from pricing.notation import LONGEST_VERSION
from pricing.reading import LONGEST_CODE, LONGEST_TEXT, MOST_WHOLE_DIGITS
from pricing.syntax import MOST_CHARACTERS

pages = Blueprint("price_lists", __name__, url_prefix="/staff/tables")

PAGE = 100
"""Maximum number of entries on one page."""

LIMITS = {
    "list": MOST_CHARACTERS,
    "text": LONGEST_TEXT,
    "digits": MOST_WHOLE_DIGITS,
    "code": LONGEST_CODE,
    "version": LONGEST_VERSION,
}
"""The limits that the pages state in advance."""


class Gone(errors.Missing):
    """A draft is not there any more, or never was."""

    def answer(self) -> ResponseReturnValue:
        """Return the page that says so; it keeps what was typed. A second press is led to the version."""
        version = _published_by_the_press_before()
        if version is not None:
            flash(_("It had been published already, by the press before. It is published once."))
            return to("version", version_id=version.id)
        return errors.page(
            404,
            _("This draft is not there any more"),
            _("It was published or discarded meanwhile, perhaps by somebody else."),
            way_out=(url_for("price_lists.index"), _("To the price lists")),
            kept=errors.typed(),
        )


def _published_by_the_press_before() -> TableVersion | None:
    """Return what the same person published with the button that is pressed again; None if it is another one."""
    if request.method != "POST" or request.endpoint not in (
        f"{pages.name}.approve",
        f"{pages.name}.publish_alone",
    ):
        return None
    slug, _space, name = printable(request.form.get("becomes", "")).partition(" ")
    return db.session.scalar(
        select(TableVersion).filter_by(slug=slug, version=name, published_by=signed_in.actor())
    )


@pages.errorhandler(drafts.TooLong)
def _too_long(_error: drafts.TooLong) -> ResponseReturnValue:
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


def the_version(version_id: int) -> TableVersion:
    """Return the version of an address; raises errors.Missing."""
    found = db.session.get(TableVersion, version_id)
    if found is None:
        raise errors.Missing
    return found


def data_at(draft: Draft, save: int) -> editing.Data | None:
    """Return the data of a draft at one of its saves; None if that is not kept any more, or is no TOML."""
    text = draft.text if save == draft.saves else drafts.text_of(draft, save)
    return None if text is None else editing.look(text).data


def number_in(name: str) -> int:
    """Return a whole number that a form of ours sent, 0 for anything else."""
    return whole_numbers.read(request.form.get(name)) or 0


def typed(prefix: str = "f.") -> dict[str, str]:
    """Return what was typed into the fields whose names begin with a prefix, without it."""
    found = {
        name.removeprefix(prefix): printable(text).replace("\r\n", "\n")
        for name, text in request.form.items()
        if name.startswith(prefix)
    }
    if "valid_from" in found:
        found["valid_from"] = understood(found["valid_from"])
    return found


def store(draft: Draft, text: str, over: int, examples: str | None = None) -> Draft:
    """Save a draft and commit; raises drafts.ChangedMeanwhile, Gone, drafts.TooLong."""
    try:
        with committing():
            return drafts.save(act(), draft.id, text, over=over, examples=examples)
    except drafts.UnknownDraft:
        raise Gone from None


def wants_json() -> bool:
    """Whether the request comes from the script that saves automatically, and wants JSON."""
    return request.form.get("act") == "autosave"


def autosaved(draft: Draft, told: Mapping[str, Any]) -> ResponseReturnValue:
    """Return JSON for the script that saves automatically: `saves`, `said`, and what `told` reports of its page.

    `problem` is the address of the first problem, None if there is none.
    """
    problems = editing.look(draft.text).problems
    said = (
        _("Saved.") if not problems else _("Saved. Problems in this draft: %(count)s.", count=len(problems))
    )
    first = address_of(draft, problems[0]) if problems else None
    return jsonify({"saves": draft.saves, "said": said, "problem": first, **told})


def conflict(theirs: Draft, mine: str, base: int, back: str) -> ResponseReturnValue:
    """Return the 409 page with two people's changes of a draft side by side; it keeps what was typed."""
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


class DraftHead(TypedDict):
    """What the head of every page of a draft shows."""

    id: int
    slug: str
    version: str
    problems: int
    first_problem: str | None
    broken: bool
    comments: bool
    saves: int
    changed_by: str
    changed_at: str
    proposed: bool
    may_edit: bool
    may_approve: bool
    returned: Returned | None


class Returned(TypedDict):
    """What somebody said who sent a draft back; `address` is the place that it is about."""

    who: str
    when: str
    save: int
    words: str
    place: str
    address: str | None


def returned_rows(draft: Draft) -> list[Returned]:
    """Return what was said about a draft by those who sent it back, the newest first."""
    found = approvals.comments(draft)
    data = editing.look(draft.text).data or {}
    return [
        {
            "who": signed_in.name_of(one.by),
            "when": clinics_clock.written(one.at),
            "save": one.save,
            "words": one.words,
            "place": editing.entry_label(_entry(data, one.place), editing.languages(data)) or one.place or "",
            "address": _entry_address(draft, data, one.place),
        }
        for one in found
    ]


def _entry_address(draft: Draft, data: editing.Data, place: str | None) -> str | None:
    """Return the page of an entry; None if it is not there any more."""
    if place is None or _entry(data, place) is None:
        return None
    return url_for("price_lists.entry", draft_id=draft.id, path=place.replace(".", "/"))


def _entry(data: editing.Data, place: str | None) -> Any:
    return None if place is None else editing.get(data, tuple(place.split(".")))


def head_of(draft: Draft) -> DraftHead:
    """Return what the head of every page of a draft shows."""
    look = editing.look(draft.text)
    data = look.data or {}
    version = data.get("version")
    return {
        "id": draft.id,
        "slug": draft.slug,
        "version": version if isinstance(version, str) else "",
        "problems": len(look.problems),
        "first_problem": address_of(draft, look.problems[0]) if look.problems else None,
        "broken": look.data is None,
        "comments": look.data is not None and editing.has_comments(draft.text),
        "saves": draft.saves,
        "changed_by": signed_in.name_of(draft.changed_by),
        "changed_at": clinics_clock.written(draft.changed_at),
        "proposed": draft.proposed_by is not None and draft.proposed_save == draft.saves,
        "may_edit": signed_in.may("tables.edit"),
        "may_approve": signed_in.may("tables.approve"),
        "returned": next(iter(returned_rows(draft)), None) if draft.proposed_by is None else None,
    }


def to(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Redirect (303) to another page of price lists after a change."""
    return redirect(url_for(f"price_lists.{endpoint}", **values), code=303)
