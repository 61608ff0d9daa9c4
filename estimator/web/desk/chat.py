"""What staff paste into a chat for a patient, and the link that opens the chat with their number."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from estimator import estimates, links, price_lists, quotes, requests, telephone
from estimator.i18n import Reader, speaking
from estimator.i18n import reader as reader_of
from estimator.models import PatientRequest, QuoteRevision
from estimator.web import request_context
from estimator.wording import pasted


@dataclass(frozen=True)
class ChatText:
    """A line in the patient's language with a link below it. `whatsapp` opens a chat with them, None without a number.

    `address` is that link. The address of the chat holds the reference and the link alone: it goes through other hands
    than ours.
    """

    text: str
    address: str
    whatsapp: str | None
    language: str
    direction: str


def of_request(found: PatientRequest) -> ChatText:
    """Return the text for a request, with the day by which it is answered while the clinic has to answer."""
    theirs = reader_of(found.language)
    token = requests.token_of(found, request_context.settings().link_key)
    with speaking(theirs):
        due = found.state in ("new", "in_work") and found.due_at > request_context.now()
        day = theirs.moment(found.due_at, found.table_version.time_zone) if due else None
        line = pasted.of_request(found.reference, _provider(found), day)
    return _text(found, theirs, line, found.reference, url_for("asking.open", token=token))


def of_quote(found: PatientRequest, revision: QuoteRevision) -> ChatText:
    """Return the text for the newest revision of a quote, with how it stands and without any of its figures."""
    theirs, quote = reader_of(revision.language), revision.quote
    token = quotes.token_of(quote, request_context.settings().link_key)
    with speaking(theirs):
        agreed, day = quotes.agreed(revision), None
        if agreed is not None:
            day = theirs.day(price_lists.day_of(agreed.at, revision.time_zone))
        state = quotes.state_at(revision, request_context.now())
        until = theirs.day(revision.valid_until) if state in ("current", "expired") else None
        over = state == "expired"
        line = pasted.of_quote(quote.number, _provider(found), until=until, over=over, accepted=day)
    return _text(found, theirs, line, quote.number, url_for("quote.open", token=token))


def of_estimate(found: PatientRequest) -> ChatText | None:
    """Return the text for the estimate that was asked about; None if no link opens it any more."""
    estimate = estimates.by_reference(request_context.act(), found.estimate_reference)
    if estimate is None:
        return None
    theirs = reader_of(found.language)
    token = estimates.token_of(estimate, request_context.settings().link_key)
    with speaking(theirs):
        line = pasted.of_estimate(estimate.reference, _provider(found))
    return _text(found, theirs, line, estimate.reference, url_for("patient.breakdown", token=token))


def _provider(found: PatientRequest) -> str:
    return price_lists.parsed(found.table_version).provider.name


def _text(found: PatientRequest, theirs: Reader, line: str, reference: str, path: str) -> ChatText:
    settings = request_context.settings()
    address = links.written_in(theirs.tag, f"{settings.public_url}{path}")
    person = requests.readable_person(found, settings.data_keys)
    number = None if person is None else person.phone
    whatsapp = (
        None if number is None else telephone.whatsapp(number, found.country, f"{reference}\n{address}")
    )
    return ChatText(f"{line}\n{address}", address, whatsapp, theirs.tag, theirs.direction)
