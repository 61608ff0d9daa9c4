"""What stands beside a request on its page: its quote, other requests of the person, consents, links to hand over."""

from __future__ import annotations

from typing import TypedDict

from flask import url_for

from estimator import bills, price_lists, quotes, requests, wording
from estimator.config import Settings
from estimator.i18n import Reader, listed_apart
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.models import PatientRequest, QuoteRevision
from estimator.requests import search
from estimator.requests.consents import CONTACT, HEALTH_DATA, ON_BEHALF, QUESTION
from estimator.web import request_context
from estimator.web.desk import chat, taken_lines
from estimator.web.desk.requests import blueprint as desk
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from estimator.wording import firm_plans, states_at_desk
from pricing import quote_plans


class QuoteRow(TypedDict):
    """The newest revision of a quote, with its state."""

    number: str
    revision: int
    total: str
    standing: str
    #: until which day it can be accepted, or could be; None once it was answered, withdrawn or replaced
    until: str | None


def quote(found: PatientRequest) -> QuoteRow | None:
    """Return the newest revision of the request's quote, with its state; None before there is one."""
    issued = quotes.for_request(found)
    if issued is None:
        return None
    newest = quotes.newest(issued)
    reader = current_reader()
    return {
        "number": issued.number,
        "revision": newest.number,
        "total": listed_apart(totals_of(newest, reader)),
        "standing": states_at_desk.revision_at_desk(quotes.state_at(newest, request_context.now())),
        "until": _until(newest, reader.day(newest.valid_until)),
    }


def _until(revision: QuoteRevision, day: str) -> str | None:
    """Say until which day a revision can be accepted, or could be; None where another thing ended that."""
    state = quotes.state_at(revision, request_context.now())
    if state == "current":
        return _("valid until %(day)s", day=day)
    return _("it could be accepted until %(day)s", day=day) if state == "expired" else None


def totals_of(revision: QuoteRevision, reader: Reader) -> list[str]:
    """Return what a revision comes to: what was accepted, or every plan of which one can be."""
    agreed = quotes.agreed(revision)
    if agreed is not None:
        return [firm_plans.with_name(_named(agreed.plan), reader.money(agreed.total, revision.currency))]
    return [firm_plans.with_name(*each) for each in firm_plans.totals(quotes.content_of(revision), reader)]


def _named(letter: str) -> str:
    """Return the name of a plan; "" for the only one."""
    return firm_plans.named(letter) if letter else ""


def otherwise(found: PatientRequest) -> str:
    """Say that the open quote has another plan than was asked about, or several; nothing where it has the same one."""
    issued = quotes.for_request(found)
    newest = None if issued is None else quotes.newest(issued)
    if issued is None or newest is None or quotes.state_at(newest, request_context.now()) != "current":
        return ""
    plans = quote_plans.by_plan(quotes.content_of(newest))
    if len(plans) > 1:
        return _(
            "As asked; the open quote %(number)s has %(count)s plans.",
            number=issued.number,
            count=current_reader().number(str(len(plans))),
        )
    (plan,) = plans.values()
    if plan["breakdown"]["answers"] == requests.breakdown_of(found)["answers"]:
        return ""
    return _("As asked; the open quote %(number)s has another plan.", number=issued.number)


class Accepted(TypedDict):
    """What was accepted, in place of what was asked about: its plan with every answer and item."""

    label: str
    total: str
    #: the lines that were taken with it
    taken: list[str]
    rows: wording.Rows


def accepted(found: PatientRequest) -> Accepted | None:
    """Return what was accepted of the newest revision of a request's quote; None while nothing is."""
    issued = quotes.for_request(found)
    if issued is None:
        return None
    newest, reader = quotes.newest(issued), current_reader()
    agreed = quotes.agreed(newest)
    if agreed is None:
        return None
    total = _("Accepted firm total, to the provider")
    return {
        "label": firm_plans.with_name(_named(agreed.plan), total),
        "total": reader.money(agreed.total, newest.currency),
        "taken": taken_lines.labels_of(newest, agreed.taken),
        "rows": wording.rows(
            agreed.content["breakdown"],
            price_lists.parsed(newest.table_version),
            reader,
            list(agreed.content["answers"]),
        ),
    }


class OtherRow(TypedDict):
    """Another request of the same person."""

    reference: str
    state_word: str
    asked_at: str
    list: str


def others(found: PatientRequest, who: requests.Person | None, settings: Settings) -> list[OtherRow]:
    """Return the other requests with the same mail address or telephone number, the newest first."""
    if who is None or found.erased_at is not None:
        return []
    numbers = requests.person_index.others_of(found, who, settings.lookup_key)
    return [
        {
            "reference": row.reference,
            "state_word": desk.state_word(row.state),
            "asked_at": current_reader().clock(row.created_at, row.time_zone),
            "list": row.slug,
        }
        for row in search.rows(numbers, settings.data_keys)
    ]


class ConsentRow(TypedDict):
    """One consent, in the words that were agreed to; `said` if it was said to a coordinator."""

    title: str
    words: str
    language: str
    direction: str
    version: str
    said: bool
    given_at: str
    withdrawn_at: str | None


def consents(found: PatientRequest) -> list[ConsentRow]:
    """Return what was agreed to, in the order in which it is kept."""
    reader, zone = current_reader(), found.table_version.time_zone
    titles = {
        HEALTH_DATA: _("To store and use what says something about health"),
        CONTACT: _("To be contacted"),
        ON_BEHALF: _("To speak for somebody else"),
        QUESTION: _("To store a question and answer it"),
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


class LinkTexts(TypedDict):
    """What is pasted into a chat: the link of the request, of its quote and of its estimate, where there are any."""

    with_code: bool
    request: chat.ChatText
    quote: chat.ChatText | None
    estimate: chat.ChatText | None


def link(found: PatientRequest, settings: Settings) -> LinkTexts:
    """Return the links to hand over, that of the quote for those alone who may issue one."""
    issued = quotes.for_request(found)
    return {
        "with_code": found.email is not None and settings.sends_mail,
        "request": chat.of_request(found),
        "quote": None
        if issued is None or not signed_in.may("quotes.issue")
        else chat.of_quote(found, quotes.newest(issued)),
        "estimate": chat.of_estimate(found),
    }


class BillLink(TypedDict):
    """What leads to the page of a request's final bill."""

    address: str
    words: str


def bill(found: PatientRequest) -> BillLink | None:
    """Return the way to the final bill, or to where it is entered once a quote was accepted; None for neither."""
    standing = bills.standing(found)
    address = url_for("bills_desk.page", reference=found.reference)
    if standing is not None:
        total = current_reader().money(standing.total, standing.currency)
        return {"address": address, "words": _("Final bill: %(total)s", total=total)}
    if bills.of_request(found):
        return {"address": address, "words": _("The final bill was withdrawn")}
    quote = quotes.for_request(found)
    accepted = quote is not None and any(quotes.agreed(one) for one in quotes.revisions(quote))
    if not accepted or found.erased_at is not None or not signed_in.may("requests.work"):
        return None
    return {
        "address": url_for("bills_desk.enter", reference=found.reference),
        "words": _("Enter the final bill"),
    }


def renew(found: PatientRequest) -> str | None:
    """Return where a new link is made; None for somebody who may not make one for a quote, if there is one."""
    if not may_end_links(found):
        return None
    quoted = quotes.for_request(found) is not None
    return url_for("quotes_desk.new_link" if quoted else "desk.new_link", reference=found.reference)


def may_end_links(found: PatientRequest) -> bool:
    """Whether whoever looks at the page may end the links of a request: those of a quote, who may issue one."""
    return quotes.for_request(found) is None or signed_in.may("quotes.issue")
