"""The lists with their versions and drafts; begin a draft, look at a version, take one back, close a list."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TypedDict

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import price_lists, wording
from estimator.i18n import Words, lazy_gettext
from estimator.i18n import gettext as _
from estimator.models import Draft, PriceList, TableVersion
from estimator.price_lists import drafts
from estimator.price_lists.editing.document import data_of
from estimator.web import errors, request_context, whole_numbers
from estimator.web.desk.price_lists import going_back
from estimator.web.desk.price_lists.blueprint import pages, the_version, to
from estimator.web.fields import FileField, WholeTextField
from estimator.web.forms import Form, printable, summary
from estimator.web.language import current_reader
from estimator.web.request_context import now
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from pricing.syntax import MOST_CHARACTERS

_SLUG = re.compile(r'^[ \t]*table[ \t]*=[ \t]*["\']([a-z][a-z0-9-]{0,79})["\']', re.MULTILINE)
"""Where a text names its list, also if it is no TOML for another reason."""

MOST_VERSIONS = 10
"""Maximum number of versions shown of a list until somebody asks for all of them."""

MOST_RETURNS = 5
"""Maximum number of returns to earlier versions shown below a list."""

LARGEST_FILE = 40_000_000
"""No file with more bytes is read; a price list has a fortieth of it at most."""


class BeginForm(Form):
    """A file, or a text that is pasted."""

    file = FileField(lazy_gettext("File"), most=LARGEST_FILE)
    text = WholeTextField(lazy_gettext("Or its text"))


@pages.get("")
def index() -> ResponseReturnValue:
    """Show every list with its versions and drafts."""
    return _index(BeginForm())


def _index(form: BeginForm, status: int = 200) -> ResponseReturnValue:
    found = drafts.all_drafts()
    known = price_lists.lists()
    slugs = {one.slug for one in known}
    shown = [_list(one, [draft for draft in found if draft.slug == one.slug]) for one in known]
    new = [draft for draft in found if draft.slug not in slugs]
    page = render_template(
        "desk/index.html",
        lists=shown,
        new=[_draft_row(draft) for draft in new],
        may_edit=signed_in.may("tables.edit"),
        may_approve=signed_in.may("tables.approve"),
        may_audit=signed_in.may("audit.read"),
        form=form,
        errors=summary(form),
        most=current_reader().number(str(MOST_CHARACTERS)),
    )
    return page, status


class ListRow(TypedDict):
    """One price list; `more` versions are not shown, `current` is the version in force."""

    slug: str
    title: Words | str
    provider: str
    closed: bool
    versions: list[VersionRow]
    more: int
    drafts: list[DraftRow]
    current: int | None
    returns: list[going_back.ReturnRow]


class DraftRow(TypedDict):
    """One draft of a list, with the name and the first day of the version that it is to be, as far as it says them."""

    id: int
    slug: str
    version: str
    first_day: str
    changed_by: str
    changed_at: str
    proposed: bool


class VersionRow(TypedDict):
    """One published version of a list."""

    id: int
    version: str
    valid_from: str
    state: str
    published_by: str
    published_at: str


def _list(one: PriceList, own: list[Draft]) -> ListRow:
    reader = current_reader()
    versions = price_lists.versions(one.slug)
    moment = now()
    states = price_lists.states_of(versions, moment)
    everything = request.args.get("all") == one.slug
    visible = versions if everything else versions[:MOST_VERSIONS]
    current = next((version for version in versions if states.get(version.id) == "in force"), None)
    title = price_lists.parsed(current or versions[0]) if versions else None
    return {
        "slug": one.slug,
        "title": reader.words(title.title, title.main_language) if title else one.slug,
        "provider": title.provider.name if title else "",
        "closed": one.closed_at is not None,
        "versions": [
            {
                "id": version.id,
                "version": version.version,
                "valid_from": reader.day(version.valid_from),
                "state": states[version.id],
                "published_by": signed_in.name_of(version.published_by),
                "published_at": reader.clock(version.created_at, "UTC"),
            }
            for version in visible
        ],
        "more": len(versions) - len(visible),
        "drafts": [_draft_row(draft) for draft in own],
        "current": None if current is None else current.id,
        "returns": going_back.rows_of(price_lists.returns.of_list(one.slug)[:MOST_RETURNS]),
    }


def _draft_row(draft: Draft) -> DraftRow:
    data = data_of(draft.text) or {}
    version, day = data.get("version"), data.get("valid_from")
    return {
        "id": draft.id,
        "slug": draft.slug,
        "version": version if isinstance(version, str) else "",
        "first_day": current_reader().day(day) if type(day) is date else "",
        "changed_by": signed_in.name_of(draft.changed_by),
        "changed_at": current_reader().clock(draft.changed_at, "UTC"),
        "proposed": draft.proposed_by is not None and draft.proposed_save == draft.saves,
    }


@pages.post("/begin")
def begin() -> ResponseReturnValue:
    """Begin a draft: from a version, from a file, or from a text that was pasted."""
    wanted = request.form.get("version", "")
    if wanted.isdecimal():
        version = the_version(whole_numbers.read(wanted) or 0)
        first = _first_day(version)
        name = _free_name(version.slug, first)
        with committing():
            draft = drafts.from_version(act(), version, name=name, valid_from=first)
        return to("overview", draft_id=draft.id)
    form = BeginForm()
    for file in request.files.values():
        file.close()
    if form.file.data:
        try:
            sent_text = form.file.data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            sentence = _("This file is not text in UTF-8. Save it as plain text and choose it again.")
            return _index(form.refuse(sentence, form.text), 422)
        form.text.fill(printable(sent_text))
    pasted = form.text.data
    if not pasted.strip():
        sentence = _("Choose a file, or paste the text of a price list.")
        return _index(form.refuse(sentence, form.text), 422)
    if len(pasted) > MOST_CHARACTERS:
        reader = current_reader()
        problem = _(
            "This text has %(length)s characters; a price list has at most %(most)s. Split the list in two.",
            length=reader.number(str(len(pasted))),
            most=reader.number(str(MOST_CHARACTERS)),
        )
        return _index(form.refuse(problem, form.text), 413)
    slug = _SLUG.search(pasted)
    if slug is None:
        sentence = _(
            "The text does not say which list it is. Write its name in it first, for example: %(line)s",
            line='table = "delhi"',
        )
        return _index(form.refuse(sentence, form.text), 422)
    with committing():
        draft = drafts.begin(act(), slug[1], text=pasted, examples="[]", based_on=None)
    return to("overview", draft_id=draft.id)


def _first_day(version: TableVersion) -> date:
    """The first of next month, or a later one if a version begins then already."""
    day = price_lists.day_of(now(), version.time_zone)
    taken = {one.valid_from for one in price_lists.versions(version.slug)}
    while True:
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        if day not in taken:
            return day


def _free_name(slug: str, first: date) -> str:
    """A name that no version of the list has, and none that a draft of it is to be."""
    taken = {one.version for one in price_lists.versions(slug)}
    taken |= {_draft_row(draft)["version"] for draft in drafts.all_drafts() if draft.slug == slug}
    name = f"{first:%Y-%m}"
    return next(
        wanted
        for number in range(1, len(taken) + 2)
        if (wanted := name if number == 1 else f"{name}-{number}") not in taken
    )


@pages.get("/versions/<whole:version_id>")
def version(version_id: int) -> ResponseReturnValue:
    """Show a published version as a price list that can be read and printed; its text and hash below."""
    found = the_version(version_id)
    reader = current_reader()
    table = price_lists.parsed(found)
    own = [
        each
        for each in price_lists.returns.of_list(found.slug)
        if found.id in (each.version_id, each.withdrawn_id)
    ]
    before = price_lists.before(found)
    withdrawn = bool(own) and own[0].withdrawn_id == found.id
    return render_template(
        "desk/version.html",
        returns=going_back.rows_of(own),
        withdrawn=withdrawn,
        before=None if before is None else before.version,
        quotes=going_back.open_quotes(found, now()) if withdrawn else [],
        version={
            "id": found.id,
            "slug": found.slug,
            "version": found.version,
            "valid_from": reader.day(found.valid_from),
            "state": price_lists.state_of(found, now()),
            "sha256": found.sha256,
            "published_by": signed_in.name_of(found.published_by),
            "published_at": reader.clock(found.created_at, "UTC"),
            "text": found.text,
        },
        title=reader.words(table.title, table.main_language),
        rows=wording.price_list(table, reader),
        public=url_for("prices.page", slug=found.slug) if request_context.clinic().public_prices else None,
        may_edit=signed_in.may("tables.edit"),
        may_approve=signed_in.may("tables.approve"),
    )


@pages.route("/versions/<whole:version_id>/take-back", methods=["GET", "POST"])
def take_back(version_id: int) -> ResponseReturnValue:
    """Ask whether a scheduled version is to be taken back, and take it back into a draft."""
    found = the_version(version_id)
    if request.method == "POST":
        text, examples, slug = found.text, found.examples, found.slug
        try:
            with committing():
                price_lists.take_back(act(), found)
                draft = drafts.begin(act(), slug, text=text, examples=examples, based_on=None)
        except price_lists.UnknownTable:
            sentence = _("Somebody has taken this version back meanwhile. Its text is a draft again.")
            return _index(BeginForm().refuse(sentence), 409)
        except price_lists.InForceAlready:
            return _stays()
        return to("overview", draft_id=draft.id)
    if not price_lists.can_be_taken_back(act(), found):
        return _stays()
    return render_template(
        "desk/confirm.html",
        heading=_("Take back version “%(version)s”?", version=found.version),
        sentences=[
            _(
                "It is scheduled for %(day)s and has not been used. "
                "Its text becomes a draft again, so nothing is lost.",
                day=current_reader().day(found.valid_from),
            )
        ],
        button=_("Take it back"),
        back=url_for("price_lists.version", version_id=found.id),
        hidden={},
    )


def _stays() -> ResponseReturnValue:
    sentence = _(
        "This version cannot be taken back: its first day has begun, or an estimate was made with it."
    )
    return _index(BeginForm().refuse(sentence), 409)


@pages.route("/lists/<slug>/<any(close, reopen):what>", methods=["GET", "POST"])
def closing(slug: str, what: str) -> ResponseReturnValue:
    """Ask whether a list is to be closed or opened again, and do it."""
    if slug not in {one.slug for one in price_lists.lists()}:
        raise errors.Missing
    if request.method == "POST":
        with committing():
            (price_lists.close if what == "close" else price_lists.reopen)(act(), slug)
        return to("index")
    if what == "close":
        heading = _("Close the list “%(slug)s”?", slug=slug)
        text = _(
            "Nobody can make an estimate with it any more, and scheduled versions will not come into force. "
            "Estimates that were made stay as they are. You can open it again."
        )
        button = _("Close the list")
    else:
        heading = _("Open the list “%(slug)s” again?", slug=slug)
        text = _("Patients can then make estimates with the version that is in force.")
        button = _("Open it again")
    return render_template(
        "desk/confirm.html",
        heading=heading,
        sentences=[text],
        button=button,
        back=url_for("price_lists.index"),
        hidden={},
    )


@pages.errorhandler(price_lists.UnknownTable)
def _unknown(_error: price_lists.UnknownTable) -> ResponseReturnValue:
    return errors.Missing().answer()
