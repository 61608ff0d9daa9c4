"""The page of one request: what was asked, the plan, what happened, and what staff do with it."""

from __future__ import annotations

from textwrap import shorten
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import keys, price_lists, quotes, requests, staff, wording
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.i18n import reader as reader_of
from estimator.models import PatientRequest
from estimator.requests.search import NOBODY
from estimator.web import errors, request_context, whole_numbers
from estimator.web.desk import readers
from estimator.web.desk.requests import beside, history
from estimator.web.desk.requests import blueprint as desk
from estimator.web.desk.requests.blueprint import pages
from estimator.web.desk.requests.conversation import AnswerForm, conversation, count_shown
from estimator.web.fields import ChoiceField
from estimator.web.forms import Form, printable, summary
from estimator.web.language import current_reader
from estimator.web.patient.request_form import LONGEST_MESSAGE, words_field
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.wording import injury

ON_TOP = "message"
"""Where a page says what was done, unless it is opened further down."""

MOST_TOLD = 5
"""Maximum number of changes by others that are told at once, the last ones."""

MOST_QUOTED = 300
"""Maximum number of characters of a colleague's answer in what is said of it; all of it stands in the conversation."""


class Unknown(errors.Missing):
    """There is no request with that reference, or none any more."""

    def answer(self) -> ResponseReturnValue:
        """Return the page that says so; it keeps what was typed."""
        return errors.page(
            404,
            _("There is no such request"),
            _(
                "Its reference may be mistyped, or it was removed because the time for which it is kept is over."
            ),
            way_out=(url_for("desk.queue"), _("To the requests")),
            kept=errors.typed() if request.method == "POST" else (),
        )


class NoteForm(Form):
    """A note for colleagues."""

    words = words_field(lazy_gettext("Note"), lazy_gettext("Enter something first."), name="note", id="note")

    @property
    def is_begun(self) -> bool:
        """Whether somebody has typed something."""
        return bool(self.words.data)


class AssignForm(Form):
    """Whom a request is given to: a number, or nobody."""

    to = ChoiceField(lazy_gettext("Assigned to"), refusal=lazy_gettext("Choose somebody who can work on it."))

    def __init__(self, found: PatientRequest, *sent: None) -> None:
        super().__init__(*sent, data={"to": str(found.assignee_id or NOBODY)})
        me = desk.myself().id
        people = sorted(desk.people().items(), key=lambda one: one[1])
        self.to.choices = [
            (NOBODY, _("nobody")),
            *((str(number), f"{who} ({_('me')})" if number == me else who) for number, who in people),
        ]
        if (holder := _holder(found)) is not None:
            self.to.also = {str(found.assignee_id): holder}
        if "take" in request.form:
            self.to.data = str(me)

    @property
    def is_begun(self) -> bool:
        """Whether somebody has chosen another person than the page showed."""
        if not self.to.raw_data:  # one that shows who has it now
            return False
        return "holder" in request.form and self.to.data != (request.form["holder"] or NOBODY)


class StateForm(Form):
    """Another state, and perhaps why."""

    state = ChoiceField(
        lazy_gettext("Change status"), empty=lazy_gettext("choose"), refusal=lazy_gettext("Choose a status.")
    )
    words = words_field(lazy_gettext("Why (not required)"), name="why", id="why")

    def __init__(self, found: PatientRequest, *sent: None) -> None:
        super().__init__(*sent)
        self.state.choices = [(one, desk.state_word(one)) for one in desk.BY_HAND]
        self.possible = [one for one in desk.BY_HAND if one in requests.NEXT[found.state]]

    @property
    def is_begun(self) -> bool:
        """Whether somebody has typed or chosen something."""
        return bool(self.words.data or self.state.data)


@pages.get("/<reference>", endpoint="request")
def show(reference: str) -> ResponseReturnValue:
    """Show a request, and write down who has opened it; at `ask=open` the answer asks what is open before a quote."""
    found = the_request(reference)
    readers.write_down(found)
    found = the_request(reference)
    if request.args.get("ask") != "open" or found.erased_at is not None:
        return _page(found)
    form = AnswerForm(found, None)
    form.ask_open_questions()
    return _page(found, form)


@pages.post("/<reference>/note")
def note(reference: str) -> ResponseReturnValue:
    """Keep a note."""
    found = the_request(reference)
    form = NoteForm()
    if not form.validate():
        return _page(found, form, 422)
    with committing():
        requests.lock(found)
        if not _is_noted(found, form.words.data):
            requests.note(act(), found, form.words.data)
    return _done(found, form, _("The note is kept."), "history")


@pages.post("/<reference>/answer")
def answer(reference: str) -> ResponseReturnValue:
    """Keep an answer where whoever asks reads it, and tell them by mail that it is there."""
    found = the_request(reference)
    form = AnswerForm(found)
    if form.is_filling and found.erased_at is None:
        form.fill(found)
        return _page(found, form, 422 if form.template.errors else 200)
    if not form.validate():
        return _page(found, form, 422)
    way: Any = form.way.data
    try:
        with committing():
            _nothing_said_since(found)
            mail = requests.answer(act(), found, form.words.data, way=way, then_wait=form.waits.data)
    except requests.ChangedMeanwhile:
        return _meanwhile(reference, form)
    sentence = (
        _("The answer is kept, and a mail says that it is there.")
        if mail == "put"
        else _("It is kept. Nothing was sent: copy it below, and send it in the chat yourself.")
        if mail == "said" and way == "whatsapp"
        else _("It is kept, as said by you. It stands on the page of their request as well.")
        if mail == "said"
        else _(
            "The answer is kept, and no mail goes out: tell them that it stands on the page of their request."
        )
    )
    return _done(found, form, sentence, "latest")


@pages.post("/<reference>/assign")
def assign(reference: str) -> ResponseReturnValue:
    """Give a request to somebody."""
    found = the_request(reference)
    form = AssignForm(found)
    if not form.validate():
        return _page(found, form, 422)
    number = None if form.to.data == NOBODY else whole_numbers.read(form.to.data)
    try:
        with committing():
            requests.assign(act(), found, number, changes=_changes())
    except requests.ChangedMeanwhile:
        return _meanwhile(reference, form)
    sentence = (
        _("It is no longer assigned to anybody.")
        if number is None
        else _("It is assigned to %(who)s.", who=desk.people()[number])
    )
    return _done(found, form, sentence)


@pages.post("/<reference>/state")
def state(reference: str) -> ResponseReturnValue:
    """Take a request to another state, perhaps with a word about why."""
    found = the_request(reference)
    form = StateForm(found)
    if not form.validate():
        return _page(found, form, 422)
    wanted: Any = form.state.data
    try:
        with committing():
            desk.unchanged(found, _changes())
            requests.move(act(), found, wanted, words=form.words.data or None)
    except requests.ChangedMeanwhile:
        return _meanwhile(reference, form)
    except requests.QuoteIsOpen:
        return _page(the_request(reference), form.refuse(desk.quote_is_open(), form.state), 409)
    except requests.NotPossible as refusal:
        sentence = _(
            "It is %(before)s, so its status cannot be changed to %(after)s.",
            before=desk.state_word(refusal.before),
            after=desk.state_word(refusal.after),
        )
        return _page(the_request(reference), form.refuse(sentence, form.state), 409)
    return _done(found, form, _("It is %(state)s now.", state=desk.state_word(wanted)))


def _done(found: PatientRequest, form: Form, sentence: str, anchor: str | None = None) -> ResponseReturnValue:
    """Go back to the request once a form was acted upon, or show what stands in its other boxes; say what was done.

    It is said at the anchor, on top without one; a page that is shown at once is there only after an answer.
    """
    shown = still_typed(found, form, sentence)
    if shown is not None:
        return shown
    flash(sentence, anchor or ON_TOP)
    return desk.to("request", reference=found.reference, _anchor=anchor)


def still_typed(
    of: PatientRequest, done: Form | None = None, sentence: str = ""
) -> ResponseReturnValue | None:
    """Show a request with what was typed into its boxes, besides the form that is done; None if nothing was.

    The sentence says what was done.
    """
    found = the_request(of.reference)
    forms = _forms(found, None, done)
    if found.erased_at is not None or not any(form.is_begun for form in forms):
        return None
    place = "latest" if isinstance(done, AnswerForm) else ON_TOP
    for each in filter(
        None, [sentence, _("What stands in the other boxes was not sent. It is still there.")]
    ):
        flash(each, place)
    return _page(found, done=done)


def the_request(reference: str) -> PatientRequest:
    """Return the request of an address; raises Unknown."""
    found = requests.get(printable(reference)) if len(reference) < 40 else None
    if found is None:
        raise Unknown
    return found


def _meanwhile(reference: str, form: Form) -> ResponseReturnValue:
    """Show the request as it is now after a conflict with somebody else's change; the page keeps what was typed."""
    found = the_request(reference)
    if found.erased_at is not None:  # there is no form any more in which it could stay
        return errors.erased_meanwhile()
    since = conversation(history.entries_of(found), found)[count_shown() :]
    answered = next((said for said in reversed(since) if said.ours), None)
    if isinstance(form, AnswerForm) and answered is not None and answered.words is not None:
        sentence = _(
            "%(who)s has answered while you were writing: “%(words)s” Your text is still here, and was not sent. "
            "Send it if it is still needed.",
            who=answered.who,
            words=shorten(answered.words, MOST_QUOTED, placeholder=" …"),
        )
        return _page(found, form.refuse(sentence), 409)
    sentence = _(
        "This request was changed while you were looking at it (%(what)s). Nothing of yours was lost or done: "
        "look at it, then press the button again if you still want to.",
        what=last_changes(found, _changes()),
    )
    return _page(found, form.refuse(sentence), 409)


def last_changes(found: PatientRequest, seen: int) -> str:
    """Say who did what at a request since its change `seen`, the last first; mail that went out is none of it.

    Of what one press does, the correction of a contact and the mail that is sent again, nothing is left out.
    """
    told = history.events(_zone(found), history.entries_of(found))
    since = told[: max(1, min(found.changes - seen, MOST_TOLD))] if seen >= 0 else told[:1]
    return "; ".join(f"{one.who}: {one.what}" for one in since)


def _page(
    found: PatientRequest, sent: Form | None = None, status: int = 200, *, done: Form | None = None
) -> ResponseReturnValue:
    """Show a request; `sent` is the form that was sent and has errors, if one has, `done` one that has none.

    What was typed into the others is shown again.
    """
    reader, settings, zone = current_reader(), request_context.settings(), _zone(found)
    table = price_lists.parsed(found.table_version)
    entries: list[requests.Entry] = []
    unreadable = False
    try:
        entries = requests.history(found, settings.data_keys)
        who = requests.person_of(found, settings.data_keys)
    except keys.Unreadable:
        who, unreadable = None, True
    mails = history.mails_of(found)
    accepted = beside.accepted(found)
    withdrawn = price_lists.returns.withdrawn_at(found.table_version_id, found.created_at)
    may_work = signed_in.may("requests.work")
    assigning, moving, noting, answering = _forms(found, sent, done)
    said = conversation(entries, found)
    shown = render_template(
        "desk/request.html",
        errors=[] if sent is None else summary(sent),
        wrong_reply=isinstance(sent, AnswerForm) and may_work and who is not None and found.erased_at is None,
        assigning=assigning,
        moving=moving,
        noting=noting,
        answering=answering,
        record={
            "reference": found.reference,
            "changes": found.changes,
            "state": found.state,
            "state_word": desk.state_word(found.state),
            "asked_at": reader.clock(found.created_at, zone),
            "age": desk.age(found.created_at),
            "due": desk.due(quotes.waiting.due_of(found), zone),
            "asks": None if found.question_due_at is None else reader.moment(found.question_due_at, zone),
            "by_staff": found.origin == "staff",
            "country": desk.country(found.country),
            "country_code": found.country,
            "language": reader_of(found.language).name,
            "mere_question": found.kind == "question",
            "answer_by": injury.channel(found.answer_by),
            "no_reminders": found.no_reminders_at is not None,
            "for_other": found.for_whom == "other",
            "planned": None if found.planned_month is None else reader.month(found.planned_month),
            "estimate": found.estimate_reference,
            "assignee": found.assignee_id,
            "erased": None if found.erased_at is None else reader.clock(found.erased_at, zone),
            "list": found.slug,
            "version": found.table_version.version,
            "withdrawn": None if withdrawn is None else reader.clock(withdrawn, zone),
        },
        who=who,
        injury=[] if who is None or found.kind == "question" else list(injury.facts(who, reader)),
        unreadable=unreadable,
        undelivered=who is not None and history.undelivered(mails, who),
        others=beside.others(found, who, settings),
        most_others=requests.person_index.MOST_OTHERS,
        rows=wording.rows(requests.breakdown_of(found), table, reader, list(requests.answers_of(found)))
        if accepted is None
        else accepted["rows"],
        accepted=accepted,
        quote=beside.quote(found),
        otherwise=beside.otherwise(found),
        prepared=quotes.drafts.for_request(found) is not None,
        consents=beside.consents(found),
        conversation=said,
        # Whoever goes on writing is still told, once, what was said since they began.
        said=count_shown() if answering.is_begun and not (answering is sent and status == 409) else len(said),
        history=history.history(zone, entries, mails, None if who is None else who.email),
        readers=history.readers(zone, entries),
        holder=_holder(found),
        me=desk.myself().id,
        may_work=may_work,
        may_quote=found.kind == "quote" and signed_in.may("quotes.issue"),
        link=beside.link(found, settings)
        if may_work and found.erased_at is None and not unreadable
        else None,
        renew=beside.renew(found),
        bill_link=beside.bill(found),
        longest=reader.number(str(LONGEST_MESSAGE)),
    )
    return shown, status


def _forms(
    found: PatientRequest, sent: Form | None, done: Form | None
) -> tuple[AssignForm, StateForm, NoteForm, AnswerForm]:
    """Return the forms of a page: the one that was sent, the others as they came with it, an empty one if `done`."""

    def blank(kind: type[Form]) -> tuple[None, ...]:
        return (None,) if request.method != "POST" or isinstance(done, kind) else ()

    assigning = sent if isinstance(sent, AssignForm) else AssignForm(found, *blank(AssignForm))
    if assigning is not sent and not assigning.is_begun:
        assigning = AssignForm(found, None)
    moving = sent if isinstance(sent, StateForm) else StateForm(found, *blank(StateForm))
    if moving is not sent and moving.state.data not in moving.possible:
        moving.state.data = ""
    # Only what can be done is offered, whatever was sent.
    moving.state.choices = [(one, word) for one, word in moving.state.choices if one in moving.possible]
    noting = sent if isinstance(sent, NoteForm) else NoteForm(*blank(NoteForm))
    answering = sent if isinstance(sent, AnswerForm) else AnswerForm(found, *blank(AnswerForm))
    return assigning, moving, noting, answering


def _is_noted(found: PatientRequest, words: str) -> bool:
    """Whether the newest that somebody did at a request is this note by the same person, sent a second time."""
    done = (entry for entry in history.entries_of(found) if entry.kind != requests.SEEN)
    newest = next(done, None)
    return newest is not None and (newest.kind, newest.actor, newest.words) == ("note", act().actor, words)


def _holder(found: PatientRequest) -> str | None:
    if found.assignee_id is None:
        return None
    return staff.names({found.assignee_id}).get(found.assignee_id)


def _zone(found: PatientRequest) -> str:
    return found.table_version.time_zone


def _nothing_said_since(found: PatientRequest) -> None:
    """Lock a request in whose conversation nothing was said since the page was shown; a note changes nothing in it.

    Raises requests.ChangedMeanwhile.
    """
    requests.lock(found)
    if len(conversation(history.entries_of(found), found)) != count_shown():
        raise requests.ChangedMeanwhile


def _changes() -> int:
    sent = whole_numbers.read(request.form.get("changes"))
    return -1 if sent is None else sent
