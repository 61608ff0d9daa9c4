"""What happened to a request, in words: its events and its mail in one list, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from estimator import keys, quotes, requests, staff
from estimator.act import COMMAND_LINE
from estimator.i18n import gettext as _
from estimator.mail import outbox
from estimator.models import Mail, PatientRequest
from estimator.requests import SEEN
from estimator.web import mail_status, request_context, whole_numbers
from estimator.web.language import current_reader
from estimator.wording import states_at_desk


@dataclass(frozen=True)
class Told:
    """One event or mail. `words` is what a person wrote, `remark` an addition about a mail."""

    at: datetime
    when: str
    who: str
    what: str
    words: str | None = None
    kind: str = ""
    remark: str | None = None
    letter: str | None = None


def entries_of(found: PatientRequest) -> list[requests.Entry]:
    """Return what happened to a request as it is kept; empty if its key is missing."""
    try:
        return requests.history(found, request_context.settings().data_keys)
    except keys.Unreadable:
        return []


def history(
    zone: str, entries: Sequence[requests.Entry], mails: Sequence[Mail], address: str | None
) -> list[Told]:
    """Return what happened to a request and its mail, the newest first, without who has read it.

    `address` is the mail address that the request has now.
    """
    told = [*events(zone, entries), *(_mail(mail, zone, address) for mail in mails)]
    return sorted(told, key=lambda one: one.at, reverse=True)


def events(zone: str, entries: Sequence[requests.Entry]) -> list[Told]:
    """Return what somebody did at a request, the newest first, without who has read it."""
    names = names_of(entries)
    return [_event(entry, zone, names) for entry in entries if entry.kind != SEEN]


def readers(zone: str, entries: Sequence[requests.Entry]) -> list[Told]:
    """Return who has opened the request, the newest first."""
    names = names_of(entries)
    return [_event(entry, zone, names) for entry in entries if entry.kind == SEEN]


def mails_of(found: PatientRequest) -> list[Mail]:
    """Return the mail about a request and its quote."""
    mails = list(outbox.mails_about(found.reference))
    quote = quotes.for_request(found)
    if quote is not None:
        for revision in quotes.revisions(quote):
            mails += outbox.mails_about(quotes.about(revision))
    return mails


def undelivered(mails: Sequence[Mail], person: requests.Person) -> bool:
    """Whether the newest mail to the address that a request has now was given up."""
    if person.email is None:
        return False
    lookup = outbox.lookup_of(request_context.act(), person.email)
    to_them = [mail for mail in mails if mail.address_lookup == lookup]
    return bool(to_them) and max(to_them, key=lambda mail: mail.id).state == "failed"


def address_in(outcome: mail_status.Outcome) -> str:
    """Return the address of a mail, masked, and whether it is the one that was corrected since."""
    if outcome.is_before:
        return _("%(address)s, the address before", address=outcome.address)
    return outcome.address


def _mail(mail: Mail, zone: str, address: str | None) -> Told:
    outcome = mail_status.outcome(mail, zone, domain=True, current=address)
    at = mail.ended_at or mail.created_at
    title = states_at_desk.mail_of_a_request(mail.template, mail.options)
    return Told(
        at=at,
        when=current_reader().clock(at, zone),
        who=address_in(outcome),
        what=f"{title}: {outcome.sentence}",
        kind=f"mail mail-{outcome.state}",
        remark=outcome.remark,
        letter=outcome.letter,
    )


def _event(entry: requests.Entry, zone: str, names: Mapping[int, str]) -> Told:
    return Told(
        at=entry.at,
        when=current_reader().clock(entry.at, zone),
        who=who(entry.actor, names),
        what=_what(entry, names),
        # What was said stands in the conversation, once.
        words=None if entry.kind in requests.EXCHANGE else entry.words,
        kind=entry.kind,
    )


def _what(entry: requests.Entry, names: Mapping[int, str]) -> str:
    detail = entry.detail
    match entry.kind:
        case "asked" if detail.get("origin") == "staff":
            return _("entered the request for somebody")
        case "asked" if detail.get("about") == "question":
            return _("wrote from the page of an estimate")
        case "new_link" if "quote" not in detail:
            return _("made a new link to the request")
        case "state":
            return _("%(before)s → %(after)s", before=_state(detail["from"]), after=_state(detail["to"]))
        case "assigned" if detail.get("to") is None:
            return _("unassigned it")
        case "assigned" if entry.actor == f"user:{detail['to']}":
            return _("took it")
        case "assigned":
            return _("assigned it to %(who)s", who=_person(detail["to"], names))
        case "contact":
            corrected = [str(states_at_desk.CONTACT_AT_DESK.get(one, one)) for one in detail["fields"]]
            return _("corrected the contact: %(fields)s", fields=", ".join(corrected))
        case "priced":
            return _priced(detail)
        case "sent_again" | "mail_left":
            return _of_mail(entry.kind, str(detail.get("mail")))
        case kind if kind in states_at_desk.EVENTS_AT_DESK:
            named = states_at_desk.EVENTS_OF_A_PLAN if "plan" in detail else {}
            named = states_at_desk.EVENTS_WITH_ANSWERS if entry.answered is not None else named
            usual = named.get(kind, states_at_desk.EVENTS_AT_DESK[kind])
            sentence = str(states_at_desk.OF_ONE_KIND.get((kind, *detail.get("of", ())), usual))
            shown = {name: str(detail.get(name, "")) for name in ("quote", "revision", "plan")}
            return sentence % shown if "%(" in sentence else sentence
        case kind if kind == SEEN:
            return _("opened it")
    return entry.kind


def _of_mail(kind: str, template: str) -> str:
    letter = states_at_desk.MAILS_OF_A_REQUEST.get(template, template)
    if kind == "mail_left":
        return _("left a mail that failed: %(mail)s", mail=letter)
    return _("sent again: %(mail)s", mail=letter)


def _priced(detail: Mapping[str, Any]) -> str:
    if detail["amount"] is None:
        return _("took back the price for the quote: %(charge)s", charge=detail["charge"])
    amount = current_reader().money(detail["amount"], detail["currency"])
    return str(states_at_desk.EVENTS_AT_DESK["priced"]) % {"charge": detail["charge"], "amount": amount}


def _state(code: str) -> str:
    return str(states_at_desk.REQUEST_AT_DESK.get(code, code))  # type: ignore[call-overload]


def who(actor: str, names: Mapping[int, str]) -> str:
    """Return what somebody who did something is called."""
    number = _number_of(actor)
    if number is not None:
        return _person(number, names)
    known = {"patient": _("patient"), "clock": _("automatically"), COMMAND_LINE: _("command line")}
    return known.get(actor, actor)


def _number_of(actor: str) -> int | None:
    kind, _colon, number = actor.partition(":")
    return whole_numbers.read(number) if kind == "user" else None


def _person(number: int, names: Mapping[int, str]) -> str:
    return names.get(number, _("somebody who no longer has an account"))


def names_of(entries: Sequence[requests.Entry]) -> dict[int, str]:
    """Return what the staff in a history are called, by their numbers."""
    numbers = {number for entry in entries if (number := _number_of(entry.actor)) is not None}
    numbers |= {entry.detail["to"] for entry in entries if isinstance(entry.detail.get("to"), int)}
    return staff.names(numbers)
