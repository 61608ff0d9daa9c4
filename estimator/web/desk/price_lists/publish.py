"""From a draft to a version: its date and name, its warnings, a second person's approval, publication."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import price_lists, staff
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import Draft, TableVersion
from estimator.price_lists import approvals, drafts, editing, obstacles, worked_examples
from estimator.web import clinics_clock
from estimator.web.desk.price_lists import comments, warnings
from estimator.web.desk.price_lists.blueprint import (
    Gone,
    conflict,
    data_at,
    head_of,
    number_in,
    pages,
    returned_rows,
    store,
    the_draft,
    to,
)
from estimator.web.desk.price_lists.comments import PlacedCommentForm
from estimator.web.desk.price_lists.comparison import compared
from estimator.web.desk.price_lists.first_day import FirstDayField
from estimator.web.desk.price_lists.in_force import in_force
from estimator.web.desk.price_lists.problems import problems_in_words
from estimator.web.fields import TextField, TicksField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.request_context import now, settings
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from pricing import PriceTable, Problem


class DateForm(Form):
    """From when on a version is in force, and what it is called; what is wrong with them stands in the draft."""

    valid_from = FirstDayField(lazy_gettext("In force from"))
    version = TextField(lazy_gettext("Name of this version"))


class PublishForm(Form):
    """The warnings that are accepted: one by one by their names, or all of a kind."""

    ack = TicksField()
    kind = TicksField()


@pages.get("/drafts/<whole:draft_id>/publish")
def publish(draft_id: int) -> ResponseReturnValue:
    """Show what stands between a draft and its publication, and the button if nothing does."""
    return _page(the_draft(draft_id), PublishForm(None))


def _page(
    draft: Draft,
    form: PublishForm,
    status: int = 200,
    comment: PlacedCommentForm | None = None,
    date_form: DateForm | None = None,
) -> ResponseReturnValue:
    reader = current_reader()
    proposed = draft.proposed_by is not None and draft.proposed_save == draft.saves
    ticked: list[str] = form.ack.data or []
    if not ticked:
        ticked = json.loads(draft.acknowledged or "[]") if proposed else []
    found = drafts.check(draft, now(), ticked)
    look = editing.look(draft.text)
    data = look.data or {}
    accepted, refused = _parted(found)
    current = in_force(draft.slug)
    overruled = None if found.table is None else drafts.overruled(found.table)
    fields = (
        {one.name: one.text for one in editing.inputs(data, ("header",))} if look.data is not None else {}
    )
    page = render_template(
        "desk/publish.html",
        draft=head_of(draft),
        problems=problems_in_words(draft, found.problems, 20),
        blocking=problems_in_words(draft, found.blocking, warnings.MOST_SHOWN),
        more_blocking=max(0, len(found.blocking) - warnings.MOST_SHOWN),
        obstacles=[obstacles.sentence(one) for one in found.obstacles],
        groups=warnings.by_kind(accepted if proposed else found.warnings, data, ticked, form.kind.data or ()),
        refused=warnings.by_kind(refused, data, (), ()),
        ticked=ticked,
        date_form=DateForm(None, data=fields) if date_form is None else date_form,
        first_day=fields.get("valid_from", ""),
        version=fields.get("version", ""),
        in_words=None if found.table is None else reader.day(found.table.valid_from),
        first_minute="" if found.table is None else _first_minute(found.table),
        begins_today=found.table is not None and _begins_today(found.table),
        same_day=[] if found.table is None else _of_same_day(found.table),
        examples_off=_examples_off(draft, found.table),
        proposed=proposed,
        proposed_by=signed_in.name_of(draft.proposed_by) if proposed else "",
        proposed_at=clinics_clock.written(draft.proposed_at) if proposed and draft.proposed_at else "",
        is_own=draft.proposed_by == signed_in.actor(),
        second=settings().second_approver,
        current=None if current is None else current.version,
        instead_of=None if overruled is None else overruled.id,
        found=None if current is None else compared(current.text, draft.text),
        errors=summary(*filter(None, (form, comment, date_form))),
        comment=PlacedCommentForm(None) if comment is None else comment,
        entries=comments.entries(data) if proposed else [],
        said=returned_rows(draft),
    )
    return page, status


def _examples_off(draft: Draft, table: PriceTable | None) -> list[str]:
    return [] if table is None else worked_examples.off(draft.examples, table)


def _first_minute(table: PriceTable) -> str:
    """Say from when on a version would be in force, by the days of the list's time zone, and what day it is there."""
    reader, zone = current_reader(), table.time_zone
    day, here = reader.day(table.valid_from), now()
    if _begins_today(table):
        return _(
            "That is today, %(day)s (%(zone)s): it is in force from the minute in which it is published.",
            day=day,
            zone=reader.zone(zone),
        )
    return _(
        "That is from the beginning of %(day)s on (%(zone)s). Now it is %(now)s.",
        day=day,
        zone=reader.zone(zone),
        now=reader.clock(here, zone),
    )


def _begins_today(table: PriceTable) -> bool:
    return table.valid_from == price_lists.day_of(now(), table.time_zone)


def _of_same_day(table: PriceTable) -> list[str]:
    """The names of the versions that begin on the same day, instead of which this one will count."""
    known = price_lists.versions(table.table)
    return [one.version for one in known if one.valid_from == table.valid_from]


def _parted(found: drafts.Check) -> tuple[list[Problem], list[Problem]]:
    """The warnings that were accepted, and those that were not."""
    left = set(found.unacknowledged)
    accepted = [one for one in found.warnings if drafts.name_of(one) not in left]
    return accepted, [one for one in found.warnings if drafts.name_of(one) in left]


@pages.post("/drafts/<whole:draft_id>/date")
def date_and_name(draft_id: int) -> ResponseReturnValue:
    """Save the first day and the name of the version that the draft is to be."""
    over, back = number_in("over"), url_for("price_lists.publish", draft_id=draft_id)
    kept = _with_date_and_name(
        the_draft(draft_id), over, lambda theirs, mine: conflict(theirs, mine, over, back)
    )
    return to("publish", draft_id=draft_id) if isinstance(kept, int) else kept


def _with_date_and_name(
    draft: Draft, over: int, late: Callable[[Draft, str], ResponseReturnValue]
) -> int | ResponseReturnValue:
    """Save the first day and the name if they were sent and differ from the draft's; return the number of its save.

    If that cannot be, return the page that says why; `late` makes it where somebody has saved the draft since. A page
    of somebody who may not edit has no fields.
    """
    data = editing.look(draft.text).data
    if "version" not in request.form or not signed_in.may("tables.edit"):
        return over
    if data is None:
        return to("text", draft_id=draft.id)
    form = DateForm()
    if not form.validate():
        return _page(draft, PublishForm(), 422, date_form=form)
    typed = {name: form[name].data for name in ("valid_from", "version")}
    mine = editing.written(editing.typed_into(data, ("header",), typed))
    if over != draft.saves:
        return late(draft, mine)
    there = _date_and_name_of(data)
    if all(there.get(name, "") == text for name, text in typed.items()):
        return over
    try:
        return store(draft, mine, over).saves
    except drafts.ChangedMeanwhile as changed:
        return late(changed.draft, mine)


def _date_and_name_of(data: editing.Data | None) -> dict[str, str]:
    return {} if data is None else {one.name: one.text for one in editing.inputs(data, ("header",))}


def _saved_meanwhile(draft: Draft, over: int) -> ResponseReturnValue:
    """Say that somebody has saved the draft since; of the fields, what was typed into them stays."""
    sentence = _("The draft was saved again meanwhile. Look at it as it is now; nothing was published.")
    before, theirs = _date_and_name_of(data_at(draft, over)), _date_and_name_of(data_at(draft, draft.saves))
    sent, shown = DateForm(), None
    if "version" in request.form:
        kept = {
            name: theirs.get(name, "") if sent[name].data == before.get(name) else sent[name].data
            for name in ("valid_from", "version")
        }
        shown = DateForm(None, data=kept)
    return _page(draft, PublishForm(None).refuse(sentence), 409, date_form=shown)


@pages.post("/drafts/<whole:draft_id>/propose")
def propose(draft_id: int) -> ResponseReturnValue:
    """Ask another person to approve the draft with the first day and the name that were typed."""
    draft = the_draft(draft_id)
    # What was ticked is what the page showed: a warning that another day brings is not among it.
    over, accepted = number_in("over"), _accepted(draft)
    kept = _with_date_and_name(draft, over, lambda theirs, _mine: _saved_meanwhile(theirs, over))
    if not isinstance(kept, int):
        return kept
    done = _("Approval was asked for. Those who may give it see it on their Start page.")
    return _try(draft, lambda: _propose(draft, kept, accepted), then="publish", done=done)


def _propose(draft: Draft, over: int, accepted: list[str]) -> None:
    # The draft first, and the trail last, as everywhere: two transactions never wait for each other.
    drafts.lock(draft, over=over)
    staff.tell_approvers(
        act(),
        "tables.approve",
        "draft",
        f"draft:{draft.id}",
        but={signed_in.actor()},
        since=approvals.last_sent_back(draft),
    )
    drafts.propose(act(), draft, over=over, acknowledged=accepted)


@pages.post("/drafts/<whole:draft_id>/send-back")
def send_back(draft_id: int) -> ResponseReturnValue:
    """End a request for approval with a comment for whoever asked."""
    draft = the_draft(draft_id)
    over, form = number_in("over"), PlacedCommentForm()
    if not form.validate():
        return _page(draft, PublishForm(None), 422, form)
    place = comments.place_of(form.place.data, editing.look(draft.text).data or {})
    if place is None and form.place.data:
        sentence = _(
            "There is no entry “%(name)s” in this list. Choose one, or leave it empty.",
            name=form.place.data[:80],
        )
        refused = form.refuse(sentence, form.place)
        return _page(draft, PublishForm(None), 422, refused)
    return _try(draft, lambda: _send_back(draft, over, form.words.data, place), then="publish")


def _send_back(draft: Draft, over: int, words: str, place: str | None) -> None:
    drafts.lock(draft, over=over)
    staff.tell_who_asked(act(), "draft_returned", f"draft:{draft.id}", draft.proposed_by or "")
    approvals.send_back(act(), draft, over=over, words=words, place=place)


@pages.post("/drafts/<whole:draft_id>/approve")
def approve(draft_id: int) -> ResponseReturnValue:
    """Publish what another person has proposed."""
    draft = the_draft(draft_id)
    over, instead_of = number_in("over"), _instead_of()
    done = _published(draft)
    return _try(
        draft,
        lambda: drafts.approve(act(), draft, over=over, instead_of=instead_of),
        then="index",
        done=done,
    )


@pages.post("/drafts/<whole:draft_id>/publish-alone")
def publish_alone(draft_id: int) -> ResponseReturnValue:
    """Publish a draft where nobody else has to approve."""
    draft = the_draft(draft_id)
    if settings().second_approver:
        form = PublishForm(None).refuse(_("A second person has to approve. Ask for approval."))
        return _page(draft, form, 409)
    over, accepted, instead_of = number_in("over"), _accepted(draft), _instead_of()
    kept = _with_date_and_name(draft, over, lambda theirs, _mine: _saved_meanwhile(theirs, over))
    if not isinstance(kept, int):
        return kept
    if kept != over:
        # The button named the day that stood there before.
        sentence = _(
            "The first day and the name are saved. Nothing was published yet: look at them, and publish."
        )
        return _page(the_draft(draft_id), PublishForm().refuse(sentence), 409)
    done = _published(draft)
    return _try(
        draft,
        lambda: drafts.publish(act(), draft, over=over, acknowledged=accepted, instead_of=instead_of),
        then="index",
        done=done,
    )


def _instead_of() -> int | None:
    """Return the number of the version that the page has as the one that will be overruled; None if there is none."""
    return None if request.form.get("instead_of") == "" else number_in("instead_of")


def _published(draft: Draft) -> str:
    """Say what the publication of a draft does; empty of one that cannot be published."""
    table = drafts.check(draft, now()).table
    if table is None:
        return ""
    if _begins_today(table):
        return _("“%(version)s” is in force now.", version=table.version)
    day = current_reader().day(table.valid_from)
    return _("“%(version)s” is published, in force from %(day)s.", version=table.version, day=day)


def _accepted(draft: Draft) -> list[str]:
    """The names of the warnings that were ticked, one by one or by their kind.

    What a kind stands for is what was shown: a draft that was saved since is refused in any case.
    """
    form = PublishForm()
    kinds = warnings.names_of(drafts.check(draft, now()).warnings, form.kind.data or ())
    return [*(form.ack.data or ()), *kinds]


def _overtaken(current: TableVersion | None) -> str:
    """Say that something else would be overruled than what the page showed."""
    if current is None:
        return _(
            "Meanwhile the version that this one was to replace was taken back. Nothing was published. Look at it "
            "again, and press the button again if it is right."
        )
    return _(
        "Meanwhile “%(version)s” was published, or somebody went back to it. Nothing was published here. Look at what "
        "differs, and press the button again if this draft is to count instead of it.",
        version=current.version,
    )


def _try(draft: Draft, do: Any, then: str, done: str = "") -> ResponseReturnValue:
    """Do something with a draft, say that it is `done`, and go on; or say why it was not done."""
    draft_id = draft.id
    try:
        with committing():
            do()
    except drafts.ChangedMeanwhile:
        return _saved_meanwhile(the_draft(draft_id), number_in("over"))
    except drafts.UnknownDraft:
        raise Gone from None
    except drafts.OvertakenBy as overtaken:
        return _page(the_draft(draft_id), PublishForm().refuse(_overtaken(overtaken.current)), 409)
    except drafts.NotReady as late:
        note = _("Nothing was published. What is listed here stands in the way.")
        if late.check.blocking:
            note = f"{note} {warnings.not_to_be_accepted(late.check.blocking)}"
        if late.check.unacknowledged:
            note = f"{note} {warnings.not_accepted(late.check.unacknowledged)}"
        return _page(the_draft(draft_id), PublishForm().refuse(note), 422)
    except drafts.NotProposed:
        sentence = _("Nobody has asked for approval of the draft as it is now.")
        return _page(the_draft(draft_id), PublishForm(None).refuse(sentence), 409)
    except drafts.SamePerson:
        sentence = _("You asked for approval yourself. Another person has to give it.")
        return _page(the_draft(draft_id), PublishForm(None).refuse(sentence), 409)
    if done:
        flash(done)
    return to(then, **({"draft_id": draft_id} if then != "index" else {}))
