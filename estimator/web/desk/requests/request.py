"""The page of one request: what was asked, the plan, what happened, and what staff do with it."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, render_template, request, url_for
from sqlalchemy.exc import DBAPIError

from estimator import keys, price_lists, quotes, requests, staff, wording
from estimator.config import Settings
from estimator.db import unavailable
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.i18n import speaking
from estimator.models import PatientRequest
from estimator.requests import search
from estimator.requests.consents import CONTACT, HEALTH_DATA, ON_BEHALF
from estimator.requests.search import NOBODY
from estimator.web import errors, request_context
from estimator.web.desk.quotes.state_names import standing_words
from estimator.web.desk.requests import blueprint as desk
from estimator.web.desk.requests import history
from estimator.web.desk.requests.blueprint import Answer, pages
from estimator.web.forms import printable
from estimator.web.language import current_reader
from estimator.web.patient.request_form import LONGEST_MESSAGE, wrong_message
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing


class Unknown(Exception):
    """There is no request with that reference, or none any more."""


@pages.errorhandler(Unknown)
def _unknown(_error: Unknown) -> Answer:
    return errors.page(
        404,
        _("There is no such request"),
        _("Its reference may be mistyped, or it was removed because the time for which it is kept is over."),
        way_out=(url_for("desk.queue"), _("To the requests")),
        kept=errors.typed() if request.method == "POST" else (),
    )


@pages.get("/<reference>", endpoint="request")
def show(reference: str) -> Answer:
    """Show a request, and write down who has opened it."""
    found = the_request(reference)
    if found.erased_at is None:
        try:
            with committing():
                requests.seen(act(), found)
        except DBAPIError as error:
            if unavailable(error) is None:
                raise
            current_app.logger.warning("who opened %s could not be written down", reference)
        found = the_request(reference)
    return _page(found)


@pages.post("/<reference>/note")
def note(reference: str) -> Answer:
    """Keep a note."""
    found = the_request(reference)
    words = _typed("words")
    wrong = wrong_message(words) if words else _("Write something first.")
    if wrong:
        return _page(found, typed={"note": words}, wrong={"note": wrong}, status=422)
    with committing():
        requests.note(act(), found, words)
    flash(_("The note is kept."))
    return desk.to("request", reference=found.reference, _anchor="history")


@pages.post("/<reference>/assign")
def assign(reference: str) -> Answer:
    """Give a request to somebody."""
    found = the_request(reference)
    chosen = request.form.get("to", "")
    number = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 10 else None
    if chosen != NOBODY and number not in desk.people():
        wrong = {"to": _("Choose somebody who can work on it.")}
        return _page(found, typed={"to": chosen}, wrong=wrong, status=422)
    try:
        with committing():
            requests.assign(act(), found, number, changes=_changes())
    except requests.ChangedMeanwhile:
        return _meanwhile(reference, {"to": chosen})
    flash(
        _("It is given to nobody now.")
        if number is None
        else _("It is given to %(who)s.", who=desk.people()[number])
    )
    return desk.to("request", reference=found.reference)


@pages.post("/<reference>/state")
def state(reference: str) -> Answer:
    """Take a request to another state, perhaps with a word about why."""
    found = the_request(reference)
    chosen, words = request.form.get("state", ""), _typed("words")
    wanted: Any = next((one for one in desk.BY_HAND if one == chosen), None)
    wrong = wrong_message(words)
    problems = {"why": wrong} if wrong else {}
    if wanted is None:
        problems["state"] = _("Choose a state.")
    typed = {"state": chosen, "why": words}
    if problems:
        return _page(found, typed=typed, wrong=problems, status=422)
    try:
        with committing():
            desk.unchanged(found, _changes())
            requests.move(act(), found, wanted, words=words or None)
    except requests.ChangedMeanwhile:
        return _meanwhile(reference, typed)
    except requests.NotPossible as refusal:
        sentence = _(
            "It is %(before)s, and cannot be made %(after)s from there.",
            before=desk.state_word(refusal.before),
            after=desk.state_word(refusal.after),
        )
        return _page(the_request(reference), typed=typed, wrong={"state": sentence}, status=409)
    flash(_("It is %(state)s now.", state=desk.state_word(wanted)))
    return desk.to("request", reference=found.reference)


def the_request(reference: str) -> PatientRequest:
    """Return the request of an address; raises Unknown."""
    found = requests.get(printable(reference)) if len(reference) < 40 else None
    if found is None:
        raise Unknown
    return found


def _meanwhile(reference: str, typed: dict[str, str]) -> Answer:
    """Show the request as it is now to whoever began from an older page; what they typed is still there."""
    found = the_request(reference)
    newest = next(
        (
            entry
            for entry in history.history(found, _zone(found), _entries(found))
            if not entry.kind.startswith("mail")
        ),
        None,
    )
    what = "" if newest is None else f"{newest.who}: {newest.what}"
    sentence = _(
        "This request was changed while you were looking at it (%(what)s). Nothing of yours was lost or done: "
        "look at it, then press the button again if you still want to.",
        what=what,
    )
    return _page(found, typed=typed, wrong={"": sentence}, status=409)


def _page(
    found: PatientRequest,
    *,
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> Answer:
    reader, settings, zone = current_reader(), request_context.settings(), _zone(found)
    table = price_lists.parsed(found.table_version)
    entries, unreadable = [], False
    try:
        entries = requests.history(found, settings.data_keys)
        who = requests.person_of(found, settings.data_keys)
    except keys.Unreadable:
        who, unreadable = None, True
    problems = wrong or {}
    may_work = signed_in.may("requests.work")
    targets = {"note": "note", "to": "to", "state": "state", "why": "why", "": None}
    shown = render_template(
        "desk/request.html",
        errors=[{"target": targets.get(name), "sentence": sentence} for name, sentence in problems.items()],
        wrong=problems,
        typed=typed or {},
        record={
            "reference": found.reference,
            "changes": found.changes,
            "state": found.state,
            "state_word": desk.state_word(found.state),
            "asked_at": reader.clock(found.created_at, zone),
            "age": desk.age(found.created_at),
            "due": desk.due(found.state, found.due_at, zone),
            "by_staff": found.origin == "staff",
            "country": desk.country(found.country),
            "language": reader_of(found.language).name,
            "for_other": found.for_whom == "other",
            "planned": None if found.planned_month is None else reader.month(found.planned_month),
            "estimate": found.estimate_reference,
            "assignee": found.assignee_id,
            "erased": None if found.erased_at is None else reader.clock(found.erased_at, zone),
            "list": found.slug,
            "version": found.table_version.version,
        },
        who=who,
        unreadable=unreadable,
        rows=wording.rows(requests.breakdown_of(found), table, reader, list(requests.given_of(found))),
        quote=_quote(found),
        consents=_consents(found),
        history=history.history(found, zone, entries),
        readers=history.readers(zone, entries),
        holder=_holder(found),
        people=sorted(desk.people().items(), key=lambda one: one[1]),
        me=desk.myself().id,
        states=[(one, desk.state_word(one)) for one in desk.BY_HAND if one in requests.NEXT[found.state]],
        may_work=may_work,
        may_quote=signed_in.may("quotes.issue"),
        link=_link(found, settings) if may_work and found.erased_at is None and not unreadable else None,
        longest=reader.number(str(LONGEST_MESSAGE)),
    )
    return shown, status


def _entries(found: PatientRequest) -> list[requests.Entry]:
    try:
        return requests.history(found, request_context.settings().data_keys)
    except keys.Unreadable:
        return []


def _holder(found: PatientRequest) -> str | None:
    if found.assignee_id is None:
        return None
    return staff.addresses({found.assignee_id}).get(found.assignee_id)


def _quote(found: PatientRequest) -> dict[str, Any] | None:
    """Return how the newest revision of the quote stands; None before there is one."""
    quote = quotes.of(found)
    if quote is None:
        return None
    newest, reader = quotes.newest(quote), current_reader()
    return {
        "number": quote.number,
        "revision": newest.number,
        "total": reader.money(newest.total, newest.currency),
        "standing": standing_words(quotes.standing(newest, request_context.now())),
        "until": reader.day(newest.valid_until),
    }


def _consents(found: PatientRequest) -> list[dict[str, Any]]:
    reader, zone = current_reader(), _zone(found)
    titles = {
        HEALTH_DATA: _("To store and use what says something about health"),
        CONTACT: _("To be written to or called"),
        ON_BEHALF: _("To speak for somebody else"),
    }
    return [
        {
            "title": titles.get(consent.purpose, consent.purpose),
            "words": consent.words,
            "language": consent.language,
            "direction": reader_of(consent.language).direction,
            "version": consent.version,
            "said": consent.how == "staff",
            "given_at": reader.clock(consent.given_at, zone),
            "withdrawn_at": None
            if consent.withdrawn_at is None
            else reader.clock(consent.withdrawn_at, zone),
        }
        for consent in requests.consents_of(found)
    ]


def _link(found: PatientRequest, settings: Settings) -> dict[str, Any]:
    """Return the link for whoever asks, and two lines in their language that can be pasted into a chat."""
    token = requests.token_of(found, settings.link_key)
    address = f"{settings.public_url}{url_for('asking.open', token=token)}"
    theirs = reader_of(found.language)
    provider = price_lists.parsed(found.table_version).provider.name
    with speaking(theirs):
        if found.state in search.OPEN and found.due_at > request_context.now():
            line = _(
                "Your request %(reference)s at %(provider)s: we answer by the end of %(day)s.",
                reference=found.reference,
                provider=provider,
                day=theirs.moment(found.due_at, _zone(found)),
            )
        else:
            line = _(
                "Your request %(reference)s at %(provider)s:", reference=found.reference, provider=provider
            )
    return {
        "with_code": found.email is not None and settings.sends_mail,
        "text": f"{line}\n{address}",
        "language": theirs.tag,
        "direction": theirs.direction,
    }


def _zone(found: PatientRequest) -> str:
    return found.table_version.time_zone


def _typed(name: str) -> str:
    return printable(request.form.get(name, "")).replace("\r\n", "\n").strip()


def _changes() -> int:
    sent = request.form.get("changes", "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else -1
